"""The tab Library: articles listed, added and removed."""

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

from rag import Assistant, DocumentSummary, FootnoteError
from rag.types import Folder
from ui.additions import adding, bringing, told
from ui.articles import Libraries, article, kind_of, patiently, serving
from ui.guard import ONLY_ASKS, private_folder
from ui.parts import QUIET, Sent, Value, only_asks, part, sent_with

if TYPE_CHECKING:
    import gradio as gr


_LISTED = 200
"""Articles shown at once; a search finds the others."""
_LOOKING_SECONDS = 3.0
"""How often an open page asks whether the library has changed."""
_LONGEST_SEARCH = 200
_HEAD = """# Library
The articles your answers are drawn from. Files stay on this computer.

PDF, Word, OpenDocument, PowerPoint, Excel, EPUB, saved web pages, mail, Markdown, text, tables (CSV
or TSV), subtitles and notebooks are read."""


def build(libraries: Libraries, *, app: "gr.Blocks", tab: "gr.Tab", bar: "gr.HTML") -> None:
    """Show the library with its uploads, kept up to date; call it inside the tab.

    Args:
        libraries: Those that are offered.
        app: The page.
        tab: The tab.
        bar: Its value names the library that is chosen.
    """
    import gradio as gr

    private_folder()
    shelf = libraries.each(_Shelf)
    seen = gr.State("")
    gr.Markdown(_HEAD, elem_classes="lede")
    drop, brought, jobs, search = _entries()

    # Functions, for Gradio reads their annotations and looks whether one yields.
    def remove(search: object, event: gr.EventData) -> tuple[Value, str]:
        sent = sent_with(event)
        return shelf(sent).remove(search, sent.get("id"))

    def bring(search: object, event: gr.EventData) -> Iterator[tuple[object, ...]]:
        sent = sent_with(event)
        yield from shelf(sent).bring(search, sent)

    def add(paths: object, search: object, bar: object) -> Iterator[tuple[object, ...]]:
        yield from shelf(bar).add(paths, search)

    def show(search: object, bar: object) -> tuple[Value, str]:
        return shelf(bar).show(search)

    def look(search: object, seen: object, bar: object) -> "tuple[object, object]":
        return shelf(bar).look(search, seen)

    listed = part("library", server_functions=[serving(libraries, article)])
    one_by_one = QUIET | {"concurrency_id": "library", "concurrency_limit": 1}
    drop.upload(add, [drop, search, bar], [jobs, listed, seen, drop], **one_by_one)
    brought.bring(bring, search, [jobs, listed, seen], **one_by_one)
    listed.remove(remove, search, [listed, seen], concurrency_id="library", **QUIET)
    search.change(show, [search, bar], [listed, seen], trigger_mode="always_last", **QUIET)
    for shown in (app.load, tab.select):
        shown(show, [search, bar], [listed, seen], **QUIET)
    gr.Timer(_LOOKING_SECONDS).tick(look, [search, seen, bar], [listed, seen], **QUIET)


def _entries() -> "tuple[gr.File, gr.HTML, gr.HTML, gr.Textbox]":
    """Return where files, then pages and texts come in, what becomes of them, and the search."""
    import gradio as gr

    drop = gr.File(
        label="Add articles",
        show_label=False,
        file_count="multiple",
        height=132,
        elem_id="library-drop",
    )
    brought, jobs = part("bring"), part("jobs")
    search = gr.Textbox(
        label="Search the library",
        show_label=False,
        placeholder="Search by title, source, author or date",
        max_length=_LONGEST_SEARCH,
        container=False,
        elem_id="library-search",
    )
    return drop, brought, jobs, search


