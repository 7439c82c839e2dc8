"""Mends how Gradio sends a page its files, which it does slowly, and results, where it loses some.

Files are named to a page ahead and sent from memory.

A page hears of its events by one stream, which Gradio ends whenever none is under way. An event
that is sent while it ends is then answered into a stream that nobody reads, or is forgotten with
it, and the page waits for ever. So the end is kept from the page, and the stream goes on.

After the first, each step of an event tells only what changed. The page applies that in place, to
the object that the step before handed on: where both come at once, the first is never drawn as it
was. So each step tells all.
"""

import asyncio
import math
import re
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ui.guard import HEADERS, App, Message, Receive, Send, is_from_here

if TYPE_CHECKING:
    import gradio as gr
    from gradio.block_function import BlockFunction

_LOOKING_SECONDS = 0.3
_END = b'data: {"msg":"close_stream","event_id":null}\n\n'
_REST_SECONDS = 0.5
_FILES = "/assets/"
_MEDIA = {".js": b"text/javascript; charset=utf-8", ".css": b"text/css; charset=utf-8"}
_FOR_GOOD = (b"cache-control", b"public, max-age=31536000, immutable")
"""Of files whose names hold a hash of what is in them."""
_LOADED_AS = {"api": "state"}
_LISTED = "m.f=["
_LATER = r"import\(`\./(%s)`\)[^\[]{,40},__vite__mapDeps\(\[([\d,]*)\]\)"
"""How Vite writes an import at run time: the file, and places in the list of what it needs."""
_IMPORTED = re.compile(r"(?:from|import)[\"`]\./([\w.-]+\.js)[\"`]")


def tell_all(app: "gr.Blocks") -> None:
    """Make every step of this app's events carry its values whole, not what changed in them."""
    kept = app.handle_streaming_diffs

    def whole(
        block_fn: "BlockFunction",
        data: list[Any],
        session_hash: str | None,
        run: str | None,
        final: bool,  # as Gradio calls it
        simple_format: bool = False,
    ) -> list[Any]:
        is_first = run not in app.pending_diff_streams.get(session_hash, {})
        values = kept(block_fn, data, session_hash, run, final, simple_format=True)
        if session_hash is None or run is None or is_first or final or simple_format:
            return values
        return [[("replace", [], value)] for value in values]

    app.handle_streaming_diffs = whole  # type: ignore[method-assign]


class Pace:
    """Says whether no page asked for anything just now, so that work behind it lets it pass.

    Such work has its thread wait in turns with the server's, and a page comes twice as late.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = -math.inf

    def came(self) -> None:
        """Note that something was asked for now."""
        self._last = self._clock()

    def is_quiet(self) -> bool:
        """Say whether nothing was asked for a while."""
        return self._clock() - self._last > _REST_SECONDS


class Frontend:
    """Names Gradio's own files to a page ahead, and sends them from memory to this machine.

    Left alone, a page hears of the last ones only when it has run the first, and Gradio reads and
    compresses each file anew for each page.

    Args:
        app: What answers everything else.
        config: Of the page, as Gradio sends it.
        pace: Is told of each request but those that look for what is being made.
    """

    def __init__(self, app: App, config: Mapping[str, Any], *, pace: "Pace | None" = None) -> None:
        self._app = app
        self._pace = pace or Pace()
        self._folder = _frontend()
        self._names = {path.name for path in self._folder.iterdir() if path.suffix in _MEDIA}
        self._read: dict[str, bytes] = {}
        shown = (one for one in config["components"] if one["props"].get("visible") is not False)
        kinds = dict.fromkeys(_LOADED_AS.get(one["type"], one["type"]) for one in shown)
        theme = f"<theme.css?v={config['theme_hash']}>; rel=preload; as=style"
        ahead = [theme, *map(_preload, loaded_first(self._folder, kinds))]
        self._ahead = (b"link", ", ".join(ahead).encode("ascii"))

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Handle one connection; only who asks for a file of Gradio's, or the page, notices."""
        path = scope["path"] if scope["type"] == "http" and scope["method"] == "GET" else ""
        name = path.removeprefix(_FILES) if path.startswith(_FILES) else ""
        if scope["type"] == "http" and "/component_server" not in scope["path"]:
            self._pace.came()
        if name in self._names and is_from_here(scope):
            await self._send(name, send)
        elif name in self._names or path == "/":
            await self._app(scope, receive, _adding(_FOR_GOOD if name else self._ahead, send))
        else:
            await self._app(scope, receive, send)

    async def _send(self, name: str, send: Send) -> None:
        if name not in self._read:
            self._read[name] = (self._folder / name).read_bytes()
        body = self._read[name]
        length = (b"content-length", str(len(body)).encode("ascii"))
        media = (b"content-type", _MEDIA[Path(name).suffix])
        headers = [media, length, _FOR_GOOD, *HEADERS]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _frontend() -> Path:
    gradio = find_spec("gradio")
    if gradio is None or gradio.origin is None:
        raise ModuleNotFoundError("gradio")
    return Path(gradio.origin).parent / "templates" / "frontend" / "assets"


