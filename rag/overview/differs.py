"""Whether two statements of two documents tell the same with other numbers or dates."""

from collections.abc import Sequence

from rag.overview.statements import Statement
from rag.verification.dates import Date, conflicts, read_dates
from rag.verification.values import Value, comparable, read_values, same

_ALIKE = 0.75
"""Cosine from which two statements may tell the same."""


def differ(one: Statement, other: Statement) -> bool:
    """Say whether two near-alike statements of two documents have other numbers or dates."""
    if one.content.document.id == other.content.document.id:
        return False
    return _other_dates(one.text, other.text) or _other_values(one.text, other.text)


def _other_dates(one: str, other: str) -> bool:
    mine, theirs = read_dates(one), read_dates(other)
    return any(_unmatched(date, theirs) for date in mine)


def _unmatched(date: Date, others: tuple[Date, ...]) -> bool:
    return bool(others) and all(conflicts(date, held) for held in others)


def _other_values(one: str, other: str) -> bool:
    mine, theirs = _values(one), _values(other)
    return any(_unheld(value, theirs) for value in mine)


def _unheld(value: Value, others: tuple[Value, ...]) -> bool:
    alike = [held for held in others if comparable(value, held)]
    return bool(alike) and not any(same(value, held) for held in alike)


def _values(text: str) -> tuple[Value, ...]:
    return read_values(text, taken=tuple((date.start, date.end) for date in read_dates(text)))


def twins(
    chosen: Sequence[Statement], every: Sequence[Statement]
) -> list[tuple[Statement, Statement]]:
    """Return for chosen statements what another document tells with other numbers, one for each."""
    found = []
    taken: list[Statement] = []
    for one in chosen:
        if any(one is other for other in taken):
            continue
        alike = [o for o in every if float(o.vector @ one.vector) >= _ALIKE and differ(one, o)]
        if alike:
            other = max(alike, key=lambda o: float(o.vector @ one.vector))
            taken.append(other)
            found.append((one, other))
    return found
