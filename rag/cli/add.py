"""The commands that bring articles in: `footnote add` once, `footnote watch` until Ctrl-C."""

import argparse
import json
import sys
from contextlib import suppress

from index.errors import ReadError
from index.sync.watch import Notice
from index.types import Change
from rag.cli import terminal
from rag.cli.session import opened, print_json, print_text
from rag.plain_data import as_json


def add(arguments: argparse.Namespace) -> int:
    """Add sources and tell what became of each; 1 where all were skipped.

    Raises:
        ReadError: All were skipped, and it is to be told in words.
    """
    with opened(arguments) as assistant:
        report = assistant.library.add(*arguments.paths, prune=arguments.prune)
        model = assistant.settings.embedding_model
    skipped = report.of("skipped")
    if arguments.json:
        print_json(report)
    elif len(skipped) == len(report.changes) == 1:
        raise ReadError(f"{skipped[0].source!r} was not added: {skipped[0].reason}")
    else:
        print_text(terminal.report(report, model=model))
        if len(skipped) == len(report.changes):
            raise ReadError("nothing was added: every file was skipped, for the reasons above")
    return 1 if len(skipped) == len(report.changes) else 0


def watch(arguments: argparse.Namespace) -> int:
    """Watch, telling each change in a line (with --json in an object), until interrupted."""
    with suppress(KeyboardInterrupt), opened(arguments) as assistant:
        for news in assistant.library.watch(arguments.folder, every=arguments.every):
            _say(json.dumps(as_json(news)) if arguments.json else _line(news))
    if not arguments.json:
        _say(f"stopped watching {terminal.one_line(arguments.folder)}; the library is sound")
    return 0


def _line(news: Change | Notice) -> str:
    return terminal.one_line(news.text if isinstance(news, Notice) else terminal.change_line(news))


def _say(line: str) -> None:
    print_text(line)
    sys.stdout.flush()
