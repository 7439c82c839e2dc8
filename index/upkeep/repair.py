"""Writes the files of a library anew: mended where they are damaged, compacted after removals.

Vectors are mended from the catalog, and the catalog from the documents it still holds. Compacting
leaves nothing of what was removed in the files, and gives their space back.
"""

import json
import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

from index.card import DEFAULTS, FIELDS
from index.errors import LibraryBusyError, LibraryError, OriginalLostError
from index.store import catalog, introductions, migrations, writes
from index.store.folder_backend import WORKSHOP, writing
from index.store.library import Library
from index.store.originals import named_originals
from index.store.protocols import OpenCatalog
from index.store.publish import rebuild
from index.store.sqlite import SqliteCatalog
from index.sync import file_state, prepare
from index.sync.ingest import OnProgress, Vectoriser
from index.sync.prepare import Incoming
from index.types import Checkup, CompactReport, Finding
from index.upkeep import transfer
from index.upkeep.doctor import catalog_findings, check

_LOST = "its original: it was damaged or gone, so it cannot be opened; add it again"
"""What is noted of a document whose original is lost."""
_UNREADABLE = (sqlite3.Error, UnicodeDecodeError)
"""What a damaged catalog raises; the second where a message of SQLite repeats a damaged name."""
_BATCH = 256
"""Documents read again between two commits of a new catalog."""


def repair(library: Library, *, on_progress: OnProgress) -> Checkup:
    """Mend what a check finds; return the check of what came out, and what could not be saved.

    Vectors are built anew from the catalog's. A catalog that is damaged, of another format or of
    another model is written anew from the documents in it; a damaged one is kept beside it.

    Raises:
        LibraryBusyError: Another process is writing.
        LibraryMismatchError: A library on servers was built with another model or format.
        LibraryError: The disk is full, or the folder cannot be written.
    """
    before = check(library)
    if not before.findings:
        return before
    library.close()
    if not library.catalog.rewritable:
        with library.catalog.writing() as db:
            library.require_imprint(db)
            with catalog.transaction(db):
                migrations.remake(db)
            _mend_derived(db)
            rebuild(library.vectors, db, on_step=lambda step: None)
            _mend_originals(library, db, all_known=True)
        return check(library)
    with writing(library.folder):
        try:
            lost = _mend(library, on_progress)
        except OSError as error:
            raise LibraryError(
                f"library {str(library.folder)!r} cannot be repaired ({error.strerror or error}): "
                "mend that and run `footnote doctor --repair` again"
            ) from error
    after = check(library)
    return replace(after, findings=(*after.findings, *lost))


def _mend(library: Library, on_progress: OnProgress) -> list[Finding]:
    if not catalog.is_there(library.folder):
        _finish_swap(library.folder)
    lost = _rewrite(library, on_progress) if _needs_new_catalog(library) else []
    with catalog.connected(library.folder) as db:
        _mend_derived(db)
        rebuild(library.vectors, db, on_step=lambda step: None)
        _mend_originals(library, db, all_known=not lost)
    return lost


def _mend_derived(db: OpenCatalog) -> None:
    """Make the index of tags anew, and drop introductions that cannot be read."""
    if migrations.has(db, "tags"):
        with catalog.transaction(db):
            migrations.index_tags(db)
    if migrations.has(db, "introductions"):
        with catalog.transaction(db):
            introductions.drop(db, introductions.unreadable(db))


def _mend_originals(library: Library, db: OpenCatalog, *, all_known: bool) -> None:
    """Mark documents whose original is lost, and remove what no document names.

    Args:
        library: Whose originals.
        db: Its catalog.
        all_known: Whether no document was lost, whose original may be all that is left of it.
    """
    originals, named = library.catalog.originals, named_originals(db)
    lost = []
    for sha256 in sorted(named):
        try:
            originals.read(db, sha256)
        except OriginalLostError:
            lost.append(sha256)
    with catalog.transaction(db):
        for sha256 in lost:
            query = "SELECT id, left_out FROM documents WHERE original_sha256 = ?"
            for document_id, left_out in db.execute(query, (sha256,)).fetchall():
                told = json.dumps([*json.loads(left_out), _LOST], ensure_ascii=False)
                db.execute(
                    "UPDATE documents SET original_sha256 = '', left_out = ? WHERE id = ?",
                    (told, document_id),
                )
    if all_known:
        originals.drop(db, [*lost, *(originals.sizes(db).keys() - named)])


