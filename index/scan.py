"""Finds the nearest sentences by reading every vector of the catalog; needs no other file.

Slower than Chroma and exact: for a library whose vectors folder cannot be used or mended now,
such as one that may only be read or lies on a full disk.
"""

import heapq

import numpy as np
from numpy.typing import NDArray

from index.stores import OpenCatalog

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
        matrix = np.frombuffer(b"".join(row[1] for row in part), dtype=np.float32)
        scores = matrix.reshape(len(part), -1) @ vector
        found = ((-float(score), row[0]) for score, row in zip(scores, part, strict=True))
        best = heapq.nsmallest(k, [*best, *found])
    return [digest for _, digest in best]
