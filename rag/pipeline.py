"""The way of a question to its answer, step by step; who waits for a model is `rag.driver`."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from index.errors import ModelError
from index.search import Found
from index.types import Hit, Sentence
from rag import citations, tracing
from rag.answer.abstention import says, why_abstain
from rag.answer.answerer import Answerer
from rag.driver import Steps
from rag.follow_up import stand_alone
from rag.llm.injection import without_orders
from rag.settings import Settings
from rag.types import Answer, Reason, Retrieved, TextDelta, Turn, Usage

if TYPE_CHECKING:
    from rag.llm.writer import Writer, Written

Find = Callable[[str], Found]
"""Given a stand-alone question: passages, best first, and their texts, all of one moment."""


class Asker:
    """Answers one question after another over a library; holds no conversation.

    Args:
        settings: Threshold, strictness, and whether a failed model is stood in for.
        find: Retrieves passages and the texts that citations are checked against.
        answerer: Answers where there is no language model, or where it failed.
        writer: Writes answers with a language model; None where there is none.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        find: Find,
        answerer: Answerer,
        writer: "Writer | None",
    ) -> None:
        self._settings = settings
        self._find = find
        self._answerer = answerer
        self._writer = writer

    def steps(self, question: str, history: Sequence[Turn]) -> Steps:
        """Yield the events of a question, as `rag.types.Event` says, and requests to the model.

        Raises:
            CitationError: The stored text does not hold what was retrieved from it.
            ModelError: The model failed, and the settings want no other answer then.
        """
        started = time.perf_counter()
        if self._writer is None:
            searched = stand_alone(question, history)
            answer = self._extracted(question, searched, started=started)
            yield Retrieved(hits=answer.hits, searched=searched)
            yield from _told(answer)
            yield answer
        else:
            yield from self._written(question, history, self._writer, started=started)

    def _written(
        self, question: str, history: Sequence[Turn], writer: "Writer", *, started: float
    ) -> Steps:
        searched: str | None = None
        found: Found | None = None
        try:
            searched, usage = yield from writer.rewrite(question, history)
            found, orders = self._retrieve(searched)
            yield Retrieved(hits=found.hits, searched=searched)
            if not found.hits:
                answer = self._extracted(question, searched, started=started)
            else:
                written = yield from writer.write(searched, found, orders=orders, usage=usage)
                answer = self._shown(question, searched, found.hits, written, started=started)
        except ModelError as error:
            if not self._settings.llm_fallback:
                raise
            searched = stand_alone(question, history) if searched is None else searched
            answer = self._extracted(question, searched, started=started, failure=str(error))
            if found is None:
                yield Retrieved(hits=answer.hits, searched=searched)
        yield answer

    def _retrieve(self, searched: str) -> tuple[Found, tuple[str, ...]]:
        """Return what is found without sentences that give orders, and those sentences."""
        told = searched if self._settings.trace_text else ""
        with tracing.span("retrieve", text=told) as counts:
            found = self._find(searched)
            hits, orders = without_orders(found.hits, asked=searched)
            counts["passages"] = len(hits)
        return replace(found, hits=hits), orders

    def _extracted(
        self, question: str, searched: str, *, started: float, failure: str = ""
    ) -> Answer:
        found, _ = self._retrieve(searched)
        draft = self._answerer.draft(searched, found.hits)
        reason = why_abstain(searched, found.hits, draft, threshold=self._settings.threshold)
        sentences, cited = ((), ()) if reason else citations.cite(draft, found.texts)
        return Answer(
            question=question,
            status="abstained" if reason else "answered",
            reason=reason,
            text=says(reason) if reason else citations.marked(sentences),
            sentences=sentences,
            citations=cited,
            confidence=draft.confidence,
            hits=_by_answer(found.hits, draft.ranked),
            model=self._answerer.name,
            usage=Usage(),
            seconds=time.perf_counter() - started,
            ranked=draft.ranked,
            searched=searched,
            fallback=failure,
        )

    def _shown(
        self,
        question: str,
        searched: str,
        hits: tuple[Hit, ...],
        written: "Written",
        *,
        started: float,
    ) -> Answer:
        reason: Reason | None = None
        if not written.sentences:
            reason = "declined" if written.declined else "unsupported"
        return Answer(
            question=question,
            status="abstained" if reason else "answered",
            reason=reason,
            text=says(reason) if reason else citations.marked(written.sentences),
            sentences=written.sentences,
            citations=written.citations,
            confidence=written.supported,
            hits=hits,
            model=written.model,
            usage=written.usage,
            seconds=time.perf_counter() - started,
            ranked=self._answerer.draft(searched, hits).ranked,
            searched=searched,
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
