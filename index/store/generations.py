"""Keeps open the vector generation that readers use, and closes it when the last one leaves."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.store.chroma import Generation


def generation_folder(library: Path, name: str) -> Path:
    """Return where a library keeps a generation."""
    return library / "vectors" / name


class OpenGenerations:
    """The generations that this process has open, with the number of readers of each."""

    def __init__(self, library: Path) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._open: dict[str, Generation] = {}
        self._readers: dict[str, int] = {}
        self._latest = ""

    @contextmanager
    def reading(self, name: str) -> Iterator[Generation]:
        """Hold a generation open for the length of a `with` block.

        Raises:
            LibraryError: The folder is missing or Chroma cannot read it.
        """
        with self._lock:
            if name not in self._open:
                self._open[name] = Generation(generation_folder(self._library, name))
            self._latest = name
            self._readers[name] = self._readers.get(name, 0) + 1
            generation = self._open[name]
        try:
            yield generation
        finally:
            with self._lock:
                self._readers[name] -= 1
                self._close_unused()

    def close(self) -> None:
        """Close every generation that nobody reads; the others close with their last reader."""
        with self._lock:
            self._latest = ""
            self._close_unused()

    def _close_unused(self) -> None:
        for name in [n for n in self._open if n != self._latest and not self._readers[n]]:
            self._open.pop(name).close()
            del self._readers[name]
