"""What comes into a library from the page: files, a web page by its address, a pasted text."""

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Literal

from rag import AddReport, Article, Assistant, Change, FootnoteError
from rag.internal import articles_note, left_out_line
from ui.articles import Libraries, is_drawn, patiently
from ui.guard import ONLY_ASKS, holds
from ui.listing import row
from ui.parts import Sent, Value, only_asks, sent_with, telling

State = Literal["waiting", "reading", "indexing", "added", "unchanged", "skipped"]
_BETWEEN_UPDATES = 0.2
"""Seconds."""
_LOG = logging.getLogger(__name__)
_READ = 0.3
"""Share of the work that is done when a file is read; a guess, for the bar."""
_FOLDER = "uploads"
_PASTED = "pasted"
_WEB = ("http://", "https://")
_LONGEST_TEXT = 1_000_000
"""Characters of a pasted text: half of the largest request."""
_LONGEST_ADDRESS = 2000
_LONGEST_TITLE = 80
"""Characters of a first line that is taken for a title."""


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
    article: Value | None = None
    """The one that is there already, as a list shows it; None for any other job."""


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
    for now in _followed(assistant, jobs, lambda events: _files_added(assistant, files, events)):
        yield (*now, *refused)


def bringing(assistant: Assistant, sent: Sent) -> Iterator[tuple[Job, ...]]:
    """Add a web page or a text, yielding its one job as it gets on.

    Nothing is raised: what goes wrong is the job's note. A text's source is `pasted/DIGEST/TITLE`.

    Args:
        assistant: Whose library gets it.
        sent: `{"address": ...}`, or `{"text": ..., "title": ...}`, where an empty title stands for
            the text's first line.
    """
    address, text = sent.get("address"), sent.get("text")
    if isinstance(address, str):
        # Whoever uses the page must not name a file of this machine.
        wanted = address.strip()[:_LONGEST_ADDRESS]
        if not wanted.lower().startswith(_WEB):
            yield (_skipped(wanted or "?", "An address begins with http:// or https://."),)
            return
        job = Job(name=wanted, source=wanted, state="reading", share=0.1)
        yield from _followed(
            assistant, {wanted: job}, lambda _: patiently(lambda: assistant.library.add(wanted))
        )
    elif isinstance(text, str):
        title = _title(text, sent.get("title"))
        if not text.strip() or len(text) > _LONGEST_TEXT:
            why = f"Paste a text of 1 to {_LONGEST_TEXT:,} characters; a longer one as a file."
            yield (_skipped(title or "Pasted text", why),)
            return
        digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
        article = Article(source=f"{_PASTED}/{digest}/{title}", title=title, text=text)
        job = Job(name=title, source=article.source, state="reading", share=0.1)
        library = assistant.library
        yield from _followed(
            assistant,
            {job.source: job},
            lambda _: patiently(lambda: library.add_articles([article], once=True)),
        )


def brought(libraries: Libraries) -> Callable[..., Iterator[Value]]:
    """Return a listener that does as `bringing` with what a script sends, and tells of it.

    Who may only ask is told so.
    """
    import gradio as gr

    def listener(event: gr.EventData) -> Iterator[Value]:
        sent = sent_with(event)
        if only_asks():
            yield told((_skipped("", ONLY_ASKS),))
            return
        with telling():
            for jobs in bringing(libraries.of(sent), sent):
                yield told(jobs)

    return listener


def dropped(libraries: Libraries) -> Callable[..., Iterator[tuple[Value, None]]]:
    """Return a listener that adds uploads as `adding` does, and empties where they were dropped."""

    def listener(paths: object, bar: object) -> Iterator[tuple[Value, None]]:
        given: Sequence[object] = paths if isinstance(paths, list) else [paths] if paths else []
        if only_asks():
            yield told((_skipped("", ONLY_ASKS),)), None
            return
        with telling():
            for jobs in adding(libraries.of(bar), given):
                yield told(jobs), None

    return listener


def told(jobs: Sequence[Job]) -> Value:
    """Return jobs as a script draws them."""
    fields = ("name", "state", "note", "share", "article")
    return {"jobs": [{field: getattr(job, field) for field in fields} for job in jobs]}


