"""Tells whether sentences of two documents contradict each other as answers to a question.

They do where each bears out the other's words and they differ in one kind of thing: in the number,
date or name that answers, or in a no. And they must be of one thing: a fee of the tennis club and
one of the chess club do not contradict each other, though only the titles tell the clubs apart.
"""

from index.terms import content_terms, terms
from rag.question import names
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
    if other.hit.card.sha256 == one.hit.card.sha256 or not _are_of_one_thing(asked, one, other):
        return False
    kinds = _differing(one, other)
    if kinds is None or kinds != _differing(other, one) or len(kinds) != 1:
        return False
    return kinds == {"negation"} or (kinds <= _VALUES and _answers_differ(*words))


def _are_of_one_thing(asked: str, one: Evidence, other: Evidence) -> bool:
    """Tell whether what the question and the titles name is the same of both.

    A name in the question, or a word of it that is in a title, both passages have, or neither.
    Titles that tell two things apart do so of their sentences, unless the other names its own.
    """
    mine, yours = _held(one), _held(other)
    titles = _title(one) | _title(other)
    named = set(content_terms(" ".join(names(asked)))) | (set(content_terms(asked)) & titles)
    if named & (mine ^ yours):
        return False
    apart = _title(one) - yours and _title(other) - mine and _title(one) & _title(other)
    return not apart or bool((_title(other) - mine) & set(terms(other.text)))


def _held(sentence: Evidence) -> frozenset[str]:
    """Return the terms of a sentence's passage and its document's title."""
    return frozenset(terms(f"{sentence.hit.card.title}\n{sentence.hit.passage.text}"))


def _title(sentence: Evidence) -> frozenset[str]:
    """Return what a title says in words; a number in it only counts."""
    told = content_terms(sentence.hit.card.title)
    return frozenset(term for term in told if not term[:1].isdigit())


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
