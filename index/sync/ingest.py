"""Adds what was read to a library, all visible at once or not at all, and embeds what is new."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

from index.embedding import Embedder
from index.errors import LibraryError, ReadError
from index.store import catalog, queries
from index.store.library import Library
from index.store.protocols import OpenCatalog
from index.store.publish import publish
from index.store.writes import Entry, store_vectors
from index.sync import file_state, prepare
from index.sync.file_state import Move, Record, Sign
from index.sync.prepare import Incoming
from index.types import AddReport, Change, ChangeKind

_CHECKPOINT = 512
"""Sentences embedded between two commits of their vectors: what a kill can cost."""
_MANY = 10_000
"""Sentences of one document from which on it is told how many before the first is embedded."""
_VECTOR_ROOM = 12_000
"""Bytes of disk for each vector that is stored: in the log and in its place, with its index."""
_WINDOW = 8 * _CHECKPOINT
"""Sentences of all documents that are sorted by length before they are embedded: companions of
equal length take 1 to 2 % less of the processor, and the estimate of the rest stays even."""

OnProgress = Callable[[int, int], None]
"""Called with how many sentences are embedded and how many there are to embed, an estimate while
files are still being read. Also before the first of a document of many is embedded."""


class Overtaken(Exception):  # noqa: N818  # no failure: the caller looks again
    """Another process changed the library after the edits were made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """What is to change beside the documents that are read."""

    moves: Sequence[Move] = ()
    remove: Sequence[Record] = ()
    signs: Sequence[Sign] = ()
    tags: Sequence[str] = ()
    """Given to each document that is read or named, as `index.card.tag_name` returns them."""
    untagged: Collection[str] = ()
    """Sources of documents that get none."""


def add(
    library: Library,
    incoming: Iterable[Incoming | Change],
    *,
    originals: bool = False,
    once: bool = False,
    on_progress: OnProgress = lambda done, total: None,
    wait: float = 0.0,
) -> AddReport:
    """Add documents and replace changed ones, all visible at once or not at all.

    Args:
        library: Where to.
        incoming: What was read, and what was not; of items with one source the last one counts.
        originals: Whether those that come with them are kept, also where the library keeps none.
        once: Whether a text that another document has is not added, but told as unchanged.
        on_progress: Told of sentences embedded and to embed.
        wait: Seconds to wait for another writer.

    Returns:
        A change per source, in order. Nothing is written when nothing is new.

    Raises:
        LibraryBusyError: Another process is writing.
        LibraryMismatchError: The library was built with another model or format.
        LibraryError: It cannot be written; it is as it was.
    """
    items = {item.source: item for item in incoming}
    seen = library.records()
    return ingest(
        library,
        prepare.once(items.values(), seen) if once else items.values(),
        seen=seen,
        originals=originals,
        on_progress=on_progress,
        wait=wait,
    )


def ingest(
    library: Library,
    incoming: Iterable[Incoming | Change],
    *,
    seen: Mapping[str, Record],
    edits: Edits = Edits(),  # frozen
    originals: bool = False,
    share: Callable[[], float] = lambda: 1.0,
    on_progress: OnProgress,
    wait: float = 0.0,
) -> AddReport:
    """Add documents, replace changed ones and make edits; the lock is only taken to write.

    Args:
        library: Where to.
        incoming: What was read, and what was not, in order, each source once. It is taken up as it
            is read, and sentences are embedded in between.
        seen: The library's records that the edits were made from.
        edits: Moves, removals, what files look like now, and tags.
        originals: Whether those that come with documents are kept, whatever the library does.
        share: Tells which share of `incoming` was read, over 0 to 1.
        on_progress: Told of sentences embedded and to embed.
        wait: Seconds to wait for another writer.

    Returns:
        A change per item, in order. Nothing is written when nothing is new.

    Raises:
        Overtaken: There are moves or removals, and the records are others by now.
        LibraryBusyError: Another process is writing.
        LibraryMismatchError: The library was built with another model or format.
        LibraryError: It cannot be written; it is as it was.
    """
    kept = originals or library.keeps_originals
    items = iter(incoming if kept else map(prepare.without_original, incoming))
    head = list(_until_first_new(items, seen))
    edited = edits.moves or edits.remove or _lacks_tags(head, edits, seen)
    if not (edited or any(prepare.is_new(item, seen) for item in head[-1:])):
        _refresh(library, edits.signs, seen)
        batch = _Batch(seen)
        return AddReport(changes=tuple(batch.take(item) for item in head))
    with library.changing(wait=wait) as db:
        known = file_state.records(db)
        if (edits.moves or edits.remove) and known != seen:
            raise Overtaken
        vectoriser = Vectoriser(
            db,
            embedder=library.embedder(),
            on_progress=on_progress,
            on_step=library.on_step,
            share=share,
        )
        batch = _Batch(known, edits, take=vectoriser.take, keep=partial(_keep, library, db))
        changes = tuple(batch.take(item) for item in chain(head, items))
        embedded = vectoriser.finish()
        batch.publish(library, db)
    return AddReport(changes=changes, embedded=embedded)


