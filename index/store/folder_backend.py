"""The pair that lives in one folder: a catalog in SQLite, and generations of vectors in Chroma.

One writer at a time: whoever changes a library holds its lock; readers need none. Which pair an
address means, this one or that on servers, is told here too; servers are imported when opened.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

from index.errors import (
    LibraryBusyError,
    LibraryError,
    LibraryFullError,
    LibraryMissingError,
    SettingsError,
)
from index.store import catalog, chroma
from index.store.chroma import OpenGenerations, generation_folder
from index.store.migrations import made_later
from index.store.protocols import (
    BRIEFLY,
    Catalog,
    Imprint,
    Nearest,
    NextGeneration,
    OnStep,
    OpenCatalog,
    Originals,
    VectorIndex,
    server_address,
)

WORKSHOP = "rebuilding"
"""Folder in a library in which a repair writes a new catalog."""


class FolderCatalog:
    """The catalog in a folder, as `index.store.protocols.Catalog` describes it."""

    rewritable = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = str(folder)

    @property
    def originals(self) -> Originals:
        """The originals, files in a folder beside the catalog."""
        from index.store.originals import FolderOriginals  # no question asks for one

        return FolderOriginals(self.folder)

    @contextmanager
    def snapshot(self) -> Iterator[OpenCatalog]:
        """Open the catalog in one read transaction: all that is read is of one moment.

        Raises:
            LibraryMissingError: There is none.
            LibraryError: It cannot be read, or there are only the vectors of one.
        """
        with ExitStack() as stack:
            try:
                db = stack.enter_context(catalog.snapshot(self.folder))
            except LibraryMissingError as missing:
                if not (self.folder / "vectors").exists():
                    raise
                raise LibraryError(
                    f"library {self.name!r} has vectors but no catalog.db: put the catalog back "
                    "from a backup, or remove the folder and add your articles again"
                ) from missing
            yield db

    @contextmanager
    def writing(self, *, wait: float = 0.0, create: Imprint | None = None) -> Iterator[OpenCatalog]:
        """Hold the writer's lock and the catalog open, made first where it is missing."""
        if create is not None:
            catalog.make_folder(self.folder)
        with writing(self.folder, wait=wait):
            if create is not None:
                catalog.create(self.folder, create)
            with catalog.connected(self.folder) as db:
                try:
                    yield db
                except (LibraryFullError, sqlite3.Error) as error:
                    if isinstance(error, LibraryFullError) or catalog.is_full(error):
                        give_back(self.folder, db)
                    raise

    def faults(self, db: OpenCatalog) -> Iterator[str]:
        """Yield what SQLite finds wrong with its file, and values that are of another type."""
        yield from (line for (line,) in db.execute("PRAGMA quick_check(3)") if line != "ok")
        for table in ("meta", "documents", "passages", "sentences", "vectors", *made_later(db)):
            described = db.execute(f"PRAGMA table_info({table})").fetchall()
            if not described:
                yield f"its table {table} is missing"
            for _, column, kind, required, *_ in described:
                kind = kind.lower().replace("bigint", "integer")
                kinds = {kind, *(() if required else ("null",))}
                wanted = ", ".join(f"'{one}'" for one in sorted(kinds))
                query = f'SELECT count(*) FROM {table} WHERE typeof("{column}") NOT IN ({wanted})'
                if wrong := db.execute(query).fetchone()[0]:
                    yield f"{wrong} {column} of {table} are no {kind}"

    def mendable(self) -> bool:
        """Say whether the folder may be written and has a catalog, be it in a repair's workshop."""
        places = (self.folder, self.folder / WORKSHOP)
        return any(catalog.is_there(p) for p in places) and os.access(self.folder, os.W_OK)

    def close(self) -> None:
        """Do nothing: a connection ends with the block that opened it."""


