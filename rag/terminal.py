"""What people see in a terminal: plain text, colour and wrapping only where there is one."""

import os
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from index.types import AddReport, ChangeKind, Checkup, Document, DocumentSummary, Hit
from rag.types import Answer, Citation

if TYPE_CHECKING:
    from tqdm import tqdm

_BOLD, _DIM, _YELLOW, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[33m", "\x1b[0m"
_WIDEST = 100
_KINDS: tuple[ChangeKind, ...] = ("added", "changed", "unchanged", "skipped")


def answer(answer: Answer) -> str:
    """Return an answer with its footnotes, or an abstention with the nearest passages."""
    if answer.status == "abstained":
        lines = [_styled(printable(answer.text), _YELLOW)]
        if answer.hits:
            lines += ["", _styled("Nearest passages:", _DIM)]
            lines += [
                _wrapped(f"- {_label(hit)}: {_first(hit)}", indent=2) for hit in answer.hits[:3]
            ]
        return "\n".join(lines)
    lines = [_wrapped(printable(answer.text))]
    for citation in answer.citations:
        lines += [
            "",
            _footnote_head(citation),
            _wrapped(f"“{printable(citation.quote)}”", indent=4, first=4),
        ]
    return "\n".join(lines)


def hits(hits: Sequence[Hit]) -> str:
    """Return ranked passages with their scores; a sentence where there are none."""
    if not hits:
        return "No passage found."
    blocks = []
    for rank, hit in enumerate(hits, start=1):
        head = _styled(f"{rank}. {hit.score:.3f}  {_label(hit)}", _BOLD)
        blocks.append(f"{head}\n{_wrapped(printable(hit.passage.text), indent=3, first=3)}")
    return "\n".join(blocks)


def report(report: AddReport) -> str:
    """Return what became of each source, the reasons for skipped ones, and the counts."""
    shown = [change for change in report.changes if change.kind != "unchanged"]
    lines = [
        f"{change.kind:9}  {change.document_id or '-':12}  {printable(change.source)}"
        + (f": {printable(change.reason)}" if change.reason else "")
        for change in shown
    ]
    counts = ", ".join(f"{len(report.of(kind))} {kind}" for kind in _KINDS if report.of(kind))
    return "\n".join(
        [*lines, f"{counts or 'nothing to add'}; {report.embedded} sentences embedded"]
    )


def documents(cards: Sequence[DocumentSummary]) -> str:
    """Return one line a document; a sentence where there are none."""
    if not cards:
        return "The library is empty: add articles with `footnote add PATH`."
    return "\n".join(
        f"{_styled(card.id, _BOLD)}  {card.sentences:5} sentences  {printable(card.title)}"
        f"  {_styled(printable(card.source), _DIM)}"
        for card in cards
    )


def document(document: Document) -> str:
    """Return a document's head and its sentences, each with its number."""
    card = document.summary
    about = [
        card.source,
        *(x for x in (card.author, card.published) if x),
        f"added {card.added_at}",
    ]
    head = [_styled(printable(card.title), _BOLD), _styled(printable(", ".join(about)), _DIM), ""]
    width = len(str(len(document.sentences)))
    return "\n".join(
        head
        + [
            _wrapped(f"{s.ordinal + 1:{width}}  {printable(s.text)}", indent=width + 2)
            for s in document.sentences
        ]
    )


def removed(cards: Sequence[DocumentSummary]) -> str:
    """Return a line for each removed document."""
    return "\n".join(f"removed  {card.id}  {printable(card.title)}" for card in cards)


def checkup(checkup: Checkup) -> str:
    """Return the counts of a library and what is wrong with it."""
    counts = (
        f"{checkup.documents} documents, {checkup.sentences} sentences, {checkup.vectors} vectors"
    )
    if not checkup.findings:
        return f"{counts}: all sound."
    lines = [_styled(f"- {printable(finding.problem)}", _YELLOW) for finding in checkup.findings]
    if any(finding.repairable for finding in checkup.findings):
        lines.append("Run `footnote doctor --repair` to mend it.")
    return "\n".join([f"{counts}: {len(checkup.findings)} problems.", *lines])


@contextmanager
def progress(title: str, *, unit: str) -> Iterator[Callable[[int, int], None]]:
    """Give a callback (done, total) that shows a bar on stderr once a second has passed.

    Nothing is shown where stderr is no terminal.
    """
    bars: list[tqdm[NoReturn]] = []

    def show(done: int, total: int) -> None:
        if not sys.stderr.isatty():
            return
        if not bars:
            from tqdm import tqdm

            bars.append(tqdm(total=total, desc=title, unit=unit, delay=1.0, leave=False))
        bars[0].update(done - bars[0].n)

    try:
        yield show
    finally:
        for bar in bars:
            bar.close()


def printable(text: str) -> str:
    """Return text that cannot steer the terminal: control characters but line ends are escaped."""
    return "".join(
        c
        if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs") or c == "\u200d"
        else c.encode("unicode_escape", "backslashreplace").decode("ascii")
        for c in text
    )


def _footnote_head(citation: Citation) -> str:
    where = f"characters {citation.start}-{citation.end}"
    if citation.page is not None:
        where = f"page {citation.page}, {where}"
    return f"{_styled(f'[{citation.number}]', _BOLD)} {printable(citation.title)}, {where}"


def _label(hit: Hit) -> str:
    page = f", page {hit.page}" if hit.page is not None else ""
    return f"{printable(hit.title)}{page} ({hit.passage.id})"


def _first(hit: Hit) -> str:
    best = max(hit.sentences, key=lambda s: s.similarity)
    return printable(best.sentence.text)


def _styled(text: str, style: str) -> str:
    return f"{style}{text}{_PLAIN}" if _is_terminal() and "NO_COLOR" not in os.environ else text


def _wrapped(text: str, *, indent: int = 0, first: int = 0) -> str:
    if not _is_terminal():
        return " " * first + text.replace("\n", "\n" + " " * indent)
    width = min(_WIDEST, shutil.get_terminal_size().columns)
    return "\n".join(
        textwrap.fill(
            line,
            width,
            initial_indent=" " * (first if n == 0 else indent),
            subsequent_indent=" " * indent,
        )
        for n, line in enumerate(text.split("\n"))
    )


def _is_terminal() -> bool:
    return sys.stdout.isatty()