class _Batch:
    """Tells what becomes of each item, and keeps what is to be published.

    Args:
        known: What is stored, by source.
        edits: What is published beside the items.
        take: Takes up the sentences of each new version of a document.
        keep: Keeps the original of one that comes with it.
    """

    def __init__(
        self,
        known: Mapping[str, Record],
        edits: Edits = Edits(),  # frozen
        *,
        take: Callable[[Sequence[Entry]], None] = lambda entries: None,
        keep: Callable[[Incoming], Incoming] = lambda item: item,
    ) -> None:
        self._keep = keep
        self._known = known
        self._edits = edits
        self._take = take
        self._ids = {record.document_id for record in known.values()}
        gone = {record.document_id for record in edits.remove}
        self._texts = prepare.Texts(r for r in known.values() if r.document_id not in gone)
        self._entries: list[Entry] = []
        self._tagged: list[str] = []
        self._signs = list(edits.signs)

    def take(self, item: Incoming | Change) -> Change:
        change = self._taken(item)
        if change.document_id in self._ids and item.source not in self._edits.untagged:
            self._tagged.append(change.document_id)
        return change

    def _taken(self, item: Incoming | Change) -> Change:
        if isinstance(item, Change):
            return item
        record = self._known.get(item.source)
        if record is None:
            fresh = item.document_id
            if not fresh or fresh in self._ids:
                fresh = prepare.document_id(item.source, taken=self._ids)
            is_copy = self._texts.again(item, as_id=fresh)
            reason = self._texts.told(item) if is_copy else ""
            return self._enter(item, replace(_change("added", item, fresh), reason=reason))
        known = record.document_id
        item = prepare.as_recorded(item, record.card.record)
        same = prepare.is_same(item, record)
        again = prepare.is_read_better(item, record)
        tagged = prepare.is_tagged_anew(item, record)
        item = prepare.as_tagged(item, record)
        brings = prepare.brings_original(item, record) or prepare.vouches(item, record)
        if same and not (again or brings or tagged):
            # The bytes may differ all the same, as those of a page with another clock do.
            self._sign(item, known)
            return _change("unchanged", item, known)
        as_it_was = same and (again or not tagged)
        change = _change("unchanged" if as_it_was else "changed", item, known)
        if again or same:
            # Places of pages and headings may differ with the same text, and what was left out.
            return self._enter(prepare.as_before(item, record), replace(change, read_again=again))
        return self._enter(item, change)

    def publish(self, library: Library, db: OpenCatalog) -> None:
        publish(
            library.vectors,
            db,
            originals=library.catalog.originals,
            entries=self._entries,
            remove=[record.document_id for record in self._edits.remove],
            moves=self._edits.moves,
            signs=self._signs,
            tags={one: self._edits.tags for one in self._tagged if self._edits.tags},
            on_step=library.on_step,
        )

    def _enter(self, item: Incoming, change: Change) -> Change:
        assert change.document_id is not None, "what is written has an id"
        if item.source not in self._edits.untagged:
            item = prepare.given_tags(item, self._edits.tags)
        entry = prepare.entry(self._keep(item), as_id=change.document_id)
        self._ids.add(entry.id)
        self._entries.append(entry)
        self._take([entry])
        self._sign(item, entry.id)
        return replace(change, language=entry.card.language)

    def _sign(self, item: Incoming, document_id: str) -> None:
        if item.file_sha256:
            self._signs.append(
                Sign(
                    document_id=document_id,
                    file_sha256=item.file_sha256,
                    file_stamp=item.file_stamp,
                )
            )


