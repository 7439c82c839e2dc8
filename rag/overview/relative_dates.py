"""Reads dates that count from another, "last year", and whether a verb tells of past or future."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any, Literal

from index.data_files import data_toml

Counted = tuple[str, str, int, int]
"""First and last day as in `rag.overview.timeline`, and where the words begin and end."""
Tense = Literal["past", "future", "present", "open"]
"""present: as of what a plan has, "the doors open on Friday". open: no verb tells."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_CHAIN = 3
"""Words from a verb that leads ahead to the participle that belongs to it."""
_CLAUSE = re.compile(r"(?:[;:]|(?<![.\s]\w)\.)\s")
"""No full stop ends it behind a single letter, as in "2 a.m. on Sunday"."""


def read_relative(
    sentence: str, *, anchor: date | None, told: Sequence[tuple[str, int]]
) -> list[Counted]:
    """Return the dates of a sentence that count from the article's, or from one told before.

    Args:
        sentence: The whole sentence.
        anchor: The day that its article is from; None leaves out what counts from it.
        told: Dates that "later" and "earlier" may count from, each with where it ends.
    """
    found = []
    for match in _pattern().finditer(sentence):
        group = match.groupdict()
        if group["way"] in ("earlier", "later"):
            day = _from_told(match, told)
        elif anchor is None or (group["day"] and _is_now(group["day"], sentence, match)):
            day = None
        elif group["day"]:
            shift = tables()["relative"]["day_words"][" ".join(group["day"].lower().split())]
            day = ((anchor + timedelta(days=shift)).isoformat(), "")
        elif group["way"]:
            day = _ago(match, anchor)
        else:
            day = _which(group["which"].lower(), group["what"].lower(), anchor)
        if day is not None:
            found.append((*day, match.start(), match.end()))
    return found


def tense_at(sentence: str, start: int, end: int) -> Tense:
    """Return the tense of the verb that stands nearest before a date, or else behind it.

    Args:
        sentence: The whole sentence.
        start: Of the date in it.
        end: Of the date, exclusive.
    """
    clause = max((m.end() for m in _CLAUSE.finditer(sentence[:start])), default=0)
    before = _told(sentence[clause:start])
    if before:
        return before[-1]
    behind = _told(_CLAUSE.split(sentence[end:])[0])
    return behind[0] if behind else "open"


@cache
def words_of(table: str, name: str) -> frozenset[str]:
    """Return a list of words of `rag/data/timeline.toml`."""
    return frozenset(tables()[table][name].split())


@cache
def tables() -> dict[str, Any]:
    """Return the tables of `rag/data/timeline.toml`."""
    return data_toml("rag", "timeline.toml")


def _is_now(word: str, sentence: str, match: re.Match[str]) -> bool:
    """Say whether "today" means nowadays: no verb beside it tells of the day."""
    tense = tense_at(sentence, match.start(), match.end())
    return word.lower() == "today" and tense not in ("past", "future")


def _ago(match: re.Match[str], anchor: date) -> tuple[str, str] | None:
    """Return when "N units ago" was, no more exact than its unit; weeks have no such date."""
    count, unit = _count(match["count"]), match["unit"].lower().rstrip("s")
    if unit == "day":
        return (anchor - timedelta(days=count)).isoformat(), ""
    if unit == "month":
        months = anchor.year * 12 + anchor.month - 1 - count
        return f"{months // 12:04}-{months % 12 + 1:02}", ""
    if unit == "year" and count < anchor.year:
        return f"{anchor.year - count:04}", ""
    return None


