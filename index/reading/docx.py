"""Reading Word documents: paragraphs and tables in the order in which they stand."""

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Final

from index.card import Card
from index.errors import ReadError
from index.reading.archive import DAMAGE, open_archive, refuse_entities, unpack
from index.reading.layout import Block, set_blocks
from index.reading.metadata import MAX_TITLE, first_line_title, name_title
from index.reading.normal import one_line
from index.types import Extract

if TYPE_CHECKING:
    from docx.document import Document
    from lxml.etree import _Element as Element

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_UNSEEN = frozenset(
    {
        f"{_W}del",  # what a tracked change took out
        f"{_W}moveFrom",
        f"{_W}instrText",
        f"{_W}pPr",
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
    }
)
_BREAKS: Final = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MAX_DEPTH = 20
"""Tables in cells of tables; deeper ones are left out."""


class DocxReader:
    """Reads Word documents by python-docx.

    A paragraph is one block, list items have `- `, a row of a table is one line with ` | ` between
    its cells. Insertions of tracked changes are text; deletions, hidden runs, notes, headers and
    footers are not.
    """

    def read(self, data: bytes, *, name: str) -> Extract:
        """Read a Word document; title, author and date are its properties'.

        The title is else the first one of the style Title or Heading 1, the first line where that
        looks like one, or the file's name.

        Raises:
            ReadError: It is damaged, encrypted, an archive bomb, or shows no text.
        """
        document = _opened(data)
        levels = _heading_levels(document)
        blocks = tuple(_blocks(document.element.body, levels, depth=0))
        layout = set_blocks(blocks)
        if not layout.text.strip():
            raise ReadError("the document shows no text; there is nothing to quote from")
        about = document.core_properties
        heading = next((one_line(block.text) for block in blocks if block.level == 1), "")
        title = one_line(about.title or "") or heading[:MAX_TITLE] or first_line_title(layout.text)
        return Extract(
            card=Card(
                title=title or name_title(name),
                media_type=_MEDIA_TYPE,
                published=_date(about.created or about.modified),
                author=one_line(about.author or "") or None,
            ),
            text=layout.text,
            section_starts=layout.section_starts,
        )


def _opened(data: bytes) -> "Document":
    with open_archive(data) as archive:
        for member in archive.namelist():
            if member.endswith((".xml", ".rels")):
                refuse_entities(unpack(archive, member) or b"")
    from docx import Document
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        return Document(BytesIO(data))
    except (
        *DAMAGE,
        *(OpcError, LxmlError, KeyError, AttributeError, TypeError, AssertionError, IndexError),
    ) as error:
        kind = type(error).__name__
        raise ReadError(f"it is damaged, or no Word document ({kind}); save it anew") from error


def _heading_levels(document: "Document") -> dict[str, int]:
    """Return the level of each style that is a heading, by the style's id."""
    levels = {}
    for style in document.styles:
        name = (style.name or "").lower()
        if name == "title":
            levels[style.style_id] = 1
        elif name.startswith("heading ") and name[8:].isdigit():
            levels[style.style_id] = min(int(name[8:]), 6)
    return levels


def _blocks(parent: "Element", levels: dict[str, int], *, depth: int) -> Iterator[Block]:
    item = False
    for child in parent if depth < _MAX_DEPTH else ():
        if child.tag == f"{_W}p":
            block = _paragraph(child, levels, follows=item)
            item = bool(block.text) and child.find(f"{_W}pPr/{_W}numPr") is not None
            yield block
        elif child.tag == f"{_W}tbl":
            yield from _table(child, levels, depth=depth)
            item = False
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"):
            yield from _blocks(child, levels, depth=depth + 1)


def _paragraph(element: "Element", levels: dict[str, int], *, follows: bool) -> Block:
    style = element.find(f"{_W}pPr/{_W}pStyle")
    level = levels.get(style.get(f"{_W}val") or "", 0) if style is not None else 0
    text = "".join(_pieces(element)).strip()
    if text and not level and element.find(f"{_W}pPr/{_W}numPr") is not None:
        return Block(text=f"- {text}", attached=follows)
    return Block(text=text, level=level)


def _pieces(element: "Element") -> Iterator[str]:
    """Yield the text of an element in order, without what a reader does not see."""
    # A stack, for text boxes nest as deep as a file wants.
    waiting = [element]
    while waiting:
        now = waiting.pop()
        if now.tag in _UNSEEN or _is_hidden(now):
            continue
        if now.tag == f"{_W}t":
            yield now.text or ""
        elif now.tag in _BREAKS:
            yield _BREAKS[now.tag]
        elif now.tag == f"{_W}p" and now is not element:
            yield "\n"
        waiting += reversed(now)


def _is_hidden(element: "Element") -> bool:
    mark = element.find(f"{_W}rPr/{_W}vanish") if element.tag == f"{_W}r" else None
    return mark is not None and mark.get(f"{_W}val", "true") not in ("0", "false", "off")


def _table(table: "Element", levels: dict[str, int], *, depth: int) -> Iterator[Block]:
    first = True
    for row in table.iter(f"{_W}tr"):
        if next(row.iterancestors(f"{_W}tbl")) is not table:
            continue
        cells = [_cell(cell, levels, depth=depth + 1) for cell in row.findall(f"{_W}tc")]
        if any(cells):
            yield Block(text=" | ".join(cells), attached=not first, row=True)
            first = False


def _cell(cell: "Element", levels: dict[str, int], *, depth: int) -> str:
    blocks = _blocks(cell, levels, depth=depth)
    return " ".join(" ".join(block.text for block in blocks).split())


def _date(moment: datetime | None) -> str | None:
    return moment.date().isoformat() if moment else None
