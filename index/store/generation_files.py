"""What the files of a vector generation hold: sealed against damage, and blank where unused.

Chroma has no checksums: it answers from a damaged index file, without some of its vectors, and says
nothing. A generation is never changed once published, so its index files must stay as they are;
chroma.sqlite3 gets a row at each opening, so of it the vectors are sealed that wait in its queue.

hnswlib writes its buffers at their full size, and what is behind the last vector was never set. In
small libraries hashes of removed sentences were found there, and any text in memory could be.
"""

import hashlib
import json
import os
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

_NAME = "seal.json"
_BROKEN = (sqlite3.Error, struct.error)
_QUEUE = "SELECT seq_id, operation, id, vector FROM embeddings_queue ORDER BY seq_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sealed:
    size: int
    mtime_ns: int
    sha256: str


def seal(folder: Path) -> None:
    """Seal a finished generation.

    Raises:
        OSError: Its files cannot be read, or the seal not written.
        sqlite3.Error: Chroma's database cannot be read.
    """
    files = {}
    for path in _index_files(folder):
        stat = path.stat()
        sealed = _Sealed(size=stat.st_size, mtime_ns=stat.st_mtime_ns, sha256=_digest(path))
        files[path.relative_to(folder).as_posix()] = asdict(sealed)
    graph = (folder / "chroma.sqlite3").exists()
    seal = {"files": files, "graph": graph, "queue": _queue_digest(folder) if graph else ""}
    (folder / _NAME).write_text(json.dumps(seal, indent=1), encoding="ascii")


def has_graph(folder: Path) -> bool:
    """Say whether a generation has Chroma's graph by its seal; where that cannot be read it has."""
    try:
        seal = json.loads((folder / _NAME).read_text(encoding="ascii"))
        return bool(seal.get("graph", True))
    except (OSError, ValueError, AttributeError):
        return True


def damage(folder: Path, *, thorough: bool = False) -> str:
    """Return what of a generation is not as it was sealed; empty where all is.

    Args:
        folder: The generation's.
        thorough: Whether to read also index files that have the size and time of the seal.
    """
    try:
        seal = json.loads((folder / _NAME).read_text(encoding="ascii"))
        sealed = {name: _Sealed(**facts) for name, facts in seal["files"].items()}
        if set(sealed) != {p.relative_to(folder).as_posix() for p in _index_files(folder)}:
            return "its index files are not those that were published"
        changed = [
            name
            for name, facts in sealed.items()
            if not _is_as_sealed(folder / name, facts, thorough=thorough)
        ]
        if changed:
            return f"{changed[0]} was changed since it was published"
        if seal.get("graph", True) and _queue_digest(folder) != seal["queue"]:
            return "vectors in chroma.sqlite3 were changed since they were published"
    except (OSError, ValueError, KeyError, TypeError, AttributeError, *_BROKEN) as error:
        return f"its seal does not fit: {error}"
    return ""


def _is_as_sealed(path: Path, sealed: _Sealed, *, thorough: bool) -> bool:
    stat = path.stat()
    if stat.st_size != sealed.size:
        return False
    if stat.st_mtime_ns == sealed.mtime_ns and not thorough:
        return True
    if _digest(path) != sealed.sha256:
        return False
    # It was only copied: with its old time it need not be read at every opening.
    with suppress(OSError):
        os.utime(path, ns=(stat.st_atime_ns, sealed.mtime_ns))
    return True


def _index_files(folder: Path) -> Iterator[Path]:
    """Yield what may not change: of an index without vectors, Chroma makes the buffers anew."""
    for path in sorted(folder.glob("*/*")):
        header = path.with_name("header.bin")
        buffer = path.name in ("data_level0.bin", "length.bin")
        if not (buffer and header.exists() and not stored(header)[0]):
            yield path


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _queue_digest(folder: Path) -> str:
    database = f"{(folder / 'chroma.sqlite3').absolute().as_uri()}?mode=ro"
    digest = hashlib.sha256()
    with closing(sqlite3.connect(database, uri=True)) as db:
        for row in db.execute(_QUEUE):
            digest.update(repr(row).encode("utf-8"))
    return digest.hexdigest()


_HEADER = struct.Struct("<iQQQQ")
"""hnswlib's header.bin: version, offset, capacity, number of vectors, bytes of one vector."""
_LENGTH_BYTES = 4


def blank_unused(folder: Path) -> None:
    """Set to zero all bytes behind the last vector in the index files of a generation.

    Raises:
        OSError: A file cannot be written.
    """
    for header in folder.glob("*/header.bin"):
        count, size = stored(header)
        _blank(header.with_name("data_level0.bin"), used=count * size)
        _blank(header.with_name("length.bin"), used=count * _LENGTH_BYTES)


def stored(header: Path) -> tuple[int, int]:
    """Return how many vectors an index has and the bytes of each.

    Raises:
        OSError: The header cannot be read.
        struct.error: It was cut short.
    """
    _, _, _, count, size = _HEADER.unpack_from(header.read_bytes())
    return count, size


def _blank(path: Path, *, used: int) -> None:
    length = path.stat().st_size
    with path.open("rb+") as file:
        file.truncate(min(used, length))
        file.truncate(length)
