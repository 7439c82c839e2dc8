"""The articles of a library, as users hold them: add, list, remove, keep and mend; no answering.

A question opens this too, so what reads, writes and mends is imported where it is done.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import MisuseError
from index.store.library import Library
from index.types import (
    AddReport,
    Change,
    Checkup,
    CompactReport,
    Document,
    DocumentSummary,
    PageImage,
    Span,
)
from rag import arguments
from rag.source_notes import Aging
from rag.stored import seed_articles

if TYPE_CHECKING:
    from index.sync.ingest import OnProgress
    from index.sync.intake import Article
    from index.sync.watch import Folders, Notice
    from index.upkeep.transfer import ExportReport
    from rag.bibliography import BibliographyFormat

_SEEDING_SECONDS = 60.0


class OpenLibrary:
    """The articles of an open library: `Assistant.library`. Safe to share between threads.

    Args:
        stored: The library as it is stored.
        seeds: Whether `seed` does anything.
        on_progress: Told of sentences embedded and to embed.
    """

    def __init__(self, stored: Library, *, seeds: bool, on_progress: "OnProgress") -> None:
        self._library = stored
        self._seeds = seeds
        self._on_progress = on_progress

    def seed(self) -> None:
        """Put the shipped articles into a library that nothing was ever added to.

        Nothing is done where `Settings.seeds` is off or folders are registered. A question does
        it; listing does not.

        Raises:
            LibraryBusyError: Another process is writing, for a minute already.
            LibraryError: The library cannot be written.
        """
        if self._seeds and self._library.is_new() and not self.folders.all():
            from index.sync import ingest
            from index.sync.intake import read_articles

            ingest.add(
                self._library,
                read_articles(seed_articles()),
                on_progress=self._on_progress,
                wait=_SEEDING_SECONDS,
            )

    def add(self, *sources: str | Path, prune: bool = False, tags: Iterable[str] = ()) -> AddReport:
        """Add files, folders, patterns and web pages, or what changed in them since the last time.

        What looks as it did is not opened; a moved file keeps its document, and its citations. A
        source that begins with `http://` or `https://` is fetched; nothing else ever is.

        Args:
            sources: What to read.
            prune: Whether documents are removed whose file is gone from one of these folders.
            tags: Given to every document of these sources, also those that did not change.

        Returns:
            What became of each file in order, the documents whose file is gone, then each page.

        Raises:
            MisuseError: A source is no path, a path does not exist, a pattern matches nothing,
                there is no folder to prune, or a tag is none; nothing was done.
            ReadError: A folder to prune has no file that can be read; nothing was done.
            LibraryBusyError: Another process is writing.
            LibraryError: The library cannot be written; it is as it was.
        """
        from index.sync.folders import sync

        arguments.check_sources(sources)
        named = arguments.checked_tags(tags)
        report = sync(self._library, sources, prune=prune, on_progress=self._on_progress)
        there = [c.document_id for c in report.changes if c.kind not in ("missing", "removed")]
        if named and any(there):
            self._library.tag([one for one in there if one], add=named)
        return report

    def tag(
        self, document_ids: Iterable[str], *, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> tuple[DocumentSummary, ...]:
        """Give documents tags and take tags away, by id or beginning of one; all or nothing.

        What a person gives or takes away stays when the file is read again, whatever it says. Upper
        and lower case are the same tag, shown as it was first written.

        Returns:
            The cards of the documents as they are then, in the order given.

        Raises:
            MisuseError: A tag is not of 1 to 60 characters on one line without commas, is given and
                taken away, or none is named; or no document is.
            UnknownDocumentError: There is no such document.
            LibraryBusyError: Another process is writing.
        """
        ids = arguments.checked_ids(document_ids)
        given, taken = arguments.checked_change(add, remove)
        return self._library.tag(ids, add=given, remove=taken)

    def tags(self) -> dict[str, int]:
        """Return how many documents have each tag, in alphabetical order; empty where none has."""
        return self._library.tags()

    def read_again(self) -> AddReport:
        """Read again what an older version of Footnote read, from its file or kept original.

        `add` and `watch` do so, too. Documents keep their ids, and only sentences that changed are
        embedded; a library that this version has read is not touched.

        Raises:
            LibraryBusyError: Another process is writing.
            LibraryError: The library cannot be written; it is as it was.
        """
        from index.sync.folders import read_again

        return read_again(self._library, on_progress=self._on_progress)

    def watch(self, folder: str | Path, *, every: float = 2.0) -> "Iterator[Change | Notice]":
        """Yield what changes in a folder while the library is kept in step with it, without end.

        Documents whose file is deleted are removed, as `add` with `prune` does; nothing is while
        the folder is gone or empty. What is skipped is told once.

        Args:
            folder: Which one.
            every: Seconds between two looks; a change is followed once it is quiet so long.

        Raises:
            MisuseError: There is no such folder.
            LibraryError: The library cannot be written. One that another process writes to is
                tried again.
        """
        arguments.check_path(folder, name="the folder")
        arguments.check(every, (int, float), name="every", wanted="seconds")
        place = Path(folder).expanduser().absolute()
        if not place.is_dir():
            raise MisuseError(f"no folder is at {str(folder)!r}: name a folder to watch")
        from index.sync.folders import sync
        from index.sync.watch import watch

        step = partial(sync, self._library, [place], prune=True, on_progress=self._on_progress)
        return watch(place, lambda leave: step(leave=leave), every=every)

    @property
    def folders(self) -> "Folders":
        """The folders that are registered in the library: register, sync and look after them."""
        from index.sync.watch import Folders

        return Folders(self._library, on_progress=self._on_progress)

    def add_articles(self, articles: "Iterable[Article]") -> AddReport:
        """Add articles given as text, all at once; the source of each is its identity.

        Raises:
            MisuseError: One is no article.
            LibraryBusyError: Another process is writing.
            LibraryError: The library cannot be written; it is as it was.
        """
        from index.sync import ingest
        from index.sync.intake import read_articles

        incoming = read_articles(arguments.checked_articles(articles))
        return ingest.add(self._library, incoming, on_progress=self._on_progress)

    def add_files(
        self,
        files: Mapping[str, Path],
        *,
        on_read: Callable[[str], None] = lambda source: None,
        on_progress: "OnProgress | None" = None,
    ) -> AddReport:
        """Add files, all at once, each under a source of its own, which need not be its path.

        Args:
            files: Where each source's file lies now; it is not needed afterwards.
            on_read: Told of each source before its file is read.
            on_progress: Told of sentences embedded and to embed, in place of the assistant's own.

        Raises:
            LibraryBusyError: Another process is writing.
            LibraryError: The library cannot be written; it is as it was.
        """
        arguments.check_files(files)
        from index.sync import ingest
        from index.sync.intake import read_named

        incoming = read_named(files, on_read=on_read)
        return ingest.add(self._library, incoming, on_progress=on_progress or self._on_progress)

    def remove(self, *document_ids: str) -> tuple[DocumentSummary, ...]:
        """Remove documents, all of them or none, and return their cards.

        Raises:
            MisuseError: No id was given, or one is no text.
            UnknownDocumentError: There is no such document.
            LibraryBusyError: Another process is writing.
        """
        return self._library.remove(arguments.checked_ids(document_ids))

    def documents(self) -> tuple[DocumentSummary, ...]:
        """Return the cards of all documents, oldest first; empty for an empty library."""
        return self._library.summaries()

    def edition(self) -> str:
        """Return a short text that differs once documents changed, whoever changed them; cheap.

        Raises:
            LibraryError: The library cannot be read.
        """
        return self._library.edition()

    def document(self, document_id: str) -> Document:
        """Return a document by its id or a beginning of one, and how its file is now.

        Raises:
            UnknownDocumentError: There is no such document.
        """
        arguments.check_ids([document_id])
        return Aging(self._library.some_records).document(self._library.document(document_id))

    def draw_page(
        self, document_id: str, page: int | str | None = None, *, span: Span | None = None
    ) -> PageImage:
        """Draw a page of a PDF as it is in its file, or in the original that was kept of it.

        Args:
            document_id: The document's id or a beginning of one.
            page: A number from 1, or else a label as printed, such as `iv`; None for the page on
                which the span begins, or the first.
            span: Offsets in the document's text of what is framed, as of a citation; where it goes
                over two pages, what of it is on this one.

        Raises:
            UnknownDocumentError: There is no such document.
            MisuseError: It is no PDF, has no such page, or the span is not on it.
            ReadError: The file is gone, is another by now, or cannot be drawn.
            LibraryError: No original was kept, or the library cannot be read.
        """
        from index.reading.files import drawn_page

        arguments.check_ids([document_id])
        document = self._library.document(document_id)
        kind = document.summary.card.media_type
        if kind != "application/pdf":
            raise MisuseError(
                f"only pages of PDF files are drawn, and this is {kind or 'a text'}: read it with "
                f"`footnote show {document_id}`"
            )
        number = arguments.checked_page(page, document, span=span)
        content = self._library.original_bytes(document.summary.id)
        return drawn_page(content, document, page=number, span=span)

    def cite(self, *document_ids: str, format: "BibliographyFormat" = "bibtex") -> str:  # noqa: A002
        """Return a bibliography of documents, in the order given: see `rag.bibliography`.

        Args:
            document_ids: Their ids or beginnings of them.
            format: `csl` (CSL-JSON), `bibtex` or `markdown`.

        Raises:
            MisuseError: No id was given, or there is no such format.
            UnknownDocumentError: There is no such document.
        """
        from rag.bibliography import bibliography

        arguments.check_ids(document_ids)
        if not document_ids:
            raise MisuseError("no document to cite: name ids as `footnote list` shows them")
        found = [self._library.document(each).summary for each in document_ids]
        return bibliography({summary.id: summary.card for summary in found}, format=format)

    def text(self, document_id: str) -> str:
        """Return the text of a document by its full id, without reading its sentences.

        Raises:
            UnknownDocumentError: There is no such document.
            LibraryError: The library cannot be read.
        """
        arguments.check_ids([document_id])
        return self._library.text(document_id)

    def original_bytes(self, document_id: str) -> bytes:
        """Return the bytes that a document was read from, by its id or a beginning of one.

        What was dropped on the page or fetched was kept (`Settings.originals`), a file is opened
        where it lies, and an article given as text is its text in UTF-8. Their sha256 is the one
        that they had when they were read.

        Raises:
            UnknownDocumentError: There is no such document.
            LibraryError: None was kept, or it is damaged.
            ReadError: The file is gone, cannot be read, or is another by now.
        """
        arguments.check_ids([document_id])
        return self._library.original_bytes(document_id)

    def check(self) -> Checkup:
        """Compare catalog and vectors, and both with the settings; changes nothing."""
        from index.upkeep.doctor import check

        return check(self._library)

    def repair(self) -> Checkup:
        """Mend what `check` finds and return what is still wrong.

        Raises:
            LibraryBusyError: Another process is writing.
        """
        from index.upkeep.repair import repair

        return repair(self._library, on_progress=self._on_progress)

    def compact(self) -> CompactReport:
        """Write all files of the library anew, so that nothing of what was removed is in them.

        Raises:
            LibraryError: There is no library, it is damaged, or the disk is too full.
            LibraryBusyError: Another process is writing, or reads for long.
        """
        from index.upkeep.repair import compact

        return compact(self._library)

    def export_to(self, file: str | Path) -> "ExportReport":
        """Write all documents into one archive for `import_from`, elsewhere or later.

        Raises:
            LibraryError: There is no library, or a stored text is damaged.
            ArchiveError: The file is there already, or cannot be written.
        """
        arguments.check_path(file, name="the file")
        from index.upkeep.transfer import export_library

        return export_library(self._library, Path(file))

    def import_from(self, file: str | Path) -> AddReport:
        """Add all documents of an archive, all visible at once or none; ids and dates are kept.

        Raises:
            ArchiveError: The archive is damaged, was changed, or is too large.
            LibraryMismatchError: It was made with another embedding model.
            LibraryBusyError: Another process is writing.
        """
        arguments.check_path(file, name="the file")
        from index.upkeep.transfer import import_library

        return import_library(self._library, Path(file), on_progress=self._on_progress)