def _adding(header: tuple[bytes, bytes], send: Send) -> Send:
    """Return what sends a response with a header more, if it is a good one."""

    async def send_more(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            message = {**message, "headers": [*message.get("headers", ()), header]}
        await send(message)

    return send_more


def _preload(name: str) -> str:
    if name.endswith(".css"):
        return f"<assets/{name}>; rel=preload; as=style; crossorigin"
    return f"<assets/{name}>; rel=modulepreload"


def loaded_first(folder: Path, kinds: Iterable[str]) -> tuple[str, ...]:
    """Return the names of Gradio's files that a page loads until it is drawn, in that order.

    Read out of what Vite built; of what is not found there a page hears as it goes on.

    Args:
        folder: Where the files lie, below that of `index.html`.
        kinds: Of the components on the page, as its configuration calls them.
    """
    entry = re.findall(r"assets/([\w.-]+\.(?:js|css))", _read(folder.parent / "index.html"))
    found = dict.fromkeys(entry)
    for script in [name for name in entry if name.endswith(".js")]:
        found |= dict.fromkeys(_needs(_read(folder / script)))
    scripts = [_read(folder / name) for name in found if name.endswith(".js")]
    drawn = _LATER % r"[\w-]+\.js"
    patterns = [_LATER % r"Blocks-[\w-]+\.js"]
    patterns += [rf"[{{,]{re.escape(kind)}:{{[^{{}}]*?component:[^{{}}]*?{drawn}" for kind in kinds]
    for pattern in patterns:
        for text in scripts:
            if now := re.search(pattern, text):
                needs = _needs(text)
                places = [int(place) for place in now[2].split(",") if place]
                names = [now[1], *(needs[place] for place in places if place < len(needs))]
                found |= dict.fromkeys(names)
    return tuple(_with_imported(folder, found))


def _with_imported(folder: Path, names: Iterable[str]) -> dict[str, None]:
    """Return names with those that their files import, each once."""
    found: dict[str, None] = {}
    for name in names:
        if name in found or not (folder / name).is_file():
            continue
        found[name] = None
        if name.endswith(".js"):
            imported = _IMPORTED.findall(_read(folder / name))
            found |= _with_imported(folder, (one for one in imported if one not in found))
    return found


def _needs(text: str) -> list[str]:
    """Return what a file of Vite's may load at run time."""
    listed, closed, _ = text.partition(_LISTED)[2].partition("]")
    return re.findall(r'"\./([\w.-]+)"', listed) if closed else []


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


class OneStream:
    """Joins the streams of a page to one, which ends with the page or with the server."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Handle one connection; those of programs are left as they are."""
        if not _is_of_page(scope):
            await self._app(scope, receive, send)
            return
        joined = _Joined(receive, send, stopping=scope["app"].stop_event)
        while not joined.gone:
            joined.closed = False
            await self._app(dict(scope), joined.receive, joined.send)
            if not joined.closed:
                break
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class _Joined:
    """One connection, over which several streams are sent in turn."""

    def __init__(self, receive: Receive, send: Send, *, stopping: asyncio.Event) -> None:
        self._receive, self._send = receive, send
        self._stopping = stopping
        self._begun = False
        self.gone = False
        """Whether the page has hung up, or the server stops."""
        self.closed = False
        """Whether the present stream ends since nothing is under way."""

    async def receive(self) -> Message:
        # Looked at in turns: the event is set in another thread, which wakes nobody.
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                message = await asyncio.wait_for(self._receive(), _LOOKING_SECONDS)
                self.gone = self.gone or message["type"] == "http.disconnect"
                return message
        self.gone = True
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        body = message.get("body")
        if message["type"] == "http.response.start" and not self._begun:
            self._begun = True
            await self._send(message)
        elif body == _END:
            self.closed = True
        elif body:
            await self._send({**message, "more_body": True})


def _is_of_page(scope: Message) -> bool:
    if scope["type"] != "http" or not scope["path"].endswith("/queue/data"):
        return False
    return any(name == b"user-agent" and b"Mozilla/" in value for name, value in scope["headers"])
