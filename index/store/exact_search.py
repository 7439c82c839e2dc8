"""Finds the nearest sentences by reading vectors of the catalog; needs no other file.

Reading all is slower than Chroma and exact: for a library whose vectors folder cannot be used or
mended now, such as one that may only be read or lies on a full disk.
"""

import heapq
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from index.store import queries
from index.store.protocols import OpenCatalog

_SLICE = 4096


def nearest(db: OpenCatalog, vector: NDArray[np.float32], k: int) -> list[str]:
    """Return the hashes of the k nearest sentences in use, nearest first, ties by hash.

    Args:
        db: The catalog; vectors of another length than the question's are left out.
        vector: The question's, (dim,) float32, L2-normalised.
        k: How many; fewer where the catalog has fewer.
    """
    rows = db.execute(
        "SELECT hash, vector FROM vectors "
        "WHERE key IN (SELECT vector FROM sentences) AND length(vector) = ?",
        (vector.nbytes,),
    )
    best: list[tuple[float, str]] = []
    while part := rows.fetchmany(_SLICE):
        best = heapq.nsmallest(k, [*best, *_scored(part, vector)])
    return [digest for _, digest in best]


def nearest_of(
    db: OpenCatalog, hashes: Sequence[str], vector: NDArray[np.float32], k: int
) -> list[str]:
    """Return the k nearest of these hashes as `nearest` does; no sentence need be using them."""
    rows = [row for row in queries.blobs(db, hashes) if len(row[1]) == vector.nbytes]
    return [digest for _, digest in heapq.nsmallest(k, _scored(rows, vector))]


def _scored(
    rows: Sequence[tuple[str, bytes]], vector: NDArray[np.float32]
) -> Iterator[tuple[float, str]]:
    matrix = np.frombuffer(b"".join(row[1] for row in rows), dtype=np.float32)
    scores = matrix.reshape(len(rows), -1) @ vector if rows else ()
    return ((-float(score), row[0]) for score, row in zip(scores, rows, strict=True))
