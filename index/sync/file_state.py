"""What a document's file looked like when it was read, what became of it since, what is followed.

A stamp is what a file looks like from outside: a sign, cheaper than its hash, that it is the same.
"""

import hashlib
import json
import os
import stat
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path

from index.card import Card
from index.errors import ReadError
from index.store.migrations import (
    card_columns,
    count_change,
    has,
    selected,
    sound,
    stored_card,
    strings,
)
from index.store.protocols import OpenCatalog
from index.types import AddReport, Folder, SourceState

_SETTLED_NS = 2_000_000_000
"""Age from which a time can be trusted: FAT keeps times to two seconds, ext4 to some milliseconds,
so a file written just before it was looked at can change again and keep its times."""
_ENTRIES = 2000
"""Names looked through for a file that is gone from its place: 1.8 ms of a processor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A document as a later look at its source needs it."""

    document_id: str
    card: Card
    file_sha256: str
    """Of the file; empty for an article given as text."""
    file_stamp: str
    """As `to_keep` gives it; empty where there is none."""
    added_at: str = ""
    """UTC, ISO 8601."""

    @property
    def source(self) -> str:
        """Where the document came from."""
        return self.card.source


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What a document's file looks like now, its text being the stored one."""

    document_id: str
    file_sha256: str
    file_stamp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A document whose file is now at another path."""

    record: Record
    source: str


def records(db: OpenCatalog) -> dict[str, Record]:
    """Return the record of every document, by source."""
    return {record.source: record for record in _selected(db, "", ())}


def some_records(db: OpenCatalog, document_ids: Iterable[str]) -> list[Record]:
    """Return the records of those documents that are there."""
    return [record for i in document_ids for record in _selected(db, "WHERE id = ?", (i,))]


def refresh(db: OpenCatalog, signs: Iterable[Sign]) -> None:
    """Keep what files look like, inside the caller's transaction."""
    db.executemany(
        "UPDATE documents SET file_sha256 = ?, file_stamp = ? WHERE id = ?",
        ((sign.file_sha256, sign.file_stamp, sign.document_id) for sign in signs),
    )


def note_reader(db: OpenCatalog, readers: Mapping[str, str]) -> None:
    """Keep what read documents, by id, inside the caller's transaction."""
    db.executemany(
        "UPDATE documents SET reader = ? WHERE id = ?",
        ((reader, document_id) for document_id, reader in readers.items()),
    )


_UNREAD = ("unread", "unread_files")
FOLDER = tuple(field.name for field in fields(Folder) if field.name not in _UNREAD)
"""The columns of a registered folder, all texts; what was not read in it is found out again."""
_MOST_UNREAD = 100
"""Files of a folder that are named as not read."""


def folders(db: OpenCatalog) -> tuple[Folder, ...]:
    """Return the registered folders by path; none of a catalog of an older version."""
    if not has(db, "folder_states"):
        return ()
    columns = (*FOLDER, *(_UNREAD if has(db, "unread_files") else ()))
    rows = db.execute(f"SELECT {', '.join(columns)} FROM folders").fetchall()
    return tuple(sorted(map(_folder, rows), key=lambda folder: folder.path))


def _folder(row: Sequence[object]) -> Folder:
    texts, rest = row[: len(FOLDER)], row[len(FOLDER) :]
    folder = folder_of([sound(text, str) for text in texts])
    if not rest:
        return folder
    files = strings(rest[0])
    pairs = tuple(zip(files[::2], files[1::2], strict=False))
    return replace(folder, unread=pairs, unread_files=sound(rest[1], int))


def folder_of(texts: Sequence[str]) -> Folder:
    """Return a registered folder of its columns, in the order of `FOLDER`."""
    path, added_at, looked_at, changed_at, problem, problem_at = texts
    return Folder(
        path=path,
        added_at=added_at,
        looked_at=looked_at,
        changed_at=changed_at,
        problem=problem,
        problem_at=problem_at,
    )


