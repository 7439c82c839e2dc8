"""Reads "as of May 2022" in a question: the day up to which articles count."""

import re
from calendar import monthrange
from datetime import date

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" if month[3:] else month for month in _MONTHS)
_AS_OF = re.compile(
    rf"[ ,]{{0,3}}\bas (?:of|at) (?:the end of )?(?:"
    rf"(?P<iso>\d{{4}}-\d\d-\d\d)"
    rf"|(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?)?(?P<month>{_MONTH})\.?"
    rf"(?: (?P<day_after>\d{{1,2}})(?:st|nd|rd|th)?,?)? (?P<year>\d{{4}})"
    rf"|(?P<whole>\d{{4}}))\b,? {{0,3}}",
    re.IGNORECASE,
)


def split_as_of(question: str) -> tuple[str, date | None]:
    """Return a question without its "as of DATE", and the last day of that date.

    Without one, and where there is no such day, the question comes back as it is, with None.
    """
    match = _AS_OF.search(question)
    day = _day(match) if match else None
    if match is None or day is None:
        return question, None
    before, after = question[: match.start()], question[match.end() :]
    joined = f"{before} {after}" if after[:1].isalnum() and before else f"{before}{after}"
    return joined[:1].upper() + joined[1:], day


def _day(match: re.Match[str]) -> date | None:
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        if match["whole"]:
            return date(int(match["whole"]), 12, 31)
        month = next(
            n for n, name in enumerate(_MONTHS, 1) if name[:3] == match["month"][:3].lower()
        )
        year = int(match["year"])
        day = match["day"] or match["day_after"] or monthrange(year, month)[1]
        return date(year, month, int(day))
    except ValueError:
        return None