def _change(kind: ChangeKind, item: Incoming, document_id: str) -> Change:
    left_out = item.extract.card.left_out
    return Change(kind=kind, source=item.source, document_id=document_id, left_out=left_out)


def _until_first_new(
    items: Iterator[Incoming | Change], seen: Mapping[str, Record]
) -> Iterator[Incoming | Change]:
    for item in items:
        yield item
        if prepare.is_new(item, seen):
            return


def _lacks_tags(
    items: Sequence[Incoming | Change], edits: Edits, seen: Mapping[str, Record]
) -> bool:
    """Say whether a stored document that items name has not all tags that it is to get."""
    if not edits.tags:
        return False
    by_id = {record.document_id: record for record in seen.values()}
    named = (
        by_id.get(item.document_id or "") if isinstance(item, Change) else seen.get(item.source)
        for item in items
    )
    cards = (record.card for record in named if record is not None)
    return any(not card.tagged(add=edits.tags).tagged_as(card) for card in cards)


def _keep(library: Library, db: OpenCatalog, item: Incoming) -> Incoming:
    """Keep the original of an item, and return the item; one whose original is gone has none."""
    sha256 = item.extract.card.original_sha256
    content = b""
    if item.original is not None:
        with suppress(ReadError):
            content = item.original()
    if not sha256 or hashlib.sha256(content).hexdigest() != sha256:
        return prepare.without_original(item)
    library.on_step("keep")
    library.catalog.originals.keep(db, sha256, content)
    return item


def _refresh(library: Library, signs: Sequence[Sign], seen: Mapping[str, Record]) -> None:
    """Keep what unchanged files look like now; a library that cannot be written now goes without.

    Without it they are only hashed again the next time.
    """
    if not signs:
        return
    with suppress(LibraryError), library.changing() as db:
        if file_state.records(db) == seen:
            with catalog.transaction(db):
                file_state.refresh(db, signs)


class Vectoriser:
    """Embeds each distinct sentence whose vector is not stored yet, and stores it.

    Args:
        db: The catalog; each checkpoint is a transaction of its own.
        embedder: The library's model.
        on_progress: Told after each group of sentences.
        on_step: Called with `embed` before each checkpoint's work.
        share: Tells which share of all documents was taken up, over 0 to 1.
    """

    def __init__(
        self,
        db: OpenCatalog,
        *,
        embedder: Embedder,
        on_progress: OnProgress,
        on_step: Callable[[str], None] = lambda step: None,
        share: Callable[[], float] = lambda: 1.0,
    ) -> None:
        self._db = db
        self._embedder = embedder
        self._on_progress = on_progress
        self._on_step = on_step
        self._share = share
        self._waiting: dict[str, str] = {}
        self._missing = 0
        self._later = 0
        """Sentences of the document that is taken up now, which may be a large table's."""
        self._embedded = 0

    def take(self, entries: Sequence[Entry]) -> None:
        """Take up the sentences of documents; they are embedded as soon as enough wait."""
        self._later = sum(len(entry.sentences) for entry in entries)
        if self._later >= _MANY:
            self._advance(0)
        for texts in prepare.sentences_by_hash(entries):
            self._later = max(0, self._later - len(texts))
            for digest in self._waiting.keys() & texts.keys():
                del texts[digest]
            stored = queries.stored_hashes(self._db, list(texts))
            new = {digest: text for digest, text in texts.items() if digest not in stored}
            self._missing += len(new)
            self._waiting |= new
            while len(self._waiting) >= _WINDOW:
                self._embed_window()

    def finish(self) -> int:
        """Embed what still waits and return how many vectors were computed in all."""
        while self._waiting:
            self._embed_window()
        return self._embedded

    def _embed_window(self) -> None:
        window = dict(list(self._waiting.items())[:_WINDOW])
        hashes = sorted(window, key=lambda digest: (len(window[digest]), digest))
        for first in range(0, len(hashes), _CHECKPOINT):
            self._on_step("embed")
            part = hashes[first : first + _CHECKPOINT]
            matrix = self._embedder.embed(
                [window[digest] for digest in part], on_progress=self._advance
            )
            with catalog.transaction(self._db, room=len(part) * _VECTOR_ROOM):
                store_vectors(self._db, part, matrix)
        for digest in hashes:
            del self._waiting[digest]

    def _advance(self, finished: int) -> None:
        self._embedded += finished
        known = self._missing + self._later
        self._on_progress(self._embedded, max(known, round(known / self._share())))
