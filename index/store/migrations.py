"""What catalogs got after the first ones: made where it is missing, in one step, and read without.

A catalog is made without any of it. Each migration has a row in `meta`, which both databases can
ask for; it is SQL that both know, and its columns have defaults, so what an older Footnote writes
stays whole. The columns of a card are those of `index.card.Card`, by the same names.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from index.card import DEFAULTS, FIELDS, Card, card_of, folded
from index.errors import LibraryError
from index.store import catalog
from index.store.protocols import OpenCatalog

T = TypeVar("T")
_TEXT: Final = "TEXT NOT NULL DEFAULT ''"
_LIST: Final = "TEXT NOT NULL DEFAULT '[]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One addition to the schema; never changed once it was shipped."""

    name: str
    """Its row in `meta`."""
    columns: Mapping[str, str]
    """Of `documents`: each with its type and default."""
    statements: Sequence[str] = ()
    """What else it runs."""
    fill: Callable[[OpenCatalog], None] = lambda db: None
    """What it makes of what is stored, after that."""


def index_tags(db: OpenCatalog) -> None:
    """Make the index of tags anew from the documents; of spellings the oldest document's is kept.

    Raises:
        LibraryError: What is stored as tags of a document is damaged.
    """
    db.execute("DELETE FROM document_tags")
    for key, tags in tags_by_document(db):
        store_tags(db, key, tags)


def tags_by_document(db: OpenCatalog) -> list[tuple[int, tuple[str, ...]]]:
    """Return keys and tags of the documents that have any, oldest first, without the index.

    Raises:
        LibraryError: What is stored as tags of a document is damaged.
    """
    column = selected(db, ["tags"])
    rows = db.execute(f"SELECT key, {column} FROM documents ORDER BY added_at, id").fetchall()
    return [(key, Card(tags=strings(tags)).tags) for key, tags in rows if tags != "[]"]


def store_tags(db: OpenCatalog, document: int, tags: Sequence[str]) -> None:
    """Write all tags of a document, by its key, as other documents spell them, and their index."""
    db.execute("DELETE FROM document_tags WHERE document = ?", (document,))
    query = "SELECT name FROM document_tags WHERE folded = ? ORDER BY document LIMIT 1"
    known = {tag: db.execute(query, (folded(tag),)).fetchone() for tag in tags}
    spelled = {folded(tag): str(row[0]) if row else tag for tag, row in known.items()}
    told = json.dumps(list(spelled.values()), ensure_ascii=False)
    db.execute("UPDATE documents SET tags = ? WHERE key = ?", (told, document))
    db.executemany(
        "INSERT INTO document_tags (document, folded, name) VALUES (?, ?, ?)",
        [(document, key, name) for key, name in spelled.items()],
    )


MIGRATIONS: Final = (
    Migration(name="file_stamps", columns={"file_stamp": _TEXT}),
    Migration(name="urls", columns={"url": "TEXT"}),
    Migration(
        name="cards",
        columns={
            "tags": _LIST,
            "language": _TEXT,
            "reader": _TEXT,
            "left_out": _LIST,
            "original_sha256": _TEXT,
            "imported": _TEXT,
            # Of the document and not of its card: one label a page, as printed; the boxes of each
            # sentence on its pages; questions that it answers.
            "page_labels": _LIST,
            "boxes": _LIST,
            "questions": _LIST,
        },
        statements=(
            # A B-tree of PostgreSQL refuses a path of more than 2,704 bytes, so it is no key.
            "CREATE TABLE folders (key BIGINT PRIMARY KEY, path TEXT NOT NULL, "
            f"tags {_LIST}, added_at TEXT NOT NULL, looked_at {_TEXT}, changed_at {_TEXT})",
        ),
    ),
    Migration(
        name="originals",
        columns={},
        statements=(
            "CREATE INDEX documents_of_original ON documents (original_sha256) "
            "WHERE original_sha256 != ''",
        ),
    ),
    Migration(
        name="tags",
        columns={"tags_given": _LIST, "tags_taken": _LIST},
        statements=(
            # Derived from the column of all tags: a list is found by its members only so.
            "CREATE TABLE document_tags (document BIGINT NOT NULL "
            "REFERENCES documents (key) ON DELETE CASCADE, "
            "folded TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (document, folded))",
            "CREATE INDEX documents_of_tag ON document_tags (folded, document)",
        ),
        fill=index_tags,
    ),
    Migration(name="records", columns={"record": _TEXT}),
    Migration(
        name="folder_states",
        columns={},
        statements=tuple(
            f"ALTER TABLE folders ADD COLUMN {column} {_TEXT}"
            for column in ("problem", "problem_at")
        ),
    ),
    Migration(
        name="days",
        columns={},
        statements=(
            # A date lies behind the text in SQLite's rows, and a whole one may be no key as above.
            "CREATE INDEX documents_of_day ON documents (substr(published, 1, 10))",
        ),
    ),
    Migration(
        name="introductions",
        columns={},
        statements=(
            "CREATE TABLE introductions (document BIGINT PRIMARY KEY "
            "REFERENCES documents (key) ON DELETE CASCADE, sha256 TEXT NOT NULL, "
            f"version TEXT NOT NULL, overview {_LIST}, questions {_LIST})",
        ),
    ),
    Migration(name="headers", columns={"header": _LIST}),
    Migration(
        name="unread_files",
        columns={},
        statements=(
            # Path and reason of one file after the other.
            f"ALTER TABLE folders ADD COLUMN unread {_LIST}",
            "ALTER TABLE folders ADD COLUMN unread_files BIGINT NOT NULL DEFAULT 0",
        ),
    ),
)

