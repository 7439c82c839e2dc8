"""Asks one model in four ways that share one core: deadline, retry, counts and errors.

What is streamed is carried between a thread and an event loop, either way, and stopped.
"""

import asyncio
import contextvars
import copy
import threading
import time
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Iterator,
    Mapping,
    Sequence,
)
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, aclosing, suppress
from dataclasses import dataclass, replace
from queue import SimpleQueue
from typing import ParamSpec, Self, TypeVar

from index.errors import ModelError
from rag.answerers import Message, Reply
from rag.llm.errors import (
    Advice,
    Fault,
    fault_of,
    late,
)
from rag.llm.providers.wire import (
    UNKNOWN_CONTEXT,
    Chunk,
    Limits,
    Wire,
)
from rag.llm.stream import Transcript

_REQUESTS = 2
_PAUSE_SECONDS = 0.5
"""Between the two requests, where the provider names no time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Where a client takes its time from; another one lets a test's time pass as it wants."""

    now: Callable[[], float] = time.monotonic
    """Seconds that only grow."""
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep
    """Lets that many seconds pass."""
    limit: Callable[[float], AbstractAsyncContextManager[object]] = asyncio.timeout
    """Ends what is in its block with `TimeoutError` after that many seconds."""


CLOCK = Clock()
"""The real one."""


class Client:
    """A `LanguageModel` over a provider's library.

    At most two requests are sent for a reply, the second only while no text has come. The deadline
    is one for both, and holds however the time is lost: a slow first byte, a stall, a drip.
    One that was made `for_one_question` has one for all its replies, from its first request on.
    """

    def __init__(self, wire: Wire, *, limits: Limits, advice: Advice, clock: Clock = CLOCK) -> None:
        self._wire = wire
        self._limits = limits
        self._advice = advice
        self._clock = clock
        self._shares = False
        self._ends_at: float | None = None

    def __repr__(self) -> str:
        return f"Client({self.name!r})"

    @property
    def name(self) -> str:
        """`PROVIDER:MODEL`."""
        return self._advice.model

    @property
    def context_window(self) -> int:
        """Tokens that messages and reply may have together."""
        return self._limits.context or self._wire.known_context or UNKNOWN_CONTEXT

    @property
    def parameters(self) -> Mapping[str, str | int | float]:
        """What every request asks for besides the messages."""
        return self._wire.parameters

    def for_one_question(self) -> Self:
        """Return a client like this one, all of whose replies together have one deadline."""
        other = copy.copy(self)
        other._shares, other._ends_at = True, None
        return other

    def complete(self, messages: Sequence[Message]) -> Reply:
        """Return the reply to the messages, asked for in one piece."""
        self._wire.prepare()
        *_, reply = from_loop(lambda: self._events(messages, whole=True))
        assert isinstance(reply, Reply)
        return reply

    async def acomplete(self, messages: Sequence[Message]) -> Reply:
        """Return the reply to the messages, without blocking the event loop."""
        await asyncio.to_thread(self._wire.prepare)
        async with aclosing(self._events(messages, whole=True)) as events:
            *_, reply = [event async for event in events]
        assert isinstance(reply, Reply)
        return reply

    def stream(self, messages: Sequence[Message]) -> Iterator[str | Reply]:
        """Yield the text in pieces as it comes, then the reply; closing it hangs up."""
        self._wire.prepare()
        yield from from_loop(lambda: self._events(messages, whole=False))

    async def astream(self, messages: Sequence[Message]) -> AsyncIterator[str | Reply]:
        """Yield as `stream` does, without blocking the event loop."""
        await asyncio.to_thread(self._wire.prepare)
        async with aclosing(self._events(messages, whole=False)) as events:
            async for event in events:
                yield event

    async def _events(
        self, messages: Sequence[Message], *, whole: bool
    ) -> AsyncGenerator[str | Reply, None]:
        transcript = Transcript(
            model=self.name,
            messages=messages,
            max_tokens=self._limits.max_tokens,
            clock=self._clock.now,
        )
        ends_at = self._end()
        while True:
            fault: Fault | None = None
            transcript.ask()
            try:
                async with aclosing(self._wire.chunks(messages, whole=whole)) as chunks:
                    while (chunk := await self._next(chunks, ends_at)) is not None:
                        for piece in transcript.add(chunk):
                            yield piece
            except ModelError as error:
                fault = Fault(error=error)
            except Exception as error:  # noqa: BLE001  # libraries raise anything
                fault = self._fault(error, ends_at)
            if fault is None:
                if piece := transcript.rest():
                    yield piece
                yield transcript.reply(whole=whole)
                return
            # Raised out here, an error has no context: the library's own may hold the key.
            await self._pause_or_raise(fault, transcript, ends_at)

    def _end(self) -> float:
        """Return when the reply that is asked for now must be there."""
        if self._ends_at is None or not self._shares:
            self._ends_at = self._clock.now() + self._limits.deadline
        return self._ends_at

    async def _next(self, chunks: AsyncGenerator[Chunk, None], ends_at: float) -> Chunk | None:
        async with self._clock.limit(ends_at - self._clock.now()):
            return await anext(chunks, None)

    def _fault(self, error: Exception, ends_at: float) -> Fault:
        if self._clock.now() >= ends_at:
            return Fault(error=late(self._advice, self._limits.deadline))
        fault = fault_of(error, self._advice)
        return replace(fault, again=True, wait=0.0) if self._wire.leave_out(error) else fault

    async def _pause_or_raise(self, fault: Fault, transcript: Transcript, ends_at: float) -> None:
        wait = _PAUSE_SECONDS if fault.wait is None else fault.wait
        in_time = self._clock.now() + wait < ends_at
        if not fault.again or transcript.started or transcript.requests >= _REQUESTS or not in_time:
            raise fault.error
        await self._clock.pause(wait)


