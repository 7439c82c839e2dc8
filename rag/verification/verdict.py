"""Judges one claim against retrieved passages; no language model and no text of its own.

The verdicts are those of `rag.types.Verdict`. What a passage says of the claim is told by the
reader (`rag.verification.bearing`); what differs plainly from the very sentence that says it, as a
number does, overrules that and is explained (`rag.verification.differences`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from index.types import Hit
from rag.types import Evidence, Verdict
from rag.verification.bearing import (
    Bearing,
    Similarity,
    Tell,
    bearing_on,
    evidence_of,
    fitted,
)
from rag.verification.claims import Claim, statement_of
from rag.verification.differences import Difference, differences, is_copied, is_near, misquoted
from rag.verification.parse import Reading, names_in, read

_NOTES = 2
"""Differences that a note tells."""
_OTHERWISE = "the source says otherwise"


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
