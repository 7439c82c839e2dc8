"""Leaves nothing of what was removed in a library's files, and gives their space back."""

import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from index.errors import LibraryBusyError, LibraryError
from index.store import catalog, queries
from index.store.folder_backend import WORKSHOP, writing
from index.store.library import Library
from index.store.publish import rebuild


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactReport:
    """What compacting did to the files of a library."""

    bytes_before: int
    bytes_after: int
    kept: tuple[str, ...]
    """Damaged catalogs that repairs set aside: they may hold removed text, and stay."""


def compact(library: Library) -> CompactReport:
    """Write every file of a library anew from what is in it now; nothing else is left.

    Removing a document frees its place in SQLite's and Chroma's files without overwriting it, and
    full-text search keeps its words until segments merge. Here the vectors get a new generation,
    the full-text search is rebuilt, the catalog is vacuumed and its log cut to nothing. Originals
    that no document names go, and all of them where none are to be kept. A kill at any step leaves
    a sound library that can be compacted again.

    Raises:
        LibraryError: There is no library, it is damaged, or the disk lacks space for a copy of it.
        LibraryBusyError: Another process is writing, or has been reading for ten seconds.
    """
    folder = library.folder
    library.close()
    with catalog.connected(folder) as db, writing(folder):
        before = _size(folder)
        if not library.keeps_originals and queries.named_originals(db):
            with catalog.transaction(db):
                db.execute("UPDATE documents SET original_sha256 = ''")
        rebuild(library.vectors, db, on_step=library.on_step)
        _compact_catalog(library, db)
        # The log could be cut, so nobody reads an older state, which could need older vectors.
        library.on_step("clean")
        _drop_leftovers(folder, generation=catalog.generation(db))
        originals = library.catalog.originals
        originals.drop(db, originals.sizes(db).keys() - queries.named_originals(db))
    kept = tuple(sorted(str(path) for path in folder.glob("catalog-before-*")))
    return CompactReport(bytes_before=before, bytes_after=_size(folder), kept=kept)


def _compact_catalog(library: Library, db: sqlite3.Connection) -> None:
    db.execute("PRAGMA secure_delete = ON")
    for table in ("passage_terms", "sentence_terms"):
        library.on_step("terms")
        db.execute(f"INSERT INTO {table} ({table}) VALUES ('rebuild')")
    library.on_step("vacuum")
    db.execute("VACUUM")
    library.on_step("checkpoint")
    busy, *_ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise LibraryBusyError(
            f"library {str(library.folder)!r} is being read by another process, so its log could "
            "not be emptied: run `footnote compact` again when that has finished"
        )


def _drop_leftovers(folder: Path, *, generation: str) -> None:
    """Remove older generations and the workshop of an interrupted repair."""
    old = [path for path in (folder / "vectors").glob("*") if path.name != generation]
    try:
        for path in [*old, folder / WORKSHOP]:
            if path.exists():
                shutil.rmtree(path)
    except OSError as error:
        raise LibraryError(
            f"{error.filename!r} cannot be removed ({error.strerror}), and may hold what was "
            "removed from the library: mend that and run `footnote compact` again"
        ) from error


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
