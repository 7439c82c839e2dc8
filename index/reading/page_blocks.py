"""From an HTML tree, or the one trafilatura makes of it, to blocks of text."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.reading.layout import BEFORE, Block, lowered, raised

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_LINE_TAGS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body caption center cell dd details dialog div dl dt "
        "fieldset figcaption figure footer form graphic h1 h2 h3 h4 h5 h6 head header hr html item "
        "legend li list main nav ol p pre quote row section summary table tbody td tfoot th thead "
        "title tr ul",
    )
)
"""Elements that stand on lines of their own, in HTML and in trafilatura's XML."""
_LISTS = frozenset({"ul", "ol", "list"})
_ITEMS = frozenset({"li", "item"})
_ROWS = frozenset({"tr", "row"})
_CELLS = frozenset({"td", "th", "cell"})
_VERBATIM = frozenset({"pre", "code"})
_RAISED = re.compile(r"vertical-align\s{0,3}:\s{0,3}(super|sub)", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f]+")


def set_apart(root: "Element") -> None:
    """Write raised and lowered text of a tree, in place, as `raised` and `lowered` say."""
    from lxml.etree import iterwalk

    before = ""
    written: list[tuple[Element, str]] = []
    links = 0
    walk = iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag, inside = _tag(element), event == "start"
        if _on_own_line(element, tag) or tag in ("br", "lb"):
            before = ""
        if tag == "a" and _is_mark(element):
            links += 1 if inside else -1
        raises = _raises(element, tag)
        if raises and inside:
            text = _BLANKS.sub(" ", "".join(map(str, element.itertext())))
            mark = links > 0 or any(map(_is_mark, element.iter("a", "sup", "span")))
            text = (
                raised(text, after=before, mark=mark, before=_next_text(element))
                if raises == "up"
                else lowered(text, after=before)
            )
            written.append((element, text))
            before = (before + text)[-BEFORE:]
            walk.skip_subtree()
            continue
        said = element.text if inside else element.tail
        before = (before + _BLANKS.sub(" ", said or ""))[-BEFORE:]
    for element, text in written:
        del element[:]
        element.text = text


def _raises(element: "Element", tag: str) -> str:
    if tag in ("sup", "sub"):
        return "up" if tag == "sup" else "down"
    found = _RAISED.search(element.get("style") or "") if tag == "span" else None
    return {"super": "up", "sub": "down"}[found[1].lower()] if found else ""


def _is_mark(element: "Element") -> bool:
    """Tell a link to a note of the same page, or what is named a reference."""
    names = f"{element.get('class') or ''} {element.get('role') or ''}".lower()
    return "#" in (element.get("href") or "") or any(
        part in names for part in ("footnote", "noteref", "reference", "cite")
    )


def _next_text(element: "Element") -> str:
    following = element.getnext()
    return element.tail or ("" if following is None else following.text or "")


@dataclass(frozen=True, slots=True)
class Run:
    """Text between two line ends of a page, as it stands in the source."""

    element: "Element"
    """The innermost element on lines of its own around it."""
    text: str
    linked: int
    """Characters of it in links that lead away from the page."""


def page_runs(root: "Element") -> Iterator[Run]:
    """Yield the text of a tree in pieces that no line end parts, each with its element."""
    from lxml.etree import iterwalk

    line = _Line()
    around = [root]
    for event, element in iterwalk(root, events=("start", "end")):
        tag = _tag(element)
        own_line, inside = _on_own_line(element, tag), event == "start"
        if own_line or tag in ("br", "lb"):
            yield from line.end(around[-1])
        if tag == "a" and not (element.get("href") or "#").startswith("#"):
            line.links += 1 if inside else -1
        if own_line and element is not root:
            if inside:
                around.append(element)
            else:
                around.pop()
        if inside or element is not root:
            line.say(element.text if inside else element.tail, element if inside else around[-1])
    yield from line.end(root)


class _Line:
    """Text since the last line end, by the elements that it stands in."""

    def __init__(self) -> None:
        self.links = 0
        """Open links."""
        self._linked = 0
        self._pieces: list[str] = []
        self._elements: set[Element] = set()

    def say(self, text: str | None, element: "Element") -> None:
        if text:
            self._pieces.append(text)
        if text and not text.isspace():
            self._elements.add(element)
            self._linked += len(text.strip()) if self.links else 0

    def end(self, around: "Element") -> Iterator[Run]:
        """Yield what was said, if anything; `around` is its element where it stands in several."""
        text = " ".join("".join(self._pieces).split())
        if text:
            element = self._elements.pop() if len(self._elements) == 1 else around
            yield Run(element, text, min(self._linked, len(text)))
        self._linked = 0
        self._pieces.clear()
        self._elements.clear()


def page_blocks(root: "Element", *, without: Collection["Element"] = ()) -> Iterator[Block]:
    """Yield the text of a tree as blocks, in order: paragraphs, headings, items, rows, code.

    Args:
        root: HTML, or the body of trafilatura's result (`head`, `list`, `item`, `row`, `lb`),
            without comments.
        without: Elements that are left out; the text behind them stays.
    """
    from lxml.etree import iterwalk

    page = _Page()
    walk = iterwalk(root, events=("start", "end"))
    left_out = False
    for event, element in walk:
        if event == "start" and element in without:
            left_out = True
            walk.skip_subtree()
        elif event == "start":
            page.open(element)
        elif left_out and element in without:
            page.pass_by(element)
        else:
            page.shut(element, tail=None if element is root else element.tail)
    yield from page.blocks


