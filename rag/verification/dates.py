"""Reads the calendar dates of a text as values: year, month, day and weekday, as far as given."""

import re
from dataclasses import dataclass
from functools import cache

from rag.verification.values import quantities


@dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """A date as far as a text gives it; None where it does not."""

    year: int | None
    month: int | None
    day: int | None
    weekday: int | None
    """0 is Monday."""
    decade: bool
    """Whether `year` stands for the ten years that it begins."""
    start: int
    end: int
    text: str


def read_dates(text: str) -> tuple[Date, ...]:
    """Return the dates of a text in order.

    `03/04` is left out because it has two readings; a bare year is one where it looks like one.
    """
    found = []
    for match in _pattern().finditer(text):
        date = _date(match)
        if date is not None:
            found.append(date)
    return tuple(found)


def agrees(claimed: Date, held: Date) -> bool:
    """Say whether a source's date bears out a claimed one: a missing year is no conflict."""
    if conflicts(claimed, held):
        return False
    told = [getattr(held, part) for part in ("month", "day") if getattr(claimed, part) is not None]
    if None in told or (held.decade and claimed.year is not None and not claimed.decade):
        return False
    shared = (
        (claimed.year, held.year),
        (claimed.month, held.month),
        (claimed.weekday, held.weekday),
    )
    return any(a is not None and b is not None for a, b in shared)


def conflicts(one: Date, other: Date) -> bool:
    """Say whether two dates give the same part differently."""
    parts = ((one.month, other.month), (one.day, other.day), (one.weekday, other.weekday))
    if any(a is not None and b is not None and a != b for a, b in parts):
        return True
    if one.year is None or other.year is None:
        return False
    if one.decade or other.decade:
        return one.year // 10 != other.year // 10
    return one.year != other.year


@cache
def _pattern() -> re.Pattern[str]:
    dates = quantities()["dates"]
    long = "|".join(w.title() for names in dates["months"] for w in names.split()[:1])
    short = "|".join(w.title() for names in dates["months"] for w in names.split()[1:])
    month = rf"(?:{long}|(?:{short})\b\.?)"
    weekday = "|".join(w.title() for names in dates["weekdays"] for w in names.split()[:1])
    day = r"\d{1,2}(?:st|nd|rd|th)?"
    year = r"(?:1[4-9]\d\d|20\d\d|21\d\d)"
    lead = "in|of|by|since|from|until|during|after|before|and|to|last|next|early|late|mid|this|each"
    lead += "|In|Of|By|Since|From|Until|During|After|Before|Last|Next|Early|Late|Mid"
    # "May" and "March" begin sentences too, and count only behind one of these.
    alone = "|".join(m for m in long.split("|") if m not in ("May", "March"))
    return re.compile(
        rf"""
        (?<![\w.,$€£]) (?P<iso>(?P<iy>{year})-(?P<im>\d\d)-(?P<id>\d\d)) (?!\w)
        | (?<![\w/]) (?P<slash>(?P<s1>\d{{1,2}})/(?P<s2>\d{{1,2}})(?:/(?P<s3>{year}|\d\d))?)
          (?![\w/])
        | \b(?:(?P<wd>{weekday})s?,?[ ])?(?:the[ ])?
          (?: (?P<d1>{day})(?:[ ]of)?[ ](?P<m1>{month})\b
            | (?P<m2>{month})[ ](?:the[ ])?(?P<d2>{day})(?![\d,.]*\d) )
          (?:,?[ ](?P<y1>{year})\b)?
        | \b(?P<m3>{month})(?:[ ]of)?[ ](?P<y2>{year})\b
        | (?<![\w.,$€£-]) (?P<decade>(?P<dy>1[4-9]\d0|20\d0)s)\b
        | \b(?P<wd2>{weekday})s?\b
        | \b(?:{lead})[ -](?P<m4>{month})\b (?![ ](?:of[ ])?\d)
        | \b(?P<m5>{alone})\b
        | (?<![\w.,$€£/-]) (?P<y3>{year}) (?![\w%/]|[.,]\d|-\d)
        """,
        re.VERBOSE,
    )


def _date(match: re.Match[str]) -> Date | None:
    group = match.groupdict()
    year = group["iy"] or group["y1"] or group["y2"] or group["y3"] or group["dy"]
    month = group["m1"] or group["m2"] or group["m3"] or group["m4"] or group["m5"]
    day = group["id"] or group["d1"] or group["d2"]
    number = _names("months")[month.rstrip(".").lower()] + 1 if month else None
    if group["im"]:
        number = int(group["im"])
    if group["slash"]:
        read = _slashed(int(group["s1"]), int(group["s2"]))
        if read is None:
            return None
        number, day = read[1], str(read[0])
        year = group["s3"] and (group["s3"] if len(group["s3"]) == 4 else f"20{group['s3']}")
    weekday = group["wd"] or group["wd2"]
    return Date(
        year=int(year) if year else None,
        month=number,
        day=int(re.sub(r"\D", "", day)) if day else None,
        weekday=_names("weekdays")[weekday.lower()] if weekday else None,
        decade=bool(group["decade"]),
        start=match.start("m4") if group["m4"] else match.start(),
        end=match.end(),
        text=group["m4"] or match[0],
    )


def _slashed(one: int, other: int) -> tuple[int, int] | None:
    """Return (day, month) where only one reading is possible."""
    if one == other and one <= 12:
        return one, other
    if one <= 12 < other <= 31:
        return other, one
    if other <= 12 < one <= 31:
        return one, other
    return None


@cache
def _names(table: str) -> dict[str, int]:
    rows = quantities()["dates"][table]
    return {word: n for n, names in enumerate(rows) for word in names.split()}
