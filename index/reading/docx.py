"""Reading Word documents: paragraphs, lists, tables and notes in the order in which they stand."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from index.card import not_read
from index.errors import ReadError
from index.reading.layout import BEFORE, Block, lowered, raised, row_blocks, set_blocks
from index.reading.metadata import MAX_TITLE, first_line_title, name_title
from index.reading.normal import one_line
from index.reading.office import (
    EMBEDDED,
    FALLBACK,
    Package,
    R,
    closing,
    drawn,
    embedded,
    equation_sign,
    readable,
    symbol,
)
from index.reading.styles import OFF, W, WordLists, heading_levels, hidden_styles, value
from index.types import Extract

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_UNSEEN = frozenset(
    {
        f"{W}del",  # what a tracked change took out
        f"{W}moveFrom",
        f"{W}instrText",
        f"{W}pPr",
        FALLBACK,
    }
)
_BREAKS: Final = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
_APART: Final = frozenset(
    {
        f"{W}txbxContent",
        "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart",
        "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds",
    }
)
_HEX = re.compile(r"[0-9A-Fa-f]{1,5}")
_NOTES: Final = {f"{W}footnoteReference": "footnotes", f"{W}endnoteReference": "endnotes"}
_OBJECT: Final = "{urn:schemas-microsoft-com:office:office}OLEObject"
_MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MAX_DEPTH = 20
"""Tables in cells of tables; deeper ones are left out."""


class DocxReader:
    """Reads Word documents.

    A paragraph is one block, items of lists have their number or `- `, a row of a table is one line
    with ` | ` between its cells; text boxes, charts and diagrams stand behind the paragraph that
    bears them, foot- and endnotes at the end. Insertions of tracked changes are text; deletions,
    hidden runs and comments are not. Headers and footers are named as left out.
    """

    VERSION: Final = 4

    def read(self, data: bytes, *, name: str) -> Extract:
        """Read a Word document; title, author, date and keywords are its properties'.

        The title is else the first one of the style Title or Heading 1, the first line where that
        looks like one, or the file's name. A document without properties of its own has no date.

        Raises:
            ReadError: It is damaged, encrypted, an archive bomb, or shows no text.
        """
        with Package(data, main="word/document.xml") as package:
            text = _Body(package)
            layout = set_blocks((*text.blocks(text.body), *text.notes()))
            about, left_out = package.properties(), tuple(_left_out(package, text))
        if not layout.text.strip():
            raise ReadError("the document shows no text; there is nothing to quote from")
        title = about.title or one_line(text.title)[:MAX_TITLE] or first_line_title(layout.text)
        return Extract(
            card=replace(
                about,
                title=title or name_title(name),
                media_type=_MEDIA_TYPE,
                left_out=left_out,
            ),
            text=layout.text,
            section_starts=layout.section_starts,
        )


def _left_out(package: Package, text: "_Body") -> Iterator[str]:
    """Name the kinds of text that are not read."""
    kinds = {
        kind
        for kind in ("header", "footer", "comments")
        for part in _related(package, kind)
        if any((text.text or "").strip() for text in part.iter(f"{W}t"))
    }
    if kinds - {"comments"}:
        yield "headers and footers: what repeats on each page is not read"
    if "comments" in kinds:
        yield "comments: they are not part of the text"
    if text.deleted:
        yield "deleted text: a tracked change took it out"
    yield from not_read(embedded(text.body, _OBJECT), "object", EMBEDDED)
    parts = sum(1 for _ in package.related(package.main, "aFChunk"))
    yield from not_read(parts, "part", "another file that Word puts in as it opens this one")
    yield from package.left_out()


def _related(package: Package, kind: str) -> Iterator["Element"]:
    """Yield the XML of a document's parts of one kind, such as footnotes."""
    for place in package.related(package.main, kind):
        if (part := package.part(place)) is not None:
            yield part


