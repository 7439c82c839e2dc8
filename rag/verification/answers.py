"""Tells whether sentences of two documents contradict each other as answers to a question.

They do where each bears out the other's words and they differ in one kind of thing: in the number,
date or name that answers, or in a no. And they must be of one thing: a fee of the tennis club and
one of the chess club do not contradict each other, though only the titles tell the clubs apart.
"""

from index.terms import content_terms
from rag.same_thing import are_of_one_thing
from rag.types import Evidence
from rag.verification.differences import differences, shared, turned
from rag.verification.parse import names_in, read

_SAME = 0.7
"""Share of each sentence's words that the other has."""
_VALUES = frozenset({"number", "date", "name"})


def conflict(asked: str, one: Evidence, other: Evidence, *, words: tuple[str, str]) -> bool:
    """Tell whether a sentence of another document says otherwise; never where the texts are one.

    Args:
        asked: The question that both answer.
        one: The sentence that answers.
        other: A sentence of another document.
        words: Exact words of each that answer; empty where none stand out.
    """
    if other.hit.card.sha256 == one.hit.card.sha256 or not are_of_one_thing(asked, one, other):
        return False
    kinds = _differing(one, other)
    if kinds is None or kinds != _differing(other, one) or len(kinds) != 1:
        return False
    return kinds == {"negation"} or (kinds <= _VALUES and _answers_differ(*words))


def _answers_differ(one: str, other: str) -> bool:
    """Tell whether both answer and neither merely says more than the other."""
    mine, yours = set(content_terms(one)), set(content_terms(other))
    return bool(mine - yours) and bool(yours - mine)


def _differing(claim: Evidence, held: Evidence) -> frozenset[str] | None:
    """Return the kinds of things that differ; None where the sentences are of something else."""
    capitals = names_in((claim.hit.passage.text, held.hit.passage.text))
    said, other = read(claim.text, capitals), read(held.text, capitals)
    if shared(said, other) < _SAME:
        return None
    found = [*differences(said, other), *turned(said, other)]
    return frozenset(difference.kind for difference in found)
