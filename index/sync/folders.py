"""Keeps a library in step with files, folders and pages: added, changed, moved, removed ones."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain, count
from pathlib import Path

from index.errors import LibraryBusyError, LibraryError, MisuseError, ReadError
from index.reading.files import file_bytes
from index.reading.registry import given_up, is_outdated
from index.store import catalog
from index.store.library import Library
from index.sync import file_state
from index.sync.file_state import Move, Record, Sign
from index.sync.find import FoundFile, find, folders, require_files
from index.sync.ingest import Edits, OnProgress, Overtaken, ingest
from index.sync.intake import Listed, Reading, ToRead, as_it_was, unseen
from index.sync.prepare import Incoming, once
from index.types import AddReport, Change, ChangeKind
from index.web.address import is_web_address

_TRIES = 3
"""Times that everything is looked at anew because another process changed the library."""


def sync(
    library: Library,
    sources: Sequence[str | Path],
    *,
    prune: bool,
    leave: Collection[str] = (),
    most: int | None = None,
    tags: Sequence[str] = (),
    on_progress: OnProgress,
) -> AddReport:
    """Add what is new in files, folders, patterns and pages, and follow what changed or went.

    All is published at once. What looks as it did when it was read is not opened. A moved file
    keeps its document. Documents whose file is gone from one of the folders are removed where
    `prune` says so, else told as missing; others are never removed, nor are those that only cannot
    be reached. What an older version of Footnote read is read again, wherever it lies, if its file
    is there as it was.

    Args:
        library: What is changed.
        sources: Files, folders, glob patterns, and addresses that begin with http or https. Of a
            list of references (`index.sync.intake.Listed`) the files that it links are added.
        prune: Whether documents are removed whose file is gone from one of the folders.
        leave: Sources of files that are passed over, as if they were as they had been.
        most: Files that are read at most, the others by another call; None for all.
        tags: Given to every document of these sources, also those that did not change.
        on_progress: Told of sentences embedded and to embed.

    Returns:
        A change per file in order, per one removed or missing, per page, per other one read again.

    Raises:
        MisuseError: A source does not exist, a pattern matches nothing, or there is no folder to
            prune; nothing was done.
        ReadError: A folder to prune has no file that can be read; nothing was done.
        LibraryBusyError: Another process is writing.
        LibraryError: The library cannot be written; it is as it was.
    """
    pages = [str(source) for source in sources if is_web_address(str(source))]
    paths = [source for source in sources if not is_web_address(str(source))]
    listed, found, places = _looked_for(paths, prune=prune)
    found = [item for item in found if item.source not in leave]
    for _ in range(_TRIES):
        with suppress(Overtaken):
            return _synced(
                library,
                found,
                records=listed.records,
                pages=pages,
                places=places,
                prune=prune,
                leave=leave,
                most=most,
                tags=tags,
                on_progress=on_progress,
            )
    raise LibraryBusyError(
        f"library {library.catalog.name!r} is changed by other programs all the time: run the "
        "command again when they have finished"
    )


def _looked_for(
    paths: Sequence[str | Path], *, prune: bool
) -> tuple[Listed, list[FoundFile | Change], tuple[Path, ...]]:
    """Return what lists of references say, the files that paths stand for, and their folders."""
    listed = Listed(paths)
    walk, places = find(listed.paths), folders(paths)
    if prune and not places:
        raise MisuseError(
            "only a folder can be pruned: name the folder whose missing files are to be removed "
            "from the library"
        )
    found = [*walk, *listed.told]
    if prune:
        require_files(places, found)
    return listed, found, places


def _read_pages(urls: Sequence[str], known: Mapping[str, str]) -> Iterator[Incoming | Change]:
    if not urls:  # what fetches them takes a third of a second to load
        return iter(())
    from index.web.fetch import Fetcher, read_pages

    return read_pages(urls, known=known, fetcher=Fetcher())


def _synced(
    library: Library,
    found: Sequence[FoundFile | Change],
    *,
    records: Mapping[str, str],
    pages: Sequence[str],
    places: Sequence[Path],
    prune: bool,
    leave: Collection[str],
    most: int | None,
    tags: Sequence[str],
    on_progress: OnProgress,
) -> AddReport:
    seen = library.records()
    plan = survey(found, seen, listed=records, most=most)
    moved = {move.record.source for move in plan.moves}
    gone = [r for r in _lost_in(places, seen, found) if r.source not in {*moved, *leave}]
    reading = Reading(plan.outcomes)
    old = _Outdated(
        library, seen, but={*moved, *(item.source for item in found), *(r.source for r in gone)}
    )
    known = {
        s: r.file_sha256
        for s, r in seen.items()
        if not (is_outdated(r.card) or r.card.imported)
        and (r.card.original_sha256 or not library.keeps_originals)
    }
    report = ingest(
        library,
        chain(old.refused(reading), once(_read_pages(pages, known), seen), old.read_again()),
        seen=seen,
        edits=Edits(
            moves=plan.moves,
            remove=gone if prune else (),
            signs=plan.signs,
            tags=tags,
            untagged=old.sources,
        ),
        share=reading.share,
        on_progress=on_progress,
    )
    kind: ChangeKind = "removed" if prune else "missing"
    after = (Change(kind=kind, source=r.source, document_id=r.document_id) for r in gone)
    files = len(plan.outcomes)
    changes = (*report.changes[:files], *after, *report.changes[files:])
    old.note()
    return AddReport(changes=changes, embedded=report.embedded, outdated=old.kept())


def read_again(library: Library, *, on_progress: OnProgress) -> AddReport:
    """Read again what an older version of Footnote read, where its file is there as it was.

    Documents keep their ids, and only sentences that changed are embedded.

    Returns:
        A change per document that was read again, by source, and what could not be.

    Raises:
        LibraryBusyError: Another process is writing.
        LibraryError: The library cannot be written; it is as it was.
    """
    seen = library.records()
    old = _Outdated(library, seen, but=())
    report = ingest(library, old.read_again(), seen=seen, on_progress=on_progress)
    old.note()
    return AddReport(changes=report.changes, embedded=report.embedded, outdated=old.kept())


class _Outdated:
    """The documents that older readers read, and what becomes of them.

    Args:
        library: Where they are.
        seen: What is stored there, by source.
        but: Sources that are looked after elsewhere.
    """

    def __init__(
        self, library: Library, seen: Mapping[str, Record], *, but: Collection[str]
    ) -> None:
        self._library = library
        records = sorted(seen.values(), key=lambda record: record.source)
        self._seen = seen
        self._left = {r.source: r for r in records if r.source not in but and is_outdated(r.card)}
        self.sources = frozenset(self._left)
        self._kept: list[Change] = []
        self._given_up: dict[str, str] = {}

    def refused(self, items: Iterable[Incoming | Change]) -> Iterator[Incoming | Change]:
        """Hand on what was read elsewhere, and take note of files that are refused by now."""
        for item in items:
            record = self._seen.get(item.source)
            if isinstance(item, Change) and item.kind == "skipped" and record is not None:
                self._give_up(record)
            yield item

    def read_again(self) -> Iterator[Incoming]:
        """Yield what was read again; the others are kept with the reason."""
        files: list[ToRead | Change] = []
        for record in self._left.values():
            found = as_it_was(record, partial(self._library.original_bytes, record.document_id))
            if isinstance(found, ToRead):
                files.append(found)
            else:
                self._keep(record, found)
        for item in Reading(files):
            if isinstance(item, Change):
                record = self._left[item.source]
                self._keep(record, item.reason)
                self._give_up(record)
            else:
                yield item

    def _give_up(self, record: Record) -> None:
        """See that a file is not tried again: it may take a minute before it is refused."""
        if is_outdated(record.card):
            self._given_up[record.document_id] = given_up(record.card)

    def _keep(self, record: Record, reason: str) -> None:
        self._kept.append(
            Change(
                kind="skipped",
                source=record.source,
                document_id=record.document_id,
                reason=reason,
            )
        )

    def kept(self) -> tuple[Change, ...]:
        """Return what could not be read again, by source."""
        return tuple(sorted(self._kept, key=lambda change: change.source))

    def note(self) -> None:
        """Mark those whose file a reader of today refuses."""
        if not self._given_up:
            return
        with suppress(LibraryError), self._library.changing() as db, catalog.transaction(db):
            file_state.note_reader(db, self._given_up)


def _lost_in(
    places: Sequence[Path], seen: Mapping[str, Record], found: Iterable[FoundFile | Change]
) -> list[Record]:
    there = {item.source for item in found}
    return file_state.lost(
        record
        for record in seen.values()
        if record.source not in there
        and any(Path(record.source).is_relative_to(place) for place in places)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a look at some files found, nothing of it done yet."""

    outcomes: tuple[Change | ToRead, ...]
    """One a file, in the order given."""
    moves: tuple[Move, ...]
    signs: tuple[Sign, ...]
    """Files that are unchanged but look different, or moved."""


