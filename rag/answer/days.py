"""Tells when a sentence is of other days of the week than a question: hours of the week, say.

"The pool is open from 7 to 21 on weekdays" does not answer when it is open on Sundays.
"""

import re
from functools import lru_cache

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ALL = frozenset(range(7))
_WEEKEND = frozenset({5, 6})
_DAY = re.compile(rf"\b({'|'.join(_DAYS)})s?\b", re.IGNORECASE)
_RANGE = re.compile(
    rf"\b({'|'.join(_DAYS)})s?(?: ?(?:to|through|till|until|[-–—]) ?)({'|'.join(_DAYS)})s?\b",
    re.IGNORECASE,
)
_WEEKDAYS = re.compile(r"\b(?:weekdays?|working days?)\b", re.IGNORECASE)
_WEEKENDS = re.compile(r"\bweekends?\b", re.IGNORECASE)
_EVERY = re.compile(
    r"\b(?:daily|every day|each day|all week|seven days|any day|other days|all days)\b",
    re.IGNORECASE,
)


def is_of_other_days(sentence: str, *, asked: str) -> bool:
    """Say whether both name days of the week and none in common.

    "Monday to Friday" names five days, "weekdays" too, "daily" all seven.
    """
    wanted = _days(asked)
    if not wanted:
        return False
    told = _days(sentence)
    return bool(told) and not wanted & told


@lru_cache(maxsize=4096)
def _days(text: str) -> frozenset[int]:
    if _EVERY.search(text):
        return _ALL
    found = {_DAYS.index(match.group(1).casefold()) for match in _DAY.finditer(text)}
    for match in _RANGE.finditer(text):
        first, last = (_DAYS.index(day.casefold()) for day in match.groups())
        found |= {(first + n) % 7 for n in range((last - first) % 7 + 1)}
    if _WEEKDAYS.search(text):
        found |= _ALL - _WEEKEND
    if _WEEKENDS.search(text):
        found |= _WEEKEND
    return frozenset(found)
