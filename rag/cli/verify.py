"""The command `footnote verify`: checks a text from a file or standard input, claim by claim."""

import argparse

from index.errors import MisuseError
from rag.checking import verify
from rag.cli import terminal
from rag.cli.session import print_result, read_input
from rag.types import CheckedClaim, Verification

_LARGEST = 4_000_000
"""Bytes; an hour of checking."""


def run(arguments: argparse.Namespace) -> int:
    """Verify and print; 1 where a claim is not supported.

    Raises:
        MisuseError: The file is not there, not a text, or has no statement.
    """
    found = verify(_read(arguments.file), library=arguments.library)
    print_result(found, shown, arguments)
    return 0 if found.supported else 1


def shown(found: Verification) -> str:
    """Return each claim with its verdict, what differs and the quote, then the counts."""
    blocks = [_block(claim, found) for claim in found.claims]
    good = sum(claim.verdict == "supported" for claim in found.claims)
    total = len(found.claims)
    noun = "claim is" if total == 1 else "claims are"
    return "\n\n".join([*blocks, f"{good} of {total} {noun} supported."])


def _block(claim: CheckedClaim, found: Verification) -> str:
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
    data = read_input(
        name,
        missing=" to verify: name a text file, or - ",
        largest=_LARGEST,
        too_large=": cut it into parts and verify each",
    )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MisuseError(f"{name!r} is not a UTF-8 text: save it as plain text") from error
    if "\0" in text:
        raise MisuseError(f"{name!r} is a binary file: verify its text instead")
    return text
