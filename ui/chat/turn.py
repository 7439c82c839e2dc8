"""A question with what is known of its answer, and how that grows while it is answered."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace

from rag import (
    Answer,
    AnswerSentence,
    Assistant,
    Citation,
    FootnoteError,
    Hit,
    Retrieved,
    TextDelta,
)
from rag.internal import read_scope
from rag.types import AnswerPart, Event

LONGEST_QUESTION = 2000
"""Characters; none that is longer is answered."""
_BETWEEN_UPDATES = 0.1
"""Seconds between two updates of a growing text."""
_AT_ONCE = 0.02
"""Seconds that passages wait for a text: without a language model it is there already, and one
update is drawn faster than three."""
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A question with what is known of its answer so far."""

    number: int
    """From 1, never reused within a conversation."""
    question: str
    model: str = ""
    """What answers."""
    hits: tuple[Hit, ...] | None = None
    """None until the passages are found."""
    steps: tuple[AnswerPart, ...] = ()
    """What a language model had looked up one by one, or has looked up now."""
    sentences: tuple[AnswerSentence, ...] = ()
    """Checked and shown so far."""
    citations: tuple[Citation, ...] = ()
    """Those that the sentences so far name."""
    answer: Answer | None = None
    """None until it is complete."""
    problem: str = ""
    """One sentence saying why there will be no answer; empty otherwise."""
    stopped: bool = False
    """Whether its asker wanted no more of it."""
    follow_ups: tuple[tuple[str, str], ...] = ()
    """Questions that may be asked next, each with the id of the article that answers it."""
    kept: bool = False
    """Whether it was kept and is shown again; its quotes were compared anew then."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.answer is not None or bool(self.problem) or self.stopped


async def moments(
    choose: Callable[[], Assistant],
    question: str,
    *,
    number: int,
    earlier: Sequence[Turn] = (),
    scope: object = None,
) -> AsyncGenerator[Turn, None]:
    """Ask, and yield the turn as it grows: asked, passages found, text, then complete.

    Text is passed on at most ten times a second, and what comes together is one moment. Nothing is
    raised: an error becomes the last turn's `problem`. Closing it stops the language model.

    Args:
        choose: Gives what is asked; it may find that a chosen model cannot be used.
        question: As it was typed; it may lean on the earlier turns.
        number: Of the turn.
        earlier: The conversation so far.
        scope: Which articles, a `rag.Scope` or as a page sends it; None for all, or those that the
            question names.
    """
    history = [past.answer.turn for past in earlier if past.answer is not None]
    turn = Turn(number=number, question=question[:LONGEST_QUESTION])
    try:
        assistant = choose()
        turn = replace(turn, model=assistant.model)
        yield turn
        within = read_scope(scope)
        async with (
            aclosing(assistant.astream(question, history=history, scope=within)) as events,
            aclosing(_paced(events)) as batches,
        ):
            async for batch in batches:
                for event in batch:
                    turn = _after(turn, event)
                yield turn
    except FootnoteError as error:
        yield replace(turn, problem=str(error))
    except Exception:  # noqa: BLE001  # the outermost line: the page shows a sentence, the log the rest
        _LOG.exception("a question could not be answered")
        yield replace(
            turn, problem="Something went wrong inside Footnote: please report what its log says."
        )


async def _paced(events: AsyncIterator[Event]) -> AsyncGenerator[Sequence[Event], None]:
    """Yield events in batches, each as soon as it may be shown; the last one at the end at once."""
    batch: list[Event] = []
    due, last = 0.0, -_BETWEEN_UPDATES
    coming = asyncio.ensure_future(anext(events, None))
    try:
        while True:
            await asyncio.wait({coming}, timeout=due - time.monotonic() if batch else None)
            if event := _event(coming):
                due = due if batch else _due(event, last)
                batch.append(event)
                coming = asyncio.ensure_future(anext(events, None))
                if time.monotonic() < due:
                    continue
            if batch:
                last = last if isinstance(batch[-1], Retrieved) else time.monotonic()
                yield batch
                batch = []
            if coming.done() and coming.result() is None:
                return
    finally:
        coming.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await coming


def _event(coming: "asyncio.Future[Event | None]") -> Event | None:
    """Return what has come; None for nothing yet, for the end, and for an error."""
    return coming.result() if coming.done() and coming.exception() is None else None


def _due(first: Event, last: float) -> float:
    """Return when a batch that begins with an event may be shown, after a text was `last`."""
    wait = _AT_ONCE if isinstance(first, Retrieved) else 0.0
    return max(time.monotonic() + wait, last + _BETWEEN_UPDATES)


def _after(turn: Turn, event: Event) -> Turn:
    if isinstance(event, Retrieved):
        return replace(turn, hits=event.hits, steps=event.steps, sentences=(), citations=())
    if isinstance(event, TextDelta):
        said = () if event.sentence is None else (event.sentence,)
        return replace(
            turn,
            sentences=turn.sentences + said,
            citations=turn.citations + event.citations,
        )
    return replace(
        turn,
        hits=event.hits,
        sentences=event.sentences,
        citations=event.citations,
        answer=event,
        model=event.model,
    )
