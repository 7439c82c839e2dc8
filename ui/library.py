"""The tab Library: how articles come in, are tagged, removed and had back, and folders followed."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rag import Assistant, FootnoteError, MisuseError
from ui.additions import brought, dropped
from ui.articles import MISSING, Libraries, article, patiently, serving
from ui.guard import ONLY_ASKS, private_folder
from ui.listing import Listing
from ui.parts import (
    QUIET,
    Sender,
    Sent,
    Value,
    answering_sender,
    only_asks,
    part,
    sentence,
    telling,
)

if TYPE_CHECKING:
    import gradio as gr


_MOST_AT_ONCE = 100_000
"""Articles that one act is of."""
# No `gr.Markdown`: it alone would have every page load 90 kB more of Gradio's scripts.
_HEAD = """<h1>Library</h1>
<p>The articles your answers are drawn from. Files stay on this computer.</p>
<p>PDF, Word, OpenDocument, PowerPoint, Excel, EPUB, saved web pages, mail, Markdown, text, tables
(CSV or TSV), subtitles and notebooks are read.</p>"""
_NOT_OWNER = (
    "only who opens this page on the computer that serves it, without a login, may name folders "
    "of it: run `footnote watch FOLDER --register` there"
)
_COMES_BACK = (
    "The file lies in a folder that is followed, and comes back when something changes there: move "
    "it elsewhere to keep it out."
)
_Act = Callable[["Desk", Sent, Sender], str | None]
"""Does what was sent; returns what else there is to know."""


def build(libraries: Libraries, *, app: "gr.Blocks", tab: "gr.Tab", bar: "gr.HTML") -> None:
    """Show the library with what comes in, kept up to date; call it inside the tab.

    Args:
        libraries: Those that are offered.
        app: The page.
        tab: The tab.
        bar: Its value names the library that is chosen.
    """
    import gradio as gr

    del app, tab
    private_folder()
    desk = libraries.each(Desk)
    gr.HTML(_HEAD, elem_classes="lede", js_on_load=None)
    drop, bring, jobs = _entries()

    def state(bar: object) -> Value:
        with telling():
            return desk(bar).listing.state(None)

    def acting(act: _Act) -> Callable[..., Value | None]:
        def acted(sent: Sent, sender: Sender) -> Value:
            return desk(sent).done(act, sent, sender)

        return answering_sender(acted)

    read = [_of_listing(desk, name) for name in ("state", "listed", "ids", "original", "overview")]
    listed = part("library", server_functions=[serving(libraries, article), *read])
    one_by_one = QUIET | {"concurrency_id": "library", "concurrency_limit": 1}
    # Apart, for an output that a step skips is emptied by Gradio if it is one of our parts.
    added = drop.upload(dropped(libraries), [drop, bar], [jobs, drop], **one_by_one)
    fetched = bring.bring(brought(libraries), None, jobs, **one_by_one)
    for ended in (added, fetched):
        ended.then(state, bar, listed, **QUIET)
    listed.open(acting(lambda desk, sent, sender: None), None, listed, **QUIET)
    for name, act in _ACTS.items():
        getattr(listed, name)(acting(act), None, listed, concurrency_id="library", **QUIET)


def _entries() -> "tuple[gr.File, gr.HTML, gr.HTML]":
    """Return where files, then pages and texts come in, and what becomes of them."""
    import gradio as gr

    drop = gr.File(
        label="Add articles",
        show_label=False,
        file_count="multiple",
        height=132,
        elem_id="library-drop",
    )
    return drop, part("bring"), part("jobs")


def _of_listing(desk: "Callable[[object], Desk]", name: str) -> Callable[[object], Value]:
    """Return what a page reads of the library that it names, as scripts call it."""

    def fetch(wanted: object) -> Value:
        try:
            found: Value = getattr(desk(wanted).listing, name)(wanted)
        except MisuseError:
            return dict(MISSING)
        return found

    fetch.__name__ = name
    return fetch


class Desk:
    """What the tab does with one library. Safe to share between threads."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self.listing = Listing(assistant)

    def done(self, act: _Act, sent: Sent, sender: Sender) -> Value:
        """Do what was sent, if its sender may, and return the state with what went wrong."""
        if only_asks() and act in _ACTS.values():
            note = sentence(ONLY_ASKS)
        else:
            try:
                note = patiently(lambda: act(self, sent, sender)) or ""
            except FootnoteError as error:
                note = sentence(error)
        return self.listing.state(None) | {"note": note, "owner": sender.owner}

    def remove(self, sent: Sent, sender: Sender) -> str:
        """Remove articles so that they can be had back."""
        del sender
        library, ids = self._assistant.library, _texts(sent.get("ids"))
        if not ids:
            return ""
        followed = {one.path for one in library.folders.all()}
        places = [Path(one.card.source) for one in library.documents() if one.id in set(ids)]
        library.removals.remove(ids)
        comes_back = any(followed.intersection(map(str, place.parents)) for place in places)
        return _COMES_BACK if comes_back else ""

    def put_back(self, sent: Sent, sender: Sender) -> None:
        """Have back what was removed."""
        del sender
        self._assistant.library.removals.put_back(str(sent.get("removal", "")))

    def let_go(self, sent: Sent, sender: Sender) -> None:
        """Delete what was kept of a removal."""
        del sender
        self._assistant.library.removals.let_go(str(sent.get("removal", "")))

    def retag(self, sent: Sent, sender: Sender) -> None:
        """Give articles tags and take tags away."""
        del sender
        add, remove = _texts(sent.get("add")), _texts(sent.get("take"))
        if ids := _texts(sent.get("ids")):
            self._assistant.library.tag(ids, add=add, remove=remove)

    def follow(self, sent: Sent, sender: Sender) -> None:
        """Register a folder of this machine, for its owner alone."""
        if not sender.owner:
            raise MisuseError(_NOT_OWNER)
        path = str(sent.get("folder", "")).strip()
        if not path:
            raise MisuseError("no folder is named: write where it lies, as in ~/Documents/articles")
        self._assistant.library.folders.register(path)

    def unfollow(self, sent: Sent, sender: Sender) -> None:
        """Follow a folder no more, for the machine's owner alone; its articles stay."""
        if not sender.owner:
            raise MisuseError(_NOT_OWNER)
        self._assistant.library.folders.unregister(str(sent.get("folder", "")))


_ACTS: dict[str, _Act] = {
    "remove": Desk.remove,
    "restore": Desk.put_back,
    "dismiss": Desk.let_go,
    "retag": Desk.retag,
    "follow": Desk.follow,
    "unfollow": Desk.unfollow,
}
"""What changes anything, by the event that a script fires."""


def _texts(sent: object) -> list[str]:
    given = sent[:_MOST_AT_ONCE] if isinstance(sent, list) else []
    return [one for one in given if isinstance(one, str)]