P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

_CLOSING_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _End:
    error: BaseException | None = None


class _Unwaited(ThreadPoolExecutor):
    """Runs calls in threads that nothing waits for: a loop looks up host names in them.

    A resolver that hangs would otherwise hold the closing loop, and with it the deadline, and the
    end of the process.
    """

    def submit(self, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Start a call in a thread of its own."""
        done: Future[R] = Future()

        def run() -> None:
            if done.set_running_or_notify_cancel():
                try:
                    done.set_result(call(*args, **kwargs))
                except BaseException as error:  # noqa: BLE001  # raised again where it is awaited
                    done.set_exception(error)

        _start(run)
        return done


def from_loop(make: Callable[[], AsyncGenerator[T, None]]) -> Generator[T, None, None]:
    """Yield what an asynchronous generator yields, which runs in a loop and thread of its own.

    The caller only waits on a queue, so Ctrl-C reaches it at once. Closing this closes the other,
    wherever it waits, and what it holds.
    """
    values: SimpleQueue[T | _End] = SimpleQueue()
    started: Future[asyncio.Task[None]] = Future()

    async def drain() -> None:
        task = asyncio.current_task()
        assert task is not None, "a coroutine runs in a task"
        started.set_result(task)
        async with aclosing(make()) as source:
            async for value in source:
                values.put(value)

    def run() -> None:
        end = _End()
        try:
            with asyncio.Runner() as runner:
                runner.get_loop().set_default_executor(_Unwaited())
                runner.run(drain())
        except BaseException as error:  # noqa: BLE001  # raised again in the caller's thread
            end = _End(error)
        values.put(end)

    thread = _start(run)
    try:
        while not isinstance(value := values.get(), _End):
            yield value
        if value.error is not None:
            raise value.error
    finally:
        task = started.result()
        with suppress(RuntimeError):  # the loop is closed already
            # What ends the loop is left alone: cancelled, it writes to standard error.
            task.get_loop().call_soon_threadsafe(task.cancel)
        thread.join(_CLOSING_SECONDS)


def _start(run: Callable[[], None]) -> threading.Thread:
    """Start a thread that ends with the process and sees the caller's context."""
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(run,), name="footnote-model", daemon=True)
    thread.start()
    return thread


async def in_thread(make: Callable[[], Iterator[T]]) -> AsyncGenerator[T, None]:
    """Yield what an iterator yields, which runs in a thread of its own; closing abandons it."""
    loop = asyncio.get_running_loop()
    values: asyncio.Queue[T | _End] = asyncio.Queue()
    abandoned = threading.Event()

    def put(value: T | _End) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(values.put_nowait, value)

    def run() -> None:
        end = _End()
        try:
            for value in make():
                if abandoned.is_set():
                    break
                put(value)
        except BaseException as error:  # noqa: BLE001  # raised again in the caller's loop
            end = _End(error)
        put(end)

    _start(run)
    try:
        while not isinstance(value := await values.get(), _End):
            yield value
        if value.error is not None:
            raise value.error
    finally:
        abandoned.set()
