"""Tells whether a sentence of another document says otherwise than the one that answers.

Two sentences conflict where each bears out the other's words and they differ in one kind of thing:
in the number, date or name that answers, or in a no. `rag.verification` compares them.
"""

from dataclasses import dataclass

from index.terms import content_terms
from index.types import Hit, Sentence

_SAME = 0.8
"""Share of each sentence's other words that the other bears out."""
_NEAR = 0.5
"""Share of the shorter sentence's terms that the other must have to be compared at all."""
_VALUES = frozenset({"number", "date", "name"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence with the words in it that answer."""

    hit: Hit
    sentence: Sentence
    words: str
    """Exact words of the sentence; empty where none stand out."""


def conflict(one: Said, other: Said) -> bool:
    """Tell whether a sentence of another document says otherwise; never where the texts are one."""
    if other.hit.document_sha256 == one.hit.document_sha256 or not _are_near(one, other):
        return False
    kinds = _differing(one, other)
    if kinds is None or kinds != _differing(other, one) or len(kinds) != 1:
        return False
    return kinds == {"negation"} or (kinds <= _VALUES and _answers_differ(one.words, other.words))


def _are_near(one: Said, other: Said) -> bool:
    """Tell whether comparing is worth while: it loads `rag.verification`, 0.2 s the first time."""
    mine, yours = (set(content_terms(said.sentence.text)) for said in (one, other))
    return len(mine & yours) >= _NEAR * min(len(mine), len(yours))


def _answers_differ(one: str, other: str) -> bool:
    """Tell whether both answer and neither merely says more than the other."""
    mine, yours = set(content_terms(one)), set(content_terms(other))
    return bool(mine - yours) and bool(yours - mine)


def _differing(claim: Said, held: Said) -> frozenset[str] | None:
    """Return the kinds of things that differ; None where the sentences are of something else."""
    from rag.verification.candidates import rest
    from rag.verification.compare import fit
    from rag.verification.context import Context
    from rag.verification.parse import read

    said = read(claim.sentence.text)
    text = held.hit.passage.text
    around = Context(before=(), after="", title=held.hit.title, document=text)
    found = fit(said, read(held.sentence.text), around)
    if found.lacks or rest(said, found) < _SAME:
        return None
    return frozenset(fault.kind for fault in found.faults)
