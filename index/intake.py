"""Reads what was named for adding: files that are new or changed, or articles given as text."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import MisuseError, ReadError
from index.prepare import Incoming, document_id
from index.reading import (
    Found,
    Limits,
    Skipped,
    file_bytes,
    find,
    normalise,
    one_line,
    read_content,
    stop_reading,
)
from index.types import Change, Extract


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article given as text instead of as a file."""

    source: str
    """What it is known by, such as a URL; an article with the same source replaces it."""
    title: str
    text: str


def read_sources(
    sources: Sequence[str | Path], *, known: Mapping[str, str]
) -> Iterator[Incoming | Change]:
    """Read the files that some paths, folders and glob patterns name.

    Args:
        sources: As given by the user.
        known: sha256 of the file that each stored source was read from; a file with the same bytes
            is not read again.

    Yields:
        What was read, and a change for what is unchanged or skipped, file by file.

    Raises:
        MisuseError: A path does not exist or a pattern matches nothing.
    """
    try:
        for found in find(sources):
            yield found if isinstance(found, Change) else _read(found, known)
    finally:
        stop_reading()


def read_named(source: str, path: Path, *, known: Mapping[str, str]) -> Incoming | Change:
    """Read one file that is known by another name than its path, such as an upload.

    Args:
        source: What it is known by; its last part should be the file's name.
        path: Where it lies now.
        known: As for `read_sources`.
    """
    return _read(Found(path=path, source=one_line(source)), known)


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


def _read(found: Found, known: Mapping[str, str]) -> Incoming | Change:
    source = found.source
    try:
        data = file_bytes(found.path)
        digest = hashlib.sha256(data).hexdigest()
        if known.get(source) == digest:
            return Change(kind="unchanged", source=source, document_id=document_id(source))
    except ReadError as error:
        return Change(kind="skipped", source=source, reason=str(error))
    outcome = read_content(data, name=found.path.name, limits=Limits())
    if isinstance(outcome, Skipped):
        return Change(kind="skipped", source=source, reason=outcome.reason)
    return Incoming(source=source, extract=outcome.extract, file_sha256=outcome.file_sha256)
