"""The command `footnote`: parses arguments and turns every outcome into an exit code.

0: done, an abstention included. 1: it could not be done. 2: it was asked wrongly. The commands are
in `rag.commands`; others, such as `eval`, come through the entry-point group `footnote.commands`.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points, version

from index.errors import FootnoteError, MisuseError
from rag import commands

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; never shows a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A name or text that the terminal's encoding lacks is shown escaped, not a crash.
            stream.reconfigure(errors="backslashreplace")
    try:
        parsed = _parser().parse_args(arguments)
        code = int(parsed.run(parsed))
        sys.stdout.flush()
        return code
    except FootnoteError as error:
        print(f"footnote: {error}", file=sys.stderr)  # noqa: T201
        return 2 if isinstance(error, MisuseError) else 1
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # The reader of a pipe left; whatever is still buffered has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # noqa: BLE001  # the outermost line: a sentence, no traceback
        print(  # noqa: T201
            f"footnote: internal error, please report it: {type(error).__name__}: {error}",
            file=sys.stderr,
        )
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="footnote",
        description="Ask questions of your own articles; every sentence of an answer carries a "
        "footnote that has been checked.",
        epilog='example: footnote ask "Which missile will Japan co-produce?"',
    )
    parser.add_argument("--version", action="version", version=f"footnote {version('footnote')}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    commands.register(subparsers)
    for entry in sorted(entry_points(group="footnote.commands"), key=lambda e: e.name):
        entry.load()(subparsers)
    return parser


if __name__ == "__main__":
    sys.exit(main())
