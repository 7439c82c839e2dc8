"""The types of answers: what was said, on which evidence, and how sure; no behaviour.

All are frozen, slotted and keyword-only. The types of evidence are in `index.types`.
"""

from dataclasses import dataclass
from typing import Literal

from index.types import Hit, Sentence

Status = Literal["answered", "abstained"]
Reason = Literal["no_match", "weak_match", "empty_library", "empty_question"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A checked footnote: `text[start:end] == quote` held for the document when it was made."""

    number: int
    """As printed in `[n]`, from 1."""
    document_id: str
    title: str
    source: str
    page: int | None
    """From 1; None where the document has no pages."""
    start: int
    end: int
    quote: str
    document_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSentence:
    """One sentence of an answer with the numbers of the citations that carry it."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens that a language model counted; zero for the extractive answerer."""

    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer whose every sentence is cited, or an abstention with its reason."""

    question: str
    status: Status
    reason: Reason | None
    """Why it abstained; None when it answered."""
    text: str
    """The sentences with their `[n]` marks; a plain statement when it abstained."""
    sentences: tuple[AnswerSentence, ...]
    """Empty when it abstained."""
    citations: tuple[Citation, ...]
    """In order of number; empty when it abstained."""
    confidence: float
    """Estimated probability that the documents answer the question and this is the answer, 0-1."""
    hits: tuple[Hit, ...]
    """What was retrieved, best first; on abstention these are the nearest passages."""
    model: str
    """`extractive`, or the language model that wrote the text."""
    usage: Usage
    seconds: float
    ranked: tuple[Sentence, ...] = ()
    """Up to ten sentences of the hits, the most probable answer first, also on abstention."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A span of one hit's document that a draft sentence rests on."""

    hit: Hit
    start: int
    end: int
    """Offsets in the document's text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSentence:
    """One sentence that an answerer proposes, with the evidence it claims for it."""

    text: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an answerer proposes before its citations are checked."""

    sentences: tuple[DraftSentence, ...]
    """Most direct first; empty when nothing answers."""
    confidence: float
    """0 to 1, as in `Answer.confidence`."""
    ranked: tuple[Sentence, ...] = ()
    """As in `Answer.ranked`; empty where the answerer ranks no sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """First event of a stream: the passages, before any text."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelta:
    """A piece of the answer's text, to be appended to what came before."""

    text: str


Event = Retrieved | TextDelta | Answer
"""A stream is one `Retrieved`, any number of `TextDelta`, then exactly one `Answer`."""
