"""Guards every answer of the server: who may write, and what a page may load; pure ASGI.

Sizes and logins are limited in `ui.server.limits`.

The policy was tried in a browser against injected images, styles, frames and forms. Gradio itself
needs `unsafe-inline` and `unsafe-eval`, so text nodes (`data/dom.js`) stay the first defence.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

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
_READS = ("GET", "HEAD", "OPTIONS")


class Guard:
    """Refuses what another site's page sends, and adds the protecting headers to the rest."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Handle one connection; streams pass through untouched."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *HEADERS]}
            await send(message)

        if scope["type"] == "http" and is_foreign(scope["method"], dict(scope["headers"])):
            await send_guarded({"type": "http.response.start", "status": 403, "headers": []})
            await send({"type": "http.response.body", "body": b"refused: sent by another site"})
            return
        await self._app(scope, receive, send_guarded)


def is_foreign(method: str, headers: dict[bytes, bytes]) -> bool:
    """Say whether a request was made by a page of another site, as the browser tells.

    Requests without these headers come from programs, not pages, and are not foreign.
    """
    origin = headers.get(b"origin")
    if origin is not None and origin.split(b"://")[-1] != headers.get(b"host"):
        return True
    site = headers.get(b"sec-fetch-site", b"none")
    return method not in _READS and site in (b"cross-site", b"same-site")
