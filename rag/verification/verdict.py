"""Judges one claim against retrieved passages; no language model and no text of its own.

The verdicts are those of `rag.types.Verdict`. What a passage says of the claim is told by the
reader: the sentences nearest to the claim are read alone, which is quick; the passage of the best
one is then read whole. What both say together decides: alone a sentence lacks its context, and in a
long passage a claim that copies a sentence is easily missed. What differs plainly from the very
sentence that says it, as a number does, overrules that and is explained
(`rag.verification.differences`).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from index.data_files import data_fitted
from index.types import Hit, Sentence
from rag.citations import misquoted, says_it_is_not
from rag.reader.onnx_reader import Telling
from rag.reader.windows import Window, window_of
from rag.types import Evidence, Verdict
from rag.verification.claims import Claim, statement_of
from rag.verification.differences import Difference, differences, is_copied, is_near
from rag.verification.parse import Reading, names_in, read, stems_of

Similarity = Callable[[str, Sequence[Sentence]], NDArray[np.float32]]
"""Given a text and n stored sentences: their cosines, (n,) float32."""
Tell = Callable[[str, Sequence[Window]], Sequence[Telling]]
"""What each window says of a statement, as `OnnxReader.tell`."""
_READ = 5
"""Sentences that are read alone."""
_RANK = 0.1
"""What a place further down in the list of passages costs, in nearness."""
_SAYS = 0.2
"""What it adds to a sentence's nearness to say the claim for certain."""
_EVEN = 0.5
"""Probability from which a sentence says a claim more likely than not."""
_LEAST = 1e-3
"""Probability up to which it makes no difference how little it is."""
_NOTES = 2
"""Differences that a note tells."""
_OTHERWISE = "the source says otherwise"
_UNSAID = "the source does not say that it is so"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """How what is told is weighed and from where on it counts; `benchmarks/fit_statements.py`."""

    passage: float
    """Share of the passage in what is said, 0 to 1; of its nearest sentence the rest."""
    said: float
    denied: float
    """Probabilities from which a claim is said, and denied."""
    alone: float
    """Probability from which a sentence that has most of a claim's words says it, whatever the
    passage does: read whole, one with several numbers is often taken to deny what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearing:
    """A passage with what it says of a claim."""

    hit: Hit
    place: int
    """Of its sentence that is nearest to the claim, in the passage."""
    alone: Telling
    """What that sentence says."""
    whole: Telling
    """What the passage says."""

    @property
    def sentence(self) -> Sentence:
        """The sentence that is nearest to the claim."""
        return self.hit.sentences[self.place].sentence

    @property
    def said(self) -> float:
        """Probability that both together say the claim, 0 to 1."""
        return together(self.whole.said, self.alone.said, share=fitted().passage)

    @property
    def denied(self) -> float:
        """Probability that both together deny it, 0 to 1."""
        return together(self.whole.denied, self.alone.denied, share=fitted().passage)

    @property
    def evidence(self) -> Evidence:
        """That sentence as evidence."""
        return Evidence(hit=self.hit, start=self.sentence.start, end=self.sentence.end)


@cache
def fitted() -> Fitted:
    """Return what ships with the package."""
    return data_fitted("rag", "statements.json", Fitted)


def bearing_on(
    statement: str, hits: Sequence[Hit], *, similarity: Similarity, tell: Tell
) -> Bearing | None:
    """Return the passage that bears on a statement, with what it says; None without any hit."""
    nearest = _nearest(statement, hits, similarity)
    if not nearest:
        return None
    alone = [window_of(hits[n], [hits[n].sentences[p].sentence]) for n, p, _ in nearest]
    read = list(zip(nearest, tell(statement, alone), strict=True))
    (hit, place, _), told = max(read, key=lambda one: one[0][2] + _SAYS * one[1].said)
    (whole,) = tell(statement, [window_of(hits[hit], _run(hits[hit], place))])
    return Bearing(hit=hits[hit], place=place, alone=told, whole=whole)


def _run(hit: Hit, place: int) -> list[Sentence]:
    """Return the sentences round one of a hit up to where one was left out, as an order is."""
    sentences = [scored.sentence for scored in hit.sentences]
    first = last = place
    while first > 0 and sentences[first - 1].ordinal == sentences[first].ordinal - 1:
        first -= 1
    while last + 1 < len(sentences) and sentences[last + 1].ordinal == sentences[last].ordinal + 1:
        last += 1
    return sentences[first : last + 1]


def evidence_of(statement: str, bearing: Bearing, *, tell: Tell) -> tuple[Evidence, ...]:
    """Return the sentence to quote for a statement that a passage says, or two.

    A second one where the nearest does not say it alone, and another of the passage does.
    """
    found = [bearing.evidence]
    if bearing.alone.said < _EVEN:
        hit = bearing.hit
        others = [s.sentence for s in hit.sentences if s.sentence != bearing.sentence]
        told = tell(statement, [window_of(hit, [sentence]) for sentence in others])
        best = max(zip(others, told, strict=True), key=lambda one: one[1].said, default=None)
        if best is not None and best[1].said > _EVEN:
            found.append(Evidence(hit=hit, start=best[0].start, end=best[0].end))
    return tuple(found)


def _nearest(
    statement: str, hits: Sequence[Hit], similarity: Similarity
) -> list[tuple[int, int, float]]:
    """Return (hit, place, nearness) of the sentences nearest to a statement, nearest first."""
    places = [(n, p) for n, hit in enumerate(hits) for p in range(len(hit.sentences))]
    sentences = [hits[n].sentences[p].sentence for n, p in places]
    own = stems_of(statement)
    found = [
        (n, p, float(cosine) + len(own & stems_of(s.text)) / max(1, len(own)) - _RANK * n)
        for (n, p), s, cosine in zip(
            places, sentences, similarity(statement, sentences), strict=True
        )
    ]
    return sorted(found, key=lambda one: -one[2])[:_READ]


def together(passage: float, sentence: float, *, share: float) -> float:
    """Return the mean of what a passage and its sentence say, by their logits; 0 to 1.

    Args:
        passage: Probability of the passage.
        sentence: Of its sentence alone.
        share: What the passage counts, 0 to 1; the sentence counts the rest.
    """
    logit = share * _logit(passage) + (1 - share) * _logit(sentence)
    return 1 / (1 + math.exp(-logit))


def _logit(p: float) -> float:
    bounded = min(max(p, _LEAST), 1 - _LEAST)
    return math.log(bounded / (1 - bounded))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A claim with what was found of it."""

    claim: Claim
    verdict: Verdict
    evidence: tuple[Evidence, ...]
    """Exact sentences, the best first; none where it is unsupported."""
    note: str
    """What differs, for a reader; empty where it is supported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A passage with what its sentence says otherwise."""

    bearing: Bearing
    differing: tuple[Difference, ...]
    is_copy: bool
    """Whether its sentence has the claim's words in their order, and does not deny what they state.

    A date or a name alone states nothing that could be denied.
    """

    is_near: bool
    """Whether its sentence has most of the claim's words, and says it rather than denies it."""

    @property
    def bears_out(self) -> bool:
        """Whether the passage says the claim, and nothing in its sentence is otherwise."""
        alone = self.is_near and self.bearing.alone.said >= fitted().alone
        says = self.is_copy or alone or self.bearing.said >= fitted().said
        return says and not self.differing

    @property
    def denies(self) -> bool:
        """Whether the passage says that it is not so."""
        return self.bearing.denied >= fitted().denied


