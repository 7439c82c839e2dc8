"""Keeps the bytes of what was dropped on the page or fetched, by their sha256: in files or rows.

A library in a folder has them in `originals/`, one on servers in a table. They are there before the
catalog names them, so a crash leaves at most one that no document names. Nothing is handed out
whose hash is another, and no link is followed. Files that lie on the disk are not kept.
"""

import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from index.card import Card
from index.errors import (
    LibraryError,
    LibraryFullError,
    LibraryUnreachableError,
    OriginalLostError,
)
from index.store import queries
from index.store.migrations import selected, sound
from index.store.protocols import OpenCatalog, Originals
from index.sync import file_state
from index.sync.file_state import Record

FOLDER = "originals"
"""Of a library in a folder."""
_LARGEST = 2**28
"""Bytes that are read to be compared with a hash; the largest file that is read has 100 MB."""
_NAME = re.compile(r"[0-9a-f]{64}|\.[0-9a-f]{64}\.\d+\.part")
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)


def named_originals(db: OpenCatalog, document_ids: Iterable[str] | None = None) -> set[str]:
    """Return the hashes of the originals that documents name: all of them, or these by id."""
    column = selected(db, ["original_sha256"])
    if document_ids is None:
        rows = db.execute(f"SELECT DISTINCT {column} FROM documents WHERE {column} != ''")
        return {sound(sha256, str) for (sha256,) in rows}
    query = f"SELECT {column} FROM documents WHERE id = ? AND {column} != ''"
    return {row[0] for one in document_ids for row in db.execute(query, (one,))}


def unnamed_originals(db: OpenCatalog, hashes: Iterable[str]) -> list[str]:
    """Return those of these originals that no document names (any more)."""
    query = f"SELECT 1 FROM documents WHERE {selected(db, ['original_sha256'])} = ? LIMIT 1"
    return [sha256 for sha256 in sorted(hashes) if not db.execute(query, (sha256,)).fetchone()]


def kept_bytes(originals: Originals, db: OpenCatalog, card: Card) -> bytes:
    """Return the original that is kept of a document.

    Raises:
        LibraryError: It is gone, or is not what was kept.
    """
    try:
        return originals.read(db, card.original_sha256)
    except LibraryUnreachableError:
        raise
    except LibraryError as error:
        raise LibraryError(
            f"the original that was kept of {card.source!r} cannot be used ({error}): run "
            "`footnote doctor --repair` and add it again"
        ) from error


def stored_bytes(
    originals: Originals, db: OpenCatalog, document_id: str
) -> tuple[Record, bytes | None]:
    """Return what is known of a document's file, and what it was read from, where that is stored.

    None stands for a file that lies elsewhere. An article given as text is its text in UTF-8.

    Raises:
        UnknownDocumentError: No id, or more than one, begins like this.
        LibraryError: What was kept is gone or damaged.
    """
    (record,) = file_state.some_records(db, [queries.resolved(db, document_id)])
    if record.card.original_sha256:
        return record, kept_bytes(originals, db, record.card)
    if record.file_sha256:
        return record, None
    query = "SELECT text FROM documents WHERE id = ?"
    text = str(db.execute(query, (record.document_id,)).fetchone()[0])
    if queries.text_hash(text) != record.card.sha256:
        raise LibraryError(
            f"the text of {record.source!r} is damaged: run `footnote doctor --repair`"
        )
    return record, text.encode("utf-8")


