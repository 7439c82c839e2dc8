"""Serves Footnote to other programs without the page: OpenAI's form at `/v1`, tools at `/api`.

It speaks ASGI itself, so that a client that goes away stops its question at once, wherever that is;
what the forms are is told in `ui.completions` and `ui.api`.
"""

import asyncio
import hashlib
import json
import socket
import time
import uuid
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any

from rag import Answer, Assistant, FootnoteError, MisuseError, ModelError, OperationError, Turn
from ui import completions
from ui.api import Endpoints, read_again_behind, tools
from ui.completions import MODEL, Asked, Pieces, RefusedError
from ui.guard import (
    LOOPBACK,
    MOST_OTHER,
    Message,
    Receive,
    Send,
    is_foreign,
    is_key,
    is_known_host,
    known_hosts,
)

AT_ONCE = 4
"""Questions answered at the same time."""
WAITING = 32
"""Questions that wait for their turn; more are told to come back."""
_BACK_SECONDS = 2
_ENDING_SECONDS = 1
"""How long answers may go on once the server is told to end."""
_REMEMBERED = 1000
Below = Callable[[Answer], str]
_BEGINNING = {"role": "assistant", "content": ""}
_JSON = ((b"content-type", b"application/json"),)
_EVENTS = ((b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache"))
_CHAT, _MODELS = "/v1/chat/completions", "/v1/models"


def serve(
    assistant: Assistant,
    *,
    host: str,
    port: int,
    keys: Sequence[str] = (),
    names: Sequence[str] = (),
    below: Below = lambda answer: "",
) -> None:
    """Serve until it is interrupted.

    Args:
        assistant: What answers.
        host: Address to listen on: one of `ui.guard.LOOPBACK`, or any with keys.
        port: 1 to 65535.
        keys: One of them has to come with each request; none lets everybody in.
        names: Host names under which other machines reach this one.
        below: Returns what is written below an answer.

    Raises:
        MisuseError: Others could reach the articles without a key.
        OperationError: The port is taken.
        KeyboardInterrupt: It was interrupted; everything has ended in good order.
    """
    if host not in LOOPBACK and not keys:
        raise MisuseError(
            f"--host {host!r} would let anyone who reaches this machine read your articles: name a "
            "file of keys with --keys FILE, or leave --host at 127.0.0.1"
        )
    import uvicorn

    from ui.limits import HURRIED

    server = uvicorn.Server(
        uvicorn.Config(
            Service(assistant, keys=keys, hosts=known_hosts(host, names), below=below),
            **HURRIED,
            lifespan="off",
            ws="none",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_ENDING_SECONDS,
        )
    )
    with _listening(host, port) as place:
        address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        told = f"Footnote is the model {MODEL!r} of {address}/v1 (Ctrl+C stops it)"
        print(told, flush=True)  # noqa: T201
        read_again_behind(assistant)
        server.run(sockets=[place])


class Service:
    """The application: who may ask, what there is, and what each request is answered.

    Args:
        assistant: What answers.
        keys: As in `serve`.
        hosts: Names by which the server may be called.
        below: As in `serve`.
    """

    def __init__(
        self,
        assistant: Assistant,
        *,
        keys: Sequence[str],
        hosts: Sequence[str],
        below: Below = lambda answer: "",
    ) -> None:
        self._assistant = assistant
        self._endpoints = Endpoints(assistant)
        self._keys = keys
        self._hosts = frozenset(hosts)
        self._below = below
        self._places = asyncio.Semaphore(AT_ONCE)
        self._there = 0
        self._searched: OrderedDict[bytes, str] = OrderedDict()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            return
        try:
            self._admit(scope["method"], dict(scope["headers"]))
            work = await self._chosen(scope["method"], scope["path"].rstrip("/"), receive, send)
            await _unless_left(work, receive)
        except RefusedError as error:
            headers = [*_JSON]
            if error.status == 401:
                headers.append((b"www-authenticate", b"Bearer"))
            if error.status == 429:
                headers.append((b"retry-after", str(_BACK_SECONDS).encode("ascii")))
            await _send(send, error.as_json(), status=error.status, headers=headers)

    def _admit(self, method: str, headers: Mapping[bytes, bytes]) -> None:
        """Refuse who calls this server by another's name, a foreign page, and who has no key."""
        host = headers.get(b"host", b"")
        if not is_known_host(host, self._hosts):
            raise RefusedError(
                f"{host.decode('latin-1')[:100]!r} is no name of this server: call it by the "
                "address that it told, or start it with --name HOST"
            )
        if is_foreign(method, dict(headers)):
            raise RefusedError(
                "the page of another site may not ask: ask from a program", status=403
            )
        kind, _, given = headers.get(b"authorization", b"").partition(b" ")
        if self._keys and (kind.lower() != b"bearer" or not is_key(self._keys, given.strip())):
            raise RefusedError(
                "no key, or a wrong one: send `Authorization: Bearer KEY` with a key of the file "
                "that `footnote serve --keys` names",
                status=401,
                code="invalid_api_key",
            )

    async def _chosen(
        self, method: str, path: str, receive: Receive, send: Send
    ) -> Coroutine[Any, Any, None]:
        """Return what is to be done for a request."""
        if path in (_MODELS, f"{_MODELS}/{MODEL}"):
            _require_method(method, "GET")
            model = {"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}
            listed = {"object": "list", "data": [model]}
            return _send(send, listed if path == _MODELS else model)
        if path == _CHAT:
            _require_method(method, "POST")
            body = await _body(receive)
            with _refusing():
                return self._chat(completions.read_request(body), send)
        if path.startswith(f"{_MODELS}/"):
            completions.require_model(path.removeprefix(f"{_MODELS}/"))
        name = path.removeprefix("/api/")
        if path.startswith("/api/") and name in tools():
            _require_method(method, "POST")
            return self._tool(name, completions.read_object(await _body(receive)), send)
        there = ", ".join([_CHAT, _MODELS, *(f"/api/{name}" for name in tools())])
        raise RefusedError(f"there is nothing at {path[:100]!r}: there are {there}", status=404)

    async def _tool(self, name: str, arguments: Mapping[str, object], send: Send) -> None:
        async with self._place():
            with _refusing():
                found = await self._endpoints.call(name, arguments)
        await _send(send, found)

    async def _chat(self, asked: Asked, send: Send) -> None:
        identity = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time())}
        if asked.task is not None:
            await self._done(identity, asked.task, asked, send)
            return
        async with self._place():
            if asked.streams:
                await self._streamed(identity, asked, send)
                return
            turns, scope = self._history(asked), asked.scope
            with _refusing():
                answer = await self._assistant.aask(asked.question, history=turns, scope=scope)
        self._remember(asked.question, answer.text, answer)
        below = self._below(answer)
        await _send(send, completions.completion(identity, answer, below=below))

    async def _done(self, identity: dict[str, Any], reply: str, asked: Asked, send: Send) -> None:
        """Answer a program's own prompt."""
        if not asked.streams:
            await _send(send, completions.task_completion(identity, reply))
            return
        whole = completions.chunk(identity, {**_BEGINNING, "content": reply})
        last = completions.last_chunks(identity, answer=None, sent=reply, counts=asked.counts)
        await _Stream(send).end(whole, *last)

    async def _streamed(self, identity: dict[str, Any], asked: Asked, send: Send) -> None:
        """Send an answer as it comes; what fails before its first event is a plain error."""
        stream, pieces, sent = _Stream(send), Pieces(), ""
        turns, scope = self._history(asked), asked.scope
        events = self._assistant.astream(asked.question, history=turns, scope=scope)
        try:
            with _refusing():
                async with aclosing(events):
                    async for event in events:
                        if not stream.begun:
                            await stream.put(completions.chunk(identity, _BEGINNING))
                        if piece := pieces.of(event):
                            sent += piece
                            await stream.put(completions.chunk(identity, {"content": piece}))
                        if isinstance(event, Answer):
                            self._remember(asked.question, sent, event)
                            if below := self._below(event):
                                await stream.put(completions.chunk(identity, {"content": below}))
                            last = completions.last_chunks(
                                identity, answer=event, sent=sent, counts=asked.counts
                            )
                            await stream.end(*last)
        except RefusedError as error:
            if not stream.begun:
                raise
            await stream.end(error.as_json())

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        """Wait for one of the places; refuse where too many wait already."""
        if self._there >= AT_ONCE + WAITING:
            raise RefusedError(
                f"{self._there} questions are here already: ask again in {_BACK_SECONDS} seconds",
                status=429,
                code="too_many_questions",
            )
        self._there += 1
        try:
            async with self._places:
                yield
        finally:
            self._there -= 1

    def _history(self, asked: Asked) -> tuple[Turn, ...]:
        """Return the earlier turns, each with its question in full where it was asked here."""
        known = [self._searched.get(_digest(turn.question, turn.text)) for turn in asked.history]
        return tuple(
            replace(turn, question=question or turn.question)
            for turn, question in zip(asked.history, known, strict=True)
        )

    def _remember(self, question: str, text: str, answer: Answer) -> None:
        """Keep how a question was put in full: clients send it back as it was asked."""
        self._searched[_digest(question, text)] = answer.turn.question
        while len(self._searched) > _REMEMBERED:
            self._searched.popitem(last=False)


class _Stream:
    """Sends server-sent events."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False

    async def put(self, *values: Mapping[str, Any]) -> None:
        if not self.begun:
            self.begun = True
            await self._send({"type": "http.response.start", "status": 200, "headers": _EVENTS})
        for value in values:
            await self._write(json.dumps(value))

    async def end(self, *values: Mapping[str, Any]) -> None:
        await self.put(*values)
        await self._write("[DONE]")
        await self._send({"type": "http.response.body", "body": b""})

    async def _write(self, text: str) -> None:
        body = f"data: {text}\n\n".encode("ascii")
        await self._send({"type": "http.response.body", "body": body, "more_body": True})


@contextmanager
def _refusing() -> Iterator[None]:
    """Raise what goes wrong as a refusal whose sentence reaches the client."""
    try:
        yield
    except RefusedError:
        raise
    except MisuseError as error:
        raise RefusedError(str(error)) from error
    except ModelError as error:
        raise RefusedError(str(error), status=502, code="language_model") from error
    except FootnoteError as error:
        raise RefusedError(str(error), status=500) from error
    except Exception as error:  # the outermost line: a sentence, no traceback
        told = f"internal error, please report it: {type(error).__name__}: {error}"
        raise RefusedError(told, status=500) from error


async def _unless_left(work: Coroutine[Any, Any, None], receive: Receive) -> None:
    """Do the work; cancel it as soon as the client goes away."""
    tasks = [asyncio.create_task(work), asyncio.create_task(_left(receive))]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if tasks[0].done():
            tasks[0].result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _body(receive: Receive) -> bytes:
    """Return the body of a request.

    Raises:
        RefusedError: It is too large, or the client left.
    """
    body = bytearray()  # grown in its place, however small the parts are
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RefusedError("the request broke off: send it again")
        body += message.get("body", b"")
        if len(body) > MOST_OTHER:
            raise RefusedError(
                f"the request is larger than {MOST_OTHER:,} bytes: send less of the conversation",
                status=413,
            )
        if not message.get("more_body"):
            return bytes(body)


async def _send(
    send: Send,
    value: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Sequence[tuple[bytes, bytes]] = _JSON,
) -> None:
    body = json.dumps(value).encode("ascii")
    length = (b"content-length", str(len(body)).encode("ascii"))
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


def _require_method(given: str, wanted: str) -> None:
    if given != wanted:
        raise RefusedError(f"{given[:20]} is not answered here: send {wanted}", status=405)


def _digest(question: str, text: str) -> bytes:
    told = json.dumps([question, text.strip()])
    return hashlib.sha256(told.encode("ascii")).digest()


def _listening(host: str, port: int) -> socket.socket:
    """Return the socket that the server listens on.

    Raises:
        OperationError: It cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise OperationError(
            f"port {port} of {host} is taken or not yours to use: name another with --port"
        ) from error
