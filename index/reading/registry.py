"""What reads a format, the one list of these readers, and the way from bytes to the right one.

A reader of another package is found by the entry-point group `footnote.readers`, in which a media
type names it: `"application/rtf" = "acme.rtf:RtfReader"`. It is loaded only to read such a file.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from os import SEEK_END
from typing import TYPE_CHECKING, BinaryIO, ClassVar, Final, Protocol

from index.card import Card
from index.errors import ReadError
from index.reading.metadata import byline_date, clean_url
from index.reading.normal import decode, normalise
from index.reading.sniff import HEAD, describe, media_type, named_kind
from index.types import Extract

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

MAX_BYTES = 20_000_000
"""Largest file that is read but for tables: the Bible is 4.5 MB of text, so more is data or an
archive, not an article. The slowest 20 MB tried (32 accents on every letter) took 23 seconds."""
READERS: Final = {
    "text/plain": "index.reading.plain:PlainReader",
    "text/markdown": "index.reading.markdown:MarkdownReader",
    "text/html": "index.reading.html:HtmlReader",
    "text/csv": "index.reading.table:TableReader",
    "text/vtt": "index.reading.plain:TranscriptReader",
    "application/x-subrip": "index.reading.plain:TranscriptReader",
    "application/x-ipynb+json": "index.reading.notebook:NotebookReader",
    "application/pdf": "index.reading.pdf:PdfReader",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (
        "index.reading.docx:DocxReader"
    ),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (
        "index.reading.workbook:WorkbookReader"
    ),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": (
        "index.reading.slides:SlidesReader"
    ),
    "application/vnd.oasis.opendocument.text": "index.reading.opendocument:OpenDocumentReader",
    "application/epub+zip": "index.reading.html:EpubReader",
    "message/rfc822": "index.reading.mail:MailReader",
    "multipart/related": "index.reading.mail:MailReader",
}
"""Every format that is read without another package; a new format is one more entry.

By name, as entry points are, since all of them together take 70 ms to import.
"""

_DATED: Final = {
    "text/plain": False,
    "text/markdown": False,
    "text/html": False,
    "application/pdf": True,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": True,
    "application/vnd.oasis.opendocument.text": True,
}
"""Formats whose texts say when they were published, and whether that counts before metadata."""

MAX_TABLE_BYTES = 100_000_000
"""Largest table that is read, by its name: it takes little more memory than its text."""
_TABLE, _PLAIN = "text/csv", "text/plain"
_ZIP: Final = "application/zip"
_GROUP = "footnote.readers"
_VERSION = re.compile(r"(?<!\d)\d{1,9}\Z")
_NOT_BY = ", not read by "


class Reader(Protocol):
    r"""Turns the bytes of one file into text that can be quoted.

    The text it returns is what a person sees: no markup, no hidden text, NFC-normalised,
    with `\n` line ends (`index.reading.normal.normalise` and `index.reading.layout` do that).
    """

    def read(self, data: bytes, *, name: str) -> Extract:
        """Read one file.

        Args:
            data: The whole file, at most `most_bytes`.
            name: The file's name; the title's last resort.

        Raises:
            index.errors.ReadError: It holds no text; the message is a one-sentence reason.
        """
        ...


class _OwnReader(Reader, Protocol):
    VERSION: ClassVar[int]
    """Raised where the same file gives another text or card: what it read before is read again."""


def read_bytes(data: bytes, *, name: str) -> Extract:
    """Read one file's content as an article; the content chooses the reader, then the name.

    Args:
        data: The whole file.
        name: The file's name, with or without folders in front.

    Raises:
        ReadError: It is larger than `most_bytes`, is empty, or is of a format that is not read; the
            message is the reason, without the name.
    """
    kind = checked_type(data, name=name)
    if kind in READERS:
        extract = _own(kind).read(data, name=name)
        card = replace(extract.card, reader=_named(kind))
        extract = replace(extract, card=_dated(card, str(extract.text)) if kind in _DATED else card)
    else:
        extract = _foreign(kind).read(data, name=name)
        _check_foreign(extract)
        card = replace(extract.card, url=clean_url(extract.card.url or ""))
        extract = replace(extract, card=card)
    if len(extract.text) > MAX_BYTES and kind != _TABLE:
        raise ReadError(
            f"its text has {len(extract.text)} characters, more than the {MAX_BYTES} that are read "
            "of one file; split it"
        )
    return extract


def _dated(card: Card, text: str) -> Card:
    """Return a card with the day that the text says it was published, where it says one.

    What a file's metadata state is when the file was made, for some formats; for others it counts.
    """
    if card.published and not _DATED[card.media_type]:
        return card
    return replace(card, published=byline_date(text) or card.published)


def read_large_table(file: BinaryIO, *, name: str) -> Extract:
    """Read a table of more than `MAX_BYTES` from its open file, row by row, and close it.

    Raises:
        ReadError: As `read_bytes`.
    """
    from index.reading.table import read_table_file

    kind = media_type(file.read(HEAD), name=name)
    _refuse_larger(file.seek(0, SEEK_END), name=name if kind == _TABLE else "")
    file.seek(0)
    extract = read_table_file(file, name=name)
    return replace(extract, card=replace(extract.card, reader=_named(kind)))


def is_outdated(card: Card) -> bool:
    """Say whether a reader of ours read a document that reads its format better by now.

    A card that names no reader is from before readers had versions: from version 1. One of plain
    text is of an article that was given as text, mostly, and no reader read that.
    """
    if card.media_type not in READERS or (card.media_type == _PLAIN and not card.reader):
        return False
    known = _VERSION.search(card.reader)
    return (int(known.group()) if known else 1) < _version(card.media_type)


def given_up(card: Card) -> str:
    """Return what to keep as a card's reader where a better one could not read its file."""
    before = card.reader or "version 1"
    return f"{before.partition(_NOT_BY)[0]}{_NOT_BY}{_named(card.media_type)}"


