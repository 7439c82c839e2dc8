"""From a path or from bytes to what a file holds, or the reason why it is not read; never raises.

Plain text, Markdown and tables are read in this process, for no library parses them and their cost
is bounded; every other format is read in a process of its own (`index.reading.sandbox`).
"""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from index.errors import ReadError
from index.reading.registry import MAX_BYTES, checked_type, only_reasons, read_bytes
from index.reading.sandbox import Limits, read_apart
from index.types import Extract

_HARMLESS = frozenset({"text/plain", "text/markdown", "text/csv"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A file that was read."""

    extract: Extract
    file_sha256: str
    """Hex digest of its bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A file that was not read."""

    reason: str
    """One sentence: what is wrong with it and what to do, without its name."""


def read_file(path: Path, limits: Limits) -> Parsed | Skipped:
    """Read one regular file as an article. Safe to call from several threads and processes.

    Processes that it started wait for more files until `index.reading.sandbox.stop_reading`.
    """
    try:
        return read_content(file_bytes(path), name=path.name, limits=limits)
    except ReadError as error:
        return Skipped(reason=str(error))


def read_content(data: bytes, *, name: str, limits: Limits) -> Parsed | Skipped:
    """Read the content of one file as an article; the name has a say where the content has none.

    Whatever a reader raises, here or in its process, is the reason why the file is skipped.
    """
    try:
        with only_reasons():
            kind = checked_type(data, name=name)
            if kind in _HARMLESS:
                extract = read_bytes(data, name=name)
            else:
                extract = read_apart(data, name=name, limits=limits)
    except ReadError as error:
        return Skipped(reason=str(error))
    return Parsed(extract=extract, file_sha256=hashlib.sha256(data).hexdigest())


def file_bytes(path: Path) -> bytes:
    """Return the content of one regular file, at most one byte more than `MAX_BYTES`.

    Raises:
        ReadError: It is no regular file or cannot be opened.
    """
    try:
        # Asked before it is opened: opening a FIFO blocks and opening a device can act on it.
        if not stat.S_ISREG(path.stat().st_mode):
            raise ReadError("not a regular file; only files with text in them are read")
        # One that was put in its place meanwhile must not block either.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise ReadError(
            f"cannot be opened: {reason or error}; check that it is there and may be read"
        ) from error
