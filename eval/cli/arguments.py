"""The sub-commands `footnote eval` and `footnote gold`, made of the table `eval/data/cli.toml`.

All help loads this file, so that the work is in the files beside it, imported when a command runs.
"""

import argparse
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

_TABLE = Path(__file__).parents[1] / "data" / "cli.toml"
_Table = Mapping[str, Any]


def register_eval(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `eval` to the sub-commands of `footnote`."""
    parser = _command("eval", commands)
    for name, table in _table()["eval"]["words"].items():
        _add_word(parser, name, table)


def register_gold(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `gold` to the sub-commands of `footnote`."""
    words = _command("gold", commands).add_subparsers(dest="word", metavar="WORD", required=True)
    for name, table in _table()["gold"]["words"].items():
        _describe(words.add_parser(name, help=table["help"]), table)


@cache
def _table() -> _Table:
    return tomllib.loads(_TABLE.read_text(encoding="utf-8"))


def _command(
    name: str, commands: "argparse._SubParsersAction[argparse.ArgumentParser]"
) -> argparse.ArgumentParser:
    table = _table()[name]
    parser = commands.add_parser(
        name,
        help=table["help"],
        description=table["description"],
        epilog=table["epilog"],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return _describe(parser, table)


def _add_word(parser: argparse.ArgumentParser, name: str, table: _Table) -> None:
    """Let a first argument `name` be parsed by a parser of its own.

    argparse's own sub-commands cannot stand where a list of files can stand too.
    """
    word = type(parser)(prog=f"{parser.prog} {name}", description=table["description"])
    _describe(word, table)
    parse = parser.parse_known_args

    def parse_known_args(
        args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        given = list(args or ())
        if given[:1] == [name]:
            return word.parse_known_args(given[1:], namespace)
        return parse(args, namespace)

    parser.parse_known_args = parse_known_args  # type: ignore[method-assign, assignment]


def _describe(parser: argparse.ArgumentParser, table: _Table) -> argparse.ArgumentParser:
    """Add the arguments of a table to a parser, and what is to run; return it."""
    groups: dict[str, argparse._MutuallyExclusiveGroup] = {}
    for row in _rows(table["arguments"]):
        options = {key: value for key, value in row.items() if key not in _OURS}
        if "type" in row:
            options["type"] = _TYPES[row["type"]]
        if row.get("action") == "boolean":
            options["action"] = argparse.BooleanOptionalAction
        if row.get("absent"):
            options["default"] = argparse.SUPPRESS
        group = row.get("group", "")
        if group and group not in groups:
            groups[group] = parser.add_mutually_exclusive_group()
        groups.get(group, parser).add_argument(row["name"], **options)
    if "run" in table:
        parser.set_defaults(run=_runner(table["run"]))
    return parser


def _rows(arguments: Sequence[_Table | str]) -> Iterator[_Table]:
    """Yield rows in order, for a name those that several commands share."""
    for one in arguments:
        yield from _table()["rows"][one] if isinstance(one, str) else (one,)


def _runner(place: str) -> Callable[[argparse.Namespace], int]:
    """Return what imports `module:function` of this folder when it runs."""
    module, _, function = place.partition(":")

    def run(args: argparse.Namespace) -> int:
        return int(getattr(import_module(f"eval.cli.{module}"), function)(args))

    return run


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return value


def _as_footnote_does(kind: str) -> Callable[[str], Any]:
    """Return what reads an option as `footnote`'s own commands do; loaded where one is given."""

    def read(text: str) -> object:
        from rag.internal import OPTION_TYPES

        return OPTION_TYPES[kind](text)

    return read


_SHARED = ("count", "date", "passages", "word")
_TYPES: Mapping[str, Callable[[str], Any]] = {
    "int": int,
    "share": _share,
    **{kind: _as_footnote_does(kind) for kind in _SHARED},
}
_OURS = ("name", "absent", "group")
"""Keys of an argument's row that argparse does not know."""
