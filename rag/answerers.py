"""What may answer, as protocols: a language model, and what proposes a draft of stored words.

And what each gets and gives. `rag.llm` has the models of providers, `rag.answer` what quotes.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from index.errors import ModelResponseError
from index.types import Hit, Sentence

if TYPE_CHECKING:
    from rag.question import Question

Verdict = Literal["supported", "misattributed", "altered", "contradicted", "unsupported"]
"""What a check of one sentence found.

supported: a cited source says it. misattributed: another source says it, and is cited instead.
altered: a source says it with another number, date or name, or only that it may be so.
contradicted: a source says otherwise. unsupported: no source says it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation with a model."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A model's complete answer."""

    text: str
    """The pieces joined; never blank, and without what a model thinks aloud."""
    input_tokens: int
    """As the provider counted them, else estimated."""
    output_tokens: int
    requests: int
    """Sent to the provider, repeated ones included; 0 where a recorded reply was read."""
    first_token_seconds: float | None
    """From the first request to the first piece; None where the reply came whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a language model took; zero for the extractive answerer."""

    input_tokens: int = 0
    output_tokens: int = 0
    requests: int = 0
    """Sent to the provider, repeated ones included."""
    first_token_seconds: float | None = None
    """From the first request to the first piece of text; None where there was none."""
    cost: float | None = None
    """In the currency of the price settings; None where they name no price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptDigest:
    """Which wording of a prompt was used."""

    name: str
    sha256: str
    """Hex digest of the prompt file's UTF-8 bytes."""


class CutReplyError(ModelResponseError):
    """A reply reached its length limit; what came before is whole but for its last sentence."""

    def __init__(self, message: str, *, reply: Reply) -> None:
        super().__init__(message)
        self.reply = reply
        """As far as it came."""


class Afresh(str):
    """An empty piece of a stream: what came before it was thought aloud, the reply begins now."""

    __slots__ = ()


class LanguageModel(Protocol):
    """A model that can be asked; safe to share between threads.

    All four ways to ask raise one of `ModelUnavailableError`, `ModelRejectedError` and
    `ModelResponseError`, and nothing else; a truncated answer is an error,
    a `CutReplyError` where it reached its length limit.
    """

    @property
    def name(self) -> str:
        """`PROVIDER:MODEL`, as `Answer.model` shows it."""
        ...

    @property
    def context_window(self) -> int:
        """Tokens that messages and reply may have together."""
        ...

    @property
    def parameters(self) -> Mapping[str, str | int | float]:
        """What changes its replies besides name and messages, such as temperature; no secret."""
        ...

    def complete(self, messages: Sequence[Message]) -> Reply:
        """Return the reply to the messages."""
        ...

    async def acomplete(self, messages: Sequence[Message]) -> Reply:
        """Return the reply to the messages, without blocking the event loop."""
        ...

    def stream(self, messages: Sequence[Message]) -> Iterator[str | Reply]:
        """Yield the text in pieces as it comes, then exactly one `Reply`.

        A piece that is `Afresh` takes back those before it.
        """
        ...

    def astream(self, messages: Sequence[Message]) -> AsyncIterator[str | Reply]:
        """Yield as `stream` does, without blocking the event loop."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A span of one hit's document that a draft sentence rests on."""

    hit: Hit
    start: int
    end: int
    """Offsets in the document's text."""

    @property
    def text(self) -> str:
        """The words of the span, which lies in the hit's passage."""
        begin = self.hit.passage.start
        return self.hit.passage.text[self.start - begin : self.end - begin]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSentence:
    """One sentence that an answerer proposes, with the evidence for it."""

    text: str
    evidence: tuple[Evidence, ...]
    verdict: Verdict = "supported"
    note: str = ""
    """As in `AnswerSentence.note`."""
    span: tuple[int, int] | None = None
    """As in `AnswerSentence.span`."""
    context: Evidence | None = None
    """As in `AnswerSentence.context`, in the same document."""
    when: str = ""
    """As in `AnswerSentence.when`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPart:
    """One of several things that answer, with the evidence for it."""

    asked: str
    """As in `AnswerPart.asked`."""
    text: str
    """As in `AnswerPart.text`."""
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an answerer proposes before its citations are checked."""

    sentences: tuple[DraftSentence, ...]
    """Most direct first; empty when nothing answers."""
    confidence: float
    """0 to 1, as in `Answer.confidence`."""
    short: str | None = None
    """As in `Answer.short`."""
    parts: tuple[DraftPart, ...] = ()
    """As in `Answer.parts`; their evidence is that of the sentences."""
    ranked: tuple[Sentence, ...] = ()
    """As in `Answer.ranked`; empty where the answerer ranks no sentences."""


class Answerer(Protocol):
    """Proposes an answer from hits; its citations are checked afterwards by `rag.citations`."""

    @property
    def name(self) -> str:
        """What `Answer.model` shows."""
        ...

    def draft(self, question: "Question", hits: Sequence[Hit]) -> Draft:
        """Propose sentences with the evidence of each, most direct first.

        Args:
            question: What is asked: `Question.text`, and what kind of answer it asks for.
            hits: Retrieved passages, best first; none must give an empty draft.
        """
        ...
