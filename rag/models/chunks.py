"""Puts a streamed reply together and tells a complete one from a broken one; no network."""

import time
from dataclasses import dataclass

from index.errors import ModelResponseError
from rag.models.protocol import Reply

_LONGEST_REPLY = 400_000
"""Characters; far beyond what any `llm_max_tokens` gives, so more is a server gone wrong."""
_CHARACTERS_A_TOKEN = 4
"""Of English prose; for providers that count no tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """What one piece of a stream brings."""

    text: str = ""
    finish: str | None = None
    """The provider's word for why the reply ended; None before its end."""
    ends: bool = True
    """Whether the provider says why a reply ended: then one that ends without was cut off."""
    input_tokens: int | None = None
    """None where this piece does not say."""
    output_tokens: int | None = None


_ENDS = ("stop", "end_turn", "stop_sequence", "eos", "complete")
_CUT = ("length", "max_tokens", "max_output_tokens")


class Talk:
    """The reply to one request as far as it has come.

    Args:
        name: Of the model, for messages.
        asked: Characters of the messages, for an estimate of their tokens.
    """

    def __init__(self, name: str, *, asked: int) -> None:
        self._name = name
        self._asked = asked
        self._ends = False
        self._began = time.monotonic()
        self._pieces: list[str] = []
        self._length = 0
        self._finish: str | None = None
        self._first: float | None = None
        self._input: int | None = None
        self._output: int | None = None

    @property
    def began(self) -> bool:
        """Whether any text has come."""
        return bool(self._pieces)

    def take(self, chunk: Chunk) -> str:
        """Take in a piece and return its text.

        Raises:
            ModelResponseError: The reply has no end.
        """
        self._finish = chunk.finish or self._finish
        self._ends = self._ends or chunk.ends
        self._input = self._input if chunk.input_tokens is None else chunk.input_tokens
        self._output = self._output if chunk.output_tokens is None else chunk.output_tokens
        if chunk.text:
            if self._first is None:
                self._first = time.monotonic() - self._began
            self._pieces.append(chunk.text)
            self._length += len(chunk.text)
        if self._length > _LONGEST_REPLY:
            raise ModelResponseError(
                f"{self._name} sent more than {_LONGEST_REPLY:,} characters: check its server"
            )
        return chunk.text

    def reply(self, *, requests: int) -> Reply:
        """Return the complete reply.

        Raises:
            ModelResponseError: It is blank, was cut off, or withheld by the provider.
        """
        text = "".join(self._pieces)
        if self._finish in _CUT:
            raise ModelResponseError(
                f"{self._name} ran out of tokens before its answer ended: set "
                "FOOTNOTE_LLM_MAX_TOKENS higher"
            )
        if self._finish is None and self._ends:
            raise ModelResponseError(f"{self._name} broke off before its answer ended: ask again")
        if self._finish not in (None, *_ENDS):
            raise ModelResponseError(
                f"{self._name} withheld its answer ({self._finish[:40]!r}): ask in other words"
            )
        if not text.strip():
            raise ModelResponseError(f"{self._name} sent an empty answer: ask again")
        return Reply(
            text=text,
            input_tokens=self._estimated(self._input, self._asked),
            output_tokens=self._estimated(self._output, len(text)),
            requests=requests,
            first_token_seconds=self._first,
        )

    @staticmethod
    def _estimated(counted: int | None, characters: int) -> int:
        return -(-characters // _CHARACTERS_A_TOKEN) if counted is None else counted
