"""The commands `footnote overview` and `footnote timeline`."""

import argparse

from rag.cli import terminal
from rag.cli.session import opened, print_result


def overview(arguments: argparse.Namespace) -> int:
    """Print an overview of an article, a topic or all articles."""
    with opened(arguments) as assistant:
        answer = assistant.overview(_topic(arguments))
    print_result(answer, terminal.answer, arguments)
    return 0


def timeline(arguments: argparse.Namespace) -> int:
    """Print the dated statements of all articles, or of a topic."""
    with opened(arguments) as assistant:
        found = assistant.timeline(_topic(arguments))
    print_result(found, terminal.timeline, arguments)
    return 0


def _topic(arguments: argparse.Namespace) -> str | None:
    """Return the words given as one; None where there are none, which an empty one is not."""
    return " ".join(arguments.topic) if arguments.topic else None
