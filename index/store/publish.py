"""Publishes changes to a library: vectors first, then one commit of the catalog that names them.

Nothing here decides what changes. A kill at any moment leaves the old catalog with the old
generation; what an interrupted run left behind is removed by the next one.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from index.errors import LibraryError, LibraryFullError, LibraryUnreachableError
from index.store import catalog, queries, writes
from index.store.originals import named_originals, unnamed_originals
from index.store.protocols import (
    NextGeneration,
    OnStep,
    OpenCatalog,
    Originals,
    Slices,
    VectorIndex,
)
from index.sync import file_state
from index.sync.file_state import Move, Sign

_SLICE = 5000
"""Vectors handed over at a time."""
_HASH = "S32"
"""How numpy holds a hash: a table's million, each a string of Python, would take 100 MB."""
_MOSTLY_NEW = 4
"""A generation is rebuilt, not copied, once more than a quarter of it goes away."""


def publish(
    vectors: VectorIndex,
    db: OpenCatalog,
    *,
    originals: Originals,
    entries: Sequence[writes.Entry] = (),
    remove: Sequence[str] = (),
    moves: Sequence[Move] = (),
    signs: Sequence[Sign] = (),
    tags: Mapping[str, Sequence[str]] = {},  # never written to
    on_step: OnStep,
) -> None:
    """Write entries and remove documents, all at once; the caller holds the writer's lock.

    Args:
        vectors: The library's vectors.
        db: Its catalog, with the vectors of all entries stored.
        originals: Its originals, with those of all entries kept.
        entries: Documents to write; one replaces the version that its id has.
        remove: Ids of documents to remove.
        moves: Documents that get another source; vectors and sentences stay.
        signs: What the files of documents look like now.
        tags: Given to documents that are there already or are written, by their ids.
        on_step: Called with the name of each step before it begins.

    Raises:
        LibraryError: Vectors or catalog cannot be written; nothing has changed then.
    """
    gone = [*remove, *(entry.id for entry in entries)]
    wanted = _distinct(entries)
    unused = _unused_after(db, gone=gone, wanted=wanted)
    fresh = _unstored(db, wanted)
    leaving = named_originals(db, gone)
    old = catalog.generation(db)
    name = old
    if len(fresh) or unused:
        name = _build(vectors, db, old=old, add=fresh, remove=unused, on_step=on_step)
    on_step("write")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with catalog.transaction(db):
        writes.erase(db, gone)
        for entry in entries:
            writes.write(db, entry, now=now)
        for moved in moves:
            file_state.move(db, moved)
        file_state.refresh(db, signs)
        for document_id, given in tags.items():
            writes.tag(db, document_id, add=given, remove=())
        writes.drop_vectors(db, unused)
        writes.note_change(db, now)
        catalog.set_generation(db, name)
        on_step("commit")
    on_step("clean")
    vectors.clean(before=old, current=name, gone=unused)
    with suppress(LibraryError):  # what stays is told by a check, and goes with the next compacting
        originals.drop(db, unnamed_originals(db, leaving))


def rebuild(vectors: VectorIndex, db: OpenCatalog, *, on_step: OnStep) -> None:
    """Build the vectors anew from the catalog's and publish them, without embedding.

    Raises:
        LibraryError: They cannot be written; the catalog still names the old generation.
    """
    with catalog.transaction(db):
        writes.drop_unused_vectors(db)
    hashes = queries.all_used_hashes(db)
    old = catalog.generation(db)
    name = ""
    if hashes:
        every = NextGeneration(
            after=old, copy=False, remove=[], slices=_slices(db, hashes), total=len(hashes)
        )
        name = vectors.build(every, on_step=on_step)
    on_step("commit")
    with catalog.transaction(db):
        catalog.set_generation(db, name)
    on_step("clean")
    vectors.clean(before=old, current=name, gone=[])


def _distinct(entries: Sequence[writes.Entry]) -> NDArray[np.bytes_]:
    """Return the hashes of entries, each once, in the order of their sentences."""
    count = sum(len(entry.hashes) for entry in entries)
    every = np.fromiter(chain.from_iterable(entry.hashes for entry in entries), _HASH, count)
    _, places = np.unique(every, return_index=True)
    distinct: NDArray[np.bytes_] = every[np.sort(places)]
    return distinct


def _unstored(db: OpenCatalog, hashes: NDArray[np.bytes_]) -> NDArray[np.bytes_]:
    """Return those of distinct hashes that no stored sentence has."""
    kept = np.ones(len(hashes), dtype=bool)
    for first in range(0, len(hashes), _SLICE):
        part = _texts(hashes[first : first + _SLICE])
        used = queries.used_hashes(db, part)
        kept[first : first + _SLICE] = [digest not in used for digest in part]
    return hashes[kept]


def _unused_after(db: OpenCatalog, *, gone: Sequence[str], wanted: NDArray[np.bytes_]) -> list[str]:
    """Return the hashes that only documents on their way out have."""
    going = queries.hashes_of(db, gone)
    everywhere = queries.sentence_counts(db, list(going))
    alone = sorted(h for h, n in going.items() if everywhere[h] == n)
    return _texts(np.setdiff1d(np.array(alone, _HASH), wanted, assume_unique=True))


def _texts(hashes: NDArray[np.bytes_]) -> list[str]:
    return [digest.decode("ascii") for digest in hashes.tolist()]


def _build(
    vectors: VectorIndex,
    db: OpenCatalog,
    *,
    old: str,
    add: NDArray[np.bytes_],
    remove: Sequence[str],
    on_step: OnStep,
) -> str:
    before = queries.used_total(db) if old else 0
    total = before + len(add) - len(remove)
    if old and len(remove) * _MOSTLY_NEW <= before:
        changed = NextGeneration(
            after=old, copy=True, remove=remove, slices=_slices(db, add), total=total
        )
        try:
            return vectors.build(changed, on_step=on_step)
        except (LibraryFullError, LibraryUnreachableError):
            raise
        except LibraryError:
            pass  # of a base that is damaged nothing is needed: the catalog has all vectors
    leaving = set(remove)
    kept = [h for h in queries.all_used_hashes(db) if h not in leaving] if old else []
    slices = chain(_slices(db, kept), _slices(db, add))
    anew = NextGeneration(after=old, copy=False, remove=[], slices=slices, total=total)
    return vectors.build(anew, on_step=on_step)


def _slices(db: OpenCatalog, hashes: Sequence[str] | NDArray[np.bytes_]) -> Slices:
    for first in range(0, len(hashes), _SLICE):
        part = hashes[first : first + _SLICE]
        yield queries.vectors(db, _texts(part) if isinstance(part, np.ndarray) else part)
