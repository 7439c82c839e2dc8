"""The command `footnote`: its table, arguments parsed, and an exit code for every outcome.

0: done, an abstention included. 1: it could not be done. 2: it was asked wrongly. 130: interrupted.
The table, `rag/data/cli.toml`, holds all that help needs, and where work is: no command's module is
imported before the command runs. Others, such as `eval`, come through the entry-point group
`footnote.commands`: each entry takes argparse's sub-parsers and adds its own.
"""

import argparse
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, NoReturn

from index.data_files import data_toml
from index.errors import FootnoteError, MisuseError, OperationError

Row = Mapping[str, Any]
"""An argument, as argparse takes it but for the keys that the table explains."""
_OURS = ("name", "short", "section", "group", "unset")
"""Keys of an argument's row that argparse does not know."""
_GROUP = "footnote.commands"
_INTERRUPTED = 130
_SOUND = "interrupted; the library is sound"
_OWN_OPTIONS = frozenset({"-h", "--help", "--version"})
"""Those of `footnote` itself; all others stand behind a command."""


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
        options["type"] = OPTION_TYPES[row["type"]]
    if "unset" in row:
        options["default"] = None
    return options


def _passages(text: str) -> int:
    if not re.fullmatch("0*[1-9][0-9]?|0*100", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 100")
    return int(text[-3:])


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


OPTION_TYPES: Mapping[str, Callable[[str], Any]] = {
    "passages": _passages, "word": _word, "date": _date, "count": _count, "seconds": _seconds,
}  # fmt: skip
"""What reads an option, by the word for it in the tables."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; never shows a traceback."""
    _prepare_streams()
    _prepare_threads()
    try:
        code = _run(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()
        return code
    except FootnoteError as error:
        return _failed(str(error), code=2 if isinstance(error, MisuseError) else 1)
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        # The reader of a pipe left; whatever is still buffered has nowhere to go.
        _drop_output()
        return 1
    except OSError as error:
        _drop_output()
        where = f" for {error.filename!r}" if error.filename else ""
        return _failed(
            f"{error.strerror or error}{where}: mend that and run the command again", code=1
        )
    except Exception as error:  # noqa: BLE001  # the outermost line: a sentence, no traceback
        if _is_of_interrupt(error):
            return _interrupted()
        if isinstance(error, UnicodeEncodeError) and "surrogates" in error.reason:
            # A name that is no UTF-8 comes so, and is in order where a file has it.
            return _failed(f"{error.object!r} is no text: write it in UTF-8", code=2)
        return _failed(f"internal error, please report it: {type(error).__name__}: {error}", code=1)


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence that names the help."""

    def error(self, message: str) -> NoReturn:
        raise MisuseError(f"{message}: see `{self.prog} --help`")


def _run(arguments: Sequence[str]) -> int:
    if any("\0" in argument for argument in arguments):
        raise MisuseError("an argument has a zero character, which no text and no name has")
    name = arguments[0] if arguments else ""
    parser = _own(name, own_commands()[name]) if name in own_commands() else _of_all(arguments)
    own = arguments[1:] if name in own_commands() else arguments
    try:
        parsed, unknown = parser.parse_known_args(own)
    except SystemExit:
        # --help and --version end so; what they say may still wait to be written.
        sys.stdout.flush()
        raise
    command = parser.prog if name in own_commands() else f"{parser.prog} {parsed.command}"
    if unknown:
        kind = "option" if unknown[0].startswith("-") else "argument"
        raise MisuseError(f"unknown {kind} {unknown[0]!r} of `{command}`: see `{command} --help`")
    parsed.typed = tuple(own)
    return int(parsed.run(parsed))


def _own(name: str, command: Command) -> _Parser:
    """Return the parser of one of our commands, and nothing of the others."""
    parser = _Parser(
        prog=f"footnote {name}", description=command.description, epilog=command.epilog
    )
    command.describe(parser)
    return parser


class _Version(argparse.Action):
    """Prints the version, and by the beginning of its SHA-256 the trained model that ships."""

    def __call__(self, parser: argparse.ArgumentParser, *_given: object) -> None:
        from hashlib import sha256
        from importlib.metadata import version

        from index.data_files import data_file

        reader = sha256(data_file("rag", "reader.safetensors").read_bytes()).hexdigest()
        sys.stdout.write(f"footnote {version('footnote')} (reader {reader[:12]})\n")
        parser.exit()


def _of_all(arguments: Sequence[str]) -> _Parser:
    """Return the parser of all commands, those of other packages included.

    Raises:
        MisuseError: The arguments name none of them.
    """
    from importlib.metadata import entry_points

    parser = _Parser(
        prog="footnote",
        description="Ask questions of your own articles; every sentence of an answer carries a "
        "footnote that has been checked.",
        epilog='example: footnote ask "Which missile will Japan co-produce?"',
    )
    parser.add_argument(
        "--version", action=_Version, nargs=0, help="show the version and that of the trained model"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, command in own_commands().items():
        command.describe(
            commands.add_parser(
                name,
                help=command.summary,
                description=command.description,
                epilog=command.epilog,
            )
        )
    for entry in sorted(entry_points(group=_GROUP), key=lambda e: e.name):
        try:
            entry.load()(commands)
        except ImportError as error:
            _add_broken(commands, entry.name, error)
    _require_known(arguments, list(commands.choices))
    return parser


def _add_broken(
    commands: "argparse._SubParsersAction[_Parser]", name: str, error: ImportError
) -> None:
    """Keep the other commands working when one of another package cannot be loaded."""

    def run(parsed: argparse.Namespace) -> int:
        raise OperationError(
            f"command {name!r} cannot be loaded ({error}): install the package that it comes with "
            "again"
        ) from error

    # No character begins an option here, so that whatever follows the name is accepted.
    parser = commands.add_parser(name, help="cannot be loaded", prefix_chars="\0", add_help=False)
    parser.add_argument("anything", nargs="*")
    parser.set_defaults(run=run)


def _require_known(arguments: Sequence[str], names: Sequence[str]) -> None:
    """Refuse an unknown command by naming the nearest; `footnote` itself has no option values."""
    command = next((argument for argument in arguments if argument in names), None)
    if command and arguments[0].startswith("-") and arguments[0] not in _OWN_OPTIONS:
        raise MisuseError(
            f"{arguments[0]!r} stands before the command: write `footnote {command}` first, then "
            "its options"
        )
    if not arguments:
        raise MisuseError(f"name a command, one of {', '.join(names)}: see `footnote --help`")
    given = next((argument for argument in arguments if not argument.startswith("-")), None)
    if given is None or given in names:
        return
    import difflib

    nearest = difflib.get_close_matches(given, names, n=1)
    hint = f"did you mean `footnote {nearest[0]}`? " if nearest else ""
    raise MisuseError(f"unknown command {given!r}: {hint}The commands are {', '.join(names)}")


def _prepare_streams() -> None:
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            # The caller closed it: what would be written is dropped.
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        stream = getattr(sys, name)
        if hasattr(stream, "reconfigure"):
            # A name or text that the terminal's encoding lacks is shown escaped, not a crash.
            stream.reconfigure(errors="backslashreplace")


def _prepare_threads() -> None:
    """Have NumPy's OpenBLAS start no threads: a command's matrices are small, and they wait busily.

    A cold `footnote ask` took 0.43 s of processor time with them and takes 0.32 s without.
    """
    if "numpy" not in sys.modules:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _is_of_interrupt(error: BaseException | None) -> bool:
    """Tell Ctrl-C while a compiled module was imported, which says "initialization failed"."""
    causes: list[BaseException] = []
    while error is not None and error not in causes:
        causes.append(error)
        error = error.__cause__ or error.__context__
    return any(isinstance(one, KeyboardInterrupt) for one in causes)


def _interrupted() -> int:
    """Say so; nothing is imported any more, for what was just loading may not load again."""
    sys.stderr.write(f"footnote: {_SOUND}\n")
    return _INTERRUPTED


def _failed(sentence: str, *, code: int) -> int:
    from rag.cli import terminal

    print(f"footnote: {terminal.one_line(terminal.shortened(sentence))}", file=sys.stderr)  # noqa: T201
    return code


def _drop_output() -> None:
    """Let what is still buffered go nowhere, so that the interpreter's last flush is silent."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
