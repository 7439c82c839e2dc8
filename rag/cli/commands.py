"""The commands over a library: ask, add, watch, list, show, remove, search, verify, doctor."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from index.errors import MisuseError, ReadError
from index.terms import has_words
from rag.answer.abstention import says
from rag.cli import (
    more_commands,
    terminal,
    verify_command,
    watch_command,
)
from rag.cli.progress import progress
from rag.plain_data import json_text

if TYPE_CHECKING:
    from rag.assistant import Assistant

Commands = "argparse._SubParsersAction[argparse.ArgumentParser]"
Run = Callable[[argparse.Namespace], int]
T = TypeVar("T")


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to the parser of `footnote`."""
    ask = _command(
        commands,
        "ask",
        _ask,
        "answer a question with checked footnotes",
        'footnote ask "Which missile will Japan co-produce?"',
    )
    ask.add_argument("--show-hits", action="store_true", help="also print the passages found")
    ask.add_argument(
        "--strict",
        action="store_true",
        default=None,
        help="leave out what the sources do not say, instead of marking it",
    )
    search = _command(
        commands,
        "search",
        _search,
        "rank passages for a question, without answering",
        'footnote search "defense budget" --k 3',
    )
    for parser in (ask, search):
        parser.add_argument("question", nargs="+", help="the question; quotes keep the shell off ?")
        parser.add_argument(
            "--k", type=_number, metavar="N", help="passages to retrieve, 1 to 100 (default: 8)"
        )
    add = _command(
        commands,
        "add",
        _add,
        "add files, folders, glob patterns or web pages, or what changed in them",
        "footnote add notes.txt ~/articles 'clippings/**/*.html'",
    )
    add.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="a file, a folder, a glob pattern or the address of a web page",
    )
    add.add_argument(
        "--prune",
        action="store_true",
        help="also remove documents whose file is gone from a folder named here",
    )
    watch = _command(
        commands,
        "watch",
        watch_command.run,
        "keep the library in step with a folder until Ctrl-C, deleted files included",
        "footnote watch ~/articles",
    )
    watch_command.add_arguments(watch)
    _command(commands, "list", _list, "list the documents", "footnote list")
    show = _command(
        commands,
        "show",
        _show,
        "print a document with its sentences numbered",
        "footnote show 3f2a",
    )
    show.add_argument("id", help="a document's id or the beginning of it")
    remove = _command(commands, "remove", _remove, "remove documents", "footnote remove 3f2a 77b0")
    remove.add_argument("ids", nargs="+", metavar="ID", help="a document's id or its beginning")
    verify = _command(
        commands,
        "verify",
        verify_command.run,
        "check a text from anywhere against your articles, claim by claim",
        "footnote verify answer.md",
    )
    verify_command.add_arguments(verify)
    models = _command(
        commands,
        "models",
        _models,
        "say which language models are configured, and whether they answer",
        "footnote models --llm ollama:llama3.2",
    )
    for parser in (ask, models):
        parser.add_argument(
            "--llm",
            metavar="MODEL",
            help="what writes answers: PROVIDER:MODEL, or extractive (default: FOOTNOTE_LLM)",
        )
    for name, run, add_arguments, summary, example in more_commands.COMMANDS:
        add_arguments(_command(commands, name, run, summary, example))
    doctor = _command(
        commands,
        "doctor",
        _doctor,
        "check the library, and mend it with --repair",
        "footnote doctor --repair",
    )
    doctor.add_argument("--repair", action="store_true", help="mend what is found")


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Run,
    summary: str,
    example: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=f"example: {example}",
    )
    parser.add_argument(
        "--library",
        metavar="FOLDER",
        help="the library's folder or postgresql:// address (default: FOOTNOTE_LIBRARY or your "
        "data folder)",
    )
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.set_defaults(run=run)
    return parser


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 100")
    return int(text)


@contextmanager
def opened(arguments: argparse.Namespace) -> Iterator["Assistant"]:
    """Open the library that the arguments name; a bar on a terminal shows what is embedded."""
    from rag.assistant import Assistant
    from rag.settings import Settings

    settings = Settings.load(
        library=arguments.library,
        llm=getattr(arguments, "llm", None),
        strict=getattr(arguments, "strict", None),
    )
    with (
        progress("Indexing", unit=" sentences") as on_progress,
        Assistant.open(settings, on_progress=on_progress) as assistant,
    ):
        yield assistant


def _ask(arguments: argparse.Namespace) -> int:
    with opened(arguments) as assistant:
        answer = assistant.ask(" ".join(arguments.question), k=arguments.k)
    if arguments.json:
        _print_json(answer)
    elif answer.reason == "empty_question":
        raise MisuseError(answer.text)
    else:
        _print(terminal.answer(answer))
        if arguments.show_hits and answer.hits:
            _print("\n" + terminal.hits(answer.hits))
    return 2 if answer.reason == "empty_question" else 0


def _search(arguments: argparse.Namespace) -> int:
    with opened(arguments) as assistant:
        question = " ".join(arguments.question)
        hits = assistant.search(question, k=arguments.k)
    if arguments.json:
        _print_json(hits)
    elif not has_words(question):
        raise MisuseError(says("empty_question"))
    else:
        _print(terminal.hits(hits))
    return 0 if has_words(question) else 2


def _add(arguments: argparse.Namespace) -> int:
    with opened(arguments) as assistant:
        report = assistant.add(*arguments.paths, prune=arguments.prune)
    skipped = report.of("skipped")
    if arguments.json:
        _print_json(report)
    elif len(skipped) == len(report.changes) == 1:
        raise ReadError(f"{skipped[0].source!r} was not added: {skipped[0].reason}")
    else:
        _print(terminal.report(report))
        if len(skipped) == len(report.changes):
            raise ReadError("nothing was added: every file was skipped, for the reasons above")
    return 1 if len(skipped) == len(report.changes) else 0


def _list(arguments: argparse.Namespace) -> int:
    with opened(arguments) as assistant:
        documents = assistant.documents()
    _show_result(documents, terminal.documents, arguments)
    return 0


def _show(arguments: argparse.Namespace) -> int:
    with opened(arguments) as assistant:
        document = assistant.document(arguments.id)
    _show_result(document, terminal.document, arguments)
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    with opened(arguments) as assistant:
        removed = assistant.remove(*arguments.ids)
    _show_result(removed, terminal.removed, arguments)
    return 0


def _models(arguments: argparse.Namespace) -> int:
    from rag.cli.models import run

    return run(arguments)


def _doctor(arguments: argparse.Namespace) -> int:
    with opened(arguments) as assistant:
        checkup = assistant.repair() if arguments.repair else assistant.check()
    _show_result(checkup, terminal.checkup, arguments)
    return 1 if checkup.findings else 0


def _show_result(value: T, as_text: Callable[[T], str], arguments: argparse.Namespace) -> None:
    if arguments.json:
        _print_json(value)
    else:
        _print(as_text(value))


def _print_json(value: object) -> None:
    _print(json_text(value, encoding=sys.stdout.encoding or "utf-8"))


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
