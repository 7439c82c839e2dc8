"""A library with its embedding model: add articles, list them, search them; no answering."""

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from index.doctor import check
from index.embedding import Embedder, load_embedder
from index.errors import MisuseError
from index.intake import Article, read_articles, read_sources
from index.library import Library
from index.repair import repair
from index.retriever import search
from index.terms import has_words
from index.types import AddReport, Checkup, Document, DocumentSummary, Hit
from index.vectorise import OnProgress
from rag.question import read_question
from rag.seeds import seed_articles
from rag.settings import Settings

LONGEST_QUESTION = 2000
"""Characters; the embedding model reads about the first 1,200 of English prose."""
_SEEDING_SECONDS = 60.0


class Collection:
    """The articles of a library. Safe to share between threads.

    Use it as a context manager, or call `close`.
    """

    def __init__(
        self, settings: Settings, *, embedder: Embedder | None, on_progress: OnProgress
    ) -> None:
        self.settings = settings
        self._on_progress = on_progress

        def load() -> Embedder:
            if embedder is not None:
                return embedder
            return load_embedder(settings.embedding_model, engine=settings.embedding_engine)

        self._library = Library(
            _place(settings),
            vectors=settings.vectors.get_secret_value() if settings.vectors else None,
            model=settings.embedding_model if embedder is None else embedder.name,
            load=load,
        )

    def add(self, *sources: str | Path) -> AddReport:
        """Add files, folders and glob patterns; what is known and unchanged costs nothing.

        Returns:
            What became of each file, in order.

        Raises:
            MisuseError: A path does not exist or a pattern matches nothing; nothing was added.
            LibraryBusyError: Another process is writing.
            LibraryError: The library cannot be written; it is as it was.
        """
        incoming = read_sources(sources, known=self._library.file_hashes())
        return self._library.add(incoming, on_progress=self._on_progress)

    def add_articles(self, articles: Iterable[Article]) -> AddReport:
        """Add articles given as text, all at once; the source of each is its identity.

        Raises:
            LibraryBusyError: Another process is writing.
            LibraryError: The library cannot be written; it is as it was.
        """
        return self._library.add(read_articles(articles), on_progress=self._on_progress)

    def remove(self, *document_ids: str) -> tuple[DocumentSummary, ...]:
        """Remove documents, all of them or none, and return their cards.

        Raises:
            MisuseError: No id was given.
            UnknownDocumentError: There is no such document.
            LibraryBusyError: Another process is writing.
        """
        if not document_ids:
            raise MisuseError("no document to remove: name ids as `footnote list` shows them")
        return self._library.remove(document_ids)

    def documents(self) -> tuple[DocumentSummary, ...]:
        """Return the cards of all documents, oldest first; empty for an empty library."""
        self._seed()
        return self._library.summaries()

    def document(self, document_id: str) -> Document:
        """Return a document by its id or by an unambiguous beginning of it.

        Raises:
            UnknownDocumentError: There is no such document.
        """
        self._seed()
        return self._library.document(document_id)

    def search(self, question: str, *, k: int | None = None) -> tuple[Hit, ...]:
        """Return the k best passages (`Settings.k` when None), best first, without answering.

        Empty for an empty library or a question without words.

        Raises:
            MisuseError: The question is longer than `LONGEST_QUESTION`, or k is not 1 to 100.
            LibraryError: The library cannot be read.
        """
        asked = checked_question(question)
        k = checked_k(self.settings.k if k is None else k)
        if not has_words(asked):
            return ()
        self._seed()
        return search(self._library, asked, k=k) if self._library.exists() else ()

    def check(self) -> Checkup:
        """Compare catalog and vectors, and both with the settings; changes nothing."""
        return check(self._library)

    def repair(self) -> Checkup:
        """Mend what `check` finds and return what is still wrong.

        Raises:
            LibraryBusyError: Another process is writing.
        """
        return repair(self._library, on_progress=self._on_progress)

    def close(self) -> None:
        """Close the library and the embedding model; a later call opens them again."""
        self._library.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _seed(self) -> None:
        """Put the shipped articles into a library that is asked before anything was added."""
        if self.settings.seeds and self._library.is_new():
            self._library.add(
                read_articles(seed_articles()),
                on_progress=self._on_progress,
                wait=_SEEDING_SECONDS,
            )


def _place(settings: Settings) -> str | Path:
    place = settings.library
    return place.absolute() if isinstance(place, Path) else place.get_secret_value()


def checked_question(question: str) -> str:
    """Return a question cleaned.

    Raises:
        MisuseError: It is longer than `LONGEST_QUESTION`.
    """
    if len(question) > LONGEST_QUESTION:
        raise MisuseError(
            f"the question has {len(question)} characters, at most {LONGEST_QUESTION} are allowed: "
            "ask it shorter"
        )
    return read_question(question).text


def checked_k(k: int) -> int:
    """Return k where it is a number of passages that can be asked for.

    Raises:
        MisuseError: It is not 1 to 100.
    """
    if not 1 <= k <= 100:
        raise MisuseError(f"k cannot be {k!r}: ask for 1 to 100 passages")
    return k
