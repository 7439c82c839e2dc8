"""Opens the catalog, SQLite's file that holds the truth.

`sqlite` searches the words in it, `queries` reads it, `writes` writes it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from index.data_files import data_text
from index.errors import LibraryError, LibraryMismatchError, LibraryMissingError
from index.store.protocols import Catalog, Imprint, OpenCatalog
from index.store.sqlite import SqliteCatalog, full_disk

_BUSY_SECONDS = 10.0
_DAMAGE = (
    "malformed",
    "not a database",
    "no such table",
    "the catalog has no",
    "disk I/O",
    "corrupt",
    "Could not decode",
)
_MOVE = "run `footnote export FILE`, then `footnote import FILE` with the address of a new database"
_SECTOR = 512
"""SQLite writes whole pages, of 512 bytes at least: what is left over was never written by it."""
_NO_SPACE = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE")
_NO_ACCESS = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")
_BESIDE = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_IOERR")
"""How the names of errors begin where SQLite cannot keep its files beside the catalog."""


def catalog_path(library: Path) -> Path:
    """Return where a library keeps its catalog."""
    return library / "catalog.db"


def is_there(library: Path) -> bool:
    """Say whether a folder has a catalog.

    Raises:
        LibraryError: The path is a file, or may not be looked into.
    """
    try:
        found = catalog_path(library).is_file()
        blocked = not found and library.exists() and not library.is_dir()
    except OSError as error:
        raise LibraryError(
            f"library {str(library)!r} cannot be opened ({error.strerror}): check its permissions, "
            "or name another folder with --library or FOOTNOTE_LIBRARY"
        ) from error
    if blocked:
        raise _is_a_file(library)
    return found


def make_folder(library: Path) -> None:
    """Make the folder of a library if it is not there.

    Raises:
        LibraryError: The path is a file, or cannot be written.
    """
    with _writing_files(library):
        library.mkdir(parents=True, exist_ok=True)


def create(library: Path, imprint: Imprint) -> None:
    """Create an empty catalog if there is none; the caller holds the writer's lock.

    Raises:
        LibraryError: The folder cannot be written.
    """
    if is_there(library):
        return
    with _writing_files(library):
        # Made under another name and moved into place, so that a kill leaves no half-made catalog.
        unfinished = catalog_path(library).with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        _write_empty(unfinished, imprint, library=library)
        unfinished.replace(catalog_path(library))


@contextmanager
def _writing_files(library: Path) -> Iterator[None]:
    try:
        yield
    except (FileExistsError, NotADirectoryError):
        raise _is_a_file(library) from None
    except OSError as error:
        raise LibraryError(
            f"library folder {str(library)!r} cannot be made or written ({error.strerror}): mend "
            "that, or name another folder with --library or FOOTNOTE_LIBRARY"
        ) from error


def _write_empty(path: Path, imprint: Imprint, *, library: Path) -> None:
    with _opened(path, library=library) as db:
        db.execute("PRAGMA journal_mode = WAL")
        _fill(db, imprint)


def _fill(db: SqliteCatalog, imprint: Imprint) -> None:
    schema = data_text("index", "catalog.sql")
    with transaction(db):
        for statement in schema.split(";\n"):
            db.execute(statement)
        set_imprint(db, imprint)
        db.execute("INSERT INTO meta VALUES ('generation', '')")


@contextmanager
def empty() -> Iterator[SqliteCatalog]:
    """Open a catalog without documents that is in no file, to be read in place of a missing one."""
    with closing(_connected(":memory:", uri=False)) as db:
        _fill(db, Imprint(model="", dimension=0))
        yield db


@contextmanager
def connected(library: Path) -> Iterator[SqliteCatalog]:
    """Open the catalog for the length of a `with` block, in autocommit mode.

    Raises:
        LibraryError: There is no catalog, it is damaged, or the disk is full.
    """
    with _opened(_existing(library), library=library) as db:
        yield db


@contextmanager
def snapshot(library: Path) -> Iterator[SqliteCatalog]:
    """Open the catalog in one read transaction: all that is read is of one moment.

    Where its folder may not be written or the disk is full, it is read as it lies.

    Raises:
        LibraryMissingError: There is no catalog.
        LibraryError: It is damaged, or may not be read.
    """
    path = _existing(library)
    with _explaining(library), closing(_reading(path)) as db:
        yield db


def _existing(library: Path) -> Path:
    if not is_there(library):
        raise LibraryMissingError(
            f"no library at {str(library)!r}: add articles with `footnote add PATH`"
        )
    path = catalog_path(library)
    if path.stat().st_size % _SECTOR:
        raise _damaged(str(library), "its file was cut short")
    return path


@contextmanager
def _opened(path: Path, *, library: Path) -> Iterator[SqliteCatalog]:
    with (
        _explaining(library),
        closing(_connected(path, uri=False)) as db,
    ):
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        yield db


def _reading(path: Path) -> SqliteCatalog:
    """Open a read transaction, without SQLite's files beside the catalog where they cannot be made.

    Read so, nothing tells of a writer that begins meanwhile; the check of every citation against
    the stored text does.
    """
    try:
        return _begun(f"{path.absolute().as_uri()}?mode=rw")
    except sqlite3.OperationalError as error:
        log = path.with_name(f"{path.name}-wal")
        beside = _name(error).startswith(_BESIDE)
        if not beside or (log.exists() and log.stat().st_size):
            raise
        return _begun(f"{path.absolute().as_uri()}?mode=ro&immutable=1")


def _connected(place: str | Path, *, uri: bool) -> SqliteCatalog:
    return sqlite3.connect(
        place, uri=uri, timeout=_BUSY_SECONDS, isolation_level=None, factory=SqliteCatalog
    )


def _begun(uri: str) -> SqliteCatalog:
    db = _connected(uri, uri=True)
    try:
        db.execute("PRAGMA temp_store = MEMORY")
        db.execute("BEGIN")
        # The transaction begins, and most troubles show, with the first read.
        db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException:
        db.close()
        raise
    return db


@contextmanager
def transaction(db: OpenCatalog, *, room: int = 0) -> Iterator[None]:
    """Commit what the block wrote, or nothing of it; see `OpenCatalog.begin`."""
    db.begin(room=room)
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def generation(db: OpenCatalog) -> str:
    """Return the name of the current vector generation; empty where there is none."""
    return _meta(db, "generation")


def set_generation(db: OpenCatalog, name: str) -> None:
    """Name the current vector generation, inside the caller's transaction."""
    db.execute("UPDATE meta SET value = ? WHERE name = 'generation'", (name,))


