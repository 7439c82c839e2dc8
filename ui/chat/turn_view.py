"""Tells a page what to draw of a turn, and takes turns back, checked, that a browser kept.

Escaping is the drawing script's. Anything may have been written into what was kept: each turn is
read by its form, and each quote compared with the stored text anew; a turn that fails is left out.
What a document says that is gone or changed cannot be compared, and is said to be so.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rag import Answer, AnswerSentence, Assistant, Card, Citation, Hit, UnknownDocumentError
from rag.internal import page_name
from rag.types import AnswerPart, Reason, SetAside, Usage, Verdict
from ui.articles import is_drawn, place
from ui.chat.conversation import Turn

_NEAREST = 5
"""Passages shown where there is no answer (yet)."""
_MOST = 100
"""Turns of a conversation, and sentences and sources of a turn."""
_TRUE = ("supported", "misattributed")
_OURS = ("Yes", "No")
"""Short answers that no article has to say."""
_GONE = "article removed from the library since"
_CHANGED = "article changed in the library since"
_Line = Annotated[str, Field(max_length=4000)]
_Text = Annotated[str, Field(min_length=1, max_length=20_000)]
_Number = Annotated[int, Field(ge=1, le=1_000_000)]
_Offset = Annotated[int, Field(ge=0)]
_Span = Annotated[list[_Offset], Field(min_length=2, max_length=2)]


def as_view(turn: Turn) -> dict[str, Any]:
    """Return what `log.js` and `pane.js` draw a turn from: JSON values only."""
    answer = turn.answer
    return {
        "number": turn.number,
        "question": turn.question,
        "state": _state(turn),
        "model": turn.model,
        "short": (answer.short if answer is not None else None) or "",
        "parts": [
            {"asked": p.asked, "text": p.text, "numbers": list(p.citations)}
            for p in (answer.parts if answer is not None else ())
        ],
        "steps": [
            {"asked": s.asked, "text": s.text, "numbers": list(s.citations)}
            for s in (answer.steps if answer is not None else turn.steps)
        ],
        "sentences": [_said(sentence) for sentence in turn.sentences],
        "sources": [_source(c) for c in turn.citations],
        "passages": _passages(turn.hits or ()),
        "says": answer.text if answer is not None else "",
        "problem": turn.problem,
        "overview": answer is not None and answer.is_overview,
        "fallback": answer.fallback if answer is not None else "",
        "aside": _aside(answer.set_aside) if answer is not None else None,
        "searched": answer.searched if answer is not None else "",
        "reason": answer.reason if answer is not None else None,
        "facts": [] if answer is None else _facts(turn, answer),
        "followUps": list(turn.follow_ups),
    }


def taken_back(assistant: Assistant, given: object) -> tuple[Turn, ...]:
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


def _state(turn: Turn) -> str:
    """Return one of searching, writing, answered, abstained, stopped, failed."""
    if turn.problem:
        return "failed"
    if turn.answer is not None:
        return turn.answer.status
    if turn.stopped:
        return "stopped"
    return "searching" if turn.hits is None else "writing"


def _said(sentence: AnswerSentence) -> dict[str, Any]:
    return {
        "context": sentence.context,
        "text": sentence.text,
        "numbers": list(sentence.citations),
        "verdict": sentence.verdict,
        "note": sentence.note,
        "span": list(sentence.span) if sentence.span else None,
        "lead": sentence.lead,
        "markdown": sentence.markdown,
        "quoted": sentence.is_quote,
    }


def _aside(aside: SetAside | None) -> dict[str, Any] | None:
    """Return what a language model wrote that is not the answer, without its numbers."""
    if aside is None:
        return None
    sentences = [_said(replace(sentence, citations=())) for sentence in aside.sentences]
    return {"model": aside.model, "note": aside.note, "sentences": sentences}


def _source(citation: Citation) -> dict[str, Any]:
    return {
        "number": citation.number,
        "document": citation.document_id,
        "title": citation.card.title,
        "source": place(citation.card),
        "pdf": is_drawn(citation.card),
        "where": _where(citation, citation.start, citation.end),
        "page": citation.page,
        "label": citation.page_label,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "sha256": citation.card.sha256,
        "note": citation.source_note,
    }


def _passages(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """Return the best passages in the shape of sources, but without numbers to cite."""
    return [
        {
            "number": -rank,
            "document": hit.passage.document_id,
            "title": hit.card.title,
            "source": place(hit.card),
            "pdf": is_drawn(hit.card),
            "page": hit.page,
            "where": _where(hit, hit.passage.start, hit.passage.end),
            "start": hit.passage.start,
            "end": hit.passage.end,
            "quote": hit.passage.text,
            "sha256": hit.card.sha256,
        }
        for rank, hit in enumerate(hits[:_NEAREST], start=1)
    ]


def _facts(turn: Turn, answer: Answer) -> list[list[str]]:
    """Return what is told on demand, each a name and a value."""
    if turn.kept:
        return [["Model", answer.model], ["Kept", "in this browser; its quotes were checked anew"]]
    usage = answer.usage
    facts = [["Model", answer.model], ["Time", f"{answer.seconds * 1000:.0f} ms"]]
    if usage.first_token_seconds is not None:
        facts.append(["First word after", f"{usage.first_token_seconds * 1000:.0f} ms"])
    if usage.requests:
        facts.append(["Tokens", f"{usage.input_tokens} in, {usage.output_tokens} out"])
        cost = "unknown: set its price" if usage.cost is None else f"{usage.cost:.4f}"
        facts.append(["Cost", cost])
    else:
        facts.append(["Cost", "none: no language model was asked"])
    facts.append(["Confidence", f"{answer.confidence:.2f}"])
    facts.append(["Passages read", str(len(answer.hits))])
    if answer.searched not in ("", turn.question):
        facts.append(["Searched", answer.searched])
    return facts


def _where(cited: Citation | Hit, start: int, end: int) -> str:
    return page_name(cited.page, cited.page_label) or f"characters {start}–{end}"


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


def _reading(assistant: Assistant) -> Callable[[str], tuple[str, str] | None]:
    def text_of(document_id: str) -> tuple[str, str] | None:
        try:
            text = assistant.library.text(document_id)
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
    texts = [stored[0] for source in kept.sources if (stored := text_of(source.document))]
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
        card=Card(title=source.title, source=source.source, sha256=source.sha256),
        page=source.page,
        page_label=source.label,
        start=source.start,
        end=source.end,
        quote=source.quote,
        source_note=note,
    )
