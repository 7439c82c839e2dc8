"""Reading OpenDocument text: headings, lists, tables, text boxes and notes in their order."""

import zipfile
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from index.card import Card, not_read
from index.errors import ReadError
from index.reading.archive import open_archive, parse_xml, unpack
from index.reading.layout import BEFORE, Block, lowered, raised, row_blocks, set_blocks
from index.reading.metadata import MAX_TITLE, first_line_title, iso_date, keywords, name_title
from index.reading.normal import one_line
from index.reading.office import readable
from index.reading.styles import STYLE, TEXT, XML_ID, Counter, Looks, OpenDocumentLists
from index.types import Extract

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_OASIS: Final = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE: Final = f"{{{_OASIS}office:1.0}}"
_TABLE: Final = f"{{{_OASIS}table:1.0}}"
_DRAW: Final = f"{{{_OASIS}drawing:1.0}}"
_FORM: Final = f"{{{_OASIS}form:1.0}}"
_META: Final = f"{{{_OASIS}meta:1.0}}"
_DC: Final = "{http://purl.org/dc/elements/1.1/}"
_XLINK: Final = "{http://www.w3.org/1999/xlink}"
_MATH: Final = "{http://www.w3.org/1998/Math/MathML}"

_MEDIA_TYPE: Final = "application/vnd.oasis.opendocument.text"
_PARAGRAPHS: Final = (f"{TEXT}p", f"{TEXT}h")
_LISTS: Final = (f"{TEXT}list", f"{TEXT}ordered-list", f"{TEXT}unordered-list")
_ITEMS: Final = (f"{TEXT}list-item", f"{TEXT}list-header")
_APART: Final = frozenset({f"{_DRAW}text-box", f"{_TABLE}table"})
"""What stands in a paragraph and is read behind it."""
_DRAWN: Final = (
    "custom-shape",
    "rect",
    "ellipse",
    "line",
    "connector",
    "polygon",
    "path",
    "circle",
)
_SHAPES: Final = frozenset(f"{_DRAW}{shape}" for shape in _DRAWN)
_UNSEEN: Final = frozenset(
    {
        *(f"{TEXT}{name}" for name in ("tracked-changes", "sequence-decls", "variable-decls")),
        *(f"{TEXT}{name}" for name in ("user-field-decls", "alphabetical-index-auto-mark-file")),
        *(f"{TEXT}{name}" for name in ("hidden-text", "ruby-text", "dde-connection-decls")),
        *(f"{_OFFICE}{name}" for name in ("annotation", "annotation-end", "forms", "scripts")),
        *(f"{{{_OASIS}svg-compatible:1.0}}{name}" for name in ("title", "desc")),
        f"{_OFFICE}event-listeners",
        f"{_OFFICE}binary-data",
    }
)
_MAX_DEPTH = 20
"""Lists, sections and tables in each other; deeper ones are left out."""
_MAX_REPEATED = 200
"""Cells, rows or blanks that one element may stand for; more are empty space to the edge."""


class OpenDocumentReader:
    """Reads OpenDocument text (`.odt`), templates and master documents.

    Set as Word documents are (`index.reading.docx`). Deletions of tracked changes, comments, hidden
    text, headers and footers are not read.
    """

    VERSION: Final = 2

    def read(self, data: bytes, *, name: str) -> Extract:
        """Read a document; title, author, date and keywords are those of its `meta.xml`.

        A title or a date of the template that it was made from is none of its own. The title is
        else that of the style Title, the first heading, a first line that looks like one, or the
        file's name.

        Raises:
            ReadError: It is damaged, encrypted, an archive bomb, or shows no text.
        """
        with open_archive(data) as archive:
            if b"encryption-data" in (unpack(archive, "META-INF/manifest.xml") or b""):
                raise ReadError("it is encrypted with a password; save it without one and add that")
            text = _Body(archive)
            layout = set_blocks((*text.blocks(text.body), *text.notes()))
            about, left_out = _about(archive), tuple(_left_out(archive, text))
        if not layout.text.strip():
            raise ReadError("the document shows no text; there is nothing to quote from")
        title = about.title or one_line(text.title)[:MAX_TITLE] or first_line_title(layout.text)
        return Extract(
            card=Card(
                title=title or name_title(name),
                media_type=_MEDIA_TYPE,
                published=about.published,
                author=about.author,
                tags=about.tags,
                left_out=left_out,
            ),
            text=layout.text,
            section_starts=layout.section_starts,
        )


