"""The commands over documents: `footnote list`, `footnote show` and `footnote remove`."""

import argparse

from rag.cli import terminal
from rag.cli.session import opened, print_result


def list_all(arguments: argparse.Namespace) -> int:
    """List the documents."""
    with opened(arguments) as assistant:
        assistant.library.seed()
        documents = assistant.library.documents()
    print_result(documents, terminal.documents, arguments)
    return 0


def show(arguments: argparse.Namespace) -> int:
    """Print one document."""
    with opened(arguments) as assistant:
        assistant.library.seed()
        document = assistant.library.document(arguments.id)
    print_result(document, terminal.document, arguments)
    return 0


def remove(arguments: argparse.Namespace) -> int:
    """Remove documents and print which."""
    with opened(arguments) as assistant:
        removed = assistant.library.remove(*arguments.ids)
    print_result(removed, terminal.removed, arguments)
    return 0
