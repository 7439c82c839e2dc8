"""The public types: of answers, of libraries, of what answers; and each as plain data.

All are frozen, slotted and keyword-only. Those that come with what makes them can be had here as
well. What most programs name is in `rag` too.
"""

import json
import re
from dataclasses import dataclass, fields, is_dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal

from index.card import Card, OldName, nested, old_names
from index.scope import EVERYTHING, Scope
from index.types import (
    AddReport,
    Change,
    Checkup,
    CompactReport,
    Document,
    DocumentSummary,
    Finding,
    Folder,
    Hit,
    PageImage,
    Passage,
    ScoredSentence,
    Sentence,
    SourceState,
    Span,
)
from rag.answerers import (
    Answerer,
    Draft,
    DraftPart,
    DraftSentence,
    Evidence,
    LanguageModel,
    Message,
    PromptDigest,
    Reply,
    Usage,
    Verdict,
)

if TYPE_CHECKING:
    from index.embedding import Embedder
    from index.sync.intake import Article
    from index.sync.watch import Folders, Notice
    from index.upkeep.removed import Removals, Removed
    from index.upkeep.transfer import ExportReport
    from rag.bibliography import BibliographyFormat
    from rag.question import Question

__all__ = [
    "AddReport", "Answer", "AnswerPart", "AnswerSentence", "Answerer", "Article",
    "BibliographyFormat", "Card", "Change", "CheckedClaim", "Checkup", "Citation", "CompactReport",
    "Document", "DocumentSummary", "Draft", "DraftPart", "DraftSentence", "Embedder", "Event",
    "Evidence", "ExportReport", "Finding", "Folder", "Folders", "Hit", "LanguageModel", "Message",
    "Notice", "PageImage", "Passage", "PromptDigest", "Question", "Reason", "Removals",
    "Removed", "Reply", "Retrieved",
    "ScoredSentence", "Sentence", "SetAside", "SourceState", "Span", "Status", "TextDelta", "Turn",
    "Usage", "Verdict", "Verification",
]  # fmt: skip

_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What JSON allows as it is and a terminal may obey: control characters and direction marks."""
_ELSEWHERE = {
    "Article": "index.sync.intake",
    "BibliographyFormat": "rag.bibliography",
    "Embedder": "index.embedding",
    "ExportReport": "index.upkeep.transfer",
    "Folders": "index.sync.watch",
    "Notice": "index.sync.watch",
    "Question": "rag.question",
    "Removals": "index.upkeep.removed",
    "Removed": "index.upkeep.removed",
}
"""Where the types are that come with what makes them; loaded when they are asked for."""


def __getattr__(name: str) -> object:
    if name not in _ELSEWHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_ELSEWHERE[name]), name)


Status = Literal["answered", "abstained"]
Reason = Literal[
    "no_match", "weak_match", "empty_library", "empty_question", "small_talk", "other_language",
    "declined", "unsupported", "cut_short",
]  # fmt: skip
"""Why there is no answer; the last three are a language model's.

