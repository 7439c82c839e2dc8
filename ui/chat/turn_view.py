"""Tells a page what to draw of a turn, and takes turns back: of the store, and of a browser.

Escaping is the drawing script's. What a browser kept in the version before anybody may have
written: a turn of another form, or one that quotes what its article does not say, is left out.
What became of an article since is said beside each quote.
"""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any

from rag import Answer, AnswerSentence, Assistant, Card, Citation, Hit, Scope, UnknownDocumentError
from rag.internal import SHOWN_AS_TRUE, KeptTurn, compared, page_name, read_answer
from rag.types import AnswerPart, SetAside
from ui.articles import address, is_drawn, origin
from ui.chat.answer_view import drawn, failure, frame_of, meanwhile
from ui.chat.turn import Turn

_NEAREST = 5
"""Passages shown where there is no answer (yet)."""
_ID = re.compile(r"[0-9a-f]{12}\Z")
"""An article's, which tells nobody anything."""
_FEW = 3
"""Articles that were chosen one by one and are named."""
_MOST = 100
"""Turns that a browser kept."""
_LAST_TURN = 1_000_000
_LONGEST = 2000
"""Characters of a question."""
_OURS = ("Yes", "No")
"""Short answers that no article has to say."""
_TextOf = Callable[[str], str]
"""Gives the text of an article by its id; it may raise `UnknownDocumentError`."""


def as_view(turn: Turn) -> dict[str, Any]:
    """Return what `log.js` and `pane.js` draw a turn from: JSON values only."""
    answer, frame = turn.answer, frame_of(turn)
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
        "written": frame.written,
        "sentences": [_said(one) | drawn(one, frame) for one in turn.sentences],
        "meanwhile": meanwhile(turn),
        "sources": [_source(c) for c in turn.citations],
        "passages": _passages(turn.hits or ()),
        "says": answer.text if answer is not None else "",
        "problem": turn.problem,
        "overview": answer is not None and answer.is_overview,
        "fallback": answer.fallback if answer is not None else "",
        "failure": failure((answer.fallback if answer is not None else "") or turn.problem),
        "aside": _aside(answer.set_aside) if answer is not None else None,
        "searched": answer.searched if answer is not None else "",
        "scope": _scope(answer) if answer is not None else "",
        "named": answer is not None and answer.scope_named,
        "reason": answer.reason if answer is not None else None,
        "facts": [] if answer is None else _facts(turn, answer),
        "followUps": [list(one) for one in turn.follow_ups],
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
        "source": origin(citation.card),
        "address": address(citation.card),
        "pdf": is_drawn(citation.card),
        "where": _where(citation, citation.start, citation.end),
        "published": citation.card.published or "",
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
            "source": origin(hit.card),
            "address": address(hit.card),
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
    cards = [(one.document_id, one.card) for one in answer.citations]
    titles = {known: card.title for known, card in (*cards, *_cards(answer.hits))}
    ids = answer.scope.documents
    named = tuple(titles.get(one, "an article" if _ID.match(one) else one) for one in ids)
    words = replace(answer.scope, documents=named).words
    if ids and answer.scope == Scope(documents=ids):
        known = len(ids) <= _FEW and "an article" not in named
        many = f"{len(ids)} articles" if len(ids) > 1 else "one article"
        words = ", ".join(f"“{title}”" for title in named) if known else many
    return answer.scope_note or ("" if answer.scope.is_everything else f"Asked of: {words}.")


def _cards(hits: Sequence[Hit]) -> list[tuple[str, Card]]:
    return [(hit.passage.document_id, hit.card) for hit in hits]


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


def recalled(assistant: Assistant, kept: Sequence[KeptTurn]) -> tuple[Turn, ...]:
    """Return turns of the store, their quotes compared with what the articles say now.

    Raises:
        LibraryError: The library cannot be read.
    """
    text_of = cache(assistant.library.text)
    return tuple(_recalled(turn, text_of) for turn in kept)


def _recalled(kept: KeptTurn, text_of: _TextOf) -> Turn:
    if kept.answer is None:
        lost = f"This answer cannot be read any more. Its text was: {kept.turn.text}"
        return Turn(number=kept.number, question=kept.question, problem=lost, kept=True)
    citations = compared(kept.answer.citations, text_of)
    return _answered(kept.number, replace(kept.answer, citations=citations))


def _answered(number: int, answer: Answer) -> Turn:
    return Turn(
        number=number,
        question=answer.question,
        model=answer.model,
        hits=(),
        sentences=answer.sentences,
        citations=answer.citations,
        answer=answer,
        kept=True,
    )


def taken_back(assistant: Assistant, given: object) -> tuple[Turn, ...]:
    """Return the turns that a browser kept, oldest first; empty for none.

    Args:
        assistant: Whose articles the quotes are compared with.
        given: What `as_view` once made of turns, or anything else.

    Raises:
        LibraryError: The library cannot be read.
    """
    text_of = cache(assistant.library.text)
    found: dict[int, Turn] = {}
    for one in given[-_MOST:] if isinstance(given, list) else ():
        with suppress(ValueError, TypeError, KeyError, AttributeError):  # it has another form
            turn = _taken_back(one, text_of)
            found[turn.number] = turn
    return tuple(found[number] for number in sorted(found))


