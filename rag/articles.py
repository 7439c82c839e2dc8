"""The articles of an open library as they lie: listed, found, shown and cited; nothing changes.

And in a sentence what to know of their sources: changed since they were read, or not in English.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from index.embedding.embedder import is_multilingual
from index.errors import MisuseError
from index.scope import Scope
from index.store import queries
from index.store.library import Library
from index.store.scoped import ids_within, keys_within
from index.sync.file_state import Record, SourceNow, look
from index.terms import UNDETERMINED, language_name
from index.types import Change, Document, DocumentSummary, PageImage, SourceState, Span
from rag import arguments
from rag.refusal import MULTILINGUAL
from rag.types import Citation, Event, Retrieved

if TYPE_CHECKING:
    from index.full_text import FoundDocuments, Sort
    from index.store.introductions import Introduction
    from rag.bibliography import BibliographyFormat
_NOTES: Mapping[SourceState, str] = {
    "current": "",
    "edited": "source edited since indexed",
    "moved": "source moved since indexed, to ",
    "deleted": "source deleted since indexed",
    "unreachable": "source out of reach",
}
_REASONS = 5
_CHANGED = "document changed in the library meanwhile"
_REMOVED = "document removed from the library meanwhile"
_NAMED = 3
"""Languages that are named."""
FetchRecords = Callable[[Iterable[str]], Sequence[Record]]
"""Given document ids: the records of those that are stored."""


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

    def in_order(
        self, documents: Iterable[DocumentSummary], sort: "Sort"
    ) -> tuple[DocumentSummary, ...]:
        """Return cards in an order, as `documents` does; by relevance they stay as they are.

        Raises:
            MisuseError: There is no such order.
        """
        from index.full_text import in_order

        return in_order(documents, arguments.checked_sort(sort))

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

    def count(self) -> int:
        """Return how many documents there are; 0 where there is no library.

        Raises:
            LibraryError: The library cannot be read.
        """
        with self._library.reading() as db:
            return int(db.execute("SELECT count(*) FROM documents").fetchone()[0])

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

    def plain_document(self, document_id: str) -> Document:
        """Return what `document` does, without sentences, which take most of the time.

        Raises:
            UnknownDocumentError: There is no such document.
        """
        arguments.check_ids([document_id])
        found = self._library.plain_document(document_id)
        return Aging(self._library.some_records).document(found)

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
        document = self._library.plain_document(document_id)
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


class Aging:
    """Looks at the file of each cited document once, so that the events of one answer agree.

    Args:
        records: Gives what is known of documents' files.
    """

    def __init__(self, records: FetchRecords) -> None:
        self._records = records
        self._seen: dict[str, tuple[Record, SourceNow] | None] = {}

    def event(self, event: Event) -> Event:
        """Return an event whose citations say what became of their sources."""
        if isinstance(event, Retrieved) or not event.citations:
            return event
        return replace(event, citations=self.citations(event.citations))

    def citations(self, citations: Sequence[Citation]) -> tuple[Citation, ...]:
        """Return citations that say what became of their sources."""
        new = {citation.document_id for citation in citations} - self._seen.keys()
        if new:
            self._seen |= dict.fromkeys(new)
            self._seen |= {r.document_id: (r, look(r)) for r in self._records(sorted(new))}
        return tuple(self._told(citation) for citation in citations)

    def document(self, document: Document) -> Document:
        """Return a document that says what became of its source."""
        (record,) = self._records([document.summary.id]) or (None,)
        if record is None:
            return document
        now = look(record)
        told = note(now) or _note_of_import(record) or _note_of_reader(record)
        return replace(document, source_state=now.state, source_note=told)

    def _told(self, citation: Citation) -> Citation:
        seen = self._seen[citation.document_id]
        if seen is None:
            return replace(citation, source_state="deleted", source_note=_REMOVED)
        record, now = seen
        if record.card.sha256 != citation.card.sha256:
            return replace(citation, source_state="edited", source_note=_CHANGED)
        if now.state == "current":
            return replace(citation, source_note=_note_of_import(record))
        return replace(citation, source_state=now.state, source_note=note(now))


def not_read_again(outdated: Sequence[Change]) -> list[str]:
    """Return what could not be read again and why: a line a reason, the commonest first.

    Of a reason the first source is named and the others are counted; five reasons at most.
    """
    by_reason: dict[str, list[str]] = {}
    for change in outdated:
        by_reason.setdefault(change.reason, []).append(change.source)
    told = sorted(by_reason.items(), key=lambda reason: -len(reason[1]))
    lines = []
    for reason, sources in told[:_REASONS]:
        more = f" and {len(sources) - 1:,} more" if len(sources) > 1 else ""
        lines.append(
            f"Read by an older version of Footnote, and not again: {sources[0]}{more} ({reason})."
        )
    if left := sum(len(sources) for _, sources in told[_REASONS:]):
        lines.append(f"And {left:,} more for other reasons: `footnote show ID` tells of each.")
    return lines


def note(now: SourceNow) -> str:
    """Return for a reader what became of a source; empty where it is as it was indexed."""
    return _NOTES[now.state] + now.path


def articles_note(changes: Iterable[Change], *, model: str) -> str:
    """Return the sentence about articles that were added and are not English; empty for none.

    Args:
        changes: What became of each source.
        model: The library's embedding model; one of many languages needs no sentence.
    """
    if is_multilingual(model):
        return ""
    languages = [change.language for change in changes if change.language]
    if not languages:
        return ""
    told = _listed([code for code in dict.fromkeys(languages) if code != UNDETERMINED])
    count = f"{len(languages)} articles are" if len(languages) > 1 else "1 article is"
    return (
        f"{count} not in English{f' ({told})' if told else ''} and will hardly be found: add "
        f"{'them' if len(languages) > 1 else 'it'} to another library with {MULTILINGUAL}."
    )


def _note_of_import(record: Record) -> str:
    """Return that an archive brought a document; empty for one that was read here."""
    if not record.card.imported:
        return ""
    return f"as the archive {record.card.imported} has it: its source was not read here"


def _note_of_reader(record: Record) -> str:
    from index.reading.registry import is_given_up, is_outdated  # an answer asks no reader

    if is_given_up(record.card):
        return "read by an older version of Footnote; this one refuses its file: see `footnote add`"
    if is_outdated(record.card):
        return "read by an older version of Footnote: add it again"
    return ""


def _listed(codes: list[str]) -> str:
    names = [language_name(code) for code in codes]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"
