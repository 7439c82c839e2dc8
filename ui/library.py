"""The tab Library: articles listed, added and removed."""

import hashlib
import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePath
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Literal

from rag import AddReport, Assistant, Change, DocumentSummary, FootnoteError
from rag.internal import articles_note, left_out_line
from ui.articles import article, serving
from ui.guard import holds, private_folder
from ui.parts import QUIET, Value, part

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
State = Literal["waiting", "reading", "indexing", "added", "unchanged", "skipped"]
_BETWEEN_UPDATES = 0.2
"""Seconds."""
_LOG = logging.getLogger(__name__)
_READ = 0.3
"""Share of the work that is done when a file is read; a guess, for the bar."""
_FOLDER = "uploads"


def build(assistant: Assistant, *, app: "gr.Blocks", tab: "gr.Tab") -> None:
    """Show the library with its uploads, kept up to date; call it inside the tab."""
    import gradio as gr

    private_folder()
    shelf = _Shelf(assistant)
    seen = gr.State("")
    gr.Markdown(_HEAD, elem_classes="lede")
    drop, jobs, search = _entries()

    # A function, for Gradio reads its annotations.
    def remove(search: object, event: gr.EventData) -> tuple[Value, str]:
        return shelf.remove(search, getattr(event, "id", None))

    listed = part("library", server_functions=[serving(assistant, article)])
    drop.upload(
        shelf.add,
        [drop, search],
        [jobs, listed, seen, drop],
        concurrency_id="library",
        concurrency_limit=1,
        **QUIET,
    )
    listed.remove(remove, search, [listed, seen], concurrency_id="library", **QUIET)
    search.change(shelf.show, search, [listed, seen], trigger_mode="always_last", **QUIET)
    for shown in (app.load, tab.select):
        shown(shelf.show, search, [listed, seen], **QUIET)
    gr.Timer(_LOOKING_SECONDS).tick(shelf.look, [search, seen], [listed, seen], **QUIET)


def _entries() -> "tuple[gr.File, gr.HTML, gr.Textbox]":
    """Return where files are dropped, what becomes of them, and where a search is written."""
    import gradio as gr

    drop = gr.File(
        label="Add articles",
        show_label=False,
        file_count="multiple",
        height=132,
        elem_id="library-drop",
    )
    jobs = part("jobs")
    search = gr.Textbox(
        label="Search the library",
        show_label=False,
        placeholder="Search by title, source, author or date",
        max_length=_LONGEST_SEARCH,
        container=False,
        elem_id="library-search",
    )
    return drop, jobs, search


class _Shelf:
    """What the tab asks of the library. Safe to share: each page's search and state come in."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._reading = threading.Lock()
        self._known: tuple[str, tuple[DocumentSummary, ...]] | None = None

    def show(self, search: object, note: str = "") -> tuple[Value, str]:
        """Return the articles that a search finds, newest first, and the library's edition."""
        try:
            edition, cards = self._cards()
        except FootnoteError as error:
            return {"problem": str(error)}, ""
        found = [card for card in reversed(cards) if _matches(card, str(search or ""))]
        value = {
            "documents": [_row(card) for card in found[:_LISTED]],
            "found": len(found),
            "total": len(cards),
            "note": note,
        }
        return value, edition

    def look(self, search: object, seen: object) -> "tuple[object, object]":
        """Return the articles anew where the library has another edition than the page shows."""
        import gradio as gr

        try:
            same = self._assistant.library.edition() == seen
        except FootnoteError:
            same = False
        return (gr.skip(), gr.skip()) if same else self.show(search)

    def add(self, paths: object, search: object) -> Iterator[tuple[object, ...]]:
        """Yield the uploads as they get on, then the articles anew and an empty drop zone."""
        import gradio as gr

        given: Sequence[object] = paths if isinstance(paths, list) else [paths] if paths else []
        for jobs in adding(self._assistant, given):
            rows = [
                {"name": j.name, "state": j.state, "note": j.note, "share": j.share} for j in jobs
            ]
            yield {"jobs": rows}, gr.skip(), gr.skip(), gr.skip()
        yield gr.skip(), *self.show(search), None

    def remove(self, search: object, wanted: object) -> tuple[Value, str]:
        """Remove an article by its id, and return those that are left."""
        if not isinstance(wanted, str):
            return self.show(search)
        try:
            (removed,) = self._assistant.library.remove(wanted)
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


def _matches(document: DocumentSummary, search: str) -> bool:
    """Say whether every word of a search is in the card, whatever the case."""
    card = document.card
    told = " ".join((card.title, card.source, card.author or "", card.published or "")).casefold()
    return all(word in told for word in search.casefold().split())


