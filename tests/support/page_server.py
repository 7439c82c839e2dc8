"""A web server on 127.0.0.1 that sends exactly what it is told, byte by byte if need be."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

Parts = Iterable[bytes | float]
"""Bytes to send and seconds to wait."""


def page(body: bytes, *headers: str, status: str = "200 OK") -> list[bytes]:
    """Return a whole response with its length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return ["\r\n".join(lines).encode() + body]


class PageServer:
    """Answers each request by its path; use it in a `with` block."""

    def __init__(self, answers: Callable[[str], Parts], *, certificate: str | None = None) -> None:
        self.requests: list[str] = []
        """Each request with its header."""
        self.server_names: list[str | None] = []
        self._answers = answers
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if certificate else None
        if self._tls and certificate:
            self._tls.load_cert_chain(certificate)
            self._tls.sni_callback = lambda _, name, __: self.server_names.append(name)

    def __enter__(self) -> "PageServer":
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            stream = connection
            if self._tls:
                stream = self._tls.wrap_socket(connection, server_side=True)
            with stream:
                request = b""
                while b"\r\n\r\n" not in request:
                    if not (piece := stream.recv(4096)):
                        return
                    request += piece
                self.requests.append(request.decode("latin-1"))
                for part in self._answers(self.requests[-1].split()[1]):
                    if isinstance(part, float):
                        time.sleep(part)
                    else:
                        stream.sendall(part)
