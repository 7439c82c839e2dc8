"""Turns conversations and sources into HTML; pure, and the only place of this package that does.

Everything that came from a person, a document or a model passes through `safe`; links go only to
ids made of numbers on the same page.
"""

import html
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag import Answer, AnswerSentence, Citation, DocumentSummary, Hit
    from ui.conversation import Turn

_TEMPLATE_SIGNS = str.maketrans({"{": "&#123;", "}": "&#125;", "$": "&#36;", "`": "&#96;"})
_NEAREST = 5
_TITLES = 50


def safe(text: str) -> str:
    """Return text as it may stand between tags and in quoted attributes, shown as it is.

    The signs of template languages are escaped too: Gradio's HTML component compiles templates.
    """
    return html.escape(text, quote=True).translate(_TEMPLATE_SIGNS)


def header() -> str:
    """Return the bar at the top of the page."""
    return (
        '<header class="bar"><span class="brand">Footnote</span>'
        '<span class="motto">Every sentence with its source</span></header>'
    )


def conversation(turns: Sequence["Turn"]) -> str:
    """Return all turns, oldest first; an invitation where there are none."""
    if not turns:
        return (
            '<div class="welcome"><h1>Ask your articles</h1>'
            "<p>Answers are made only of what you have added, and every sentence carries a "
            "numbered footnote. Choose a number to read the sentence in its place.</p></div>"
        )
    return f'<div role="log" aria-label="Conversation">{"".join(_turn(t) for t in turns)}</div>'


def sources(turns: Sequence["Turn"]) -> str:
    """Return the sources of every turn; the style sheet shows the chosen or the last one's."""
    return f'<div class="pane">{"".join(_panel(t) for t in turns)}</div>'


def library(documents: Sequence["DocumentSummary"]) -> str:
    """Return the titles of a library, newest first, at most fifty."""
    newest = list(reversed(documents))
    items = "".join(
        f'<li class="title"><span dir="auto">{safe(d.title)}</span>'
        f'<span class="where">{safe(d.source)} · {_count(d.sentences, "sentence")}</span></li>'
        for d in newest[:_TITLES]
    )
    more = len(newest) - _TITLES
    rest = f'<p class="note">and {more} more</p>' if more > 0 else ""
    if not newest:
        rest = '<p class="note">Nothing yet: add articles with <code>footnote add PATH</code>.</p>'
    head = _head("Library", _count(len(newest), "article"))
    return f'<div class="pane"><section class="panel">{head}<ul>{items}</ul>{rest}</section></div>'


def problem(sentence: str) -> str:
    """Return an error as a block with its one sentence."""
    return f'<p class="problem" role="alert">{safe(sentence)}</p>'


def _turn(turn: "Turn") -> str:
    return (
        f'<article class="turn" id="turn-{turn.number}">'
        f'<h2 class="question" dir="auto">{safe(turn.question)}</h2>{_reply(turn)}</article>'
    )


def _reply(turn: "Turn") -> str:
    if turn.problem:
        return problem(turn.problem)
    if turn.answer is None:
        if turn.text:
            return f'<p class="answer" dir="auto">{safe(turn.text)}</p>'
        return '<p class="working">Searching your articles…</p>'
    if turn.answer.status == "abstained":
        return _abstention(turn.number, turn.answer)
    titles = {c.number: c.title for c in turn.answer.citations}
    said = " ".join(_sentence(turn.number, s, titles) for s in turn.answer.sentences)
    return f'<p class="answer" dir="auto">{said}</p>{_byline(turn.number, turn.answer)}'


def _sentence(turn: int, sentence: "AnswerSentence", titles: dict[int, str]) -> str:
    # The brackets are for whoever copies or hears the text; the style sheet draws a chip.
    chips = "".join(
        f'<a class="chip" href="#source-{turn}-{n}" title="{safe(f"Source {n}: {titles[n]}")}">'
        f"<span>[</span>{n}<span>]</span></a>"
        for n in sentence.citations
    )
    return f"{safe(sentence.text)}{_finding(sentence)}&nbsp;{chips}"


