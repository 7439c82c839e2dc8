"""Columns that documents got after the first catalogs: made where they are missing, read without.

A catalog is made without them. Each has a row in `meta`, which both databases can ask for.
"""

from typing import Final, Literal

from index.store import catalog
from index.store.protocols import OpenCatalog

Later = Literal["file_stamp", "url"]

_LATER: Final[dict[Later, tuple[str, str, str]]] = {
    "file_stamp": ("file_stamps", "TEXT NOT NULL DEFAULT ''", "''"),
    "url": ("urls", "TEXT", "NULL"),
}
"""The name in `meta`, the type, and what a catalog without the column has in its place."""


def prepare_catalog(db: OpenCatalog) -> None:
    """Give a catalog all columns; the caller holds the writer's lock."""
    for column, (name, kind, _) in _LATER.items():
        if not _is_there(db, name):
            with catalog.transaction(db):
                db.execute(f"ALTER TABLE documents ADD COLUMN {column} {kind}")
                db.execute("INSERT INTO meta VALUES (?, '1')", (name,))


def selected(db: OpenCatalog, column: Later) -> str:
    """Return what to select for a column of an open catalog that may be without it."""
    name, _, instead = _LATER[column]
    return column if _is_there(db, name) else instead


def _is_there(db: OpenCatalog, name: str) -> bool:
    return bool(db.execute("SELECT 1 FROM meta WHERE name = ?", (name,)).fetchall())
