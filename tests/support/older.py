"""Catalogs as older versions left them, made of today's by SQL that both databases know."""

from index.store import catalog
from index.store.protocols import OpenCatalog

_BEFORE_UNREAD = (
    "ALTER TABLE folders DROP COLUMN unread",
    "ALTER TABLE folders DROP COLUMN unread_files",
    "DELETE FROM meta WHERE name = 'unread_files'",
)
_BEFORE_INTRODUCTIONS = (
    *_BEFORE_UNREAD,
    "DROP TABLE introductions",
    "DELETE FROM meta WHERE name = 'introductions'",
)
_BEFORE_STATES = (
    *_BEFORE_INTRODUCTIONS,
    "ALTER TABLE folders DROP COLUMN problem",
    "ALTER TABLE folders DROP COLUMN problem_at",
    "DELETE FROM meta WHERE name = 'folder_states'",
)
_BEFORE_RECORDS = (
    *_BEFORE_STATES,
    "ALTER TABLE documents DROP COLUMN record",
    "DELETE FROM meta WHERE name = 'records'",
)
_BEFORE_TAGS = (
    *_BEFORE_RECORDS,
    "DROP TABLE document_tags",
    "ALTER TABLE documents DROP COLUMN tags_given",
    "ALTER TABLE documents DROP COLUMN tags_taken",
    "DELETE FROM meta WHERE name = 'tags'",
)
_BEFORE_CARDS = (
    *_BEFORE_TAGS,
    "DROP INDEX documents_of_original",
    *(
        f"ALTER TABLE documents DROP COLUMN {column}"
        for column in (
            "tags",
            "language",
            "reader",
            "left_out",
            "original_sha256",
            "imported",
            "page_labels",
            "boxes",
            "questions",
        )
    ),
    "DROP TABLE folders",
    "DELETE FROM meta WHERE name IN ('cards', 'originals')",
)
_FIRST = (
    *_BEFORE_CARDS,
    "ALTER TABLE documents DROP COLUMN file_stamp",
    "ALTER TABLE documents DROP COLUMN url",
    "DELETE FROM meta WHERE name IN ('file_stamps', 'urls')",
)
VERSIONS = {
    "before unread files": _BEFORE_UNREAD,
    "before introductions": _BEFORE_INTRODUCTIONS,
    "before states of folders": _BEFORE_STATES,
    "before records": _BEFORE_RECORDS,
    "before tags": _BEFORE_TAGS,
    "before cards": _BEFORE_CARDS,
    "the first": _FIRST,
}


def age(db: OpenCatalog, version: str) -> None:
    """Take out of a catalog what it got after a version."""
    with catalog.transaction(db):
        for statement in VERSIONS[version]:
            db.execute(statement)


def schema(db: OpenCatalog) -> object:
    """Return the columns of `documents` with their types, and what `meta` says was added."""
    told = db.execute("SELECT * FROM documents LIMIT 0")
    columns = sorted(column[0] for column in told.description)  # type: ignore[attr-defined]
    return columns, sorted(name for (name,) in db.execute("SELECT name FROM meta"))
