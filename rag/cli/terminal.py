"""What people see in a terminal: plain text, colour and wrapping only where there is one."""

import os
import re
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, get_args

from index.card import Card, left_out_line
from index.types import AddReport, Change, ChangeKind, Checkup, Document, DocumentSummary, Hit
from rag.citations import marked
from rag.languages import articles_note
from rag.source_notes import not_read_again, page_name
from rag.types import Answer, AnswerSentence, Citation

if TYPE_CHECKING:
    from rag.overview.timeline import Timeline, TimelineEntry

_BOLD, _DIM, _YELLOW, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[33m", "\x1b[0m"
_FROM, _TO = "\ufdd0", "\ufdd1"
"""Around words to be bold, until the lines are folded; no characters of any text."""
_BEFORE = "Before it:"
"""Leads the words of an article that name what a sentence is about."""
_NOT_FOUND = "no answer found"
"""Stands where a part of the question is not answered."""
_QUOTED = re.compile('["“”„]')
"""Has quotation marks of its own."""
_WIDEST = 100
_STEERING = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Unicode categories of what a terminal may obey: controls, format characters, line separators."""
_KINDS: tuple[ChangeKind, ...] = get_args(ChangeKind)


def answer(answer: Answer) -> str:
    """Return the short answer, the sentences and their footnotes; else the nearest passages.

    Where a language model was asked, what was searched, what it took and how it failed are told.
    """
    return "\n".join([*_answer_lines(answer), *_about(answer)])


def _answer_lines(answer: Answer) -> list[str]:
    if answer.status == "abstained":
        lines = [_styled(printable(answer.text), _YELLOW)]
        if answer.hits:
            lines += ["", _styled("Nearest passages:", _DIM)]
            lines += [
                wrapped(f"- {_label(hit)}: {_nearest(hit)}", indent=2) for hit in answer.hits[:3]
            ]
        return lines
    if answer.is_overview:
        return [*map(_item, answer.sentences), *_places(answer.citations)]
    lines = _part_lines(answer)
    if answer.short and not lines:
        lines = [_styled(wrapped(printable(answer.short)), _BOLD), ""]
    lines += _sentence_lines(answer.sentences)
    for citation in answer.citations:
        lines += [
            "",
            _styled_head(footnote_head(citation), indent=4),
            *source_note(citation, indent=4),
            wrapped(f"“{printable(citation.quote)}”", indent=4, first=4),
        ]
    return lines


def _part_lines(answer: Answer) -> list[str]:
    """Return a line for each part of the question, or each item of a list; none for others."""
    lines = []
    for part in answer.parts:
        asked = one_line(part.asked).rstrip("?")
        text = one_line(part.text) if part.text else _NOT_FOUND
        numbers = "".join(f" [{number}]" for number in part.citations)
        lines.append(wrapped(f"- {asked}: {text}{numbers}" if asked else f"- {text}{numbers}"))
    return [_styled("\n".join(lines), _BOLD), ""] if lines else []


def timeline(found: "Timeline") -> str:
    """Return the dates with their statements, then where each is from; a sentence for none."""
    if not found.entries:
        about = f" about {one_line(found.topic)!r}" if found.topic else ""
        return _styled(f"The documents date nothing{about}.", _YELLOW)
    return "\n".join(
        [*(line for entry in found.entries for line in _dated(entry)), *_places(found.citations)]
    )


def _item(sentence: AnswerSentence) -> str:
    said = f"{_in_front(sentence.context)}{printable(marked([sentence]))}"
    return wrapped(f"- {said}", indent=2)


def _in_front(context: str) -> str:
    return f"({_BEFORE} {_in_quotes(one_line(context))}) " if context else ""


def _in_quotes(text: str) -> str:
    return text if _QUOTED.search(text) else f"“{text}”"


def _dated(entry: "TimelineEntry") -> list[str]:
    numbers = "".join(f" [{number}]" for number in entry.citations)
    date = one_line(entry.shown)
    return [
        _styled(date, _BOLD),
        wrapped(f"{_in_front(entry.context)}{one_line(entry.text)}{numbers}", indent=4, first=4),
    ]


def _places(citations: Sequence[Citation]) -> list[str]:
    """Return where each quote is from, after an empty line; the quotes stand above already."""
    lines = [""]
    for citation in citations:
        lines += [
            wrapped(footnote_head(citation), indent=4),
            *source_note(citation, indent=4),
        ]
    return lines


def _sentence_lines(sentences: Sequence[AnswerSentence]) -> list[str]:
    """Return the sentences as one paragraph; one with a context begins its own, below that."""
    paragraphs: list[list[AnswerSentence]] = []
    for sentence in sentences:
        if sentence.context or not paragraphs:
            paragraphs.append([])
        paragraphs[-1].append(sentence)
    lines = []
    for paragraph in paragraphs:
        context = one_line(paragraph[0].context)
        if context:
            lines.append(_styled(wrapped(f"({_BEFORE} {_in_quotes(context)})"), _DIM))
        shown = marked([_span_shown(sentence) for sentence in paragraph])
        lines.append(_styled_spans(wrapped(printable(shown))))
    return lines


def _span_shown(sentence: AnswerSentence) -> AnswerSentence:
    """Return a sentence with `_FROM` and `_TO` around the words that probably answer."""
    if sentence.span is None:
        return sentence
    (start, end), text = sentence.span, sentence.text
    return replace(sentence, text=f"{text[:start]}{_FROM}{text[start:end]}{_TO}{text[end:]}")


def _styled_spans(text: str) -> str:
    wanted = _styled("", _BOLD)
    return text.replace(_FROM, _BOLD if wanted else "").replace(_TO, _PLAIN if wanted else "")


def _about(answer: Answer) -> list[str]:
    lines = []
    if answer.fallback:
        failed = f"This is the extractive answer, for {one_line(answer.fallback)}."
        lines.append(_styled(wrapped(failed), _YELLOW))
    if answer.searched not in ("", answer.question):
        lines.append(_styled(wrapped(f"Searched: {one_line(answer.searched)}"), _DIM))
    usage = answer.usage
    if usage.requests:
        cost = "" if usage.cost is None else f", cost {usage.cost:.6f}".rstrip("0").rstrip(".")
        took = (
            f"{answer.model}, {usage.input_tokens:,} + {usage.output_tokens:,} tokens, "
            f"{answer.seconds:.1f} s{cost}"
        )
        lines.append(_styled(wrapped(one_line(took)), _DIM))
    return ["", *lines] if lines else []


def hits(hits: Sequence[Hit]) -> str:
    """Return ranked passages with their scores; a sentence where there are none."""
    if not hits:
        return "No passage found."
    blocks = []
    for rank, hit in enumerate(hits, start=1):
        number = f"{rank}."
        indent = len(str(len(hits))) + 2
        head = _styled_head(f"{number:{indent}}{hit.score:.3f}  {_label(hit)}", indent=indent)
        text = wrapped(printable(hit.passage.text), indent=indent, first=indent)
        blocks.append(f"{head}\n{text}")
    return "\n\n".join(blocks)


def _read_again_lines(report: AddReport) -> list[str]:
    """Return what became of the documents that an older version had read; nothing for none."""
    lines = []
    if again := [change for change in report.changes if change.read_again]:
        changed = sum(1 for change in again if change.kind == "changed")
        lines.append(
            f"{_count(len(again), 'document')} that an older version of Footnote had read: read "
            f"again, {changed} changed."
        )
    return lines + [one_line(line) for line in not_read_again(report.outdated)]


def report(report: AddReport, *, model: str) -> str:
    """Return what became of each source, the reasons for skipped ones, and the counts.

    Args:
        report: What `add` returned.
        model: The library's embedding model, which may not know an article's language.
    """
    lines = [change_line(c) for c in report.changes if c.kind not in ("unchanged", "missing")]
    counts = ", ".join(f"{len(report.of(kind))} {kind}" for kind in _KINDS if report.of(kind))
    embedded = _count(report.embedded, "sentence")
    lines.append(f"{counts or 'nothing to add'}; {embedded} embedded")
    lines += [wrapped(line) for line in _read_again_lines(report)]
    if report.of("missing"):
        lines.append(wrapped("Files of missing documents are gone: `--prune` removes these too."))
    if note := articles_note(report.changes, model=model):
        lines.append(wrapped(note))
    return "\n".join(lines)


def documents(documents: Sequence[DocumentSummary]) -> str:
    """Return a line for each document, two in a terminal; a sentence where there are none."""
    if not documents:
        return "The library is empty: add articles with `footnote add PATH`."
    line = _terminal_line if _is_terminal() else _line
    return "\n".join(line(document) for document in documents)


def document(document: Document) -> str:
    """Return a document's head and its sentences, each with its number."""
    card = document.summary.card
    about = [
        card.source,
        *(x for x in (_url(card), card.author, card.published) if x),
        f"added {document.summary.added_at}",
    ]
    head = [_styled(one_line(card.title), _BOLD), _styled(one_line(", ".join(about)), _DIM)]
    head += source_note(document, indent=0)
    head += [*(wrapped(f"left out: {one_line(part)}") for part in card.left_out), ""]
    width, page = len(str(len(document.sentences))), ""
    for s in document.sentences:
        if s.page is not None and page != (page := page_place(s.page, s.page_label)):
            head.append(_styled(f"{'':{width}}  {page}", _DIM))
        head.append(wrapped(f"{s.ordinal + 1:{width}}  {printable(s.text)}", indent=width + 2))
    return "\n".join(head)


def checkup(checkup: Checkup) -> str:
    """Return the counts of a library and what is wrong with it."""
    counts = (
        f"{_count(checkup.documents, 'document')}, {_count(checkup.sentences, 'sentence')}, "
        f"{_count(checkup.vectors, 'vector')}"
        + (
            f", {_count(checkup.originals, 'original')} of {checkup.original_bytes:,} bytes"
            if checkup.originals
            else ""
        )
    )
    problems = checkup.findings
    if not problems:
        return f"{counts}: all sound."
    lines = [wrapped(f"- {one_line(finding.problem)}", indent=2) for finding in problems]
    if any(finding.repairable for finding in problems):
        lines.append(
            f"Run `footnote doctor --repair` to mend {'it' if len(problems) == 1 else 'them'}."
        )
    return "\n".join([f"{counts}: {_styled(_count(len(problems), 'problem'), _YELLOW)}.", *lines])


def printable(text: str) -> str:
    """Return text that cannot steer the terminal: control characters but line ends are escaped.

    A tab becomes a space; joiners, which scripts and emoji spell with, stay.
    """
    return "".join(_shown(c) for c in text)


def one_line(text: str) -> str:
    """Return text as `printable` does, on one line."""
    return printable(" ".join(text.splitlines()))


def _shown(character: str) -> str:
    if character == "\t":
        return " "
    if character in "\n\u200c\u200d" or unicodedata.category(character) not in _STEERING:
        return character
    return ascii(character)[1:-1]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def change_line(change: Change) -> str:
    """Return what became of one source, and in one more line what of it was left out, and why."""
    if change.kind != "skipped":
        was = f", was {one_line(change.moved_from)}" if change.moved_from else ""
        head = f"{change.kind:8} {change.document_id}  {one_line(change.source)}{was}"
        parts = one_line(left_out_line(change.left_out))
        return f"{head}\n{wrapped(f'left out {parts}', indent=18, first=9)}" if parts else head
    head, reason = f"{change.kind:8} {one_line(change.source)}", one_line(change.reason)
    if not _is_terminal():
        return f"{head}: {reason}"
    return f"{head}\n{wrapped(reason, indent=9, first=9)}"


def _line(document: DocumentSummary) -> str:
    sentences, card = _count(document.sentences, "sentence"), document.card
    title = f"{one_line(card.title)}{_byline(card)}"
    return f"{document.id}  {sentences:>15}  {title}  {one_line(card.source)}"


def _terminal_line(document: DocumentSummary) -> str:
    indent, card = len(document.id) + 2, document.card
    about = f"{_count(document.sentences, 'sentence')}, {one_line(card.source)}"
    title = wrapped(f"{document.id}  {one_line(card.title)}{_byline(card)}", indent=indent)
    return (
        f"{_styled(document.id, _BOLD)}{title.removeprefix(document.id)}\n"
        f"{_styled(wrapped(about, indent=indent, first=indent), _DIM)}"
    )


def footnote_head(citation: Citation) -> str:
    """Return the line above a footnote's quote: number, title and place."""
    where = f"characters {citation.start}-{citation.end}"
    if citation.page is not None:
        where = f"{page_place(citation.page, citation.page_label)}, {where}"
    return f"[{citation.number}] {one_line(citation.card.title)}{_byline(citation.card)}, {where}"


def source_note(cited: Citation | Document, *, indent: int) -> list[str]:
    """Return the line that says what became of a source's file; none where it is as it was."""
    note = wrapped(one_line(cited.source_note), indent=indent, first=indent)
    return [_styled(note, _YELLOW)] if cited.source_note else []


def _styled_head(text: str, *, indent: int) -> str:
    return _styled(wrapped(text, indent=indent), _BOLD)


def _label(hit: Hit) -> str:
    page = f", {page_place(hit.page, hit.page_label)}" if hit.page is not None else ""
    return f"{one_line(hit.card.title)}{_byline(hit.card)}{page} ({hit.passage.id})"


def page_place(page: int, label: str) -> str:
    """Return what a page is called, and its number in the file where that is another."""
    name = one_line(page_name(page, label))
    return f"{name} ({page} of the file)" if name == f"page {label}" else name


def _byline(card: Card) -> str:
    """Return who wrote a document, when and where, in brackets; empty where it does not say."""
    told = one_line(", ".join(filter(None, (card.author, card.published, _url(card)))))
    return f" ({told})" if told else ""


def _url(card: Card) -> str:
    """Return where a saved page says it is from; empty where it does not, or was fetched there."""
    return card.url if card.url and card.url != card.source else ""


def _nearest(hit: Hit) -> str:
    best = max(hit.sentences, key=lambda s: s.similarity)
    return one_line(best.sentence.text)


def _styled(text: str, style: str) -> str:
    return f"{style}{text}{_PLAIN}" if _is_terminal() and _wants_colour() else text


def _wants_colour() -> bool:
    """Follow https://no-color.org, by which an empty NO_COLOR asks for nothing."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def wrapped(text: str, *, indent: int = 0, first: int = 0) -> str:
    """Return text folded at the terminal's width; as it is, but indented, where there is none."""
    if not _is_terminal():
        return " " * first + text.replace("\n", "\n" + " " * indent)
    import shutil
    import textwrap

    width = min(_WIDEST, shutil.get_terminal_size().columns)
    return "\n".join(
        textwrap.fill(
            line,
            width,
            initial_indent=" " * (first if n == 0 else indent),
            subsequent_indent=" " * indent,
            # A web address stays whole, and a word as it is written, so that they can be copied.
            break_long_words=False,
            break_on_hyphens=False,
        )
        for n, line in enumerate(text.split("\n"))
    )


def _is_terminal() -> bool:
    return sys.stdout.isatty()
