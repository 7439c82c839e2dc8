"""Which articles are meant: by tag, place, name, date and type; no library is looked into here."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from reprlib import repr as shortened
from typing import Any, Final

from index.card import LONGEST_SOURCE
from index.errors import ScopeError

_MOST: Final = 100
"""Values in one field."""
_DAY = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
_NO_TEXT = re.compile(r"[\0\ud800-\udfff]")
"""What no catalog can hold: half of a surrogate pair, as a byte that is no UTF-8 comes in."""
_SAID: Final = {
    "tags": "tag",
    "places": "in",
    "documents": "document",
    "types": "type",
    "since": "since",
    "until": "until",
    "not_tags": "not tag",
    "not_places": "not in",
    "not_documents": "not document",
    "not_types": "not type",
}
"""What `Scope.words` calls each field, in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which articles a question is asked of; without any condition, all.

    Of the values in one field any may fit, of the fields that are given every one has to, and a
    document that fits one of the `not_` fields is left out. At most 100 values a field, each of at
    most 4,096 characters; a list is taken as a tuple, and what no catalog can hold as U+FFFD.

    Raises:
        ScopeError: A value is empty or of another type, or a date cannot be read.
    """

    tags: tuple[str, ...] = ()
    """Upper and lower case are the same."""
    places: tuple[str, ...] = ()
    """Each a folder with all below it, a pattern of the source with `*`, `?` and `[...]`, or how an
    address begins."""
    documents: tuple[str, ...] = ()
    """Each an id, the beginning of one, or a title or an unambiguous beginning of one."""
    types: tuple[str, ...] = ()
    """Each an ending such as `pdf`, or a media type."""
    since: str = ""
    """The first day, as YYYY-MM-DD, YYYY-MM or YYYY; an article without a date is not in."""
    until: str = ""
    """The last day, written likewise; it is in."""
    not_tags: tuple[str, ...] = ()
    not_places: tuple[str, ...] = ()
    not_documents: tuple[str, ...] = ()
    not_types: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in ("since", "until"):
                _check_date(field.name, value)
            else:
                object.__setattr__(self, field.name, _checked(field.name, value))
        if self.first_day and self.last_day and self.first_day > self.last_day:
            raise ScopeError(
                f"no day is since {self.since} and until {self.until}: exchange the two dates"
            )

    @property
    def is_everything(self) -> bool:
        """Whether no condition is given."""
        return self == EVERYTHING

    @property
    def first_day(self) -> date | None:
        """The first day that is in; None where any is early enough."""
        return _day(self.since, last=False) if self.since else None

    @property
    def last_day(self) -> date | None:
        """The last day that is in; None where any is late enough."""
        return _day(self.until, last=True) if self.until else None

    @property
    def words(self) -> str:
        """The scope in words: `tag economy or trade, in notes, since 2024`; else `all articles`."""
        said = {
            field: f"{name} {value if isinstance(value, str) else ' or '.join(value)}"
            for field, name in _SAID.items()
            if (value := getattr(self, field))
        }
        if self.since and self.since == self.until:
            said["since"] = f"dated {said.pop('until').removeprefix('until ')}"
        return ", ".join(said.values()) or "all articles"


def scope_of(row: Mapping[str, Any]) -> Scope:
    """Return the scope of a mapping by field names, such as one read from JSON.

    Raises:
        ScopeError: A name is no field's, or a value is not allowed.
    """
    known = [field.name for field in fields(Scope)]
    for name in row:
        if name not in known:
            raise ScopeError(
                f"a scope has no {shortened(name)}{nearest_of(str(name), known)}: it has "
                f"{', '.join(known)}"
            )
    return Scope(**row)


def nearest_of(name: str, known: list[str]) -> str:
    """Return ` (the nearest is 'NAME')` for a name that is not known; empty where none is near."""
    from difflib import get_close_matches  # of use for a mistake alone

    folded = {one.casefold(): one for one in known}
    close = get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
    return f" (the nearest is {folded[close[0]]!r})" if close else ""


def _checked(field: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise ScopeError(
            f"{field} of a scope cannot be {shortened(value)}, of type {type(value).__name__}: "
            "give a tuple of texts"
        )
    if len(value) > _MOST:
        raise ScopeError(f"{field} of a scope are {len(value):,}: name at most {_MOST}")
    for one in value:
        if not isinstance(one, str) or not one.strip() or len(one) > LONGEST_SOURCE:
            raise ScopeError(
                f"{field} of a scope cannot hold {shortened(one)}: give texts of 1 to "
                f"{LONGEST_SOURCE:,} characters"
            )
    return tuple(dict.fromkeys(_NO_TEXT.sub("\ufffd", one.strip()) for one in value))


def _check_date(field: str, value: object) -> None:
    if value == "":
        return
    try:
        _day(str(value), last=False)
    except ValueError:
        raise ScopeError(
            f"{field} of a scope cannot be {shortened(value)}: write a day as 2024-03-01, a month "
            "as 2024-03 or a year as 2024"
        ) from None


def _day(written: str, *, last: bool) -> date:
    """Return the day that is written, or the first or last one of a month or a year.

    Raises:
        ValueError: It is none.
    """
    found = _DAY.fullmatch(written)
    if found is None:
        raise ValueError(written)
    year = int(found[1])
    month = int(found[2] or (12 if last else 1))
    return date(year, month, int(found[3] or (monthrange(year, month)[1] if last else 1)))


EVERYTHING: Final = Scope()
"""The scope of all articles."""
