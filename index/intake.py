"""Reads what is to be added: files, or articles given as text."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import MisuseError
from index.prepare import Incoming
from index.reading import Limits, Skipped, normalise, one_line, read_file, stop_reading
from index.survey import ToRead
from index.types import Change, Extract


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article given as text instead of as a file."""

    source: str
    """What it is known by, such as a URL; an article with the same source replaces it."""
    title: str
    text: str


class Reading:
    """Reads files one after another as it is iterated over, once.

    Args:
        files: What must be read, and changes that are handed on, in order.
    """

    def __init__(self, files: Sequence[ToRead | Change]) -> None:
        self._files = files
        self._bytes = sum(f.size for f in files if isinstance(f, ToRead))
        self._read = 0

    def share(self) -> float:
        """Return which share of the bytes has been read, over 0 to 1."""
        return (self._read + 1) / (self._bytes + 1)

    def __iter__(self) -> Iterator[Incoming | Change]:
        try:
            for file in self._files:
                if isinstance(file, Change):
                    yield file
                else:
                    self._read += file.size
                    yield _read(file)
        finally:
            stop_reading()


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
            yield _read(ToRead(path=path, source=one_line(source), size=0, file_stamp=""))
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
        if not text.strip():
            yield Change(kind="skipped", source=source, reason="it is empty")
            continue
        title = one_line(article.title) or source
        yield Incoming(
            source=source, extract=Extract(title=title, text=text, media_type="text/plain")
        )


def _read(file: ToRead) -> Incoming | Change:
    outcome = read_file(file.path, Limits())
    if isinstance(outcome, Skipped):
        return Change(kind="skipped", source=file.source, reason=outcome.reason)
    return Incoming(
        source=file.source,
        extract=outcome.extract,
        file_sha256=outcome.file_sha256,
        file_stamp=file.file_stamp,
    )
