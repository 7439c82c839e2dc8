"""Works out when a sentence's dates are: as written, or counted from the article's date.

What is not certain is left out: habits ("on Mondays"), a month whose year another sentence tells,
numbers that only look like years. In the manner of the rules of temporal taggers (HeidelTime,
Strötgen and Gertz, 2010), for news: a date without a year is the one nearest in the verb's tense.
"""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

from index.store.queries import DocumentRow
from rag.overview.relative_dates import Tense, read_relative, tables, tense_at, words_of
from rag.verification.parse import Date, read_dates

_BEFORE = re.compile(r"([^\W_]{1,30})[’']?[ -]{0,3}$")
_BEHIND = re.compile(r"[ -]*([^\W\d_]+)")
_RANGE = re.compile(r"\s*(?:to|until|till|through|–|-|—)\s*(?:the )?")
_YEAR_BEHIND = re.compile(r"\s+(?:of\s+)?(this|last|next)\s+year\b(?!['’])", re.IGNORECASE)
_COMPARED = re.compile(
    r"\b(?:than|since|from)(?:\s+(?:in|that|those|the|of))*\s*$|\brecords\b.*$", re.IGNORECASE
)
_AND = re.compile(r"\s*and\s*")
_LINES, _BEGINNING = 4, 160
"""Lines of an article, and characters of a line, in which its dateline may stand."""
_LINE_WORDS = 14
"""Words of a line that is a dateline as a whole."""
_PLACE_WORDS = 6
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_GOES_ON = re.compile(r"\s{0,4}(?:\([^)]{1,40}\)\s{0,4})?(?:[-–—.:|)]|$)")
_LABEL = re.compile(r"^(?:date|published|posted|updated|issued)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dating:
    """A date that a sentence gives, worked out."""

    first: str
    """As `TimelineEntry.date`."""
    last: str
    """As `TimelineEntry.end`."""
    relative: bool
    """As in `TimelineEntry`."""
    start: int
    end: int
    """Offsets in the sentence of the words that give it."""


def datings(sentence: str, *, anchor: date | None, before: str = "") -> tuple[Dating, ...]:
    """Return the dates of a sentence in order, as far as they are certain.

    Args:
        sentence: The whole sentence.
        anchor: The day that its article is from; None leaves out what counts from it.
        before: The sentence before it.
    """
    dates = read_dates(sentence)
    years = _told_years(sentence, dates) | _told_years(before, read_dates(before))
    elsewhere = anchor is not None and bool(years - {anchor.year})
    found = [_absolute(sentence, dates, n, anchor, elsewhere) for n in range(len(dates))]
    plain = [one for one in found if one is not None]
    taken = [(d.start, d.end) for d in dates] + [(one.start, one.end) for one in plain]
    counted = read_relative(sentence, anchor=anchor, told=_told(plain, before))
    relative = [
        Dating(first=first, last=last, relative=True, start=start, end=end)
        for first, last, start, end in counted
        if not any(start < until and begin < end for begin, until in taken)
    ]
    return _joined(sentence, sorted((*plain, *relative), key=lambda one: one.start))


def _told(plain: Sequence[Dating], before: str) -> tuple[tuple[str, int], ...]:
    """Return the dates that "three years later" may count from, each with where it ends."""
    here = [(one.first, one.end) for one in plain if not one.last]
    stated = [one for one in read_dates(before) if one.year and not one.decade]
    if here or len(stated) != 1:
        return tuple(here)
    return ((_iso(stated[0], stated[0].year or 0), -1),)


def _absolute(
    sentence: str, dates: Sequence[Date], n: int, anchor: date | None, elsewhere: bool
) -> Dating | None:
    found = dates[n]
    if found.decade and found.year:
        return _dating(found, str(found.year), last=str(found.year + 9))
    if found.year is not None:
        if found.month is None and not _is_year(sentence, found):
            return None
        return _dating(found, _iso(found, found.year)) if _is_real(found) else None
    year = _year_of_range(sentence, dates, n)
    if year is not None and found.month:
        return _dating(found, _iso(found, year))
    return _counted(sentence, dates, n, anchor, elsewhere) if anchor else None


def _counted(
    sentence: str, dates: Sequence[Date], n: int, anchor: date, elsewhere: bool
) -> Dating | None:
    """Return a date without a year as it counts from the article's."""
    found = dates[n]
    if found.month is None:
        return _weekday(sentence, dates, n, anchor)
    behind = _YEAR_BEHIND.match(sentence, found.end)
    if behind:
        told = anchor.year + {"last": -1, "this": 0, "next": 1}[behind[1].lower()]
        made = _dating(found, _iso(found, told))
        return replace(made, end=behind.end(), relative=True) if _bounds(found, told) else None
    if elsewhere or not _is_month(sentence, found) or _is_season(sentence, dates, n):
        return None
    return _in_year(sentence, found, anchor)


def _told_years(sentence: str, dates: Sequence[Date]) -> set[int]:
    """Return the years that a sentence is about: not those that it only compares with."""
    found = [d for d in dates if d.year and not d.decade]
    told = [d for d in found if not _COMPARED.search(sentence[: d.start])]
    return {d.year for d in told if d.year}


def _is_season(sentence: str, dates: Sequence[Date], n: int) -> bool:
    """Say whether a month is one end of a season of each year: "between October and March"."""
    for one, other in pairwise(dates[max(0, n - 1) : n + 2]):
        bare = all(d.month and d.day is None and d.year is None for d in (one, other))
        between = sentence[one.end : other.start]
        if bare and (_RANGE.fullmatch(between) or _AND.fullmatch(between)):
            led = _word_before(sentence, one.start)
            return led in ("between", "from") or bool(_RANGE.fullmatch(between))
    return False


def _year_of_range(sentence: str, dates: Sequence[Date], n: int) -> int | None:
    """Return the year that "12 March to 3 April 2024" and "March and May 2024" give once."""
    if n + 1 == len(dates):
        return None
    one, other = dates[n], dates[n + 1]
    between = sentence[one.end : other.start]
    joined = _RANGE.fullmatch(between) or _AND.fullmatch(between)
    if not joined or other.year is None or not (one.month and other.month):
        return None
    return other.year if one.month <= other.month else other.year - 1


def _in_year(sentence: str, found: Date, anchor: date) -> Dating | None:
    """Give a month, or a day of one, the year that is nearest in the verb's tense."""
    tense = _tense(sentence, found)
    which = _word_before(sentence, found.start)
    if which in ("last", "past", "next"):
        tense = "future" if which == "next" else "past"
    days = [(year, _bounds(found, year)) for year in range(anchor.year - 1, anchor.year + 2)]
    fit = [(year, *b) for year, b in days if b and _on_weekday(found, b[0])]
    if which == "this":
        fit = [one for one in fit if one[0] == anchor.year]
    elif which in ("last", "past", "next"):
        fit = [one for one in fit if one[2] < anchor or one[1] > anchor]
    if tense == "past":
        fit = [one for one in fit if one[1] <= anchor][-1:]
    elif tense == "future":
        fit = [one for one in fit if one[2] >= anchor][:1]
    if not fit:
        return None
    year = min(fit, key=lambda one: abs((one[1] - anchor).days))[0]
    made = _dating(found, _iso(found, year))
    if which in ("last", "past", "next", "this"):
        begin = sentence[: found.start].rstrip().lower().rfind(which)
        return replace(made, start=begin, relative=True)
    return replace(made, relative=True)


def _weekday(sentence: str, dates: Sequence[Date], n: int, anchor: date) -> Dating | None:
    """Give a weekday its day in the article's week, behind or ahead by the verb's tense."""
    found = dates[n]
    if found.weekday is None or _is_habit(sentence, dates, n):
        return None
    which, tense = _word_before(sentence, found.start), _tense(sentence, found)
    behind = (anchor.weekday() - found.weekday) % 7
    if which in ("last", "past", "next", "coming"):
        back = which in ("last", "past")
        days = -(behind or 7) if back else 7 - behind
    elif tense in ("future", "present"):
        days = 7 - behind
    elif tense == "past" or _word_before(sentence, found.start) == "on":
        days = -behind
    else:
        return None
    made = _dating(found, (anchor + timedelta(days=days)).isoformat())
    if which in ("last", "past", "next", "coming", "on"):
        begin = sentence[: found.start].lower().rfind(which)
        return replace(made, start=begin, relative=True)
    return replace(made, relative=True)


def _tense(sentence: str, found: Date) -> Tense:
    tense = tense_at(sentence, found.start, found.end)
    led = _word_before(sentence, found.start) in words_of("tense", "ahead")
    return "future" if led and tense in ("open", "present") else tense


def _is_habit(sentence: str, dates: Sequence[Date], n: int) -> bool:
    """Say whether a weekday is meant in general, or counted otherwise than by the article."""
    found = dates[n]
    if found.text.rstrip().lower().endswith("s") or sentence[found.end :].startswith(" of "):
        return True
    if _word_before(sentence, found.start) in words_of("weekday", "not_after"):
        return True
    near = [d for d in (*dates[max(0, n - 1) : n], *dates[n + 1 : n + 2]) if d.month is None]
    gaps = [sentence[min(d.end, found.end) : max(d.start, found.start)] for d in near]
    joined = words_of("weekday", "joined")
    return any(gap.strip(" ,").casefold() in joined | {"–", "-", "/", ""} for gap in gaps)


def _is_month(sentence: str, found: Date) -> bool:
    """Say whether a month without a year is one: no name, and no habit behind "every"."""
    before = _word_before(sentence, found.start)
    if before in words_of("month", "never_after") or _yearly().search(sentence):
        return False
    behind = _BEHIND.match(sentence, found.end)
    named = bool(behind) and behind[1][:1].isupper() if behind else False
    return found.day is not None or (before in words_of("month", "after") and not named)


@cache
def _yearly() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{tables()['month']['yearly']})\b", re.IGNORECASE)


