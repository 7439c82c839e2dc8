"""Finds the nearest sentences without Chroma: of all, or of those that are near by their signs.

Reading all vectors of the catalog is slower than Chroma, is exact and needs no other file: for a
library whose vectors folder cannot be used or mended now, such as one that may only be read.

Loading Chroma and its graph takes a process 0.9 s of a processor, and 6 s among half a million
sentences; reading and adding up one bit a dimension of each takes 0.1 s there. So a process's first
question is answered by these signs, and `footnote ask` has no second. The best by sign are compared
by the catalog's own vectors: of the 64 nearest of 49,926 real sentences 99.8 % are found, as many
as by the graph, and the rank by sign that this takes hardly grows with their number.
"""

import heapq
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.store import queries
from index.store.protocols import Nearest, OpenCatalog, Slices

_SLICE = 4096
_MOST = 4096
"""Vectors asked for at most, where those of other sentences crowd out the ones that are wanted."""
_TOLERANCE = 1e-3
"""Of a squared length; rounding to float32 leaves less than 1e-5."""


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
        best = heapq.nsmallest(k, [*best, *_best(part, vector, k)])
    return [digest for _, digest in best]


def nearest_shown(
    db: OpenCatalog, asked: Nearest, vector: NDArray[np.float32], k: int
) -> list[str]:
    """Return what was asked for, or the k nearest of a narrowed catalog where it has too few."""
    found = asked(vector, k)
    if db.inside and len(queries.used_hashes(db, found)) < k:
        return nearest(db, vector, k)
    return found


def widened(db: OpenCatalog, ask: Callable[[int], list[str]], k: int) -> list[str]:
    """Return the first k hashes that sentences of the catalog have, asking for more until found.

    Args:
        db: The catalog; unpublished sentences and those that it does not show are none of its.
        ask: Returns so many hashes, nearest first, or all there are.
        k: How many; fewer where those are not among the 4,096 nearest.
    """
    asked = k
    while True:
        found = ask(asked)
        used = queries.used_hashes(db, found)
        if len(used) >= k or len(found) < asked or asked >= _MOST:
            return [digest for digest in found if digest in used][:k]
        asked = min(4 * asked, _MOST)


def nearest_of(
    db: OpenCatalog, hashes: Sequence[str], vector: NDArray[np.float32], k: int
) -> list[str]:
    """Return the k nearest of these hashes as `nearest` does; no sentence need be using them."""
    rows = [row for row in queries.blobs(db, hashes) if len(row[1]) == vector.nbytes]
    return [digest for _, digest in _best(rows, vector, k)]


def _best(
    rows: Sequence[tuple[str, bytes]], vector: NDArray[np.float32], k: int
) -> list[tuple[float, str]]:
    """Return the k nearest rows, each by its cosine taken negatively and its hash."""
    if not rows:
        return []
    matrix = np.frombuffer(b"".join([row[1] for row in rows]), dtype=np.float32)
    scores = -(matrix.reshape(len(rows), -1) @ vector)
    bound = np.partition(scores, k - 1)[k - 1] if len(rows) > k else np.inf
    near = ((float(scores[n]), rows[n][0]) for n in np.flatnonzero(scores <= bound).tolist())
    return heapq.nsmallest(k, near)


_BEST = 1000
"""Sentences that are compared by all of their vectors, at least."""
_BLOCK = 32_768
"""Rows that are added up at a time."""
_BEFORE, _PASSAGE = 0.3, 0.5
"""What the sentence before and the mean of its passage count in a sentence's vector. Of 800
questions in other words over 945 articles the right passage was first for 0.39 where the sentence
alone gave 0.36, and among eight for 0.61 where it gave 0.60."""
_LEAST_NORM = 1e-6
_HASH = "S32"
_OF_BYTE = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1) * np.float32(2) - 1
"""(256, 8): the signs that a byte stands for, as 1 and -1."""


