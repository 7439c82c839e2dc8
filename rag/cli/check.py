"""The commands `footnote verify`, of a text's claims, and `footnote evidence`, of an answer."""

import argparse
from pathlib import Path

from index.data_files import whole_file
from index.errors import MisuseError
from rag.arguments import scope_among
from rag.cli import terminal
from rag.cli.session import print_json, print_result, print_text, read_input
from rag.evidence import CheckedQuote, EvidenceCheck, check, page, read_answer
from rag.evidence import verify as verify_text
from rag.types import CheckedClaim, Verification

_LARGEST_TEXT = 4_000_000
"""Bytes; an hour of checking."""
_LARGEST_EVIDENCE = 50_000_000
"""Bytes of an answer or an evidence file."""
_ANSWER = "the output of `footnote ask --json`"


def verify(arguments: argparse.Namespace) -> int:
    """Verify and print; 1 where a claim is not supported.

    Raises:
        MisuseError: The file is not there, not a text, or has no statement.
    """
    scope = scope_among(vars(arguments))
    found = verify_text(_claims_of(arguments.file), library=arguments.library, scope=scope)
    compared = f"\n\nCompared with: {terminal.one_line(scope.words)}." if scope else ""
    print_result(found, lambda one: claims_shown(one) + compared, arguments)
    return 0 if found.supported else 1


def claims_shown(found: Verification) -> str:
    """Return each claim with its verdict, what differs and the quote, then the counts."""
    blocks = [_claim_lines(claim, found) for claim in found.claims]
    good = sum(claim.verdict == "supported" for claim in found.claims)
    total = len(found.claims)
    noun = "claim is" if total == 1 else "claims are"
    return "\n\n".join([*blocks, f"{good} of {total} {noun} supported."])


def evidence(arguments: argparse.Namespace) -> int:
    """Write or check; 1 where a quote stands in none of the originals.

    Raises:
        MisuseError: A file is not there or not what is needed.
    """
    wanted = "a page that `footnote evidence` wrote" if arguments.check else _ANSWER
    data = read_input(
        arguments.file,
        missing=f": name {wanted}",
        largest=_LARGEST_EVIDENCE,
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
    print_result(found, quotes_shown, arguments)
    return 0 if found.holds else 1


def quotes_shown(found: EvidenceCheck) -> str:
    """Return a line for each quote, for each original that could not be read, and the count."""
    lines = [_quote_line(quote) for quote in found.quotes]
    lines += [
        terminal.one_line(f"not read: {change.source}: {change.reason}") for change in found.unread
    ]
    good = sum(quote.standing != "missing" for quote in found.quotes)
    noun = "quote stands" if len(found.quotes) == 1 else "quotes stand"
    return "\n".join([*lines, f"{good} of {len(found.quotes)} {noun} in the originals."])


def _claim_lines(claim: CheckedClaim, found: Verification) -> str:
    head = f"{claim.verdict.upper()}  {terminal.printable(claim.text)}"
    lines = [terminal.wrapped(head)]
    if claim.note:
        lines.append(terminal.wrapped(terminal.one_line(claim.note), indent=4, first=4))
    for citation in found.citations:
        if citation.number in claim.citations:
            place = terminal.one_line(terminal.footnote_head(citation))
            quote = f"“{terminal.printable(citation.quote)}”"
            lines.append(terminal.wrapped(place, indent=4, first=4))
            lines.append(terminal.wrapped(quote, indent=4, first=4))
    return "\n".join(lines)


def _claims_of(name: str) -> str:
    """Return the text of a file or of standard input; a byte order mark goes."""
    data = read_input(
        name,
        missing=" to verify: name a text file, or - for standard input",
        largest=_LARGEST_TEXT,
        too_large=": cut it into parts and verify each",
    )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MisuseError(f"{name!r} is not a UTF-8 text: save it as plain text") from error
    if "\0" in text:
        raise MisuseError(f"{name!r} is a binary file: verify its text instead")
    return text


def _quote_line(quote: CheckedQuote) -> str:
    text = f"“{quote.quote}”"
    if quote.standing == "missing":
        return terminal.one_line(f"MISSING  {quote.name}: {text}")
    how = "as cited" if quote.standing == "same" else "but the document is not as it was cited"
    where = f"in {quote.original} from character {quote.start}, {how}"
    return terminal.one_line(f"STANDS   {quote.name}: {where}: {text}")


def _write(data: bytes, arguments: argparse.Namespace) -> None:
    text = page(read_answer(_answer_text(data)))
    named = arguments.output or _beside(arguments.file)
    with whole_file(Path(named)) as part:
        part.write_text(text, encoding="utf-8")
    if arguments.json:
        print_json({"file": named})
    else:
        print_text(f"written: {terminal.one_line(named)}")


def _beside(name: str) -> str:
    path = Path("evidence.html") if name == "-" else Path(name).with_suffix(".html")
    if path.exists():
        raise MisuseError(f"{str(path)!r} is there already: name it, or another, with --output")
    return str(path)


def _answer_text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MisuseError("this is no answer: give what `footnote ask --json` prints") from error
