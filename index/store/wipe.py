"""Overwrites what Chroma's index files hold behind their vectors: pieces of this process's memory.

hnswlib writes its buffers at their full size, and what is behind the last vector was never set. In
small libraries hashes of removed sentences were found there, and any text in memory could be.
"""

import struct
from pathlib import Path

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
