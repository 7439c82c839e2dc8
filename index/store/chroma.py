"""Generations of sentence vectors in Chroma: build, open, query, compare.

The one file that imports chromadb. A generation is a folder that is written once and then only
read. It holds vectors by hash and no text. Chroma proposes hashes; the catalog decides what
they stand for.
"""

import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import LibraryError, LibraryFullError
from index.store import generation_files, vector_search
from index.store.protocols import OpenCatalog, Slices

_COLLECTION = "sentences"
# With ef_search 200, 99.4 % of the 64 nearest of 12,086 real sentences are found (80 questions,
# against an exact scan). One thread, so that the order of building does not depend on scheduling.
HNSW = {"space": "ip", "ef_construction": 128, "ef_search": 200, "num_threads": 1}
LARGEST_GRAPH = 30_000
"""Vectors above which a generation has no graph, and every question is answered by the signs.

Building a graph of 18,669 vectors of a table's rows took 98 MB (5 kB each), and half of the seconds
of adding them; on disk a graph takes as much again as the catalog's vectors. Signs take 80 bytes a
vector."""
LARGEST_SLICE = 1000
_WRITTEN = 500
"""Vectors added at a time. Chroma lets no other thread of Python run meanwhile: among thirty busy
processes others stood still for up to 47 s at 5,000 a time, and 3 s at 250, for the same 4 s of
processor time in all (6,000 vectors). The whole index, of 45 MB at most, is written after each."""
_ALWAYS = {"sync_threshold": 2, "batch_size": 2}
"""By default up to 999 vectors wait in a queue, and are inserted at every opening: 0.7 s."""
_LEAST_ROOM = 500_000
"""Bytes."""
_NO_SPACE = ("is full", "No space left", "File too large", "quota exceeded")
_OWN_FUNCTIONS = {("legacy", None), ("unknown", None), ("known", "default")}


class Generation:
    """One published generation, checked for questions. Safe to share between threads.

    The first question is answered by `index.store.vector_search`; the second one loads Chroma, but
    where there is no graph.
    """

    def __init__(self, folder: Path) -> None:
        _require_sound(folder)
        self.folder = folder
        self._guard = threading.Lock()
        self._graph = generation_files.has_graph(folder)
        self._has_signs = vector_search.has_signs(folder)
        self._signs = vector_search.Signs(folder)
        self._asked = self._graph and not self._has_signs
        self._opened: tuple[Any, Any] | None = None  # chromadb's types stay in this file

    def nearest(self, db: OpenCatalog, vector: NDArray[np.float32], k: int) -> list[str]:
        """Return the hashes of about the k nearest vectors, nearest first.

        Args:
            db: The catalog that names this generation; a narrowed one is searched by the signs.
            vector: The question's, (dim,) float32, L2-normalised.
            k: How many.

        Raises:
            LibraryError: The folder cannot be read.
        """
        by_signs = db.inside and self._has_signs
        collection = None if by_signs else self._collection()
        if collection is None:
            try:
                return self._signs.nearest(db, vector, k)
            except (OSError, ValueError) as error:
                raise LibraryError(_broken(self.folder, error)) from error

        def ask(asked: int) -> list[str]:
            with _explained(self.folder):
                found = collection.query(
                    query_embeddings=vector[None, :], n_results=asked, include=["distances"]
                )
            return list(found["ids"][0])

        return vector_search.widened(db, ask, k) if db.inside else ask(k)

    def close(self) -> None:
        """Let go of the folder."""
        with self._guard:
            opened, self._opened = self._opened, None
        if opened is not None:
            opened[0].close()

    def _collection(self) -> Any:  # noqa: ANN401  # chromadb's types stay in this file
        """Return Chroma's collection; None at the first question, and where there is no graph."""
        with self._guard:
            if not (self._asked and self._graph):
                self._asked = True
                return None
            if self._opened is None:
                self._opened = _open(self.folder)
            return self._opened[1]


