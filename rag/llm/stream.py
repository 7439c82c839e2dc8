"""Keeps the books of one reply without sending anything: pieces, thoughts, counts, time, end."""

import math
import re
from collections.abc import Callable, Sequence
from typing import Final

from index.errors import ModelResponseError
from rag.language_model import Message, Reply
from rag.llm.providers.wire import Chunk

_CUT = frozenset({"length", "max_tokens", "model_context_window_exceeded"})
_WITHHELD = frozenset({"content_filter", "refusal", "safety"})
_CHARACTERS_A_TOKEN = 32
"""The longest that tokens are on average in any text; a reply beyond that was not asked for."""
_TAG = re.compile(r"<(?P<end>/?)think(?:ing)?>", re.IGNORECASE)
_TAGS: Final = ("<think>", "<thinking>", "</think>", "</thinking>")
"""As DeepSeek-R1, Qwen and others write them where a server does not set their thoughts apart."""


class Thoughts:
    """Takes a reply piece by piece, a tag cut in two included, and gives back what is no thought.

    A block that is never closed lasts to the end; a closing tag without a block is left out alone.
    """

    def __init__(self) -> None:
        self._held = ""
        self._inside = False

    def visible(self, piece: str) -> str:
        """Return what is sure to be no thought, up to and with this piece; empty for thoughts."""
        text, at = self._held + piece, 0
        shown: list[str] = []
        for tag in _TAG.finditer(text):
            if not self._inside:
                shown.append(text[at : tag.start()])
            self._inside = not tag["end"]
            at = tag.end()
        end = _begun(text, at)
        if not self._inside:
            shown.append(text[at:end])
        self._held = text[end:]
        return "".join(shown)

    def rest(self) -> str:
        """Return what was held back because a tag could have begun with it."""
        held, self._held = self._held, ""
        return "" if self._inside else held


class Transcript:
    """Collects the chunks of a reply and says whether they make one.

    Args:
        model: Named in errors.
        messages: What was asked, for the estimate where the provider does not count.
        max_tokens: What the reply was allowed to have.
        clock: Returns seconds that only grow.
    """

    def __init__(
        self,
        *,
        model: str,
        messages: Sequence[Message],
        max_tokens: int,
        clock: Callable[[], float],
    ) -> None:
        self._model = model
        self._messages = messages
        self._max_tokens = max_tokens
        self._clock = clock
        self._pieces: list[str] = []
        self._thoughts = Thoughts()
        self._written = 0
        self._asked_at: float | None = None
        self._first_seconds: float | None = None
        self._last = Chunk()
        self.requests = 0

    @property
    def started(self) -> bool:
        """Whether a piece of text came, be it a thought."""
        return self._written > 0

    def ask(self) -> None:
        """Note that a request is sent."""
        self.requests += 1
        if self._asked_at is None:
            self._asked_at = self._clock()

    def add(self, chunk: Chunk) -> str:
        """Take a chunk in and return what it adds to the text, thoughts left out.

        Raises:
            ModelResponseError: The reply grew beyond what was asked for.
        """
        last = self._last
        self._last = Chunk(
            finish=chunk.finish or last.finish,
            input_tokens=_latest(chunk.input_tokens, last.input_tokens),
            output_tokens=_latest(chunk.output_tokens, last.output_tokens),
        )
        if not chunk.text:
            return ""
        self._written += len(chunk.text)
        if self._written > _CHARACTERS_A_TOKEN * self._max_tokens:
            raise ModelResponseError(
                f"{self._model} wrote more than the {self._max_tokens} tokens that it was allowed: "
                "ask again, or choose another model"
            )
        return self._shown(self._thoughts.visible(chunk.text))

    def rest(self) -> str:
        """Return the end of the text, where `add` held it back."""
        return self._shown(self._thoughts.rest())

    def reply(self, *, whole: bool) -> Reply:
        """Return the reply.

        Raises:
            ModelResponseError: It broke off, was cut or withheld, or is blank.
        """
        text = "".join(self._pieces)
        self._refuse_incomplete(text)
        counted_in, counted_out = self._last.input_tokens, self._last.output_tokens
        asked = "\n".join(message.text for message in self._messages)
        return Reply(
            text=text,
            input_tokens=counted_in if counted_in else estimated_tokens(asked),
            output_tokens=counted_out if counted_out else estimated_tokens(text),
            requests=self.requests,
            first_token_seconds=None if whole else self._first_seconds,
        )

    def _shown(self, text: str) -> str:
        if text:
            if self._first_seconds is None and self._asked_at is not None:
                self._first_seconds = self._clock() - self._asked_at
            self._pieces.append(text)
        return text

    def _refuse_incomplete(self, text: str) -> None:
        finish = self._last.finish
        if finish in _CUT:
            raise ModelResponseError(
                f"the reply of {self._model} was cut after {self._max_tokens} tokens: raise "
                "FOOTNOTE_LLM_MAX_TOKENS, or FOOTNOTE_LLM_CONTEXT if the window is full"
            )
        if finish in _WITHHELD:
            raise ModelResponseError(
                f"{self._model} withheld its reply by a content filter: put the question in other "
                "words, or choose another model"
            )
        if finish is None:
            raise ModelResponseError(
                f"the reply of {self._model} broke off before its end: ask again"
            )
        if not text.strip():
            raise ModelResponseError(
                f"the reply of {self._model} is empty: ask again, or choose another model"
            )


def _latest(new: int | None, old: int | None) -> int | None:
    return old if new is None else new


def _begun(text: str, start: int) -> int:
    """Return where a tag may begin that the next piece completes; the end where none does."""
    last = text.rfind("<", start)
    if last >= 0 and any(tag.startswith(text[last:].lower()) for tag in _TAGS):
        return last
    return len(text)


def estimated_tokens(text: str) -> int:
    """Return a token for every four UTF-8 bytes, rounded up; 0 for no text.

    The rule of thumb of OpenAI's documentation for English; bytes, so that scripts with several
    bytes a character are not counted too low.
    """
    return math.ceil(len(text.encode("utf-8", "surrogatepass")) / 4)