class FolderOriginals:
    """Files in a library's folder, as `index.store.protocols.Originals` describes it."""

    def __init__(self, library: Path) -> None:
        self._folder = library / FOLDER

    def keep(self, db: OpenCatalog, sha256: str, content: bytes) -> None:
        """Write a file whole, under another name first; one that is whole already stays."""
        with suppress(LibraryError):
            if self.read(db, sha256):
                return
        part = self._folder / f".{sha256}.{os.getpid()}.part"
        try:
            self._folder.mkdir(exist_ok=True)
            self._require_folder()
            try:
                _write(part, content)
                part.replace(self._folder / sha256)
            finally:
                part.unlink(missing_ok=True)
            _sync(self._folder)
        except OSError as error:
            raise self._unwritten(error) from error

    def read(self, db: OpenCatalog, sha256: str) -> bytes:
        """Return what is kept under a hash."""
        del db
        if not _NAME.fullmatch(sha256):
            raise OriginalLostError("its hash is none")
        try:
            self._require_folder()
            return _whole(_content(self._folder / sha256), sha256)
        except FileNotFoundError:
            raise OriginalLostError("it is gone") from None
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.EMLINK):
                raise OriginalLostError("a link is in its place") from error
            raise LibraryError(f"it cannot be read ({error.strerror})") from error

    def sizes(self, db: OpenCatalog) -> dict[str, int]:
        """Return the bytes of each file of ours, unfinished ones too, by name."""
        del db
        try:
            self._require_folder()
            with os.scandir(self._folder) as entries:
                return {
                    entry.name: entry.stat(follow_symlinks=False).st_size
                    for entry in entries
                    if _NAME.fullmatch(entry.name)
                }
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise self._unwritten(error) from error

    def drop(self, db: OpenCatalog, names: Iterable[str]) -> None:
        """Remove files by name; a link goes, and not what it leads to."""
        del db
        try:
            self._require_folder()
            for name in names:
                if _NAME.fullmatch(name):
                    (self._folder / name).unlink(missing_ok=True)
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unwritten(error) from error

    def _require_folder(self) -> None:
        """Refuse a link in the folder's place: what it leads to is not ours."""
        if not stat.S_ISDIR(self._folder.lstat().st_mode):
            raise LibraryError(
                f"{str(self._folder)!r}, where originals are kept, is a link or a file: remove it, "
                "and run `footnote doctor --repair`"
            )

    def _unwritten(self, error: OSError) -> LibraryError:
        if error.errno == errno.ENOSPC:
            return LibraryFullError(
                f"the disk of {str(self._folder)!r} is full: nothing was changed; free some space "
                "and run the command again"
            )
        return LibraryError(
            f"the originals in {str(self._folder)!r} cannot be read or written "
            f"({error.strerror}): mend that and run the command again"
        )


class ServerOriginals:
    """Rows of a table that is made for the first one, as `Originals` describes it."""

    def keep(self, db: OpenCatalog, sha256: str, content: bytes) -> None:
        """Write a row, which is durable when this returns; one that is whole already stays."""
        with suppress(LibraryError):
            if self.read(db, sha256):
                return
        db.execute(
            f"CREATE TABLE IF NOT EXISTS {FOLDER} "
            '(sha256 text COLLATE "C" PRIMARY KEY, content bytea NOT NULL)'
        )
        db.execute(
            f"INSERT INTO {FOLDER} VALUES (?, ?) "
            "ON CONFLICT (sha256) DO UPDATE SET content = excluded.content",
            (sha256, content),
        )

    def read(self, db: OpenCatalog, sha256: str) -> bytes:
        """Return what is kept under a hash."""
        row = None
        if self._is_there(db):
            row = db.execute(
                f"SELECT content FROM {FOLDER} WHERE sha256 = ? AND octet_length(content) <= ?",
                (sha256, _LARGEST),
            ).fetchone()
        if row is None:
            raise OriginalLostError("it is gone")
        return _whole(bytes(row[0]), sha256)

    def sizes(self, db: OpenCatalog) -> dict[str, int]:
        """Return the bytes of each row, by hash."""
        if not self._is_there(db):
            return {}
        return dict(db.execute(f"SELECT sha256, octet_length(content) FROM {FOLDER}").fetchall())

    def drop(self, db: OpenCatalog, names: Iterable[str]) -> None:
        """Remove rows by hash."""
        if self._is_there(db):
            db.executemany(f"DELETE FROM {FOLDER} WHERE sha256 = ?", [(name,) for name in names])

    def _is_there(self, db: OpenCatalog) -> bool:
        return db.execute(f"SELECT to_regclass('{FOLDER}')").fetchone()[0] is not None


def _write(part: Path, content: bytes) -> None:
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o666)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _sync(folder: Path) -> None:
    """See that a new name in a folder is on the disk, where the system can be told to."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _content(path: Path) -> bytes:
    """Return what is in a regular file, which is looked at once it is open."""
    with open(os.open(path, os.O_RDONLY | _NO_LINK | _NO_WAIT), "rb") as file:
        seen = os.fstat(file.fileno())
        if not stat.S_ISREG(seen.st_mode) or seen.st_size > _LARGEST:
            raise OriginalLostError("something else is in its place")
        return file.read(_LARGEST)


def _whole(content: bytes, sha256: str) -> bytes:
    if hashlib.sha256(content).hexdigest() != sha256:
        raise OriginalLostError("it is not what was kept: its sha256 differs")
    return content
