"""Asks a model within one deadline: retries before the first piece only, twice at most.

The four ways to ask share `Talk`, which puts a reply together, and `fault_of`, which names what
went wrong; what is here only waits.
"""

import asyncio
import queue
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Mapping, Sequence
from contextlib import aclosing, closing
from typing import Protocol

from rag.models.chunks import Chunk, Talk
from rag.models.faults import Fault, fault_of, timed_out
from rag.models.protocol import Message, Reply

_REQUESTS = 2
_PAUSE = 0.5
"""Seconds before the second request where the provider names none."""


class Transport(Protocol):
    """One provider's client library: messages in, chunks out; raises what the library raises."""

    def chunks(self, messages: Sequence[Message]) -> Generator[Chunk, None, None]:
        """Send one request and yield what comes back."""
        ...

    def achunks(self, messages: Sequence[Message]) -> AsyncGenerator[Chunk, None]:
        """Send one request and yield what comes back, without blocking the event loop."""
        ...


class Client:
    """A `LanguageModel` over one transport. Safe to share between threads.

    Args:
        name: `PROVIDER:MODEL`.
        transport: Sends the requests.
        context_window: Tokens of the model's window.
        parameters: What changes its replies; no secret.
        deadline: Seconds for one answer, both requests and the pause between them included.
    """

    def __init__(
        self,
        name: str,
        transport: Transport,
        *,
        context_window: int,
        parameters: Mapping[str, str | int | float],
        deadline: float,
    ) -> None:
        self.name = name
        self.context_window = context_window
        self.parameters = parameters
        self._transport = transport
        self._deadline = deadline

    def __repr__(self) -> str:
        return f"<language model {self.name}>"

    def complete(self, messages: Sequence[Message]) -> Reply:
        """Return the reply to the messages; raises as `stream` does."""
        *_, reply = self.stream(messages)
        assert isinstance(reply, Reply), "a stream ends with its reply"
        return reply

    async def acomplete(self, messages: Sequence[Message]) -> Reply:
        """Return the reply to the messages, without blocking the event loop."""
        pieces = [piece async for piece in self.astream(messages)]
        reply = pieces[-1]
        assert isinstance(reply, Reply), "a stream ends with its reply"
        return reply

    def stream(self, messages: Sequence[Message]) -> Iterator[str | Reply]:
        """Yield the text in pieces, then the reply.

        Raises:
            ModelUnavailableError: Not reached, no capacity, or not done within the deadline.
            ModelRejectedError: The provider refused the request.
            ModelResponseError: What came is no complete answer.
        """
        end = time.monotonic() + self._deadline
        for request in range(1, _REQUESTS + 1):
            talk = self._talk(messages)
            try:
                with closing(_paced(lambda: self._transport.chunks(messages), end)) as chunks:
                    for chunk in chunks:
                        if piece := talk.take(chunk):
                            yield piece
                yield talk.reply(requests=request)
                return
            except Exception as error:  # noqa: BLE001  # whatever a client library raises
                pause = self._pause(error, talk, request, end)
            time.sleep(pause)

    async def astream(self, messages: Sequence[Message]) -> AsyncGenerator[str | Reply, None]:
        """Yield and raise as `stream` does, without blocking the event loop."""
        end = time.monotonic() + self._deadline
        for request in range(1, _REQUESTS + 1):
            talk = self._talk(messages)
            try:
                async with aclosing(_apaced(self._transport.achunks(messages), end)) as chunks:
                    async for chunk in chunks:
                        if piece := talk.take(chunk):
                            yield piece
                yield talk.reply(requests=request)
                return
            except Exception as error:  # noqa: BLE001  # whatever a client library raises
                pause = self._pause(error, talk, request, end)
            await asyncio.sleep(pause)

    def _talk(self, messages: Sequence[Message]) -> Talk:
        asked = sum(len(message.text) for message in messages)
        return Talk(self.name, asked=asked)

    def _pause(self, error: Exception, talk: Talk, request: int, end: float) -> float:
        """Return the seconds to wait before asking once more.

        Raises:
            ModelError: Asking once more would not help, or there is no time for it. The client
                library's own error is not chained: it may hold the key or the article.
        """
        late = isinstance(error, _LateError)
        fault = Fault(error=timed_out(self.name)) if late else fault_of(error, name=self.name)
        pause = _PAUSE if fault.after is None else fault.after
        if not fault.retry or talk.began or request == _REQUESTS or time.monotonic() + pause >= end:
            raise fault.error from None
        return pause


class _LateError(Exception):
    """The deadline has passed."""


def _paced(
    open_: Callable[[], Generator[Chunk, None, None]], end: float
) -> Generator[Chunk, None, None]:
    """Yield from an iterator that may block, giving up at a time of `time.monotonic`.

    It is read in a thread, so that neither a silent server nor one that drips can hold the caller,
    and Ctrl-C is heard at once.
    """
    read: queue.SimpleQueue[Chunk | Exception | None] = queue.SimpleQueue()
    left = threading.Event()

    def pump() -> None:
        try:
            with closing(open_()) as chunks:
                for chunk in chunks:
                    if left.is_set():
                        return
                    read.put(chunk)
            read.put(None)
        except Exception as error:  # noqa: BLE001  # raised again where it is waited for
            read.put(error)

    threading.Thread(target=pump, name="footnote-model", daemon=True).start()
    try:
        while (got := _awaited(read, end)) is not None:
            yield got
    finally:
        left.set()


def _awaited(read: "queue.SimpleQueue[Chunk | Exception | None]", end: float) -> Chunk | None:
    """Return the next chunk, None at the end; raises what the reading thread caught."""
    try:
        got = read.get(timeout=max(0.0, end - time.monotonic()))
    except queue.Empty:
        raise _LateError from None
    if isinstance(got, Exception):
        raise got
    return got


async def _apaced(chunks: AsyncGenerator[Chunk, None], end: float) -> AsyncGenerator[Chunk, None]:
    """Yield from an asynchronous iterator, giving up at a time of `time.monotonic`."""
    try:
        while True:
            try:
                async with asyncio.timeout(max(0.0, end - time.monotonic())):
                    chunk = await anext(chunks)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise _LateError from None
            yield chunk
    finally:
        await chunks.aclose()