class _Shelf:
    """What the tab asks of the library. Safe to share: each page's search and state come in."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._reading = threading.Lock()
        self._known: tuple[str, tuple[DocumentSummary, ...]] | None = None

    def show(self, search: object, note: str = "") -> tuple[Value, str]:
        """Return the articles that a search finds, newest first, and what tells changes of all."""
        try:
            edition, cards = self._cards()
            folders = self._assistant.library.folders.all()
        except FootnoteError as error:
            return {"problem": str(error)}, ""
        found = [card for card in reversed(cards) if _matches(card, str(search or ""))]
        value = {
            "documents": [_row(card) for card in found[:_LISTED]],
            "found": len(found),
            "total": len(cards),
            "note": note,
            "folders": [_folder(one) for one in folders],
        }
        return value, _seen(edition, folders)

    def look(self, search: object, seen: object) -> "tuple[object, object]":
        """Return the articles anew where library or folders are others than the page shows."""
        import gradio as gr

        try:
            library = self._assistant.library
            same = _seen(library.edition(), library.folders.all()) == seen
        except FootnoteError:
            same = False
        return (gr.skip(), gr.skip()) if same else self.show(search)

    def add(self, paths: object, search: object) -> Iterator[tuple[object, ...]]:
        """Yield the uploads as they get on, then the articles anew and an empty drop zone."""
        import gradio as gr

        if only_asks():
            yield gr.skip(), *self.show(search, note=ONLY_ASKS), None
            return
        given: Sequence[object] = paths if isinstance(paths, list) else [paths] if paths else []
        for jobs in adding(self._assistant, given):
            yield told(jobs), gr.skip(), gr.skip(), gr.skip()
        yield gr.skip(), *self.show(search), None

    def bring(self, search: object, sent: Sent) -> Iterator[tuple[object, ...]]:
        """Yield how a web page or a pasted text gets on, then the articles anew."""
        import gradio as gr

        if only_asks():
            yield gr.skip(), *self.show(search, note=ONLY_ASKS)
            return
        for jobs in bringing(self._assistant, sent):
            yield told(jobs), gr.skip(), gr.skip()
        yield gr.skip(), *self.show(search)

    def remove(self, search: object, wanted: object) -> tuple[Value, str]:
        """Remove an article by its id, and return those that are left."""
        if only_asks():
            return self.show(search, note=ONLY_ASKS)
        if not isinstance(wanted, str):
            return self.show(search)
        try:
            (removed,) = patiently(lambda: self._assistant.library.remove(wanted))
        except FootnoteError as error:
            return self.show(search, note=str(error))
        return self.show(search, note=f"Removed “{removed.card.title}”.")

    def _cards(self) -> "tuple[str, tuple[DocumentSummary, ...]]":
        """Return all cards, read anew only when the library has changed."""
        with self._reading:
            if self._known is None or self._known[0] != self._assistant.library.edition():
                self._assistant.library.seed()
                cards = self._assistant.library.documents()
                self._known = self._assistant.library.edition(), cards
            return self._known


def _seen(edition: str, folders: Sequence[Folder]) -> str:
    return f"{edition} {[(one.path, one.state, one.changed_at) for one in folders]}"


def _folder(folder: Folder) -> Value:
    """Return how it stands with a followed folder, its times as days and minutes."""
    since = f" since {_minute(folder.problem_at)}: its documents stay" if folder.problem else ""
    changed = f", changed {_minute(folder.changed_at)}" if folder.changed_at and not since else ""
    state = f"{folder.problem}{since}" if folder.problem else f"{folder.state}{changed}"
    return {"path": folder.path, "state": state, "wrong": bool(folder.problem)}


def _minute(told: str) -> str:
    return f"{_day(told)}, {told[11:16]} UTC"


def _matches(document: DocumentSummary, search: str) -> bool:
    """Say whether every word of a search is in the card, whatever the case."""
    card = document.card
    told = " ".join((card.title, card.source, card.author or "", card.published or "")).casefold()
    return all(word in told for word in search.casefold().split())


def _row(document: DocumentSummary) -> Value:
    card = document.card
    name = PurePath(card.source).name
    inside = ("uploads/", "pasted/", "seeds/", "/")
    return {
        "id": document.id,
        "title": card.title,
        "source": name if card.source.startswith(inside) else card.source,
        "place": card.source,
        "kind": kind_of(card),
        "dates": ", ".join(_dates(document)),
        "author": card.author or "",
        "sentences": document.sentences,
    }


def _dates(document: DocumentSummary) -> Iterator[str]:
    if document.card.published:
        yield f"published {_day(document.card.published)}"
    yield f"added {_day(document.added_at)}"


def _day(written: str) -> str:
    """Return an ISO date or time as a day in words; anything else as it is written."""
    try:
        day = datetime.fromisoformat(written)
    except ValueError:
        return written
    return f"{day.day} {day:%b %Y}"
