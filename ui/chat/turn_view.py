"""Tells a page what to draw of a turn; escaping is the drawing script's."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rag import Answer, AnswerSentence, Citation, Hit
from rag.internal import page_name
from rag.types import SetAside
from ui.articles import is_drawn, place
from ui.chat.conversation import Turn

_NEAREST = 5
"""Passages shown where there is no answer (yet)."""


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
        "scope": _scope(answer) if answer is not None else "",
        "named": answer is not None and answer.scope_named,
        "reason": answer.reason if answer is not None else None,
        "facts": [] if answer is None else _facts(turn, answer),
        "followUps": list(turn.follow_ups),
    }


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


def _scope(answer: Answer) -> str:
    """Return of which articles it was asked, as a sentence; empty where of all."""
    asked = "" if answer.scope.is_everything else f"Asked of: {answer.scope.words}."
    return answer.scope_note or asked


def _facts(turn: Turn, answer: Answer) -> list[list[str]]:
    """Return what is told on demand, each a name and a value."""
    usage = answer.usage
    facts = [["Model", answer.model]]
    if turn.kept:
        facts.append(["Kept", "its quotes were compared with your articles anew"])
    if not answer.seconds:  # a browser did not keep how it was made
        return facts
    facts.append(["Time", f"{answer.seconds * 1000:.0f} ms"])
    if usage.first_token_seconds is not None:
        facts.append(["First word after", f"{usage.first_token_seconds * 1000:.0f} ms"])
    if usage.requests:
        facts.append(["Tokens", f"{usage.input_tokens} in, {usage.output_tokens} out"])
        cost = "unknown: set its price" if usage.cost is None else f"{usage.cost:.4f}"
        facts.append(["Cost", cost])
    else:
        facts.append(["Cost", "none: no language model was asked"])
    facts.append(["Confidence", f"{answer.confidence:.2f}"])
    if answer.hits:
        facts.append(["Passages read", str(len(answer.hits))])
    if answer.searched not in ("", turn.question):
        facts.append(["Searched", answer.searched])
    return facts


def _where(cited: Citation | Hit, start: int, end: int) -> str:
    return page_name(cited.page, cited.page_label) or f"characters {start}–{end}"