def _from_told(match: re.Match[str], told: Sequence[tuple[str, int]]) -> tuple[str, str] | None:
    """Return the year, or the day, that stands so far from the one date told before."""
    begins = not match.string[: match.start()].strip()
    before = [first for first, end in told if (begins if end < 0 else end <= match.start())]
    if len(before) != 1:
        return None
    count = _count(match["count"]) * (1 if match["way"].lower() == "later" else -1)
    unit, first = match["unit"].lower().rstrip("s"), before[0]
    if unit == "year":
        return f"{int(first[:4]) + count:04}", ""
    if unit in ("day", "week") and len(first) == 10:
        days = count * (7 if unit == "week" else 1)
        return (date.fromisoformat(first) + timedelta(days=days)).isoformat(), ""
    if unit == "month" and len(first) >= 7:
        months = int(first[:4]) * 12 + int(first[5:7]) - 1 + count
        return f"{months // 12:04}-{months % 12 + 1:02}", ""
    return None


def _which(which: str, what: str, anchor: date) -> tuple[str, str] | None:
    """Return when "last year" or "next week" is."""
    step = {"last": -1, "past": -1, "this": 0}.get(which, 1)
    if what == "year":
        return f"{anchor.year + step:04}", ""
    if what == "month":
        months = anchor.year * 12 + anchor.month - 1 + step
        return f"{months // 12:04}-{months % 12 + 1:02}", ""
    if what in ("week", "weekend"):
        monday = anchor - timedelta(days=anchor.weekday()) + timedelta(weeks=step)
        if what == "week":
            return monday.isoformat(), (monday + timedelta(days=6)).isoformat()
        saturday = monday + timedelta(days=5)
        return saturday.isoformat(), (saturday + timedelta(days=1)).isoformat()
    return _season(step, *tables()["relative"]["seasons"][what], anchor=anchor)


def _season(step: int, first: int, last: int, *, anchor: date) -> tuple[str, str]:
    """Return the months of the season that ended last, comes next, or is this year's."""
    year = anchor.year
    if step < 0 and anchor.month <= last:
        year -= 1
    if step > 0 and anchor.month >= first:
        year += 1
    return f"{year:04}-{first:02}", f"{year:04}-{last:02}"


def _count(word: str) -> int:
    return int(word) if word.isdigit() else int(tables()["relative"]["counts"][word.lower()])


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in words)


@cache
def _pattern() -> re.Pattern[str]:
    words = tables()["relative"]
    days = _alternatives(words["day_words"])
    seasons = "|".join(words["seasons"])
    counts = "|".join(words["counts"])
    return re.compile(
        rf"""
        \b(?P<day>{days})\b
        | \b(?P<which>last|past|next|this|coming)
          [ ](?P<what>weekend|week|month|year|{seasons})\b(?!['’])
        | (?<![\w.,])(?P<count>\d{{1,3}}|{counts})[ ](?P<unit>days?|weeks?|months?|years?)
          [ ](?P<way>ago|earlier|later)\b(?![ ]than)
        """,
        re.VERBOSE | re.IGNORECASE,
    )


def _told(text: str) -> list[Tense]:
    """Return the tense of each verb whose tense shows, in order."""
    found: list[Tense] = []
    words = [word.casefold().replace("’", "'") for word in _WORD.findall(text)]
    ahead = -_CHAIN - 1
    for n, word in enumerate(words):
        if _leads_ahead(words, n):
            found.append("future")
            ahead = n
        elif _is_past(word):
            # "will be shipped", "is to have been opened": the verb that leads tells.
            led = n - ahead <= _CHAIN and word not in words_of("tense", "finite")
            found.append("future" if led else "past")
        elif word in words_of("tense", "present"):
            found.append("present")
    return [tense for tense in found if tense != "present"] or found


def _leads_ahead(words: list[str], n: int) -> bool:
    if words[n] in words_of("tense", "future") or words[n].endswith("'ll"):
        return True
    follows = n + 1 < len(words) and words[n + 1] == "to"
    return follows and words[n] in words_of("tense", "to")


def _is_past(word: str) -> bool:
    if word in words_of("tense", "past"):
        return True
    return len(word) > 3 and word.endswith("ed") and word not in words_of("tense", "no_past")
