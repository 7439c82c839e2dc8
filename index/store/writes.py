"""Writes documents and vectors into an open catalog; the caller owns the transaction."""

import json
from calendar import month_name
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from index.card import FIELDS, Card
from index.reading.metadata import iso_date
from index.store import migrations
from index.store.migrations import card_columns, card_values, stored_card
from index.store.protocols import OpenCatalog, TermsTable
from index.terms import terms
from index.types import Extract, Span

_HEADS = 100_000
"""Characters of terms of title, author and date that the passages of any document may have."""


_AT_ONCE = 1_000
"""Passages that are written at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A document made ready to be written: split, grouped and hashed."""

    id: str
    card: Card
    extract: Extract
    """The text and its parts; its own card lacks the source."""
    file_sha256: str
    """Of the bytes it was read from; empty for an article given as text."""
    added_at: str
    """As in `index.sync.prepare.Incoming`."""
    sentences: Sequence[Span]
    hashes: Sequence[str]
    """Vector hash of each sentence."""
    passages: tuple[range, ...]
    """Sentence positions of each passage."""


def store_vectors(db: OpenCatalog, hashes: Sequence[str], matrix: NDArray[np.float32]) -> None:
    """Store vectors by hash; a hash that is there already keeps its vector."""
    rows = ((digest, row.tobytes()) for digest, row in zip(hashes, matrix, strict=True))
    db.executemany(
        "INSERT INTO vectors (hash, vector) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING", rows
    )


def write(db: OpenCatalog, entry: Entry, *, now: str) -> None:
    """Write a document in place of the version that its source had before.

    All its vectors must be stored already.
    """
    erase(db, [entry.id])
    document = _write_document(db, entry, added_at=entry.added_at or now)
    passage, sentence = _next_key(db, "passages"), _next_key(db, "sentences")
    # A table's million rows with their words would take twenty times the memory of its text.
    for first in range(0, len(entry.passages), _AT_ONCE):
        chosen = range(first, min(first + _AT_ONCE, len(entry.passages)))
        _write_passages(db, entry, chosen, document=document, keys=(passage, sentence))


def _write_passages(
    db: OpenCatalog, entry: Entry, chosen: range, *, document: int, keys: tuple[int, int]
) -> None:
    """Write some passages of a document with their sentences.

    Args:
        db: Where to.
        entry: The document.
        chosen: Which of its passages, by their positions.
        document: Its key.
        keys: Those of its first passage and its first sentence.
    """
    passage, sentence = keys
    text = entry.extract.text
    spans = {n: [entry.sentences[at] for at in entry.passages[n]] for n in chosen}
    db.executemany(
        'INSERT INTO passages (key, document, ordinal, start, "end") VALUES (?, ?, ?, ?, ?)',
        [(passage + n, document, n, held[0].start, held[-1].end) for n, held in spans.items()],
    )
    db.executemany(
        'INSERT INTO sentences (key, document, passage, ordinal, start, "end", vector) '
        "SELECT ?, ?, ?, ?, ?, ?, key FROM vectors WHERE hash = ?",
        [
            (sentence + at, document, passage + n, at, span.start, span.end, entry.hashes[at])
            for n, held in spans.items()
            for at, span in zip(entry.passages[n], held, strict=True)
        ],
    )
    words = {
        at: terms(text[span.start : span.end])
        for n, held in spans.items()
        for at, span in zip(entry.passages[n], held, strict=True)
    }
    bodies = {passage + n: [t for at in entry.passages[n] for t in words[at]] for n in chosen}
    write_passage_terms(db, bodies, card=entry.card, of=len(entry.passages))
    db.write_terms("sentence_terms", {sentence + at: held for at, held in words.items()}, title=())