def _is_year(sentence: str, found: Date) -> bool:
    """Say whether four digits are a year and no count, page or flight."""
    before = _word_before(sentence, found.start)
    behind = _BEHIND.match(sentence, found.end)
    word = behind[1].casefold() if behind else ""
    if before in words_of("year", "no_year_after"):
        return False
    if before in words_of("year", "surely_after"):
        return word not in words_of("year", "counted") - words_of("year", "persons")
    plural = word.endswith("s") and not word.endswith("ss")
    counts = (plural and word not in words_of("year", "verbs")) or word in words_of(
        "year", "counted"
    )
    if before in words_of("year", "maybe_after") or not before.isalpha():
        return not counts
    return not word or not sentence[found.end : found.end + 1].isspace()


def _joined(sentence: str, found: Sequence[Dating]) -> tuple[Dating, ...]:
    """Make one stretch of time of two dates that "to" or a dash joins."""
    made: list[Dating] = []
    for one in found:
        before = made[-1] if made else None
        between = sentence[before.end : one.start] if before else ""
        both = (
            _AND.fullmatch(between)
            and before is not None
            and (_word_before(sentence, before.start) == "between")
        )
        if before and not before.last and not one.last and (_RANGE.fullmatch(between) or both):
            relative = before.relative or one.relative
            made[-1] = replace(before, last=one.first, end=one.end, relative=relative)
        else:
            made.append(one)
    return tuple(made)


