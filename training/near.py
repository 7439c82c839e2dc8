"""Finds passages that look as if they answered a question, by rare terms or by meaning."""

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.embedding import Embedder
from index.terms import content_terms, terms

_CANDIDATES = 8
_READ = 4000
"""Characters of a passage whose terms are indexed."""
_EMBEDDED = 1000
"""Characters of a passage that are embedded."""


class NearPassages:
    """Finds near misses for questions among the passages of all rows."""

    def __init__(self, contexts: Sequence[str], embedder: Embedder) -> None:
        """Index the passages' terms and embed their beginnings."""
        self._contexts = contexts
        holders: dict[str, list[int]] = defaultdict(list)
        for n, context in enumerate(contexts):
            for term in set(terms(context[:_READ])):
                holders[term].append(n)
        self._holders = {term: np.array(places) for term, places in holders.items()}
        self._embedder = embedder
        self._vectors = embedder.embed([context[:_EMBEDDED] for context in contexts])

    def by_terms(self, question: str, own: str, *, lacking: str) -> list[int]:
        """Return the passages that share the question's rare terms; see `_lacking`."""
        scores: NDArray[np.float64] = np.zeros(len(self._contexts))
        for term in content_terms(question):
            places = self._holders.get(term)
            if places is not None:
                scores[places] += math.log(len(self._contexts) / len(places))
        return self._lacking(scores, own, lacking)

    def by_meaning(self, question: str, own: str, *, lacking: str) -> list[int]:
        """Return the passages whose vectors are nearest to the question's; see `_lacking`."""
        scores = self._vectors @ self._embedder.embed_question(question)
        return self._lacking(scores.astype(np.float64), own, lacking)

    def _lacking(self, scores: NDArray[np.float64], own: str, lacking: str) -> list[int]:
        """Return the best passages other than the question's own that lack its answer's words."""
        best = np.argpartition(-scores, min(_CANDIDATES, len(scores) - 1))[:_CANDIDATES]
        folded = lacking.casefold()
        return [
            int(n)
            for n in best
            if scores[n] > 0
            and self._contexts[n] != own
            and folded not in self._contexts[n].casefold()
        ]
