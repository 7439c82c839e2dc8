"""The commands that answer from articles: `footnote ask`, `search`, `overview` and `timeline`."""

import argparse
import sys
from typing import TYPE_CHECKING

from index.errors import MisuseError
from index.terms import has_words
from rag.cli import answers, terminal
from rag.cli.session import opened, print_json, print_result, print_text
from rag.refusal import says
from rag.types import Answer

if TYPE_CHECKING:
    from rag.assistant import Assistant


def ask(arguments: argparse.Namespace) -> int:
    """Answer a question; 2 where it is empty.

    Raises:
        MisuseError: The question is empty, and it is to be told in words.
    """
    with opened(arguments) as assistant:
        answer = _followed(assistant, " ".join(arguments.question), k=arguments.k)
    if arguments.json:
        print_json(answer)
    elif answer.reason == "empty_question":
        raise MisuseError(answer.text)
    else:
        print_text(answers.answer(answer, with_reply=arguments.show_reply))
        if arguments.show_hits and answer.hits:
            print_text("\n" + terminal.hits(answer.hits))
    return 2 if answer.reason == "empty_question" else 0


def _followed(assistant: "Assistant", question: str, *, k: int | None) -> Answer:
    """Ask, and tell on the last line of a terminal what is found, written and checked meanwhile."""
    if not sys.stderr.isatty() or assistant.model == "extractive":
        return assistant.ask(question, k=k)
    try:
        for event in assistant.stream(question, k=k):
            sys.stderr.write(f"\r\x1b[K{answers.progress(event, assistant.model)}")
            sys.stderr.flush()
    finally:
        sys.stderr.write("\r\x1b[K")
    assert isinstance(event, Answer), "a stream ends with an answer"
    return event


def search(arguments: argparse.Namespace) -> int:
    """Rank passages; 2 where the question is empty.

    Raises:
        MisuseError: The question is empty, and it is to be told in words.
    """
    with opened(arguments) as assistant:
        question = " ".join(arguments.question)
        if has_words(question):
            assistant.library.seed()
        hits = assistant.search(question, k=arguments.k)
    if arguments.json:
        print_json(hits)
    elif not has_words(question):
        raise MisuseError(says("empty_question"))
    else:
        print_text(terminal.hits(hits))
    return 0 if has_words(question) else 2


def overview(arguments: argparse.Namespace) -> int:
    """Print an overview of an article, a topic or all articles."""
    with opened(arguments) as assistant:
        answer = assistant.overview(_topic(arguments))
    print_result(answer, answers.answer, arguments)
    return 0


def timeline(arguments: argparse.Namespace) -> int:
    """Print the dated statements of all articles, or of a topic."""
    with opened(arguments) as assistant:
        found = assistant.timeline(_topic(arguments))
    print_result(found, answers.timeline, arguments)
    return 0


def _topic(arguments: argparse.Namespace) -> str | None:
    """Return the words given as one; None where there are none, which an empty one is not."""
    return " ".join(arguments.topic) if arguments.topic else None
