"""Writes a file whole or not at all, for every layer: beside its place first, then into it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a path to write to; what the block wrote there takes the file's place at its end.

    It is on the disk before it is there, so that no crash halves it. Links are followed; a file
    that was there gives its mode to the new one. Where the block fails, the file is as it was.

    Raises:
        OSError: It cannot be written; it is as it was, and nothing else is left behind.
    """
    target = path.resolve()
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield part
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        if target.exists():
            part.chmod(target.stat().st_mode)
        part.replace(target)
    finally:
        with suppress(OSError):
            part.unlink()
