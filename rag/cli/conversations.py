"""The commands `footnote chat`, a conversation in the terminal, and `footnote conversations`."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from index.errors import FootnoteError, MisuseError
from rag.arguments import scope_among
from rag.assistant import Assistant
from rag.cli.ask import answer_text, followed
from rag.cli.session import Talk, opened, print_json, print_text, warn, written
from rag.cli.terminal import (
    BOLD,
    DIM,
    YELLOW,
    footnote_head,
    one_line,
    printable,
    source_note,
    styled,
    styled_head,
    wrapped,
)
from rag.conversations.conversation import (
    Conversation,
    ExportFormat,
    FoundTurn,
    KeptTurn,
    exported,
    library_name,
    with_comparison,
)
from rag.conversations.store import (
    UNDO_SECONDS,
    ConversationStore,
    conversations_here,
)
from rag.settings import Settings
from rag.types import Answer, as_json

_DIGITS = 8
"""Of an id, as lists show it."""
_COMMANDS = "/new begins another conversation, /sources shows the last quotes in full, /quit ends"
_ENDINGS: Mapping[str, ExportFormat] = {
    ".md": "md",
    ".html": "html",
    ".htm": "html",
    ".json": "csl",
    ".bib": "bibtex",
}


def chat(arguments: argparse.Namespace) -> int:
    """Answer a question a line until /quit or the end of input; 1 where one of a pipe failed.

    Raises:
        ScopeError: Only some articles are to be asked, and there are none such.
    """
    failed = False
    with opened(arguments) as assistant:
        talk = Talk.of(arguments, assistant.settings)
        if scope := scope_among(vars(arguments)):
            assistant.library.documents(scope)  # what it has nothing of is told before a question
        last: Answer | None = None
        for line in _lines():
            if line == "/quit":
                break
            if line == "/new":
                talk, last = Talk(assistant.settings), None
            elif line == "/sources":
                print_text(_sources(last))
            elif line.startswith("/"):
                warn(f"unknown command {line.split()[0]!r}: {_COMMANDS}")
            else:
                if not _is_typed() and not arguments.json:
                    print_text(f"> {one_line(line)}\n")
                answer = _answered(assistant, line, talk, arguments)
                failed, last = failed or answer is None, answer or last
    return int(failed and not _is_typed())


def _answered(
    assistant: Assistant, question: str, talk: Talk, arguments: argparse.Namespace
) -> Answer | None:
    """Ask, print and keep; None where that failed, which is said."""
    try:
        scope = scope_among(vars(arguments))
        answer = followed(assistant, question, k=arguments.k, history=talk.history, scope=scope)
    except FootnoteError as error:
        warn(str(error))
        return None
    if arguments.json:
        print_text(json.dumps(as_json(answer)))
    else:
        print_text(f"{answer_text(answer)}\n")
    sys.stdout.flush()
    talk.keep(answer)
    return answer


def _lines() -> Iterator[str]:
    """Yield what is typed or piped, a line each, without blank ones."""
    if not _is_typed():
        if hasattr(sys.stdin, "reconfigure"):
            sys.stdin.reconfigure(errors="replace")
        yield from filter(None, (line.strip() for line in sys.stdin))
        return
    with suppress(ImportError):
        import readline  # noqa: F401  # edits and recalls what `input` reads
    print_text(styled(f"Ask a question a line: {_COMMANDS}.", DIM))
    while True:
        try:
            line = input("> ").strip()
        except EOFError:
            print_text("")
            return
        except KeyboardInterrupt:
            print_text("")
            raise
        if line:
            yield line


def _is_typed() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _sources(answer: Answer | None) -> str:
    if answer is None or not answer.citations:
        return "No source was cited: ask a question first.\n"
    lines = []
    for citation in answer.citations:
        card = citation.card
        lines += [
            styled_head(footnote_head(citation), indent=4),
            wrapped(one_line(card.url or card.source), indent=4, first=4),
            *source_note(citation, indent=4),
            wrapped(f"“{printable(citation.quote)}”", indent=4, first=4),
            "",
        ]
    return "\n".join(lines)


def conversations(arguments: argparse.Namespace) -> int:
    """List, show, rename, search, delete, take back or export kept conversations.

    Raises:
        MisuseError: There is no such action or conversation, or an option of another action.
    """
    name, *words = arguments.what or ["list"]
    if name not in _ACTIONS:
        raise MisuseError(
            f"{name!r} is nothing that is done with conversations: {', '.join(_ACTIONS)} are"
        )
    if name != "export" and (arguments.format or arguments.output):
        raise MisuseError("--format and --output go with `footnote conversations export`")
    act, least, most, wanted = _ACTIONS[name]
    if not least <= len(words) <= most:
        raise MisuseError(f"write `footnote conversations {wanted}`")
    settings = Settings.load(library=arguments.library)
    store = conversations_here()
    store.purge()
    act(store, words, settings, arguments)
    return 0


def _list(
    store: ConversationStore, words: Sequence[str], settings: Settings, given: argparse.Namespace
) -> None:
    library = None if given.all else library_name(settings)
    found = store.newest(user=given.user, library=library)
    if given.json:
        print_json(found)
    elif found:
        print_text("\n".join(_line(one, with_library=given.all) for one in found))
    else:
        more = "" if given.all else " of this library (--all: of every library)"
        print_text(f"No conversation is kept{more}.")


def _show(
    store: ConversationStore, words: Sequence[str], settings: Settings, given: argparse.Namespace
) -> None:
    conversation, turns = _compared(store, words[0], given)
    if given.json:
        print_json({"conversation": as_json(conversation), "turns": as_json(turns)})
        return
    head = f"{styled(one_line(conversation.name), BOLD)}\n{styled(_about(conversation), DIM)}"
    print_text("\n\n".join([head, *map(_turn, turns)]))


def _turn(turn: KeptTurn) -> str:
    asked = styled(wrapped(f"> {one_line(turn.question)}", indent=2), BOLD)
    if turn.answer is None:
        lost = styled("This answer cannot be read any more. Its text was:", YELLOW)
        return f"{asked}\n\n{lost}\n{wrapped(printable(turn.turn.text))}"
    return f"{asked}\n\n{answer_text(turn.answer)}"


def _rename(
    store: ConversationStore, words: Sequence[str], settings: Settings, given: argparse.Namespace
) -> None:
    found = store.find(words[0], user=given.user)
    store.rename(found.id, " ".join(words[1:]), user=given.user)
    renamed = store.find(found.id, user=given.user)
    _print(renamed, f"renamed  {_line(renamed)}", given)


def _search(
    store: ConversationStore, words: Sequence[str], settings: Settings, given: argparse.Namespace
) -> None:
    library = None if given.all else library_name(settings)
    found = store.search(" ".join(words), user=given.user, library=library)
    if given.json:
        print_json(found)
    elif found:
        print_text("\n".join(map(_found, found)))
    else:
        more = "" if given.all else " of this library (--all: of every library)"
        print_text(f"No conversation{more} has these words.")


def _delete(
    store: ConversationStore, words: Sequence[str], settings: Settings, given: argparse.Namespace
) -> None:
    found = [store.find(word, user=given.user) for word in words]
    store.delete([one.id for one in found], user=given.user)
    lines = [f"deleted  {_line(one)}" for one in found]
    if given.now:
        clean = store.purge(at_once=True)
        lines.append(
            "Nothing of that is left in the file."
            if clean
            else "Another program reads the file: `footnote compact` takes the text out of it."
        )
    else:
        lines.append(
            f"`footnote conversations restore ID` has it back for {UNDO_SECONDS:.0f} seconds; then "
            "`footnote compact`, or the next use of conversations, takes its text out of the file."
        )
    _print(tuple(found), "\n".join(lines), given)


def _restore(
    store: ConversationStore, words: Sequence[str], settings: Settings, given: argparse.Namespace
) -> None:
    found = tuple(store.restore(word, user=given.user) for word in words)
    _print(found, "\n".join(f"restored  {_line(one)}" for one in found), given)


def _export(
    store: ConversationStore, words: Sequence[str], settings: Settings, given: argparse.Namespace
) -> None:
    ending = Path(given.output or "").suffix.lower()
    form: ExportFormat = given.format or _ENDINGS.get(ending, "md")
    text = exported(*_compared(store, words[0], given), form=form)
    if given.output is None:
        print_text(printable(text.removesuffix("\n")))
        return
    done = written(given.output, text.encode("utf-8"))
    _print(done, f"{done['bytes']:,} bytes: {one_line(str(done['file']))}", given)


def _compared(
    store: ConversationStore, beginning: str, given: argparse.Namespace
) -> tuple[Conversation, tuple[KeptTurn, ...]]:
    """Return a conversation, compared with its own library where that can be read."""
    conversation = store.find(beginning, user=given.user)
    turns = store.turns(conversation.id, user=given.user)
    settings = Settings.load(library=given.library)
    if library_name(settings) != conversation.library:
        if not Path(conversation.library).is_dir():
            warn(
                f"the quotes are not compared: name the library {conversation.library!r} with "
                "--library"
            )
            return conversation, turns
        settings = settings.changed(library=conversation.library)
    with Assistant.open(settings) as assistant:
        try:
            return conversation, with_comparison(turns, assistant.library.text)
        except FootnoteError as error:
            warn(f"the quotes are not compared: {error}")
    return conversation, turns


_Act = Callable[[ConversationStore, Sequence[str], Settings, argparse.Namespace], None]
_MANY = 1000
_ACTIONS: Mapping[str, tuple[_Act, int, int, str]] = {
    "list": (_list, 0, 0, "list"),
    "show": (_show, 1, 1, "show ID"),
    "rename": (_rename, 2, _MANY, "rename ID NAME"),
    "search": (_search, 1, _MANY, "search WORDS"),
    "delete": (_delete, 1, _MANY, "delete ID..."),
    "restore": (_restore, 1, _MANY, "restore ID..."),
    "export": (_export, 1, 1, "export ID --format md|html|csl|bibtex -o FILE"),
}
"""What is done, the least and the most words that it takes, and how it is written."""


def _print(value: object, text: str, given: argparse.Namespace) -> None:
    if given.json:
        print_json(value)
    else:
        print_text(text)


def _line(conversation: Conversation, *, with_library: bool = False) -> str:
    asked = f"{conversation.turns:,} question{'' if conversation.turns == 1 else 's'}"
    head = f"{conversation.id[:_DIGITS]}  {conversation.used_at[:16].replace('T', ' ')}"
    library = f"  {one_line(conversation.library)}" if with_library else ""
    return f"{head}  {asked:>13}  {one_line(conversation.name)}{library}"


def _about(conversation: Conversation) -> str:
    begun = conversation.begun_at[:16].replace("T", " ")
    return one_line(f"begun {begun} UTC, {conversation.library}, {conversation.id}")


def _found(turn: FoundTurn) -> str:
    head = f"{turn.conversation.id[:_DIGITS]}  {one_line(turn.question)}"
    return f"{styled(head, BOLD)}\n{wrapped(one_line(turn.excerpt), indent=10, first=10)}"
