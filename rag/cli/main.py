"""The command `footnote`: parses arguments and turns every outcome into an exit code.

0: done, an abstention included. 1: it could not be done. 2: it was asked wrongly. 130: interrupted.
The commands are in `rag.cli.table`; others, such as `eval`, come through the entry-point group
`footnote.commands`: each entry takes argparse's sub-parsers and adds its own.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from index.errors import FootnoteError, MisuseError, OperationError
from rag.cli.table import Command, own_commands

_GROUP = "footnote.commands"
_INTERRUPTED = 130
_SOUND = "interrupted; the library is sound"
_OWN_OPTIONS = frozenset({"-h", "--help", "--version"})
"""Those of `footnote` itself; all others stand behind a command."""


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
        return _failed(f"internal error, please report it: {type(error).__name__}: {error}", code=1)


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence that names the help."""

    def error(self, message: str) -> NoReturn:
        raise MisuseError(f"{message}: see `{self.prog} --help`")


def _run(arguments: Sequence[str]) -> int:
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
    return int(parsed.run(parsed))


def _own(name: str, command: Command) -> _Parser:
    """Return the parser of one of our commands, and nothing of the others."""
    parser = _Parser(
        prog=f"footnote {name}", description=command.description, epilog=command.epilog
    )
    command.describe(parser)
    return parser


def _of_all(arguments: Sequence[str]) -> _Parser:
    """Return the parser of all commands, those of other packages included.

    Raises:
        MisuseError: The arguments name none of them.
    """
    from importlib.metadata import entry_points, version

    parser = _Parser(
        prog="footnote",
        description="Ask questions of your own articles; every sentence of an answer carries a "
        "footnote that has been checked.",
        epilog='example: footnote ask "Which missile will Japan co-produce?"',
    )
    parser.add_argument("--version", action="version", version=f"footnote {version('footnote')}")
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

    print(f"footnote: {terminal.one_line(sentence)}", file=sys.stderr)  # noqa: T201
    return code


def _drop_output() -> None:
    """Let what is still buffered go nowhere, so that the interpreter's last flush is silent."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