small_talk: nothing is asked of the articles. other_language: the question is not in English, and
what answers reads English only. declined: it found none in its sources. unsupported: nothing that
it wrote is in them. cut_short: of `SetAside` alone.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A checked footnote: `text[start:end] == quote` held for the document when it was made."""

    number: int
    """As printed in `[n]`, from 1."""
    document_id: str
    card: Card
    """Of the document."""
    page: int | None
    """Where the quote begins, from 1; None where the document has no pages."""
    start: int
    end: int
    quote: str
    source_state: SourceState = "current"
    """What became of the source's file since it was indexed."""
    source_note: str = ""
    """The same for a reader; empty where it is as it was indexed."""
    page_label: str = ""
    """What the page is called, as printed; empty where that is its number."""

    title = OldName("title")
    source = OldName("source")
    document_sha256 = OldName("sha256")
    published = OldName("published")
    author = OldName("author")
    url = OldName("url")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSentence:
    """One sentence of an answer with the numbers of its citations and what its check found."""

    text: str
    """Without citation marks."""
    citations: tuple[int, ...]
    """Of what carries it; of what it differs from where it is altered or contradicted."""
    verdict: Verdict = "supported"
    note: str = ""
    """What differs from the sources, for a reader; empty where it is supported."""
    span: tuple[int, int] | None = None
    """Offsets in `text` of the words that probably answer, where a whole sentence is quoted.

    None where no words stand out.
    """
    context: str = ""
    """Words of the article before it that name what a pronoun in it stands for; mostly empty."""
    lead: str = ""
    """Markdown before it in a model's reply: a paragraph's break, an item's mark, a heading of the
    question's words; empty where it follows the last sentence."""
    markdown: str = ""
    """`text` with the emphasis that a language model gave it; empty where there is none."""
    is_quote: bool = False
    """Whether it is a stored sentence that is shown beside what a language model wrote."""
    when: str = ""
    """The date that it gives, where the answer is in order of time: `TimelineEntry.shown`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPart:
    """One of several things that answer: a part of the question, a step to it, or a list's item."""

    asked: str
    """The part of the question that it answers, in full; empty for an item of a list."""
    text: str
    """The words that answer; empty where the part is not answered."""
    citations: tuple[int, ...]
    """Numbers of the citations that bear it out; none where it is not answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """An earlier question of a conversation with its answer."""

    question: str
    """As it was searched: `Answer.searched`."""
    text: str
    """The answer's text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """What a language model wrote where its reply is not the answer."""

    model: str
    reason: Reason
    """`declined`, `unsupported`, `weak_match`: it holds, but does not read as an answer, or
    `cut_short`: its whole sentences are the answer, and one or more are missing behind them."""
    note: str
    """The same for a reader, and what is shown in its place."""
    sentences: tuple[AnswerSentence, ...]
    """With what their check found; empty where it declined, and under `Settings.strict`."""
    citations: tuple[Citation, ...]
    """What those sentences differ from, numbered on their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer whose every sentence is cited, or an abstention with its reason."""

    question: str
    status: Status
    reason: Reason | None
    """Why it abstained; None when it answered."""
    text: str
    """The sentences with their `[n]` marks, as Markdown; else what was searched and is missing."""
    sentences: tuple[AnswerSentence, ...]
    """Empty when it abstained."""
    citations: tuple[Citation, ...]
    """In order of number; when it abstained those of its steps alone."""
    confidence: float
    """Estimated probability that the documents answer the question and this is the answer, 0-1.

    Of a language model's answer: the share of its sentences that the sources support.
    """
    hits: tuple[Hit, ...]
    """What was retrieved, best first; on abstention only those that are near to the question.

    The extractive answerer puts the passage of its most probable sentence first.
    """
    model: str
    """`extractive`, or the language model that wrote the text."""
    usage: Usage
    seconds: float
    ranked: tuple[Sentence, ...] = ()
    """Up to ten sentences of the hits, the most probable answer first, also on abstention.

    Empty where a language model wrote the answer: nothing is ranked for it then.
    """
    searched: str = ""
    """The stand-alone question that was searched: `question`, or a follow-up put in full."""
    prompts: tuple[PromptDigest, ...] = ()
    """Of the prompts that made it; empty for the extractive answerer."""
    short: str | None = None
    """The exact words that answer, or `Yes` or `No`; None where none are sure enough alone."""
    parts: tuple[AnswerPart, ...] = ()
    """Of a question of several parts, and the items of a list; empty for a single fact."""
    is_overview: bool = False
    """Whether it tells of the whole: its sentences are quoted in reading order, as a list."""
    fallback: str = ""
    """Why the language model did not answer and the extractive answerer did; empty otherwise."""
    set_aside: SetAside | None = None
    """What a language model wrote and the sources do not say; None where its reply is shown."""
    scope: Scope = EVERYTHING
    """Which articles were searched, and no others."""
    scope_named: bool = False
    """Whether the question named them itself; `EVERYTHING`, given as the scope, asks all."""
    scope_note: str = ""
    """For a reader: why all were asked although the question names some; mostly empty."""
    steps: tuple[AnswerPart, ...] = ()
    """What was searched one by one, with a language model, and found; mostly empty."""

    @property
    def turn(self) -> Turn:
        """This exchange, as the history of the next question."""
        return Turn(question=self.searched or self.question, text=self.text)

    def bibliography(self, format: "BibliographyFormat" = "bibtex") -> str:  # noqa: A002
        """Return the cited documents as `rag.bibliography` writes them, the first cited first.

        An abstention cites none: the text is empty then, and `[]` in CSL-JSON.

        Raises:
            MisuseError: There is no such format.
        """
        from rag.bibliography import bibliography

        return bibliography({c.document_id: c.card for c in self.citations}, format=format)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedClaim:
    """A claim of a text with its verdict."""

    text: str
    """Without citation marks."""
    start: int
    end: int
    """Offsets in `Verification.text`, citation marks included."""
    cited: tuple[int, ...]
    """The numbers that the text cites for it."""
    verdict: Verdict
    citations: tuple[int, ...]
    """Numbers of the `Verification.citations` that bear it out, or that it differs from."""
    note: str
    """What differs, for a reader; empty where it is supported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found of each claim of a text."""

    text: str
    """The text that the offsets of the claims are in."""
    claims: tuple[CheckedClaim, ...]
    citations: tuple[Citation, ...]
    """Checked quotes, in order of number; the numbers are ours, not the text's."""

    @property
    def supported(self) -> bool:
        """Whether every claim is supported by what it cites."""
        return all(claim.verdict == "supported" for claim in self.claims)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """First event of a stream: the passages, before any text.

    One that comes later takes back the pieces before it: what answers begins anew.
    """

    hits: tuple[Hit, ...]
    searched: str = ""
    """As in `Answer.searched`."""
    steps: tuple[AnswerPart, ...] = ()
    """As in `Answer.steps`, without numbers; nothing is found yet where none has text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelta:
    """A checked piece of the answer's text, to be appended to what came before."""

    text: str
    sentence: AnswerSentence | None = None
    """The sentence that the piece shows; None for the text of an abstention."""
    citations: tuple[Citation, ...] = ()
    """Those that this piece is the first to name."""


