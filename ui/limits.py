"""Limits what a client takes: the time of a request, its bytes, and guesses of a password.

Who may come in at all is `ui.guard`'s. Import it where a server starts: it loads uvicorn.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from ui.guard import MOST_OTHER, App, Message, Receive, Send, bytes_held, refuse, sweep

MOST_FILE = 20_000_000
"""Bytes of one uploaded file: the most that is read of one."""
MOST_UPLOAD = 100_000_000
"""Bytes of one upload, all its files together."""
MOST_HELD = 400_000_000
"""Bytes of all uploads that are not in the library yet."""
MOST_CONNECTIONS = 500
"""Open to a server at once; systems give a process about 1,000 files."""
GUESSES = 5
"""Logins that may fail from one address in `FORGET_SECONDS`."""
GUESSES_AT_NAME = 20
"""The same under one name, from wherever: a password of 8 letters takes 50,000 years so."""
_MOST_LOGIN = 20_000
"""Bytes of a login."""
FORGET_SECONDS = 300.0
_MOST_ADDRESSES = 10_000

_SAYS = b'{"error": {"message": "the request did not come in time: send it again, at once"}}'
_LATE = (
    b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-type: application/json\r\n"
    b"content-length: %d\r\n\r\n%b" % (len(_SAYS), _SAYS)
)


class Hurried(H11Protocol):
    """Speaks HTTP for uvicorn with whoever sends whole requests in time.

    Otherwise, who opens connections and says nothing would keep them all. That of h11 also refuses
    a head of more than 64 kB, on every machine; that of httptools, where it is installed, takes
    any.
    """

    seconds = 30.0
    """In which a request has to come in whole, from its connection or its first byte on."""
    _ends: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take what came, and wait on unless it ends a request."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        super().connection_lost(exc)
        self._rest()

    def _watch(self) -> None:
        if self._is_answering and not self.cycle.more_body:
            self._rest()
        elif self._ends is None:
            self._ends = self.loop.call_later(self._left(), self._end)

    def _left(self) -> float:
        return self.seconds

    def _rest(self) -> None:
        if self._ends is not None:
            self._ends.cancel()
        self._ends = None

    def _end(self) -> None:
        if not (self._is_answering and self.cycle.response_started):
            self.transport.write(_LATE)
        self.transport.close()

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete


HURRIED: dict[str, Any] = {"http": Hurried, "limit_concurrency": MOST_CONNECTIONS}
"""Arguments of uvicorn's configuration."""


class Unhurried(Hurried):
    """The same for people's uploads: a head has to come in time, and its body in ten minutes."""

    body_seconds = 600.0

    def _watch(self) -> None:
        if self._is_answering and self.cycle.more_body and not self._in_body:
            self._rest()
        super()._watch()

    def _rest(self) -> None:
        super()._rest()
        self._in_body = self._is_answering and self.cycle.more_body

    def _left(self) -> float:
        return self.body_seconds if self._in_body else self.seconds

    _in_body = False