def _write_document(db: OpenCatalog, entry: Entry, *, added_at: str) -> int:
    extract = entry.extract
    key = _next_key(db, "documents")
    row = {
        "key": key,
        "id": entry.id,
        "text": str(extract.text),
        "file_sha256": entry.file_sha256,
        "section_starts": json.dumps(extract.section_starts),
        "page_starts": json.dumps(extract.page_starts),
        "page_labels": json.dumps(extract.page_labels),
        "added_at": added_at,
    } | dict(zip(FIELDS, card_values(entry.card), strict=True))
    marks = ", ".join("?" * len(row))
    db.execute(f"INSERT INTO documents ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))
    if entry.card.tags:
        migrations.store_tags(db, key, entry.card.tags)
    return key


def tag(db: OpenCatalog, document_id: str, *, add: Sequence[str], remove: Sequence[str]) -> None:
    """Note tags that a person gives a document, by its full id, and those that one takes away.

    Its passages are found by them; nothing is written where it says nothing new.
    """
    query = f"SELECT key, {card_columns(db)} FROM documents WHERE id = ?"
    key, *row = db.execute(query, (document_id,)).fetchone()
    before = stored_card(row)
    card = before.tagged(add=add, remove=remove)
    if card.tagged_as(before):
        return
    columns = ("tags_given", "tags_taken")
    values = dict(zip(FIELDS, card_values(card), strict=True))
    db.execute(
        "UPDATE documents SET tags_given = ?, tags_taken = ? WHERE key = ?",
        (*(values[name] for name in columns), key),
    )
    migrations.store_tags(db, key, card.tags)
    write_head(db, document_id, card)
    migrations.count_change(db)


def write_head(db: OpenCatalog, document_id: str, card: Card) -> None:
    """Make the passages of a document searchable by another title, or other tags."""
    query = "SELECT text, key FROM documents WHERE id = ?"
    text, document = db.execute(query, (document_id,)).fetchone()
    first, last, count = db.execute(
        "SELECT min(key), max(key), count(*) FROM passages WHERE document = ?", (document,)
    ).fetchone()
    for start in range(first or 0, (last or -1) + 1, _AT_ONCE):
        # The keys of a document's passages are in a row.
        rows = db.execute(
            'SELECT passage, start, "end" FROM sentences '
            "WHERE passage BETWEEN ? AND ? ORDER BY ordinal",
            (start, min(last, start + _AT_ONCE - 1)),
        )
        words: dict[int, list[str]] = {}
        for passage, begin, end in rows:
            words.setdefault(passage, []).extend(terms(text[begin:end]))
        db.erase_terms("passage_terms", list(words))
        write_passage_terms(db, words, card=card, of=count)


def write_passage_terms(
    db: OpenCatalog, rows: Mapping[int, Sequence[str]], *, card: Card, of: int
) -> None:
    """Make the passages of a document searchable by their terms and its title, author, date, tags.

    In all rows together these have at most as many characters as the passages themselves, or
    100,000: a document of a million headings does not grow a thousandfold by its title.

    Args:
        db: Written to.
        rows: The terms of some passages of a document, by their keys.
        card: Of the document.
        of: Passages that the whole document has.
    """
    own = sum(len(term) for body in rows.values() for term in body)
    room = max(_HEADS // max(1, of), own // max(1, len(rows)))
    lengths = accumulate(len(term) for term in _head(card))
    head = [term for term, end in zip(_head(card), lengths, strict=True) if end <= room]
    db.write_terms("passage_terms", rows, title=head)


def _head(card: Card) -> list[str]:
    """Return the terms of title, author, date and tags.

    The date is there as it is stored and as people write it: `2024-03-01`, `1 March 2024`.
    """
    day = ""
    if card.published and iso_date(card.published):
        moment = date.fromisoformat(card.published[:10])
        day = f"{moment.day} {month_name[moment.month]} {moment.year}"
    said = (card.title, card.author or "", card.published or "", day, *card.tags)
    return terms("\n".join(said))


def _next_key(db: OpenCatalog, table: str) -> int:
    """Return a key above all others; there is one writer, so nobody else takes it."""
    return int(db.execute(f"SELECT coalesce(max(key), 0) + 1 FROM {table}").fetchone()[0])


_TERMS: tuple[tuple[str, TermsTable], ...] = (
    ("sentences", "sentence_terms"),
    ("passages", "passage_terms"),
)


def erase(db: OpenCatalog, document_ids: Iterable[str]) -> None:
    """Remove documents and all that was derived from them, vectors left aside.

    The index of tags goes by itself; a catalog of an older version has none.
    """
    for document_id in document_ids:
        row = db.execute("SELECT key FROM documents WHERE id = ?", (document_id,)).fetchone()
        if row is None:
            continue
        for table, terms_table in _TERMS:
            keys = db.execute(f"SELECT key FROM {table} WHERE document = ?", row).fetchall()
            db.erase_terms(terms_table, [key for (key,) in keys])
            db.execute(f"DELETE FROM {table} WHERE document = ?", row)
        db.execute("DELETE FROM documents WHERE key = ?", row)


def note_change(db: OpenCatalog, now: str) -> None:
    """Keep when documents were changed last: UTC, ISO 8601."""
    db.execute(
        "INSERT INTO meta VALUES ('changed_at', ?) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (now,),
    )


def drop_vectors(db: OpenCatalog, hashes: Iterable[str]) -> None:
    """Remove vectors by hash; no sentence may use them."""
    db.executemany("DELETE FROM vectors WHERE hash = ?", ((digest,) for digest in hashes))


def drop_unused_vectors(db: OpenCatalog) -> None:
    """Remove every vector that no sentence uses, such as an interrupted run leaves."""
    db.execute(
        "DELETE FROM vectors "
        "WHERE NOT EXISTS (SELECT 1 FROM sentences WHERE sentences.vector = vectors.key)"
    )
