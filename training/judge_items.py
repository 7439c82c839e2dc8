"""What the judge is shown: a question's windows or a statement's; kept in a file, put into steps.

The file lets a run that is started again go on without drawing anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.encoded import Example


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A question's windows; the first one answers it, or none."""

    windows: tuple[Example, ...]
    answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A statement's window and what may hold of it."""

    window: Example
    allowed: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one step is computed from."""

    groups: tuple[Group, ...]
    judged: tuple[Judged, ...]

    @property
    def windows(self) -> list[Example]:
        """All windows: those of the groups in order, then those of the statements."""
        return [w for g in self.groups for w in g.windows] + [j.window for j in self.judged]


def steps_of(items: Sequence[Group | Judged], tokens: int) -> list[Step]:
    """Return items as steps of about so many tokens, in order; a rest that is less is left out."""
    steps: list[Step] = []
    groups: list[Group] = []
    judged: list[Judged] = []
    size = 0
    for item in items:
        if isinstance(item, Group):
            groups.append(item)
        else:
            judged.append(item)
        size += sum(len(window.ids) for window in _windows(item))
        if size >= tokens:
            steps.append(Step(groups=tuple(groups), judged=tuple(judged)))
            groups, judged, size = [], [], 0
    return steps


def save(items: Sequence[Group | Judged], path: Path) -> None:
    """Write items as arrays of numbers."""
    windows = [window for item in items for window in _windows(item)]
    np.savez(
        path,
        items=np.array(
            [(isinstance(i, Group), len(_windows(i)), _right(i)) for i in items], dtype=np.int32
        ),
        ids=np.array([token for window in windows for token in window.ids], dtype=np.uint16),
        windows=np.array(
            [(len(w.ids), w.passage_from, *(w.span or (0, 0))) for w in windows], dtype=np.int32
        ),
    )


def load(path: Path) -> list[Group | Judged]:
    """Return the items of a file that `save` wrote."""
    with np.load(path) as stored:
        numbers, ids, rows = (stored[name] for name in ("items", "ids", "windows"))
    ends = np.cumsum(rows[:, 0])
    windows = [
        Example(
            ids=tuple(ids[end - size : end].tolist()),
            passage_from=int(begin),
            span=(int(first), int(last)) if first else None,
        )
        for end, (size, begin, first, last) in zip(ends, rows, strict=True)
    ]
    found: list[Group | Judged] = []
    at = 0
    for group, count, right in numbers.tolist():
        own = tuple(windows[at : at + count])
        at += count
        if group:
            found.append(Group(windows=own, answered=bool(right)))
        else:
            allowed = tuple(n for n in range(3) if right >> n & 1)
            found.append(Judged(window=own[0], allowed=allowed))
    return found


def _windows(item: Group | Judged) -> tuple[Example, ...]:
    return item.windows if isinstance(item, Group) else (item.window,)


def _right(item: Group | Judged) -> int:
    """Return what is right as a number: whether the first window answers, or what may hold."""
    return int(item.answered) if isinstance(item, Group) else sum(1 << n for n in item.allowed)
