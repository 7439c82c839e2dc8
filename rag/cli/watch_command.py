"""The command `footnote watch`: keeps the library in step with a folder until Ctrl-C."""

import argparse
import json
import sys
from contextlib import suppress

from index.sync.watch import Notice
from index.types import Change
from rag.cli import terminal
from rag.plain_data import as_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `footnote watch` takes."""
    parser.add_argument("folder", metavar="FOLDER", help="the folder to keep in step with")
    parser.add_argument(
        "--every",
        type=_seconds,
        default=2.0,
        metavar="SECONDS",
        help="pause between two looks at the folder, 0.1 to 3600 (default: 2)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Watch, telling each change in a line (with --json in an object), until interrupted."""
    from rag.cli.commands import opened

    with suppress(KeyboardInterrupt), opened(arguments) as assistant:
        for news in assistant.watch(arguments.folder, every=arguments.every):
            _say(json.dumps(as_json(news)) if arguments.json else _line(news))
    if not arguments.json:
        _say(f"stopped watching {terminal.one_line(arguments.folder)}; the library is sound")
    return 0


def _line(news: Change | Notice) -> str:
    return terminal.one_line(news.text if isinstance(news, Notice) else terminal.change_line(news))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _seconds(text: str) -> float:
    with suppress(ValueError):
        if 0.1 <= float(text) <= 3600:
            return float(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0.1 to 3600")
