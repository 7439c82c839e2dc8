"""Chooses which ranked passages are shown: twins collapse, no document fills the list."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence

_ALIKE = 0.9
"""Jaccard similarity of two passages' sets of terms from which they count as near-duplicates."""


def collapse(ranked: Sequence[frozenset[str]]) -> dict[int, list[int]]:
    """Group near-duplicate passages; the one that says most otherwise leads a group of its own.

    Args:
        ranked: The terms of each passage, best passage first.

    Returns:
        The position of the best of each group, in order, with the positions of the others. Of
        near-duplicates two lead, where each has a term that the other lacks: another number, say.
    """
    groups: dict[int, list[int]] = {}
    for position, words in enumerate(ranked):
        twin = next((kept for kept in groups if _jaccard(words, ranked[kept]) >= _ALIKE), None)
        if twin is None:
            groups[position] = []
        else:
            groups[twin].append(position)
    for leader, twins in list(groups.items()):
        words = ranked[leader]
        other = [n for n in twins if words - ranked[n] and ranked[n] - words]
        if other:
            apart = min(other, key=lambda n: _jaccard(words, ranked[n]))
            twins.remove(apart)
            groups[apart] = []
    return dict(sorted(groups.items()))


def spread(documents: Sequence[int], *, k: int) -> list[int]:
    """Choose k places, giving a document at most half of them while others have passages.

    Args:
        documents: The document of each passage, best passage first.
        k: Places, at least 1.

    Returns:
        The chosen positions, ascending.
    """
    limit = max(1, (k + 1) // 2)
    taken: Counter[int] = Counter()
    first: list[int] = []
    spare: list[int] = []
    for position, document in enumerate(documents):
        taken[document] += 1
        (first if taken[document] <= limit else spare).append(position)
    return sorted((first + spare)[:k])


def rarest(terms: Sequence[str], held: Mapping[str, int], *, rows: int) -> list[str]:
    """Choose the rarest terms that so many rows together hold at most, in the order given.

    Args:
        terms: What is searched for.
        held: In how many rows each term stands; one that is left out stands in none.
        rows: Rows at most, those that hold several terms counted once for each.
    """
    chosen = set()
    for term in sorted(terms, key=lambda term: held.get(term, 0)):
        rows -= held.get(term, 0)
        if rows < 0:
            break
        chosen.add(term)
    return [term for term in terms if term in chosen]


def page_of(offset: int, page_starts: Sequence[int]) -> int | None:
    """Return the page, from 1, that holds an offset; None where there are no pages."""
    return bisect_right(page_starts, offset) or None if page_starts else None


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    together = len(one | other)
    return len(one & other) / together if together else 1.0
