"""The command `footnote evidence`: writes an answer's evidence, or checks it against originals."""

import argparse
from pathlib import Path

from index.errors import MisuseError
from rag.cli import terminal
from rag.cli.session import print_json, print_result, print_text, read_input
from rag.evidence import CheckedQuote, EvidenceCheck, check, page, read_answer

_LARGEST = 50_000_000
"""Bytes of an answer or an evidence file."""
_ANSWER = "the output of `footnote ask --json`"


def run(arguments: argparse.Namespace) -> int:
    """Write or check; 1 where a quote stands in none of the originals.

    Raises:
        MisuseError: A file is not there or not what is needed.
    """
    wanted = "a page that `footnote evidence` wrote" if arguments.check else _ANSWER
    data = read_input(
        arguments.file,
        missing=f": name {wanted}",
        largest=_LARGEST,
        too_large=", which no evidence is",
    )
    if not arguments.check:
        if arguments.originals:
            raise MisuseError("originals are for --check: leave them out to write an evidence file")
        _write(data, arguments)
        return 0
    if not arguments.originals:
        raise MisuseError("nothing to check against: name the original files or their folder")
    found = check(data, arguments.originals)
    print_result(found, shown, arguments)
    return 0 if found.holds else 1


def shown(found: EvidenceCheck) -> str:
    """Return a line for each quote, for each original that could not be read, and the count."""
    lines = [_line(quote) for quote in found.quotes]
    lines += [
        terminal.one_line(f"not read: {change.source}: {change.reason}") for change in found.unread
    ]
    good = sum(quote.standing != "missing" for quote in found.quotes)
    noun = "quote stands" if len(found.quotes) == 1 else "quotes stand"
    return "\n".join([*lines, f"{good} of {len(found.quotes)} {noun} in the originals."])


def _line(quote: CheckedQuote) -> str:
    text = f"“{quote.quote}”"
    if quote.standing == "missing":
        return terminal.one_line(f"MISSING  {quote.name}: {text}")
    how = "as cited" if quote.standing == "same" else "but the document is not as it was cited"
    where = f"in {quote.original} from character {quote.start}, {how}"
    return terminal.one_line(f"STANDS   {quote.name}: {where}: {text}")


def _write(data: bytes, arguments: argparse.Namespace) -> None:
    text = page(read_answer(_text(data)))
    named = arguments.output or _beside(arguments.file)
    Path(named).write_text(text, encoding="utf-8")
    if arguments.json:
        print_json({"file": named})
    else:
        print_text(f"written: {terminal.one_line(named)}")


def _beside(name: str) -> str:
    path = Path("evidence.html") if name == "-" else Path(name).with_suffix(".html")
    if path.exists():
        raise MisuseError(f"{str(path)!r} is there already: name it, or another, with --output")
    return str(path)


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MisuseError("this is no answer: give what `footnote ask --json` prints") from error
