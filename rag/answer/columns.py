"""How a question says a cell or names a column: units, days cut short, words that only ask.

By terms alone; which cell is meant is `rag.answer.cell`'s.
"""

import calendar
import re
from collections.abc import Mapping, Sequence, Set
from functools import cache
from typing import Any

from index.data_files import data_toml
from index.terms import content_terms, terms
from rag.answer.rows import Cell
from rag.question import AnswerType

_UNIT = re.compile(
    r" \([^()]{1,20}\)$| in [a-zA-Z²]{1,4}$|_(?:[gmltshw]|kw|kwh)$"
    r"|[ _](?:kg|mg|lbs?|oz|km|cm|mm|mi|ft|ml|cl|min|sec|hrs?|eur|usd|gbp|chf|pct)$",
    re.IGNORECASE,
)
"""Behind the name of a column: "Height (m)", "Height in m", "height_m"."""
_PERIOD = re.compile(r"(?:1[5-9]|20)\d\d|\d{1,2}|Q[1-4]")
_LETTERS = 3  # of the name of a day or a month, from which on it may be cut


def without_unit(name: str) -> str:
    """Return the name of a column without the unit behind it."""
    return _UNIT.sub("", name)


def most_named(columns: Sequence[Cell]) -> list[Cell]:
    """Leave out columns whose name is part of another's: "Price" where "Price 2024" is asked."""
    return [
        one
        for one in columns
        if not any(words_of(one.name) < words_of(other.name) for other in columns)
    ]


def words_of(text: str) -> frozenset[str]:
    """Return the terms of a name; those of function words where it has no others."""
    plain = text.replace("_", " ")
    return frozenset(content_terms(plain) or terms(plain))


def says_all(text: str, asked: frozenset[str]) -> bool:
    """Say whether a question says all of a cell."""
    words = words_of(text)
    return bool(words) and words <= asked


def is_named(name: str, asked: frozenset[str]) -> bool:
    """Say whether a question names a column."""
    words = words_of(name)
    return bool(words) and all(any(covers({word}, term) for term in asked) for word in words)


def covers(words: Set[str], term: str) -> bool:
    """Say whether a column's words have one of a question, which may be a day's in full."""
    whole = _days().get(term, "")
    cut = any(len(w) >= _LETTERS and whole.startswith(w) for w in words) if whole else False
    return term in words or cut


def is_period(name: str) -> bool:
    """Say whether a column is called by a year, a quarter, a day or a month."""
    low = name.lower()
    cut = len(low) >= _LETTERS and any(whole.startswith(low) for whole in _days().values())
    return bool(_PERIOD.fullmatch(name)) or cut


@cache
def _days() -> dict[str, str]:
    """Return the names of days and months by the term that each is."""
    names = (*calendar.day_name, *filter(None, calendar.month_name))
    return {terms(name)[0]: name.lower() for name in names}


@cache
def kind_words(table: str, expects: AnswerType) -> frozenset[str]:
    """Return the terms that a kind of question implies of a column's name, or that only say it."""
    return frozenset(terms(_tables()[table].get(expects, "")))


@cache
def table_words() -> frozenset[str]:
    """Return the terms of words by which a cell is asked for, and that none need say."""
    return frozenset(terms(_tables()["asking"]))


def _tables() -> Mapping[str, Any]:
    return data_toml("rag", "tables.toml")