def build(
    folder: Path,
    *,
    base: Path | None,
    remove: Sequence[str],
    slices: Slices,
    graph: bool,
    on_step: Callable[[str], None],
) -> None:
    """Write a new generation: the base's vectors, less some, plus some; then fsync all of it.

    Args:
        folder: Where to write; what an interrupted run left there is removed first.
        base: The generation to start from, or None for an empty one.
        remove: Hashes to leave out of the base.
        slices: Hashes and their vectors to add, (n, dim) float32 each.
        graph: Whether it gets Chroma's graph besides the signs.
        on_step: Called with the name of each step before it begins.

    Raises:
        LibraryError: Chroma cannot write, or the base is not ours, of an older Footnote or lacks
            the graph that is to be copied.
    """
    try:
        with _explained(folder, _unwritten):
            if folder.exists():
                shutil.rmtree(folder)
            if base is not None:
                on_step("copy")
                _copy(base, folder, graph=graph)
            if graph:
                client, collection = _create(folder) if base is None else _open(folder)
                try:
                    vector_search.prepare_signs(folder, remove=remove)
                    kept = vector_search.recorded(folder, slices)
                    _change(client, collection, remove=remove, slices=kept, on_step=on_step)
                finally:
                    client.close()
            else:
                vector_search.prepare_signs(folder, remove=remove)
                for _ in vector_search.recorded(folder, slices):
                    on_step("add")
            generation_files.blank_unused(folder)
            generation_files.seal(folder)
            on_step("sync")
            _sync(folder)
    except BaseException:
        # On a full disk, what is half done would stand in the way of everything else.
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _copy(base: Path, folder: Path, *, graph: bool) -> None:
    """Copy a generation that readers have open: Chroma writes a row into it at each opening."""
    if not vector_search.has_signs(base):
        raise LibraryError(_broken(base, "an older Footnote made it"))
    if not graph:
        _require_sound(base)
        shutil.copytree(base / "signs", folder / "signs")
        return
    if not generation_files.has_graph(base):
        raise LibraryError(_broken(base, "it has no graph, and is small enough for one now"))
    shutil.copytree(base, folder, ignore=shutil.ignore_patterns("chroma.sqlite3*"))
    names = (base / "chroma.sqlite3", folder / "chroma.sqlite3")
    with closing(sqlite3.connect(names[0])) as old, closing(sqlite3.connect(names[1])) as new:
        old.backup(new)


def _change(
    client: Any,  # noqa: ANN401  # chromadb's types stay in this file
    collection: Any,  # noqa: ANN401
    *,
    remove: Sequence[str],
    slices: Slices,
    on_step: Callable[[str], None],
) -> None:
    largest = min(client.get_max_batch_size(), _WRITTEN)
    for first in range(0, len(remove), largest):
        on_step("delete")
        collection.delete(ids=list(remove[first : first + largest]))
    for hashes, matrix in slices:
        for first in range(0, len(hashes), largest):
            on_step("add")
            part = slice(first, first + largest)
            collection.add(ids=hashes[part], embeddings=matrix[part])


def hashes_in(folder: Path) -> set[str]:
    """Return the hashes whose vectors can really be read back from a generation.

    Chroma's own count also counts vectors that it has lost, so every vector is fetched.

    Raises:
        LibraryError: Chroma cannot read the folder.
    """
    if not generation_files.has_graph(folder):
        if reason := generation_files.damage(folder, thorough=True):
            raise LibraryError(_broken(folder, reason))
        return vector_search.recorded_hashes(folder)
    client, collection = _open(folder)
    try:
        if reason := generation_files.damage(folder, thorough=True):
            raise LibraryError(_broken(folder, reason))
        with _explained(folder):
            ids = list(collection.get(include=[])["ids"])
            readable: set[str] = set()
            for first in range(0, len(ids), LARGEST_SLICE):
                part = collection.get(
                    ids=ids[first : first + LARGEST_SLICE], include=["embeddings"]
                )
                readable.update(part["ids"])
            return readable
    finally:
        client.close()