Event = Retrieved | TextDelta | Answer
"""A stream is one `Retrieved`, any number of `TextDelta`, then exactly one `Answer`.

The pieces joined are the answer's text. Another `Retrieved` on the way takes back the pieces before
it: the language model had only thought aloud, or failed, or nothing that it wrote held.
"""


def as_json(value: object) -> object:
    """Return dataclasses as dictionaries in the order of their fields, tuples as lists.

    What moved to a card stands under its old name as well, for one version more.
    """
    if is_dataclass(value) and not isinstance(value, type):
        plain = {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
        card = getattr(value, "card", None)
        old = {old: as_json(getattr(card, new)) for old, new in old_names(type(value)).items()}
        return plain | old
    if isinstance(value, tuple | list):
        return [as_json(item) for item in value]
    return value


def renewed(value: object) -> object:
    """Return plain data of the version before, in which citations and hits had no card, as ours."""
    if isinstance(value, list):
        return [renewed(item) for item in value]
    if not isinstance(value, dict):
        return value
    plain = {key: renewed(item) for key, item in value.items()}
    return nested(plain) if "document_sha256" in plain and "card" not in plain else plain


def json_text(value: object, *, encoding: str = "utf-8") -> str:
    r"""Return a value as indented JSON, readable in any language.

    Args:
        value: One of our types, or a tuple of them.
        encoding: Of where it goes; if that lacks a character, everything but ASCII is written
            as `\uXXXX`. What could steer a terminal always is.
    """
    text = json.dumps(as_json(value), indent=2, ensure_ascii=False)
    text = _STEERING.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(as_json(value), indent=2)
    return text