def _title(text: str, given: object) -> str:
    wanted = given if isinstance(given, str) and given.strip() else text.strip().partition("\n")[0]
    line = " ".join(wanted.split())
    return line if len(line) <= _LONGEST_TITLE else f"{line[: _LONGEST_TITLE - 1].rstrip()}…"


_Events = SimpleQueue[_Event]


def _followed(
    assistant: Assistant, jobs: dict[str, Job], work: Callable[[_Events], AddReport]
) -> Iterator[tuple[Job, ...]]:
    """Do a work in a thread of its own, and yield the jobs as it tells how it gets on."""
    yield tuple(jobs.values())
    events: _Events = SimpleQueue()
    threading.Thread(target=lambda: events.put(_end(work, events)), daemon=True).start()
    ended = False
    while not ended:
        for event in _waiting(events):
            known = _there_already(assistant, event) if isinstance(event, AddReport) else {}
            jobs = _after(jobs, event, model=assistant.settings.embedding_model, known=known)
            ended = isinstance(event, AddReport | str)
        yield tuple(jobs.values())


def _there_already(assistant: Assistant, report: AddReport) -> dict[str, Value]:
    """Return the articles that were there already as a list shows them, by the sources added."""
    wanted = {change.source: change.document_id for change in report.of("unchanged")}
    if not wanted:
        return {}
    ids = set(wanted.values())
    try:
        documents = assistant.library.documents()
    except FootnoteError:  # then they are only named
        return {}
    rows = {one.id: row(one) | {"pdf": is_drawn(one.card)} for one in documents if one.id in ids}
    return {source: rows[known] for source, known in wanted.items() if known in rows}


def _files_added(assistant: Assistant, files: Mapping[str, Path], events: _Events) -> AddReport:
    """Add the files and remove them, and only then tell the end."""

    def embedded(done: int, total: int) -> None:
        events.put(_Embedded(share=done / total if total else 1.0))

    try:
        return patiently(
            lambda: assistant.library.add_files(
                files,
                on_read=lambda source: events.put(_Reading(source=source)),
                on_progress=embedded,
            )
        )
    finally:
        for path in files.values():
            path.unlink(missing_ok=True)


def _end(work: Callable[[_Events], AddReport], events: _Events) -> AddReport | str:
    try:
        return work(events)
    except FootnoteError as error:
        return str(error)
    except Exception:  # noqa: BLE001  # the outermost line: the page gets a sentence, the log the rest
        _LOG.exception("uploads could not be added")
        return "Something went wrong inside Footnote: please report what its log says."


def _waiting(events: _Events) -> Iterator[_Event]:
    """Yield what there is to tell, having waited for the first and for no more."""
    try:
        yield events.get(timeout=_BETWEEN_UPDATES)
        while True:
            yield events.get_nowait()
    except Empty:
        return


def _after(
    jobs: Mapping[str, Job], event: _Event, *, model: str, known: Mapping[str, Value]
) -> dict[str, Job]:
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
    # A page may be known by another address than it was asked for by; it is told last.
    return {
        source: _ended(job, found.get(source, event.changes[-1]), model=model, known=known)
        for source, job in jobs.items()
    }


def _read(job: Job) -> Job:
    return replace(job, state="indexing", share=_READ) if job.state == "reading" else job


def _ended(job: Job, change: Change, *, model: str, known: Mapping[str, Value]) -> Job:
    if change.kind == "skipped":
        return replace(job, state="skipped", note=change.reason, share=1.0)
    if change.kind == "unchanged":
        article = known.get(change.source)
        note = "It is in the library already."
        if change.reason and article is not None:
            note = f"Its text is in the library already, as “{article['title']}”."
        return replace(job, state="unchanged", note=note, share=1.0, article=article)
    left_out = f"Left out: {left_out_line(change.left_out)}." if change.left_out else ""
    notes = filter(None, [left_out, articles_note([change], model=model)])
    return replace(job, state="added", note=" ".join(notes), share=1.0)


def _source(path: Path) -> str:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    return f"{_FOLDER}/{digest}/{path.name}"


def _refused(path: object) -> Job:
    name = Path(path).name if isinstance(path, str) else "?"
    return _skipped(name, "It was not uploaded to this page.")


def _skipped(name: str, note: str) -> Job:
    return Job(name=name, source="", state="skipped", note=note, share=1.0)
