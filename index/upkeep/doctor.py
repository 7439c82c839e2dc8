"""Checks a library: catalog against itself, against its vectors and against the settings.

It changes nothing; `index.upkeep.repair` mends what is found here.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from index.card import folded
from index.errors import (
    LibraryError,
    LibraryMismatchError,
    LibraryMissingError,
    LibraryUnreachableError,
    OriginalLostError,
)
from index.store import catalog, introductions, queries
from index.store.library import Library
from index.store.migrations import has, selected, tags_by_document
from index.store.originals import named_originals
from index.store.protocols import OpenCatalog
from index.store.queries import text_hash
from index.store.vector_search import are_unit
from index.sync.prepare import is_whole
from index.types import Checkup, Finding
from index.upkeep.transfer import STORED, incoming

_SLICE = 4096


def check(library: Library) -> Checkup:
    """Check all of a library; an empty result of findings means that it is sound.

    Raises:
        LibraryError: The path is a file, or may not be looked into.
    """
    mendable = library.catalog.mendable()
    try:
        with library.catalog.snapshot() as db:
            return _checked(library, db)
    except LibraryMissingError:
        return Checkup(documents=0, sentences=0, vectors=0)
    except LibraryUnreachableError:
        raise
    except LibraryError as error:
        finding = Finding(problem=str(error), repairable=mendable)
        return Checkup(documents=0, sentences=0, vectors=0, findings=(finding,))


def _checked(library: Library, db: OpenCatalog) -> Checkup:
    findings = list(catalog_findings(library, db))
    if not findings:
        findings += [*_unused_vectors(db), *_tags(db), *_introductions(db)]
    stored, found = _vector_findings(library, db)
    sentences = db.execute("SELECT count(*) FROM sentences").fetchone()[0]
    documents = db.execute("SELECT count(*) FROM documents").fetchone()[0]
    sizes, lost = _original_findings(library, db)
    return Checkup(
        documents=documents,
        sentences=sentences,
        vectors=stored,
        findings=(*findings, *found, *lost),
        originals=len(sizes),
        original_bytes=sum(sizes.values()),
    )


def catalog_findings(library: Library, db: OpenCatalog) -> Iterator[Finding]:
    """Yield what is wrong with the catalog itself, unused vectors left aside."""
    damaged = list(_file_findings(library, db))
    yield from damaged
    if not damaged:
        if library.catalog.rewritable:
            yield from full_text(db)
        mismatch = list(_mismatch(library, db))
        yield from mismatch
        if mismatch and not library.catalog.rewritable:
            return  # its texts are moved elsewhere, and what else is wrong stays behind
        for examine in (_rows, _texts, _vectors, _searchable):
            for finding in examine(db):
                yield replace(finding, repairable=library.catalog.rewritable)


def _file_findings(library: Library, db: OpenCatalog) -> Iterator[Finding]:
    for fault in library.catalog.faults(db):
        yield Finding(problem=f"the catalog's file is damaged: {fault}", repairable=True)


def _mismatch(library: Library, db: OpenCatalog) -> Iterator[Finding]:
    try:
        library.require_imprint(db)
    except LibraryMismatchError as error:
        yield Finding(problem=str(error), repairable=library.catalog.rewritable)


def _searchable(db: OpenCatalog) -> Iterator[Finding]:
    for table, terms in (("passages", "passage_terms"), ("sentences", "sentence_terms")):
        missing, extra = db.execute(
            "SELECT (SELECT count(*) FROM "
            f"(SELECT key FROM {table} EXCEPT SELECT rowid FROM {terms}) AS missing), "
            "(SELECT count(*) FROM "
            f"(SELECT rowid FROM {terms} EXCEPT SELECT key FROM {table}) AS extra)"
        ).fetchone()
        if missing or extra:
            yield Finding(
                problem=f"the full-text search lacks {missing} {table} and has {extra} too many",
                repairable=True,
            )


def _unused_vectors(db: OpenCatalog) -> Iterator[Finding]:
    unused = db.execute(
        "SELECT count(*) FROM vectors WHERE key NOT IN (SELECT vector FROM sentences)"
    )
    if count := unused.fetchone()[0]:
        yield Finding(
            problem=f"an interrupted run left {count} vectors that no document uses",
            repairable=True,
        )


def _tags(db: OpenCatalog) -> Iterator[Finding]:
    if not has(db, "tags"):
        return
    listed = tags_by_document(db)
    told = {(key, folded(tag)) for key, tags in listed for tag in tags}
    found = {tuple(row) for row in db.execute("SELECT document, folded FROM document_tags")}
    if differing := len(told ^ found):
        yield Finding(
            problem=f"the index of tags differs from the documents in {differing} places",
            repairable=True,
        )


def _introductions(db: OpenCatalog) -> Iterator[Finding]:
    if has(db, "introductions") and (count := len(introductions.unreadable(db))):
        yield Finding(
            problem=f"{count} introductions of documents cannot be read: the page makes them anew",
            repairable=True,
        )


def _vector_findings(library: Library, db: OpenCatalog) -> tuple[int, tuple[Finding, ...]]:
    wanted = set(queries.all_used_hashes(db))
    name = catalog.generation(db)
    if not name:
        problem = "the catalog names no vectors for its sentences"
        return 0, (Finding(problem=problem, repairable=True),) if wanted else ()
    try:
        stored = library.vectors.hashes(name)
    except LibraryUnreachableError:
        raise
    except LibraryError as error:
        problem = str(error)
        mendable = library.catalog.mendable()
        if not mendable:
            problem = (
                f"the vectors of library {library.catalog.name!r} cannot be checked: its folder "
                "may not be written, which Chroma needs even to read; questions are answered from "
                "the catalog"
            )
        return 0, (Finding(problem=problem, repairable=mendable),)
    missing, extra = len(wanted - stored), len(stored - wanted)
    if not missing and not extra:
        return len(stored), ()
    problem = (
        f"the vectors folder lacks {missing} of {len(wanted)} vectors and has {extra} too many"
    )
    return len(stored), (Finding(problem=problem, repairable=True),)


def _original_findings(library: Library, db: OpenCatalog) -> tuple[dict[str, int], list[Finding]]:
    """Compare the kept originals with their hashes, and with what documents name."""
    originals, named = library.catalog.originals, named_originals(db)
    found = []
    for sha256 in sorted(named):
        try:
            originals.read(db, sha256)
        except OriginalLostError as error:
            for (source,) in db.execute(
                "SELECT source FROM documents WHERE original_sha256 = ? ORDER BY source", (sha256,)
            ):
                problem = f"the original that was kept of {source!r} cannot be used: {error}"
                found.append(Finding(problem=problem, repairable=True))
        except LibraryUnreachableError:
            raise
        except LibraryError as error:
            return {}, [Finding(problem=f"originals cannot be checked: {error}", repairable=False)]
    sizes = originals.sizes(db)
    if left := len(sizes.keys() - named):
        problem = f"an interrupted run left {left} originals that no document names"
        found.append(Finding(problem=problem, repairable=True))
    return {name: size for name, size in sizes.items() if name in named}, found


def _rows(db: OpenCatalog) -> Iterator[Finding]:
    """Read all that is stored of each document, and find what cannot be."""
    for row in db.execute(f"SELECT source, {selected(db, STORED)} FROM documents ORDER BY key"):
        try:
            incoming(row[1:])
        except LibraryError:
            yield Finding(problem=f"what is stored of {row[0]!r} is damaged", repairable=True)


def _texts(db: OpenCatalog) -> Iterator[Finding]:
    """Compare each text with its hash, and each of its sentences with the hash of its vector."""
    for key, source, text, sha256 in db.execute("SELECT key, source, text, sha256 FROM documents"):
        if not is_whole(text, sha256=sha256) or not _in_place(db, key, text):
            yield Finding(
                problem=f"the stored text of {source!r} is not the one that was added",
                repairable=True,
            )


def _in_place(db: OpenCatalog, document: int, text: str) -> bool:
    rows = db.execute(
        'SELECT start, "end", hash FROM sentences LEFT JOIN vectors '
        "ON vectors.key = sentences.vector WHERE document = ?",
        (document,),
    )
    return all(text_hash(text[a:b]).startswith(digest or "none") for a, b, digest in rows)


def _vectors(db: OpenCatalog) -> Iterator[Finding]:
    """Find vectors of a wrong length, in bytes or in space."""
    size = catalog.imprint(db).dimension * 4
    rows = db.execute("SELECT vector FROM vectors")
    bad = 0
    while part := rows.fetchmany(_SLICE):
        for (vector,) in part:
            whole = len(vector) == size
            bad += not whole or not are_unit(np.frombuffer(vector, np.float32)[None, :])
    if bad:
        yield Finding(problem=f"{bad} stored vectors have a wrong length", repairable=True)


def full_text(db: OpenCatalog) -> Iterator[Finding]:
    """Let FTS5 compare its index with the terms it was made of, where the catalog is SQLite."""
    for table in ("passage_terms", "sentence_terms"):
        try:
            db.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")
        except sqlite3.OperationalError:
            # It cannot be compared while another process writes, or where nobody may write.
            return
        except sqlite3.DatabaseError as error:
            yield Finding(problem=f"the full-text search is damaged: {error}", repairable=True)
    # The comparison counts as writing: without a new transaction, a writer would have to wait.
    db.execute("ROLLBACK")
    db.execute("BEGIN")
