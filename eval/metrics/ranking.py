"""Measures of one ranking against what is relevant; pure functions, ranks from 1.

All take the ids ranked best first, without repeats (`distinct` removes them), and give 0.0 for
an empty ranking or nothing relevant. Values equal trec_eval's (a test holds them against
ir-measures to six decimals).
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence


def distinct(ids: Iterable[str]) -> tuple[str, ...]:
    """Return the ids in order, each at its first place only."""
    return tuple(dict.fromkeys(ids))


def hit_at(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Return 1.0 if a relevant id is among the first k, else 0.0 (trec_eval's `success`)."""
    return float(any(found in relevant for found in ranked[:k]))


def recall_at(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Return the share of the relevant ids that are among the first k (trec_eval's `recall`)."""
    if not relevant:
        return 0.0
    return sum(found in relevant for found in ranked[:k]) / len(relevant)


def reciprocal_rank(
    ranked: Sequence[str], relevant: Collection[str], k: int | None = None
) -> float:
    """Return 1 / rank of the first relevant id, 0.0 where none is among the first k.

    Its mean over questions is MRR. Source: Voorhees, TREC-8 question answering track (1999).
    """
    for rank, found in enumerate(ranked[:k], start=1):
        if found in relevant:
            return 1.0 / rank
    return 0.0


def ndcg_at(ranked: Sequence[str], relevance: Mapping[str, float], k: int) -> float:
    """Return normalised discounted cumulative gain at k, 0 to 1.

    Gain is the grade itself (below zero counts as zero), discount log2(rank + 1), and the
    ideal ranking is of all that is judged. Source: Järvelin and Kekäläinen (2002) in
    trec_eval's form (`ndcg_cut`), which BEIR reports.
    """
    ideal = _gain(sorted(relevance.values(), reverse=True)[:k])
    if ideal <= 0.0:
        return 0.0
    return _gain([relevance.get(found, 0.0) for found in ranked[:k]]) / ideal


def _gain(grades: Iterable[float]) -> float:
    return sum(max(0.0, grade) / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))
