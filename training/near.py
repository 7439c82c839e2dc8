"""Finds passages that look as if they answered a question, by rare terms or by meaning."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set

import numpy as np
from numpy.typing import NDArray

from index.embedding import Embedder

_CANDIDATES = 8
_MEANT, _MEANT_TOGETHER = 600, 512
"""Characters of a text that are embedded to find what is near in meaning; questions at once."""


class Terms:
    """Which texts hold which terms; a term counts for more the fewer hold it."""

    def __init__(self, texts: Sequence[Set[str]]) -> None:
        """Index the terms of each text."""
        self._count = len(texts)
        holders: dict[str, list[int]] = defaultdict(list)
        for n, held in enumerate(texts):
            for term in held:
                holders[term].append(n)
        self._holders = {term: np.array(places) for term, places in holders.items()}

    def weight(self, term: str) -> float:
        """Return how rare a term is; 0 where no text holds it."""
        places = self._holders.get(term)
        return 0.0 if places is None else math.log(self._count / len(places))

    def scores(self, asked: Iterable[str]) -> NDArray[np.float64]:
        """Return the summed weight of the terms that each text holds."""
        scores: NDArray[np.float64] = np.zeros(self._count)
        for term in asked:
            if term in self._holders:
                scores[self._holders[term]] += self.weight(term)
        return scores


def best(scores: NDArray[np.float64]) -> list[int]:
    """Return the places of the few best scores above zero."""
    found = np.argpartition(-scores, min(_CANDIDATES, len(scores) - 1))[:_CANDIDATES]
    return [int(n) for n in found if scores[n] > 0]


class Meant:
    """Which texts are nearest in meaning to questions that were named before."""

    def __init__(self, texts: Sequence[str], embedder: Embedder | None) -> None:
        """Embed the beginnings of the texts; without an embedder nothing is near."""
        self._embedder = embedder
        self._near: dict[str, list[int]] = {}
        if embedder:
            self._vectors = embedder.embed([text[:_MEANT] for text in texts])

    def ask(self, questions: Iterable[str]) -> None:
        """Find what is near to each question."""
        asked = list(dict.fromkeys(questions))
        if not self._embedder:
            return
        for start in range(0, len(asked), _MEANT_TOGETHER):
            part = asked[start : start + _MEANT_TOGETHER]
            scores = self._embedder.embed(part) @ self._vectors.T
            most = min(_CANDIDATES, scores.shape[1] - 1)
            found = np.argpartition(-scores, most, axis=1)[:, :_CANDIDATES]
            self._near.update(zip(part, found.tolist(), strict=True))

    def near(self, question: str) -> list[int]:
        """Return the places of the few nearest texts; none of a question that was not named."""
        return self._near.get(question, [])