def _require_sound(folder: Path) -> None:
    if generation_files.has_graph(folder):
        if not (folder / "chroma.sqlite3").is_file():
            raise LibraryError(_broken(folder, FileNotFoundError("it is missing or empty")))
        _refuse_foreign_functions(folder)
    if reason := generation_files.damage(folder):
        raise LibraryError(_broken(folder, reason))


def _open(folder: Path) -> tuple[Any, Any]:  # chromadb's types stay in this file
    _require_sound(folder)
    with _explained(folder):
        client = _client(folder)
        return client, client.get_collection(_COLLECTION, embedding_function=None)


def _create(folder: Path) -> tuple[Any, Any]:
    client = _client(folder)
    return client, client.create_collection(
        _COLLECTION, embedding_function=None, configuration={"hnsw": HNSW | _ALWAYS}
    )


def _client(folder: Path) -> Any:  # noqa: ANN401  # chromadb's types stay in this file
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


def _refuse_foreign_functions(folder: Path) -> None:
    """Refuse a folder whose files name an embedding function: loading one can run its code."""
    database = folder / "chroma.sqlite3"
    try:
        uri = f"{database.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as db:
            rows = db.execute("SELECT config_json_str, schema_str FROM collections").fetchall()
        foreign = [
            named
            for row in rows
            for cell in row
            if cell
            for named in foreign_functions(json.loads(cell))
        ]
    except (sqlite3.Error, ValueError) as error:
        raise LibraryError(_broken(folder, error)) from error
    if foreign:
        raise LibraryError(
            f"vectors folder {str(folder)!r} names a foreign embedding function "
            f"{foreign[0].get('name')!r}, which could run code: it was not opened; run "
            "`footnote doctor --repair` to build the vectors anew from the catalog"
        )


def foreign_functions(config: object) -> Iterator[dict[str, Any]]:
    """Yield the embedding functions that a stored configuration names, Chroma's own left out."""
    if isinstance(config, list):
        for item in config:
            yield from foreign_functions(item)
    elif isinstance(config, dict):
        for name, value in config.items():
            if name == "embedding_function" and isinstance(value, dict):
                if (value.get("type"), value.get("name")) not in _OWN_FUNCTIONS:
                    yield value
            else:
                yield from foreign_functions(value)


def _broken(folder: Path, reason: object) -> str:
    return (
        f"vectors folder {str(folder)!r} cannot be used ({reason}): run `footnote doctor --repair` "
        "to build it anew from the catalog"
    )


def _unwritten(folder: Path, reason: object) -> str:
    return (
        f"vectors folder {str(folder)!r} cannot be written ({reason}): nothing was changed; mend "
        "that and run the command again"
    )


@contextmanager
def _explained(folder: Path, say: Callable[[Path, object], str] = _broken) -> Iterator[None]:
    """Turn whatever Chroma raises into one sentence; its errors share no base class."""
    try:
        yield
    except LibraryError:
        raise
    except BaseException as error:  # chromadb raises InternalError, OSError, RuntimeError
        # Its Rust code panics where a folder goes away while it is opened; that is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        if any(sign in reason for sign in _NO_SPACE) or (say is _unwritten and _is_full(folder)):
            raise LibraryFullError(
                f"the disk of {str(folder)!r} is full: nothing was changed; free some space and "
                "run the command again"
            ) from error
        raise LibraryError(say(folder, reason)) from error


def _is_full(folder: Path) -> bool:
    """Say whether a disk has no room for what Chroma keeps beside a few vectors.

    Of all that it tells in other words: a segment that cannot be written, a failed compaction.
    """
    there = next((place for place in (folder, *folder.parents) if place.is_dir()), None)
    return there is not None and shutil.disk_usage(there).free < _LEAST_ROOM


def _sync(folder: Path) -> None:
    """Force every file and folder of a generation to disk, the parent's entry included."""
    for path in [*folder.rglob("*"), folder, folder.parent]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


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