def judge(claim: Claim, hits: Sequence[Hit], *, similarity: Similarity, tell: Tell) -> Judged:
    """Judge a claim against the sources it may rest on.

    Args:
        claim: As `read_claims` gives it; numbers outside the list count as not there.
        hits: Source 1, 2 and so on; none makes the claim unsupported.
        similarity: Gives cosines of the claim with stored sentences.
        tell: Tells what windows say of the claim.

    Returns:
        The verdict. `supported` where a cited source, or with no citation any source, bears it
        out; `misattributed` where only another one does, which is the evidence then.

    Raises:
        EmbeddingError: A model's file is missing or damaged.
    """
    said = statement_of(claim.text) or claim.text
    cited = {n for n in claim.cited if 1 <= n <= len(hits)}
    own = [hit for n, hit in enumerate(hits, 1) if n in cited or not cited]
    others = [hit for n, hit in enumerate(hits, 1) if cited and n not in cited]
    weighed = []
    for verdict, sources in (("supported", own), ("misattributed", others)):
        quoted = _quoted(claim.text, sources)
        if quoted:
            return _borne_out(claim, (quoted,), misattributed=verdict == "misattributed")
        bearing = bearing_on(said, sources, similarity=similarity, tell=tell)
        if bearing is None:
            continue
        one = weigh(said, bearing, sources)
        if one.bears_out:
            evidence = evidence_of(said, bearing, tell=tell)
            return _borne_out(claim, evidence, misattributed=verdict == "misattributed")
        weighed.append(one)
    return _not_borne_out(claim, weighed)


