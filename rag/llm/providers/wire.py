"""What the client needs of a provider's own library: chunks of a reply, and nothing hidden."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.llm.protocol import Message

UNKNOWN_CONTEXT = 8192
"""Tokens of a context window that nobody names; about 20 passages, and current models have it."""


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