def write_folder(db: OpenCatalog, folder: Folder) -> None:
    """Register a folder that is not registered."""
    (key,) = db.execute("SELECT coalesce(max(key), 0) + 1 FROM folders").fetchone()
    row = {"key": key} | {name: getattr(folder, name) for name in FOLDER}
    marks = ", ".join("?" * len(row))
    db.execute(f"INSERT INTO folders ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))


def note_folder(db: OpenCatalog, folder: Folder) -> None:
    """Keep how it stands with a registered folder; one that is registered no more stays so."""
    unread = json.dumps(list(chain(*folder.unread)), ensure_ascii=False)
    times = (folder.looked_at, folder.changed_at, folder.problem, folder.problem_at)
    db.execute(
        "UPDATE folders SET looked_at = ?, changed_at = ?, problem = ?, problem_at = ?, "
        "unread = ?, unread_files = ? WHERE path = ?",
        (*times, unread, folder.unread_files, folder.path),
    )


def noted(
    folder: Folder, report: AddReport | None, problem: str, unread: Mapping[str, str] | None
) -> Folder:
    """Return a registered folder as a look found it.

    Args:
        folder: As it is kept.
        report: What was changed; None where the library was not brought in step.
        problem: Why it cannot be followed; empty where it can.
        unread: The reason by the source of each file in it that is not read; None as it is kept.
    """
    now = now_utc()
    if problem:
        since = folder.problem_at if problem == folder.problem else now
        return replace(folder, problem=problem, problem_at=since)
    if unread is not None:
        inside = {k.removeprefix(f"{folder.path}/"): unread[k] for k in sorted(unread)}
        named = tuple(islice(inside.items(), _MOST_UNREAD))
        folder = replace(folder, unread=named, unread_files=len(inside))
    if report is None:
        return replace(folder, problem="", problem_at="")
    moved = any(report.of(kind) for kind in ("added", "changed", "moved", "removed"))
    changed_at = now if moved else folder.changed_at
    return replace(folder, looked_at=now, changed_at=changed_at, problem="", problem_at="")


def now_utc() -> str:
    """Return the time of day in UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def erase_folder(db: OpenCatalog, path: str) -> None:
    """Register a folder no more."""
    db.execute("DELETE FROM folders WHERE path = ?", (path,))


def move(db: OpenCatalog, moved: Move) -> None:
    """Give a document its new source; all else stays, but a title made of the file's name."""
    from index.reading.metadata import name_title  # a question opens records, and reads no file

    document_id = moved.record.document_id
    db.execute("UPDATE documents SET source = ? WHERE id = ?", (moved.source, document_id))
    count_change(db)
    card = moved.record.card
    if card.title == name_title(Path(card.source).name):
        card = replace(card, title=name_title(Path(moved.source).name))
        db.execute("UPDATE documents SET title = ? WHERE id = ?", (card.title, document_id))
        from index.store.writes import write_head

        write_head(db, document_id, card)


def _selected(db: OpenCatalog, where: str, values: tuple[str, ...]) -> Iterable[Record]:
    rows = db.execute(
        f"SELECT id, file_sha256, {selected(db, ['file_stamp'])}, added_at, {card_columns(db)} "
        f"FROM documents {where}",
        values,
    )
    for document_id, file_sha256, file_stamp, added_at, *card in rows:
        yield Record(
            document_id=document_id,
            card=stored_card(card),
            file_sha256=file_sha256,
            file_stamp=file_stamp,
            added_at=added_at,
        )


def stamp(path: Path) -> str:
    """Return a file's size, times of change and inode number as one string.

    The time of its last change of name, rights or content is among them, which no program can set
    back, so that a changed file with its old date is noticed.

    Raises:
        OSError: There is no such file, or it may not be looked at.
    """
    seen = path.stat()
    return f"{seen.st_size} {seen.st_mtime_ns} {seen.st_ctime_ns} {seen.st_ino}"


def to_keep(stamped: str) -> str:
    """Return a stamp taken right now as it is to be kept: young ones equal no later one."""
    times = [int(part) for part in stamped.split()[1:3]]
    return stamped if time.time_ns() - max(times) > _SETTLED_NS else f"young {stamped}"


def stamped_size(stamped: str) -> int:
    """Return the size in bytes that a stamp tells."""
    return int(stamped.split()[0])


def stamped_inode(stamped: str) -> int | None:
    """Return the inode number that a kept stamp tells; None for an empty one."""
    return int(stamped.split()[-1]) if stamped else None


def is_gone(path: Path) -> bool:
    """Say whether there is certainly no file at a path: what may not be looked at is not gone."""
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False


def lost(records: Iterable[Record]) -> list[Record]:
    """Return the documents whose file is certainly gone, by source.

    Articles given as text and Web pages have no file to lose.
    """
    read = (r for r in records if r.file_sha256 and Path(r.source).is_absolute())
    return sorted((r for r in read if is_gone(Path(r.source))), key=lambda r: r.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNow:
    """What a source is now."""

    state: SourceState
    path: str = ""
    """Where a moved file was found; empty otherwise."""


def look(record: Record) -> SourceNow:
    """Compare a document's file with what was indexed; a file that looks the same is not opened.

    A file that is gone is looked for under its folder and the one above, or where these are gone
    too, under the next that is there: among 2,000 names, by its name and its inode number, and it
    is moved only if its bytes are the ones that were indexed. An article given as text is current.
    """
    path = Path(record.source)
    if not record.file_sha256 or not path.is_absolute():
        return SourceNow(state="current")
    try:
        now = stamp(path)
    except (FileNotFoundError, NotADirectoryError):
        return _search(record, path)
    except (OSError, ValueError):  # no file has a name with a zero character
        return SourceNow(state="unreachable")
    if now == record.file_stamp:
        return SourceNow(state="current")
    digest = _digest(path)
    if not digest:
        return SourceNow(state="unreachable")
    return SourceNow(state="current" if digest == record.file_sha256 else "edited")


def file_content(record: Record) -> bytes:
    """Return the bytes of a document's file as they were when it was read, also if it was moved.

    Raises:
        ReadError: It is gone, cannot be read or is another by now; or it was no file of this disk,
            and nothing was kept of it.
    """
    from index.reading.files import file_bytes, resolved  # most questions open no file

    source = record.source
    if not Path(source).is_absolute():
        raise ReadError(f"no original of {source!r} was kept: add it again, and it will be")
    now = look(record)
    if now.state in ("current", "moved"):
        content = file_bytes(resolved(Path(now.path or source)))
        if hashlib.sha256(content).hexdigest() == record.file_sha256:
            return content
    elif now.state != "edited":
        raise ReadError(f"the file {source!r} is not there: put it back, or remove its document")
    raise ReadError(f"the file {source!r} was edited since it was read: add it again")


def _search(record: Record, path: Path) -> SourceNow:
    inode = stamped_inode(record.file_stamp)
    for entry in _names_near(path):
        if (entry.name == path.name or entry.inode() == inode) and (
            _digest(Path(entry.path)) == record.file_sha256
        ):
            return SourceNow(state="moved", path=entry.path)
    # A folder that is gone too may be on a drive that is not mounted.
    return SourceNow(state="deleted" if path.parent.is_dir() else "unreachable")


def _names_near(path: Path) -> Iterator["os.DirEntry[str]"]:
    nearest = next(folder for folder in path.parents if folder.is_dir())
    waiting, seen, left = deque([nearest, nearest.parent]), set[Path](), _ENTRIES
    while waiting and left > 0:
        folder = waiting.popleft()
        if folder in seen:
            continue
        seen.add(folder)
        for entry in _entries(folder, most=left):
            left -= 1
            if entry.is_dir(follow_symlinks=False):
                waiting.append(Path(entry.path))
            else:
                yield entry


def _entries(folder: Path, *, most: int) -> "list[os.DirEntry[str]]":
    try:
        with os.scandir(folder) as listed:
            shown = (entry for entry in listed if not entry.name.startswith("."))
            return [entry for entry, _ in zip(shown, range(most), strict=False)]
    except OSError:
        return []


def _digest(path: Path) -> str:
    """Return the hash of a file; empty where it cannot be read."""
    from index.reading.files import file_bytes, resolved  # most questions open no file

    try:
        return hashlib.sha256(file_bytes(resolved(path))).hexdigest()
    except ReadError:
        return ""
