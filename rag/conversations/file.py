"""The file that conversations are kept in: made, opened, written anew; put aside where damaged."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from index.data_files import data_text
from index.errors import MisuseError, OperationError

_VERSION = 1
_LAST_VERSION = 1000
"""A higher one, or one below 0, is damage."""
_BUSY_SECONDS = 10.0
_NO_DAMAGE = (
    *("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_READONLY", "SQLITE_CANTOPEN"),
    *("SQLITE_PERM", "SQLITE_NOMEM", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE"),
    *("SQLITE_IOERR_FSYNC", "SQLITE_IOERR_LOCK"),
)
"""How the names of errors begin that say nothing of the file; all others are taken for damage."""
_MOST_PAGES = 1_000_000
"""More are no length of a file, but damage."""
_TABLES = {
    "conversations": "id, user, library, name, begun, used, turns, deleted",
    "turns": "conversation, number, asked, question, searched, text, answer",
}
_CLEANING_WAITS = 500
"""Milliseconds for others to be done; they are left alone then."""
_FULL = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE")
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")


class DamagedError(OperationError):
    """The file was damaged and is put aside; the next call begins a new one."""


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file, made where there is none, for the length of a `with` block, in autocommit.

    Raises:
        DamagedError: It is damaged; it lies beside its place now, or its search was mended.
        OperationError: It cannot be used, or a newer Footnote wrote it.
    """
    try:
        with closing(_connected(path)) as db:
            yield db
    except UnicodeDecodeError as error:  # of a name in the schema that SQLite's message repeats
        raise _put_aside(path, error) from error
    except sqlite3.Error as error:
        if not _name(error).startswith(_NO_DAMAGE):
            raise _put_aside(path, error) from error
        raise OperationError(_told(path, error)) from error
    except OSError as error:
        raise OperationError(_told(path, error)) from error


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file as `opened` does, and commit what the block wrote, or nothing of it."""
    with opened(path) as db:
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


def mark(db: sqlite3.Connection, *, unclean: bool) -> None:
    """Note whether the file may still hold what was deleted from it."""
    db.execute("UPDATE meta SET value = ? WHERE name = 'unclean'", (int(unclean),))


def is_unclean(db: sqlite3.Connection) -> bool:
    """Say what was noted last."""
    return bool(db.execute("SELECT value FROM meta WHERE name = 'unclean'").fetchone()[0])


def write_anew(path: Path) -> bool:
    """Leave nothing of what was deleted in the file and its log; False while another reads them."""
    with opened(path) as db:
        db.execute(f"PRAGMA busy_timeout = {_CLEANING_WAITS}")
        # Pages keep old bytes where cells were moved, which `secure_delete` does not reach.
        try:
            db.execute("INSERT INTO words (words) VALUES ('optimize')")
            db.execute("VACUUM")
            busy = bool(db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
            if not busy:
                mark(db, unclean=False)
        except sqlite3.OperationalError as error:
            if not _name(error).startswith(_BUSY):
                raise
            return False
    return not busy


def _connected(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    # SQLite gives its log and index the mode of the file.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
    db = _raw(path)
    try:
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA secure_delete = ON")
        _require_tables(db, path)
    except BaseException as error:
        db.close()
        if isinstance(error, sqlite3.Error) and _name(error).startswith(_FULL):
            return _without_room(path, error)
        raise
    return db


def _without_room(path: Path, error: sqlite3.Error) -> sqlite3.Connection:
    """Return a connection that makes no file beside it, to read what is kept on a full disk.

    Raises:
        sqlite3.Error: The one given, where nothing is kept; or another process has the file open.
    """
    db = _raw(path)
    try:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        if _version(db) != _VERSION:
            raise error
    except BaseException:
        db.close()
        raise
    return db


def _raw(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    # A byte that is no UTF-8 costs a letter, not the conversation.
    db.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return db


def _require_tables(db: sqlite3.Connection, path: Path) -> None:
    version = _version(db)
    if version == _VERSION:
        return
    if _VERSION < version <= _LAST_VERSION:
        raise MisuseError(
            f"the conversations in {str(path)!r} were kept by a newer Footnote: update this one, "
            "or move that file away"
        )
    with suppress(sqlite3.OperationalError):  # where another process is just doing it
        db.execute("PRAGMA journal_mode = WAL")
    db.execute("BEGIN IMMEDIATE")
    if _version(db) != _VERSION:
        if db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            raise sqlite3.DatabaseError("not a database of conversations")
        for statement in data_text("rag", "conversations.sql").split(";\n"):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {_VERSION}")
    db.execute("COMMIT")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _put_aside(path: Path, error: Exception) -> DamagedError:
    """Put what can be read of the file in its place, one process at a time; say what was done."""
    import filelock

    lost = f"the kept conversations were damaged ({error})"
    aside = path.with_name(f"{path.stem}.damaged-{time.strftime('%Y%m%d-%H%M%S')}{path.suffix}")
    new = path.with_name(f"{path.name}.new")
    try:
        with filelock.FileLock(path.with_suffix(".lock"), timeout=_BUSY_SECONDS):
            if _is_sound(path):
                return DamagedError(f"{lost} and are mended: do that again")
            new.unlink(missing_ok=True)
            saved = _saved(path, new)
            for ending in ("", "-wal", "-shm"):
                with suppress(FileNotFoundError):
                    os.replace(f"{path}{ending}", f"{aside}{ending}")
            new.replace(path)
    except (OSError, sqlite3.Error, UnicodeDecodeError) as trouble:
        return DamagedError(
            f"{lost}, and {str(path)!r} cannot be put aside ({trouble}): move that file away"
        )
    return DamagedError(
        f"{lost}: {saved:,} answers could be read and are kept on, and the damaged file is now "
        f"{str(aside)!r}"
    )


def _saved(path: Path, new: Path) -> int:
    """Make a file of what can be read of a damaged one; return the number of answers."""
    _lengthen(path)
    with closing(_connected(new)) as db:
        for table, columns in _TABLES.items():
            marks = ", ".join("?" * (columns.count(",") + 1))
            with suppress(sqlite3.Error, UnicodeDecodeError), closing(_raw(path)) as damaged:
                damaged.execute("PRAGMA writable_schema = ON")  # one bad table hides no other
                for row in damaged.execute(f"SELECT {columns} FROM {table}"):
                    with suppress(sqlite3.IntegrityError):
                        db.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", row)
        db.execute("DELETE FROM turns WHERE conversation NOT IN (SELECT id FROM conversations)")
        db.execute(
            "UPDATE conversations SET turns ="
            " (SELECT count(*) FROM turns WHERE conversation = conversations.id)"
        )
        db.execute("DELETE FROM conversations WHERE turns = 0")
        saved = int(db.execute("SELECT count(*) FROM turns").fetchone()[0])
        # Alone in its file, without a log that would have to be renamed with it.
        db.execute("PRAGMA journal_mode = DELETE")
    return saved


def _lengthen(path: Path) -> None:
    """Give a file that was cut short its length again: SQLite reads no page of a shorter one."""
    with path.open("rb+") as file:
        head = file.read(32)
        size, pages = int.from_bytes(head[16:18], "big"), int.from_bytes(head[28:32], "big")
        if head.startswith(b"SQLite format 3\0") and size >= 512 and pages <= _MOST_PAGES:
            file.truncate(max(path.stat().st_size, size * pages))


def _is_sound(path: Path) -> bool:
    """Say whether the file and its full-text search hold together."""
    try:
        with closing(_raw(path)) as db:
            if _version(db) != _VERSION:
                return False
            db.execute("INSERT INTO words (words) VALUES ('integrity-check')")
            return bool(db.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok")
    except (sqlite3.Error, UnicodeDecodeError):
        return False


def _told(path: Path, error: sqlite3.Error | OSError) -> str:
    name = _name(error)
    if name.startswith(_FULL):
        return f"the disk of {str(path)!r} is full: free some space to keep conversations"
    if name.startswith(_BUSY):
        return f"another program writes to {str(path)!r} for long: try that again"
    return (
        f"conversations cannot be kept in {str(path)!r} ({error}): mend that, or set "
        "FOOTNOTE_HISTORY=false to keep none"
    )


def _name(error: sqlite3.Error | OSError) -> str:
    """Return SQLite's name of an error; empty for one that SQLite did not raise."""
    return getattr(error, "sqlite_errorname", None) or ""
