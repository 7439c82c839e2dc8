"""Reads documents and evidence from an open catalog; it writes nothing and ranks nothing."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.card import Card, folded
from index.errors import UnknownDocumentError
from index.reading.normal import LongText
from index.store import catalog
from index.store.migrations import (
    card_columns,
    has,
    offsets,
    selected,
    sound,
    stored_card,
    strings,
    tags_by_document,
)
from index.store.protocols import OpenCatalog
from index.types import Document, DocumentSummary, Sentence, label_of, page_of

_HASHED = 1_000_000
"""Characters that are hashed at once."""
_VARIABLES = 500
"""Values in one IN list; SQLite's limit is at least 999 in every build."""

_OF_ONE_SENTENCE = 16
"""Passages that one sentence proposes; the same sentence may end each of ten thousand articles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageRow:
    """A passage as the catalog knows it."""

    key: int
    id: str
    """As in `index.types.Passage`."""
    document: int
    ordinal: int
    start: int
    end: int


class SentenceRow(NamedTuple):
    """A sentence as the catalog knows it: a tuple, for a question takes up a thousand of them."""

    key: int
    passage: int
    ordinal: int
    start: int
    end: int
    vector: NDArray[np.float32]
    hash: str
    """The vector's: of the sentence's text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """What a hit needs of its document."""

    id: str
    card: Card
    text: str
    page_starts: tuple[int, ...]
    page_labels: tuple[str, ...] = ()
    """As in `index.types.Extract`."""


def summaries(
    db: OpenCatalog, document_ids: Sequence[str] | None = None
) -> tuple[DocumentSummary, ...]:
    """Return the cards of all documents, by time of adding, then by id; or of these, in order."""
    query = f"SELECT {_summary_columns(db)} FROM documents"
    if document_ids is None:
        return tuple(_summary(row) for row in db.execute(f"{query} ORDER BY added_at, id"))
    found = {row[0]: row for row in _each(db, query + " WHERE id IN ({})", document_ids)}
    return tuple(_summary(found[one]) for one in document_ids if one in found)


def document(db: OpenCatalog, document_id: str) -> Document | None:
    """Return one document with its text and sentences, or None where no id is like this."""
    found = plain_document(db, document_id)
    if found is None:
        return None
    spans = db.execute(
        'SELECT ordinal, start, "end" FROM sentences '
        "WHERE document = (SELECT key FROM documents WHERE id = ?) ORDER BY ordinal",
        (document_id,),
    )
    sentences = tuple(
        Sentence(
            document_id=document_id,
            ordinal=n,
            start=sound(start, int),
            end=sound(end, int),
            text=found.text[start:end],
            page=(page := page_of(start, found.page_starts)),
            page_label=label_of(page, found.page_labels),
        )
        for n, start, end in spans
    )
    return replace(found, sentences=sentences)


def plain_document(db: OpenCatalog, document_id: str) -> Document | None:
    """Return one document with its text and no sentence, or None where no id is like this."""
    row = db.execute(
        f"SELECT text, section_starts, page_starts, {selected(db, ['page_labels'])}, "
        f"{_summary_columns(db)} FROM documents WHERE id = ?",
        (document_id,),
    ).fetchone()
    if row is None:
        return None
    text, sections, starts, labels, *summary = row
    return Document(
        summary=_summary(summary),
        text=sound(text, str),
        section_starts=offsets(sections),
        page_starts=offsets(starts),
        page_labels=strings(labels),
        sentences=(),
    )


def ids_like(db: OpenCatalog, prefix: str) -> tuple[str, ...]:
    """Return the document ids that begin with a prefix, sorted."""
    rows = db.execute(
        "SELECT id FROM documents WHERE substr(id, 1, length(?)) = ?", (prefix, prefix)
    )
    return tuple(sorted(row[0] for row in rows))


def resolved(db: OpenCatalog, given: str) -> str:
    """Return the full id that begins like the one given.

    Raises:
        UnknownDocumentError: No id, or more than one, begins like this.
    """
    if document_keys(db, [given]):
        return given
    found = ids_like(db, given) if given else ()
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownDocumentError(
            f"{given!r} is the beginning of {len(found)} document ids ({', '.join(found[:3])}...): "
            "give more of it"
        )
    raise UnknownDocumentError(f"no document {given!r}: `footnote list` shows the ids")


def tag_counts(db: OpenCatalog) -> dict[str, int]:
    """Return how many documents have each tag, by its first spelling, in alphabetical order."""
    if has(db, "tags"):
        query = "SELECT folded, min(name), count(*) FROM document_tags GROUP BY folded"
        return {name: count for _, name, count in sorted(db.execute(query))}
    listed = tags_by_document(db)
    held = Counter(folded(tag) for _, tags in listed for tag in tags)
    first = {folded(tag): tag for _, tags in reversed(listed) for tag in tags}
    return {first[tag]: held[tag] for tag in sorted(held)}


