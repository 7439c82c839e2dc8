"""Tells a page what to draw of a turn, as plain values; escaping is the drawing script's."""

from collections.abc import Sequence
from typing import Any

from rag import Answer, Citation, Hit
from ui.chat.conversation import Turn
from ui.library.articles import place

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
        "sentences": [
            {
                "text": s.text,
                "numbers": list(s.citations),
                "verdict": s.verdict,
                "note": s.note,
                "span": list(s.span) if s.span else None,
            }
            for s in turn.sentences
        ],
        "sources": [_source(c) for c in turn.citations],
        "passages": _passages(turn.hits or ()),
        "says": answer.text if answer is not None else "",
        "problem": turn.problem,
        "fallback": answer.fallback if answer is not None else "",
        "searched": answer.searched if answer is not None else "",
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


def _source(citation: Citation) -> dict[str, Any]:
    return {
        "number": citation.number,
        "document": citation.document_id,
        "title": citation.title,
        "source": place(citation.source, citation.url),
        "where": _where(citation.page, citation.start, citation.end),
        "page": citation.page,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "sha256": citation.document_sha256,
        "note": citation.source_note,
    }


def _passages(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """Return the best passages in the shape of sources, but without numbers to cite."""
    return [
        {
            "number": -rank,
            "document": hit.passage.document_id,
            "title": hit.title,
            "source": place(hit.source, hit.url),
            "where": _where(hit.page, hit.passage.start, hit.passage.end),
            "start": hit.passage.start,
            "end": hit.passage.end,
            "quote": hit.passage.text,
            "sha256": hit.document_sha256,
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


def _where(page: int | None, start: int, end: int) -> str:
    return f"page {page}" if page is not None else f"characters {start}–{end}"
