"""Mends how Gradio streams results to a page, where it loses some.

A page hears of its events by one stream, which Gradio ends whenever none is under way. An event
that is sent while it ends is then answered into a stream that nobody reads, or is forgotten with
it, and the page waits for ever. So the end is kept from the page, and the stream goes on.

After the first, each step of an event tells only what changed. The page applies that in place, to
the object that the step before handed on: where both come at once, the first is never drawn as it
was. So each step tells all.
"""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ui.guard import App, Message, Receive, Send

if TYPE_CHECKING:
    import gradio as gr
    from gradio.block_function import BlockFunction

_LOOKING_SECONDS = 0.3
_END = b'data: {"msg":"close_stream","event_id":null}\n\n'


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
