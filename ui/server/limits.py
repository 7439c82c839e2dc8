"""Limits what a server takes in: bytes of a request, bytes held, and guesses of a password."""

import time
from collections import OrderedDict
from collections.abc import Callable

from ui.server.guard import (
    App,
    Message,
    Receive,
    Send,
)
from ui.server.private_folder import bytes_held, sweep

MOST_FILE = 20_000_000
"""Bytes of one uploaded file: the most that is read of one."""
MOST_UPLOAD = 100_000_000
"""Bytes of one upload, all its files together."""
MOST_HELD = 400_000_000
"""Bytes of all uploads that are not in the library yet."""
MOST_OTHER = 2_000_000
"""Bytes of any other request."""
GUESSES = 5
"""Logins that may fail from one address in `FORGET_SECONDS`."""
FORGET_SECONDS = 300.0
_MOST_ADDRESSES = 10_000


class _TooLargeError(Exception):
    """More came than was said."""


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
    """Refuses more logins from an address on which several have just failed.

    An attempt counts from its beginning, so that many at once are not all let through.
    """

    def __init__(self, app: App, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._clock = clock
        self._tries: OrderedDict[str, list[float]] = OrderedDict()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        login = scope["type"] == "http" and scope["path"].rstrip("/").endswith("/login")
        if not login or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        address = (scope.get("client") or ("", 0))[0]
        tries = self._recent(address)
        if len(tries) >= GUESSES:
            wait = max(1, round(FORGET_SECONDS - (self._clock() - tries[0])))
            await refuse(send, 429, f"too many failed logins: wait {wait} seconds", wait)
            return
        tries.append(self._clock())

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                self._tries.pop(address, None)
            await send(message)

        await self._app(scope, receive, watched)

    def _recent(self, address: str) -> list[float]:
        oldest = self._clock() - FORGET_SECONDS
        tries = [begun for begun in self._tries.pop(address, []) if begun > oldest]
        self._tries[address] = tries
        while len(self._tries) > _MOST_ADDRESSES:
            self._tries.popitem(last=False)
        return tries


async def refuse(send: Send, status: int, sentence: str, wait: int | None = None) -> None:
    """Answer with a status and a sentence; `wait`: seconds after which to try again."""
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    if wait is not None:
        headers.append((b"retry-after", str(wait).encode("ascii")))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": sentence.encode("utf-8")})


def _said_length(scope: Message) -> int:
    given = dict(scope["headers"]).get(b"content-length", b"0")
    return int(given) if given.isdigit() else 0
