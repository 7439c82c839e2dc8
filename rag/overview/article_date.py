"""The date of an article, from which its "on Tuesday" and "last March" count."""

import re
from datetime import date

from index.store.queries import DocumentRow
from rag.verification.dates import Date, read_dates

_LINES, _BEGINNING = 4, 160
"""Lines of an article, and characters of a line, in which its dateline may stand."""
_LINE_WORDS = 14
"""Words of a line that is a dateline as a whole."""
_PLACE_WORDS = 6
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_GOES_ON = re.compile(r"\s{0,4}(?:\([^)]{1,40}\)\s{0,4})?(?:[-–—.:|)]|$)")
_LABEL = re.compile(r"^(?:date|published|posted|updated|issued)\b", re.IGNORECASE)


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
