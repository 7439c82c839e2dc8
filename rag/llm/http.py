"""How providers' libraries use HTTP: no redirects, no hidden proxy, bounded time and size."""

from functools import cache
from ssl import SSLContext
from types import ModuleType
from typing import Any

_CONNECT_SECONDS = 10.0
LARGEST_RESPONSE = 16 * 2**20
"""Bytes; a streamed token takes about 300, so this is far beyond any reply that was asked for."""


class ResponseTooLargeError(Exception):
    """A response has more than `LARGEST_RESPONSE` bytes; never leaves this package."""


def client_options(library: ModuleType, base_url: str, deadline: float) -> dict[str, Any]:
    """Return the arguments of an `AsyncClient` of httpx, or of httpx2, its twin.

    Redirects are refused: they would carry the articles to a host that nobody chose. Proxies of the
    environment are used for https, where they see nothing but the host's name, and not for http.
    """
    return {
        "follow_redirects": False,
        "trust_env": base_url.startswith("https:"),
        "verify": _certificates(library),
        "timeout": library.Timeout(deadline, connect=min(deadline, _CONNECT_SECONDS)),
        "headers": {"Accept-Encoding": "identity"},
        "event_hooks": {"response": [_capping(library)]},
    }


@cache
def _certificates(library: ModuleType) -> SSLContext:
    """Return the trusted authorities, read once: 0.1 s, and a client is made for each request."""
    context: SSLContext = library.create_ssl_context()
    return context


def _capping(library: ModuleType) -> Any:  # noqa: ANN401  # a hook of either library's types
    class Capped(library.AsyncByteStream):  # type: ignore[misc,name-defined]  # of either library
        def __init__(self, stream: Any) -> None:  # noqa: ANN401
            self._stream = stream

        async def __aiter__(self) -> Any:  # noqa: ANN401
            size = 0
            async for data in self._stream:
                size += len(data)
                if size > LARGEST_RESPONSE:
                    raise ResponseTooLargeError
                yield data

        async def aclose(self) -> None:
            await self._stream.aclose()

    async def cap(response: Any) -> None:  # noqa: ANN401
        response.stream = Capped(response.stream)

    return cap