def imprint(db: OpenCatalog) -> Imprint:
    """Return what the library was built with."""
    dimension = _meta(db, "dimension")
    if not dimension.isdecimal():
        raise sqlite3.DatabaseError(f"the catalog has no such dimension as {dimension[:20]!r}")
    return Imprint(model=_meta(db, "model"), dimension=int(dimension), format=_meta(db, "format"))


def set_imprint(db: OpenCatalog, imprint: Imprint) -> None:
    """Record what the library is built with, inside the caller's transaction."""
    rows = {
        "model": imprint.model,
        "dimension": str(imprint.dimension),
        "format": imprint.format,
    }
    db.executemany(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        list(rows.items()),
    )


def require_imprint(db: OpenCatalog, wanted: Imprint, *, library: Catalog) -> None:
    """Refuse a library that was built with something else.

    Raises:
        LibraryMismatchError: The message says both sides and the command that helps.
    """
    built = imprint(db)
    remedy = "run `footnote doctor --repair` to embed its texts again"
    if built.format != wanted.format:
        raise LibraryMismatchError(
            f"library {library.name!r} has format {built.format!r}, this Footnote reads "
            f"{wanted.format!r}: {remedy if library.rewritable else _MOVE}"
        )
    if (built.model, built.dimension) != (wanted.model, wanted.dimension):
        raise LibraryMismatchError(
            f"library {library.name!r} was built with model {built.model!r} ({built.dimension} "
            f"dimensions), the settings ask for {wanted.model!r} ({wanted.dimension}): set "
            f"FOOTNOTE_EMBEDDING_MODEL={built.model} or "
            + (remedy if library.rewritable else "add its articles to a new database")
        )


def _meta(db: OpenCatalog, name: str) -> str:
    row = db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise sqlite3.DatabaseError(f"the catalog has no {name!r}")
    return str(row[0])


@contextmanager
def _explaining(library: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _explained(error, library) from error
    except UnicodeDecodeError as error:  # of a name in the schema that SQLite's message repeats
        raise _damaged(str(library), f"a name in it is no text: {error.reason}") from error


def is_full(error: sqlite3.Error) -> bool:
    """Say whether a disk is full."""
    return _name(error).startswith(_NO_SPACE)


def _explained(error: sqlite3.Error, library: Path) -> LibraryError:
    folder = str(library)
    if is_full(error):
        return full_disk(folder)
    if _name(error).startswith(_NO_ACCESS):
        return LibraryError(
            f"library {folder!r} cannot be opened ({error}): check its permissions, or name "
            "another folder with --library or FOOTNOTE_LIBRARY"
        )
    if any(sign in str(error) for sign in _DAMAGE):
        return _damaged(folder, error)
    return LibraryError(f"cannot use the catalog of library {folder!r}: {error}")


def _damaged(folder: str, reason: object) -> LibraryError:
    return LibraryError(
        f"the catalog of library {folder!r} is damaged ({reason}): run `footnote doctor --repair` "
        "to save what can be read"
    )


def _name(error: sqlite3.Error) -> str:
    """Return SQLite's name of an error; empty for one that SQLite did not raise."""
    return getattr(error, "sqlite_errorname", None) or ""


def _is_a_file(library: Path) -> LibraryError:
    return LibraryError(
        f"library path {str(library)!r} is a file: name a folder with --library or FOOTNOTE_LIBRARY"
    )
