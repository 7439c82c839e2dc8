"""Compares a claim with the nearest sentences of its sources; gives no verdict.

A sentence bears a claim out where little is missing and nothing that matters, and where what the
claim puts in quotation marks stands in its passage, word for word.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.types import Hit, Sentence
from rag.types import Evidence
from rag.verification.compare import BORROWED, Fit, fit
from rag.verification.differences import Context, Fault
from rag.verification.lexicon import lists
from rag.verification.names import is_verb
from rag.verification.parse import Reading, read, stems_of

Similarity = Callable[[str, Sequence[Sentence]], NDArray[np.float32]]
"""Given a text and n stored sentences: their cosines, (n,) float32."""
_COMPARED = 16
"""Sentences that are read and compared, and as many of the cited sources."""
_ALLOWED = ((0.8, 0.24), (0.65, 0.18), (0.5, 0.1), (0.3, 0.05))
"""From this cosine on, the share of a claim's weight that may be missing."""
_ON_TOPIC, _ALL_BORROWED = 0.35, 0.15
"""Cosine from which one word may be only in the context where a value agrees, and its share."""
_RUN = 2
"""Missing words in a row from which something was added."""
_PLAIN = 1.5
"""How much larger the missing share may be where names, which weigh much, are left aside."""
_FOREIGN = 0.005
"""Cosine that leaving out a claim's missing words may gain before they are foreign."""
_SHORT = 4
"""Words of a claim, names aside, up to which its verb cannot be missing."""
_LIGHT = 0.5
"""Weight up to which a word says little."""
_QUOTED = re.compile(r"[\"“”„«]([^\"“”„«»]{3,2000})[\"”“»]")
_FOLDS = str.maketrans(
    {c: "'" for c in "‘’ʼ`"} | {c: "-" for c in "‐‑‒–—−"} | {c: None for c in '"“”„«»'}
)
_LEAST = 3
"""Words from which a quotation must be literal; fewer may be a name or a coined word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One sentence of a hit with how it bears out the claim."""

    hit: Hit
    number: int
    """Of the source, from 1."""
    position: int
    """In the hit."""
    similarity: float
    fit: Fit

    @property
    def evidence(self) -> Evidence:
        """The sentence as evidence."""
        sentence = self.hit.sentences[self.position].sentence
        return Evidence(hit=self.hit, start=sentence.start, end=sentence.end)


def compare(
    said: Reading, hits: Sequence[Hit], cited: set[int], similarity: Similarity
) -> list[Compared]:
    """Return the nearest sentences of the hits with their fit, the best first."""
    places = [(hit, n, p) for n, hit in enumerate(hits, 1) for p in range(len(hit.sentences))]
    if not places:
        return []
    cosines = similarity(said.text, [hit.sentences[p].sentence for hit, _, p in places])
    texts: dict[str, str] = {}
    for hit in hits:
        known = texts.get(hit.passage.document_id, "")
        texts[hit.passage.document_id] = f"{known}\n{hit.passage.text}"
    own = said.stems
    nearness = [
        float(cosine) + len(own & stems_of(hit.sentences[p].sentence.text)) / max(1, len(own))
        for (hit, _, p), cosine in zip(places, cosines, strict=True)
    ]
    chosen = _nearest(nearness, [number in cited for _, number, _ in places])
    found = [
        Compared(
            hit=hit,
            number=number,
            position=position,
            similarity=float(cosine),
            fit=_fit(said, hit, position, texts[hit.passage.document_id]),
        )
        for (hit, number, position), cosine in ((places[n], cosines[n]) for n in chosen)
    ]
    return sorted(found, key=lambda f: -_merit(f))


def _nearest(nearness: Sequence[float], cited: Sequence[bool]) -> list[int]:
    """Return the places of the sentences to compare: the nearest ones, and the nearest cited."""
    order = sorted(range(len(nearness)), key=lambda n: -nearness[n])
    return sorted({*order[:_COMPARED], *[n for n in order if cited[n]][:_COMPARED]})


def _merit(found: Compared) -> float:
    hard = len(found.fit.faults) + len(found.fit.lacks)
    return found.fit.share + 0.2 * found.similarity - 0.05 * hard


