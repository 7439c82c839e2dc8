"""The articles of an open library as they lie: listed, found, shown and cited; nothing changes."""

from typing import TYPE_CHECKING

from index.errors import MisuseError
from index.scope import Scope
from index.store import queries
from index.store.library import Library
from index.store.scoped import ids_within, keys_within
from index.types import Document, DocumentSummary, PageImage, Span
from rag import arguments
from rag.source_notes import Aging

if TYPE_CHECKING:
    from index.full_text import FoundDocuments, Sort
    from index.store.introductions import Introduction
    from rag.bibliography import BibliographyFormat


class StoredArticles:
    """What `rag.library.OpenLibrary` says of its articles. Safe to share between threads.

    Args:
        stored: The library as it is stored.
    """

    def __init__(self, stored: Library) -> None:
        self._library = stored

    def documents(
        self, scope: Scope | None = None, *, sort: "Sort | None" = None
    ) -> tuple[DocumentSummary, ...]:
        """Return the cards of all documents, or of a scope's; empty for an empty library.

        Args:
            scope: Which documents; None for all.
            sort: `title`, `date` or `added`, the newest first; None for as they were added.

        Raises:
            ScopeError: The scope names what is not there, or nothing is in it.
            MisuseError: There is no such order.
        """
        from index.full_text import in_order

        order = arguments.checked_sort(sort) if sort is not None else "relevance"
        inside = arguments.checked_scope(scope)
        with self._library.reading() as db:
            found = queries.summaries(db, ids_within(db, inside))
        return in_order(sorted(found, key=lambda d: (d.added_at, d.id)), order)

    def find(
        self,
        words: str,
        scope: Scope | None = None,
        *,
        sort: "Sort" = "relevance",
        offset: int = 0,
        limit: int = 20,
    ) -> "FoundDocuments":
        """Return the documents that hold all words, with the sentences that say most of them.

        They are looked for in text, title, author, date and tags, whatever their ending, and by no
        meaning: that is `Assistant.search`. Words in quotes have to stand in a row.

        Args:
            words: At least one; function words do not count beside others.
            scope: Which documents are looked at; None for all.
            sort: `relevance`, `title`, `date` or `added`, the newest first.
            offset: How many are left out at the beginning.
            limit: How many are returned at most, 1 to 1,000.

        Raises:
            MisuseError: There is no word, or more than 50, or they have over 2,000 characters; or
                there is no such order.
            ScopeError: The scope names what is not there, or nothing is in it.
        """
        from index.full_text import find

        arguments.check_words(words)
        arguments.check_page(offset, limit)
        inside = arguments.checked_scope(scope)
        with self._library.reading() as db:
            return find(
                db,
                words,
                among=keys_within(db, inside),
                sort=arguments.checked_sort(sort),
                offset=offset,
                limit=limit,
            )

    def find_ids(
        self, words: str, scope: Scope | None = None, *, sort: "Sort" = "relevance"
    ) -> tuple[str, ...]:
        """Return the ids of all documents that `find` finds, in its order; see there."""
        from index.full_text import find_ids

        arguments.check_words(words)
        order, inside = arguments.checked_sort(sort), arguments.checked_scope(scope)
        with self._library.reading() as db:
            return tuple(find_ids(db, words, among=keys_within(db, inside), sort=order))

    def tags(self) -> dict[str, int]:
        """Return how many documents have each tag, in alphabetical order; empty where none has."""
        return self._library.tags()

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

    def introductions(self, *document_ids: str) -> "dict[str, Introduction]":
        """Return what introduces documents, by full id: one or two sentences, and questions.

        Those that lack an introduction, since they were just added, are left out; `introduce` makes
        them.
        """
        from index.store.introductions import introductions

        arguments.check_ids(document_ids)
        with self._library.reading() as db:
            return introductions(db, document_ids)

    def not_introduced(self, limit: int = 100) -> tuple[str, ...]:
        """Return the ids of up to so many documents without an introduction, newest first."""
        from index.store.introductions import lacking

        with self._library.reading() as db:
            return lacking(db, limit=limit)

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
