"""What a catalog must hold to be sound, beyond what SQLite checks itself; it mends nothing."""

import sqlite3
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from index.store import catalog
from index.store.protocols import OpenCatalog
from index.sync.prepare import is_whole, text_hash
from index.types import Finding

_SLICE = 4096
_TOLERANCE = 1e-3
"""Of a squared length; rounding to float32 leaves less than 1e-5."""


def are_unit(matrix: NDArray[np.float32]) -> bool:
    """Say whether all rows have length 1, as every embedding has; damage seldom leaves it so."""
    squares = np.einsum("ij,ij->i", matrix, matrix)
    return bool(np.all(np.abs(squares - 1.0) < _TOLERANCE))


def texts(db: OpenCatalog) -> Iterator[Finding]:
    """Compare each text with its hash, and each of its sentences with the hash of its vector."""
    for key, source, text, sha256 in db.execute("SELECT key, source, text, sha256 FROM documents"):
        if not is_whole(text, sha256=sha256) or not _in_place(db, key, text):
            yield Finding(
                problem=f"the stored text of {source!r} is not the one that was added",
                repairable=True,
            )


def _in_place(db: OpenCatalog, document: int, text: str) -> bool:
    rows = db.execute(
        'SELECT start, "end", hash FROM sentences LEFT JOIN vectors '
        "ON vectors.key = sentences.vector WHERE document = ?",
        (document,),
    )
    return all(text_hash(text[a:b]).startswith(digest or "none") for a, b, digest in rows)


def vectors(db: OpenCatalog) -> Iterator[Finding]:
    """Find vectors of a wrong length, in bytes or in space."""
    size = catalog.imprint(db).dimension * 4
    rows = db.execute("SELECT vector FROM vectors")
    bad = 0
    while part := rows.fetchmany(_SLICE):
        for (vector,) in part:
            whole = len(vector) == size
            bad += not whole or not are_unit(np.frombuffer(vector, np.float32)[None, :])
    if bad:
        yield Finding(problem=f"{bad} stored vectors have a wrong length", repairable=True)


def full_text(db: OpenCatalog) -> Iterator[Finding]:
    """Let FTS5 compare its index with the terms it was made of, where the catalog is SQLite."""
    for table in ("passage_terms", "sentence_terms"):
        try:
            db.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")
        except sqlite3.OperationalError:
            # It cannot be compared while another process writes, or where nobody may write.
            return
        except sqlite3.DatabaseError as error:
            yield Finding(problem=f"the full-text search is damaged: {error}", repairable=True)
    # The comparison counts as writing: without a new transaction, a writer would have to wait.
    db.execute("ROLLBACK")
    db.execute("BEGIN")
