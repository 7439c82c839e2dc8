"""Computes the vectors that the catalog lacks, and stores them as it goes; nothing is published."""

from collections.abc import Callable, Sequence

from index.embedding import Embedder
from index.store import catalog, queries
from index.store.protocols import OpenCatalog
from index.store.writes import Entry, store_vectors
from index.sync import prepare

_CHECKPOINT = 512
"""Sentences embedded between two commits of their vectors: what a kill can cost."""
_WINDOW = 8 * _CHECKPOINT
"""Sentences of all documents that are sorted by length before they are embedded: companions of
equal length take 1 to 2 % less of the processor, and the estimate of the rest stays even."""

OnProgress = Callable[[int, int], None]
"""Called with how many sentences are embedded and how many there are to embed, an estimate while
files are still being read."""


class Vectoriser:
    """Embeds each distinct sentence whose vector is not stored yet, and stores it.

    Args:
        db: The catalog; each checkpoint is a transaction of its own.
        embedder: The library's model.
        on_progress: Told after each group of sentences.
        on_step: Called with `embed` before each checkpoint's work.
        share: Tells which share of all documents was taken up, over 0 to 1.
    """

    def __init__(
        self,
        db: OpenCatalog,
        *,
        embedder: Embedder,
        on_progress: OnProgress,
        on_step: Callable[[str], None] = lambda step: None,
        share: Callable[[], float] = lambda: 1.0,
    ) -> None:
        self._db = db
        self._embedder = embedder
        self._on_progress = on_progress
        self._on_step = on_step
        self._share = share
        self._waiting: dict[str, str] = {}
        self._missing = 0
        self._embedded = 0

    def take(self, entries: Sequence[Entry]) -> None:
        """Take up the sentences of documents; they are embedded as soon as enough wait."""
        texts = prepare.sentences_by_hash(entries)
        for digest in self._waiting.keys() & texts.keys():
            del texts[digest]
        stored = queries.stored_hashes(self._db, list(texts))
        new = {digest: text for digest, text in texts.items() if digest not in stored}
        self._missing += len(new)
        self._waiting |= new
        while len(self._waiting) >= _WINDOW:
            self._embed_window()

    def finish(self) -> int:
        """Embed what still waits and return how many vectors were computed in all."""
        while self._waiting:
            self._embed_window()
        return self._embedded

    def _embed_window(self) -> None:
        window = dict(list(self._waiting.items())[:_WINDOW])
        hashes = sorted(window, key=lambda digest: (len(window[digest]), digest))
        for first in range(0, len(hashes), _CHECKPOINT):
            self._on_step("embed")
            part = hashes[first : first + _CHECKPOINT]
            matrix = self._embedder.embed(
                [window[digest] for digest in part], on_progress=self._advance
            )
            with catalog.transaction(self._db):
                store_vectors(self._db, part, matrix)
        for digest in hashes:
            del self._waiting[digest]

    def _advance(self, finished: int) -> None:
        self._embedded += finished
        expected = round(self._missing / self._share())
        self._on_progress(self._embedded, max(self._missing, expected))
