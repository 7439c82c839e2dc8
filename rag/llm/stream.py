"""Follows one reply as it comes: its pieces, thoughts left out, tokens, time, how it ended.

Nothing is sent from here.
"""

import math
import re
from collections.abc import Callable, Sequence
from functools import cache

from index.data_files import data_toml
from index.errors import ModelResponseError
from rag.answerers import Afresh, CutReplyError, Message, Reply
from rag.llm.providers.wire import Chunk

_CUT = frozenset({"length", "max_tokens", "model_context_window_exceeded"})
_WITHHELD = frozenset({"content_filter", "refusal", "safety"})
_CHARACTERS_A_TOKEN = 32
"""The longest that tokens are on average in any text; a reply beyond that was not asked for."""


class Thoughts:
    """Takes a reply piece by piece, a mark cut in two included, and gives back what is no thought.

    A thought that is never closed lasts to the end. A closing mark without an opening one says
    that all before it was thought: the template of the chat had opened it.
    """

    def __init__(self) -> None:
        self._held = ""
        self._inside = False
        self._header: str | None = None
        """What a header says so far; None outside of one."""

    def visible(self, piece: str) -> tuple[str, ...]:
        """Return what is sure to be no thought, up to and with this piece; none for thoughts.

        `Afresh` among it takes back what was returned before.
        """
        text, at = self._held + piece, 0
        shown: list[str] = []
        for mark in _marks().finditer(text):
            self._read(text[at : mark.start()], shown)
            self._turn(mark[0].lower(), shown)
            at = mark.end()
        end = _begun(text, at)
        self._read(text[at:end], shown)
        self._held = text[end:]
        return tuple(shown)

    def rest(self) -> str:
        """Return what was held back because a mark could have begun with it."""
        held, self._held = self._held, ""
        return "" if self._inside or self._header is not None else held

    def _read(self, text: str, shown: list[str]) -> None:
        if self._header is not None:
            self._header += text
        elif text and not self._inside:
            shown.append(text)

    def _turn(self, mark: str, shown: list[str]) -> None:
        kinds = _kinds()
        if mark in kinds["header"]:
            self._header = f"{self._header or ''} "
        elif mark in kinds["said"]:
            self._inside = not kinds["hidden"].isdisjoint((self._header or "").lower().split())
            self._header = None
        elif mark in kinds["open"]:
            self._inside = True
        elif mark in kinds["close"]:
            if not self._inside:
                shown[:] = [Afresh()]
            self._inside = False


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

    def add(self, chunk: Chunk) -> tuple[str, ...]:
        """Take a chunk in and return what it adds to the text, thoughts left out.

        `Afresh` among it takes back all that was returned before.

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
            return ()
        self._written += len(chunk.text)
        if self._written > _CHARACTERS_A_TOKEN * self._max_tokens:
            raise ModelResponseError(
                f"{self._model} wrote more than the {self._max_tokens} tokens that it was allowed: "
                "ask again, or choose another model"
            )
        return tuple(self._shown(piece) for piece in self._thoughts.visible(chunk.text))

    def rest(self) -> str:
        """Return the end of the text, where `add` held it back."""
        return self._shown(self._thoughts.rest())

    def reply(self, *, whole: bool) -> Reply:
        """Return the reply.

        Raises:
            ModelResponseError: It broke off, was cut or withheld, or is blank.
        """
        text = "".join(self._pieces)
        counted_in, counted_out = self._last.input_tokens, self._last.output_tokens
        asked = "\n".join(message.text for message in self._messages)
        reply = Reply(
            text=text,
            input_tokens=counted_in if counted_in else estimated_tokens(asked),
            output_tokens=counted_out if counted_out else estimated_tokens(text),
            requests=self.requests,
            first_token_seconds=None if whole else self._first_seconds,
        )
        self._refuse_incomplete(reply)
        return reply

    def _shown(self, text: str) -> str:
        if isinstance(text, Afresh):
            self._pieces.clear()
            self._first_seconds = None
        elif text:
            if self._first_seconds is None and self._asked_at is not None:
                self._first_seconds = self._clock() - self._asked_at
            self._pieces.append(text)
        return text

    def _refuse_incomplete(self, reply: Reply) -> None:
        finish = self._last.finish
        if finish in _CUT:
            raise CutReplyError(
                f"the reply of {self._model} was cut after {self._max_tokens} tokens: raise "
                "FOOTNOTE_LLM_MAX_TOKENS, or FOOTNOTE_LLM_CONTEXT if the window is full",
                reply=reply,
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
        if not reply.text.strip():
            raise ModelResponseError(
                f"the reply of {self._model} is empty: ask again, or choose another model"
            )


def _latest(new: int | None, old: int | None) -> int | None:
    return old if new is None else new


def _begun(text: str, start: int) -> int:
    """Return where a mark may begin that the next piece completes; the end where none does."""
    low = text.lower()
    first = max(start, len(text) - max(map(len, _all_marks())) + 1)
    return next(
        (at for at in range(first, len(text)) if any(m.startswith(low[at:]) for m in _all_marks())),
        len(text),
    )


@cache
def _kinds() -> dict[str, frozenset[str]]:
    return {name: frozenset(marks) for name, marks in data_toml("rag", "thoughts.toml").items()}


@cache
def _all_marks() -> tuple[str, ...]:
    marks = {mark for kind, marks in _kinds().items() if kind != "hidden" for mark in marks}
    return tuple(sorted(marks, key=lambda mark: (-len(mark), mark)))


@cache
def _marks() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, _all_marks())), re.IGNORECASE)


def estimated_tokens(text: str) -> int:
    """Return a token for every four UTF-8 bytes, rounded up; 0 for no text.

    The rule of thumb of OpenAI's documentation for English; bytes, so that scripts with several
    bytes a character are not counted too low.
    """
    return math.ceil(len(text.encode("utf-8", "surrogatepass")) / 4)