def _dating(found: Date, first: str, *, last: str = "") -> Dating:
    lead = len(found.text) - len(found.text.lstrip())
    return Dating(first=first, last=last, relative=False, start=found.start + lead, end=found.end)


def _iso(found: Date, year: int) -> str:
    parts = [f"{year:04}", *(f"{p:02}" for p in (found.month, found.day) if p is not None)]
    return "-".join(parts)


def _is_real(found: Date) -> bool:
    return found.year is None or _bounds(found, found.year) is not None


def _bounds(found: Date, year: int) -> tuple[date, date] | None:
    """Return the first and last day of a date in a year; None where there is no such day."""
    month = found.month or 1
    try:
        if found.day is not None:
            return date(year, month, found.day), date(year, month, found.day)
        until = found.month or 12
        last = calendar.monthrange(year, until)[1]
        return date(year, month, 1), date(year, until, last)
    except ValueError:
        return None


def _on_weekday(found: Date, day: date) -> bool:
    return found.weekday is None or found.day is None or day.weekday() == found.weekday


def _word_before(sentence: str, start: int) -> str:
    found = _BEFORE.search(sentence[:start])
    return found[1].casefold() if found else ""


def article_date(document: DocumentRow) -> date | None:
    """Return the day that an article is from; None where neither its card nor its head says."""
    stated = (document.card.published or "")[:10]
    try:
        return date.fromisoformat(stated) if len(stated) == 10 else _dateline(document.text)
    except ValueError:
        return _dateline(document.text)


def day_of(found: Date) -> date | None:
    """Return the day of a date in full; None for any other, and where there is no such day."""
    if found.year is None or found.month is None or found.day is None:
        return None
    try:
        return date(found.year, found.month, found.day)
    except ValueError:
        return None


def is_dateline(sentence: str, *, start: int, end: int) -> bool:
    """Say whether a date stands before a sentence, with its place, and does not date what it says.

    Args:
        sentence: The whole sentence.
        start: Of the date in it.
        end: Of the date, exclusive.
    """
    placed = bool(sentence[:start].strip()) and sentence[:start].split()[0][:3].isupper()
    return placed and _leads(sentence, start=start, end=end)


def _dateline(text: str) -> date | None:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for line in lines[:_LINES]:
        for found in read_dates(line[:_BEGINNING]):
            day = day_of(found)
            if day is not None and _is_head(line, found):
                return day
    return None


def _is_head(line: str, found: Date) -> bool:
    """Tell "ATHENS, 6 March 2024 - The ..." and "Report of 6 March 2024" from a statement."""
    short = len(line.split()) <= _LINE_WORDS and not line.endswith((".", "!", "?"))
    return short or bool(_LABEL.match(line)) or _leads(line, start=found.start, end=found.end)


def _leads(text: str, *, start: int, end: int) -> bool:
    before = text[:start].strip()
    words = _WORD.findall(before)
    placed = len(words) <= _PLACE_WORDS and all(w[0].isupper() or len(w) <= 3 for w in words)
    led = not before or before[-1] in ",(:|–—-/"
    return placed and led and bool(_GOES_ON.match(text, end))
