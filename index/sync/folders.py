"""Keeps a library in step with files, folders and pages: added, changed, moved, removed ones."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import LibraryBusyError, MisuseError, ReadError
from index.sync.changes import lost, survey
from index.sync.file_state import Record
from index.sync.find import Found, find, folders
from index.sync.ingest import Edits, Overtaken, add
from index.sync.intake import Reading
from index.sync.prepare import Incoming
from index.sync.vectorise import OnProgress
from index.types import AddReport, Change, ChangeKind
from index.web.address import is_web_address
from index.web.fetch import Fetcher
from index.web.pages import read_pages

if TYPE_CHECKING:
    from index.store.library import Library

_TRIES = 3
"""Times that everything is looked at anew because another process changed the library."""


def sync(
    library: "Library",
    sources: Sequence[str | Path],
    *,
    prune: bool,
    fetcher: Fetcher | None = None,
    on_progress: OnProgress,
) -> AddReport:
    """Add what is new in files, folders, patterns and pages, and follow what changed or went.

    All is published at once. What looks as it did when it was read is not opened. A moved file
    keeps its document. Documents whose file is gone from one of the folders are removed where
    `prune` says so, else told as missing; others are never removed, nor are those that only cannot
    be reached.

    Args:
        library: What is changed.
        sources: Files, folders, glob patterns, and addresses that begin with http or https.
        prune: Whether documents are removed whose file is gone from one of the folders.
        fetcher: Fetches pages; None takes one that asks the open internet only.
        on_progress: Told of sentences embedded and to embed.

    Returns:
        A change per file in order, then those removed or missing by source, then one per page.

    Raises:
        MisuseError: A source does not exist, a pattern matches nothing, or there is no folder to
            prune; nothing was done.
        ReadError: A folder to prune has no file that can be read; nothing was done.
        LibraryBusyError: Another process is writing.
        LibraryError: The library cannot be written; it is as it was.
    """
    pages = [str(source) for source in sources if is_web_address(str(source))]
    paths = [source for source in sources if not is_web_address(str(source))]
    walk, places = find(paths), folders(paths)
    if prune and not places:
        raise MisuseError(
            "only a folder can be pruned: name the folder whose missing files are to be removed "
            "from the library"
        )
    found = list(walk)
    if prune:
        _require_files(places, found)
    for _ in range(_TRIES):
        try:
            return _synced(
                library,
                found,
                pages=partial(read_pages, pages, fetcher=fetcher or Fetcher()),
                places=places,
                prune=prune,
                on_progress=on_progress,
            )
        except Overtaken:
            continue
    raise LibraryBusyError(
        f"library {library.catalog.name!r} is changed by other programs all the time: run the "
        "command again when they have finished"
    )


def _synced(
    library: "Library",
    found: Sequence[Found | Change],
    *,
    pages: Callable[..., Iterable[Incoming | Change]],
    places: Sequence[Path],
    prune: bool,
    on_progress: OnProgress,
) -> AddReport:
    seen = library.records()
    plan = survey(found, seen)
    moved = {move.record.source for move in plan.moves}
    gone = [r for r in _lost_in(places, seen, found) if r.source not in moved]
    reading = Reading(plan.outcomes)
    known = {source: record.file_sha256 for source, record in seen.items()}
    report = add(
        library,
        chain(reading, pages(known=known)),
        seen=seen,
        edits=Edits(moves=plan.moves, remove=gone if prune else (), signs=plan.signs),
        share=reading.share,
        on_progress=on_progress,
        wait=0.0,
    )
    kind: ChangeKind = "removed" if prune else "missing"
    after = (Change(kind=kind, source=r.source, document_id=r.document_id) for r in gone)
    files = len(plan.outcomes)
    changes = (*report.changes[:files], *after, *report.changes[files:])
    return AddReport(changes=changes, embedded=report.embedded)


def _lost_in(
    places: Sequence[Path], seen: Mapping[str, Record], found: Iterable[Found | Change]
) -> list[Record]:
    there = {item.source for item in found}
    return lost(
        record
        for record in seen.values()
        if record.source not in there
        and any(Path(record.source).is_relative_to(place) for place in places)
    )


def _require_files(places: Sequence[Path], found: Sequence[Found | Change]) -> None:
    """Refuse to prune by a folder without files, as that of a drive that is not mounted is.

    Raises:
        ReadError: There is such a folder.
    """
    files = [item.path for item in found if isinstance(item, Found)]
    for place in places:
        if not any(path.is_relative_to(place) for path in files):
            raise ReadError(
                f"nothing was removed: no file that can be read is in {str(place)!r}; see whether "
                "its drive is mounted, or remove documents with `footnote remove ID`"
            )
