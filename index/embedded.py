"""The pair that lives in one folder: a catalog in SQLite, and generations of vectors in Chroma."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from index import catalog, vectors
from index.errors import LibraryError
from index.generations import OpenGenerations, generation_folder
from index.lock import writing
from index.stores import Imprint, Nearest, OnStep, OpenCatalog, Slices


class FolderCatalog:
    """The catalog in a folder, as `index.stores.Catalog` describes it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.name = str(folder)

    def exists(self) -> bool:
        """Say whether there is a catalog.

        Raises:
            LibraryError: The path is a file, may not be looked into, or has vectors without their
                catalog.
        """
        found = catalog.is_there(self._folder)
        if not found and (self._folder / "vectors").exists():
            raise LibraryError(
                f"library {self.name!r} has vectors but no catalog.db: put the catalog back "
                "from a backup, or remove the folder and add your articles again"
            )
        return found

    @contextmanager
    def snapshot(self) -> Iterator[OpenCatalog]:
        """Open the catalog in one read transaction: all that is read is of one moment."""
        with catalog.snapshot(self._folder) as db:
            yield db

    @contextmanager
    def writing(self, *, wait: float = 0.0, create: Imprint | None = None) -> Iterator[OpenCatalog]:
        """Hold the writer's lock and the catalog open, made first where it is missing."""
        if create is not None:
            catalog.make_folder(self._folder)
        with writing(self._folder, wait=wait):
            if create is not None:
                catalog.create(self._folder, create)
            with catalog.connected(self._folder) as db:
                yield db


class FolderVectors:
    """A folder a generation, as `index.stores.VectorIndex` describes it."""

    def __init__(self, library: Path) -> None:
        self._library = library
        self._open = OpenGenerations(library)

    @contextmanager
    def reading(self, name: str) -> Iterator[Nearest]:
        """Hold a generation open for the length of a `with` block."""
        with self._open.reading(name) as generation:
            yield generation.nearest

    def build(
        self, *, after: str, copy: bool, remove: Sequence[str], slices: Slices, on_step: OnStep
    ) -> str:
        """Write the next generation, fsync it and return its name."""
        name = f"{int(after or 0) + 1:06d}"
        vectors.build(
            generation_folder(self._library, name),
            base=generation_folder(self._library, after) if copy else None,
            remove=remove,
            slices=slices,
            on_step=on_step,
        )
        return name

    def clean(self, *, current: str) -> None:
        """Remove the generations that no reader can need: all but the current and the last one.

        A reader that was just opening an older one finds it gone, reads the catalog again and goes
        on.
        """
        keep = int(current or 0)
        for folder in (self._library / "vectors").glob("*"):
            if not folder.name.isdigit() or int(folder.name) not in (keep, keep - 1):
                shutil.rmtree(folder, ignore_errors=True)

    def hashes(self, name: str) -> set[str]:
        """Return the hashes whose vectors can really be read back from a generation."""
        return vectors.hashes_in(generation_folder(self._library, name))

    def close(self) -> None:
        """Close every generation that nobody reads; the others close with their last reader."""
        self._open.close()
