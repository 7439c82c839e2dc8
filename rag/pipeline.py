"""The three steps from a question to its answer, which `rag.way` takes; it waits for no model.

Each is given what it needs: the question is put in full (`rewritten`), its passages are found in
one moment of the library (`retrieved`), and an answer is made of them (`answered`). Who waits for a
language model is `rag.driver`.
"""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING

from index.errors import ModelError
from index.scope import EVERYTHING, Scope
from index.store.library import Moment
from index.types import Hit
from rag import citations, logbook, refusal
from rag.answer.extractive import ExtractiveAnswerer
from rag.answer.similar import SimilarAnswerer
from rag.comparison import sides_of
from rag.compound import parts_of
from rag.drafting import Drafting
from rag.driver import Piece, Step, Steps
from rag.question import Question, may_ask_of_all
from rag.settings import Settings
from rag.sources import (
    Asked,
    Sources,
    by_answer,
    found_until,
    in_time,
    looked_up,
    obeying_none,
    together,
)
from rag.types import (
    Answer,
    Answerer,
    AnswerPart,
    Draft,
    Reason,
    Retrieved,
    Turn,
    Usage,
)

if TYPE_CHECKING:
    from rag.llm.writer import Writer, Written
    from rag.overview.overview import Overview

OpenMoment = Callable[[], AbstractContextManager[Moment]]
"""Opens a library as it is now."""