def _needs_new_catalog(library: Library) -> bool:
    """Say whether anything but unused vectors is wrong with the catalog itself."""
    try:
        with catalog.snapshot(library.folder) as db:
            return any(True for _ in catalog_findings(library, db))
    except LibraryError:
        return True


def _rewrite(library: Library, on_progress: OnProgress) -> list[Finding]:
    """Write a new catalog from the documents that can be read, and move it into place.

    Returns:
        What could not be saved.
    """
    old = catalog.catalog_path(library.folder)
    workshop = library.folder / WORKSHOP
    shutil.rmtree(workshop, ignore_errors=True)
    catalog.make_folder(workshop)
    catalog.create(workshop, library.imprint())
    with catalog.connected(workshop) as db:
        migrations.prepare_catalog(db)
        batch: list[Incoming] = []
        for incoming in _readable(old):
            batch.append(incoming)
            if len(batch) == _BATCH:
                _write(library, db, batch, on_progress)
                batch = []
        _write(library, db, batch, on_progress)
        forgotten = _keep_folders(old, db)
        kept = {row[0] for row in db.execute("SELECT source FROM documents")}
    lost = _sources(old) - kept
    forgotten = forgotten or _lost_whole(old)
    _swap(library.folder)
    unsaved = [
        Finding(
            problem=f"{source!r} could not be saved from the damaged catalog: add it again",
            repairable=False,
        )
        for source in sorted(lost)
    ]
    return unsaved + forgotten


def _lost_whole(old: Path) -> list[Finding]:
    """Return that nothing of a damaged catalog could be read, not even what was in it."""
    with suppress(*_UNREADABLE), closing(_salvage(old)) as damaged:
        damaged.execute("SELECT count(source) FROM documents NOT INDEXED").fetchone()
        return []
    problem = (
        "what the damaged catalog listed could not be saved: add your articles again, and register "
        "your folders"
    )
    return [Finding(problem=problem, repairable=False)]


def _keep_folders(old: Path, db: OpenCatalog) -> list[Finding]:
    """Register the folders of a damaged catalog in the new one; return that some are unreadable."""
    query = f"SELECT {', '.join(file_state.FOLDER)} FROM folders"
    rows, lost = [], False
    with suppress(*_UNREADABLE), closing(_salvage(old)) as damaged:
        lost = "folders" in migrations.made_later(damaged)
        rows = damaged.execute(query).fetchall()
        lost = False
    with catalog.transaction(db):
        for row in rows:
            read = [cell if isinstance(cell, str) else "" for cell in row]
            folder = file_state.folder_of(read)
            lost = lost or not folder.path
            if folder.path:
                file_state.write_folder(db, folder)
    problem = "registered folders could not be saved: `footnote folders` lists those that were"
    return [Finding(problem=problem, repairable=False)] if lost else []


def _salvage(path: Path) -> SqliteCatalog:
    """Open a damaged catalog so that what can be read of it is."""
    db = sqlite3.connect(path, factory=SqliteCatalog)
    db.text_factory = _text_or_bytes
    # Without this, SQLite reads nothing of a file that is shorter than its header says.
    db.execute("PRAGMA writable_schema = ON")
    return db


def _swap(folder: Path) -> None:
    """Set the old catalog aside and move the finished new one into its place.

    The old file goes first: from then on a missing catalog beside a finished one means that this
    was interrupted, and the next repair goes on here.
    """
    old = catalog.catalog_path(folder)
    stamp = time.strftime("%Y%m%d-%H%M%S")
    for suffix in ("", "-wal", "-shm"):
        part = old.with_name(old.name + suffix)
        if part.exists():
            part.replace(old.with_name(f"catalog-before-{stamp}.db{suffix}"))
    catalog.catalog_path(folder / WORKSHOP).replace(old)
    shutil.rmtree(folder / WORKSHOP)


def _finish_swap(folder: Path) -> None:
    if not catalog.catalog_path(folder / WORKSHOP).exists():
        raise LibraryError(
            f"library {str(folder)!r} has no catalog.db to repair from: put it back from a "
            "backup, or remove the folder and add your articles again"
        )
    _swap(folder)


