"""Compares a claim with the nearest sentences of its sources; gives no verdict."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.types import Hit, Sentence
from rag.types import Evidence
from rag.verification.compare import BORROWED, Fit, fit
from rag.verification.context import Context
from rag.verification.differences import Fault
from rag.verification.parse import Reading, read, stems_of
from rag.verification.quotes import misquoted

Similarity = Callable[[str, Sequence[Sentence]], NDArray[np.float32]]
"""Given a text and n stored sentences: their cosines, (n,) float32."""
_COMPARED = 16
"""Sentences that are read and compared, and as many of the cited sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
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
) -> list[Found]:
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
        Found(
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


def _merit(found: Found) -> float:
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
