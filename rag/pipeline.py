"""The way of a question to its answer, from top to bottom; who waits for a model is `rag.driver`.

Three steps, each given what it needs: the question is put in full (`rewritten`), its passages are
found in one moment of the library (`retrieved`), and an answer is made of them (`answered`).
"""

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.errors import ModelError
from index.search import Found, search
from index.store.library import Moment
from index.types import Hit, Sentence
from rag import citations, tracing
from rag.answer.confidence import why_abstain
from rag.answer.extractive import ExtractiveAnswerer
from rag.answer.ranking import Reader
from rag.driver import Piece, Step, Steps
from rag.llm.injection import without_orders
from rag.question import Question
from rag.settings import Settings
from rag.types import Answer, Answerer, Draft, Evidence, Reason, Retrieved, TextDelta, Turn, Usage

if TYPE_CHECKING:
    from rag.llm.writer import Writer, Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question put in full."""

    original: str
    """As it was asked, cleaned."""
    question: Question
    """As it is searched for: it stands alone."""
    started: float
    """When it was asked, as `time.perf_counter` counts."""
    usage: Usage
    """What a language model took to put it in full."""
    failure: str
    """Why the language model could not, and cannot be asked for an answer; empty otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What was retrieved for a question, without the sentences that give orders."""

    found: Found
    orders: tuple[str, ...] = ()
    """Those sentences."""


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
        told = question.text if self._settings.trace_text else ""
        with tracing.span("retrieve", text=told) as counts:
            found = search(question.query, moment, k=k)
            hits, orders = without_orders(found.hits, asked=question.text)
            counts["passages"] = len(hits)
        return Sources(found=replace(found, hits=hits), orders=orders)

    def answered(self, asked: Asked, sources: Sources) -> Steps:
        """Yield the events of an answer, as `rag.types.Event` says, and requests to the model.

        Raises:
            CitationError: The stored text does not hold what was retrieved from it.
            ModelError: The model failed, and the settings want no other answer then.
        """
        if self._writer is None:
            answer = self._extracted(asked, sources)
            yield Retrieved(hits=answer.hits, searched=answer.searched)
            yield from _told(answer)
        elif asked.failure:
            answer = self._extracted(asked, sources, failure=asked.failure)
            yield Retrieved(hits=answer.hits, searched=answer.searched)
        else:
            yield Retrieved(hits=sources.found.hits, searched=asked.question.text)
            answer = yield from self._written(asked, sources, self._writer)
        yield answer

    def _written(
        self, asked: Asked, sources: Sources, writer: "Writer"
    ) -> Generator[Step, Piece | None, Answer]:
        """Return the model's answer, or the answerer's where it has nothing to read or failed."""
        if not sources.found.hits:
            return self._extracted(asked, sources)
        try:
            written = yield from writer.write(
                asked.question, sources.found, orders=sources.orders, usage=asked.usage
            )
        except ModelError as error:
            if not self._settings.llm_fallback:
                raise
            return self._extracted(asked, sources, failure=str(error))
        return _shown(asked, sources.found.hits, written)

    def _extracted(self, asked: Asked, sources: Sources, *, failure: str = "") -> Answer:
        question, found = asked.question, sources.found
        draft = self._answerer.draft(question, found.hits)
        reason = why_abstain(question, found.hits, draft, threshold=self._settings.threshold)
        shown = Draft(sentences=(), confidence=0.0) if reason else draft
        cited = citations.cite(shown, found.texts)
        return Answer(
            question=asked.original,
            status="abstained" if reason else "answered",
            reason=reason,
            text=citations.says(reason) if reason else citations.marked(cited.sentences),
            sentences=cited.sentences,
            citations=cited.citations,
            short=shown.short,
            parts=cited.parts,
            confidence=draft.confidence,
            hits=_by_answer(found.hits, draft.ranked),
            model=self._answerer.name,
            usage=Usage(),
            seconds=time.perf_counter() - asked.started,
            ranked=draft.ranked,
            searched=question.text,
            fallback=failure,
        )


class _Comparison:
    """Sees conflicts; loaded when a question needs it, which few do."""

    def conflict(
        self, asked: str, one: Evidence, other: Evidence, *, words: tuple[str, str]
    ) -> bool:
        from rag.verification.answers import conflict

        return conflict(asked, one, other, words=words)


def extractive_answerer(reader: Reader | None = None) -> ExtractiveAnswerer:
    """Return the answerer that quotes, says yes or no, and sees conflicts.

    Args:
        reader: Finds the exact answer in a sentence; None takes the one that ships.
    """
    return ExtractiveAnswerer(reader, comparison=_Comparison())


def _shown(asked: Asked, hits: tuple[Hit, ...], written: "Written") -> Answer:
    reason: Reason | None = None
    if not written.sentences:
        reason = "declined" if written.declined else "unsupported"
    return Answer(
        question=asked.original,
        status="abstained" if reason else "answered",
        reason=reason,
        text=citations.says(reason) if reason else citations.marked(written.sentences),
        sentences=written.sentences,
        citations=written.citations,
        confidence=written.supported,
        hits=hits,
        model=written.model,
        usage=written.usage,
        seconds=time.perf_counter() - asked.started,
        searched=asked.question.text,
        prompts=written.prompts,
    )


def _by_answer(hits: tuple[Hit, ...], ranked: Sequence[Sentence]) -> tuple[Hit, ...]:
    """Return the hits by their most probable sentence; those without a ranked one come last."""
    place = {(sentence.document_id, sentence.start): n for n, sentence in enumerate(ranked)}

    def best(hit: Hit) -> int:
        members = (scored.sentence for scored in hit.sentences)
        known = [place[key] for s in members if (key := (s.document_id, s.start)) in place]
        return min(known, default=len(place))

    return tuple(sorted(hits, key=best))


def _told(answer: Answer) -> Steps:
    """Yield a finished answer's text in pieces, each with the citations it is first to name."""
    named = 0
    for sentence in answer.sentences:
        new = max([named, *sentence.citations])
        text = citations.marked([sentence])
        yield TextDelta(
            text=text if sentence is answer.sentences[0] else f" {text}",
            sentence=sentence,
            citations=answer.citations[named:new],
        )
        named = new
    if not answer.sentences:
        yield TextDelta(text=answer.text)


def _in_full(question: Question, history: Sequence[Turn]) -> Question:
    """Put a follow-up in full by rules; a question without a conversation is in full."""
    if not history:
        return question
    from rag.follow_up import stand_alone

    return stand_alone(question, history)
