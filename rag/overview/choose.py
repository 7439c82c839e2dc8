"""Chooses the sentences of an overview, and what another article tells with other numbers.

Greedily, the best that says something new comes next.

How central a sentence is among others is told by LexRank (Erkan and Radev, 2004): the stationary
distribution of a walk from sentence to like sentence; the likeness is the cosine of stored vectors.
Maximal marginal relevance (Carbonell and Goldstein, 1998): each choice weighs how much a sentence
is worth against how near it is to what is chosen already.
"""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.overview.statements import Statement
from rag.verification.parse import Date, conflicts, read_dates
from rag.verification.values import Value, comparable, read_values, same

_NOVELTY = 0.4
"""What nearness to a chosen sentence takes off a sentence's worth."""
_SAME_PARAGRAPH = 0.2
_AGAIN = 0.8
"""Cosine from which a sentence says a chosen one again in other words."""
_DAMPING = 0.15
"""Share of steps that go to any sentence, as in the paper's figures."""
_FLOOR = 0.1
"""Cosine below which two sentences have nothing in common."""
_STEPS = 50
_ALIKE = 0.75
"""Cosine from which two statements may tell the same."""


def lexrank(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return how central each sentence is, (n,) float64, the most central 1, the least 0.

    Args:
        vectors: (n, dimensions) float32, rows of length 1; none gives (0,).
    """
    count = len(vectors)
    if count == 0:
        return np.zeros(0)
    near = np.clip((vectors @ vectors.T).astype(np.float64), 0.0, 1.0)
    near[near < _FLOOR] = 0.0
    np.fill_diagonal(near, 1.0)
    step = near / near.sum(axis=1, keepdims=True)
    rank = np.full(count, 1.0 / count)
    for _ in range(_STEPS):
        rank = _DAMPING / count + (1.0 - _DAMPING) * (rank @ step)
    spread = float(rank.max() - rank.min())
    if spread == 0.0:
        return np.ones(count)
    central: NDArray[np.float64] = (rank - rank.min()) / spread
    return central


def choose(
    statements: Sequence[Statement],
    worth: NDArray[np.float64],
    *,
    most: int,
    first: Sequence[int] = (),
    alone: Collection[int] = (),
) -> list[int]:
    """Return the places of the chosen statements, in the order in which they were chosen.

    A statement that leans on the sentence before it is chosen only after that one. One that says a
    chosen one again is left out, unless it is of another document and has other numbers or dates.

    Args:
        statements: What is chosen from.
        worth: Of each; what is minus infinity is not chosen.
        most: Statements at most.
        first: Places that are chosen before all others.
        alone: Places of statements that may be chosen without the sentence that they lean on.
    """
    chosen = list(dict.fromkeys(first))[:most]
    vectors = np.array([one.vector for one in statements], dtype=np.float32)
    while len(chosen) < most:
        open_ = [n for n in range(len(statements)) if n not in chosen]
        fit = [
            n
            for n in open_
            if np.isfinite(worth[n])
            and (n in alone or _stands(n, chosen, statements))
            and _is_new(n, chosen, statements, vectors)
        ]
        if not fit:
            break
        chosen.append(max(fit, key=lambda n: (_gain(n, chosen, statements, vectors, worth), -n)))
    return chosen


def differ(one: Statement, other: Statement) -> bool:
    """Say whether two near-alike statements of two documents have other numbers or dates."""
    if one.content.document.id == other.content.document.id:
        return False
    return _other_dates(one.text, other.text) or _other_values(one.text, other.text)


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


def _stands(n: int, chosen: Sequence[int], statements: Sequence[Statement]) -> bool:
    one = statements[n]
    return not one.leans or one.before in [statements[m].sentence for m in chosen]


def _is_new(
    n: int, chosen: Sequence[int], statements: Sequence[Statement], vectors: NDArray[np.float32]
) -> bool:
    one = statements[n]
    same = [m for m in chosen if float(vectors[n] @ vectors[m]) >= _AGAIN]
    return all(differ(one, statements[m]) for m in same)


def _gain(
    n: int,
    chosen: Sequence[int],
    statements: Sequence[Statement],
    vectors: NDArray[np.float32],
    worth: NDArray[np.float64],
) -> float:
    one = statements[n]
    near = max((float(vectors[n] @ vectors[m]) for m in chosen), default=0.0)
    paragraphs = [(statements[m].content.document.id, statements[m].paragraph) for m in chosen]
    beside = (one.content.document.id, one.paragraph) in paragraphs
    return float(worth[n]) - _NOVELTY * max(0.0, near) - _SAME_PARAGRAPH * beside


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
