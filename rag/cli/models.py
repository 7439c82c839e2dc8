"""The command `footnote models`: which models are configured, and whether they answer."""

import argparse
from collections.abc import Sequence

from rag.cli import terminal
from rag.cli.session import print_result
from rag.llm.probe import ModelStatus, probe
from rag.settings import Settings


def run(arguments: argparse.Namespace) -> int:
    """Ask and print a line for each; 1 where the chosen model does not answer."""
    found = probe(Settings.load(llm=arguments.llm))
    print_result(found, _lines, arguments)
    return 0 if found[0].answers else 1


def _lines(found: Sequence[ModelStatus]) -> str:
    width = max(len(terminal.one_line(status.name)) for status in found)
    return "\n".join(_line(status, width) for status in found)


def _line(status: ModelStatus, width: int) -> str:
    unasked = "found" if status.configured else "unset"
    word = unasked if status.answers is None else "ready" if status.answers else "fails"
    mark = "*" if status.chosen else " "
    name = terminal.one_line(status.name)
    return f"{mark} {name:{width}}  {word}  {terminal.one_line(status.detail)}"