_SCOPES, _SCOPED = 8, 1_000_000
"""Scopes of which the signs are kept, and sentences in them together: 80 bytes each."""


def has_signs(folder: Path) -> bool:
    """Say whether a generation has signs: one that an older Footnote made has none."""
    return _hashes(folder).is_file() and _signs(folder).is_file()


def prepare_signs(folder: Path, *, remove: Sequence[str]) -> None:
    """Make a new generation ready for `recorded`: without signs, or with the base's less some.

    Raises:
        OSError: A file cannot be read or written.
    """
    if not has_signs(folder):
        _hashes(folder).parent.mkdir(parents=True)
        _hashes(folder).touch()
        _signs(folder).touch()
    elif remove:
        hashes = np.fromfile(_hashes(folder), _HASH)
        signs = np.fromfile(_signs(folder), np.uint8).reshape(len(hashes), -1)
        kept = ~np.isin(hashes, np.array(remove, _HASH))
        hashes[kept].tofile(_hashes(folder))
        signs[kept].tofile(_signs(folder))


def recorded(folder: Path, slices: Slices) -> Slices:
    """Yield slices as they are, the signs of each written down.

    Raises:
        OSError: A file cannot be written.
    """
    for hashes, matrix in slices:
        with _hashes(folder).open("ab") as names, _signs(folder).open("ab") as signs:
            names.write(np.array(hashes, _HASH).tobytes())
            signs.write(np.packbits(matrix > 0, axis=1).tobytes())
        yield hashes, matrix


def recorded_hashes(folder: Path) -> set[str]:
    """Return the hashes whose signs are written down.

    Raises:
        OSError: The file cannot be read.
    """
    return {
        digest.decode("ascii", errors="replace") for digest in np.fromfile(_hashes(folder), _HASH)
    }


class Signs:
    """The signs of a generation, as they lie in its folder. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keys: NDArray[np.int64] | None = None
        self._all: _Some | None = None
        self._shown: dict[tuple[int, ...], _Some] = {}

    def nearest(self, db: OpenCatalog, vector: NDArray[np.float32], k: int) -> list[str]:
        """Return the hashes of about the k nearest sentences, nearest first, ties by hash.

        Args:
            db: The catalog, whose vectors decide; hashes that it does not know are left out, and
                those of documents that it does not show.
            vector: The question's, (dim,) float32, L2-normalised.
            k: How many; fewer where there are fewer.

        Raises:
            OSError: A file cannot be read.
            ValueError: The files do not fit together.
        """
        hashes, blocks = self._of_shown(db) if db.inside else self._of_all()
        best = max(k, _BEST)
        if len(hashes) > best:
            hashes = hashes[np.argpartition(-_sign_scores(blocks, vector), best)[:best]]
        return nearest_of(db, [digest.decode("ascii") for digest in hashes], vector, k)

    def _of_all(self) -> "_Some":
        """Return what all sentences have, kept: to read half a million takes as long as to add up.

        Those of half a million take 40 MB.
        """
        if self._all is None:
            hashes = np.fromfile(_hashes(self._folder), _HASH)
            signs = np.fromfile(_signs(self._folder), np.uint8)
            rows = signs.reshape(len(hashes), -1) if len(hashes) else signs.reshape(0, 1)
            self._all = hashes, list(_blocks(rows))
        return self._all

    def _of_shown(self, db: OpenCatalog) -> "_Some":
        """Return what the sentences have of the documents that are shown.

        Of half of half a million sentences that takes 0.3 s at the first question within a scope,
        and nothing at the next ones.
        """
        kept = self._shown.get(db.inside)
        if kept is None:
            hashes = np.fromfile(_hashes(self._folder), _HASH)
            signs = np.fromfile(_signs(self._folder), np.uint8).reshape(len(hashes), -1)
            (used,) = db.execute("SELECT group_concat(vector) FROM sentences").fetchone()
            places = np.flatnonzero(np.isin(self._keys_of(db, hashes), _whole_numbers(used)))
            kept = hashes[places], list(_blocks(signs[places]))
            held = sum(len(some) for some, _ in list(self._shown.values()))
            if len(self._shown) >= _SCOPES or held + len(places) > _SCOPED:
                self._shown.clear()
            self._shown[db.inside] = kept
        return kept

    def _keys_of(self, db: OpenCatalog, hashes: NDArray[np.bytes_]) -> NDArray[np.int64]:
        """Return the key of each hash in the catalog, -1 where it has none."""
        if self._keys is None:
            sorted_rows = "SELECT key, hash FROM vectors ORDER BY hash"
            query = f"SELECT group_concat(key), group_concat(hash, '') FROM ({sorted_rows})"
            keys, names = db.execute(query).fetchone()
            known = np.frombuffer(names.encode("ascii"), _HASH)
            order = np.argsort(hashes)
            places = np.searchsorted(known, hashes[order]).clip(max=len(known) - 1)
            found = np.where(known[places] == hashes[order], _whole_numbers(keys)[places], -1)
            self._keys = np.empty(len(hashes), np.int64)
            self._keys[order] = found
        return self._keys


def _whole_numbers(joined: str | None) -> NDArray[np.int64]:
    """Return the numbers that SQLite joined with commas: five times as quick as a row for each."""
    return np.fromstring(joined or "", dtype=np.int64, sep=",")


_Some = tuple[NDArray[np.bytes_], list[NDArray[np.uint8]]]
"""Hashes, and their signs in blocks, (bytes, rows) each."""


def _blocks(signs: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """Yield rows of signs by their columns, so many that they stay in the processor's cache."""
    for first in range(0, len(signs), _BLOCK):
        yield np.ascontiguousarray(signs[first : first + _BLOCK].T)


