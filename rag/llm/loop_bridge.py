"""Carries a stream of values between a thread and an event loop, either way, and stops it."""

import asyncio
import contextvars
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import aclosing, suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import ParamSpec, TypeVar

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
    started: Future[asyncio.AbstractEventLoop] = Future()

    async def drain() -> None:
        async with aclosing(make()) as source:
            async for value in source:
                values.put(value)

    def run() -> None:
        end = _End()
        try:
            with asyncio.Runner() as runner:
                runner.get_loop().set_default_executor(_Unwaited())
                started.set_result(runner.get_loop())
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
        with suppress(RuntimeError):  # the loop is closed already
            loop = started.result()
            loop.call_soon_threadsafe(_cancel_all, loop)
        thread.join(_CLOSING_SECONDS)


def _start(run: Callable[[], None]) -> threading.Thread:
    """Start a thread that ends with the process and sees the caller's context."""
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(run,), name="footnote-model", daemon=True)
    thread.start()
    return thread


def _cancel_all(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()


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
