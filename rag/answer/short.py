"""Finds the short answer in sentences: the exact words that answer, a unit by themselves.

The reader's best span is made a unit. It is worth the F1 of words that it may be expected to have
with all spans that the reader found, made units too, each with its probability. (Choosing the unit
that is worth most prefers longer ones, which hold two answers where the reader wavers: on questions
set aside it gives no F1 and costs 0.02 of exact matches.)
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from index.data_files import data_toml
from index.terms import content_terms, terms
from rag.answer.changed import is_what_was, without_corrected, without_what_was
from rag.answer.confidence import Weighed
from rag.answer.edges import beside_role, cut, end_of_name, moved
from rag.answer.holder import is_no_sum, is_source, with_family
from rag.answer.measures import figure_is_other, own_figure
from rag.answer.mismatch import days_of, is_of_other_name, is_opposite
from rag.answer.yes_no import clause_of, is_negated
from rag.citations import is_not_so
from rag.question import AnswerType, Question, any_of
from rag.reader.onnx_reader import ReadSentence
from rag.reader.windows import likely

_MARKED = 0.5
"""Worth from which words are marked in a sentence."""
_NO_NUMBERS: frozenset[AnswerType] = frozenset({"person", "place", "reason", "manner"})
"""What a number alone is no answer to."""
_WORDS = re.compile(r"\S+")
_NO_WORD = re.compile(r"\W*(?:an?|the)?\W*", re.IGNORECASE)
"""What F1 does not count."""
_DOES = re.compile(r"what (?:do|does|did) .{1,80} (?P<verb>[a-z]{3,20})[?\s]*$", re.IGNORECASE)
_BEHIND = re.compile(
    r",?(?: (?:who|which|that|also|now|still|already|usually|often|once|has|have|had)){0,2}"
    r" (?P<verb>[a-z]{3,20}(?<!ers))\b"
)
_GETS = re.compile(r"who (?:got|gets|received|receives|inherited|inherits|was given)\b", re.I)
_GIVES = re.compile(
    r" (?:has |had |also )?(?:gave|gives|left|leaves|sold|sells|donated|handed|awarded|lent)\b"
)
_PAYERS = 2
"""Shares from which several pay."""
_LONGEST_SHARED = 160
"""Characters."""
_PARTS = ("; ", ": ")
_COMMAS = (", ", "; ", ": ")
_ANDS = (*_COMMAS, " and ", " but ")
_STOPS = ' .!?"”'
_FREE = re.compile(r"\b(?:free(?: of charge)?|no (?:charge|fee)|nothing)\b", re.IGNORECASE)
_FOR_WHOM = re.compile(r" (?:for|to) (?P<whom>[^,;.]{2,60}?)(?=[,;.]| and | but |$)")
_GETS_IT = re.compile(
    r"(?P<whom>[^,;.:]{2,60}?)"
    r" (?:gets? in|enters?|travels?|rides?|pays?|comes? in|(?:is|are) (?:admitted|let in))\b"
    r"[^,;.:]{0,20}$"
)
"""Before "free": who it is for."""
_SUM = re.compile(r"[$€£]\d")
_EACH = re.compile(
    r"(?P<sum>(?:[$€£]|\b)\d[\d.,]{0,11}(?: [^\W\d_]{2,12})?) for (?P<whom>[^\W\d_][\w’'-]{2,20}"
    r"(?: [\w’'-]{2,20}){0,2}?)(?=[,;.]| and | but | or | under | over | aged | who |$)"
)
"""A sum and whose it is."""
_PAY_IT = re.compile(
    r"(?:^|[,;.:] |\band |\bbut )(?P<whom>[^\W\d_][\w’'-]{2,20}(?: [\w’'-]{2,20}){0,2}?)"
    r" pays? (?:only )?"
    r"(?P<sum>half(?: the price)?|[$€£]?\d(?:[\d.,]{0,10}\d)?(?: [^\W\d_]{2,12})?)"
    r"(?=[,;.]| and | but |$)"
)
"""Who pays, and a sum: "tickets cost 5 pounds, children pay 2"."""
_COSTS = re.compile(
    r"\b(?:how much|costs?|pays?|price|fee|fare|charged?|admission)\b", re.IGNORECASE
)
_NOT_OF = re.compile(r"\bnon-|\b(?:not|without)\b", re.IGNORECASE)
_FIGURES = ("amount", "money", "duration", "date")
"""What no words of two clauses answer: of 18,407 such answers of training questions 26 are so."""
_OTHERS = re.compile(r"(?=, (?:those|that|the ones?) (?:of|in|for|from|on)\b)")
"""Before what is of others: "Tuesdays, those of class 4 on Thursdays"."""
_BAR = " | "
"""What parts the cells of a row: no words are of two."""
_LEFT = 0.05
"""Share of the spans that still hold, from which the others, which hold no more, count nothing."""
_NUMBERED = re.compile(r"(?:(?:the|an?) )?[a-z]{2,20} \d{1,6}(?=$| (?:an?|the|at|in|on|for|to)\b)")
"""A thing by its number, which is nobody: "channel 74"."""
_STANDS_FOR = re.compile(r"(?:.*, )?the (?:first|second|third|former|latter)", re.IGNORECASE)
"""What is named before alone tells what is meant."""
_NAMED = 0.05
"""Share of the best span's probability from which it may go on to the end of a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Words of a sentence that may answer."""

    start: int
    end: int
    """Offsets in the sentence's text."""
    worth: float
    """F1 that they may be expected to have, if the sentence answers; 0 to 1."""


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
    shared = _shared(one.text, question.text) or _priced(one.text, question)
    own = own_figure(one.text, asked=question.text)
    counted = Unit(start=own[0], end=own[1], worth=1.0) if own else _of_role(one.text, question)
    unit = shared or counted or best_unit(one.reading, question)
    if unit is None or is_not_so(one.text, unit.start, unit.end, asked=question.text):
        return None
    sentence, begin = one.reading.sentence, one.reading.sentence.start
    plain = without_corrected(one.text)
    if is_negated(plain) and not clause_of(sentence, begin + unit.start, begin + unit.end):
        return None
    told = set(content_terms(_words(one, unit))) - set(content_terms(question.text)) - _empty()
    if question.expects == "person" and is_source(one.text, unit.start, unit.end):
        return None
    number = question.expects in _NO_NUMBERS and all(term.isdigit() for term in told)
    if question.expects == "person":
        number = number or bool(_NUMBERED.match(_words(one, unit)))
    stands_for = _STANDS_FOR.fullmatch(_words(one, unit))
    return unit if told and not number and not stands_for else None


