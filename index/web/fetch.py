"""Fetches web pages: bounded in bytes, seconds and redirects, from the open internet only.

Connections go to the very address that was judged, until one total deadline. Importing this takes a
third of a second, which only those who fetch pay.
"""

import hashlib
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from ssl import SSLContext
from typing import Any
from urllib.parse import quote, urljoin

import httpcore
from httpcore import ConnectionPool

from index.errors import ReadError
from index.reading.files import Skipped, read_content
from index.reading.normal import one_line
from index.reading.registry import MAX_BYTES
from index.reading.sandbox import Limits, stop_reading
from index.sync.prepare import Incoming, document_id, with_original
from index.types import Change
from index.web.address import (
    ASCII,
    Address,
    IPAddress,
    Resolve,
    is_public,
    page_name,
    parse_address,
    system_addresses,
)


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


MAX_REDIRECTS = 5
SECONDS = 30.0
"""From the first look-up to the last byte, redirects included."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
_HEADERS = (
    ("User-Agent", "Footnote"),
    ("Accept", "text/html, application/xhtml+xml, application/pdf, text/*;q=0.9, */*;q=0.5"),
    ("Accept-Encoding", "identity"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What was at a web address."""

    data: bytes
    name: str
    """A file name for it, from the end of its address and the type that the server states."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetcher:
    """Fetches pages; it keeps no cookie, no connection and no cache, and uses no proxy."""

    seconds: float = SECONDS
    max_bytes: int = MAX_BYTES
    allowed: frozenset[tuple[str, int]] = frozenset()
    """IP addresses with ports that may be asked though they are not on the open internet."""
    resolve: Resolve = system_addresses
    certificates: SSLContext | None = None
    """The authorities to trust; None for those that come with httpcore."""

    def fetch(self, url: str) -> Fetched:
        """Fetch what is at an address, following redirects, each judged like the first.

        Raises:
            ReadError: The address or one that it leads to is refused or answers with an error, or
                the page is too large or too slow; the message is the reason, without the address.
        """
        deadline = Deadline(self.seconds)
        address = parse_address(url)
        backend = PinnedBackend(deadline=deadline, resolve=self.resolve, allowed=self.allowed)
        with ConnectionPool(
            ssl_context=self.certificates, network_backend=backend, max_keepalive_connections=0
        ) as pool:
            for _ in range(MAX_REDIRECTS + 1):
                outcome = self._ask(pool, address)
                if isinstance(outcome, Fetched):
                    return outcome
                address = outcome
        raise ReadError(f"it leads on more than {MAX_REDIRECTS} times; give the last address")

    def _ask(self, pool: ConnectionPool, address: Address) -> Fetched | Address:
        """Return what is at an address, or the address that it leads to."""
        from httpcore import NetworkError, ProtocolError, TimeoutException

        try:
            with pool.stream("GET", address.url, headers=_HEADERS) as response:
                headers = {
                    key.decode("latin-1").lower(): value.decode("latin-1")
                    for key, value in response.headers
                }
                if response.status in _REDIRECTS and "location" in headers:
                    return _led_to(address, headers["location"])
                if response.status != 200:
                    raise ReadError(f"the server answers with status {response.status}; try again")
                data = self._body(response.iter_stream(), headers)
        except (TimeoutException, NetworkError, ProtocolError) as error:
            kind = type(error).__name__
            raise ReadError(f"it cannot be fetched ({kind}: {error}); try again later") from error
        return Fetched(data=data, name=page_name(address.url, headers.get("content-type", "")))

    def _body(self, stream: Iterable[bytes], headers: dict[str, str]) -> bytes:
        stated = headers.get("content-length", "")
        if stated.isdigit() and int(stated) > self.max_bytes:
            raise self._too_large()
        coding = headers.get("content-encoding", "identity").strip().lower()
        if coding not in ("", "identity", *_PACKED):
            raise ReadError(f"it is packed as {coding[:20]!r}, which was not asked for; save it")
        pieces = _unpacked(stream, self.max_bytes) if coding in _PACKED else iter(stream)
        body = bytearray()
        for piece in pieces:
            body += piece
            if len(body) > self.max_bytes:
                raise self._too_large()
        return bytes(body)

    def _too_large(self) -> ReadError:
        return ReadError(
            f"larger than {self.max_bytes} bytes, the most that is fetched of one page"
        )


def _led_to(address: Address, location: str) -> Address:
    """Return where a header leads, whose letters beyond ASCII are bytes that are asked for as such.

    Raises:
        ReadError: It is no address, or one that is refused.
    """
    stated = quote(location.encode("latin-1"), safe=ASCII)
    try:
        return parse_address(urljoin(address.url, stated))
    except ValueError as error:
        raise ReadError(
            f"it leads on to what is no address ({error}); give the last one"
        ) from error


def _unpacked(stream: Iterable[bytes], most: int) -> Iterator[bytes]:
    """Unpack gzip or zlib, never more of one piece than the whole may have."""
    unpacker = zlib.decompressobj(wbits=47)
    try:
        for piece in stream:
            yield unpacker.decompress(piece, most + 1)
    except zlib.error as error:
        raise ReadError("what the server sent is damaged; try again") from error
    if not unpacker.eof:
        raise ReadError("what the server sent is cut short; try again")


def read_pages(
    urls: Iterable[str], *, known: Mapping[str, str], fetcher: Fetcher
) -> Iterator[Incoming | Change]:
    """Fetch and read web pages, in order, each once; the source is the address, less its fragment.

    Args:
        urls: As given by the user.
        known: sha256 of what each stored source was read from; a page with the same bytes is
            unchanged.
        fetcher: Fetches them.

    Yields:
        What was read, and a change for what is unchanged or skipped with the reason.
    """
    seen: set[str] = set()
    try:
        for url in dict.fromkeys(urls):
            try:
                source = parse_address(url).url
                if source not in seen:
                    seen.add(source)
                    yield _read_page(source, known, fetcher)
            except ReadError as error:
                yield Change(kind="skipped", source=one_line(url), reason=str(error))
    finally:
        stop_reading()


def _read_page(source: str, known: Mapping[str, str], fetcher: Fetcher) -> Incoming | Change:
    page = fetcher.fetch(source)
    if known.get(source) == hashlib.sha256(page.data).hexdigest():
        return Change(kind="unchanged", source=source, document_id=document_id(source))
    outcome = read_content(page.data, name=page.name, limits=Limits())
    if isinstance(outcome, Skipped):
        return Change(kind="skipped", source=source, reason=outcome.reason)
    read = Incoming(source=source, extract=outcome.extract, file_sha256=outcome.file_sha256)
    return with_original(read, lambda: page.data)