def _finding(sentence: "AnswerSentence") -> str:
    """Return what the check found wrong with a sentence; empty where its sources say it."""
    if sentence.verdict in ("supported", "misattributed"):
        return ""
    said = f"{sentence.verdict}: {sentence.note}" if sentence.note else sentence.verdict
    return f' <span class="finding">[{safe(said)}]</span>'


def _abstention(turn: int, answer: "Answer") -> str:
    near = (
        f'<p>None of the <a href="#sources-{turn}">nearest passages</a> answers it surely '
        "enough.</p>"
        if answer.hits
        else ""
    )
    block = f'<div class="abstained"><p class="verdict">{safe(answer.text)}</p>{near}</div>'
    return block + _byline(turn, answer)


def _byline(turn: int, answer: "Answer") -> str:
    model = safe(answer.model)
    by = f'<span class="model">{model}</span> · {answer.seconds * 1000:.0f} ms'
    if answer.citations:
        count = _count(len(answer.citations), "source")
        by += f' · <a href="#sources-{turn}">{count}</a>'
    return f'{_aside(answer)}<p class="by">Model: {by}</p>'


def _aside(answer: "Answer") -> str:
    """Return what was searched in place of a follow-up, and why a language model did not answer."""
    lines = []
    if answer.searched not in ("", answer.question):
        lines.append(f'<p class="by">Searched: {safe(answer.searched)}</p>')
    if answer.fallback:
        lines.append(f'<p class="finding">The extractive answer, for {safe(answer.fallback)}.</p>')
    return "".join(lines)


def _panel(turn: "Turn") -> str:
    answer = turn.answer
    if answer is not None and answer.citations:
        articles = len({c.document_id for c in answer.citations})
        about = f"{_count(len(answer.citations), 'footnote')} · {_count(articles, 'article')}"
        head = _head("Sources", about)
        cards = "".join(_footnote(turn.number, c, answer.hits) for c in answer.citations)
    elif answer is not None:
        head = _head("Nearest passages", "none of these answers the question")
        cards = _passages(turn.hits)
    else:
        head = _head("Passages", f"{len(turn.hits)} found" if turn.hits else "searching")
        cards = _passages(turn.hits)
    back = f'<a class="back" href="#turn-{turn.number}">Back to the answer</a>'
    return (
        f'<section class="panel" id="sources-{turn.number}" aria-label="Sources" tabindex="-1">'
        f"{head}<ol>{cards}</ol>{back}</section>"
    )


def _footnote(turn: int, citation: "Citation", hits: Iterable["Hit"]) -> str:
    before, after = _around(citation, hits)
    where = _where(citation.page, citation.start, citation.end)
    return (
        f'<li class="card" id="source-{turn}-{citation.number}" tabindex="-1">'
        f'<div class="card-head"><span class="number">{citation.number}</span>'
        f'<h3 dir="auto">{safe(citation.title)}</h3></div>'
        f'<p class="where">{where} · {safe(citation.source)}</p>'
        f'<blockquote dir="auto">{safe(before)}<mark>{safe(citation.quote)}</mark>{safe(after)}'
        "</blockquote></li>"
    )


def _around(citation: "Citation", hits: Iterable["Hit"]) -> tuple[str, str]:
    """Return what stands before and after the quote in its passage; empty if none holds it."""
    for hit in hits:
        passage = hit.passage
        start, end = citation.start - passage.start, citation.end - passage.start
        if passage.document_id == citation.document_id and 0 <= start <= end <= len(passage.text):
            return passage.text[:start], passage.text[end:]
    return "", ""


def _passages(hits: Sequence["Hit"]) -> str:
    return "".join(
        f'<li class="card near"><div class="card-head"><h3 dir="auto">{safe(hit.title)}</h3></div>'
        f'<p class="where">{_where(hit.page, hit.passage.start, hit.passage.end)} · '
        f"{safe(hit.source)}</p>"
        f'<blockquote dir="auto">{safe(hit.passage.text)}</blockquote></li>'
        for hit in hits[:_NEAREST]
    )


def _where(page: int | None, start: int, end: int) -> str:
    return f"page {page}" if page is not None else f"characters {start}–{end}"


def _head(title: str, about: str) -> str:
    return f'<header><h2>{title}</h2><span class="about">{about}</span></header>'


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