def _part(archive: zipfile.ZipFile, name: str) -> "Element | None":
    content = unpack(archive, name)
    return parse_xml(content) if content else None


def _about(archive: zipfile.ZipFile) -> Card:
    """Return what a document says of itself, without what its template said."""
    meta = _part(archive, "meta.xml")
    if meta is None:
        return Card()
    template = next(meta.iter(f"{_META}template"), None)
    titles = {"", "untitled"}
    day = None
    if template is not None:
        titles.add(one_line(template.get(f"{_XLINK}title") or "").lower())
        day = iso_date(template.get(f"{_META}date") or "")
    title = _said(meta, f"{_DC}title")
    dates = (iso_date(_said(meta, tag)) for tag in (f"{_META}creation-date", f"{_DC}date"))
    makers = (_said(meta, tag) for tag in (f"{_META}initial-creator", f"{_DC}creator"))
    words = ",".join(one_line(word.text or "") for word in meta.iter(f"{_META}keyword"))
    return Card(
        title="" if title.lower() in titles else title,
        published=next((each for each in dates if each and each != day), None),
        author=next(filter(None, makers), None),
        tags=keywords(words),
    )


def _said(meta: "Element", tag: str) -> str:
    found = next(meta.iter(tag), None)
    return one_line(found.text or "") if found is not None else ""


def _left_out(archive: zipfile.ZipFile, text: "_Body") -> Iterator[str]:
    """Name the kinds of text that are not read."""
    pages = (f"{STYLE}header", f"{STYLE}footer", f"{STYLE}header-first", f"{STYLE}footer-first")
    repeated = text.styles.iter(*pages) if text.styles is not None else ()
    if any("".join(map(str, each.itertext())).strip() for each in repeated):
        yield "headers and footers: what repeats on each page is not read"
    if next(text.body.iter(f"{_OFFICE}annotation"), None) is not None:
        yield "comments: they are not part of the text"
    if next(text.body.iter(f"{TEXT}deletion"), None) is not None:
        yield "deleted text: a tracked change took it out"
    yield from not_read(text.objects, "object", "a chart, or another program's file; add that, too")
    if any(name.startswith(("Basic/", "Scripts/")) for name in archive.namelist()):
        yield "macros: they are programs, which are neither read nor run"


