"""The list of the commands that keep, move and prove what a library holds.

What each does is in a module that is imported when it runs.
"""

import argparse
from collections.abc import Callable


def _compact(arguments: argparse.Namespace) -> int:
    from rag.cli.library_commands import compact

    return compact(arguments)


def _export(arguments: argparse.Namespace) -> int:
    from rag.cli.library_commands import export

    return export(arguments)


def _import(arguments: argparse.Namespace) -> int:
    from rag.cli.library_commands import import_

    return import_(arguments)


def _evidence(arguments: argparse.Namespace) -> int:
    from rag.cli.evidence import run

    return run(arguments)


def _nothing(parser: argparse.ArgumentParser) -> None:
    """Add no arguments."""


def _archive(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the archive, a zip file")


def _evidence_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="what `footnote ask --json` printed; or -")
    parser.add_argument(
        "--output", metavar="HTML", help="where to write (default: FILE with the ending .html)"
    )
    parser.add_argument(
        "--check", action="store_true", help="check FILE, an evidence file, against ORIGINALS"
    )
    parser.add_argument("originals", nargs="*", metavar="ORIGINALS", help="files or folders")


COMMANDS: tuple[
    tuple[
        str,
        Callable[[argparse.Namespace], int],
        Callable[[argparse.ArgumentParser], None],
        str,
        str,
    ],
    ...,
] = (
    (
        "compact",
        _compact,
        _nothing,
        "leave nothing of removed documents in the library's files",
        "footnote compact",
    ),
    (
        "export",
        _export,
        _archive,
        "write all documents into one archive",
        "footnote export articles.zip",
    ),
    (
        "import",
        _import,
        _archive,
        "add all documents of an archive",
        "footnote import articles.zip",
    ),
    (
        "evidence",
        _evidence,
        _evidence_arguments,
        "write an answer's evidence as one page, or check it against the originals",
        "footnote evidence --check answer.html ~/articles",
    ),
)
"""Name, what it does, its arguments, summary, example."""