def documents_of_tag(db: OpenCatalog, tag: str) -> set[int]:
    """Return the keys of the documents that have a tag, in whatever case it is written.

    This and `tag_counts` alone say which documents have a tag. A catalog of an older version has no
    index of tags until it is next written, and is read through.
    """
    if has(db, "tags"):
        rows = db.execute("SELECT document FROM document_tags WHERE folded = ?", (folded(tag),))
        return {row[0] for row in rows}
    return {key for key, tags in tags_by_document(db) if folded(tag) in map(folded, tags)}


def edition(db: OpenCatalog) -> str:
    """Return what `index.store.library.Library.edition` does."""
    generation = catalog.generation(db)
    count, newest = db.execute("SELECT count(*), max(key) FROM documents").fetchone()
    if newest is None and not generation:
        return ""
    added = db.execute("SELECT added_at FROM documents WHERE key = ?", (newest,)).fetchone()
    tagged = db.execute("SELECT value FROM meta WHERE name = 'tagged'").fetchone()
    last = [str(row[0]) for row in (added or ("",), tagged) if row]
    return "-".join([generation, str(count), str(newest or 0), *last])


def passages_of_vectors(db: OpenCatalog, hashes: Sequence[str]) -> set[int]:
    """Return the keys of the passages that hold a sentence with one of these vector hashes.

    Of a sentence that stands in many passages the first few are taken. A hash that no sentence
    has (a vector of another generation) gives nothing.
    """
    query = (
        "SELECT passage FROM (SELECT passage, row_number() OVER "
        "(PARTITION BY vectors.key ORDER BY passage) AS place "
        "FROM vectors JOIN sentences ON sentences.vector = vectors.key WHERE hash IN ({})) AS held "
        f"WHERE place <= {_OF_ONE_SENTENCE}"
    )
    return {row[0] for row in _each(db, query, hashes)}


def passage_of_sentence(db: OpenCatalog, keys: Iterable[int]) -> dict[int, int]:
    """Map sentence keys to the keys of their passages."""
    query = "SELECT key, passage FROM sentences WHERE key IN ({})"
    return {row[0]: row[1] for row in _each(db, query, list(keys))}


def passages(db: OpenCatalog, keys: Iterable[int]) -> dict[int, PassageRow]:
    """Return passages by key."""
    query = (
        "SELECT passages.key, documents.id || ':' || ordinal, document, ordinal, start, "
        '"end" FROM passages JOIN documents ON documents.key = document '
        "WHERE passages.key IN ({})"
    )
    return {
        row[0]: PassageRow(
            key=row[0], id=row[1], document=row[2], ordinal=row[3], start=row[4], end=row[5]
        )
        for row in _each(db, query, list(keys))
    }


def document_keys(db: OpenCatalog, document_ids: Sequence[str]) -> dict[str, int]:
    """Map the full ids of documents to their keys; those that are not there are left out."""
    query = "SELECT id, key FROM documents WHERE id IN ({})"
    return {row[0]: row[1] for row in _each(db, query, document_ids)}


def columns(
    db: OpenCatalog, keys: Sequence[int], *names: str
) -> list[tuple[int, *tuple[Any, ...]]]:
    """Return keys of documents with some of their columns, in no order."""
    query = f"SELECT key, {', '.join(names)} FROM documents WHERE key IN ({{}})"
    return list(_each(db, query, keys))


def passages_of_documents(db: OpenCatalog, keys: Iterable[int]) -> list[PassageRow]:
    """Return the passages of documents, by key of the documents, in no order."""
    query = (
        "SELECT passages.key, documents.id || ':' || ordinal, document, ordinal, start, "
        '"end" FROM passages JOIN documents ON documents.key = document '
        "WHERE document IN ({})"
    )
    return [
        PassageRow(key=row[0], id=row[1], document=row[2], ordinal=row[3], start=row[4], end=row[5])
        for row in _each(db, query, list(keys))
    ]


