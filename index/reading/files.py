"""From a path or from bytes to what a file holds, or to a page of it as a picture.

Plain text, Markdown and tables are read in this process, for no library parses them and their cost
is bounded; every other format is read in a process of its own (`index.reading.sandbox`).
"""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from index.errors import ReadError
from index.reading.registry import (
    MAX_BYTES,
    checked_type,
    most_bytes,
    only_reasons,
    read_bytes,
    read_large_table,
)
from index.reading.sandbox import Limits, Wanted, draw_apart, read_apart, stop_reading_later
from index.types import Document, Extract, PageImage, Span, label_of

_OF_A_PAGE = Limits(seconds=20)
_LINKED = "a link was put in its place while it was looked at; add it again"
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

    No link in its path is followed: it was resolved when it was judged.

    Processes that it started wait for more files until `index.reading.sandbox.stop_reading`.
    """
    try:
        if most_bytes(path.name) > MAX_BYTES and _size(path) > MAX_BYTES:
            return _large_table(path)
        return read_content(file_bytes(path), name=path.name, limits=limits)
    except ReadError as error:
        return Skipped(reason=str(error))


def _large_table(path: Path) -> Parsed:
    """Read a table from its file, which is never in memory as a whole.

    Raises:
        ReadError: As `index.reading.registry.read_large_table`.
    """
    digest = hashlib.sha256()
    with only_reasons(), _opened(path) as file:
        while part := file.read(1 << 20):
            digest.update(part)
        file.seek(0)
        extract = read_large_table(file, name=path.name)
    return Parsed(extract=extract, file_sha256=digest.hexdigest())


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


def drawn_page(data: bytes, document: Document, *, page: int, span: Span | None) -> PageImage:
    """Draw a page, from 1, of a PDF, and frame what of a span of the document's text is on it.

    Raises:
        ReadError: It cannot be drawn; the message is the reason.
    """
    starts = (*document.page_starts, len(document.text))
    start, end = starts[page - 1], starts[page]
    text = document.text[start:end]
    wanted = Wanted(page=page, text=text)
    if span is not None:
        first, last = max(start, span.start) - start, min(end, span.end) - start
        wanted = Wanted(page=page, text=text, start=first, end=last)
    try:
        drawn = draw_apart(data, wanted, limits=_OF_A_PAGE)
    finally:
        stop_reading_later()  # who turns pages draws the next one in half the time
    return PageImage(
        document_id=document.summary.id,
        page=page,
        pages=len(document.page_starts),
        page_label=label_of(page, document.page_labels),
        png=drawn.png,
        width=drawn.width,
        height=drawn.height,
        scale=drawn.scale,
        boxes=drawn.boxes,
    )


def file_bytes(path: Path) -> bytes:
    """Return the content of one regular file, at most one byte more than are read of it.

    Args:
        path: Resolved: no link in it is followed.

    Raises:
        ReadError: It is no regular file or cannot be opened.
    """
    with _opened(path) as file:
        return file.read(most_bytes(path.name) + 1)


def resolved(path: Path) -> Path:
    """Return a path that somebody named, absolute and with its links followed, to be read."""
    try:
        return Path(os.path.realpath(path))
    except ValueError:  # a zero character, which is told when it is opened
        return path


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open one regular file for a while.

    Raises:
        ReadError: It is no regular file or cannot be opened or read.
    """
    try:
        # Asked before it is opened: opening a FIFO blocks and opening a device can act on it.
        _require_regular(path.stat(follow_symlinks=False).st_mode)
        with open(_descriptor(path.absolute()), "rb") as file:
            _require_regular(os.fstat(file.fileno()).st_mode)
            yield file
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.ELOOP:
            raise ReadError(_LINKED) from error
        reason = error.strerror if isinstance(error, OSError) else None
        raise ReadError(
            f"cannot be opened: {reason or error}; check that it is there and may be read"
        ) from error


def _require_regular(mode: int) -> None:
    if stat.S_ISLNK(mode):
        raise ReadError(_LINKED)
    if not stat.S_ISREG(mode):
        raise ReadError("not a regular file; only files with text in them are read")


def _descriptor(path: Path) -> int:
    """Open a file whose path was resolved; a link that was put into it since is not followed.

    On other systems than Linux that holds for the file itself, not for its folders.
    """
    # One that was put in its place meanwhile must not block either.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    if not hasattr(os, "O_PATH"):
        return os.open(path, flags)
    root, *folders, name = path.parts
    here = os.open(root, os.O_PATH)
    try:
        for folder in folders:
            inner = os.open(folder, os.O_PATH | os.O_NOFOLLOW, dir_fd=here)
            os.close(here)
            here = inner
            if stat.S_ISLNK(os.fstat(here).st_mode):
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        return os.open(name, flags, dir_fd=here)
    finally:
        os.close(here)


def _size(path: Path) -> int:
    """Return the size of a file in bytes; 0 where it may not be looked at."""
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0