def _taken_back(view: dict[str, Any], text_of: _TextOf) -> Turn:
    """Return a turn.

    Raises:
        ValueError: It is none, quotes what its article does not say, or cites what it does not
            name.
    """
    number, question, aside = view["number"], view["question"], view.get("aside")
    if type(number) is not int or not 0 < number <= _LAST_TURN or not 0 < len(question) <= _LONGEST:
        raise ValueError("this is no turn")
    plain = {
        "question": question,
        "status": view["state"],
        "reason": view["reason"],
        "text": view["says"],
        "short": view.get("short") or None,
        "parts": [
            {"asked": one["asked"], "text": one["text"], "citations": one["numbers"]}
            for one in view.get("parts") or ()
        ],
        "is_overview": view.get("overview", False),
        "sentences": [*map(_plain_sentence, view["sentences"])],
        "citations": [*map(_plain_citation, view["sources"])],
        "confidence": 0.0,
        "hits": [],
        "model": view["model"],
        "usage": {},
        "seconds": 0.0,
        "searched": view["searched"],
        "fallback": view["fallback"],
        "set_aside": aside and _plain_aside(aside),
    }
    answer = read_answer(json.dumps(plain), strict=True)
    if answer is None:
        raise ValueError("this is no answer")
    return _answered(number, _believed(answer, text_of))


def _plain_sentence(said: dict[str, Any]) -> dict[str, Any]:
    same = ("text", "verdict", "note")
    more = {"span": None, "context": "", "lead": "", "markdown": ""}
    return {
        **{name: said[name] for name in same},
        **{name: said.get(name, default) for name, default in more.items()},
        "citations": said["numbers"],
        "is_quote": said.get("quoted", False),
    }


def _plain_citation(source: dict[str, Any]) -> dict[str, Any]:
    same = ("number", "page", "start", "end", "quote")
    return {
        **{name: source[name] for name in same},
        "document_id": source["document"],
        "card": {name: source[name] for name in ("title", "source", "sha256")},
        "page_label": source.get("label", ""),
    }


def _plain_aside(aside: dict[str, Any]) -> dict[str, Any]:
    """Return what was set aside; of its sentences those that pass for true are left out."""
    said = [{**_plain_sentence(one), "citations": []} for one in aside["sentences"]]
    wrong = [one for one in said if one["verdict"] not in SHOWN_AS_TRUE]
    return {
        "model": aside["model"],
        "reason": "unsupported" if wrong else "declined",
        "note": aside["note"],
        "sentences": wrong,
        "citations": [],
    }


def _believed(answer: Answer, text_of: _TextOf) -> Answer:
    """Return an answer without what neither its sentences nor its articles say.

    Raises:
        ValueError: A quote is not in its article, a number is of no source, or a span is outside
            of its sentence.
    """
    numbers = range(1, len(answer.citations) + 1)
    cited = [*(s.citations for s in answer.sentences), *(p.citations for p in answer.parts)]
    spans = [(*s.span, len(s.text)) for s in answer.sentences if s.span is not None]
    if (
        [one.number for one in answer.citations] != [*numbers]
        or not {number for own in cited for number in own} <= {*numbers}
        or not all(0 <= start < end <= length for start, end, length in spans)
    ):
        raise ValueError("a number is of no source, or a span outside of its sentence")
    texts = [_text(one.document_id, text_of) for one in answer.citations]
    said = [sentence.text for sentence in answer.sentences]
    parts = _told_parts(answer.parts, said)
    return replace(
        answer,
        citations=tuple(_genuine(one, text_of) for one in answer.citations),
        sentences=tuple(
            s if any(s.context in text for text in texts) else replace(s, context="")
            for s in answer.sentences
        ),
        parts=parts,
        short=_told_short(answer.short, said, parts),
    )


def _told_parts(parts: Sequence[AnswerPart], said: Sequence[str]) -> tuple[AnswerPart, ...]:
    """Return the parts of an answer; none where one of them has words that no sentence has."""
    told = all(p.text in _OURS or any(p.text in text for text in said) for p in parts)
    return tuple(parts) if told else ()


def _told_short(short: str | None, said: Sequence[str], parts: Sequence[AnswerPart]) -> str | None:
    """Return the short answer; None where neither a sentence nor the items of a list say it."""
    items = [part.text for part in parts]
    listed = " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))
    told = short in (*_OURS, listed) or any((short or "") in text for text in said)
    return short if told else None


def _genuine(citation: Citation, text_of: _TextOf) -> Citation:
    """Return a citation, compared with what its article says now.

    Raises:
        ValueError: The article is the one that was cited, and does not say this there.
    """
    (now,) = compared([citation], text_of)
    text = _text(citation.document_id, text_of)
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    if now.source_state == "edited" and digest == citation.card.sha256:
        raise ValueError("its article does not say this there")
    return now


def _text(document_id: str, text_of: _TextOf) -> str:
    """Return the text of an article; empty where it is gone."""
    try:
        return text_of(document_id)
    except UnknownDocumentError:
        return ""
