"""Publishes changes to a library: vectors first, then one commit of the catalog that names them.

Nothing here decides what changes. A kill at any moment leaves the old catalog with the old
generation; what an interrupted run left behind is removed by the next one.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import catalog, ledger, shelf, vectors
from index.generations import generation_folder

_SLICE = 4096
_MOSTLY_NEW = 4
"""A generation is rebuilt, not copied, once more than a quarter of it goes away."""

OnStep = Callable[[str], None]


def publish(
    library: Path,
    db: sqlite3.Connection,
    *,
    entries: Sequence[ledger.Entry] = (),
    remove: Sequence[str] = (),
    on_step: OnStep,
) -> None:
    """Write entries and remove documents, all at once; the caller holds the writer's lock.

    Args:
        library: The library's folder.
        db: Its catalog, with the vectors of all entries stored.
        entries: Documents to write; one replaces the version that its id has.
        remove: Ids of documents to remove.
        on_step: Called with the name of each step before it begins.

    Raises:
        LibraryError: Vectors or catalog cannot be written; nothing has changed then.
    """
    gone = [*remove, *(entry.id for entry in entries)]
    wanted = list(dict.fromkeys(digest for entry in entries for digest in entry.hashes))
    unused = _unused_after(db, gone=gone, wanted=set(wanted))
    used = shelf.used_hashes(db, wanted)
    fresh = [digest for digest in wanted if digest not in used]
    old = catalog.generation(db)
    name = old
    if fresh or unused:
        name = _next(old)
        _build(library, db, name, old=old, add=fresh, remove=unused, on_step=on_step)
    on_step("write")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with catalog.transaction(db):
        ledger.erase(db, gone)
        for entry in entries:
            ledger.write(db, entry, now=now)
        ledger.drop_vectors(db, unused)
        catalog.set_generation(db, name)
        on_step("commit")
    on_step("clean")
    _clean(library, current=name)


def rebuild(library: Path, db: sqlite3.Connection, *, on_step: OnStep) -> None:
    """Build the vectors anew from the catalog's and publish them, without embedding.

    Raises:
        LibraryError: They cannot be written; the catalog still names the old generation.
    """
    with catalog.transaction(db):
        ledger.drop_unused_vectors(db)
    hashes = shelf.all_used_hashes(db)
    name = _next(catalog.generation(db)) if hashes else ""
    if hashes:
        _build(library, db, name, old="", add=hashes, remove=[], on_step=on_step)
    on_step("commit")
    with catalog.transaction(db):
        catalog.set_generation(db, name)
    on_step("clean")
    _clean(library, current=name)


def _unused_after(db: sqlite3.Connection, *, gone: Sequence[str], wanted: set[str]) -> list[str]:
    """Return the hashes that only documents on their way out have."""
    going = shelf.hashes_of(db, gone)
    everywhere = shelf.sentence_counts(db, list(going))
    return sorted(h for h, n in going.items() if everywhere[h] == n and h not in wanted)


def _build(
    library: Path,
    db: sqlite3.Connection,
    name: str,
    *,
    old: str,
    add: Sequence[str],
    remove: Sequence[str],
    on_step: OnStep,
) -> None:
    base = generation_folder(library, old) if old else None
    if base is not None and len(remove) * _MOSTLY_NEW > len(shelf.all_used_hashes(db)):
        leaving = set(remove)
        add = [*(h for h in shelf.all_used_hashes(db) if h not in leaving), *add]
        base, remove = None, []
    vectors.build(
        generation_folder(library, name),
        base=base,
        remove=remove,
        slices=_slices(db, add),
        on_step=on_step,
    )


def _slices(
    db: sqlite3.Connection, hashes: Sequence[str]
) -> Iterator[tuple[list[str], NDArray[np.float32]]]:
    for first in range(0, len(hashes), _SLICE):
        yield shelf.vectors(db, hashes[first : first + _SLICE])


def _next(name: str) -> str:
    return f"{int(name or 0) + 1:06d}"


def _clean(library: Path, *, current: str) -> None:
    """Remove the generations that no reader can need: all but the current one and the one before.

    A reader that was just opening an older one finds it gone, reads the catalog again and goes on.
    """
    keep = int(current or 0)
    folders = (library / "vectors").glob("*")
    for folder in folders:
        if not folder.name.isdigit() or int(folder.name) not in (keep, keep - 1):
            shutil.rmtree(folder, ignore_errors=True)
