"""Reads whole documents back out of a catalog, as they were when they were added."""

import json
from collections.abc import Sequence

from index.sync.prepare import Incoming
from index.types import Extract


def columns(*, url: str) -> str:
    """Return what to select from `documents` for `incoming`; the last is the text's hash.

    Args:
        url: As `index.store.migrations.selected` gives it for the catalog.
    """
    return (
        "source, file_sha256, title, text, media_type, section_starts, page_starts, published, "
        f"author, added_at, id, {url}, sha256"
    )


def incoming(row: Sequence) -> Incoming:  # type: ignore[type-arg]  # a row of SQLite
    """Return a stored document as something to be added.

    Raises:
        ValueError: The row is damaged: its offsets are no JSON.
        TypeError: They are no list of numbers.
    """
    extract = Extract(
        title=row[2],
        text=row[3],
        media_type=row[4],
        section_starts=tuple(json.loads(row[5])),
        page_starts=tuple(json.loads(row[6])),
        published=row[7],
        author=row[8],
        url=row[11],
    )
    return Incoming(
        source=row[0],
        file_sha256=row[1],
        extract=extract,
        added_at=row[9],
        document_id=row[10],
    )
