"""A kept conversation: what it is known by, its answers as they are stored, compared and exported.

An export holds what was said then, and of each quote what its article says of it now.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Literal

from index.data_files import data_text
from index.errors import FootnoteError, UnknownDocumentError
from index.reading.normal import one_line
from index.types import page_name
from rag.citations import SHOWN_AS_TRUE, places
from rag.settings import Settings
from rag.types import Answer, AnswerSentence, Citation, Turn

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from index.card import Card

ExportFormat = Literal["md", "html", "csl", "bibtex"]
"""md, html: the conversation with footnotes and a bibliography. csl, bibtex: the latter alone."""
_LATEST = 253_402_300_799.0
"""Seconds since 1970 of the last day that can be written; a later time is damage."""
_REMOVED = "article removed from the library since"
_STANDS = "article edited since: this still stands in it"
_EDITED = "article edited since: this does not stand in it any more"
_UNREADABLE = "This answer cannot be read any more; what it said was:"
_MARKS = re.compile(r"([\\`*_\[\]<>&|~#])")
_ITEM = re.compile(r"(?:^|\n) *(?:-|\d+[.)]) $")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What a kept conversation is known by."""

    id: str
    """32 hexadecimal digits."""
    name: str
    """As it was given, else the first question."""
    library: str
    """Whose articles were asked: a folder, or the address of a server without its password."""
    user: str
    """Who logged in to ask; empty where nobody had to."""
    begun_at: str
    used_at: str
    """UTC, ISO 8601, to the second."""
    turns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTurn:
    """A question of a conversation with its answer, as it was given then."""

    number: int
    """From 1, in the order in which they were asked; some may be missing."""
    asked_at: str
    question: str
    turn: Turn
    """As the history of a next question."""
    answer: Answer | None
    """Without its passages; None where what is stored cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTurn:
    """A turn that has the words that were searched for."""

    conversation: Conversation
    number: int
    question: str
    excerpt: str
    """Words around those found, on one line."""


def stored_answer(answer: Answer) -> str:
    """Return an answer as JSON without its passages, which are the library's.

    What no text in UTF-8 can have, as half of a surrogate pair, is a question mark.
    """
    bare = asdict(replace(answer, hits=(), ranked=()))
    return clean(json.dumps(bare, ensure_ascii=False, separators=(",", ":")))


def read_answer(stored: str, *, strict: bool = False) -> Answer | None:
    """Return an answer that was stored, by this version or another; None where it is none.

    Args:
        stored: JSON.
        strict: Whether a value of another kind, as 1.0 or true for a number, is refused.
    """
    from pydantic import ValidationError

    try:
        return _answers().validate_json(stored, strict=strict)
    except (ValidationError, FootnoteError):  # the latter of a scope that is none
        return None


def clean(text: str) -> str:
    """Return a text with a question mark for what UTF-8 cannot write."""
    return text.encode("utf-8", "replace").decode("utf-8")


@cache
def _answers() -> "TypeAdapter[Answer]":
    from pydantic import TypeAdapter

    return TypeAdapter(Answer)


def compared(citations: Sequence[Citation], text_of: Callable[[str], str]) -> tuple[Citation, ...]:
    """Return citations that say what their articles say of each quote now.

    Args:
        citations: As they were kept.
        text_of: Gives an article's text by its id, as `OpenLibrary.text` does.

    Raises:
        LibraryError: The library cannot be read.
    """

    @cache
    def stored(document_id: str) -> tuple[str, str] | None:
        try:
            text = text_of(document_id)
        except UnknownDocumentError:
            return None
        return text, sha256(text.encode("utf-8")).hexdigest()

    return tuple(_compared(citation, stored(citation.document_id)) for citation in citations)


def _compared(citation: Citation, stored: tuple[str, str] | None) -> Citation:
    if stored is None:
        return replace(citation, source_state="deleted", source_note=_REMOVED)
    text, digest = stored
    same = text[citation.start : citation.end] == citation.quote
    if digest == citation.card.sha256 and same and citation.start < citation.end:
        return replace(citation, source_state="current", source_note="")
    note = _STANDS if places(text, citation.quote, most=1) else _EDITED
    return replace(citation, source_state="edited", source_note=note)


def with_comparison(
    turns: Sequence[KeptTurn], text_of: Callable[[str], str]
) -> tuple[KeptTurn, ...]:
    """Return turns whose citations are `compared`."""
    whole = cache(text_of)
    return tuple(
        turn
        if turn.answer is None
        else replace(
            turn,
            answer=replace(turn.answer, citations=compared(turn.answer.citations, whole)),
        )
        for turn in turns
    )


def conversation_of(row: Sequence[Any]) -> Conversation:
    """Return what a conversation is known by, of a row of the file in the order of the fields."""
    return Conversation(
        id=cell_text(row[0]),
        user=cell_text(row[1]),
        library=cell_text(row[2]),
        begun_at=cell_date(row[3]),
        used_at=cell_date(row[4]),
        turns=cell_number(row[5]),
        name=one_line(cell_text(row[6])),
    )


def cell_date(milliseconds: object) -> str:
    """Return a time in words; the first day of 1970, or the last there is, for what is damaged."""
    seconds = min(max(cell_number(milliseconds) / 1000, 0.0), _LATEST)
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def cell_text(cell: object) -> str:
    """Return a text of the file, which a damaged one can have as another type."""
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)


def cell_number(cell: object) -> int:
    """Return a number of the file; 0 for what a damaged one has in its place."""
    return cell if isinstance(cell, int) else 0


def library_name(settings: Settings) -> str:
    """Return what a library is called in a conversation: its folder, or address, no password."""
    if isinstance(settings.library, Path):
        return clean(str(settings.library.resolve()))
    # Not by `urlsplit`: PostgreSQL takes several hosts, each with its port.
    rest = re.split("[?#]", settings.library.get_secret_value())[0].partition("://")[2]
    hosts, slash, database = rest.partition("/")
    user, at, hosts = hosts.rpartition("@")
    named = f"{user.partition(':')[0]}{at}".lstrip("@")
    return clean(f"postgresql://{named}{hosts.lower()}{slash}{database}")


def exported(conversation: Conversation, turns: Sequence[KeptTurn], *, form: ExportFormat) -> str:
    """Return a conversation as a text of its own, footnotes numbered through.

    Args:
        conversation: What it is called, and when it was.
        turns: Compared before, oldest first.
        form: Markdown, one HTML page that loads nothing, or the bibliography of what is cited.
    """
    from rag.bibliography import bibliography

    answers = [turn.answer for turn in turns if turn.answer is not None]
    cards = {c.document_id: c.card for answer in answers for c in answer.citations}
    if form in ("csl", "bibtex"):
        return bibliography(cards, format=form)
    if form == "html":
        return _html(conversation, turns)
    listed = bibliography(cards, format="markdown")
    parts = [
        f"# {_plain(conversation.name)}",
        f"{_days(conversation)}, from {_plain(_called(conversation))}.",
        *_markdown_turns(turns),
        *(["## Bibliography", listed.rstrip()] if listed else []),
    ]
    return "\n\n".join(parts) + "\n"


def _days(conversation: Conversation) -> str:
    first, last = conversation.begun_at[:10], conversation.used_at[:10]
    return f"Asked on {first}" if first == last else f"Asked from {first} to {last}"


def _markdown_turns(turns: Sequence[KeptTurn]) -> Iterator[str]:
    """Yield the paragraphs of all turns: each question, its answer and its footnotes."""
    before = 0
    for turn in turns:
        yield f"## {_plain(turn.question)}"
        if turn.answer is None:
            yield f"{_UNREADABLE} {_plain(turn.turn.text)}"
            continue
        yield _markdown_answer(turn.answer, before)
        for citation in turn.answer.citations:
            yield f"[^{before + citation.number}]: {_footnote(citation)}"
        before += len(turn.answer.citations)


def _markdown_answer(answer: Answer, before: int) -> str:
    if not answer.sentences:
        return f"*{_plain(answer.text)}*"
    said = "".join(_said(answer, sentence, before) for sentence in answer.sentences).strip()
    return f"**{_plain(answer.short)}**\n\n{said}" if answer.short and not answer.parts else said


def _said(answer: Answer, sentence: AnswerSentence, before: int) -> str:
    """Return a sentence with its place in the text, what is wrong with it, and its footnotes."""
    lead = "\n- " if answer.is_overview else sentence.lead
    item = _ITEM.search(lead)
    between = item[0] if item else "\n\n" if "\n" in lead else " "
    context = f"(Before it: {_plain(sentence.context)}) " if sentence.context else ""
    wrong = sentence.verdict not in SHOWN_AS_TRUE
    finding = f" (**{sentence.verdict}**{_colon(sentence.note)})" if wrong else ""
    marks = "".join(f"[^{before + number}]" for number in sentence.citations)
    return f"{between}{context}{_plain(sentence.text)}{finding}{marks}"


def _colon(note: str) -> str:
    return f": {_plain(note)}" if note else ""


def _footnote(citation: Citation) -> str:
    note = f" ({citation.source_note})" if citation.source_note else ""
    return f"“{_plain(citation.quote)}” {_plain(_place(citation))}{note}"


def _place(citation: Citation) -> str:
    """Return title and place of a quote."""
    where = page_name(citation.page, citation.page_label)
    title = citation.card.title or citation.card.source
    return f"{title}, {where or f'characters {citation.start}–{citation.end}'}."


def _found(card: "Card") -> str:
    """Return an article's address, or its file's name: where that lies is nobody's, either."""
    return card.url or (card.source if "://" in card.source else PurePath(card.source).name)


