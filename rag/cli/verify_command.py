"""The command `footnote verify`: checks a text from a file or standard input, claim by claim."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import MisuseError
from rag.cli import terminal
from rag.plain_data import json_text

if TYPE_CHECKING:
    from rag.types import CheckedClaim, Verification

_LARGEST = 4_000_000
"""Bytes; an hour of checking."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `footnote verify` takes."""
    parser.add_argument("file", metavar="FILE", help="the text to check; - for standard input")


def run(arguments: argparse.Namespace) -> int:
    """Verify and print; 1 where a claim is not supported.

    Raises:
        MisuseError: The file is not there, not a text, or has no statement.
    """
    from rag.verify_text import verify

    found = verify(_read(arguments.file), library=arguments.library)
    text = json_text(found, encoding=sys.stdout.encoding or "utf-8")
    sys.stdout.write((text if arguments.json else shown(found)) + "\n")
    return 0 if found.supported else 1


def shown(found: "Verification") -> str:
    """Return each claim with its verdict, what differs and the quote, then the counts."""
    blocks = [_block(claim, found) for claim in found.claims]
    good = sum(claim.verdict == "supported" for claim in found.claims)
    total = len(found.claims)
    noun = "claim is" if total == 1 else "claims are"
    return "\n\n".join([*blocks, f"{good} of {total} {noun} supported."])


def _block(claim: "CheckedClaim", found: "Verification") -> str:
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


def _read(name: str) -> str:
    """Return the text of a file or of standard input; a byte order mark goes."""
    if name == "-":
        data = sys.stdin.buffer.read(_LARGEST + 1)
    else:
        path = Path(name)
        if not path.is_file():
            raise MisuseError(f"there is no file {name!r} to verify: name a text file, or - ")
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise MisuseError(
            f"{name!r} is larger than {_LARGEST:,} bytes: cut it into parts and verify each"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MisuseError(f"{name!r} is not a UTF-8 text: save it as plain text") from error
    if "\0" in text:
        raise MisuseError(f"{name!r} is a binary file: verify its text instead")
    return text
