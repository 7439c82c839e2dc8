"""Finds the sentence of another document that says otherwise than the one that answers.

Two sentences conflict where each bears out the other's words and they differ in one kind of thing:
in the number, date or name that answers, or in a no. `rag.verification` compares them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from index.terms import content_terms
from index.types import Hit, Sentence

_SAME = 0.8
"""Share of each sentence's other words that the other bears out."""
_VALUES = frozenset({"number", "date", "name"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence with the words in it that answer."""

    hit: Hit
    sentence: Sentence
    words: str
    """Exact words of the sentence; empty where none stand out."""


def contrary(answer: Said, others: Iterable[Said]) -> Said | None:
    """Return the first of the others that says otherwise; None where none does.

    Args:
        answer: The sentence that answers.
        others: Sentences that might, the most probable first; those of the same document, or of
            one with the same text, are passed over.
    """
    return next((other for other in others if _conflict(answer, other)), None)


def _conflict(one: Said, other: Said) -> bool:
    if other.hit.document_sha256 == one.hit.document_sha256:
        return False
    kinds = _differing(one, other)
    if kinds is None or kinds != _differing(other, one) or len(kinds) != 1:
        return False
    return kinds == {"negation"} or (kinds <= _VALUES and _answers_differ(one.words, other.words))


def _answers_differ(one: str, other: str) -> bool:
    """Tell whether both answer and neither merely says more than the other."""
    mine, yours = set(content_terms(one)), set(content_terms(other))
    return bool(mine - yours) and bool(yours - mine)


def _differing(claim: Said, held: Said) -> frozenset[str] | None:
    """Return the kinds of things that differ; None where the sentences are of something else."""
    from rag.verification.context import Context
    from rag.verification.found import rest
    from rag.verification.reading import read
    from rag.verification.support import fit

    said = read(claim.sentence.text)
    text = held.hit.passage.text
    around = Context(before=(), after="", title=held.hit.title, document=text)
    found = fit(said, read(held.sentence.text), around)
    if found.lacks or rest(said, found) < _SAME:
        return None
    return frozenset(fault.kind for fault in found.faults)
