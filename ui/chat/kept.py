"""Takes back a conversation that a browser kept: anything may have been written there meanwhile.

Each turn is read by its form, and each quote compared with the stored text anew; a turn that fails
is left out. What a document says that is gone or changed cannot be compared, and is said to be so.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from rag import Answer, AnswerSentence, Citation, Reason, Usage, Verdict
from ui.chat.conversation import Turn

if TYPE_CHECKING:
    from rag import Assistant

_MOST = 100
"""Turns of a conversation, and sentences and sources of a turn."""
_GONE = "article removed from the library since"
_CHANGED = "article changed in the library since"

_Line = Annotated[str, Field(max_length=4000)]
_Text = Annotated[str, Field(min_length=1, max_length=20_000)]
_Number = Annotated[int, Field(ge=1, le=1_000_000)]
_Offset = Annotated[int, Field(ge=0)]
_Span = Annotated[list[_Offset], Field(min_length=2, max_length=2)]


class _Form(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class _Sentence(_Form):
    text: _Text
    numbers: Annotated[list[_Number], Field(max_length=_MOST)]
    verdict: Verdict
    note: _Line
    span: _Span | None = None


class _Source(_Form):
    number: _Number
    document: _Line
    title: _Line
    source: Annotated[str, Field(max_length=12_000)]
    """With the address of a saved page behind it."""
    page: _Number | None
    start: _Offset
    end: int
    quote: _Text
    sha256: _Line


class _Turn(_Form):
    number: _Number
    question: Annotated[str, Field(min_length=1, max_length=2000)]
    searched: _Line
    state: Literal["answered", "abstained"]
    reason: Reason | None
    model: _Line
    says: Annotated[str, Field(max_length=200_000)]
    fallback: _Line
    sentences: Annotated[list[_Sentence], Field(max_length=_MOST)]
    sources: Annotated[list[_Source], Field(max_length=_MOST)]


def taken_back(assistant: "Assistant", given: object) -> tuple[Turn, ...]:
    """Return the turns of a conversation as a page sent it, oldest first; empty for none.

    Args:
        assistant: Whose documents the quotes are compared with.
        given: What `turn_view.as_view` once made of turns, or anything else.

    Raises:
        LibraryError: The library cannot be read.
    """
    text_of = cache(_reading(assistant))
    found: dict[int, Turn] = {}
    for one in given[-_MOST:] if isinstance(given, list) else ():
        with suppress(ValueError):  # as Pydantic's own errors are
            turn = _turn(_Turn.model_validate(one), text_of)
            found[turn.number] = turn
    return tuple(found[number] for number in sorted(found))


def _span(sentence: _Sentence) -> tuple[int, int] | None:
    """Return the offsets of the likely words; None where there are none.

    Raises:
        ValueError: They are not in the sentence.
    """
    if sentence.span is None:
        return None
    start, end = sentence.span
    if not start < end <= len(sentence.text):
        raise ValueError("a span lies outside of its sentence")
    return start, end


def _reading(assistant: "Assistant") -> Callable[[str], tuple[str, str] | None]:
    from rag import UnknownDocumentError

    def text_of(document_id: str) -> tuple[str, str] | None:
        try:
            text = assistant.text(document_id)
        except UnknownDocumentError:
            return None
        return text, hashlib.sha256(text.encode("utf-8")).hexdigest()

    return text_of


def _turn(kept: _Turn, text_of: Callable[[str], tuple[str, str] | None]) -> Turn:
    """Return a turn.

    Raises:
        ValueError: It quotes what its document does not say, or cites what it does not name.
    """
    citations = tuple(_citation(source, text_of) for source in kept.sources)
    sentences = tuple(
        AnswerSentence(
            text=s.text, citations=tuple(s.numbers), verdict=s.verdict, note=s.note, span=_span(s)
        )
        for s in kept.sentences
    )
    numbers = [c.number for c in citations]
    if numbers != list(range(1, len(numbers) + 1)):
        raise ValueError("sources are numbered from 1")
    if not {n for s in sentences for n in s.citations} <= set(numbers):
        raise ValueError("a sentence cites a source that is not there")
    answer = Answer(
        question=kept.question,
        status=kept.state,
        reason=kept.reason,
        text=kept.says,
        sentences=sentences,
        citations=citations,
        confidence=0.0,
        hits=(),
        model=kept.model,
        usage=Usage(),
        seconds=0.0,
        searched=kept.searched,
        fallback=kept.fallback,
    )
    return Turn(
        number=kept.number,
        question=kept.question,
        model=kept.model,
        hits=(),
        sentences=sentences,
        citations=citations,
        answer=answer,
        kept=True,
    )


def _citation(source: _Source, text_of: Callable[[str], tuple[str, str] | None]) -> Citation:
    stored = text_of(source.document)
    note = _GONE if stored is None else _CHANGED if stored[1] != source.sha256 else ""
    if stored is not None and not note:
        said = stored[0][source.start : source.end] if source.start < source.end else ""
        if said != source.quote:
            raise ValueError("its document does not say this there")
    return Citation(
        number=source.number,
        document_id=source.document,
        title=source.title,
        source=source.source,
        page=source.page,
        start=source.start,
        end=source.end,
        quote=source.quote,
        document_sha256=source.sha256,
        source_note=note,
    )
