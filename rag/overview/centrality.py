"""How central each sentence is among others: LexRank over their vectors, and who repeats whom.

LexRank (Erkan and Radev, 2004) is the stationary distribution of a walk from sentence to like
sentence; here the likeness is the cosine of stored vectors, as in its continuous form.
"""

import numpy as np
from numpy.typing import NDArray

_DAMPING = 0.15
"""Share of steps that go to any sentence, as in the paper's figures."""
_FLOOR = 0.1
"""Cosine below which two sentences have nothing in common."""
_STEPS = 50


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