def _row(document: DocumentSummary) -> Value:
    card = document.card
    name = PurePath(card.source).name
    return {
        "id": document.id,
        "title": card.title,
        "source": name if card.source.startswith(("uploads/", "seeds/", "/")) else card.source,
        "place": card.source,
        "kind": (PurePath(name).suffix[1:] or card.media_type.split("/")[-1])[:5].upper(),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One file on its way into the library."""

    name: str
    source: str
    """What it is known by there; empty for one that is not taken."""
    state: State
    note: str = ""
    """Why it was skipped, or what else there is to know; empty otherwise."""
    share: float = 0.0
    """Of its work that is done, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Embedded:
    share: float


_Event = _Reading | _Embedded | AddReport | str
"""The last two end the work: what became of all, or the sentence that says why nothing did."""


def adding(assistant: Assistant, paths: Sequence[object]) -> Iterator[tuple[Job, ...]]:
    """Add uploaded files, yielding all jobs as they get on, and remove the files.

    A file's source is `uploads/DIGEST/NAME`, so another file of the same name never replaces it.
    Nothing is raised: what goes wrong is each job's note. Closing the iterator leaves the work to
    end by itself.

    Args:
        assistant: Whose library gets them.
        paths: As the page gave them: only those of files in the private folder are touched.
    """
    files = {_source(Path(path)): Path(path) for path in paths if holds(path)}
    jobs = {source: Job(name=p.name, source=source, state="waiting") for source, p in files.items()}
    refused = tuple(_refused(path) for path in paths if not holds(path))
    yield (*jobs.values(), *refused)
    if not files:
        return
    events: SimpleQueue[_Event] = SimpleQueue()
    threading.Thread(target=_work, args=(assistant, files, events), daemon=True).start()
    ended = False
    while not ended:
        for event in _waiting(events):
            jobs = _after(jobs, event, model=assistant.settings.embedding_model)
            ended = isinstance(event, AddReport | str)
        yield (*jobs.values(), *refused)


def _work(assistant: Assistant, files: Mapping[str, Path], events: "SimpleQueue[_Event]") -> None:
    """Add the files and remove them, and only then tell the end."""
    try:
        end = _added(assistant, files, events)
    finally:
        for path in files.values():
            path.unlink(missing_ok=True)
    events.put(end)


def _added(
    assistant: Assistant, files: Mapping[str, Path], events: "SimpleQueue[_Event]"
) -> AddReport | str:
    def embedded(done: int, total: int) -> None:
        events.put(_Embedded(share=done / total if total else 1.0))

    try:
        return assistant.library.add_files(
            files,
            on_read=lambda source: events.put(_Reading(source=source)),
            on_progress=embedded,
        )
    except FootnoteError as error:
        return str(error)
    except Exception:  # noqa: BLE001  # the outermost line: the page gets a sentence, the log the rest
        _LOG.exception("uploads could not be added")
        return "Something went wrong inside Footnote: please report what its log says."


def _waiting(events: "SimpleQueue[_Event]") -> Iterator[_Event]:
    """Yield what there is to tell, having waited for the first and for no more."""
    try:
        yield events.get(timeout=_BETWEEN_UPDATES)
        while True:
            yield events.get_nowait()
    except Empty:
        return


def _after(jobs: Mapping[str, Job], event: _Event, *, model: str) -> dict[str, Job]:
    if isinstance(event, _Reading):
        return {
            source: replace(job, state="reading", share=0.1)
            if source == event.source
            else _read(job)
            for source, job in jobs.items()
        }
    if isinstance(event, _Embedded):
        share = _READ + (1 - _READ) * event.share
        return {s: replace(job, state="indexing", share=share) for s, job in jobs.items()}
    if isinstance(event, str):
        return {s: replace(job, state="skipped", note=event, share=1) for s, job in jobs.items()}
    found = {change.source: change for change in event.changes}
    return {source: _ended(job, found[source], model=model) for source, job in jobs.items()}


def _read(job: Job) -> Job:
    return replace(job, state="indexing", share=_READ) if job.state == "reading" else job


def _ended(job: Job, change: Change, *, model: str) -> Job:
    if change.kind == "skipped":
        return replace(job, state="skipped", note=change.reason, share=1.0)
    if change.kind == "unchanged":
        return replace(job, state="unchanged", note="It is in the library already.", share=1.0)
    left_out = f"Left out: {left_out_line(change.left_out)}." if change.left_out else ""
    notes = filter(None, [left_out, articles_note([change], model=model)])
    return replace(job, state="added", note=" ".join(notes), share=1.0)


def _source(path: Path) -> str:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    return f"{_FOLDER}/{digest}/{path.name}"


def _refused(path: object) -> Job:
    name = Path(path).name if isinstance(path, str) else "?"
    return Job(
        name=name, source="", state="skipped", note="It was not uploaded to this page.", share=1.0
    )