class _Body:
    """One pass over a document: its styles, the numbers of its lists, its notes."""

    def __init__(self, package: Package) -> None:
        self._package = package
        main = package.part(package.main)
        body = main.find(f"{W}body") if main is not None else None
        if body is None:
            raise ReadError("it is damaged: there is no text in its main part; save it anew")
        self.body = body
        self.deleted = next(body.iter(f"{W}delText"), None) is not None
        styles = next(_related(package, "styles"), None)
        self._levels, self._hidden = heading_levels(styles), hidden_styles(styles)
        self._numbers = WordLists(next(_related(package, "numbering"), None), styles)
        self.title = ""
        """The first heading of the first level, without its number."""
        self._apart: list[Element] = []
        """Text boxes, charts and diagrams met in a paragraph, to be read behind it."""
        self._asked: dict[tuple[str, str], int] = {}
        """The number of each note that the text names, by kind and id."""
        self._notes = {
            (kind, note.get(f"{W}id") or ""): note
            for kind in _NOTES.values()
            for part in _related(package, kind)
            for note in part
        }

    def notes(self) -> Iterator[Block]:
        """Yield the notes that were named, under their numbers."""
        for asked, number in tuple(self._asked.items()):
            text = " ".join(self._text(each) for each in self._notes[asked].iter(f"{W}p"))
            self._apart.clear()
            if text.strip():
                yield Block(text=f"[{number}] {' '.join(text.split())}")

    def blocks(self, parent: "Element", *, depth: int = 0) -> Iterator[Block]:
        """Yield the blocks of a body, a cell or a control."""
        item = False
        for child in parent if depth < _MAX_DEPTH else ():
            if child.tag == f"{W}p":
                block = self._paragraph(child, follows=item)
                item = bool(block.text) and not block.level and bool(self._numbers.place(child))
                yield block
                yield from self._beside(depth=depth)
            elif child.tag == f"{W}tbl":
                yield from self._table(child, depth=depth)
                item = False
            elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml"):
                yield from self.blocks(child, depth=depth + 1)

    def _beside(self, *, depth: int) -> Iterator[Block]:
        """Yield what stands apart from the paragraph that was read last."""
        apart, self._apart = self._apart, []
        for element in apart:
            if element.tag == f"{W}txbxContent":
                yield from self.blocks(element, depth=depth + 1)
            else:
                named = element.get(f"{R}id") or element.get(f"{R}dm") or ""
                yield from drawn(self._package, self._package.main, named)

    def _paragraph(self, element: "Element", *, follows: bool) -> Block:
        level = self._levels.get(value(element.find(f"{W}pPr"), "pStyle"), 0)
        text = self._text(element).strip()
        lead = self._numbers.next(element) if text else ""
        if level:
            self.title = self.title or (text if level == 1 else "")
            return Block(text=f"{lead.strip(' -')} {text}".strip(), level=level)
        return Block(text=lead + text, attached=follows and bool(lead))

    def _table(self, table: "Element", *, depth: int) -> Iterator[Block]:
        follows = False
        for row in table.iter(f"{W}tr"):
            if next(row.iterancestors(f"{W}tbl")) is not table:
                continue
            if row.find(f"{W}trPr/{W}del") is not None:
                continue
            cells = [list(self.blocks(cell, depth=depth + 1)) for cell in _cells(row)]
            told = row_blocks(cells, follows=follows)
            yield from told
            follows = told[-1].row if told else follows

    def _text(self, element: "Element") -> str:
        """Join what an element shows, raised and lowered text set apart."""
        told = ""
        runs = groupby(self._pieces(element), itemgetter(0))
        parts = [(how, "".join(text for _, text in run)) for how, run in runs]
        for number, (how, text) in enumerate(parts):
            if how == "superscript":
                following = parts[number + 1][1] if number + 1 < len(parts) else ""
                told += raised(text, after=told[-BEFORE:], mark=False, before=following)
            elif how == "subscript":
                told += lowered(text, after=told[-BEFORE:])
            else:
                told += text
        return told

    def _pieces(self, element: "Element") -> Iterator[tuple[str, str]]:
        """Yield the text of an element in order with how it is set, without what is not seen."""
        # A stack, for text boxes nest as deep as a file wants.
        waiting: list[tuple[Element | str, str]] = [(element, "")]
        while waiting:
            now, how = waiting.pop()
            if isinstance(now, str):
                yield "", now
                continue
            if now.tag in _UNSEEN or self._is_hidden(now):
                continue
            if now.tag in _APART:
                self._apart.append(now)
                continue
            if now.tag == f"{W}r":
                how = value(now.find(f"{W}rPr"), "vertAlign")
            said = "\n" if now.tag == f"{W}p" and now is not element else self._said(now)
            if said:
                yield how, said
            if end := closing(now):
                waiting.append((end, ""))
            waiting += ((child, how) for child in reversed(now))

    def _said(self, element: "Element") -> str:
        """Return what an element shows by itself, before what is in it."""
        if element.tag == f"{W}t":
            return readable(element.text or "", font=_font(element.getparent()))
        if element.tag == f"{W}sym":
            code, font = element.get(f"{W}char") or "", element.get(f"{W}font") or ""
            return symbol(int(code, 16), font=font) if _HEX.fullmatch(code) else ""
        if element.tag in _NOTES:
            return self._mark(_NOTES[element.tag], element.get(f"{W}id") or "")
        return _BREAKS.get(element.tag) or equation_sign(element)

    def _is_hidden(self, element: "Element") -> bool:
        if element.tag != f"{W}r" or (look := element.find(f"{W}rPr")) is None:
            return False
        mark = look.find(f"{W}vanish")
        if mark is None:
            return value(look, "rStyle") in self._hidden
        return mark.get(f"{W}val", "true") not in OFF

    def _mark(self, kind: str, number: str) -> str:
        """Return the mark of a note, which is read at the end; empty for one that is not there."""
        if (kind, number) not in self._notes:
            return ""
        return f"[{self._asked.setdefault((kind, number), len(self._asked) + 1)}]"


def _cells(row: "Element") -> Iterator["Element"]:
    """Yield the cells of a row, those in controls included."""
    for child in row:
        if child.tag == f"{W}tc":
            yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml"):
            yield from _cells(child)


def _font(run: "Element | None") -> str:
    fonts = run.find(f"{W}rPr/{W}rFonts") if run is not None else None
    return (fonts.get(f"{W}ascii") or "") if fonts is not None else ""
