"""What one conversation holds and how a question moves through it; knows nothing of any page."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from rag import Answer, Assistant, Event, FootnoteError, Hit, Retrieved, TextDelta

_BETWEEN_UPDATES = 0.1
"""Seconds between two updates of a growing text: each one draws the conversation anew."""
_MOST_TURNS = 30
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A question with what is known of its answer so far."""

    number: int
    """From 1, never reused within a conversation."""
    question: str
    hits: tuple[Hit, ...] = ()
    text: str = ""
    """The answer's text as far as it has come."""
    answer: Answer | None = None
    """None until it is complete."""
    problem: str = ""
    """One sentence saying why there will be no answer; empty otherwise."""


def moments(
    assistant: Assistant,
    question: str,
    *,
    number: int,
    earlier: Sequence[Turn] = (),
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Turn]:
    """Ask, and yield the turn as it grows: asked, passages found, text, then complete.

    Text is passed on at most ten times a second. Nothing is raised: an error becomes the last
    turn's `problem`.

    Args:
        assistant: What is asked.
        question: As it was typed; it may lean on the earlier turns.
        number: Of the turn.
        earlier: The conversation so far.
        clock: Seconds, for the pace of updates.
    """
    history = [past.answer.turn for past in earlier if past.answer is not None]
    turn = Turn(number=number, question=question)
    yield turn
    shown = clock()
    try:
        for event in assistant.stream(question, history=history):
            turn = _after(turn, event)
            if isinstance(event, TextDelta) and clock() - shown < _BETWEEN_UPDATES:
                continue
            yield turn
            shown = clock()
    except FootnoteError as error:
        yield replace(turn, problem=str(error))
    except Exception:  # noqa: BLE001  # the outermost line: the page shows a sentence, the log the rest
        _LOG.exception("a question could not be answered")
        yield replace(
            turn, problem="Something went wrong inside Footnote: please report what its log says."
        )


def with_turn(turns: tuple[Turn, ...], turn: Turn) -> tuple[Turn, ...]:
    """Return the conversation with a turn added at its end; the oldest of many are let go."""
    return (*turns, turn)[-_MOST_TURNS:]


def _after(turn: Turn, event: Event) -> Turn:
    if isinstance(event, Retrieved):
        return replace(turn, hits=event.hits)
    if isinstance(event, TextDelta):
        return replace(turn, text=turn.text + event.text)
    return replace(turn, hits=event.hits, answer=event)
