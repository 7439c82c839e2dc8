"""Tells which files are known, moved or must be read, by what they look like and by their hash."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import ReadError
from index.reading import file_bytes
from index.sync import stamps
from index.sync.file_state import Move, Record, Sign
from index.sync.find import Found
from index.types import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class ToRead:
    """A file that is new or has other bytes than when it was read."""

    path: Path
    source: str
    size: int
    """Bytes."""
    file_stamp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a look at some files found, nothing of it done yet."""

    outcomes: tuple[Change | ToRead, ...]
    """One a file, in the order given."""
    moves: tuple[Move, ...]
    signs: tuple[Sign, ...]
    """Files that are unchanged but look different, or moved."""


def survey(found: Iterable[Found | Change], records: Mapping[str, Record]) -> Survey:
    """Look at files and compare them with what is stored; what looks the same is not opened.

    A file at a new path is a moved one if it has the bytes of a document whose file is gone; of
    several such documents the one whose file had the same name comes first, then the one with the
    first source.

    Args:
        found: Files, and changes that are handed on.
        records: What is stored, by source.
    """
    looks = _Looks(records)
    outcomes = [item if isinstance(item, Change) else looks.look(item) for item in found]
    return Survey(outcomes=tuple(outcomes), moves=tuple(looks.moves), signs=tuple(looks.signs))


class _Looks:
    def __init__(self, records: Mapping[str, Record]) -> None:
        self._records = records
        self._lost: dict[str, list[Record]] | None = None
        self.moves: list[Move] = []
        self.signs: list[Sign] = []

    def look(self, found: Found) -> Change | ToRead:
        record = self._records.get(found.source)
        try:
            stamp = stamps.stamp(found.path)
            if record is not None and record.file_stamp == stamp:
                return _unchanged(record)
            kept = stamps.to_keep(stamp)
            # A new file is hashed only where a document has lost its file.
            candidates = self._lost_ones() if record is None else {record.file_sha256: [record]}
            digest = hashlib.sha256(file_bytes(found.path)).hexdigest() if candidates else ""
        except ReadError as error:
            return Change(kind="skipped", source=found.source, reason=str(error))
        except OSError as error:
            return Change(kind="skipped", source=found.source, reason=_unseen(error))
        if not candidates.get(digest):
            size = stamps.size(stamp)
            return ToRead(path=found.path, source=found.source, size=size, file_stamp=kept)
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

    def _lost_ones(self) -> dict[str, list[Record]]:
        """Return the documents whose file is gone, by its hash; looked up at the first new file."""
        if self._lost is None:
            self._lost = {}
            for record in lost(self._records.values()):
                self._lost.setdefault(record.file_sha256, []).append(record)
        return self._lost


def lost(records: Iterable[Record]) -> list[Record]:
    """Return the documents whose file is certainly gone, by source.

    Articles given as text and Web pages have no file to lose.
    """
    read = (r for r in records if r.file_sha256 and Path(r.source).is_absolute())
    return sorted((r for r in read if stamps.is_gone(Path(r.source))), key=lambda r: r.source)


def _best(records: Sequence[Record], *, name: str) -> Record:
    return min(records, key=lambda r: (Path(r.source).name != name, r.source))


def _unchanged(record: Record) -> Change:
    return Change(kind="unchanged", source=record.source, document_id=record.document_id)


def _unseen(error: OSError) -> str:
    return f"cannot be opened: {error.strerror}; check that it is there and may be read"
