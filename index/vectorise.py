"""Computes the vectors that the catalog lacks, and stores them as it goes; nothing is published."""

from collections.abc import Callable, Sequence

from index import catalog, prepare, shelf
from index.embedding import Embedder
from index.ledger import Entry, store_vectors
from index.stores import OpenCatalog

_CHECKPOINT = 512
"""Sentences embedded between two commits of their vectors: what a kill can cost."""

OnProgress = Callable[[int, int], None]
"""Called with how many sentences are embedded and how many there are to embed."""


def embed_missing(
    db: OpenCatalog,
    entries: Sequence[Entry],
    *,
    embedder: Embedder,
    on_progress: OnProgress,
    on_step: Callable[[str], None] = lambda step: None,
) -> int:
    """Embed each distinct sentence whose vector is not stored yet, and store it.

    Args:
        db: The catalog; each checkpoint is a transaction of its own.
        entries: The documents about to be written.
        embedder: The library's model.
        on_progress: Told after each group of sentences.
        on_step: Called with `embed` before each checkpoint's work.

    Returns:
        How many vectors were computed; 0 if all are known.
    """
    texts = prepare.sentences_by_hash(entries)
    stored = shelf.stored_hashes(db, list(texts))
    missing = [digest for digest in texts if digest not in stored]
    done = 0

    def advance(finished: int) -> None:
        nonlocal done
        done += finished
        on_progress(done, len(missing))

    for first in range(0, len(missing), _CHECKPOINT):
        on_step("embed")
        part = missing[first : first + _CHECKPOINT]
        matrix = embedder.embed([texts[digest] for digest in part], on_progress=advance)
        with catalog.transaction(db):
            store_vectors(db, part, matrix)
    return len(missing)
