"""What several commands share: the open library, a bar for what takes long, input and printing."""

import argparse
import hashlib
import os
import re
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

from index.errors import FootnoteError, MisuseError, OperationError
from rag.assistant import Assistant
from rag.settings import Settings
from rag.types import Answer, Turn, json_text

if TYPE_CHECKING:
    from tqdm import tqdm

T = TypeVar("T")
_PACE = 3.0
"""Seconds of embedding by which its pace is known."""
_MANY = 10_000
"""Sentences from which on it is said how many there are before the first is embedded."""
_MOST_IDS = 10_000_000
"""Bytes of ids that are read from standard input."""
_LONG = 600.0
"""Seconds from which on it is said beforehand how long embedding takes."""
_IS_ID = re.compile(r"(?=.*\d)[0-9a-fA-F]{6,32}\Z")
"""What behind `--continue` is a conversation's id, and no word of a question."""


@contextmanager
def opened(arguments: argparse.Namespace) -> Iterator[Assistant]:
    """Open the library that the arguments name; a bar on a terminal shows what is embedded.

    Where its name is that of a folder that is here too, standard error says which it is.

    Raises:
        MisuseError: It is one word that names none that is there.
    """
    settings = _settings(arguments)
    if arguments.library is not None:
        from rag.named_libraries import refuse_new

        refuse_new(arguments.library)
    with _opened(settings) as assistant:
        yield assistant


@contextmanager
def opened_to_add(arguments: argparse.Namespace) -> Iterator[Assistant]:
    """Open the library as `opened` does; one that is not there is made, which is said."""
    settings = _settings(arguments)
    if arguments.library is not None:
        from rag.named_libraries import is_new

        if is_new(arguments.library):
            warn(
                f"no library is called {arguments.library!r}: a new one is made in that folder here"
            )
    with _opened(settings) as assistant:
        yield assistant


def _settings(arguments: argparse.Namespace) -> Settings:
    if arguments.library is not None and os.path.isdir(arguments.library):
        from rag.named_libraries import choice_told

        if told := choice_told(arguments.library):
            warn(told)
    return Settings.load(
        library=arguments.library,
        llm=getattr(arguments, "llm", None),
        strict=getattr(arguments, "strict", None),
    )


@contextmanager
def _opened(settings: Settings) -> Iterator[Assistant]:
    with (
        progress("Indexing", unit=" sentences") as show,
        Assistant.open(settings, on_progress=announced(show, say=_say)) as assistant,
    ):
        yield assistant


def announced(
    show: Callable[[int, int], None],
    *,
    say: Callable[[str], None],
    clock: Callable[[], float] = time.monotonic,
) -> Callable[[int, int], None]:
    """Return a callback (done, total) that says once beforehand how long embedding takes.

    Args:
        show: Called with the same.
        say: Given the sentence, as soon as the pace is known, where it is over ten minutes; where
            none of many is embedded yet, it is given before how many there are, and then the time
            whatever it is.
        clock: Gives seconds.
    """
    begun: list[tuple[float, int]] = []
    told: list[str] = []
    counted: list[int] = []

    def on_progress(done: int, total: int) -> None:
        show(done, total)
        if not done and not counted and total >= _MANY:
            counted.append(total)
            say(
                f"Up to {total:,} sentences and rows are to be embedded; how long that takes is "
                "said in a few seconds, and Ctrl-C stops it without loss."
            )
        if not done:
            return  # its pace is that behind the first, before which the model is loaded
        if not begun:
            begun.append((clock(), done))
        seconds, embedded = clock() - begun[0][0], done - begun[0][1]
        if told or seconds < _PACE or not embedded:
            return
        left = (total - done) * seconds / embedded
        told.append(_duration(left))
        if left >= _LONG or counted:
            say(
                f"Embedding the {total - done:,} sentences that are left takes {told[0]}: Ctrl-C "
                "stops it, and the next `footnote add` goes on from there."
            )

    return on_progress


def _duration(seconds: float) -> str:
    """Return how long something takes as people say it: "about 20 minutes", "about 3 hours"."""
    minutes = round(seconds / 60)
    if minutes < 2:
        return f"about {max(1, round(seconds))} seconds"
    if minutes < 90:
        return f"about {minutes} minutes"
    return f"about {round(minutes / 60)} hours"


def _say(sentence: str) -> None:
    sys.stderr.write(f"\n{sentence}\n" if sys.stderr.isatty() else f"{sentence}\n")
    sys.stderr.flush()


@contextmanager
def progress(title: str, *, unit: str) -> Iterator[Callable[[int, int], None]]:
    """Give a callback (done, total) that shows a bar on stderr once a second has passed.

    Nothing is shown where stderr is no terminal.
    """
    bars: list[tqdm[NoReturn]] = []

    def show(done: int, total: int) -> None:
        if not sys.stderr.isatty():
            return
        if not bars:
            from tqdm import tqdm

            bars.append(tqdm(total=total, desc=title, unit=unit, delay=1.0, leave=False))
        bars[0].total = total
        bars[0].update(done - bars[0].n)
        if done >= total:
            bars.pop().close()

    try:
        yield show
    finally:
        for bar in bars:
            bar.close()


def print_result(value: T, as_text: Callable[[T], str], arguments: argparse.Namespace) -> None:
    """Print a result as JSON where that is asked for, else as its text."""
    if arguments.json:
        print_json(value)
    else:
        print_text(as_text(value))


def print_ids(ids: Iterable[str], arguments: argparse.Namespace) -> None:
    """Print ids of documents, one a line and nothing for none, as `read_ids` reads them."""
    listed = tuple(ids)
    if listed or arguments.json:
        print_result(listed, "\n".join, arguments)