class FolderVectors:
    """A folder a generation, as `index.store.protocols.VectorIndex` describes it."""

    def __init__(self, library: Path) -> None:
        self._library = library
        self._open = OpenGenerations(library)

    @contextmanager
    def reading(self, name: str, db: OpenCatalog) -> Iterator[Nearest]:
        """Hold a generation open for the length of a `with` block."""
        with self._open.reading(name) as generation:
            yield partial(generation.nearest, db)

    def build(self, wanted: NextGeneration, *, on_step: OnStep) -> str:
        """Write the next generation, fsync it and return its name."""
        name = f"{self._number(wanted.after) + 1:06d}"
        chroma.build(
            generation_folder(self._library, name),
            base=generation_folder(self._library, wanted.after) if wanted.copy else None,
            remove=wanted.remove,
            slices=wanted.slices,
            graph=wanted.total <= chroma.LARGEST_GRAPH,
            on_step=on_step,
        )
        return name

    def clean(self, *, before: str, current: str, gone: Sequence[str]) -> None:
        """Remove all generations but the current and the one before it.

        A reader that was just opening an older one finds it gone, reads the catalog again and goes
        on.
        """
        keep = self._number(current)
        for folder in (self._library / "vectors").glob("*"):
            if not folder.name.isdigit() or int(folder.name) not in (keep, keep - 1):
                shutil.rmtree(folder, ignore_errors=True)

    def hashes(self, name: str) -> set[str]:
        """Return the hashes whose vectors can really be read back from a generation."""
        return chroma.hashes_in(generation_folder(self._library, name))

    def _number(self, name: str) -> int:
        """Return the number of a generation; of one with a damaged name, the highest there is."""
        if name.isdecimal() or not name:
            return int(name or 0)
        there = (folder.name for folder in (self._library / "vectors").glob("*"))
        return max((int(one) for one in there if one.isdecimal()), default=0)

    def close(self) -> None:
        """Close every generation that nobody reads; the others close with their last reader."""
        self._open.close()


def give_back(library: Path, db: OpenCatalog) -> None:
    """Free what an addition took that did not fit on its disk.

    That are a generation that was not published, and vectors that no document uses. The file is
    written anew where it is mostly free then. What fails is left to the next writer: the library is
    sound at any of these moments.
    """
    from index.store.writes import drop_unused_vectors

    with suppress(sqlite3.Error):
        if db.in_transaction:
            db.execute("ROLLBACK")
        current = catalog.generation(db)
        for folder in (library / "vectors").glob("*"):
            if folder.name.isdecimal() and int(folder.name) > int(current or 0):
                shutil.rmtree(folder, ignore_errors=True)
        # Zeros over what is removed would take as much of the log as it had.
        db.execute("PRAGMA secure_delete = FAST").fetchone()
    for _ in range(2):
        with suppress(sqlite3.Error):
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        with suppress(sqlite3.Error), catalog.transaction(db):
            drop_unused_vectors(db)
    with suppress(sqlite3.Error):
        (free,) = db.execute("PRAGMA freelist_count").fetchone()
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        if free > pages - free:
            db.execute("VACUUM")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


@contextmanager
def writing(library: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the writer's lock of a library; the system frees it if the process dies.

    Args:
        library: The library's folder, which must exist.
        wait: Seconds to wait for another writer to finish, at least `BRIEFLY`.

    Raises:
        LibraryBusyError: Another process or thread is writing.
        LibraryError: The folder cannot be written.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(library / "writer.lock", timeout=max(wait, BRIEFLY), thread_local=False)
    holder = library / "writer.pid"
    try:
        lock.acquire()
    except Timeout:
        raise LibraryBusyError(
            f"library {str(library)!r} is being written by process {_pid(holder)}: wait until it "
            "has finished and run the command again"
        ) from None
    except (OSError, NotImplementedError) as error:  # the latter where files cannot be locked
        reason = getattr(error, "strerror", None) or error
        raise LibraryError(
            f"library {str(library)!r} cannot be written ({reason}): mend that, or name another "
            "folder with --library or FOOTNOTE_LIBRARY"
        ) from error
    try:
        # It only serves the message above, so a full disk does not stop the writer here.
        with suppress(OSError):
            holder.write_text(str(os.getpid()), encoding="ascii")
        yield
    finally:
        lock.release()


def _pid(holder: Path) -> str:
    try:
        return holder.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return "of another program"


def open_pair(place: str | Path, vectors: str | None = None) -> tuple[Catalog, VectorIndex]:
    """Return the two halves of a library; nothing is read or connected yet.

    Args:
        place: A folder, or the address of a PostgreSQL database.
        vectors: The address of a Chroma server, which a database needs; a folder goes without.

    Raises:
        SettingsError: A database has no vectors' address, or an address cannot be read.
    """
    address = None if isinstance(place, Path) else server_address(place)
    if address is None:
        folder = Path(place)
        return FolderCatalog(folder), FolderVectors(folder)
    if vectors is None:
        raise SettingsError(
            "a library in PostgreSQL needs a Chroma server for its vectors: set "
            "FOOTNOTE_VECTORS=http://HOST:PORT"
        )
    from index.store.chroma_server import ServerVectors
    from index.store.postgres import PostgresCatalog

    return PostgresCatalog(address), ServerVectors(vectors)