def sentences(db: OpenCatalog, keys: Iterable[int]) -> dict[int, list[SentenceRow]]:
    """Return the sentences of passages, by passage key, in text order."""
    query = (
        'SELECT sentences.key, passage, ordinal, start, "end", vectors.vector, hash FROM sentences '
        "JOIN vectors ON vectors.key = sentences.vector WHERE passage IN ({}) ORDER BY ordinal"
    )
    found: dict[int, list[SentenceRow]] = {}
    for key, passage, ordinal, start, end, stored, digest in _each(db, query, list(keys)):
        stored = sound(stored, bytes)
        vector = np.frombuffer(stored, np.float32, len(stored) // 4)
        row = SentenceRow(key, passage, ordinal, sound(start, int), sound(end, int), vector, digest)
        found.setdefault(passage, []).append(row)
    return found


def documents(db: OpenCatalog, keys: Iterable[int]) -> dict[int, DocumentRow]:
    """Return what hits need of documents, by key."""
    query = (
        f"SELECT key, id, text, page_starts, {selected(db, ['page_labels'])}, {card_columns(db)} "
        "FROM documents WHERE key IN ({})"
    )
    return {
        key: DocumentRow(
            id=document_id,
            card=stored_card(card),
            text=sound(text, str),
            page_starts=offsets(page_starts),
            page_labels=strings(page_labels),
        )
        for key, document_id, text, page_starts, page_labels, *card in _each(db, query, list(keys))
    }


def stored_hashes(db: OpenCatalog, hashes: Sequence[str]) -> set[str]:
    """Return which of these sentence hashes have a stored vector."""
    return {row[0] for row in _each(db, "SELECT hash FROM vectors WHERE hash IN ({})", hashes)}


def used_hashes(db: OpenCatalog, hashes: Sequence[str]) -> set[str]:
    """Return which of these sentence hashes a stored sentence has."""
    query = (
        "SELECT hash FROM vectors WHERE hash IN ({}) "
        "AND EXISTS (SELECT 1 FROM sentences WHERE sentences.vector = vectors.key)"
    )
    return {row[0] for row in _each(db, query, hashes)}


def hashes_of(db: OpenCatalog, document_ids: Sequence[str]) -> dict[str, int]:
    """Return the sentence hashes of documents, each with how many of their sentences have it."""
    query = (
        "SELECT hash FROM documents JOIN sentences ON document = documents.key "
        "JOIN vectors ON vectors.key = sentences.vector WHERE documents.id IN ({})"
    )
    return Counter(row[0] for row in _each(db, query, document_ids))


def sentence_counts(db: OpenCatalog, hashes: Sequence[str]) -> dict[str, int]:
    """Return how many stored sentences have each of these hashes."""
    query = (
        "SELECT hash FROM vectors JOIN sentences ON sentences.vector = vectors.key "
        "WHERE hash IN ({})"
    )
    return Counter(row[0] for row in _each(db, query, hashes))


def vectors(db: OpenCatalog, hashes: Sequence[str]) -> tuple[list[str], NDArray[np.float32]]:
    """Return stored vectors as (hashes, (n, dim) float32), in the order of the hashes given."""
    found = {digest: np.frombuffer(blob, np.float32) for digest, blob in blobs(db, hashes)}
    present = [digest for digest in hashes if digest in found]
    return present, np.array([found[digest] for digest in present], dtype=np.float32)


def blobs(db: OpenCatalog, hashes: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Yield stored vectors as (hash, bytes), in no order."""
    query = "SELECT hash, vector FROM vectors WHERE hash IN ({})"
    return ((row[0], row[1]) for row in _each(db, query, hashes))


def used_total(db: OpenCatalog) -> int:
    """Return how many distinct hashes stored sentences have."""
    row = db.execute("SELECT count(DISTINCT vector) FROM sentences").fetchone()
    return int(row[0])


def all_used_hashes(db: OpenCatalog) -> list[str]:
    """Return the hashes of all stored sentences, sorted, each once."""
    rows = db.execute(
        "SELECT hash FROM vectors WHERE key IN (SELECT vector FROM sentences) ORDER BY hash"
    )
    return [row[0] for row in rows]


def count_and_change(db: OpenCatalog) -> tuple[int, str]:
    """Return how many documents there are and when they were changed last: UTC, ISO 8601.

    Of a catalog of an older version, when one was last added; empty where nothing ever was.
    """
    count, newest = db.execute("SELECT count(*), max(added_at) FROM documents").fetchone()
    changed = db.execute("SELECT value FROM meta WHERE name = 'changed_at'").fetchone()
    return int(count), sound(changed[0] if changed else newest or "", str)


def _each(db: OpenCatalog, query: str, values: Sequence[str] | Sequence[int]) -> list[Any]:
    """Return the rows for all values; at once, for a question reads thousands of them."""
    rows: list[Any] = []
    for first in range(0, len(values), _VARIABLES):
        slice_ = values[first : first + _VARIABLES]
        rows += db.execute(query.format(", ".join("?" * len(slice_))), tuple(slice_)).fetchall()
    return rows


def _summary_columns(db: OpenCatalog) -> str:
    return (
        "documents.id, length(text), (SELECT count(*) FROM sentences WHERE document = "
        f"documents.key), added_at, {card_columns(db)}"
    )


def _summary(row: Sequence[Any]) -> DocumentSummary:
    document_id, characters, sentences, added_at, *card = row
    return DocumentSummary(
        id=document_id,
        card=stored_card(card),
        characters=characters,
        sentences=sentences,
        added_at=added_at,
    )


def text_hash(text: str | LongText) -> str:
    """Return the hex SHA-256 of a text's UTF-8 bytes: a sentence's name among the vectors."""
    digest = hashlib.sha256()
    # A table's text may be too large to be in memory twice.
    for start in range(0, len(text), _HASHED):
        digest.update(text[start : start + _HASHED].encode("utf-8"))
    return digest.hexdigest()