def _called(conversation: Conversation) -> str:
    """Return the library's name alone: where it lies is nobody's whom an export is given to."""
    return re.split(r"[/\\]", conversation.library.rstrip("/\\"))[-1] or "a library"


def _plain(text: str) -> str:
    """Return a text on one line of which Markdown takes nothing for a sign of its own."""
    return _MARKS.sub(r"\\\1", one_line(text))


def _html(conversation: Conversation, turns: Sequence[KeptTurn]) -> str:
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    answers = [turn.answer for turn in turns if turn.answer is not None]
    return environment.from_string(data_text("rag", "conversation.html")).render(
        name=conversation.name,
        about=f"{_days(conversation)}, from {one_line(_called(conversation))}",
        turns=turns,
        before=_before(turns),
        place=_place,
        found=_found,
        unreadable=_UNREADABLE,
        trusted=SHOWN_AS_TRUE,
        cards={c.document_id: c.card for answer in answers for c in answer.citations},
        style=data_text("rag", "evidence.css"),
    )


def _before(turns: Sequence[KeptTurn]) -> list[int]:
    """Return how many footnotes stand before each turn."""
    counts = [len(turn.answer.citations) if turn.answer else 0 for turn in turns]
    return [sum(counts[:place]) for place in range(len(counts))]
