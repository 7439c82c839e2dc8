"""The libraries that a page offers, and one article of them: its text or a page as a picture.

What a script sends is looked at before it is used, and what cannot be had is told in what it gets.
"""

import base64
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from rag import Assistant, Card, FootnoteError, LibraryBusyError, MisuseError, Settings
from rag.internal import data_toml
from rag.types import Document, PageImage, Span
from ui.parts import is_handed_on, sentence

T = TypeVar("T")
MISSING = {"missing": True}
_PATIENCE, _BETWEEN_TRIES = 30.0, 0.1
"""Seconds."""
_DRAWN_AT_ONCE = threading.Semaphore(2)
"""Pages drawn at a time: each takes a process, and up to a gigabyte."""
_PDF = "application/pdf"
_WEB = ("http://", "https://")


class Libraries:
    """The libraries that a page offers, each opened when it is first asked for. Thread-safe.

    Args:
        first: The one that the page was started with.
        name: What it is called.
        others: Settings of each other one, by name.
        of_owner: Whether the others are offered to who sits at this machine, and no one else.
    """

    def __init__(
        self,
        first: Assistant,
        *,
        name: str = "",
        others: Mapping[str, Settings] = {},
        of_owner: bool = False,
    ) -> None:
        self.first = first
        self._names = (name, *others)
        self._of_owner = of_owner
        self._others = dict(others)
        self._opening = threading.Lock()
        self._open: dict[str, Assistant] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of those that are offered to who sent the event that is answered now."""
        return self._names[:1] if self._of_owner and is_handed_on() else self._names

    def named(self, name: str) -> Assistant:
        """Return the library of a name; the first one for none.

        Raises:
            MisuseError: It is not offered; the message names those that are.
        """
        if name in ("", self.names[0]):
            return self.first
        if name not in self.names:
            raise MisuseError(
                f"the library {name!r} is not offered here: load the page again and choose one of "
                f"{', '.join(self.names)}"
            )
        with self._opening:
            if name not in self._open:
                self._open[name] = Assistant.open(self._others[name])
            return self._open[name]

    def count(self, name: str) -> int | None:
        """Return how many articles the library of a name has; None where it is on other machines.

        None, too, where it cannot be read: whoever chooses it is told why.
        """
        settings = self._others.get(name, self.first.settings)
        if not isinstance(settings.library, Path):
            return None
        try:
            return self.named(name).library.count()
        except FootnoteError:
            return None

    def of(self, sent: object) -> Assistant:
        """Return the library that an event names, as `named` does."""
        return self.named(_name_in(sent))

    def each(self, make: Callable[[Assistant], T]) -> Callable[[object], T]:
        """Return what gives, for an event, what is made of the library that it names; made once."""
        made: dict[Assistant, T] = {}
        making = threading.Lock()

        def of(sent: object) -> T:
            assistant = self.of(sent)
            with making:
                if assistant not in made:
                    made[assistant] = make(assistant)
                return made[assistant]

        return of

    def close(self) -> None:
        """Close all but the first."""
        with self._opening:
            for assistant in self._open.values():
                assistant.close()
            self._open = {}


def patiently(act: Callable[[], T]) -> T:
    """Do what writes to a library; while another does, as a folder's follower may, try again.

    Raises:
        LibraryBusyError: It is still being written after half a minute.
    """
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return act()
        except LibraryBusyError:
            if time.monotonic() >= until:
                raise
        time.sleep(_BETWEEN_TRIES)


def _name_in(sent: object) -> str:
    name = sent.get("library") if isinstance(sent, Mapping) else None
    return name if isinstance(name, str) else ""


def serving(
    libraries: Libraries, find: Callable[[Assistant, object], dict[str, Any]]
) -> Callable[[object], dict[str, Any]]:
    """Return `article` or `text` of the library that is named, as scripts call it."""

    def fetch(wanted: object) -> dict[str, Any]:
        try:
            return find(libraries.of(wanted), wanted)
        except MisuseError:
            return dict(MISSING)

    fetch.__name__ = find.__name__
    return fetch


def text(assistant: "Assistant", wanted: object) -> dict[str, Any]:
    """Return an article as the pane draws it, by `{"id": ...}`; `MISSING` for no such id.

    Without its sentences, which are most of the time that `article` takes for a long one.
    """
    known = wanted.get("id") if isinstance(wanted, dict) else None
    if not isinstance(known, str):
        return dict(MISSING)
    try:
        found = assistant.library.plain_document(known)
    except FootnoteError:
        return dict(MISSING)
    return _drawn_from(found)


def article(assistant: "Assistant", wanted: object) -> dict[str, Any]:
    """Return what `text` does and `sentences`, each its offsets; `MISSING` for no such id."""
    known = wanted.get("id") if isinstance(wanted, dict) else None
    if not isinstance(known, str):
        return dict(MISSING)
    try:
        document = assistant.library.document(known)
    except FootnoteError:
        return dict(MISSING)
    return _drawn_from(document) | {"sentences": [[s.start, s.end] for s in document.sentences]}


def _drawn_from(document: Document) -> dict[str, Any]:
    """Return what an article is drawn from.

    `sections` are offsets at which a heading begins, `header` names and values of a mail's header,
    `address` where a page is from, and `note` what became of its file; each empty where there is
    none.
    """
    card = document.summary.card
    return {
        "id": document.summary.id,
        "title": card.title,
        "source": origin(card, added_at=document.summary.added_at),
        "address": address(card),
        "published": card.published or "",
        "header": [line.split(": ", 1) for line in card.header if ": " in line],
        "kind": card.media_type,
        "sections": list(document.section_starts),
        "sha256": card.sha256,
        "text": document.text,
        "note": document.source_note,
    }


def kind_of(card: Card) -> str:
    """Return what kind of file an article is, in up to five capitals, as its name ends."""
    ending = card.source.rpartition("/")[2].rpartition(".")[2]
    is_ending = ending.isascii() and ending.isalnum()
    if card.media_type == "text/plain" and not is_ending:
        return "TEXT"
    return (ending if is_ending else card.media_type.split("/")[-1])[:5].upper()


def origin(card: Card, *, added_at: str = "") -> str:
    """Return what an article is and where it came from, in words and without its path.

    Args:
        card: Of the article.
        added_at: When it was added, ISO 8601; empty where that is not known or not told.
    """
    kind = _kinds().get(card.media_type, "Article")
    day = f" {day_of(added_at)}" if added_at else ""
    *_, folder, name = ("", "", *card.source.replace("\\", "/").split("/"))
    if card.source.startswith("pasted/"):
        return f"Text, pasted{day}"
    if card.source.startswith("uploads/"):
        return f"{kind}, uploaded{day}"
    if card.source.startswith("seeds/"):
        return f"{kind}, comes with Footnote"
    if card.source.startswith(_WEB):
        return f"{kind}, fetched{day}"
    if not card.media_type:
        return card.source
    saved = "Saved web page" if card.url and card.media_type == "text/html" else kind
    return f"{saved}, {name} in {folder}" if folder else f"{saved}, {name}"


def address(card: Card) -> str:
    """Return where a page is from, to be followed; empty where there is none, or no web address."""
    found = card.url or card.source
    return found if found.startswith(_WEB) and found.isprintable() and " " not in found else ""


def day_of(written: str) -> str:
    """Return an ISO date or time as a day in words; anything else as it is written."""
    try:
        day = datetime.fromisoformat(written)
    except ValueError:
        return written
    return f"{day.day} {day:%b %Y}"


@cache
def _kinds() -> Mapping[str, str]:
    return data_toml("ui", "kinds.toml")


def page_image(assistant: "Assistant", wanted: object) -> dict[str, Any]:
    """Return a page of an article's PDF as a picture, with what is quoted on it framed.

    Args:
        assistant: Whose library has it.
        wanted: `{"id": ..., "start": ..., "end": ..., "page": ...}`: offsets of what is framed, in
            the article's text, and a number from 1; without one, the page where the offsets begin.

    Returns:
        `png` as a data address, `boxes` in shares of width and height (left, top, width, height),
        `page` and `pages`, from 1, and the page's `label` as printed; or a `problem`, one sentence.
    """
    given = wanted if isinstance(wanted, dict) else {}
    known, number = given.get("id"), given.get("page")
    if not isinstance(known, str) or not (number is None or type(number) is int):
        return dict(MISSING)
    span = _span(given.get("start"), given.get("end"))
    try:
        with _DRAWN_AT_ONCE:
            return _picture(_drawn(assistant, known, number, span))
    except FootnoteError as error:
        return {"problem": sentence(error)}


def is_drawn(card: Card) -> bool:
    """Say whether an article's pages can be shown as pictures."""
    return card.media_type == _PDF


def _drawn(assistant: Assistant, known: str, number: int | None, span: Span | None) -> PageImage:
    draw = assistant.library.draw_page
    if number is None or span is None:
        return draw(known, number, span=span)
    try:
        return draw(known, number, span=span)
    except MisuseError:  # what is quoted stands on another page
        return draw(known, number)


def _picture(image: PageImage) -> dict[str, Any]:
    across, down = image.width, image.height
    return {
        "png": f"data:image/png;base64,{base64.b64encode(image.png).decode('ascii')}",
        "width": across,
        "height": down,
        "boxes": [
            [left / across, top / down, (right - left) / across, (bottom - top) / down]
            for left, top, right, bottom in image.boxes
        ],
        "page": image.page,
        "pages": image.pages,
        "label": image.page_label,
    }


def _span(start: object, end: object) -> Span | None:
    if type(start) is not int or type(end) is not int or not 0 <= start < end:
        return None
    return Span(start=start, end=end)