class Pipeline:
    """Answers one question after another; holds no library and no conversation.

    Args:
        settings: Threshold, strictness, and whether a failed model is stood in for.
        answerer: Answers where there is no language model, or where it failed.
        writer: Writes answers with a language model; None where there is none.
    """

    def __init__(self, settings: Settings, *, answerer: Answerer, writer: "Writer | None") -> None:
        self._settings = settings
        self._answerer = answerer
        self._writer = writer
        self._quotes = isinstance(answerer, ExtractiveAnswerer)
        self._by_similarity = isinstance(answerer, SimilarAnswerer)
        self._drafting = Drafting(answerer=answerer, threshold=settings.threshold)

    @property
    def writes(self) -> bool:
        """Whether a language model writes the answers."""
        return self._writer is not None

    def rewritten(
        self, question: Question, history: Sequence[Turn]
    ) -> Generator[Step, Piece | None, Asked]:
        """Return a question with what it takes from the conversation, asking the model if any.

        Raises:
            ModelError: The model failed, and the settings want no other answer then.
        """
        started = time.perf_counter()
        usage, failure = Usage(), ""
        try:
            if self._writer is None:
                full = _in_full(question, history)
            else:
                full, usage = yield from self._writer.rewrite(question, history)
        except ModelError as error:
            if not self._settings.llm_fallback:
                raise
            full, failure = _in_full(question, history), str(error)
        return Asked(
            original=question.text, question=full, started=started, usage=usage, failure=failure
        )

    def retrieved(self, question: Question, moment: Moment, *, k: int) -> Sources:
        """Return the k best passages of a moment, and the texts that citations are checked against.

        Raises:
            LibraryError: The library cannot be read.
        """
        return self._sources(question, moment, self._of_whole(question, moment), k=k)

    def _sources(
        self, question: Question, moment: Moment, made: "Overview | None", *, k: int
    ) -> Sources:
        """Return an overview's passages, or those for the question where none was made."""
        if made is not None and made.draft.sentences:
            return Sources(found=made.found, told=made.draft)
        told = question.text if self._settings.trace_text else ""
        parts = parts_of(question)
        sides = None if parts else sides_of(question)
        parts = sides.parts if sides else parts
        with logbook.span("retrieve", text=told) as counts:
            wanted = [part.question for part in parts]
            wanted += [] if parts and not sides else [question]
            each = [
                obeying_none(found_until(q.query, moment, k=k, until=question.until), q)
                for q in wanted
            ]
            sources = together(parts, each, sides)
            counts["passages"] = len(sources.found.hits)
            looked_up = refusal.searched(question, moment, sources.found)
        withheld = bool(sources.orders) and not sources.found.hits
        looked_up = replace(looked_up, by_similarity=self._by_similarity, only_orders=withheld)
        return replace(sources, searched=looked_up, told=made.draft if made else None)

    def overview(
        self, question: Question, made: "Overview", moment: Moment, *, k: int
    ) -> tuple[Asked, Sources]:
        """Return what is to be answered by an overview; where it tells nothing, what was searched.

        Raises:
            LibraryError: The library cannot be read.
        """
        asked = Asked(
            original=question.text,
            question=question,
            started=time.perf_counter(),
            usage=Usage(),
            failure="",
            scope=moment.inside.scope,
        )
        return asked, self._sources(question, moment, made, k=k)

    def answered(self, asked: Asked, sources: Sources, *, again: OpenMoment, k: int) -> Steps:
        """Yield the events of an answer, as `rag.types.Event` says, and requests to the model.

        Args:
            asked: The question.
            sources: What one search gave for it.
            again: Opens a moment, for the searches that a model takes the question apart into.
            k: Passages of each search.

        Raises:
            CitationError: The stored text does not hold what was retrieved from it.
            ModelError: The model failed, and the settings want no other answer then.
        """
        if self._writer is None or asked.failure:
            answer = self._extracted(asked, sources, failure=asked.failure)
            yield from _anew(answer)
        else:
            yield Retrieved(hits=sources.found.hits, searched=asked.question.text)
            quoted = self._extracted(asked, sources)
            asked, sources = yield from self._thought(asked, sources, quoted, again=again, k=k)
            answer = yield from self._written(asked, sources, quoted)
        yield answer

    def chatted(self, message: str, said: str, *, scope: Scope = EVERYTHING) -> Steps:
        """Yield the events of small talk: no passage, and what is said to it."""
        answer = Answer(
            question=message,
            status="abstained",
            reason="small_talk",
            text=said,
            sentences=(),
            citations=(),
            confidence=0.0,
            hits=(),
            model=self._answerer.name,
            usage=Usage(),
            seconds=0.0,
            searched=message,
            scope=scope,
        )
        yield Retrieved(hits=(), searched=message)
        yield from citations.pieces(answer)
        yield answer

    def _of_whole(self, question: Question, moment: Moment) -> "Overview | None":
        """Return the overview that a question asks for; None where it asks for something else."""
        if moment.is_new or not self._quotes or not may_ask_of_all(question.text):
            return None
        from rag.overview.overview import overview
        from rag.overview.topic import read_whole

        whole = read_whole(question.text)
        if whole is None:
            return None
        if whole.in_time:
            from rag.overview.timeline import in_order

            made = in_order(moment, whole.topic)
        else:
            made = overview(moment, whole)
        return None if made.partly else made

    def _thought(
        self, asked: Asked, sources: Sources, quoted: Answer, *, again: OpenMoment, k: int
    ) -> Generator[Step, Piece | None, tuple[Asked, Sources]]:
        """Return a question with what was looked up for it one by one, where that is of use."""
        from rag.llm.planning import needs_thought

        asks_of_whole = sources.told is not None
        if self._writer is None or asks_of_whole or not needs_thought(asked.question, quoted):
            return asked, sources
        from rag.llm.writer import add

        searches, took = yield from self._writer.plan(asked.question)
        asked = replace(asked, usage=add(asked.usage, took))
        if not searches:
            return asked, sources
        searched, hits = asked.question.text, sources.found.hits
        steps = tuple(AnswerPart(asked=one, text="", citations=()) for one in searches)
        yield Retrieved(hits=hits, searched=searched, steps=steps)
        with again() as moment:
            sources = looked_up(searches, sources, moment, drafting=self._drafting, k=k)
        steps = tuple(AnswerPart(asked=s.asked, text=s.text, citations=()) for s in sources.steps)
        yield Retrieved(hits=sources.found.hits, searched=searched, steps=steps)
        return asked, sources

    def _written(
        self, asked: Asked, sources: Sources, quoted: Answer
    ) -> Generator[Step, Piece | None, Answer]:
        """Return the model's answer, or the answerer's where it has nothing to read or failed.

        The answerer's is shown too where nothing that the model wrote holds, or beside it.
        """
        from rag.combining import never_worse, with_steps

        writer, texts = self._writer, sources.found.texts
        assert writer is not None, "only a writer writes"
        in_time = sources.told is not None and all(s.when for s in sources.told.sentences)
        if not sources.found.hits or in_time:  # which no model puts in order, or there is nothing
            yield from citations.pieces(quoted)
            return quoted
        try:
            written = yield from writer.write(
                asked.question,
                sources.found,
                orders=sources.orders,
                usage=asked.usage,
                quoted=replace(quoted, short=None) if sources.steps else quoted,
                steps=sources.steps,
            )
        except ModelError as error:
            if not self._settings.llm_fallback:
                raise
            answer = with_steps(replace(quoted, fallback=str(error)), sources.steps, texts)
            answer = replace(answer, seconds=time.perf_counter() - asked.started)
            yield from _anew(answer)
            return answer
        own = _shown(asked, sources, written)
        answer = with_steps(never_worse(own, quoted, written), sources.steps, texts)
        answer = replace(answer, seconds=time.perf_counter() - asked.started)
        aside = answer.set_aside
        if own.sentences and (aside is None or aside.reason == "cut_short"):
            yield from citations.pieces(answer, after=len(own.sentences))
        else:
            yield from _anew(answer)
        return answer

    def _extracted(self, asked: Asked, sources: Sources, *, failure: str = "") -> Answer:
        question, found = asked.question, sources.found
        foreign = self._foreign(asked) if found.hits and sources.told is None else ""
        draft: Draft
        reason: Reason | None
        if sources.told is not None:
            draft, reason = sources.told, None if sources.told.sentences else "no_match"
        elif foreign:
            draft, reason = Draft(sentences=(), confidence=0.0), "other_language"
        elif sources.sides:
            draft, reason = self._drafting.compared(
                question, sources.whole, sources.sides, sources.parts
            )
        elif sources.parts:
            draft, reason = self._drafting.in_parts(
                sources.parts,
                revised=lambda own, of: in_time(own, of.part.question, of.hits, found.texts),
            )
        else:
            draft, reason = self._drafting.whole(question, found.hits)
            draft = in_time(draft, question, found.hits, found.texts)
        if reason == "empty_library" and sources.searched.articles:
            reason = "no_match"
        shown = Draft(sentences=(), confidence=0.0) if reason else draft
        cited = citations.cite(shown, found.texts)
        hits = by_answer(found.hits, draft.ranked)
        hits = refusal.near(hits) if reason and not self._by_similarity else hits
        return Answer(
            question=asked.original,
            status="abstained" if reason else "answered",
            reason=reason,
            text=(
                foreign or _refused(reason, asked, sources, hits)
                if reason
                else citations.told(cited)
            ),
            sentences=cited.sentences,
            citations=cited.citations,
            short=shown.short,
            parts=cited.parts,
            confidence=draft.confidence,
            hits=hits,
            model=self._answerer.name if sources.told is None else ExtractiveAnswerer.name,
            usage=Usage(),
            seconds=time.perf_counter() - asked.started,
            ranked=draft.ranked,
            searched=question.text,
            scope=asked.scope,
            is_overview=bool(sources.told and sources.told.sentences),
            fallback=failure,
        )

    def _foreign(self, asked: Asked) -> str:
        """Return what is said of a question that the answerer cannot read; mostly empty.

        The reader knows English: of 50 questions in German and French over articles of their
        language it answered 19, 13 of them wrongly.
        """
        if self._answerer.name != ExtractiveAnswerer.name:
            return ""
        return refusal.question_note(asked.original, model=self._settings.embedding_model)


