"""Guards a server: what pages may write and load, how much comes in, who, and where it lies.

The policy was tried in a browser against injected images, styles, frames and forms. Gradio itself
needs `unsafe-inline` and `unsafe-eval`, so text nodes (`data/dom.js`) stay the first defence.
"""

import asyncio
import atexit
import hmac
import os
import re
import shutil
import socket
import stat
import tempfile
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, TypeGuard

from rag import MisuseError
from rag.internal import read_named

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
POLICY = "; ".join(
    (
        "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "frame-src 'none'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = (
    (b"content-security-policy", POLICY.encode("ascii")),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)
LOOPBACK = ("127.0.0.1", "localhost")
_ANY = ("", "0.0.0.0", "::")
"""Addresses that listen everywhere; no name of a host."""
OWNER = "footnote.owner"
"""In a request's scope: whether the machine's owner sent it; missing where no `Guard` looked."""
ASKER = "footnote.asker"
"""In a request's scope: there and true where its sender may only ask."""
ONLY_ASKS = "you may ask and read here, and change nothing: ask who runs this page"
_HERE = ("127.0.0.1", "::1")
_HANDED_ON = {b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip", b"via"}
_READS = ("GET", "HEAD", "OPTIONS")
_LARGEST = 4 << 20
"""Bytes of a file of users or keys."""
MOST_OTHER = 2_000_000
"""Bytes of a request that is no upload."""
_ONLY_ASKS = ":ask"
"""Ends the line of a user who may change nothing."""
_SHORTEST = 8
"""Characters of a password."""
_SHORTEST_KEY = 16
"""Characters of a key: programs remember longer secrets than people."""
_FORM = "write one `NAME:PASSWORD` a line, or `NAME:PASSWORD:ask` for who may not change anything"
_KEY_FORM = "write one key a line, such as `openssl rand -hex 24` prints"
_KEPT_SECONDS = 3600.0
_MAYBE_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
_HALF = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)",
    re.DOTALL,
)
"""Any escape of JSON; half of a pair alone is the one of six bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Users:
    """Who may log in."""

    passwords: Mapping[str, str]
    """By name."""
    only_ask: frozenset[str] = frozenset()
    """Those who may ask and read, and change nothing."""

    def may_enter(self, name: str, password: str) -> bool:
        """Say whether this is a user's password, in a time that does not tell which is wrong."""
        known = self.passwords.get(name)
        wanted = known if known is not None else "\0"
        return hmac.compare_digest(wanted.encode(), password.encode()) and known is not None


class Guard:
    """Refuses what another site's page sends, and adds the protecting headers to the rest.

    It also marks in the scope what the machine's owner sends.

    Args:
        app: What is guarded.
        alone: Whether nobody but who uses this machine is meant to reach the page.
    """

    def __init__(self, app: App, *, alone: bool = False) -> None:
        self._app = app
        self._alone = alone

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Handle one connection; streams pass through untouched."""
        scope = {**scope, OWNER: self._alone and is_from_here(scope)}

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *HEADERS]}
            await send(message)

        if scope["type"] == "http" and is_foreign(scope["method"], dict(scope["headers"])):
            await send_guarded({"type": "http.response.start", "status": 403, "headers": []})
            await send({"type": "http.response.body", "body": b"refused: sent by another site"})
            return
        await self._app(scope, receive, send_guarded)


class Roles:
    """Marks in the scope what those send who may only ask, and takes no upload from them.

    Args:
        app: What is guarded.
        users: Who may log in; all others that are let in may change what there is.
    """

    def __init__(self, app: App, users: Users) -> None:
        self._app = app
        self._users = users

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        user = user_of(scope) if scope["type"] == "http" else None
        if user in self._users.only_ask and scope["path"].rstrip("/").endswith("/upload"):
            await refuse(send, 403, ONLY_ASKS)
            return
        asks = user is None or user in self._users.only_ask
        await self._app({**scope, ASKER: True} if asks else scope, receive, send)


class WholeText:
    """Reads half of a surrogate pair in JSON that is sent as U+FFFD, which takes as many bytes.

    Gradio hands on what MCP clients send in UTF-8, which has none, and would say so in Python's
    words. It comes behind `ui.limits.BodyLimit`, for it holds the whole of a request.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        kind = dict(scope["headers"]).get(b"content-type", b"") if scope["type"] == "http" else b""
        if not kind.startswith(b"application/json"):
            await self._app(scope, receive, send)
            return
        came: list[bytes] = []
        message = await receive()
        while message["type"] == "http.request":
            came.append(message.get("body", b""))
            if not message.get("more_body"):
                break
            message = await receive()
        body = b"".join(came)
        if _MAYBE_HALF.search(body):  # in a thread: two megabytes of nothing else take a second
            body = await asyncio.to_thread(_HALF.sub, _whole, body)
        waits = [{**message, "body": body}] if message["type"] == "http.request" else [message]

        async def again() -> Message:
            return waits.pop() if waits else await receive()

        await self._app(scope, again, send)


def is_from_here(scope: Mapping[str, Any]) -> bool:
    """Say whether a request comes from this machine, and no proxy handed it on."""
    if scope["type"] not in ("http", "websocket"):
        return False
    client = (scope.get("client") or ("", 0))[0]
    names = {name.lower() for name, _ in scope["headers"]}
    return client in _HERE and names.isdisjoint(_HANDED_ON)


def user_of(scope: Mapping[str, Any]) -> str | None:
    """Return who is logged in, as Gradio keeps it; None for nobody, or where it cannot be told."""
    app = scope.get("app")
    cookies = SimpleCookie(dict(scope["headers"]).get(b"cookie", b"").decode("latin-1"))
    for kind in ("access-token", "access-token-unsecure"):
        token = cookies.get(f"{kind}-{getattr(app, 'cookie_id', '')}")
        if token is not None:
            user: str | None = getattr(app, "tokens", {}).get(token.value)
            return user
    return None


def is_foreign(method: str, headers: dict[bytes, bytes]) -> bool:
    """Say whether a request was made by a page of another site, as the browser tells.

    Requests without these headers come from programs, not pages, and are not foreign.
    """
    origin = headers.get(b"origin")
    if origin is not None and origin.split(b"://")[-1] != headers.get(b"host"):
        return True
    site = headers.get(b"sec-fetch-site", b"none")
    return method not in _READS and site in (b"cross-site", b"same-site")


async def refuse(send: Send, status: int, sentence: str, wait: int | None = None) -> None:
    """Answer with a status and a sentence; `wait`: seconds after which to try again."""
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    if wait is not None:
        headers.append((b"retry-after", str(wait).encode("ascii")))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": sentence.encode("utf-8")})


def known_hosts(host: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return the names by which a server may be called, whatever a foreign DNS entry points at it.

    Args:
        host: Address that it listens on; one that listens everywhere is no name.
        names: Those that its owner gives it.
    """
    known = (*LOOPBACK, host, socket.gethostname(), *names)
    return tuple(name.casefold() for name in known if name not in _ANY)


def is_known_host(header: bytes, known: Collection[str]) -> bool:
    """Say whether a request's Host header, its port left aside, is one of these names."""
    given = header.decode("latin-1").casefold()
    bare = given[1:].partition("]")[0] if given.startswith("[") else given.partition(":")[0]
    return bare in known


def load_users(path: Path) -> Users:
    """Return who may log in; blank lines and those that begin with # are passed over.

    Raises:
        MisuseError: The file cannot be read, other people can read it, nobody is in it, or a line
            is not `NAME:PASSWORD` with a password of at least 8 characters, or that and `:ask`.
    """
    passwords, only_ask = {}, set()
    for line, place in _secrets(path, "users", form=_FORM):
        name, password = _user(line.removesuffix(_ONLY_ASKS), place)
        passwords[name] = password
        if line.endswith(_ONLY_ASKS):
            only_ask.add(name)
        else:
            only_ask.discard(name)
    return Users(passwords=passwords, only_ask=frozenset(only_ask))


def load_keys(path: Path) -> tuple[str, ...]:
    """Return the keys in a file; blank lines and those that begin with # are passed over.

    Raises:
        MisuseError: The file cannot be read, other people can read it, no key is in it, or one is
            shorter than 16 characters or holds a blank or a letter beyond ASCII.
    """
    return tuple(_key(line, place) for line, place in _secrets(path, "keys", form=_KEY_FORM))


def is_key(keys: Collection[str], given: bytes) -> bool:
    """Say whether one of the keys was given, in a time that does not tell which or how nearly."""
    return any([hmac.compare_digest(key.encode(), given) for key in keys])


@cache
def private_folder() -> Path:
    """Return this process's folder, made at the first call and removed when the process ends.

    Gradio is told to keep its own files there too, so this comes before any of its components.
    """
    folder = Path(tempfile.mkdtemp(prefix="footnote-page-")).resolve()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    return folder


def holds(path: object) -> TypeGuard[str]:
    """Say whether a path, symlinks followed, is that of a file in the private folder."""
    if not isinstance(path, str) or "\0" in path:
        return False
    real = Path(path).resolve()
    return real.is_relative_to(private_folder()) and real.is_file()


def bytes_held() -> int:
    """Return how many bytes lie in the private folder."""
    return sum(size for _, size, _ in _files())


def sweep(*, now: float | None = None) -> None:
    """Remove what has lain there for an hour: uploads that nothing was done with."""
    oldest = (time.time() if now is None else now) - _KEPT_SECONDS
    for path, _, changed in _files():
        if changed < oldest:
            path.unlink(missing_ok=True)


def _secrets(path: Path, kind: str, *, form: str) -> list[tuple[str, str]]:
    """Return the lines of a file that only its owner may read, each with its place."""
    try:
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise MisuseError(
                f"the {kind} file {str(path)!r} can be read by others: run `chmod 600` on it"
            )
        lines = read_named(path, largest=_LARGEST).decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise MisuseError(
            f"the {kind} file {str(path)!r} cannot be read ({error}): {form}"
        ) from error
    found = [
        (line.strip(), f"{path}:{number}")
        for number, line in enumerate(lines, start=1)
        if line.strip() and not line.startswith("#")
    ]
    if not found:
        names = "nobody" if kind == "users" else "no key"
        raise MisuseError(f"the {kind} file {str(path)!r} names {names}: {form}")
    return found


def _user(line: str, place: str) -> tuple[str, str]:
    name, colon, password = line.partition(":")
    if not (name and colon):
        raise MisuseError(f"{place}: no user is written there: {_FORM}")
    if len(password) < _SHORTEST:
        raise MisuseError(
            f"{place}: the password of {name!r} is too short: at least {_SHORTEST} characters are "
            "needed"
        )
    return name, password


def _key(line: str, place: str) -> str:
    if len(line) < _SHORTEST_KEY:
        raise MisuseError(
            f"{place}: the key is too short: at least {_SHORTEST_KEY} characters are needed"
        )
    if not line.isascii() or len(line.split()) > 1:
        raise MisuseError(f"{place}: a key has no blanks and only ASCII letters: {_KEY_FORM}")
    return line


def _whole(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if len(escape[0]) == 6 else escape[0]


def _files() -> list[tuple[Path, int, float]]:
    found = []
    for folder, _, names in os.walk(private_folder()):
        for name in names:
            path = Path(folder, name)
            with suppress(OSError):  # another thread may just have removed it
                known = path.stat()
                found.append((path, known.st_size, known.st_mtime))
    return found