def survey(
    found: Iterable[FoundFile | Change],
    records: Mapping[str, Record],
    *,
    listed: Mapping[str, str] = {},  # never written to
    most: int | None = None,
) -> Survey:
    """Look at files and compare them with what is stored; what looks the same is not opened.

    A file at a new path is a moved one if it has the bytes of a document whose file is gone; of
    several such documents the one whose file had the same name comes first, then the one with the
    first source.

    Args:
        found: Files, and changes that are handed on.
        records: What is stored, by source.
        listed: What lists of references say of files, by source.
        most: Files to be read at most; those behind them have no outcome.
    """
    looks = _Looks(records, listed)
    looked = (item if isinstance(item, Change) else looks.look(item) for item in found)
    outcomes = [*_first(looked, most)]
    return Survey(outcomes=tuple(outcomes), moves=tuple(looks.moves), signs=tuple(looks.signs))


def _first(outcomes: Iterable[Change | ToRead], most: int | None) -> Iterator[Change | ToRead]:
    """Return outcomes, of those that are to be read only so many."""
    read = count(1)
    return (o for o in outcomes if isinstance(o, Change) or most is None or next(read) <= most)


class _Looks:
    def __init__(self, records: Mapping[str, Record], listed: Mapping[str, str]) -> None:
        self._records = records
        self._listed = listed
        self._lost: dict[str, list[Record]] | None = None
        self.moves: list[Move] = []
        self.signs: list[Sign] = []

    def look(self, found: FoundFile) -> Change | ToRead:
        record = self._records.get(found.source)
        try:
            stamp = file_state.stamp(found.path)
            # What an archive brought may say anything, also with the right hash of its file.
            old = record is not None and (
                is_outdated(record.card) or bool(record.card.imported) or self._says_else(record)
            )
            if record is not None and record.file_stamp == stamp and not old:
                return _unchanged(record)
            kept = file_state.to_keep(stamp)
            # A new file is hashed only where a document has lost its file.
            candidates = self._lost_ones() if record is None else {record.file_sha256: [record]}
            digest = hashlib.sha256(file_bytes(found.path)).hexdigest() if candidates else ""
        except ReadError as error:
            return Change(kind="skipped", source=found.source, reason=str(error))
        except OSError as error:
            return Change(kind="skipped", source=found.source, reason=unseen(error))
        if old or not candidates.get(digest):
            size = file_state.stamped_size(stamp)
            said = self._listed.get(found.source, "")
            return ToRead(
                path=found.path, source=found.source, size=size, file_stamp=kept, record=said
            )
        known = _best(candidates[digest], name=found.path.name)
        if kept != known.file_stamp:
            sign = Sign(document_id=known.document_id, file_sha256=digest, file_stamp=kept)
            self.signs.append(sign)
        if record is not None:
            return _unchanged(record)
        candidates[digest].remove(known)
        self.moves.append(Move(record=known, source=found.source))
        return Change(
            kind="moved",
            source=found.source,
            document_id=known.document_id,
            moved_from=known.source,
        )

    def _says_else(self, record: Record) -> bool:
        """Say whether a list of references says of a document what is not stored yet."""
        return self._listed.get(record.source, record.card.record) != record.card.record

    def _lost_ones(self) -> dict[str, list[Record]]:
        """Return the documents whose file is gone, by its hash; looked up at the first new file."""
        if self._lost is None:
            self._lost = {}
            for record in file_state.lost(self._records.values()):
                self._lost.setdefault(record.file_sha256, []).append(record)
        return self._lost


def _best(records: Sequence[Record], *, name: str) -> Record:
    return min(records, key=lambda r: (Path(r.source).name != name, r.source))


def _unchanged(record: Record) -> Change:
    return Change(kind="unchanged", source=record.source, document_id=record.document_id)
