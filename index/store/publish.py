"""Publishes changes to a library: vectors first, then one commit of the catalog that names them.

Nothing here decides what changes. A kill at any moment leaves the old catalog with the old
generation; what an interrupted run left behind is removed by the next one.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from index.errors import LibraryError, LibraryFullError, LibraryUnreachableError
from index.store import catalog, queries, writes
from index.store.protocols import (
    OnStep,
    OpenCatalog,
    Originals,
    Slices,
    VectorIndex,
)
from index.sync import file_state
from index.sync.file_state import Move, Sign

_SLICE = 5000
"""Vectors handed over at a time, as many as Chroma is given at a time."""
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
        on_step: Called with the name of each step before it begins.

    Raises:
        LibraryError: Vectors or catalog cannot be written; nothing has changed then.
    """
    gone = [*remove, *(entry.id for entry in entries)]
    wanted = list(dict.fromkeys(digest for entry in entries for digest in entry.hashes))
    unused = _unused_after(db, gone=gone, wanted=set(wanted))
    used = queries.used_hashes(db, wanted)
    fresh = [digest for digest in wanted if digest not in used]
    leaving = queries.named_originals(db, gone)
    old = catalog.generation(db)
    name = old
    if fresh or unused:
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
        writes.drop_vectors(db, unused)
        catalog.set_generation(db, name)
        on_step("commit")
    on_step("clean")
    vectors.clean(before=old, current=name, gone=unused)
    with suppress(LibraryError):  # what stays is told by a check, and goes with the next compacting
        originals.drop(db, queries.unnamed_originals(db, leaving))


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
        name = vectors.build(
            after=old,
            copy=False,
            remove=[],
            slices=_slices(db, hashes),
            on_step=on_step,
        )
    on_step("commit")
    with catalog.transaction(db):
        catalog.set_generation(db, name)
    on_step("clean")
    vectors.clean(before=old, current=name, gone=[])


def _unused_after(db: OpenCatalog, *, gone: Sequence[str], wanted: set[str]) -> list[str]:
    """Return the hashes that only documents on their way out have."""
    going = queries.hashes_of(db, gone)
    everywhere = queries.sentence_counts(db, list(going))
    return sorted(h for h, n in going.items() if everywhere[h] == n and h not in wanted)


def _build(
    vectors: VectorIndex,
    db: OpenCatalog,
    *,
    old: str,
    add: Sequence[str],
    remove: Sequence[str],
    on_step: OnStep,
) -> str:
    if old and len(remove) * _MOSTLY_NEW <= len(queries.all_used_hashes(db)):
        try:
            return vectors.build(
                after=old, copy=True, remove=remove, slices=_slices(db, add), on_step=on_step
            )
        except (LibraryFullError, LibraryUnreachableError):
            raise
        except LibraryError:
            pass  # of a base that is damaged nothing is needed: the catalog has all vectors
    leaving = set(remove)
    kept = [h for h in queries.all_used_hashes(db) if h not in leaving] if old else []
    return vectors.build(
        after=old, copy=False, remove=[], slices=_slices(db, [*kept, *add]), on_step=on_step
    )


def _slices(db: OpenCatalog, hashes: Sequence[str]) -> Slices:
    for first in range(0, len(hashes), _SLICE):
        yield queries.vectors(db, hashes[first : first + _SLICE])
