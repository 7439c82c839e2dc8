"""Writes documents and vectors into an open catalog; the caller owns the transaction."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.terms import terms
from index.types import Extract, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A document made ready to be written: split, grouped and hashed."""

    id: str
    source: str
    extract: Extract
    sha256: str
    """Of the text."""
    file_sha256: str
    """Of the bytes it was read from; empty for an article given as text."""
    added_at: str
    """As in `index.prepare.Incoming`."""
    sentences: tuple[Span, ...]
    hashes: tuple[str, ...]
    """Vector hash of each sentence."""
    passages: tuple[range, ...]
    """Sentence positions of each passage."""


def store_vectors(
    db: sqlite3.Connection, hashes: Sequence[str], matrix: NDArray[np.float32]
) -> None:
    """Store vectors by hash; a hash that is there already keeps its vector."""
    rows = ((digest, row.tobytes()) for digest, row in zip(hashes, matrix, strict=True))
    db.executemany("INSERT OR IGNORE INTO vectors (hash, vector) VALUES (?, ?)", rows)


def write(db: sqlite3.Connection, entry: Entry, *, now: str) -> None:
    """Write a document in place of the version that its source had before.

    All its vectors must be stored already.
    """
    erase(db, [entry.id])
    extract = entry.extract
    document = db.execute(
        "INSERT INTO documents (id, source, title, media_type, text, sha256, file_sha256, "
        "section_starts, page_starts, published, author, added_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            entry.id,
            entry.source,
            extract.title,
            extract.media_type,
            extract.text,
            entry.sha256,
            entry.file_sha256,
            json.dumps(extract.section_starts),
            json.dumps(extract.page_starts),
            extract.published,
            extract.author,
            entry.added_at or now,
        ),
    ).lastrowid
    title = " ".join(terms(extract.title))
    for ordinal, positions in enumerate(entry.passages):
        _write_passage(db, entry, positions, ordinal=ordinal, document=document, title=title)


def _write_passage(
    db: sqlite3.Connection,
    entry: Entry,
    positions: range,
    *,
    ordinal: int,
    document: int | None,
    title: str,
) -> None:
    text = entry.extract.text
    spans = [entry.sentences[position] for position in positions]
    passage = db.execute(
        'INSERT INTO passages (document, ordinal, start, "end") VALUES (?, ?, ?, ?)',
        (document, ordinal, spans[0].start, spans[-1].end),
    ).lastrowid
    words = [" ".join(terms(text[span.start : span.end])) for span in spans]
    db.execute(
        "INSERT INTO passage_terms (rowid, title, body) VALUES (?, ?, ?)",
        (passage, title, " ".join(words)),
    )
    for position, span, body in zip(positions, spans, words, strict=True):
        sentence = db.execute(
            'INSERT INTO sentences (document, passage, ordinal, start, "end", vector) '
            "SELECT ?, ?, ?, ?, ?, key FROM vectors WHERE hash = ?",
            (document, passage, position, span.start, span.end, entry.hashes[position]),
        ).lastrowid
        db.execute("INSERT INTO sentence_terms (rowid, body) VALUES (?, ?)", (sentence, body))


def erase(db: sqlite3.Connection, document_ids: Iterable[str]) -> None:
    """Remove documents and all that was derived from them, vectors left aside."""
    for document_id in document_ids:
        row = db.execute("SELECT key FROM documents WHERE id = ?", (document_id,)).fetchone()
        if row is None:
            continue
        for table, terms_table in (("sentences", "sentence_terms"), ("passages", "passage_terms")):
            db.execute(
                f"DELETE FROM {terms_table} WHERE rowid IN "
                f"(SELECT key FROM {table} WHERE document = ?)",
                row,
            )
            db.execute(f"DELETE FROM {table} WHERE document = ?", row)
        db.execute("DELETE FROM documents WHERE key = ?", row)


def drop_vectors(db: sqlite3.Connection, hashes: Iterable[str]) -> None:
    """Remove vectors by hash; no sentence may use them."""
    db.executemany("DELETE FROM vectors WHERE hash = ?", ((digest,) for digest in hashes))


def drop_unused_vectors(db: sqlite3.Connection) -> None:
    """Remove every vector that no sentence uses, such as an interrupted run leaves."""
    db.execute("DELETE FROM vectors WHERE key NOT IN (SELECT vector FROM sentences)")


def drop_everything(db: sqlite3.Connection) -> None:
    """Remove all documents and all that was derived from them, vectors included."""
    for table in ("sentence_terms", "passage_terms", "sentences", "passages", "documents"):
        db.execute(f"DELETE FROM {table}")
    db.execute("DELETE FROM vectors")
