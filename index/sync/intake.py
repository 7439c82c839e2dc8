"""Reads what is to be added: files, articles given as text, or what a document was read from."""

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PureWindowsPath

from index.card import LONGEST_SOURCE, Card, too_long
from index.errors import LibraryError, MisuseError, ReadError
from index.reading.files import Skipped, file_bytes, read_content, read_file, resolved
from index.reading.metadata import byline_date
from index.reading.normal import normalise, one_line
from index.reading.references import ENDINGS, Reference
from index.reading.sandbox import Limits, list_apart, stop_reading
from index.sync import file_state
from index.sync.file_state import Record
from index.sync.find import printable
from index.sync.prepare import Incoming, as_recorded, with_original
from index.types import Change, Extract
from index.web.address import is_web_address, page_name

_AHEAD_BYTES = 2_000_000
"""From so many bytes on, files are read ahead while others are embedded. Reading 2 MB of HTML takes
2 s of a processor, embedding it 22 s, and a second reading process 0.2 s more to start."""
_AHEAD_FILES = 4
"""Files that each thread may be ahead: what is read and not yet taken stays in memory."""
_OF_A_LIST = Limits(seconds=240)
"""An entry takes 1 to 4 ms."""
_NO_FILE = "no such file is there: export the references with their files, or mend the link"
_HIDDEN = "in a hidden folder: name it by its path to add it"
_OWN_FOLDER = "Zotero"
"""Of a reference manager that may lie in a hidden one, as Flatpak has it."""


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
    record: str = ""
    """What a list of references says of it; empty where none does."""
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


class Listed:
    """The files that lists of references among some paths link, and what these say of them.

    A list is a file that was named, in BibTeX or CSL-JSON, and links at least one file; any other
    `.bib` or `.json` is a file like all others. Relative links begin in the list's folder.
    Files in hidden folders, Zotero's own aside, are not taken: a list may come from anywhere.

    Args:
        paths: What was named.
    """

    def __init__(self, paths: Sequence[str | Path]) -> None:
        self.paths: list[str | Path] = []
        """The same with the linked files in the places of lists."""
        self.records: dict[str, str] = {}
        """What is said of each linked file by its source; the first entry counts."""
        self.told: list[Change] = []
        """Links that lead to no file, and how many entries have none."""
        for path in paths:
            references = _references(path)
            if any(reference.files for reference in references):
                self._take(Path(os.path.expanduser(path)).absolute(), references)
            else:
                self.paths.append(path)

    def _take(self, place: Path, references: Sequence[Reference]) -> None:
        for reference in references:
            for link in reference.files:
                file = next(filter(None, (_file(place.parent, path) for path in link)), None)
                if file is None:
                    foreign = PureWindowsPath(link[0]).is_absolute()
                    self._tell(
                        Path(link[0]) if foreign else place.parent / link[0],
                        f"{place.name} links it, and {_NO_FILE}",
                    )
                elif _is_hidden(file, seen_from=place.parent.resolve()):
                    self._tell(file, f"{place.name} links it, and it is {_HIDDEN}")
                else:
                    self.paths.append(file)
                    self.records.setdefault(printable(str(file)), reference.record)
        counts = (
            (sum(not (each.files or not each.record) for each in references), "have no file"),
            (sum(not each.record for each in references), "are damaged"),
        )
        for count, what in counts:
            if count:
                told = f"entries that {what}: {count:,} of {len(references):,}"
                self._tell(place, f"{told}; nothing of these is added")

    def _tell(self, path: Path, reason: str) -> None:
        source = printable(str(path))[:LONGEST_SOURCE]
        self.told.append(Change(kind="skipped", source=source, reason=reason))


def _references(path: str | Path) -> tuple[Reference, ...]:
    """Return the entries of a list of references; none for anything else."""
    place = Path(os.path.expanduser(path))
    if place.suffix.lower() not in ENDINGS or not place.is_file():
        return ()
    try:
        return list_apart(file_bytes(resolved(place)), name=place.name, limits=_OF_A_LIST)
    except ReadError:
        return ()


def _file(folder: Path, link: str) -> Path | None:
    """Return the regular file that a link means, symlinks resolved; None where there is none."""
    for path in (link, link.replace("\\", "/")):
        with suppress(OSError, ValueError, RuntimeError):
            file = (folder / Path(path).expanduser()).resolve(strict=True)
            if file.is_file():
                return file
    return None


def _is_hidden(file: Path, *, seen_from: Path) -> bool:
    inside = file.relative_to(seen_from) if file.is_relative_to(seen_from) else file
    return any(part.startswith(".") for part in inside.parts) and _OWN_FOLDER not in inside.parts


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
        for source, named in files.items():
            on_read(source)
            path = resolved(named)
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
        card = Card(title=title, media_type="text/plain", published=byline_date(text))
        yield Incoming(source=source, extract=Extract(card=card, text=text))


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
    read = as_recorded(read, file.record)
    return read if file.kept is None else with_original(read, file.kept)


def as_it_was(record: Record, original: Callable[[], bytes]) -> ToRead | str:
    """Return what a document was read from if it is as it was, else why that cannot be again."""
    path = Path(record.source)
    if record.card.original_sha256:
        return _kept(record, original)
    if is_web_address(record.source):
        return "it is a page of the web, of which nothing was kept: add its address again"
    if record.file_sha256 and not path.is_absolute():
        return "it was uploaded, and its original was not kept: add it again"
    if not record.file_sha256 or file_state.is_gone(path):
        return "its file is not there: add it again"
    try:
        path = path.resolve()
        stamp = file_state.stamp(path)
        same = hashlib.sha256(file_bytes(path)).hexdigest() == record.file_sha256
    except ReadError as error:
        return str(error)
    except OSError as error:
        return unseen(error)
    if not same:
        return "its file was edited: add it again"
    return ToRead(
        path=path,
        source=record.source,
        size=file_state.stamped_size(stamp),
        file_stamp=file_state.to_keep(stamp),
    )


def _kept(record: Record, content: Callable[[], bytes]) -> ToRead | str:
    try:
        size = len(content())
    except LibraryError as error:
        return str(error)
    card = record.card
    name = page_name(card.source, card.media_type) if is_web_address(card.source) else card.source
    return ToRead(path=Path(name), source=card.source, size=size, file_stamp="", kept=content)


def unseen(error: OSError) -> str:
    """Return why a file is skipped that the system does not open."""
    return f"cannot be opened: {error.strerror}; check that it is there and may be read"
