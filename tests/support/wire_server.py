"""A real HTTP server on 127.0.0.1 that replies as it is told, faults included."""

import json
import os
import socket
import struct
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

RESET = "reset"
"""A part that ends the connection with a TCP reset instead of bytes."""
Part = bytes | float | str


@dataclass(frozen=True, kw_only=True)
class Served:
    """One reply: parts are bytes to send, seconds to wait, or RESET."""

    parts: Sequence[Part] = ()
    status: int = 200
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0
    """Seconds before the first byte."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What came in."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]


class WireServer:
    """Serves the replies in order, the last one again and again; use it in a `with` block."""

    def __init__(self, *replies: Served) -> None:
        self.replies = list(replies)
        self.requests: list[Request] = []
        self.hung_up = threading.Event()
        """Set once a client closed a connection while a reply was being sent."""
        self._server = _Listener(("127.0.0.1", 0), _Handler)
        self._server.wire = self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "WireServer":
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    wire: WireServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Listener

    def do_POST(self) -> None:
        wire = self.server.wire
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(path=self.path, headers=headers, body=json.loads(body or b"{}"))
        wire.requests.append(request)
        reply = wire.replies[min(len(wire.requests), len(wire.replies)) - 1]
        try:
            self._send(reply)
        except OSError:
            wire.hung_up.set()
            self.close_connection = True

    do_GET = do_POST  # noqa: N815

    def _send(self, reply: Served) -> None:
        self._pause(reply.wait)
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Transfer-Encoding", "chunked")
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        for part in reply.parts:
            if isinstance(part, bytes):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            elif isinstance(part, float):
                self._pause(part)
            else:
                self._reset()
        self.wfile.write(b"0\r\n\r\n")

    def _pause(self, seconds: float) -> None:
        """Wait, and notice at once when the client hangs up."""
        if seconds <= 0:
            return
        self.connection.settimeout(seconds)
        try:
            if not self.connection.recv(1):
                raise ConnectionResetError
        except TimeoutError:
            self.connection.settimeout(None)

    def _reset(self) -> None:
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())  # http.server would end it gently
        raise ConnectionResetError

    def log_message(self, *_: object) -> None:
        pass
