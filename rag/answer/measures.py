"""Tells when a figure is of another measure, or of another time, than a question asks for.

"The crossing takes eight minutes" does not tell how fast the ferry is, nor "in 1925" how old she
was. Only figures whose unit is known are ruled out; a sentence without any is let pass.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from index.data_files import data_toml
from rag.question import any_of, asks_from

_PER = r"(?: ?/ ?|[- ](?:per|an?|each|every)[- ])(?:hour|second|minute|h|s|sec|min)\b"
_YEAR = r"(?:1[0-9]{3}|20[0-9]{2})"
_OF_TWO = ("pound", "pounds")
"""Units of money and of weight."""
_NUMBER = r"\d{1,3}(?:[ ,. ]\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?"


class Figure(NamedTuple):
    """A figure of a text."""

    start: int
    end: int
    """Offsets of its words, unit included."""
    kind: str
    """As in `rag/data/measures.toml`; "" for one of no known unit."""


def is_of_other_measure(text: str, *, asked: str) -> bool:
    """Say whether a text has figures, and all of them of measures that do not answer.

    Of 30,958 sentences that answer, of training questions, 1 is called so (1,023 of the questions
    are for such a measure).
    """
    other = _other(asked)
    found = figures(text) if other else ()
    return bool(found) and all(one.kind in other for one in found)


def figure_is_other(text: str, start: int, end: int, *, asked: str) -> bool:
    """Say whether the words of a span have a figure, and each is of a measure that does not answer.

    A unit may stand behind the span.
    """
    other = _other(asked)
    if not other:
        return False
    own = [one for one in figures(text) if one.start < end and one.end > start]
    return bool(own) and all(one.kind in other for one in own)


def is_what_was(text: str, start: int, end: int, *, asked: str) -> bool:
    """Say whether a span is what something was changed from, and it is asked what it is.

    "Moved from 20 June to 27 June" does not say that the party is on 20 June. Of 30,958 answers of
    training questions none is called so.
    """
    if _before().search(asked):
        return False
    return any(
        one.start("old") <= start and end <= one.end("old") for one in _change().finditer(text)
    )


@cache
def _change() -> re.Pattern[str]:
    verb = any_of("changes", "verb")
    return re.compile(
        rf"\b{verb}\b[^.;:]{{0,40}}? from (?P<old>[^.;,]{{1,40}}?) to [^.;,]", re.IGNORECASE
    )


@cache
def _before() -> re.Pattern[str]:
    return re.compile(rf"\b{any_of('changes', 'before')}\b", re.IGNORECASE)


@lru_cache(maxsize=4096)
def figures(text: str) -> tuple[Figure, ...]:
    """Return the figures of a text in their order, each with its kind."""
    return tuple(
        Figure(start=match.start(), end=match.end(), kind=_kind(match))
        for match in _figure().finditer(text)
    )


def _kind(match: re.Match[str]) -> str:
    if match["date"]:
        return "year"
    if match["clock"]:
        return "time"
    if match["symbol"]:
        return "money"
    unit = (match["unit"] or "").casefold().replace(" ", "_").replace("-", "_")
    kind = _units().get(unit, "")
    if kind == "length" and match["per"]:
        return "speed"
    if not kind and not unit and re.fullmatch(_YEAR, match["number"]):
        return "year"
    return kind


@lru_cache(maxsize=1024)
def _other(asked: str) -> frozenset[str]:
    plain = asked.replace("’", "'")
    asking = plain[asks_from(plain) :]
    return next((other for form, other in _asked() if form.match(asking)), frozenset())


@cache
def _asked() -> Sequence[tuple[re.Pattern[str], frozenset[str]]]:
    return [
        (re.compile(entry["form"], re.IGNORECASE), frozenset(entry["other"]))
        for entry in data_toml("rag", "measures.toml")["asked"]
    ]


@cache
def _units() -> dict[str, str]:
    """Return the kind of each spelling of more than one letter, blanks as underscores."""
    found: dict[str, str] = {}
    quantities = data_toml("rag", "quantities.toml")
    for kind, rows in quantities["units"].items():
        found |= {word: kind for _, words in rows for word in words.split()}
    for words in quantities["currencies"].values():
        found |= dict.fromkeys(words.split(), "money")
    for kind, words in data_toml("rag", "measures.toml")["further"].items():
        found |= dict.fromkeys(words.split(), kind)
    found |= dict.fromkeys(_OF_TWO, "")
    return {word: kind for word, kind in found.items() if len(word) > 1 or word == "%"}


@cache
def _figure() -> re.Pattern[str]:
    """Return the form of a figure with its unit; constant, for nothing of a text is in it."""
    quantities = data_toml("rag", "quantities.toml")
    spelt = "|".join((*quantities["ones"], *quantities["tens"]))
    scale = r"(?:hundred|thousand|million|billion|trillion|dozen|mn|bn)"
    number = rf"(?:{_NUMBER}|(?:{spelt})(?:[- ](?:{spelt}))?)(?:[- ]{scale}){{0,2}}"
    units = sorted(_units(), key=len, reverse=True)
    unit = "|".join(re.escape(word).replace("_", "[- ]") for word in units)
    months = any_of("holds", "month")
    short = any_of("holds", "month_beside_a_day")
    date = (
        rf"\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{months}|{short}\b)(?:,? {_YEAR})?"
        rf"|(?:{months}|{short}\.?) \d{{1,2}}(?:st|nd|rd|th)?\b(?!,\d)(?:,? {_YEAR})?"
        rf"|(?:{months}) {_YEAR}"
    )
    hour = r"\d{1,2}(?:[.:]\d\d)?"
    clock = rf"(?:from|between) {hour} (?:to|and|until|till) {hour}|(?:until|till) {hour}"
    no_unit = rf"(?![\d.,]*\d)(?![- ]?(?:{unit})(?!\w))"
    return re.compile(
        rf"(?<![\w.,\-])(?:(?P<date>{date})\b|(?P<clock>{clock}){no_unit}"
        rf"|(?P<symbol>[$€£¥₹] ?)?(?P<number>{number})"
        rf"(?:[- ]?(?P<unit>{unit})(?!\w)(?P<per>{_PER})?)?)(?!\w)",
        re.IGNORECASE,
    )
