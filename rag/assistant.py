"""The Python API: a library and all that answers questions over it, behind one object."""

import copy
import threading
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, Unpack

from index.embedding import Embedder
from index.scope import Scope
from index.search import Found, search
from index.store.protocols import VectorIndex
from index.store.queries import summaries
from index.terms import Query
from index.types import Hit
from rag import arguments
from rag.arguments import checked_k, checked_question
from rag.articles import Aging
from rag.drafting import shipped
from rag.driver import Steps, adrive, drive, for_one_question
from rag.library import OldMethods, OpenLibrary, stored_library
from rag.logbook import log_question
from rag.pipeline import Pipeline
from rag.question import read_query
from rag.settings import Adjustments, Settings
from rag.types import Answer, Answerer, Citation, Event, LanguageModel, Turn, Verification
from rag.way import Way, load_wanted

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.llms import LLM
    from llama_index.core.vector_stores.types import MetadataFilters

    from index.sync.ingest import OnProgress
    from rag.overview.timeline import Timeline


class Assistant(OldMethods):
    """Answers questions over a library of articles. Safe to share between threads.

    Use it as a context manager, or call `close`. What it answers from is its `library`.
    """

    library: OpenLibrary
    """The articles: `add`, `documents`, `remove`, `check` and what else is done with them."""
    settings: Settings

    def __init__(
        self,
        settings: Settings,
        *,
        answerer: Answerer | None,
        model: "LanguageModel | LLM | str | None",
        embedder: Embedder | None,
        vectors: VectorIndex | None,
        on_progress: "OnProgress",
    ) -> None:
        self.settings = settings
        self._stored = stored_library(settings, embedder=embedder, vectors=vectors)
        self.library = OpenLibrary(self._stored, seeds=settings.seeds, on_progress=on_progress)
        self._answerer = answerer or shipped(settings, self._stored.embedder)
        self._wanted_model = model
        self._loading = threading.Lock()
        self._loaded: tuple[LanguageModel | None] | None = None

    @classmethod
    def open(
        cls,
        settings: Settings | None = None,
        *,
        library: str | Path | None = None,
        answerer: Answerer | None = None,
        model: "LanguageModel | LLM | str | None" = None,
        embedder: Embedder | None = None,
        vectors: VectorIndex | None = None,
        on_progress: "OnProgress" = lambda done, total: None,
    ) -> Self:
        """Open a library; nothing is read or made before the first call that needs it.

        Args:
            settings: As `Settings.load` makes them; None takes those of the environment.
            library: Folder of the library, in place of the settings'.
            answerer: What answers where no language model does; None takes the extractive answerer.
            model: What writes the answers: a name as in `Settings.llm`, a LlamaIndex `LLM`, or
                anything that is a `rag.LanguageModel`; None takes the settings' choice, or none
                where an answerer is given. It is loaded at the first question.
            embedder: What embeds; None takes the model that the settings name.
            vectors: What searches the vectors of a library in a folder; None takes Chroma.
            on_progress: Told of sentences embedded and to embed while articles are added.

        Raises:
            SettingsError: A setting is misspelt or not allowed.
            MisuseError: Settings or library are of another type.
        """
        if settings is not None:
            arguments.check(settings, Settings, name="settings", wanted="rag.Settings or None")
        settings = settings or Settings.load()
        if library is not None:
            arguments.check_path(library, name="library")
            settings = settings.changed(library=library)
        return cls(
            settings,
            answerer=answerer,
            model=(None if answerer else settings.llm) if model is None else model,
            embedder=embedder,
            vectors=vectors,
            on_progress=on_progress,
        )

    @property
    def model(self) -> str:
        """What answers: a language model by its name, or the answerer's, as `extractive`.

        Raises:
            FootnoteError: A model that was given as an object is none.
        """
        wanted = self._wanted_model
        if isinstance(wanted, str) and wanted.strip() != self._answerer.name:
            return wanted.strip()
        model = None if isinstance(wanted, str) else self._model()
        return self._answerer.name if model is None else model.name

    def adjusted(
        self,
        *,
        model: str | None = None,
        address: str | None = None,
        **changes: Unpack[Adjustments],
    ) -> Self:
        """Return an assistant over the same open library that answers otherwise; close only one.

        Args:
            model: As in `Settings.llm`; None keeps what this one uses. Another provider than the
                settings' gets neither their address nor their key, only its own variables'.
            address: Where that model is asked; None: as the settings or its provider say.
            changes: Settings to change.

        Raises:
            SettingsError: A value is not allowed, or the model cannot be used.
        """
        settings = self.settings.changed(**changes)
        other = copy.copy(self)
        other._loading = threading.Lock()
        other._loaded = self._loaded
        if model is not None and (model != self.model or address is not None):
            settings = settings.for_model(model)
            if address is not None and address != settings.llm_base_url:
                settings = settings.changed(llm_base_url=address, llm_api_key=None)
            other._wanted_model = model
            other._loaded = (load_wanted(model, settings),)
        other.settings = settings
        return other

    def ask(
        self,
        question: str,
        *,
        k: int | None = None,
        history: Sequence[Turn] = (),
        scope: Scope | None = None,
    ) -> Answer:
        """Answer with checked citations, or abstain with a reason.

        Args:
            question: In words; an empty one gives an abstention with reason `empty_question`.
            k: Passages to retrieve; `Settings.k` when None.
            history: Earlier turns, oldest first (`Answer.turn`): the question may lean on them.
            scope: Which articles are searched, and no others; None searches those that the question
                names ("according to the Elbe article"), else all; `EVERYTHING` searches all.

        Raises:
            ScopeError: Nothing is in the scope, or the library has nothing of a name in it.
            MisuseError: The question is longer than `LONGEST_QUESTION`, or k is not 1 to 100.
            LibraryError: The library cannot be read.
            CitationError: The stored text does not hold what was retrieved from it.
            ModelError: The language model failed, and `Settings.llm_fallback` is off.
        """
        *_, last = self.stream(question, k=k, history=history, scope=scope)
        return _answer(last)

    async def aask(
        self,
        question: str,
        *,
        k: int | None = None,
        history: Sequence[Turn] = (),
        scope: Scope | None = None,
    ) -> Answer:
        """Answer as `ask` does, without blocking the event loop."""
        events = [e async for e in self.astream(question, k=k, history=history, scope=scope)]
        return _answer(events[-1])

    def stream(
        self,
        question: str,
        *,
        k: int | None = None,
        history: Sequence[Turn] = (),
        scope: Scope | None = None,
    ) -> Iterator[Event]:
        """Answer in events: the passages, checked text in pieces, then exactly one `Answer`.

        Raises as `ask` does; closing the iterator stops the model.
        """
        model = for_one_question(self._model())
        aging = Aging(self._stored.some_records)
        steps = self._steps(question, k=k, history=history, model=model, scope=scope)
        for event in drive(steps, model):
            aged = aging.event(event)
            self._log(aged)
            yield aged

    async def astream(
        self,
        question: str,
        *,
        k: int | None = None,
        history: Sequence[Turn] = (),
        scope: Scope | None = None,
    ) -> AsyncGenerator[Event, None]:
        """Answer in events as `stream` does, without blocking the event loop."""
        import asyncio  # a tenth of what a question without a loop takes

        model = for_one_question(await asyncio.to_thread(self._model))
        steps = self._steps(question, k=k, history=history, model=model, scope=scope)
        aging = Aging(self._stored.some_records)
        async with aclosing(adrive(steps, model)) as events:
            async for event in events:
                aged = await asyncio.to_thread(aging.event, event)
                self._log(aged)
                yield aged

    def verify(
        self, text: str, *, k: int | None = None, scope: Scope | None = None
    ) -> Verification:
        """Check what any text says, claim by claim; see `rag.verify`."""
        from rag.answer.extractive import shipped_reader
        from rag.llm.prompting import that_states
        from rag.verification.verify_text import verify_text

        arguments.check_text(text, name="the text to verify")
        within = arguments.checked_scope(scope)
        self.library.seed()
        with self._stored.moment(within) as moment:
            documents = summaries(moment.db)
        found = verify_text(
            text,
            documents=documents,
            find=lambda c, most: that_states(self._found(read_query(c), within, k=most), asked=c),
            tell=shipped_reader().tell,
            k=checked_k(self.settings.k if k is None else k),
        )
        return replace(found, citations=self._aged(found.citations))

    def overview(self, topic_or_id: str | None = None, *, scope: Scope | None = None) -> Answer:
        """Tell what an article, a topic's articles or all say; a model's words where they hold.

        Args:
            topic_or_id: An article's id or the beginning of it, or a topic; None for all.
            scope: Which articles are read, and no others; None reads all.

        Raises:
            ScopeError: Nothing is in the scope, or the library has nothing of a name in it.
            MisuseError: It is empty, too long, or begins the ids of several articles.
            LibraryError: The library cannot be read.
        """
        from rag.overview.overview import read_wanted

        named, within = arguments.checked_topic(topic_or_id), arguments.checked_scope(scope)
        self.library.seed()
        model = for_one_question(self._model())
        pipeline = self._pipeline(model)
        opened = partial(self._stored.moment, within)
        with opened() as moment:
            told = pipeline.overview(*read_wanted(moment, named), moment, k=self.settings.k)
        *_, last = drive(pipeline.answered(*told, again=opened, k=self.settings.k), model)
        answer = _answer(last)
        return replace(answer, citations=self._aged(answer.citations))

    def timeline(self, topic: str | None = None, *, scope: Scope | None = None) -> "Timeline":
        """Put the dated statements of all articles, or those about a topic, in order of time.

        Raises as `overview` does.
        """
        from rag.overview.timeline import timeline

        named, within = arguments.checked_topic(topic), arguments.checked_scope(scope)
        self.library.seed()
        with self._stored.moment(within) as moment:
            found = timeline(moment, named)
        return replace(found, citations=self._aged(found.citations))

    def search(
        self, question: str, *, k: int | None = None, scope: Scope | None = None
    ) -> tuple[Hit, ...]:
        """Return the k best passages (`Settings.k` when None), best first; none without words.

        Raises:
            ScopeError: As `ask`.
            MisuseError: The question is longer than `LONGEST_QUESTION`, or k is not 1 to 100.
            LibraryError: The library cannot be read.
        """
        query, within = checked_question(question).query, arguments.checked_scope(scope)
        return self._found(query, within, k=checked_k(self.settings.k if k is None else k)).hits

    def as_retriever(
        self, *, k: int | None = None, scope: "Scope | MetadataFilters | None" = None
    ) -> "BaseRetriever":
        """Return this assistant's retrieval as a LlamaIndex retriever."""
        from rag.llamaindex import FootnoteRetriever

        return FootnoteRetriever(self, k=k, scope=scope)

    def as_query_engine(
        self, *, k: int | None = None, scope: "Scope | MetadataFilters | None" = None
    ) -> "BaseQueryEngine":
        """Return this assistant as a LlamaIndex query engine; citations are in the metadata."""
        from rag.llamaindex import FootnoteQueryEngine

        return FootnoteQueryEngine(self, k=k, scope=scope)

    def close(self) -> None:
        """Close the library and the embedding model; a later call opens them again."""
        self._stored.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _found(self, query: Query, scope: Scope, *, k: int) -> Found:
        """Search the library as it is now; what is empty needs none."""
        if query.is_empty:
            return Found()
        with self._stored.moment(scope) as moment:
            return search(query, moment, k=k)

    def _aged(self, citations: Sequence[Citation]) -> tuple[Citation, ...]:
        return Aging(self._stored.some_records).citations(citations)

    def _log(self, event: Event) -> None:
        if isinstance(event, Answer):
            log_question(event, self.settings)

    def _model(self) -> LanguageModel | None:
        """Return the language model, loaded at the first call; None where there is none."""
        with self._loading:
            if self._loaded is None:
                self._loaded = (load_wanted(self._wanted_model, self.settings),)
            return self._loaded[0]

    def _steps(
        self,
        question: str,
        *,
        k: int | None,
        history: Sequence[Turn],
        model: LanguageModel | None,
        scope: Scope | None,
    ) -> Steps:
        """Return the steps of a question; what is wrong with it is told at once."""
        arguments.check_history(history)
        asked = checked_question(question)
        way = Way(
            stored=self._stored,
            library=self.library,
            pipeline=self._pipeline(model),
            k=checked_k(self.settings.k if k is None else k),
            seeds=self.settings.seeds,
            scope=None if scope is None else arguments.checked_scope(scope),
        )
        return way.steps(asked, history)

    def _pipeline(self, model: LanguageModel | None) -> Pipeline:
        if model is None:
            return Pipeline(self.settings, answerer=self._answerer, writer=None)
        from rag.llm.writer import Writer

        def count_tokens(texts: Sequence[str]) -> list[int]:
            return self._stored.embedder().count_tokens(texts)

        writer = Writer(model, settings=self.settings, count_tokens=count_tokens)
        return Pipeline(self.settings, answerer=self._answerer, writer=writer)


def _answer(event: Event) -> Answer:
    assert isinstance(event, Answer), "a stream ends with an answer"
    return event