def best_unit(reading: ReadSentence, question: Question) -> Unit | None:
    """Return the unit of the reader's best words, or of the next that make one; None for none.

    Who sells is not what the kiosk sells: words before the very verb that is asked of are none. Nor
    are those of a clause on adults where children are asked of.
    """
    text, begin = reading.sentence.text, reading.sentence.start
    parts = likely(reading.tokens)
    found = [(part.start - begin, part.end - begin) for part in parts]
    shares = np.array([part.share for part in parts])
    best = _whole_name(text, (reading.start - begin, reading.end - begin), found, shares)
    asked = question.text
    units = [_unit(text, span, question.expects) for span in (best, *found)]
    units = [without_what_was(text, *unit, asked=asked) if unit else None for unit in units]
    made = [_with_its_day(text, unit, asked) for unit in units]
    was = np.array([one is not None and is_what_was(text, *one, asked=asked) for one in made])
    left = float(shares[~was[1:]].sum())
    shares = np.where(was[1:], 0.0, shares) / left if left >= _LEFT else shares
    apart = (_BAR, _PARTS[0]) if question.expects in _FIGURES else (_BAR,)
    fitting = (
        one
        for one, is_no_more in zip(made, was, strict=True)
        if one
        and not is_no_more
        and not any(mark in text[slice(*one)] for mark in apart)
        and not _does_it(text, one[1], asked)
        and not _is_of_other_side(text, one, asked)
        and not is_of_other_name(text, *one, asked=asked)
        and not is_no_sum(text, one[0], asked=asked)
        and not figure_is_other(text, *one, asked=asked)
    )
    unit = next(fitting, None)
    if unit is None:
        return None
    others = [own or span for own, span in zip(made[1:], found, strict=True)]
    end = unit[0] + len(_OTHERS.split(text[slice(*unit)])[0])
    return Unit(start=unit[0], end=end, worth=float(_f1(text, unit, others) @ shares))