def _shown(asked: Asked, sources: Sources, written: "Written") -> Answer:
    reason: Reason | None = None
    hits = sources.found.hits
    if not written.supported:
        reason = "declined" if written.declined else "unsupported"
        hits = refusal.near(hits)
    return Answer(
        question=asked.original,
        status="abstained" if reason else "answered",
        reason=reason,
        text=_refused(reason, asked, sources, hits)
        if reason
        else citations.marked(written.sentences),
        sentences=() if reason else written.sentences,
        citations=() if reason else written.citations,
        confidence=written.supported,
        hits=hits,
        model=written.model,
        usage=written.usage,
        seconds=time.perf_counter() - asked.started,
        searched=asked.question.text,
        scope=asked.scope,
        prompts=written.prompts,
    )


def _refused(reason: Reason, asked: Asked, sources: Sources, hits: Sequence[Hit]) -> str:
    return refusal.refusal(
        reason, asked.question, sources.searched, hits, texts=sources.found.texts
    )


def _anew(answer: Answer) -> Steps:
    """Yield a finished answer's passages, which take back what came before, and its text."""
    yield Retrieved(hits=answer.hits, searched=answer.searched, steps=answer.steps)
    yield from citations.pieces(answer)


def _in_full(question: Question, history: Sequence[Turn]) -> Question:
    """Put a follow-up in full by rules; a question without a conversation is in full."""
    if not history:
        return question
    if may_ask_of_all(question.text):
        from rag.overview.topic import in_full

        if whole := in_full(question, history):
            return whole
    from rag.follow_up import stand_alone

    return stand_alone(question, history)
