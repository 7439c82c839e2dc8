"""Connections for the fetcher: to the very address that was judged, until one total deadline."""

import threading
import time
from collections.abc import Iterable
from ipaddress import ip_address
from ssl import SSLContext
from typing import Any

import httpcore

from index.errors import ReadError
from index.web.address import IPAddress, Resolve, is_public


class Deadline:
    """A moment after which nothing is waited for."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self, most: float | None = None) -> float:
        """Return the seconds left, at most so many.

        Raises:
            ReadError: None are left.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise ReadError(f"it did not come whole within {self.seconds:g} seconds; try again")
        return left if most is None else min(left, most)


class PinnedBackend(httpcore.NetworkBackend):
    """Opens connections to public addresses only; a name is resolved once for each connection.

    The name stays what is asked for in `Host` and in TLS; only the connection goes by number.
    """

    def __init__(
        self, *, deadline: Deadline, resolve: Resolve, allowed: frozenset[tuple[str, int]]
    ) -> None:
        self._deadline = deadline
        self._resolve = resolve
        self._allowed = allowed
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a host, after all of them were judged."""
        addresses = [ip_address(found) for found in self._addresses(host, port)]
        for address in addresses:
            self._check(address, port)
        stream = self._plain.connect_tcp(
            str(addresses[0]), port, timeout=self._deadline.left(timeout)
        )
        return _Stream(stream, self._deadline)

    def _addresses(self, host: str, port: int) -> list[str]:
        """Resolve a name in a thread: the system's own look-up cannot be given a deadline."""
        found: list[str] = []
        thread = threading.Thread(
            target=lambda: found.extend(self._resolve(host, port)), daemon=True
        )
        thread.start()
        thread.join(self._deadline.left())
        self._deadline.left()
        if not found:
            raise ReadError(f"the host {host!r} cannot be found; check the address")
        return found

    def _check(self, address: IPAddress, port: int) -> None:
        if not is_public(address) and (str(address), port) not in self._allowed:
            raise ReadError(
                f"its host is at {address}, which is not on the open internet; save the page and "
                "add the file"
            )


class _Stream(httpcore.NetworkStream):
    """A connection whose every step is given only the seconds that are left."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, timeout=self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout=self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  # httpcore's own type
        return self._stream.get_extra_info(info)
