"""Finds passages that look as if they answered a question, by rare terms or by meaning."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set

import numpy as np
from numpy.typing import NDArray

from index.embedding import Embedder
from index.terms import content_terms, terms

_CANDIDATES = 8
_READ = 4000
"""Characters of a passage whose terms are indexed."""
_EMBEDDED = 1000
"""Characters of a passage that are embedded."""


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


class NearPassages:
    """Finds near misses for questions among the passages of all rows."""

    def __init__(self, contexts: Sequence[str], embedder: Embedder) -> None:
        """Index the passages' terms and embed their beginnings."""
        self._contexts = contexts
        self._terms = Terms([frozenset(terms(context[:_READ])) for context in contexts])
        self._embedder = embedder
        self._vectors = embedder.embed([context[:_EMBEDDED] for context in contexts])

    def by_terms(self, question: str, own: str, *, lacking: str) -> list[int]:
        """Return the passages that share the question's rare terms; see `_lacking`."""
        return self._lacking(self._terms.scores(content_terms(question)), own, lacking)

    def by_meaning(self, question: str, own: str, *, lacking: str) -> list[int]:
        """Return the passages whose vectors are nearest to the question's; see `_lacking`."""
        scores = self._vectors @ self._embedder.embed_question(question)
        return self._lacking(scores.astype(np.float64), own, lacking)

    def _lacking(self, scores: NDArray[np.float64], own: str, lacking: str) -> list[int]:
        """Return the best passages other than the question's own that lack its answer's words."""
        folded = lacking.casefold()
        return [
            n
            for n in best(scores)
            if self._contexts[n] != own and folded not in self._contexts[n].casefold()
        ]
