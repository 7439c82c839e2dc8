"""Reads what is to be added: files, or articles given as text."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from index.card import LONGEST_SOURCE, Card, too_long
from index.errors import LibraryError, MisuseError
from index.reading.files import Skipped, file_bytes, read_content, read_file
from index.reading.normal import normalise, one_line
from index.reading.sandbox import Limits, stop_reading
from index.sync.prepare import Incoming, with_original
from index.types import Change, Extract

_AHEAD_BYTES = 2_000_000
"""From so many bytes on, files are read ahead while others are embedded. Reading 2 MB of HTML takes
2 s of a processor, embedding it 22 s, and a second reading process 0.2 s more to start."""
_AHEAD_FILES = 4
"""Files that each thread may be ahead: what is read and not yet taken stays in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article given as text instead of as a file."""

    source: str
    """What it is known by, such as a URL; an article with the same source replaces it."""
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToRead:
    """A file that is new or has other bytes than when it was read."""

    path: Path
    source: str
    size: int
    """Bytes."""
    file_stamp: str
    kept: Callable[[], bytes] | None = None
    """Gives the original that the library keeps of what is no file of this disk; its path is only
    its name then."""


class Reading:
    """Reads files as it is iterated over, once; many of them ahead of whoever takes them.

    Args:
        files: What must be read, and changes that are handed on, in order.
    """

    def __init__(self, files: Sequence[ToRead | Change]) -> None:
        self._files = files
        self._bytes = sum(f.size for f in files if isinstance(f, ToRead))
        self._taken = 0

    def share(self) -> float:
        """Return which share of the bytes has been handed out, over 0 to 1."""
        return (self._taken + 1) / (self._bytes + 1)

    def __iter__(self) -> Iterator[Incoming | Change]:
        try:
            read = map(_read, self._files) if self._bytes < _AHEAD_BYTES else self._ahead()
            for file, outcome in zip(self._files, read, strict=True):
                self._taken += file.size if isinstance(file, ToRead) else 0
                yield outcome
        finally:
            stop_reading()

    def _ahead(self) -> Iterator[Incoming | Change]:
        """Read a few files ahead; a thread waits for the process that reads its file."""
        threads = os.cpu_count() or 1
        with ThreadPoolExecutor(threads, thread_name_prefix="read") as pool:
            waiting: deque[Future[Incoming | Change]] = deque()
            try:
                for file in self._files:
                    waiting.append(pool.submit(_read, file))
                    if len(waiting) > threads * _AHEAD_FILES:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                pool.shutdown(cancel_futures=True)


def read_named(
    files: Mapping[str, Path], *, on_read: Callable[[str], None]
) -> Iterator[Incoming | Change]:
    """Read files that are known by other names than their paths, such as uploads.

    Args:
        files: Where the file of each source lies now; the last part of a source should be the
            file's name.
        on_read: Told of each source before its file is read.
    """
    try:
        for source, path in files.items():
            on_read(source)
            read = _read(ToRead(path=path, source=one_line(source), size=0, file_stamp=""))
            yield (
                read if isinstance(read, Change) else with_original(read, partial(file_bytes, path))
            )
    finally:
        stop_reading()


def read_articles(articles: Iterable[Article]) -> Iterator[Incoming | Change]:
    """Make articles ready that are given as text; an empty one is skipped with the reason.

    Raises:
        MisuseError: An article has no source.
    """
    for article in articles:
        source = one_line(article.source)
        if not source:
            raise MisuseError(f"article {article.title!r} has no source: give it a name or a URL")
        text = normalise(article.text)
        reason = too_long(source) or ("" if text.strip() else "it is empty")
        if reason:
            yield Change(kind="skipped", source=source[:LONGEST_SOURCE], reason=reason)
            continue
        title = one_line(article.title) or source
        yield Incoming(
            source=source,
            extract=Extract(card=Card(title=title, media_type="text/plain"), text=text),
        )


def _read(file: ToRead | Change) -> Incoming | Change:
    if isinstance(file, Change):
        return file
    try:
        if file.kept is None:
            outcome = read_file(file.path, Limits())
        else:
            outcome = read_content(file.kept(), name=file.path.name, limits=Limits())
    except LibraryError as error:
        outcome = Skipped(reason=str(error))
    if isinstance(outcome, Skipped):
        return Change(kind="skipped", source=file.source, reason=outcome.reason)
    read = Incoming(
        source=file.source,
        extract=outcome.extract,
        file_sha256=outcome.file_sha256,
        file_stamp=file.file_stamp,
    )
    return read if file.kept is None else with_original(read, file.kept)
