"""What the client needs of a provider's own library: chunks of a reply, and nothing hidden.

Nor in how it uses HTTP: no redirects, no unseen proxy, bounded time and size.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from rag.answerers import Message
from rag.setting_values import SecretStr

if TYPE_CHECKING:
    from ssl import SSLContext

UNKNOWN_CONTEXT = 8192
"""Tokens of a context window that nobody names; about 20 passages, and current models have it."""
_CONNECT_SECONDS = 10.0
LARGEST_RESPONSE = 16 * 2**20
"""Bytes; a streamed token takes about 300, so this is far beyond any reply that was asked for."""


class ResponseTooLargeError(Exception):
    """A response has more than `LARGEST_RESPONSE` bytes; never leaves this package."""


class ServerSaidError(Exception):
    """A response with status 200 is an error or a web page; never leaves this package.

    Args:
        words: The server's own, whatever they hold.
        is_page: Whether they are a page's HTML.
    """

    def __init__(self, words: str, *, is_page: bool = False) -> None:
        super().__init__("the server replied with an error or a page")
        self.words = words
        self.is_page = is_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """An address and a key that look usable; its repr shows no key."""

    base_url: str
    """http or https, with a host, without credentials and without a slash at the end."""
    key: SecretStr | None
    key_from: str = ""
    """The variable that the key was read from; empty without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A part of a reply as it came, in no provider's format."""

    text: str = ""
    finish: str | None = None
    """Why the model stopped, in the provider's word; None until it did."""
    input_tokens: int | None = None
    output_tokens: int | None = None
    """As counted so far by the provider; None where it did not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one reply may take."""

    deadline: float
    """Seconds in all, from the first request to the last piece, waiting included; of all replies
    to one question together."""
    max_tokens: int
    context: int | None
    """Tokens of the context window that the settings name; None where they name none."""


class Wire(Protocol):
    """One provider's library, told to send one request and to repeat none."""

    def prepare(self) -> None:
        """Import what is needed, which takes seconds at the first call."""
        ...

    @property
    def known_context(self) -> int | None:
        """Tokens that the library says the model has; None where it does not know it."""
        ...

    @property
    def parameters(self) -> Mapping[str, str | int | float]:
        """As `LanguageModel.parameters`."""
        ...

    def chunks(self, messages: Sequence[Message], *, whole: bool) -> AsyncGenerator[Chunk, None]:
        """Send the messages and yield what comes; closing it closes the connection.

        Args:
            messages: The conversation so far.
            whole: Ask for the reply in one piece.
        """
        ...

    def leave_out(self, error: Exception) -> bool:
        """Return whether the error named an option that the next request will not have."""
        ...

    async def models(self) -> int:
        """Return how many models the provider lists; raises what its library raises."""
        ...


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
def _certificates(library: ModuleType) -> "SSLContext":
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