def _fit(said: Reading, hit: Hit, position: int, text: str) -> Fit:
    sentence = hit.sentences[position].sentence
    found = fit(said, read(sentence.text), _context(hit, position, text))
    wrong = misquoted(said.text, hit.passage.text)
    if wrong:
        return replace(found, faults=(*found.faults, Fault(kind="quote", note=wrong)))
    return found


def _context(hit: Hit, position: int, text: str) -> Context:
    texts = [s.sentence.text for s in hit.sentences]
    return Context(
        before=tuple(reversed(texts[max(0, position - 3) : position])),
        after=texts[position + 1] if position + 1 < len(texts) else "",
        title=hit.card.title,
        document=text,
    )


def literal(said: Reading, result: Fit) -> float:
    """Return the share of the claim's words that a sentence has as they are."""
    total = sum(w.weight for w in said.words)
    return sum(said.words[n].weight for n in result.literal) / total if total else 1.0


def rest(said: Reading, result: Fit) -> float:
    """Return the share of the claim's words that is borne out, wrong names left out of account."""
    words = [(n, w) for n, w in enumerate(said.words) if not (w.name and n in result.missing)]
    total = sum(w.weight for _, w in words)
    lost = sum(w.weight for n, w in words if n in result.missing)
    plain = [said.words[n] for n in result.borrowed if not said.words[n].name]
    lost += BORROWED * sum(w.weight for w in plain)
    return 1.0 - lost / total if total else 1.0


def bears_out(said: Reading, found: Compared) -> bool:
    """Say whether nothing differs, and no more is missing than the cosine makes up for."""
    result = found.fit
    if result.faults or result.lacks or not (said.words or said.values or said.dates):
        return False
    allowed = next((share for at, share in _ALLOWED if found.similarity >= at), 0.0)
    if (
        not result.missing
        and result.held
        and len(result.borrowed) == 1
        and (found.similarity >= _ON_TOPIC)
    ):
        allowed = max(allowed, _ALL_BORROWED)
    if 1.0 - rest(said, result) > _PLAIN * allowed or _lacks_verb(said, result):
        return False
    return 1.0 - result.share <= allowed and _longest_run(said, result.missing) < _RUN


def is_retold(said: Reading, found: Compared, similarity: Similarity) -> bool:
    """Say whether the words that a sentence lacks retell others of its words.

    They do where the sentence has words of its own to be retold, and where the claim without them
    is not nearer to it than with them. On news retold for learners, the cosine falls by 0.00 in
    the median when such words are left out, and rises by 0.04 when they are of another article.
    """
    lost = [said.words[n] for n in found.fit.missing if said.words[n].weight > _LIGHT]
    if not lost:
        return True
    if len(lost) > found.fit.spare:
        return False
    without = said.text
    for word in reversed(lost):
        without = without[: word.start] + without[word.end :]
    sentence = found.hit.sentences[found.position].sentence
    return float(similarity(without, [sentence])[0]) - found.similarity <= _FOREIGN


def _lacks_verb(said: Reading, result: Fit) -> bool:
    """Tell whether a short claim's verb is missing: what was done, not who said or denied it."""
    plain = [n for n, w in enumerate(said.words) if not w.name and w.weight > _LIGHT]
    told = lists()["speech"] | lists()["present"]
    verbs = [n for n in plain if is_verb(said.words[n]) and said.words[n].text not in told]
    verbs = [n for n in verbs if said.words[n].stem not in lists()["deniers"]]
    return len(plain) <= _SHORT and bool(verbs) and all(n in result.missing for n in verbs)


def _longest_run(said: Reading, missing: Sequence[int]) -> int:
    best = run = 0
    last = -2
    for n in missing:
        run = run + 1 if n == last + 1 else 1
        if said.words[n].weight < 0.5:
            run -= 1
        best, last = max(best, run), n
    return best


def misquoted(claim: str, source: str) -> str:
    """Return what is wrong with the first quotation that a source does not hold, else nothing.

    Blanks, quotation marks, dashes, capitals and a stop at the end do not count; `...` may leave
    words out.
    """
    for match in _QUOTED.finditer(claim):
        quoted = match[1]
        if len(quoted.split()) < _LEAST:
            continue
        held = _folded(source)
        for part in re.split(r"\[?(?:\.\.\.|…)\]?", quoted):
            if _folded(part).strip(" .,;:!?") not in held:
                return f"the source does not hold the words “{quoted}”"
    return ""


def _folded(text: str) -> str:
    return " ".join(text.translate(_FOLDS).casefold().split())
