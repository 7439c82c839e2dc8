"""The one list of readers, and the way from a path or bytes to the right one of them."""

import os
import stat
from pathlib import Path

from index.errors import ReadError
from index.reading.html import HtmlReader
from index.reading.markdown import MarkdownReader
from index.reading.plain import PlainReader
from index.reading.protocol import Reader
from index.reading.sniff import describe, media_type
from index.types import Extract

READERS: tuple[Reader, ...] = (PlainReader(), MarkdownReader(), HtmlReader())
"""Every format that is read; a new format is one more entry."""

MAX_BYTES = 20_000_000
"""Largest file that is read: the Bible is 4.5 MB of text, so more is data or an archive, not an
article. The slowest 20 MB tried (32 accents on every letter) took 23 seconds."""


def read_file(path: Path) -> Extract:
    """Read one regular file as an article.

    Raises:
        ReadError: It is no regular file, cannot be opened, is larger than `MAX_BYTES`, is empty,
            or is of a format that is not read; the message is the reason, without the path.
    """
    return read_bytes(file_bytes(path), name=path.name)


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


def read_bytes(data: bytes, *, name: str) -> Extract:
    """Read one file's content as an article; the content chooses the reader, then the name.

    Args:
        data: The whole file.
        name: The file's name, with or without folders in front.

    Raises:
        ReadError: As `read_file`.
    """
    if len(data) > MAX_BYTES:
        raise ReadError(
            f"larger than {MAX_BYTES // 1_000_000} MB, the most that is read of one file; "
            "split it into smaller files"
        )
    if not data:
        raise ReadError("it is empty (0 bytes); there is nothing to quote from")
    kind = media_type(data, name=name)
    for reader in READERS:
        if kind in reader.media_types:
            return reader.read(data, name=name)
    raise ReadError(describe(kind))
