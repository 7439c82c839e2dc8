"""The table of Footnote's own commands, `rag/data/cli.toml`: all help needs, and where work is.

No command's module is imported before the command runs, so that help costs nothing but argparse.
Commands of other packages, such as `eval`, come through the entry-point group `footnote.commands`.
"""

import argparse
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from index.data_files import data_toml

Row = Mapping[str, Any]
"""An argument, as argparse takes it but for the keys that the table explains."""
_OURS = ("name", "short", "section", "group", "unset")
"""Keys of an argument's row that argparse does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command of `footnote`."""

    summary: str
    """As the list of commands shows it."""
    example: str
    run: str
    """`module:function` of this folder; it takes the parsed arguments and returns the exit code."""
    arguments: tuple[Row, ...] = ()
    """In the order in which help shows them."""

    def describe(self, parser: argparse.ArgumentParser) -> None:
        """Add the arguments, those of every command first, and what is to run."""
        groups: dict[str, argparse._ActionsContainer] = {"": parser}
        for row in self.arguments:
            section, group = row.get("section", ""), row.get("group", "")
            if section not in groups:
                groups[section] = parser.add_argument_group(section)
            if group not in groups:
                groups[group] = parser.add_mutually_exclusive_group()
            groups[group or section].add_argument(
                *(row[key] for key in ("short", "name") if key in row), **_options(row)
            )
        parser.set_defaults(run=self._run)

    @property
    def description(self) -> str:
        """The summary as a sentence."""
        return f"{self.summary[0].upper()}{self.summary[1:]}."

    @property
    def epilog(self) -> str:
        """The line below the help."""
        return f"example: {self.example}"

    def _run(self, parsed: argparse.Namespace) -> int:
        module, _, function = self.run.partition(":")
        return int(getattr(import_module(f"rag.cli.{module}"), function)(parsed))


@cache
def own_commands() -> Mapping[str, Command]:
    """Return the commands by name, in the order in which the list of commands shows them."""
    table = data_toml("rag", "cli.toml")
    lists: Mapping[str, Sequence[Row]] = table["arguments"]
    return {
        name: Command(
            summary=told["summary"],
            example=told["example"],
            run=told["run"],
            arguments=tuple(
                row for one in ("all", *told.get("arguments", ())) for row in lists[one]
            ),
        )
        for name, told in table["commands"].items()
    }


def _options(row: Row) -> dict[str, Any]:
    """Return what argparse is to make of a row."""
    options = {key: value for key, value in row.items() if key not in _OURS}
    if "type" in row:
        options["type"] = _TYPES[row["type"]]
    if "unset" in row:
        options["default"] = None
    return options


def _passages(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 100")
    return int(text)


def _word(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is empty: name one, or leave the option out")
    return text


def _date(text: str) -> str:
    from datetime import date  # of use for this option alone

    try:
        if not re.fullmatch(r"[0-9]{4}(?:-[0-9]{2}){0,2}", text):
            raise ValueError(text)
        date.fromisoformat(text + "0000-01-01"[len(text) :])
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no date: write a day as 2024-03-01, a month as 2024-03 or a year as 2024"
        ) from None
    return text


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= len(text) <= 9 or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if 0.1 <= seconds <= 3600:
        return seconds
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0.1 to 3600")


_TYPES = {
    "passages": _passages, "word": _word, "date": _date, "count": _count, "seconds": _seconds,
}  # fmt: skip