def _sign_scores(
    blocks: Sequence[NDArray[np.uint8]], vector: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the dot product of a vector with each row's signs, a byte's eight by one look-up."""
    width = -(-vector.size // 8)
    padded = np.zeros(width * 8, np.float32)
    padded[: vector.size] = vector
    tables = np.ascontiguousarray((_OF_BYTE @ padded.reshape(width, 8).T).T)

    def added_up(columns: NDArray[np.uint8]) -> NDArray[np.float32]:
        scores = np.zeros(columns.shape[1], np.float32)
        for table, column in zip(tables, columns, strict=True):
            scores += table.take(column, mode="wrap")  # no byte is beyond it; a check takes a tenth
        return scores

    if len(blocks) == 1:
        return added_up(blocks[0])
    with ThreadPoolExecutor(min(len(blocks), os.cpu_count() or 1)) as pool:
        return np.concatenate(list(pool.map(added_up, blocks)))


def _hashes(folder: Path) -> Path:
    return folder / "signs" / "hashes.bin"


def _signs(folder: Path) -> Path:
    return folder / "signs" / "signs.bin"


def are_unit(matrix: NDArray[np.float32]) -> bool:
    """Say whether all rows have length 1, as every embedding has; damage seldom leaves it so."""
    squares = np.einsum("ij,ij->i", matrix, matrix)
    return bool(np.all(np.abs(squares - 1.0) < _TOLERANCE))


def in_context(vectors: NDArray[np.float32], counts: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return each sentence's vector moved to the one before and to its passage's mean.

    A sentence that says "he" or "the firm" is found by what its passage tells of.

    Args:
        vectors: (sentences, dimensions), passage after passage.
        counts: How many sentences each passage has, at least one.
    """
    starts = np.cumsum(counts) - counts
    means = np.add.reduceat(vectors, starts) / counts[:, None].astype(np.float32)
    means *= _PASSAGE / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), _LEAST_NORM)
    before = np.empty_like(vectors)
    np.multiply(vectors[:-1], _BEFORE, out=before[1:])
    before[starts] = 0.0
    moved = vectors + before
    moved += np.repeat(means, counts, axis=0)
    moved /= np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), _LEAST_NORM)
    return moved
