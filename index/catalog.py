"""Opens the catalog, SQLite's file that holds the truth of a library; no reading or writing of it.

`index.shelf` reads documents and evidence, `index.ledger` writes them.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from index.errors import LibraryError, LibraryMismatchError

FORMAT = "1"
"""Version of the schema and of everything derived from a text: terms, sentences, passages."""
_BUSY_SECONDS = 10.0
_DAMAGE = (
    "malformed",
    "not a database",
    "no such table",
    "the catalog has no",
    "disk I/O",
    "corrupt",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """What a library was built with; vectors of another imprint cannot be compared."""

    model: str
    dimension: int
    format: str = FORMAT


def catalog_path(library: Path) -> Path:
    """Return where a library keeps its catalog."""
    return library / "catalog.db"


def create(library: Path, imprint: Imprint) -> None:
    """Create an empty catalog in a folder; the folder is made if needed.

    Raises:
        LibraryError: The path is a file, or cannot be written.
    """
    try:
        library.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise LibraryError(
            f"library path {str(library)!r} is a file: name a folder with --library or "
            "FOOTNOTE_LIBRARY"
        ) from None
    except OSError as error:
        raise LibraryError(
            f"cannot make library folder {str(library)!r}: {error.strerror}"
        ) from error
    if catalog_path(library).exists():
        return
    # Made under another name and moved into place, so that a kill leaves no half-made catalog.
    unfinished = catalog_path(library).with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    schema = files("index").joinpath("data/catalog.sql").read_text(encoding="utf-8")
    with _opened(unfinished, library=library) as db:
        db.execute("PRAGMA journal_mode = WAL")
        with transaction(db):
            for statement in schema.split(";\n"):
                db.execute(statement)
            set_imprint(db, imprint)
            db.execute("INSERT INTO meta VALUES ('generation', '')")
    unfinished.replace(catalog_path(library))


@contextmanager
def connected(library: Path) -> Iterator[sqlite3.Connection]:
    """Open the catalog for the length of a `with` block, in autocommit mode.

    Raises:
        LibraryError: There is no catalog, it is damaged, or the disk is full.
    """
    path = catalog_path(library)
    if not path.is_file():
        raise LibraryError(f"no library at {str(library)!r}: add articles with `footnote add PATH`")
    with _opened(path, library=library) as db:
        yield db


@contextmanager
def _opened(path: Path, *, library: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)) as db:
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA foreign_keys = ON")
            yield db
    except sqlite3.Error as error:
        raise _explained(error, library) from error


@contextmanager
def snapshot(library: Path) -> Iterator[sqlite3.Connection]:
    """Open the catalog in one read transaction: all that is read is of one moment."""
    with connected(library) as db:
        db.execute("BEGIN")
        yield db
        db.execute("ROLLBACK")


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Commit what the block wrote, or nothing of it."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def generation(db: sqlite3.Connection) -> str:
    """Return the name of the current vector generation; empty where there is none."""
    return _meta(db, "generation")


def set_generation(db: sqlite3.Connection, name: str) -> None:
    """Name the current vector generation, inside the caller's transaction."""
    db.execute("UPDATE meta SET value = ? WHERE name = 'generation'", (name,))


def imprint(db: sqlite3.Connection) -> Imprint:
    """Return what the library was built with."""
    return Imprint(
        model=_meta(db, "model"), dimension=int(_meta(db, "dimension")), format=_meta(db, "format")
    )


def set_imprint(db: sqlite3.Connection, imprint: Imprint) -> None:
    """Record what the library is built with, inside the caller's transaction."""
    rows = {
        "model": imprint.model,
        "dimension": str(imprint.dimension),
        "format": imprint.format,
    }
    db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows.items())


def require_imprint(db: sqlite3.Connection, wanted: Imprint, *, library: Path) -> None:
    """Refuse a library that was built with something else.

    Raises:
        LibraryMismatchError: The message says both sides and the command that helps.
    """
    built = imprint(db)
    if built.format != wanted.format:
        raise LibraryMismatchError(
            f"library {str(library)!r} has format {built.format!r}, this Footnote reads "
            f"{wanted.format!r}: run `footnote doctor --repair` to rebuild it from its texts"
        )
    if (built.model, built.dimension) != (wanted.model, wanted.dimension):
        raise LibraryMismatchError(
            f"library {str(library)!r} was built with model {built.model!r} ({built.dimension} "
            f"dimensions), the settings ask for {wanted.model!r} ({wanted.dimension}): set "
            f"FOOTNOTE_EMBEDDING_MODEL={built.model} or run `footnote doctor --repair` to embed "
            "its texts again"
        )


def _meta(db: sqlite3.Connection, name: str) -> str:
    row = db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise sqlite3.DatabaseError(f"the catalog has no {name!r}")
    return str(row[0])


def _explained(error: sqlite3.Error, library: Path) -> LibraryError:
    if "full" in str(error):
        return LibraryError(
            f"the disk of library {str(library)!r} is full: nothing was changed; free some space "
            "and run the command again"
        )
    if any(sign in str(error) for sign in _DAMAGE):
        return LibraryError(
            f"the catalog of library {str(library)!r} is damaged ({error}): run "
            "`footnote doctor --repair` to save what can be read"
        )
    return LibraryError(f"cannot use the catalog of library {str(library)!r}: {error}")
