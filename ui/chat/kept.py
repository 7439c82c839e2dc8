"""Takes turns back: from the store, and those that a browser kept in the version before.

Anything may have been written into what a browser kept: each turn is read by its form, and a turn
that quotes what its article does not say is left out. What became of an article since is said
beside each quote.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from rag import Answer, AnswerSentence, Assistant, Card, Citation, UnknownDocumentError
from rag.internal import KeptTurn, compared
from rag.types import AnswerPart, Reason, SetAside, Usage, Verdict
from ui.chat.conversation import Turn

_MOST = 100
"""Turns of a conversation, and sentences and sources of a turn."""
_TRUE = ("supported", "misattributed")
_OURS = ("Yes", "No")
"""Short answers that no article has to say."""
TextOf = Callable[[str], str]
"""Gives the text of an article by its id; it may raise `UnknownDocumentError`."""
_Line = Annotated[str, Field(max_length=4000)]
_Text = Annotated[str, Field(min_length=1, max_length=20_000)]
_Number = Annotated[int, Field(ge=1, le=1_000_000)]
_Offset = Annotated[int, Field(ge=0)]
_Span = Annotated[list[_Offset], Field(min_length=2, max_length=2)]


def taken_back(assistant: Assistant, given: object) -> tuple[Turn, ...]:
    """Return the turns of a conversation as a page sent it, oldest first; empty for none.

    Args:
        assistant: Whose documents the quotes are compared with.
        given: What `turn_view.as_view` once made of turns, or anything else.

    Raises:
        LibraryError: The library cannot be read.
    """
    text_of = cache(assistant.library.text)
    found: dict[int, Turn] = {}
    for one in given[-_MOST:] if isinstance(given, list) else ():
        with suppress(ValueError):  # as Pydantic's own errors are
            turn = _turn(_Turn.model_validate(one), text_of)
            found[turn.number] = turn
    return tuple(found[number] for number in sorted(found))


def recalled(assistant: Assistant, kept: Sequence[KeptTurn]) -> tuple[Turn, ...]:
    """Return turns of the store, their quotes compared with what the articles say now.

    Raises:
        LibraryError: The library cannot be read.
    """
    text_of = cache(assistant.library.text)
    return tuple(_recalled(turn, text_of) for turn in kept)


def _recalled(kept: KeptTurn, text_of: TextOf) -> Turn:
    answer = kept.answer
    if answer is None:
        lost = f"This answer cannot be read any more. Its text was: {kept.turn.text}"
        return Turn(number=kept.number, question=kept.question, problem=lost, kept=True)
    return Turn(
        number=kept.number,
        question=kept.question,
        model=answer.model,
        hits=(),
        sentences=answer.sentences,
        citations=compared(answer.citations, text_of),
        answer=answer,
        kept=True,
    )


class _Form(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class _Sentence(_Form):
    context: _Line = ""
    text: _Text
    numbers: Annotated[list[_Number], Field(max_length=_MOST)]
    verdict: Verdict
    note: _Line
    span: _Span | None = None
    lead: Annotated[str, Field(max_length=1000)] = ""
    markdown: Annotated[str, Field(max_length=20_000)] = ""
    quoted: bool = False


class _Aside(_Form):
    model: _Line
    note: _Line
    sentences: Annotated[list[_Sentence], Field(max_length=_MOST)]


class _Source(_Form):
    number: _Number
    document: _Line
    title: _Line
    source: Annotated[str, Field(max_length=12_000)]
    """With the address of a saved page behind it."""
    page: _Number | None
    label: _Line = ""
    start: _Offset
    end: int
    quote: _Text
    sha256: _Line


class _Part(_Form):
    asked: _Line
    text: _Line
    numbers: Annotated[list[_Number], Field(max_length=_MOST)]


class _Turn(_Form):
    number: _Number
    question: Annotated[str, Field(min_length=1, max_length=2000)]
    searched: _Line
    state: Literal["answered", "abstained"]
    reason: Reason | None
    model: _Line
    short: _Line = ""
    parts: Annotated[list[_Part], Field(max_length=_MOST)] = []
    overview: bool = False
    says: Annotated[str, Field(max_length=200_000)]
    fallback: _Line
    aside: _Aside | None = None
    sentences: Annotated[list[_Sentence], Field(max_length=_MOST)]
    sources: Annotated[list[_Source], Field(max_length=_MOST)]


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


def _short(
    kept: str, sentences: Sequence[AnswerSentence], parts: Sequence[AnswerPart]
) -> str | None:
    """Return the short answer; None where neither a sentence nor the items of a list say it."""
    told = kept in _OURS or any(kept in sentence.text for sentence in sentences)
    items = [part.text for part in parts]
    listed = bool(items) and kept == " and ".join(filter(None, [", ".join(items[:-1]), items[-1]]))
    return kept if kept and (told or listed) else None


def _parts(kept: _Turn, sentences: Sequence[AnswerSentence]) -> tuple[AnswerPart, ...]:
    """Return the parts of an answer; none where one of them has words that no sentence has."""
    parts = tuple(
        AnswerPart(asked=part.asked, text=part.text, citations=tuple(part.numbers))
        for part in kept.parts
    )
    told = all(any(part.text in s.text for s in sentences) or part.text in _OURS for part in parts)
    return parts if told else ()


def _turn(kept: _Turn, text_of: TextOf) -> Turn:
    """Return a turn.

    Raises:
        ValueError: It quotes what its document does not say, or cites what it does not name.
    """
    citations = tuple(_citation(source, text_of) for source in kept.sources)
    texts = [_text(source.document, text_of) for source in kept.sources]
    sentences = tuple(_sentence(sentence, texts) for sentence in kept.sentences)
    numbers = [c.number for c in citations]
    if numbers != list(range(1, len(numbers) + 1)):
        raise ValueError("sources are numbered from 1")
    parts = _parts(kept, sentences)
    cited = [*(s.citations for s in sentences), *(p.citations for p in parts)]
    if not {number for own in cited for number in own} <= set(numbers):
        raise ValueError("a sentence cites a source that is not there")
    answer = Answer(
        question=kept.question,
        status=kept.state,
        reason=kept.reason,
        text=kept.says,
        short=_short(kept.short, sentences, parts),
        parts=parts,
        is_overview=kept.overview,
        sentences=sentences,
        citations=citations,
        confidence=0.0,
        hits=(),
        model=kept.model,
        usage=Usage(),
        seconds=0.0,
        searched=kept.searched,
        fallback=kept.fallback,
        set_aside=_set_aside(kept.aside),
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


def _set_aside(kept: _Aside | None) -> SetAside | None:
    """Return what was set aside; of its sentences those that pass for true are left out."""
    if kept is None:
        return None
    wrong = [_sentence(one, ()) for one in kept.sentences if one.verdict not in _TRUE]
    return SetAside(
        model=kept.model,
        reason="unsupported" if wrong else "declined",
        note=kept.note,
        sentences=tuple(replace(sentence, citations=()) for sentence in wrong),
        citations=(),
    )


def _sentence(kept: _Sentence, texts: Sequence[str]) -> AnswerSentence:
    """Return a sentence, with its context where one of the cited documents still has that."""
    return AnswerSentence(
        text=kept.text,
        citations=tuple(kept.numbers),
        verdict=kept.verdict,
        note=kept.note,
        span=_span(kept),
        context=kept.context if any(kept.context in text for text in texts) else "",
        lead=kept.lead,
        markdown=kept.markdown,
        is_quote=kept.quoted,
    )


def _citation(source: _Source, text_of: TextOf) -> Citation:
    """Return a citation, compared with what its article says now.

    Raises:
        ValueError: Its article is the one that was cited, and does not say this there.
    """
    kept = Citation(
        number=source.number,
        document_id=source.document,
        card=Card(title=source.title, source=source.source, sha256=source.sha256),
        page=source.page,
        page_label=source.label,
        start=source.start,
        end=source.end,
        quote=source.quote,
    )
    (now,) = compared([kept], text_of)
    if now.source_state == "edited":
        digest = hashlib.sha256(text_of(source.document).encode("utf-8")).hexdigest()
        if digest == source.sha256:
            raise ValueError("its document does not say this there")
    return now


def _text(document_id: str, text_of: TextOf) -> str:
    """Return the text of an article; empty where it is gone."""
    try:
        return text_of(document_id)
    except UnknownDocumentError:
        return ""