def print_json(value: object) -> None:
    """Print one of our types as JSON, in what the output can show."""
    print_text(json_text(value, encoding=sys.stdout.encoding or "utf-8"))


def print_text(text: str) -> None:
    """Print a text and a line end."""
    sys.stdout.write(text + "\n")


def read_ids(given: Sequence[str]) -> list[str]:
    """Return the ids of documents that are given, with those on standard input for `-`.

    Raises:
        MisuseError: Standard input has none, or over ten million bytes.
    """
    if "-" not in given:
        return list(given)
    data = read_input("-", missing="", largest=_MOST_IDS, too_large=": that is no list of ids")
    read = data.decode("utf-8", errors="replace").split()
    if not read:
        raise MisuseError(
            "no id came on standard input: pipe what `footnote find WORDS --ids` prints"
        )
    return [one for each in given for one in (read if each == "-" else [each])]


def read_input(name: str, *, missing: str, largest: int, too_large: str) -> bytes:
    """Return what is in a file, or in standard input for `-`.

    Args:
        name: The file.
        missing: What a message says where there is no such file.
        largest: Bytes that are read at most.
        too_large: What a message says where there are more.

    Raises:
        MisuseError: The file is not there or too large.
    """
    if name == "-":
        data = sys.stdin.buffer.read(largest + 1)
    else:
        path = Path(name)
        if not path.is_file():
            raise MisuseError(f"there is no file {name!r}{missing}")
        with path.open("rb") as file:
            data = file.read(largest + 1)
    if len(data) > largest:
        raise MisuseError(f"{name!r} is larger than {largest:,} bytes{too_large}")
    return data


def written(file: str, content: bytes) -> dict[str, str | int]:
    """Write a new file that only its owner may read; one that is there stays as it is.

    Raises:
        MisuseError: Something is there already, be it a link that leads nowhere.
        OperationError: It cannot be written; nothing is left behind.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise MisuseError(f"{file!r} is there already: name another file") from None
    except (OSError, ValueError) as error:
        raise _unwritten(file, error) from error
    try:
        with open(descriptor, "wb") as made:
            made.write(content)
    except OSError as error:
        with suppress(OSError):
            os.unlink(file)
        raise _unwritten(file, error) from error
    return {
        "file": file,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _unwritten(file: str, error: OSError | ValueError) -> OperationError:
    reason = getattr(error, "strerror", None) or error
    return OperationError(f"{file!r} cannot be written ({reason}): mend that, or name another file")


def warn(sentence: str) -> None:
    """Say a sentence on stderr, as an error of a command that goes on."""
    from rag.cli.terminal import one_line

    sys.stderr.write(f"footnote: {one_line(sentence)}\n")
    sys.stderr.flush()


class Talk:
    """A conversation at the command line: what was said before, and where it goes on.

    It is kept as what the page asks is, under no user's name, unless `Settings.history` is off.

    Args:
        settings: Say which library is asked, and whether conversations are kept.
        beginning: Of the id of a kept one, `""` for the last of this library; None: a new one.

    Raises:
        MisuseError: None is kept, there is none of that id, or it is of another library.
    """

    def __init__(self, settings: Settings, beginning: str | None = None) -> None:
        self.history: tuple[Turn, ...] = ()
        self._settings = settings
        self._id = secrets.token_hex(16)
        if beginning is not None:
            self._continue(beginning)

    @classmethod
    def of(cls, given: argparse.Namespace, settings: Settings) -> "Talk":
        """Return the conversation that `--continue` names; a new one where it is not given."""
        return cls(settings, given.continued)

    def keep(self, answer: Answer) -> None:
        """Note an answer for the next question, and keep it; where it cannot be, that is said."""
        if answer.reason == "empty_question":
            return
        self.history += (answer.turn,)
        if not self._settings.history:
            return
        from rag.conversations.conversation import library_name
        from rag.conversations.file import DamagedError
        from rag.conversations.store import conversations_here

        store, library = conversations_here(), library_name(self._settings)
        try:
            try:
                store.keep(self._id, answer, library=library)
            except DamagedError as error:
                warn(str(error))
                store.keep(self._id, answer, library=library)
            store.purge()
        except FootnoteError as error:
            warn(f"this answer is not kept: {error}")

    def _continue(self, beginning: str) -> None:
        if not self._settings.history:
            raise MisuseError(
                "no conversation is kept while FOOTNOTE_HISTORY is off: switch it on to continue "
                "one, or ask in `footnote chat`"
            )
        from rag.conversations.conversation import library_name
        from rag.conversations.store import conversations_here

        store, library = conversations_here(), library_name(self._settings)
        found = store.newest(library=library, most=1)
        if beginning:
            found = (store.find(beginning),)
        for one in found:
            if one.library != library:
                raise MisuseError(
                    f"conversation {beginning!r} is of the library {one.library!r}: name that with "
                    "--library"
                )
            self._id, self.history = one.id, store.history(one.id)


def continued_question(given: argparse.Namespace) -> str:
    """Return the question; what stands behind `--continue` and is no id is its first word.

    But what is joined to it, as in `--continue=ID`, is meant as an id.

    Raises:
        MisuseError: There is none.
    """
    joined = f"--continue={given.continued}" in given.typed
    if given.continued and not joined and not _IS_ID.match(given.continued):
        given.question.insert(0, given.continued)
        given.continued = ""
    if not given.question:
        raise MisuseError(
            "the following arguments are required: question: see `footnote ask --help`"
        )
    return " ".join(given.question)