def _quoted(text: str, hits: Sequence[Hit]) -> Evidence | None:
    """Return the stored sentence that is the claim itself, whatever the reader says of it."""
    wanted = text.split()
    return next(
        (
            Evidence(hit=hit, start=scored.sentence.start, end=scored.sentence.end)
            for hit in hits
            for scored in hit.sentences
            if wanted and scored.sentence.text.split() == wanted
        ),
        None,
    )


def weigh(said: str, bearing: Bearing, hits: Sequence[Hit]) -> Weighed:
    """Compare a statement with the passage that bears on it, of these hits."""
    names = names_in(hit.passage.text for hit in hits)
    claim, held = read(said, names), read(bearing.sentence.text, names)
    found = differences(claim, held, _around(bearing, names))
    document = bearing.hit.passage.document_id
    text = "\n".join(h.passage.text for h in hits if h.passage.document_id == document)
    wrong = misquoted(said, text)
    if wrong:
        found = (Difference(kind="quote", note=wrong), *found)
    if says_it_is_not(said, bearing.sentence.text):
        found = (*found, Difference(kind="frame", note=_UNSAID))
    states = any(not word.name for word in claim.words)
    is_copy = is_copied(claim, held) and (bearing.alone.said > bearing.alone.denied or not states)
    near = is_near(claim, held) and bearing.alone.said > bearing.alone.denied
    return Weighed(bearing=bearing, differing=found, is_copy=is_copy, is_near=near)


def _around(bearing: Bearing, names: frozenset[str]) -> list[Reading]:
    """Return the title of a passage and its other sentences, read."""
    sentences = (s.sentence.text for s in bearing.hit.sentences if s.sentence != bearing.sentence)
    return [read(text, names) for text in (bearing.hit.card.title, *sentences)]


def _borne_out(claim: Claim, evidence: tuple[Evidence, ...], *, misattributed: bool) -> Judged:
    note = f"it stands in another source: {evidence[0].hit.card.title}" if misattributed else ""
    verdict: Verdict = "misattributed" if misattributed else "supported"
    return Judged(claim=claim, verdict=verdict, evidence=evidence, note=note)


def _not_borne_out(claim: Claim, weighed: Sequence[Weighed]) -> Judged:
    """Return what a claim differs from or is denied by, the cited sources first."""
    for one in weighed:
        if one.differing:
            note = "; ".join(difference.note for difference in one.differing[:_NOTES])
            evidence = (one.bearing.evidence,)
            return Judged(claim=claim, verdict="altered", evidence=evidence, note=note)
        if one.denies:
            evidence = (one.bearing.evidence,)
            return Judged(claim=claim, verdict="contradicted", evidence=evidence, note=_OTHERWISE)
    return Judged(claim=claim, verdict="unsupported", evidence=(), note="no source says it")
