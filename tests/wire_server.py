"""A real HTTP server on 127.0.0.1 that speaks the providers' wire formats, well or badly."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, Self

Dialect = Literal["openai", "ollama", "anthropic"]
DIALECTS: tuple[Dialect, ...] = ("openai", "ollama", "anthropic")
KEY = "sk-secret-7f3a9c"


@dataclass(frozen=True)
class Received:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: dict[str, object]


Act = Callable[["_Handler"], None]
"""What the server does with a request."""


@dataclass
class WireServer:
    """Acts on one request after another as its script says; the last act is repeated."""

    dialect: Dialect
    script: Sequence[Act]
    received: list[Received] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        server.daemon_threads = True
        server.wire = self  # type: ignore[attr-defined]
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def base_url(self) -> str:
        path = "/v1" if self.dialect == "openai" else ""
        return f"http://127.0.0.1:{self._server.server_address[1]}{path}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    @property
    def wire(self) -> WireServer:
        wire: WireServer = self.server.wire  # type: ignore[attr-defined]
        return wire

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
        wire = self.wire
        wire.received.append(Received(self.path, dict(self.headers), body))
        act = wire.script[min(len(wire.received), len(wire.script)) - 1]
        self.close_connection = True
        with suppress(OSError):
            act(self)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def head(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("transfer-encoding", "chunked")
        self.send_header("connection", "close")
        self.end_headers()

    def frame(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def end(self) -> None:
        self.frame(b"")


def says(text: str, *, finish: str | None = None) -> Act:
    """Answer well: the words one by one, usage, and the end."""

    def act(handler: _Handler) -> None:
        dialect = handler.wire.dialect
        handler.head(_KINDS[dialect])
        for data in (*_opening(dialect), *_words(dialect, text), *_ending(dialect, finish)):
            handler.frame(data)
        handler.end()

    return act


def broken_off(text: str, how: Literal["end", "reset", "stall", "drip"]) -> Act:
    """Send the beginning of an answer, and then nothing more of it."""

    def act(handler: _Handler) -> None:
        dialect = handler.wire.dialect
        handler.head(_KINDS[dialect])
        for data in (*_opening(dialect), *_words(dialect, text)):
            handler.frame(data)
        if how == "end":
            handler.end()
        elif how == "reset":
            linger = struct.pack("ii", 1, 0)
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            handler.connection.close()
        elif how == "stall":
            handler.wire.closing.wait(30)
        while how == "drip" and not handler.wire.closing.wait(0.1):
            for data in _words(dialect, " x"):
                handler.frame(data)

    return act


def silent(handler: _Handler) -> None:
    """Accept the request and never answer."""
    handler.wire.closing.wait(30)


def status(code: int, **headers: str) -> Act:
    """Refuse, repeating the key and the request as careless providers do."""

    def act(handler: _Handler) -> None:
        received = handler.wire.received[-1]
        told = json.dumps({"error": {"message": f"bad {KEY} {received.body}", "type": "x"}})
        handler.send_response(code)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", str(len(told)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(told.encode())

    return act


def sends(*frames: bytes, kind: str | None = None) -> Act:
    """Answer 200 with these bytes, whatever they are."""

    def act(handler: _Handler) -> None:
        handler.head(kind or _KINDS[handler.wire.dialect])
        for data in frames:
            handler.frame(data)
        handler.end()

    return act


_KINDS = {
    "openai": "text/event-stream",
    "ollama": "application/x-ndjson",
    "anthropic": "text/event-stream",
}


def _opening(dialect: Dialect) -> list[bytes]:
    if dialect != "anthropic":
        return []
    message = {
        "id": "m", "type": "message", "role": "assistant", "model": "m", "content": [],
        "stop_reason": None, "stop_sequence": None,
        "usage": {"input_tokens": 11, "output_tokens": 1},
    }  # fmt: skip
    block = {"type": "text", "text": ""}
    return [
        event("message_start", message=message),
        event("content_block_start", index=0, content_block=block),
    ]


def _words(dialect: Dialect, text: str) -> Iterator[bytes]:
    for n, word in enumerate(text.split(" ")):
        piece = word if n == 0 else f" {word}"
        if dialect == "openai":
            yield chunk([{"index": 0, "delta": {"content": piece}, "finish_reason": None}])
        elif dialect == "ollama":
            yield line(message={"role": "assistant", "content": piece}, done=False)
        else:
            delta = {"type": "text_delta", "text": piece}
            yield event("content_block_delta", index=0, delta=delta)


def _ending(dialect: Dialect, finish: str | None) -> list[bytes]:
    if dialect == "openai":
        usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
        return [
            chunk([{"index": 0, "delta": {}, "finish_reason": finish or "stop"}]),
            chunk([], usage=usage),
            b"data: [DONE]\n\n",
        ]
    if dialect == "ollama":
        message = {"role": "assistant", "content": ""}
        counts = {"prompt_eval_count": 11, "eval_count": 7, "done_reason": finish or "stop"}
        return [line(message=message, done=True, **counts)]
    reason = {"length": "max_tokens", None: "end_turn"}.get(finish, finish)
    delta = {"stop_reason": reason, "stop_sequence": None}
    return [
        event("content_block_stop", index=0),
        event("message_delta", delta=delta, usage={"output_tokens": 7}),
        event("message_stop"),
    ]


def chunk(choices: list[dict[str, object]], **more: object) -> bytes:
    """Return one event of OpenAI's chat completions."""
    body = {
        "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": choices, **more,
    }  # fmt: skip
    return b"data: %s\n\n" % json.dumps(body).encode()


def line(**body: object) -> bytes:
    """Return one line of Ollama's chat."""
    return json.dumps({"model": "m", "created_at": "2026-01-01T00:00:00Z", **body}).encode() + b"\n"


def event(name: str, **body: object) -> bytes:
    """Return one event of Anthropic's messages."""
    return f"event: {name}\ndata: {json.dumps({'type': name, **body})}\n\n".encode()