class _Body:
    """One pass over a document: its styles, the numbers of its lists, its notes."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        content = _part(archive, "content.xml")
        body = content.find(f"{_OFFICE}body/{_OFFICE}text") if content is not None else None
        if content is None or body is None:
            raise ReadError(
                "it is damaged, or no OpenDocument text; save text as .odt anew, slides as .pptx "
                "and tables as .xlsx"
            )
        self.body = body
        self.styles = _part(archive, "styles.xml")
        known = [content, *([self.styles] if self.styles is not None else [])]
        self._looks = Looks(known)
        self._lists = OpenDocumentLists(reversed(known))
        forms = (each for form in body.iter(f"{_OFFICE}forms") for each in form.iter())
        self._controls = {each.get(XML_ID) or each.get(f"{_FORM}id") or "": each for each in forms}
        self.title = ""
        """The text of the style Title, or the first heading of the first level."""
        self.objects = 0
        """Charts and tables of other programs, which are not read."""
        self._apart: list[Element] = []
        self._notes: list[Element] = []

    def notes(self) -> Iterator[Block]:
        """Yield the notes that were met, under their numbers."""
        number = 0
        while number < len(self._notes):
            body = self._notes[number].find(f"{TEXT}note-body")
            number += 1
            blocks = self.blocks(body) if body is not None else ()
            if text := one_line(" ".join(block.text for block in blocks)):
                yield Block(text=f"[{number}] {text}")

    def blocks(self, parent: "Element", *, depth: int = 0) -> Iterator[Block]:
        """Yield the blocks of a body, a section, a cell or a text box."""
        for child in parent if depth < _MAX_DEPTH else ():
            if child.tag in _PARAGRAPHS:
                yield self._paragraph(child)
                yield from self._beside(depth=depth)
            elif child.tag in _LISTS:
                yield from self._list(child, depth=depth, level=1)
            elif child.tag == f"{_TABLE}table":
                yield from self._table(child, depth=depth)
            elif child.tag in _SHAPES:
                yield Block(text=self._text(child))
                yield from self._beside(depth=depth)
            elif not self._is_unseen(child):
                yield from self.blocks(child, depth=depth + 1)

    def _beside(self, *, depth: int) -> Iterator[Block]:
        """Yield what stands apart from the paragraph that was read last."""
        apart, self._apart = self._apart, []
        for element in apart:
            if element.tag == f"{_TABLE}table":
                yield from self._table(element, depth=depth + 1)
            else:
                yield from self.blocks(element, depth=depth + 1)

    def _paragraph(self, element: "Element") -> Block:
        if self._looks.hides(element):
            return Block(text="")
        text = self._text(element).strip()
        name = self._looks.named(element.get(f"{TEXT}style-name") or "")
        if name == "Title" and text:
            self.title = text
            return Block(text=text, level=1)
        if element.tag != f"{TEXT}h":
            return Block(text=text)
        stated = element.get(f"{TEXT}outline-level") or "1"
        level = min(int(stated), 10) if stated.isdecimal() and len(stated) < 3 else 1
        lead = ""
        if text and element.get(f"{TEXT}is-list-header") != "true":
            lead = self._lists.headings.next(level) if level in self._lists.headings.levels else ""
        self.title = self.title or (text if level == 1 else "")
        return Block(text=f"{lead.strip(' -')} {text}".strip(), level=min(max(level, 1), 6))

    def _list(
        self, element: "Element", *, depth: int, level: int, counter: Counter | None = None
    ) -> Iterator[Block]:
        counter = self._lists.counter(element, counter)
        if depth >= _MAX_DEPTH:
            return
        for item in element:
            if item.tag not in _ITEMS:
                continue
            counts, first = item.tag == f"{TEXT}list-item", True
            for child in item:
                if child.tag in _LISTS:
                    inner = {"depth": depth + 1, "level": level + 1}
                    yield from self._list(child, counter=counter, **inner)
                    continue
                yield from self._item(child, item, counter if counts and first else None, level)
                first = first and child.tag not in _PARAGRAPHS
                yield from self._beside(depth=depth)

    def _item(
        self, child: "Element", item: "Element", counter: Counter | None, level: int
    ) -> Iterator[Block]:
        """Yield one part of an item; its first paragraph bears the item's number."""
        if child.tag not in _PARAGRAPHS:
            yield from self.blocks(child, depth=_MAX_DEPTH - 1)
            return
        block = self._paragraph(child)
        if counter is None or not block.text:
            yield block
            return
        lead = counter.next(level, start=item.get(f"{TEXT}start-value") or "")
        if block.level:
            yield Block(text=f"{lead.strip(' -')} {block.text}".strip(), level=block.level)
            return
        indent = "  " * (level - 1)
        yield Block(text=f"{indent}{lead} {block.text}" if lead else block.text, attached=True)

    def _table(self, table: "Element", *, depth: int) -> Iterator[Block]:
        follows = False
        for row in _rows(table, depth=0):
            cells: list[list[Block]] = []
            for cell in row:
                if cell.tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                    read = list(self.blocks(cell, depth=depth + 1))
                    cells += [read] * _repeated(cell, f"{_TABLE}number-columns-repeated")
            told = row_blocks(cells, follows=follows)
            yield from told
            follows = told[-1].row if told else follows

    def _is_unseen(self, element: "Element") -> bool:
        if element.tag in _UNSEEN or not isinstance(element.tag, str):
            return True
        return element.get(f"{TEXT}display") == "none"

    def _text(self, element: "Element") -> str:
        """Join what an element shows, raised and lowered text set apart."""
        told = ""
        runs = groupby(self._pieces(element), itemgetter(0))
        parts = [(how, "".join(text for _, text in run)) for how, run in runs]
        for number, (how, text) in enumerate(parts):
            if how == "super":
                following = parts[number + 1][1] if number + 1 < len(parts) else ""
                told += raised(text, after=told[-BEFORE:], mark=False, before=following)
            elif how == "sub":
                told += lowered(text, after=told[-BEFORE:])
            else:
                told += text
        return readable(told)

    def _pieces(self, element: "Element") -> Iterator[tuple[str, str]]:
        """Yield the text of an element in order with how it is set, without what is not seen."""
        # A stack, for spans nest as deep as a file wants.
        waiting: list[tuple[Element | str, str]] = [(element, "")]
        while waiting:
            now, how = waiting.pop()
            if isinstance(now, str):
                yield how, now
                continue
            if self._is_unseen(now) or self._looks.hides(now):
                continue
            if (shown := self._set_apart(now)) is not None:
                yield "", shown
                continue
            if now.tag == f"{TEXT}span":
                how = self._looks.place(now.get(f"{TEXT}style-name") or "") or how
            line = "\n" if now.tag in _PARAGRAPHS and now is not element else ""
            yield how, line + _blank(now) + _squeezed(now.text)
            for child in reversed(now):
                waiting += ((_squeezed(child.tail), how), (child, how))

    def _set_apart(self, element: "Element") -> str | None:
        """Return what shows in place of what is read elsewhere; None for anything else."""
        if element.tag in _APART:
            self._apart.append(element)
            return ""
        if element.tag == f"{TEXT}note":
            self._notes.append(element)
            return f"[{len(self._notes)}]"
        if element.tag == f"{_DRAW}control":
            return self._control(element)
        return self._object(element) if element.tag == f"{_DRAW}object" else None

    def _object(self, element: "Element") -> str:
        """Return an equation as its signs; a sheet's tables are read apart, the rest is counted."""
        place = (element.get(f"{_XLINK}href") or "").removeprefix("./").rstrip("/")
        inside = _part(self._archive, f"{place}/content.xml") if place else element
        math = next(inside.iter(f"{_MATH}math"), None) if inside is not None else None
        if math is None:
            sheets = inside.iter(f"{_OFFICE}spreadsheet") if inside is not None else ()
            tables = [table for sheet in sheets for table in sheet.iter(f"{_TABLE}table")]
            self._apart += tables
            self.objects += not tables
            return ""
        note = next(math.iter(f"{_MATH}annotation"), None)
        if note is not None and "StarMath" in (note.get("encoding") or "") and note.text:
            return one_line(note.text.replace("{", "(").replace("}", ")"))
        signs = math.iter(f"{_MATH}mi", f"{_MATH}mn", f"{_MATH}mo", f"{_MATH}mtext")
        return "".join((sign.text or "").strip() for sign in signs)

    def _control(self, element: "Element") -> str:
        """Return what a control of a form shows: what was entered or chosen, or its label."""
        control = self._controls.get(element.get(f"{_DRAW}control") or "")
        if control is None:
            return ""
        selected = (each for each in control if each.get(f"{_FORM}current-selected") == "true")
        chosen = [each.get(f"{_FORM}label") or "" for each in selected]
        entered = (control.get(f"{_FORM}{name}") for name in ("current-value", "value", "label"))
        if control.tag in (f"{_FORM}checkbox", f"{_FORM}radio"):
            on = "checked" in (control.get(f"{_FORM}current-state"), control.get(f"{_FORM}state"))
            return f"{'☑' if on else '☐'} {control.get(f'{_FORM}label') or ''} "
        return f" {', '.join(chosen) or next(filter(None, entered), '')} "


def _rows(table: "Element", *, depth: int) -> Iterator["Element"]:
    """Yield the rows of a table, those of its groups included, in order."""
    for child in table if depth < _MAX_DEPTH else ():
        if child.tag == f"{_TABLE}table-row":
            yield child
        elif child.tag in (
            f"{_TABLE}table-rows",
            f"{_TABLE}table-header-rows",
            f"{_TABLE}table-row-group",
        ):
            yield from _rows(child, depth=depth + 1)


def _repeated(element: "Element", attribute: str) -> int:
    stated = element.get(attribute) or "1"
    return min(int(stated), _MAX_REPEATED) if stated.isdecimal() and len(stated) < 9 else 1


def _blank(element: "Element") -> str:
    if element.tag == f"{TEXT}s":
        return " " * _repeated(element, f"{TEXT}c")
    return {f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n"}.get(element.tag, "")


def _squeezed(text: str | None) -> str:
    """Return text with each run of blanks as one, as OpenDocument means it."""
    if not text:
        return ""
    inner = " ".join(text.split())
    lead = " " if text[0].isspace() else ""
    return lead + inner + (" " if inner and text[-1].isspace() else "")