def _write(
    library: Library, db: OpenCatalog, batch: list[Incoming], on_progress: OnProgress
) -> None:
    entries = [prepare.entry(incoming, as_id=incoming.document_id) for incoming in batch]
    vectoriser = Vectoriser(db, embedder=library.embedder(), on_progress=on_progress)
    vectoriser.take(entries)
    vectoriser.finish()
    with catalog.transaction(db):
        for entry in entries:
            writes.write(db, entry, now=entry.added_at)


def _readable(path: Path) -> Iterator[Incoming]:
    """Yield the documents of a catalog that can still be read whole, in order of key."""
    with closing(_salvage(path)) as db:
        columns = _columns(db)
        for (key,) in _keys(db):
            with suppress(*_UNREADABLE, LibraryError):
                row = db.execute(
                    f"SELECT {columns} FROM documents WHERE key = ?", (key,)
                ).fetchone()
                document = transfer.incoming(_salvaged(row))
                extract = document.extract
                if prepare.is_whole(extract.text, sha256=extract.card.sha256):
                    yield document


def _salvaged(row: Sequence[object]) -> list[object]:
    """Return a row with the default in place of what is damaged and can be missed."""
    missed = {
        "section_starts": "[]",
        "page_starts": "[]",
        "page_labels": "[]",
        "file_sha256": "",
        "added_at": "",
    }
    cells = dict(zip(transfer.STORED, row, strict=True))
    for name in cells.keys() - {"id", "text", "source", "sha256"}:
        try:
            if name in FIELDS:
                migrations.card_value(name, cells[name])
            elif name.endswith("_starts"):
                migrations.offsets(cells[name])
            elif name == "page_labels":
                migrations.strings(cells[name])
            else:
                migrations.sound(cells[name], str)
        except LibraryError:
            default = cells["source"] if name == "title" else DEFAULTS.get(name, missed.get(name))
            cells[name] = "[]" if default == () else default
    return list(cells.values())


def _text_or_bytes(cell: bytes) -> str | bytes:
    """Return a text, or its bytes where they are none, so that the rest of its row is read."""
    try:
        return cell.decode("utf-8")
    except UnicodeDecodeError:
        return cell


def _columns(db: sqlite3.Connection) -> str:
    """Return what to select of documents; `meta`, which tells it otherwise, may be damaged."""
    lacks = set(migrations.ADDED)
    with suppress(*_UNREADABLE):
        lacks -= {row[1] for row in db.execute("PRAGMA table_info(documents)")}
    return migrations.in_place(transfer.STORED, lacks=lacks)


def _keys(db: sqlite3.Connection) -> list[tuple[int]]:
    """Return the keys of all documents, or every key there can be if the file is too damaged."""
    try:
        return db.execute("SELECT key FROM documents NOT INDEXED ORDER BY key").fetchall()
    except _UNREADABLE:
        with suppress(*_UNREADABLE):
            last = db.execute("SELECT max(key) FROM documents").fetchone()[0] or 0
            return [(key,) for key in range(1, last + 1)]
        return []


def _sources(path: Path) -> set[str]:
    """Return the sources of all documents that a catalog had, as far as any can be read."""
    found: set[str] = set()
    for index in ("NOT INDEXED", "INDEXED BY sqlite_autoindex_documents_2"):
        with suppress(*_UNREADABLE), closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA writable_schema = ON")
            for (source,) in db.execute(f"SELECT source FROM documents {index}"):
                found.add(str(source))
    return found


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
        before = _folder_size(folder)
        if not library.keeps_originals and named_originals(db):
            with catalog.transaction(db):
                db.execute("UPDATE documents SET original_sha256 = ''")
        rebuild(library.vectors, db, on_step=library.on_step)
        _compact_catalog(library, db)
        # The log could be cut, so nobody reads an older state, which could need older vectors.
        library.on_step("clean")
        _drop_leftovers(folder, generation=catalog.generation(db))
        originals = library.catalog.originals
        originals.drop(db, originals.sizes(db).keys() - named_originals(db))
    kept = tuple(sorted(str(path) for path in folder.glob("catalog-before-*")))
    return CompactReport(bytes_before=before, bytes_after=_folder_size(folder), kept=kept)


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


def _folder_size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
