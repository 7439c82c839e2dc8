"""Reading EPUB books: their chapters in reading order, as pages of HTML."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from index.card import Card, not_read
from index.errors import ReadError
from index.reading.archive import open_archive, parse_xml, unpack
from index.reading.html import visible_tree
from index.reading.layout import set_blocks
from index.reading.metadata import iso_date, name_title
from index.reading.normal import declared_charset, decode, one_line
from index.reading.page_blocks import page_blocks
from index.types import Extract

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

VERSION: Final = 2
"""Of this reader; raised where the same file gives another text (`index.reading.registry`)."""

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_SCRAMBLED_FONTS: Final = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_PAGES: Final = ("application/xhtml+xml", "text/html")
_VOID: Final = re.compile(
    "area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr", re.IGNORECASE
)
_CLOSED = re.compile(r"<([A-Za-z][\w:-]{0,40})([^<>]*)/>")


class EpubReader:
    """Reads EPUB 2 and 3 books without copy protection; a chapter is read as an HTML page is."""

    def read(self, data: bytes, *, name: str) -> Extract:
        """Read a book; title, authors and date are its package's.

        Raises:
            ReadError: It is damaged, protected, an archive bomb, or shows no text.
        """
        with open_archive(data) as archive:
            _refuse_protected(archive)
            place = _package_place(archive)
            package = parse_xml(_needed(archive, place))
            bodies = list(_chapters(archive, package, folder=posixpath.dirname(place)))
        layout = set_blocks(block for body in bodies for block in page_blocks(body))
        if not layout.text.strip():
            raise ReadError("the book shows no text; there is nothing to quote from")
        return Extract(
            card=Card(
                title=next(_about(package, "title"), "") or name_title(name),
                media_type="application/epub+zip",
                published=next(filter(None, map(iso_date, _about(package, "date"))), None),
                author=", ".join(_about(package, "creator")) or None,
                left_out=not_read(
                    sum(1 for body in bodies for _ in body.iter("img", "image")),
                    "picture",
                    "what pictures show is not read",
                ),
            ),
            text=layout.text,
            section_starts=layout.section_starts,
        )


def _refuse_protected(archive: zipfile.ZipFile) -> None:
    listed = unpack(archive, _ENCRYPTION)
    methods = parse_xml(listed).iterfind(".//{*}EncryptionMethod") if listed else ()
    # Fonts are often scrambled, which keeps nobody from the text.
    if any(method.get("Algorithm") not in _SCRAMBLED_FONTS for method in methods):
        raise ReadError("it is encrypted (copy protection); only open books are read")


def _package_place(archive: zipfile.ZipFile) -> str:
    root = parse_xml(_needed(archive, _CONTAINER)).find(".//{*}rootfile")
    place = root.get("full-path") if root is not None else None
    if not place:
        raise ReadError("it is damaged: the book does not say where its parts are; save it anew")
    return place


def _needed(archive: zipfile.ZipFile, member: str) -> bytes:
    content = unpack(archive, member)
    if content is None:
        raise ReadError(f"it is damaged: {member[:80]!r} is missing in it; save it anew")
    return content


def _chapters(archive: zipfile.ZipFile, package: "Element", *, folder: str) -> Iterator["Element"]:
    """Yield the bodies of all chapters; one that is missing is left out."""
    items = {item.get("id"): item for item in package.iterfind("{*}manifest/{*}item")}
    seen = set()
    for reference in package.iterfind("{*}spine/{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _PAGES or _is_contents(item):
            continue
        place = posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))
        content = unpack(archive, place) if place not in seen else None
        seen.add(place)
        if content:
            yield from _chapter(content)


def _is_contents(item: "Element") -> bool:
    return "nav" in (item.get("properties") or "").split()


def _chapter(content: bytes) -> Iterator["Element"]:
    source = decode(content, declared=declared_charset(content), allow_nul=True)
    try:
        body = visible_tree(_CLOSED.sub(_opened, source)).find("body")
    except ReadError:
        # A cover of one picture has no text, which is no fault of the book.
        return
    if body is not None:
        yield body


def _opened(found: re.Match[str]) -> str:
    """Write `<title/>`, which is XML, as HTML's parser understands it."""
    tag, attributes = found.groups()
    return found.group() if _VOID.fullmatch(tag) else f"<{tag}{attributes}></{tag}>"


def _about(package: "Element", field: str) -> Iterator[str]:
    """Yield what the book says of itself in one field of Dublin Core."""
    place = f"{{*}}metadata/{{http://purl.org/dc/elements/1.1/}}{field}"
    for element in package.iterfind(place):
        if text := one_line(str(element.xpath("string()"))):
            yield text
