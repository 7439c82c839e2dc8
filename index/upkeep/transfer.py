"""Moves a library: out into one archive, and from an archive into a library elsewhere."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from index.card import FIELDS
from index.data_files import whole_file
from index.errors import ArchiveError, LibraryError, LibraryMismatchError, MisuseError
from index.reading.normal import one_line
from index.scope import EVERYTHING, Scope
from index.store import catalog, queries
from index.store.library import Library
from index.store.migrations import offsets, selected, sound, stored_card, strings
from index.store.originals import kept_bytes
from index.store.protocols import OpenCatalog
from index.store.scoped import ids_within
from index.sync.ingest import OnProgress, add
from index.sync.prepare import Incoming, is_whole
from index.types import AddReport, Extract
from index.upkeep import archive

STORED: Final = (
    *("id", "file_sha256", "added_at", "text", "section_starts", "page_starts", "page_labels"),
    *FIELDS,
)
"""The columns of `documents` of which `incoming` makes something to be added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """What was written."""

    file: str
    documents: int
    bytes: int
    sha256: str
    """Of the file: the same library gives the same file."""


def export_library(
    library: Library,
    file: Path,
    document_ids: Sequence[str] = (),
    *,
    scope: Scope = EVERYTHING,
) -> ExportReport:
    """Write documents of a library into one archive; a kill leaves no half of it.

    Args:
        library: Whose documents.
        file: A new file.
        document_ids: Which, by id or beginning of one; none for all.
        scope: Which of these.

    Raises:
        UnknownDocumentError: No id, or more than one, begins like one of these.
        ScopeError: The scope names what is not there, or nothing is in it.
        LibraryError: There is no library, or a stored text is damaged.
        ArchiveError: The file is there already, or cannot be written.
    """
    if file.exists():
        raise ArchiveError(f"{str(file)!r} is there already: name another file")
    try:
        with whole_file(file) as unfinished, library.catalog.snapshot() as db:
            model = catalog.imprint(db).model
            chosen = _chosen(db, document_ids, scope)
            documents = archive.write(unfinished, _documents(db, library, chosen), model=model)
        with file.open("rb") as written:
            digest = hashlib.file_digest(written, "sha256").hexdigest()
    except OSError as error:
        raise ArchiveError(
            f"archive {str(file)!r} cannot be written ({error.strerror}): mend that, or name "
            "another file"
        ) from error
    return ExportReport(
        file=str(file), documents=documents, bytes=file.stat().st_size, sha256=digest
    )


def import_library(library: Library, file: Path, *, on_progress: OnProgress) -> AddReport:
    """Add all documents of an archive, all visible at once or none; ids and dates are kept.

    A document that the library has under the same source is replaced by the archive's.

    Raises:
        ArchiveError: The archive is damaged, was changed, is too large or cannot be read.
        LibraryMismatchError: It was made with another embedding model than the settings name.
        LibraryBusyError: Another process is writing.
        LibraryError: The library cannot be written; it is as it was.
        MisuseError: There is no such file.
    """
    if not file.is_file():
        raise MisuseError(
            f"there is no file {str(file)!r}: name an archive that `footnote export` wrote"
        )
    try:
        manifest, documents = archive.read(file)
    except OSError as error:
        raise ArchiveError(
            f"archive {str(file)!r} cannot be read ({error.strerror}): name a file that "
            "`footnote export` wrote"
        ) from error
    ours = library.imprint().model
    if manifest.model != ours:
        raise LibraryMismatchError(
            f"archive {str(file)!r} was made with the embedding model {manifest.model!r}, the "
            f"settings ask for {ours!r}: set FOOTNOTE_EMBEDDING_MODEL={manifest.model}"
        )
    marked = (_marked(document, file.name) for document in documents)
    return add(library, marked, on_progress=on_progress)


def _marked(document: Incoming, archive: str) -> Incoming:
    """Return a document that says in which archive it came, until its source is read here."""
    card = replace(document.extract.card, imported=one_line(archive))
    return replace(document, extract=replace(document.extract, card=card))


def _chosen(db: OpenCatalog, document_ids: Sequence[str], scope: Scope) -> Collection[str] | None:
    """Return the ids of the documents that are meant; None for all.

    Raises:
        MisuseError: None of the documents that are named is in the scope.
    """
    inside = ids_within(db, scope)
    if not document_ids:
        return inside
    named = {queries.resolved(db, given) for given in document_ids}
    if inside is None:
        return named
    if both := named & set(inside):
        return both
    raise MisuseError("none of the documents that are named is in the scope: widen it")


def _documents(
    db: OpenCatalog, library: Library, chosen: Collection[str] | None
) -> Iterator[Incoming]:
    name, originals = library.catalog.name, library.catalog.originals
    for row in _rows(db, chosen):
        document = incoming(row)
        if not is_whole(document.extract.text, sha256=document.extract.card.sha256):
            raise LibraryError(
                f"the text of {document.source!r} in library {name!r} is damaged, so nothing was "
                "exported: run `footnote doctor`"
            )
        card = document.extract.card
        kept = partial(kept_bytes, originals, db, card) if card.original_sha256 else None
        yield replace(document, original=kept)


def _rows(db: OpenCatalog, chosen: Collection[str] | None) -> Iterator[Sequence[Any]]:
    """Yield what is stored of documents by id; of those that are not chosen nothing is read."""
    query = f"SELECT {selected(db, STORED)} FROM documents"
    # Not `yield from`: who stops in between would have the cursor of a closed catalog closed.
    if chosen is None:
        for row in db.execute(f"{query} ORDER BY id"):
            yield row
        return
    for document_id in sorted(chosen):
        for row in db.execute(f"{query} WHERE id = ?", (document_id,)):
            yield row


def incoming(row: Sequence[Any]) -> Incoming:
    """Return a stored document, given as its columns `STORED`, as something to be added.

    Raises:
        LibraryError: The row is damaged.
    """
    document_id, file_sha256, added_at, text, section_starts, page_starts, page_labels = row[:7]
    card = stored_card(row[7:])
    return Incoming(
        source=card.source,
        file_sha256=sound(file_sha256, str),
        extract=Extract(
            card=card,
            text=sound(text, str),
            section_starts=offsets(section_starts),
            page_starts=offsets(page_starts),
            page_labels=strings(page_labels),
        ),
        added_at=sound(added_at, str),
        document_id=sound(document_id, str),
    )