class BodyLimit:
    """Refuses a request that is too large, by what it says of itself and by what comes."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        upload = scope["path"].rstrip("/").endswith("/upload")
        most = MOST_UPLOAD if upload else MOST_OTHER
        if upload:
            sweep()
            most = min(most, MOST_HELD - bytes_held())
        if _said_length(scope) > most:
            await refuse(send, 413, "too large: send less at once")
            return
        await self._limited(scope, receive, send, most)

    async def _limited(self, scope: Message, receive: Receive, send: Send, most: int) -> None:
        came, begun = 0, False

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > most:
                raise _TooLargeError
            return message

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, counted, watched)
        except _TooLargeError:
            if not begun:
                await refuse(send, 413, "too large: send less at once")


class LoginLimit:
    """Refuses more logins from an address, or under a name, where several have just failed.

    An attempt counts from its beginning, so that many at once are not all let through. Who gets in
    takes back what they tried themselves, at that address, and nothing else. The guesses of others
    at a name keep nobody out who got in from the same address before.
    """

    def __init__(self, app: App, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._clock = clock
        self._tries: OrderedDict[str, list[_Try]] = OrderedDict()
        self._let_in: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        login = scope["type"] == "http" and scope["path"].rstrip("/").endswith("/login")
        if not login or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        body = await _small_body(receive)
        if body is None:
            await refuse(send, 413, "too large for a login")
            return
        address, name = _network_of(scope), await _name_in(scope, body)
        if wait := self._wait(address, name):
            await refuse(send, 429, f"too many failed logins: wait {wait} seconds", wait)
            return
        attempt = _Try(begun=self._clock(), address=address, name=name)
        for key in (f"@{address}", name):
            self._tries[key].append(attempt)

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                self._welcome(address, name)
            await send(message)

        await self._app(scope, _again(body), watched)

    def _wait(self, address: str, name: str) -> int:
        """Return the seconds after which one may try; 0 for at once."""
        by_address, by_name = self._recent(f"@{address}"), self._recent(name)
        full = [by_address[0].begun] if len(by_address) >= GUESSES else []
        if len(by_name) >= GUESSES_AT_NAME and (address, name) not in self._let_in:
            full.append(by_name[0].begun)
        return max(1, round(FORGET_SECONDS - (self._clock() - max(full)))) if full else 0

    def _welcome(self, address: str, name: str) -> None:
        for key in (f"@{address}", name):
            tries = self._recent(key)
            self._tries[key] = [t for t in tries if (t.address, t.name) != (address, name)]
        self._let_in.pop((address, name), None)
        self._let_in[address, name] = None
        while len(self._let_in) > _MOST_ADDRESSES:
            self._let_in.popitem(last=False)

    def _recent(self, key: str) -> "list[_Try]":
        oldest = self._clock() - FORGET_SECONDS
        tries = [one for one in self._tries.pop(key, []) if one.begun > oldest]
        self._tries[key] = tries
        while len(self._tries) > _MOST_ADDRESSES:
            self._tries.popitem(last=False)
        return tries


@dataclass(frozen=True, slots=True, kw_only=True)
class _Try:
    """A login that was tried."""

    begun: float
    address: str
    name: str


def _network_of(scope: Message) -> str:
    """Return where a request comes from: an IPv4 address, or a network of IPv6, as one has it."""
    client = str((scope.get("client") or ("", 0))[0])
    try:
        address = ip_address(client.partition("%")[0])
    except ValueError:
        return client
    mapped = getattr(address, "ipv4_mapped", None)
    if address.version == 4 or mapped is not None:  # the protocol's number
        return str(mapped or address)
    return str(ip_network((address, 64), strict=False))


async def _small_body(receive: Receive) -> bytes | None:
    """Return what comes with a login; None for more than a login needs."""
    body, more = b"", True
    while more and len(body) <= _MOST_LOGIN:
        message = await receive()
        body += message.get("body", b"")
        more = bool(message.get("more_body"))
    return body if len(body) <= _MOST_LOGIN else None


def _again(body: bytes) -> Receive:
    """Return what hands on a body that was read, then that the client is gone."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return left.pop() if left else {"type": "http.disconnect"}

    return receive


async def _name_in(scope: Message, body: bytes) -> str:
    """Return the name in a login, read as Gradio reads it; empty where there is none."""
    from starlette.exceptions import HTTPException
    from starlette.formparsers import MultiPartException
    from starlette.requests import Request

    try:
        async with Request(scope, _again(body)).form() as form:
            name = form.get("username")
    except (HTTPException, MultiPartException, ValueError, LookupError):
        return ""
    return name.strip() if isinstance(name, str) else ""


class _TooLargeError(Exception):
    """More came than was said."""


def _said_length(scope: Message) -> int:
    given = dict(scope["headers"]).get(b"content-length", b"0")
    return int(given) if given.isdigit() else 0
