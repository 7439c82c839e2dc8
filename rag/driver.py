"""Drives the steps of a question, with or without an event loop; `rag.pipeline` says what they are.

A question is a generator that does no waiting of its own. It yields events for the caller, a
`Request` to begin asking the language model, and `NEXT` to be sent the next piece of the reply. So
`ask`, `aask`, `stream` and `astream` share one core, and only these two functions wait.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Literal

from index.errors import ModelError, ModelResponseError
from rag.answerers import LanguageModel, Message, Reply
from rag.types import Event

NEXT: Literal["next"] = "next"
_NO_REPLY = "the language model's answer ended without its last part: ask again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Asks the language model; the pieces of its reply come one by one for each `NEXT`."""

    messages: tuple[Message, ...]


Step = Event | Request | Literal["next"]
Piece = str | Reply | ModelError
"""A piece of text, the complete reply, or why there will be none."""
Steps = Generator[Step, Piece | None, None]


def for_one_question(model: LanguageModel | None) -> LanguageModel | None:
    """Have the replies of our own client share a deadline; another model has its own ways."""
    begin: Callable[[], LanguageModel] | None = getattr(model, "for_one_question", None)
    return begin() if begin is not None else model


def drive(steps: Steps, model: LanguageModel | None) -> Iterator[Event]:
    """Yield the events of a question, asking the model when the steps say so."""
    pieces: Iterator[str | Reply] = iter(())
    sent: Piece | None = None
    with closing(steps), suppress(StopIteration):
        try:
            while True:
                step = steps.send(sent)
                sent = None
                if step == NEXT:
                    sent = _next(pieces)
                elif isinstance(step, Request):
                    _close(pieces)
                    pieces = _asked(model).stream(step.messages)
                else:
                    yield step
        finally:
            _close(pieces)


async def adrive(steps: Steps, model: LanguageModel | None) -> AsyncGenerator[Event, None]:
    """Yield the events of a question without blocking the event loop."""
    import asyncio  # a tenth of what a question without a loop takes

    pieces: AsyncIterator[str | Reply] = _nothing()
    sent: Piece | None = None
    try:
        while True:
            step = await asyncio.to_thread(_send, steps, sent)
            sent = None
            if step is None:
                return
            if step == NEXT:
                sent = await _anext(pieces)
            elif isinstance(step, Request):
                await _aclose(pieces)
                pieces = _asked(model).astream(step.messages)
            else:
                yield step
    finally:
        await _aclose(pieces)
        with suppress(ValueError):
            # Cancelled while a step runs in its thread, it ends there by itself.
            steps.close()


def _send(steps: Steps, sent: Piece | None) -> Step | None:
    """Return the next step; None at the end, since a future cannot carry StopIteration."""
    try:
        return steps.send(sent)
    except StopIteration:
        return None


def _next(pieces: Iterator[str | Reply]) -> Piece:
    try:
        return next(pieces)
    except ModelError as error:
        return error
    except StopIteration:
        return ModelResponseError(_NO_REPLY)


async def _anext(pieces: AsyncIterator[str | Reply]) -> Piece:
    try:
        return await anext(pieces)
    except ModelError as error:
        return error
    except StopAsyncIteration:
        return ModelResponseError(_NO_REPLY)


def _asked(model: LanguageModel | None) -> LanguageModel:
    assert model is not None, "steps ask a model only where there is one"
    return model


def _close(pieces: Iterator[str | Reply]) -> None:
    if isinstance(pieces, Generator):
        pieces.close()


async def _aclose(pieces: AsyncIterator[str | Reply]) -> None:
    if isinstance(pieces, AsyncGenerator):
        await pieces.aclose()


async def _nothing() -> AsyncGenerator[str | Reply, None]:
    return
    yield ""
