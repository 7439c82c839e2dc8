"""Reads and writes what tells of each document whether its source changed, moved or is gone."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from index.reading import name_title
from index.terms import terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A document as a later look at its source needs it."""

    document_id: str
    source: str
    title: str
    sha256: str
    """Of the text."""
    file_sha256: str
    """Of the file; empty for an article given as text."""
    file_stamp: str
    """As `index.stamps` makes it; empty where none can be relied on."""
    published: str | None
    author: str | None


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


def prepare_catalog(db: sqlite3.Connection) -> None:
    """Give a catalog from before stamps were kept the room for them."""
    if not _has_stamps(db):
        db.execute("ALTER TABLE documents ADD COLUMN file_stamp TEXT NOT NULL DEFAULT ''")


def records(db: sqlite3.Connection) -> dict[str, Record]:
    """Return the record of every document, by source."""
    return {record.source: record for record in _selected(db, "", ())}


def record(db: sqlite3.Connection, document_id: str) -> Record | None:
    """Return the record of one document; None where there is none."""
    return next(iter(_selected(db, "WHERE id = ?", (document_id,))), None)


def refresh(db: sqlite3.Connection, signs: Iterable[Sign]) -> None:
    """Keep what files look like, inside the caller's transaction."""
    db.executemany(
        "UPDATE documents SET file_sha256 = ?, file_stamp = ? WHERE id = ?",
        ((sign.file_sha256, sign.file_stamp, sign.document_id) for sign in signs),
    )


def move(db: sqlite3.Connection, moved: Move) -> None:
    """Give a document its new source; all else stays, but a title made of the file's name."""
    document_id = moved.record.document_id
    db.execute("UPDATE documents SET source = ? WHERE id = ?", (moved.source, document_id))
    title = title_after(moved)
    if title != moved.record.title:
        db.execute("UPDATE documents SET title = ? WHERE id = ?", (title, document_id))
        db.execute(
            "UPDATE passage_terms SET title = ? WHERE rowid IN (SELECT passages.key FROM passages "
            "JOIN documents ON documents.key = document WHERE documents.id = ?)",
            (" ".join(terms(title)), document_id),
        )


def title_after(moved: Move) -> str:
    """Return the title that a moved document has: its own, or its new file's name."""
    title = moved.record.title
    if title == name_title(Path(moved.record.source).name):
        return name_title(Path(moved.source).name)
    return title


def _has_stamps(db: sqlite3.Connection) -> bool:
    columns = db.execute("SELECT name FROM pragma_table_info('documents')")
    return ("file_stamp",) in columns.fetchall()


def _selected(db: sqlite3.Connection, where: str, values: tuple[str, ...]) -> Iterable[Record]:
    stamp = "file_stamp" if _has_stamps(db) else "''"
    rows = db.execute(
        f"SELECT id, source, title, sha256, file_sha256, {stamp}, published, author "
        f"FROM documents {where}",
        values,
    )
    for row in rows:
        yield Record(
            document_id=row[0],
            source=row[1],
            title=row[2],
            sha256=row[3],
            file_sha256=row[4],
            file_stamp=row[5],
            published=row[6],
            author=row[7],
        )
