"""The Python API: a library, its retrieval and an answerer behind one object."""

import asyncio
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from index.doctor import check
from index.embedding import Embedder, load_embedder
from index.errors import CitationError, MisuseError, UnknownDocumentError
from index.intake import Article, read_articles, read_sources
from index.library import Library
from index.repair import repair
from index.retriever import search
from index.similarity import similarity
from index.terms import has_words
from index.types import AddReport, Checkup, Document, DocumentSummary, Hit
from index.vectorise import OnProgress
from rag import citations
from rag.abstention import says, why_abstain
from rag.answerer import Answerer
from rag.extractive import ExtractiveAnswerer
from rag.question import read_question
from rag.seeds import seed_articles
from rag.settings import Settings
from rag.types import Answer, Event, Retrieved, TextDelta, Usage
from rag.verification.verify import Verification, verify_text

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.base_retriever import BaseRetriever

LONGEST_QUESTION = 2000
"""Characters; the embedding model reads about the first 1,200 of English prose."""
_SEEDING_SECONDS = 60.0
_TRIES = 3
"""Times a question is asked anew when a document changes between retrieval and citation."""


class Assistant:
    """Answers questions over a library of articles. Safe to share between threads.

    Use it as a context manager, or call `close`.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        answerer: Answerer,
        embedder: Embedder | None,
        on_progress: OnProgress,
    ) -> None:
        self.settings = settings
        self._answerer = answerer
        self._on_progress = on_progress

        def load() -> Embedder:
            if embedder is not None:
                return embedder
            return load_embedder(settings.embedding_model, engine=settings.embedding_engine)

        self._library = Library(
            settings.library.absolute(),
            model=settings.embedding_model if embedder is None else embedder.name,
            load=load,
        )

    @classmethod
    def open(
        cls,
        settings: Settings | None = None,
        *,
        library: str | Path | None = None,
        answerer: Answerer | None = None,
        embedder: Embedder | None = None,
        on_progress: OnProgress = lambda done, total: None,
    ) -> Self:
        """Open a library; nothing is read or made before the first call that needs it.

        Args:
            settings: As `Settings.load` makes them; None takes those of the environment.
            library: Folder of the library, in place of the settings'.
            answerer: What answers; None takes the extractive answerer.
            embedder: What embeds; None takes the model that the settings name.
            on_progress: Told of sentences embedded and to embed while articles are added.

        Raises:
            SettingsError: A setting is misspelt or not allowed.
        """
        settings = settings or Settings.load()
        if library is not None:
            settings = settings.model_copy(
                update={"library": Settings.load(library=library).library}
            )
        return cls(
            settings,
            answerer=answerer or ExtractiveAnswerer(),
            embedder=embedder,
            on_progress=on_progress,
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
        asked = _cleaned(question)
        k = _checked_k(self.settings.k if k is None else k)
        if not has_words(asked):
            return ()
        self._seed()
        return search(self._library, asked, k=k) if self._library.exists() else ()

    def ask(self, question: str, *, k: int | None = None) -> Answer:
        """Answer with checked citations, or abstain with a reason.

        Args:
            question: In words; an empty one gives an abstention with reason `empty_question`.
            k: Passages to retrieve; `Settings.k` when None.

        Raises:
            MisuseError: The question is longer than `LONGEST_QUESTION`, or k is not 1 to 100.
            LibraryError: The library cannot be read.
            CitationError: The stored text does not hold what was retrieved from it.
        """
        started = time.perf_counter()
        for attempt in range(1, _TRIES + 1):
            hits = self.search(question, k=k)
            try:
                return self._answer(_cleaned(question), hits, started=started)
            except (CitationError, UnknownDocumentError):
                if attempt == _TRIES:
                    raise
        raise AssertionError("the loop returns or raises")

    async def aask(self, question: str, *, k: int | None = None) -> Answer:
        """Answer as `ask` does, without blocking the event loop."""
        return await asyncio.to_thread(self.ask, question, k=k)

    def stream(self, question: str, *, k: int | None = None) -> Iterator[Event]:
        """Answer in events: the passages, the text in pieces, then exactly one `Answer`.

        The pieces joined are the answer's text. Raises as `ask` does.
        """
        answer = self.ask(question, k=k)
        yield Retrieved(hits=answer.hits)
        gap = ""
        for sentence in answer.sentences:
            yield TextDelta(text=gap + citations.marked([sentence]), sentence=sentence)
            gap = " "
        if not answer.sentences:
            yield TextDelta(text=answer.text)
        yield answer

    def verify(self, text: str, *, k: int | None = None) -> Verification:
        """Check what any text says, claim by claim; see `rag.verify`."""
        return verify_text(
            text,
            documents=self.documents(),
            search=lambda claim, wanted: self.search(claim, k=wanted),
            similarity=partial(similarity, self._library),
            fetch=self._library.text,
            k=_checked_k(self.settings.k if k is None else k),
        )

    def check(self) -> Checkup:
        """Compare catalog and vectors, and both with the settings; changes nothing."""
        return check(self._library)

    def repair(self) -> Checkup:
        """Mend what `check` finds and return what is still wrong.

        Raises:
            LibraryBusyError: Another process is writing.
        """
        return repair(self._library, on_progress=self._on_progress)

    def as_retriever(self, *, k: int | None = None) -> "BaseRetriever":
        """Return this assistant's retrieval as a LlamaIndex retriever."""
        from rag.llama import FootnoteRetriever

        return FootnoteRetriever(self, k=k)

    def as_query_engine(self, *, k: int | None = None) -> "BaseQueryEngine":
        """Return this assistant as a LlamaIndex query engine; citations are in the metadata."""
        from rag.llama import FootnoteQueryEngine

        return FootnoteQueryEngine(self, k=k)

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

    def _answer(self, question: str, hits: tuple[Hit, ...], *, started: float) -> Answer:
        draft = self._answerer.draft(question, hits)
        reason = why_abstain(question, hits, draft, threshold=self.settings.threshold)
        sentences, cited = ((), ()) if reason else citations.cite(draft, self._library.text)
        return Answer(
            question=question,
            status="abstained" if reason else "answered",
            reason=reason,
            text=says(reason) if reason else citations.marked(sentences),
            sentences=sentences,
            citations=cited,
            confidence=draft.confidence,
            hits=hits,
            model=self._answerer.name,
            usage=Usage(),
            seconds=time.perf_counter() - started,
            ranked=draft.ranked,
            searched=question,
        )


def _cleaned(question: str) -> str:
    if len(question) > LONGEST_QUESTION:
        raise MisuseError(
            f"the question has {len(question)} characters, at most {LONGEST_QUESTION} are allowed: "
            "ask it shorter"
        )
    return read_question(question).text


def _checked_k(k: int) -> int:
    if not 1 <= k <= 100:
        raise MisuseError(f"k cannot be {k!r}: ask for 1 to 100 passages")
    return k
