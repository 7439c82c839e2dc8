"""Finds the short answer in sentences: the exact words that answer, a unit by themselves."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from index.data_files import data_toml
from index.terms import content_terms
from rag.answer.stated import clause_of, is_negated
from rag.answer.unit import Unit, best_unit
from rag.answer.weighed import Weighed
from rag.question import AnswerType, Question

_MARKED = 0.5
"""Worth from which words are marked in a sentence."""
_NO_NUMBERS: frozenset[AnswerType] = frozenset({"person", "place", "reason", "manner"})
"""What a number alone is no answer to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """Words that may be the short answer."""

    text: str
    worth: float
    """F1 of words that they may be expected to have, 0 to 1."""


def short_of(
    found: Sequence[Weighed], units: Sequence[Unit | None], question: Question
) -> Short | None:
    """Return the words that answer most probably; None where there are none.

    Sentences that answer with the same words bear each other out. A question for several things is
    not answered by the words of one sentence of many.

    Args:
        found: The sentences that are quoted.
        units: The words of each, in their order, as `unit_of` gives them.
        question: What is asked.
    """
    told: dict[str, list[tuple[Weighed, Unit]]] = {}
    for one, unit in zip(found, units, strict=True):
        if unit is not None:
            told.setdefault(_words(one, unit).casefold(), []).append((one, unit))
    if not told or (question.several and (len(told) > 1 or None in units)):
        return None
    shorts = [
        Short(
            text=_words(*same[0]),
            worth=(1.0 - math.prod(1.0 - one.probability for one, _ in same))
            * max(unit.worth for _, unit in same),
        )
        for same in told.values()
    ]
    return max(shorts, key=lambda one: one.worth)


def marked(one: Weighed, unit: Unit | None, *, short: str | None) -> tuple[int, int] | None:
    """Return where the words to be marked are: the short answer's, or likely ones.

    None where they are unlikely, or most of a sentence that has no part in the short answer.
    """
    if unit is None:
        return None
    span = unit.start, unit.end
    if short is not None and _words(one, unit).casefold() == short.casefold():
        return span
    return span if unit.worth >= _MARKED and 2 * (span[1] - span[0]) <= len(one.text) else None


def unit_of(one: Weighed, question: Question) -> Unit | None:
    """Return the words of a sentence that answer, however unsure: never for yes or no.

    None for an open question; a pronoun, words of the question or "the day" tell nothing alone. Nor
    does a number who or where, nor do words of two clauses where there is a "not" in one.
    """
    if question.open_ended or question.expects == "yes_no" or one.reading is None:
        return None
    unit = best_unit(one.reading, question.expects)
    if unit is None:
        return None
    sentence, begin = one.reading.sentence, one.reading.sentence.start
    if is_negated(one.text) and not clause_of(sentence, begin + unit.start, begin + unit.end):
        return None
    told = set(content_terms(_words(one, unit))) - set(content_terms(question.text)) - _empty()
    number = question.expects in _NO_NUMBERS and all(term.isdigit() for term in told)
    return unit if told and not number else None


@cache
def _empty() -> frozenset[str]:
    """Return the terms that tell nothing alone: "the day"."""
    return frozenset(content_terms(data_toml("rag", "clauses.toml")["edges"]["empty"]))


def _words(one: Weighed, unit: Unit) -> str:
    return one.text[unit.start : unit.end]