@dataclass(slots=True)
class _List:
    ordered: bool
    lead: str
    """Of the item that the list stands in; empty outside of any."""
    number: int = 0


class _Page:
    """The state of one pass over a tree: open elements, text since the last block, blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._pieces: list[str] = []
        self._lists: list[_List] = []
        self._levels: list[int] = [0]
        self._rows: list[int] = []
        """Number of blocks before each open table row."""
        self._cells: list[list[int]] = []
        """Number of blocks before each cell of each open row."""
        self._columns: list[bool] = []
        """Whether each open table has a single column."""
        self._lead = ""
        self._attached = False
        self._verbatim = 0

    def open(self, element: "Element") -> None:
        """Take in an element's start and the text up to its first child."""
        tag = _tag(element)
        if tag in ("br", "lb"):
            self._pieces.append("\n")
        elif _on_own_line(element, tag):
            self._end_block()
            self._levels.append(_level(element, tag) or self._levels[-1])
            self._verbatim += tag in _VERBATIM
            self._open_part(element, tag)
        self._say(element.text)

    def shut(self, element: "Element", *, tail: str | None) -> None:
        """Take in an element's end and the text after it."""
        tag = _tag(element)
        if _on_own_line(element, tag):
            self._end_block()
            self._levels.pop()
            self._verbatim -= tag in _VERBATIM
            self._shut_part(tag)
        self._say(tail)

    def pass_by(self, element: "Element") -> None:
        """Take in the end of an element that is left out, and the text after it."""
        if _on_own_line(element, _tag(element)):
            self._end_block()
        self._say(element.tail)

    def _open_part(self, element: "Element", tag: str) -> None:
        """Begin a list, an item, a row or a cell."""
        if tag in _LISTS:
            ordered = tag == "ol" or element.get("rend") == "ol"
            self._lists.append(_List(ordered, self._lead, number=_start(element) - 1))
            self._attached = bool(self._lead)
        elif tag in _ITEMS and self._lists:
            now = self._lists[-1]
            now.number += 1
            self._lead = "  " * (len(self._lists) - 1)
            self._lead += f"{now.number}. " if now.ordered else "- "
        elif tag == "table":
            self._columns.append(_is_column(element))
        elif tag in _ROWS:
            self._rows.append(len(self.blocks))
            self._cells.append([])
        elif tag in _CELLS and self._cells:
            self._cells[-1].append(len(self.blocks))

    def _shut_part(self, tag: str) -> None:
        if tag in _LISTS:
            self._lead = self._lists.pop().lead
            self._attached = bool(self._lead)
        elif tag in _ITEMS and self._lists:
            self._attached = True
        elif tag in _ROWS:
            self._join_cells(self._rows.pop(), self._cells.pop())
        elif tag == "table":
            self._columns.pop()

    def _join_cells(self, start: int, cells: list[int]) -> None:
        """Make one line of a row, unless it lays out a page rather than data.

        Rows of one cell in a table of one column are paragraphs, as in mails.
        """
        ends = [*cells[1:], len(self.blocks)]
        texts = [self.blocks[at:end] for at, end in zip(cells, ends, strict=True)] if cells else []
        column = self._columns and self._columns[-1]
        if (
            column
            or start == len(self.blocks)
            or any(len(blocks) > 1 or any(block.level for block in blocks) for blocks in texts)
        ):
            return
        line = " | ".join("".join(block.text for block in blocks) for blocks in texts)
        follows = start > 0 and self.blocks[start - 1].row
        self.blocks[start:] = [Block(text=" ".join(line.split()), attached=follows, row=True)]

    def _say(self, text: str | None) -> None:
        # Line ends of the source are blanks; only <br> and preformatted text break lines.
        if text:
            self._pieces.append(text if self._verbatim else _BLANKS.sub(" ", text))

    def _end_block(self) -> None:
        text = "".join(self._pieces)
        self._pieces.clear()
        text = text if self._verbatim else _flowing(text)
        if not text.strip():
            return
        text = text.strip("\n").replace("\n", "\n" + " " * len(self._lead))
        self.blocks.append(
            Block(text=self._lead + text, level=self._levels[-1], attached=self._attached)
        )
        # What follows in the same item stands under its text.
        self._lead = " " * len(self._lead)
        self._attached = bool(self._lead)


def _tag(element: "Element") -> str:
    return element.tag.lower() if isinstance(element.tag, str) else ""


def _is_column(table: "Element") -> bool:
    rows = (row for part in (table, *table) for row in part if _tag(row) in _ROWS)
    return all(sum(_tag(cell) in _CELLS for cell in row) < 2 for row in rows)


def _start(list_: "Element") -> int:
    """Return the number of a list's first item."""
    start = (list_.get("start") or "").strip()
    return int(start) if start.isdecimal() and len(start) < 10 else 1


def _on_own_line(element: "Element", tag: str) -> bool:
    # trafilatura has one element for `<pre>` and for `<code>` inside a sentence.
    return tag in _LINE_TAGS or (tag == "code" and "\n" in (element.text or ""))


def _level(element: "Element", tag: str) -> int:
    name = (element.get("rend") or "h2") if tag == "head" else tag
    return int(name[1]) if re.fullmatch("h[1-6]", name) else 0


def _flowing(text: str) -> str:
    """Return running text with single blanks, its line breaks kept."""
    return "\n".join(" ".join(re.split(r"[ \t]+", line.strip(" \t"))) for line in text.split("\n"))