ADDED: Final = {
    column: kind.partition("DEFAULT ")[2] or "NULL"
    for migration in MIGRATIONS
    for column, kind in migration.columns.items()
}
"""The columns that a catalog may lack, each with what is read in its place."""


def prepare_catalog(db: OpenCatalog) -> None:
    """Give a catalog all that it lacks, or nothing of it; the caller holds the writer's lock."""
    there = _made(db)
    if missing := [migration for migration in MIGRATIONS if migration.name not in there]:
        with catalog.transaction(db):
            for migration in missing:
                for column, kind in migration.columns.items():
                    db.execute(f"ALTER TABLE documents ADD COLUMN {column} {kind}")
                for statement in migration.statements:
                    db.execute(statement)
                migration.fill(db)
                db.execute("INSERT INTO meta VALUES (?, '1')", (migration.name,))


def selected(db: OpenCatalog, columns: Iterable[str]) -> str:
    """Return what to select for columns of `documents`, of which the catalog may lack some.

    In place of a column that it lacks stands the column's default.
    """
    there = _made(db)
    lacks = {c for one in MIGRATIONS if one.name not in there for c in one.columns}
    return in_place(columns, lacks=lacks)


def in_place(columns: Iterable[str], *, lacks: Collection[str]) -> str:
    """Return what to select for columns of a catalog that is known to lack some."""
    return ", ".join(ADDED[column] if column in lacks else column for column in columns)


def card_columns(db: OpenCatalog) -> str:
    """Return what to select for `stored_card`."""
    return selected(db, FIELDS)


def stored_card(row: Sequence[Any]) -> Card:
    """Return the card of the columns that `card_columns` selected.

    Raises:
        LibraryError: One of them is not what was stored.
    """
    named = zip(FIELDS, row, strict=True)
    return card_of({name: card_value(name, value) for name, value in named})


def card_value(name: str, value: object) -> str | tuple[str, ...] | None:
    """Return what a column says of a card's field.

    Raises:
        LibraryError: It is not what was stored.
    """
    default = DEFAULTS[name]
    if not isinstance(default, tuple):
        return None if value is None and default is None else sound(value, str)
    return () if value == "[]" else _list(value, str)


def offsets(value: object) -> tuple[int, ...]:
    """Return the offsets in a text that a column lists.

    Raises:
        LibraryError: It is not what was stored.
    """
    return _list(value, int)


def strings(value: object) -> tuple[str, ...]:
    """Return the texts that a column lists.

    Raises:
        LibraryError: It is not what was stored.
    """
    return _list(value, str)


def sound(value: object, kind: type[T]) -> T:
    """Return a stored value, which a damaged catalog can have of another type.

    Raises:
        LibraryError: It is of another type.
    """
    if isinstance(value, kind):
        return value
    raise LibraryError(
        f"the catalog of the library is damaged ({type(value).__name__} where {kind.__name__} was "
        "stored): run `footnote doctor --repair` to save what can be read"
    )


def _list(value: object, kind: type[T]) -> tuple[T, ...]:
    try:
        found = json.loads(sound(value, str))
    except (ValueError, RecursionError):
        found = None
    return tuple(sound(item, kind) for item in sound(found, list))


def card_values(card: Card) -> tuple[str | None, ...]:
    """Return what to store of a card, one value a field of `index.card.FIELDS`."""
    values = (getattr(card, name) for name in FIELDS)
    return tuple(json.dumps(v, ensure_ascii=False) if isinstance(v, tuple) else v for v in values)


def count_change(db: OpenCatalog) -> None:
    """Note that documents were tagged or moved, which nothing else tells."""
    db.execute(
        "INSERT INTO meta VALUES ('tagged', '1') "
        "ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(meta.value AS INTEGER) + 1 AS TEXT)"
    )


def has(db: OpenCatalog, migration: str) -> bool:
    """Say whether a catalog got what a migration gives it."""
    return migration in _made(db)


def made_later(db: OpenCatalog) -> list[str]:
    """Return the tables that a catalog got, whether it still has them or not."""
    tables = {
        "folder_states": "folders",
        "introductions": "introductions",
        "tags": "document_tags",
    }
    return [tables[name] for name in sorted(tables.keys() & _made(db))]


def remake(db: OpenCatalog) -> None:
    """Make what is missing of a server's tables that came later, empty, and of their indexes.

    The caller holds the writer's lock. SQLite adds no column only where there is none.
    """
    there = _made(db)
    for migration in MIGRATIONS:
        for statement in migration.statements if migration.name in there else ():
            for making in ("CREATE TABLE ", "CREATE INDEX ", "ADD COLUMN "):
                statement = statement.replace(making, f"{making}IF NOT EXISTS ")
            db.execute(statement)


def _made(db: OpenCatalog) -> set[str]:
    return {name for (name,) in db.execute("SELECT name FROM meta")}
