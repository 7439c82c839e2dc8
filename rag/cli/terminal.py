"""What people see in a terminal: plain text, colour and wrapping only where there is one."""

import os
import re
import sys
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

from index.card import Card, left_out_line
from index.types import (
    AddReport,
    Change,
    ChangeKind,
    Checkup,
    Document,
    DocumentSummary,
    Hit,
    page_name,
)
from rag.articles import articles_note, not_read_again
from rag.types import Citation

if TYPE_CHECKING:
    from index.full_text import FoundDocument

BOLD, DIM, YELLOW, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[33m", "\x1b[0m"
_WIDEST = 100
_ENDLESS = re.compile(r"\S{400,}")
_STEERING = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Unicode categories of what a terminal may obey: controls, format characters, line separators."""
_KINDS: tuple[ChangeKind, ...] = get_args(ChangeKind)


def hits(hits: Sequence[Hit]) -> str:
    """Return ranked passages with their scores; a sentence where there are none."""
    if not hits:
        return "No passage found."
    blocks = []
    for rank, hit in enumerate(hits, start=1):
        number = f"{rank}."
        indent = len(str(len(hits))) + 2
        head = styled_head(f"{number:{indent}}{hit.score:.3f}  {label(hit)}", indent=indent)
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
    quiet = ("unchanged", "missing")
    lines = [change_line(c) for c in report.changes if c.kind not in quiet or c.reason]
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
        *(x for x in (_url(card), card.author, card.published, tags(card)) if x),
        f"added {document.summary.added_at}",
    ]
    head = [styled(one_line(card.title), BOLD), styled(one_line(", ".join(about)), DIM)]
    head += source_note(document, indent=0)
    head += [*(wrapped(f"left out: {one_line(part)}") for part in card.left_out), ""]
    width, page = len(str(len(document.sentences))), ""
    for s in document.sentences:
        if s.page is not None and page != (page := page_place(s.page, s.page_label)):
            head.append(styled(f"{'':{width}}  {page}", DIM))
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
    return "\n".join([f"{counts}: {styled(_count(len(problems), 'problem'), YELLOW)}.", *lines])


def printable(text: str) -> str:
    """Return text that cannot steer the terminal: control characters but line ends are escaped.

    A tab becomes a space; joiners, which scripts and emoji spell with, stay.
    """
    return "".join(_shown(c) for c in text)


def one_line(text: str) -> str:
    """Return text as `printable` does, on one line."""
    return printable(" ".join(text.splitlines()))


def shortened(text: str) -> str:
    """Return text with only the ends of what is too long for a name or a path, as 9,000 digits."""
    return _ENDLESS.sub(lambda found: f"{found[0][:60]}...{found[0][-20:]}", text)


def _shown(character: str) -> str:
    if character == "\t":
        return " "
    if character in "\n\u200c\u200d" or unicodedata.category(character) not in _STEERING:
        return character
    return ascii(character)[1:-1]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def change_line(change: Change) -> str:
    """Return what became of one source, and in lines of their own what else there is to know."""
    if change.kind != "skipped":
        was = f", was {one_line(change.moved_from)}" if change.moved_from else ""
        lines = [f"{change.kind:8} {change.document_id}  {one_line(change.source)}{was}"]
        if change.reason:
            lines.append(wrapped(one_line(change.reason), indent=9, first=9))
        if parts := one_line(left_out_line(change.left_out)):
            lines.append(wrapped(f"left out {parts}", indent=18, first=9))
        return "\n".join(lines)
    head, reason = f"{change.kind:8} {one_line(change.source)}", one_line(change.reason)
    if not _is_terminal():
        return f"{head}: {reason}"
    return f"{head}\n{wrapped(reason, indent=9, first=9)}"


def _line(document: DocumentSummary) -> str:
    sentences, card = _count(document.sentences, "sentence"), document.card
    title = f"{one_line(card.title)}{_byline(card)}"
    line = f"{document.id}  {sentences:>15}  {title}  {one_line(card.source)}"
    return f"{line}  {tags(card)}" if card.tags else line


def _terminal_line(document: DocumentSummary) -> str:
    indent, card = len(document.id) + 2, document.card
    about = f"{_count(document.sentences, 'sentence')}, {one_line(card.source)}"
    about += f", {tags(card)}" if card.tags else ""
    title = wrapped(f"{document.id}  {one_line(card.title)}{_byline(card)}", indent=indent)
    return (
        f"{styled(document.id, BOLD)}{title.removeprefix(document.id)}\n"
        f"{styled(wrapped(about, indent=indent, first=indent), DIM)}"
    )


def tags(card: Card) -> str:
    """Return the tags of a document as people write them, `#economy #trade`; empty for none."""
    return " ".join(f"#{one_line(tag)}" for tag in card.tags)


def footnote_head(citation: Citation) -> str:
    """Return the line above a footnote's quote: number, title and place."""
    where = f"characters {citation.start}-{citation.end}"
    if citation.page is not None:
        where = f"{page_place(citation.page, citation.page_label)}, {where}"
    return f"[{citation.number}] {one_line(citation.card.title)}{_byline(citation.card)}, {where}"


def source_note(cited: Citation | Document, *, indent: int) -> list[str]:
    """Return the line that says what became of a source's file; none where it is as it was."""
    note = wrapped(one_line(cited.source_note), indent=indent, first=indent)
    return [styled(note, YELLOW)] if cited.source_note else []


def styled_head(text: str, *, indent: int) -> str:
    """Return the line above a quote or a passage, bold where there is a terminal."""
    return styled(wrapped(text, indent=indent), BOLD)


def label(hit: Hit) -> str:
    """Return how a passage is named: title, page and id."""
    page = f", {page_place(hit.page, hit.page_label)}" if hit.page is not None else ""
    return f"{one_line(hit.card.title)}{_byline(hit.card)}{page} ({hit.passage.id})"


def found(found: "FoundDocument") -> str:
    """Return a document that holds what was looked for, with the sentence that says most of it."""
    document = found.document
    head = f"{document.id}  {one_line(document.card.title)}{_byline(document.card)}"
    lines = [styled_head(f"{head}  {tags(document.card)}".rstrip(), indent=2)]
    for sentence in found.sentences[:1]:
        page = "" if sentence.page is None else page_place(sentence.page, sentence.page_label)
        said = f"{page}: {one_line(sentence.text)}".removeprefix(": ")
        lines.append(wrapped(said, indent=2, first=2))
    return "\n".join(lines)


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


def nearest(hit: Hit) -> str:
    """Return the sentence of a passage that is nearest to its question, on one line."""
    best = max(hit.sentences, key=lambda s: s.similarity)
    return one_line(best.sentence.text)


def styled(text: str, style: str) -> str:
    """Return text in a style where the terminal shows one."""
    return f"{style}{text}{PLAIN}" if _is_terminal() and _wants_colour() else text


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