def names_a_thing(one: Weighed, question: Question) -> bool:
    """Say whether the words that answer who did it name a thing behind "from" or its like.

    "A new one from a closed cable car" does not tell who made the motor. Of 3,379 answers of
    training questions for who, one is called so.
    """
    if question.expects != "person" or one.reading is None:
        return False
    unit = best_unit(one.reading, question)
    return unit is not None and is_source(one.text, unit.start, unit.end)


def _shared(text: str, asked: str) -> Unit | None:
    """Return the clause that names several who pay, each a share, where it is asked who does."""
    if not _pays().match(asked):
        return None
    shares = list(_share().finditer(text))
    if len(shares) < _PAYERS:
        return None
    start = max(text.rfind(mark, 0, shares[0].start()) + len(mark) for mark in _PARTS)
    start = start if start >= len(_PARTS[0]) else 0
    end = len(text.rstrip(_STOPS))
    return Unit(start=start, end=end, worth=1.0) if end - start <= _LONGEST_SHARED else None


def _priced(text: str, question: Question) -> Unit | None:
    """Return what those pay who are asked of, of several who pay unequal sums, or nothing.

    "£7 for adults and free for children" tells what children pay, and so do "64 kroner for adults
    and 32 for children" and "Tickets cost 5 pounds, children pay 2": the reader knows whole sums
    alone.
    """
    of_money = question.expects == "money" or _COSTS.search(question.text)
    if not of_money or _NOT_OF.search(question.text):
        return None
    asked = with_family("people", frozenset(content_terms(question.text)))
    found = [(each.span("sum"), each["whom"]) for each in _EACH.finditer(text)]
    found = found if len(found) > 1 or len(_SUM.findall(text)) > 1 else []
    found += [(each.span("sum"), each["whom"]) for each in _PAY_IT.finditer(text)]
    for free in _FREE.finditer(text):
        start = _part(text, free.start())[0]
        who = _FOR_WHOM.match(text, free.end()) or _GETS_IT.search(text[start : free.start()])
        found += [(free.span(), who["whom"])] if who else []
    fits = [
        span
        for span, whom in found
        if (meant := asked & set(content_terms(whom)))
        and not meant & set(content_terms(text.replace(whom, " ", 1)))
    ]
    return Unit(start=fits[0][0], end=fits[0][1], worth=1.0) if len(fits) == 1 else None


def _of_role(text: str, question: Question) -> Unit | None:
    """Return the name beside which the role that is asked for stands in brackets."""
    span = beside_role(text, asked=question.text) if question.expects == "person" else None
    return Unit(start=span[0], end=span[1], worth=1.0) if span else None


def _does_it(text: str, end: int, asked: str) -> bool:
    """Say whether the very verb that a question ends with stands behind an answer's end.

    Of "What does the kiosk sell?" and its like alone; and who gives is not who gets.
    """
    if _GETS.match(asked) and _GIVES.match(text, end):
        return True
    found, behind = _DOES.match(asked), _BEHIND.match(text, end)
    if found is None or behind is None:
        return False
    return terms(found["verb"]) == terms(behind["verb"])


