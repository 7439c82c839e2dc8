"""Removes documents so that they can be had back for a day: each removal is an archive until then.

The archive is whole and read back before anything is removed, so a crash at any moment leaves the
documents in the library, in the archive, or in both; in both, the archive is nobody's and goes.
"""

import json
import re
import secrets
import time
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from index.data_files import whole_file
from index.errors import ArchiveError, FootnoteError, LibraryError, MisuseError
from index.store import queries
from index.store.library import Library
from index.store.protocols import OpenCatalog
from index.sync.ingest import OnProgress, add
from index.types import AddReport
from index.upkeep import archive
from index.upkeep.transfer import export_library

FOLDER = "removed"
"""Of a library in a folder."""
KEPT_SECONDS = 86_400.0
"""How long what was removed can be had back, unless it is let go of before."""
_NAME = re.compile(r"[0-9a-f]{16}")
_PART = re.compile(r"\.[0-9a-f]{16}\.(?:zip|json)\.\d+\.part")
"""What is being written, or was when its writer was killed."""
_KEPT = re.compile(rf"{_NAME.pattern}\.(?:zip|json)")
_WAIT = 30.0
"""Seconds for another removal from the same library."""
_TITLES = 3
"""Of a removal that are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A removal that can still be undone."""

    id: str
    titles: tuple[str, ...]
    """Of the first documents, at most three."""
    documents: int
    """How many were removed."""
    removed_at: str
    """UTC, ISO 8601, to the millisecond: of two the later one is the newer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Note:
    """What stands beside an archive."""

    titles: tuple[str, ...]
    ids: tuple[str, ...]
    removed_at: str


class Removals:
    """What was removed from a library and can still be had back. Safe to share between threads.

    Args:
        library: Which one.
        folder: Where the archives are, made when it is needed.
        on_progress: Told of sentences embedded and to embed as documents come back.
    """

    def __init__(self, library: Library, folder: Path, *, on_progress: OnProgress) -> None:
        self._library = library
        self._folder = folder
        self._on_progress = on_progress

    def remove(self, document_ids: Sequence[str]) -> Removed:
        """Remove documents, all of them or none, once they lie in an archive that can be read.

        Raises:
            UnknownDocumentError: No id, or more than one, begins like one of these.
            LibraryBusyError: Another process is writing.
            LibraryError: The documents cannot be kept so that they can be had back, or cannot be
                removed; they are as they were.
        """
        with self._library.reading() as db:
            ids = list(dict.fromkeys(queries.resolved(db, given) for given in document_ids))
            cards = [summary.card for summary in queries.summaries(db, ids)]
        made = _Note(
            titles=tuple(c.title for c in cards[:_TITLES]), ids=tuple(ids), removed_at=_now()
        )
        name = secrets.token_hex(8)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._alone():  # what is kept and not removed yet is no leftover
                self._keep(name, made)
                self._library.remove(ids)
        except (ArchiveError, OSError) as error:
            self.let_go(name)
            raise LibraryError(
                f"nothing was removed, for it could not be kept to be had back ({error}): mend "
                f"that, or remove it for good with `footnote remove {ids[0]}`"
            ) from error
        except FootnoteError:
            self.let_go(name)
            raise
        return _removed(name, made)

    def all(self) -> tuple[Removed, ...]:
        """Return the removals that can be undone, the newest first; what is a day old goes.

        Raises:
            LibraryError: The library cannot be read.
        """
        notes = {name: note for name in self._names() if (note := self._note(name)) is not None}
        with self._library.reading() as db:
            done = {name for name, note in notes.items() if _is_over(db, note)}
        if done or self._files(_PART):
            self._clean(done)
        found = [_removed(name, note) for name, note in notes.items() if name not in done]
        return tuple(sorted(found, key=lambda one: (one.removed_at, one.id), reverse=True))

    def _clean(self, names: Collection[str]) -> None:
        """Delete leftovers, unless something is being removed now, which looks like some."""
        try:
            with self._alone(wait=0), self._library.reading() as db:
                for name in names:
                    note = self._note(name)
                    if note is not None and _is_over(db, note):
                        self.let_go(name)
                for part in self._files(_PART):
                    part.unlink(missing_ok=True)
        except OSError:  # a lock that is held is one, too
            return

    def put_back(self, removal: str) -> AddReport:
        """Add what was removed as it was; what was added meanwhile from the same place stays.

        Raises:
            MisuseError: There is no such removal (any more).
            ArchiveError: What was kept is damaged or cannot be read; it stays as it is.
            LibraryBusyError: Another process is writing.
            LibraryError: The library cannot be written; it is as it was.
        """
        try:
            _, documents = archive.read(self._file(removal))
        except FileNotFoundError as error:
            raise MisuseError(
                "that removal cannot be undone any more: add the files or pages again"
            ) from error
        except (ArchiveError, OSError) as error:
            raise ArchiveError(
                "that removal cannot be undone, for what was kept of it is damaged or cannot be "
                "read: add the files or pages again"
            ) from error
        known = self._library.records()
        lost = [document for document in documents if document.source not in known]
        report = add(self._library, lost, originals=True, on_progress=self._on_progress)
        self.let_go(removal)
        return report

    def let_go(self, removal: str) -> None:
        """Delete what was kept of a removal; nothing happens where there is none.

        Raises:
            LibraryError: It cannot be deleted.
        """
        file = self._file(removal)
        try:
            file.with_suffix(".json").unlink(missing_ok=True)
            file.unlink(missing_ok=True)
        except NotADirectoryError:
            return
        except OSError as error:
            raise LibraryError(
                f"{str(file)!r}, which holds what was removed, cannot be deleted "
                f"({error.strerror}): delete it yourself"
            ) from error

    def let_go_of_all(self) -> None:
        """Delete what was kept of all removals, and what a crash left.

        Raises:
            LibraryError: Something cannot be deleted.
        """
        for name in self._names():
            self.let_go(name)
        if self._files(_PART):
            self._clean(())

    def _alone(self, *, wait: float = _WAIT) -> AbstractContextManager[object]:
        from filelock import FileLock

        return FileLock(self._folder / ".lock", timeout=wait)

    def _keep(self, name: str, note: _Note) -> None:
        """Write archive and note, and read the archive back."""
        file = self._file(name)
        export_library(self._library, file, note.ids)
        archive.read(file)
        with whole_file(file.with_suffix(".json")) as part:
            part.write_text(json.dumps(asdict(note), ensure_ascii=False), encoding="utf-8")

    def _names(self) -> list[str]:
        return sorted({path.stem for path in self._files(_KEPT)})

    def _files(self, form: re.Pattern[str]) -> list[Path]:
        """Return the files whose name has this form; none where there is no folder."""
        try:
            return [path for path in self._folder.iterdir() if form.fullmatch(path.name)]
        except OSError:
            return []

    def _note(self, name: str) -> _Note | None:
        """Return what stands beside an archive; None where it is not whole, and goes when old."""
        file = self._file(name)
        try:
            told = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
            note = _Note(
                titles=tuple(map(str, told["titles"])),
                ids=tuple(map(str, told["ids"])),
                removed_at=str(told["removed_at"]),
            )
            _age(note)
            file.stat()
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            with suppress(OSError, LibraryError):  # one that is being written is young
                if file.stat().st_mtime < time.time() - KEPT_SECONDS:
                    self.let_go(name)
            return None
        return note

    def _file(self, removal: str) -> Path:
        if not _NAME.fullmatch(removal):
            raise MisuseError("that is no removal: load the page again")
        return self._folder / f"{removal}.zip"


def _removed(name: str, note: _Note) -> Removed:
    return Removed(id=name, titles=note.titles, documents=len(note.ids), removed_at=note.removed_at)


def _is_over(db: OpenCatalog, note: _Note) -> bool:
    """Say whether a removal is a day old, or all of it is in the library."""
    is_old = abs(_age(note)) > KEPT_SECONDS  # a clock may have been wrong
    return is_old or len(queries.summaries(db, note.ids)) == len(note.ids)


def _age(note: _Note) -> float:
    """Return its seconds; where its time is none, a `ValueError` or `TypeError`."""
    return (datetime.now(UTC) - datetime.fromisoformat(note.removed_at)).total_seconds()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