def is_given_up(card: Card) -> bool:
    """Say whether a better reader could not read a document's file."""
    return _NOT_BY in card.reader


def _named(kind: str) -> str:
    """Return a reader with its version as a card has it, such as `pdf 2`."""
    return f"{READERS[kind].partition(':')[2].removesuffix('Reader').lower()} {_version(kind)}"


def _version(kind: str) -> int:
    return _class(kind).VERSION


def _class(kind: str) -> type[_OwnReader]:
    module, _, name = READERS[kind].partition(":")
    made: type[_OwnReader] = getattr(import_module(module), name)
    return made


@contextmanager
def only_reasons() -> Iterator[None]:
    """Turn whatever is raised while a file is read into a `ReadError`; Ctrl-C goes on.

    One file must not stop the others, and parsers fail in every way: with errors of libraries
    under them, with those of the system, and with ones that are no `Exception`.

    Raises:
        ReadError: Reading failed; the message is the reason.
    """
    try:
        yield
    except (ReadError, KeyboardInterrupt):
        raise
    except MemoryError:
        raise ReadError(
            "it takes more memory than one file may; save its text as .txt"
        ) from None  # the frames hold the memory
    except RecursionError:
        raise ReadError("its parts are nested too deep; save its text as .txt") from None
    except ImportError as error:
        raise ReadError(
            f"what reads such files cannot be loaded ({error}); reinstall it"
        ) from error
    except BaseException as error:
        kind = type(error).__name__
        raise ReadError(f"it is damaged, or no file of its kind ({kind}); save it anew") from error


def checked_type(data: bytes, *, name: str) -> str:
    """Return the media type of a file that a reader can be asked to read.

    Raises:
        ReadError: As `read_bytes`.
    """
    _refuse_larger(len(data), name=name)
    if not data:
        raise ReadError("it is empty (0 bytes); there is nothing to quote from")
    kind = media_type(data, name=name)
    if kind in ("text/plain", _ZIP) and (noun := named_kind(name)):
        _refuse_damaged(data, noun)
    _refuse_larger(len(data), name=name if kind == _TABLE else "")
    if kind not in READERS and _foreign_reader(kind) is None:
        raise ReadError(describe(kind))
    return kind


def most_bytes(name: str) -> int:
    """Return how large a file of this name may be: tables are read row by row."""
    return MAX_TABLE_BYTES if name.lower().endswith((".csv", ".tsv")) else MAX_BYTES


def _refuse_larger(size: int, *, name: str) -> None:
    """Refuse so many bytes of a file; no name stands for what is no table.

    Raises:
        ReadError: They are too many.
    """
    most = most_bytes(name)
    if size > most:
        raise ReadError(
            f"larger than {most // 1_000_000} MB, the most that is read of one "
            f"{'file' if most == MAX_BYTES else 'table'}; split it into smaller files"
        )


def _refuse_damaged(data: bytes, noun: str) -> None:
    """Refuse bytes that are neither text nor what the file's name says; text is let pass.

    Office files are zip archives, and what is left of a damaged one may be no more than that.

    Raises:
        ReadError: They are.
    """
    try:
        decode(data)
    except ReadError:
        raise ReadError(
            f"it is no {noun}, or so damaged that it cannot be told for one; save it anew"
        ) from None


def _own(kind: str) -> Reader:
    return _class(kind)()


def _foreign_reader(kind: str) -> "EntryPoint | None":
    from importlib.metadata import entry_points

    return next(iter(sorted(entry_points(group=_GROUP, name=kind))), None)


def _foreign(kind: str) -> Reader:
    """Return the reader that another package has for a type that `checked_type` let pass.

    Raises:
        ReadError: It cannot be loaded.
    """
    entry = _foreign_reader(kind)
    assert entry is not None, "its type was checked"
    try:
        made: Reader = entry.load()()
    except Exception as error:  # foreign code fails in every way
        package = entry.dist.name if entry.dist is not None else entry.value
        raise ReadError(
            f"the package {package!r}, which reads such files, cannot be loaded "
            f"({type(error).__name__}); update or remove it"
        ) from error
    return made


def _check_foreign(extract: Extract) -> None:
    """Refuse what would break the law of exact offsets or shows nothing.

    Raises:
        ReadError: The text is blank or not normalised, or an offset is outside of it.
    """
    starts = (*extract.section_starts, *extract.page_starts)
    inside = all(0 <= at <= len(extract.text) for at in starts)
    text = str(extract.text)
    if not text.strip() or normalise(text) != text or not inside:
        raise ReadError(
            "the package that reads such files returned no text, one that is not normalised, or "
            "wrong offsets; update or remove it"
        )