def _is_of_other_side(text: str, unit: tuple[int, int], asked: str) -> bool:
    """Say whether what stands between two commas, where an answer begins, is of the opposite."""
    start, end = _part(text, unit[0])
    half = slice(*_part(text, unit[1] - 1, _ANDS))
    return is_opposite(text[start:end], asked=asked) or is_opposite(text[half], asked=asked)


def _part(text: str, at: int, marks: Sequence[str] = _COMMAS) -> tuple[int, int]:
    """Return what stands between two commas, around a place, or between other marks."""
    start = max(text.rfind(mark, 0, at) for mark in marks) + 1
    ends = [end for mark in marks if (end := text.find(mark, at)) >= 0]
    return start, min(ends, default=len(text))


def _with_its_day(text: str, unit: tuple[int, int] | None, asked: str) -> tuple[int, int] | None:
    """Return a unit with the part behind it, where that names the day asked of and its own others.

    Of "daily from 10 to 16, on Wednesdays until 20", 10 to 16 is not the whole of Wednesdays.
    """
    day = days_of(asked)
    if unit is None or len(day) != 1:
        return unit
    start, end = _part(text, unit[0])
    behind = _part(text, min(end + 2, len(text)))
    others = days_of(text[start:end]) - day
    if unit[1] > end or not others or days_of(text[slice(*behind)]) != day:
        return unit
    return unit[0], len(text[: behind[1]].rstrip(_STOPS))


@cache
def _pays() -> re.Pattern[str]:
    return re.compile(rf"^(?:and )?who\b.*\b{any_of('asks', 'payer_verb')}\b", re.IGNORECASE)


@cache
def _share() -> re.Pattern[str]:
    """Return the form of a share of what is paid: "half", "a third", "the rest", "40 percent"."""
    return re.compile(
        rf"\b(?:{any_of('holds', 'share')}|\d[\d.,]{{0,15}}(?: ?%| per ?cent\b| (?:million )?"
        rf"{any_of('holds', 'currency')}\b)|[$€£]\d[\d.,]{{0,15}})",
        re.IGNORECASE,
    )


@cache
def _empty() -> frozenset[str]:
    """Return the terms that tell nothing alone: "the day"."""
    return frozenset(content_terms(data_toml("rag", "clauses.toml")["edges"]["empty"]))


def _words(one: Weighed, unit: Unit) -> str:
    return one.text[unit.start : unit.end]


def _whole_name(
    text: str,
    best: tuple[int, int],
    found: Sequence[tuple[int, int]],
    shares: NDArray[np.float64],
) -> tuple[int, int]:
    """Return a span with the rest of a name, where the reader does not rule that out.

    It may: "the Grinch" is a name in "How the Grinch Stole Christmas".
    """
    whole = best[0], end_of_name(text, start=best[0], end=best[1])
    held = dict(zip(found, shares, strict=True))
    return whole if held.get(whole, 0.0) >= _NAMED * held.get(best, 1.0) else best


def _unit(text: str, span: tuple[int, int], expects: AnswerType) -> tuple[int, int] | None:
    start, end = moved(text, start=span[0], end=span[1], expects=expects)
    return cut(text, start=start, end=end, expects=expects) if start < end else None


def _f1(text: str, unit: tuple[int, int], others: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    """Return the F1 of words of a unit with each other, (others,)."""
    words = list(_WORDS.finditer(text))
    counted = [not _NO_WORD.fullmatch(word.group()) for word in words]
    before = np.concatenate([np.zeros(1), np.cumsum(counted)])
    spans = np.array([unit, *others])
    first = np.searchsorted([word.end() for word in words], spans[:, 0], side="right")
    last = np.searchsorted([word.start() for word in words], spans[:, 1], side="left")
    lengths = before[last] - before[first]
    begin = np.maximum(first[0], first[1:])
    shared = before[np.maximum(np.minimum(last[0], last[1:]), begin)] - before[begin]
    f1: NDArray[np.float64] = 2 * shared / np.maximum(lengths[0] + lengths[1:], 1)
    return f1
