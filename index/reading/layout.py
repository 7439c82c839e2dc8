"""From the blocks of a document to its text and the offsets of its headings; lines of pages."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from index.reading.normal import normalise

BEFORE = 40
"""Characters before raised or lowered text by which it is told how it is set apart."""
HYPHEN = "\u00ad"
"""Ends a line whose last word goes on in the next, in place of its hyphen."""

Edges = tuple[float, float, float, float]
"""Of a box or a page, in points."""

_MARK = 12
"""Characters of a reference mark; "4, 11-13" has eight."""
_ENDINGS: Final = frozenset(
    {*("st", "nd", "rd", "th", "e", "er", "re", "me", "ère", "ème", "o", "a", "os", "as"), "º", "ª"}
)
"""Letters that are raised behind a number without meaning anything but the number."""
_UNITS: Final = frozenset({"km", "cm", "mm", "dm", "nm", "ft", "in", "yd", "mi", "sec", "min"})
_TEN = re.compile(r"(?:^|[^\d.,])(?:10|[2-9])\Z")
_NAME = re.compile(r"(?:^|[^^\W\d_]|[\d\W])([^\W\d_]{1,3})\Z")
_LETTERS = re.compile(r"[a-z](?:[,;] ?[a-z]){1,5}")
"""Marks of several notes."""
_MOST_IN_CELL = 3
"""Paragraphs, items and rows in a cell that are still told in one line."""
_INSIDE = 0.1
"""Share of a box that another may overlap and still stand beside it."""
_MOST_CUT = 200
"""Things on a slide above which they are only sorted."""
_EXPONENT = re.compile(r"[-+−–]?\d{1,3}|[nkxyzmpqijt]")


Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph, heading, list item, table row or run of code, as text."""

    text: str
    level: int = 0
    """1 to 6 for a heading, 0 for anything else."""
    attached: bool = False
    """Whether one line end, not a blank line, parts it from the block before: items, rows."""
    row: bool = False
    """Whether it is one row of a table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What stands side by side on a page, in points from the lower left corner as it is seen."""

    text: str
    """Normalised, without blanks at its ends; cells of a row are parted by ` | `."""
    left: float = 0.0
    right: float = 0.0
    bottom: float = 0.0
    """Of its letters' descents, so that lines of one font lie as far apart as their bottoms."""
    size: float = 0.0
    """Height of its letters with ascents and descents."""
    bold: bool = False
    row: bool = False
    """Whether it has cells."""
    aside: bool = False
    """Whether it runs up or down the page, as a stamp at its edge does."""
    cells: tuple["Line", ...] = ()
    """What is printed between its gaps."""
    signs: Sequence[int] = ()
    """Which of the page's letters it shows, in order, by their numbers in PDFium."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Blocks set as one text."""

    text: str
    section_starts: tuple[int, ...]
    """Ascending offsets at which a heading begins."""


def turned(box: Edges, turn: int, page: Edges) -> Edges:
    """Return a box (left, right, bottom, top) as it lies on a page turned clockwise by degrees."""
    left, right, bottom, top = box
    if turn == 90:
        return bottom, top, page[2] - right, page[2] - left
    if turn == 180:
        return page[2] - right, page[2] - left, page[3] - top, page[3] - bottom
    if turn == 270:
        return page[3] - top, page[3] - bottom, left, right
    return box


def set_blocks(blocks: Iterable[Block]) -> Layout:
    """Join blocks, normalised one by one, with a blank line between them.

    Blocks without text are left out; no blocks give an empty text.
    """
    parts: list[str] = []
    starts: list[int] = []
    length = 0
    for block in blocks:
        text = _tidy(block.text)
        if not text:
            continue
        gap = "" if not parts else "\n" if block.attached else "\n\n"
        if block.level:
            starts.append(length + len(gap))
        parts += (gap, text)
        length += len(gap) + len(text)
    return Layout(text="".join(parts), section_starts=tuple(starts))


def row_blocks(cells: Sequence[Sequence[Block]], *, follows: bool) -> list[Block]:
    """Return a row of a table as one line, its cells' blocks joined by ` | `.

    Where a cell is laid out as a page is, with headings, tables or several paragraphs, its cells'
    blocks come one after the other.

    Args:
        cells: The blocks of each cell.
        follows: Whether the row before it is one line, too.
    """
    shown = [[block for block in cell if block.text.strip()] for cell in cells]
    while shown and not shown[-1]:
        shown.pop()
    alone = sum(1 for cell in shown if cell) == 1
    if any(_is_laid_out(cell, alone=alone) for cell in shown):
        return [block for cell in shown for block in cell]
    texts = [" ".join(" ".join(block.text for block in cell).split()) for cell in shown]
    return [Block(text=" | ".join(texts), attached=follows, row=True)] if any(texts) else []


def _is_laid_out(cell: Sequence[Block], *, alone: bool) -> bool:
    most = 1 if alone else _MOST_IN_CELL
    return len(cell) > most or any(block.level for block in cell)


def _tidy(text: str) -> str:
    """Normalise; drop blanks at line ends and blank lines at both ends, keep indentation."""
    lines = [line.rstrip() for line in normalise(text).split("\n")]
    return "\n".join(lines).strip("\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Where something stands on a slide, in any unit, from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


def as_read(items: "Sequence[tuple[Box | None, Item]]") -> "list[Item]":
    """Order what stands on a slide as one reads: downwards, and columns one after the other.

    Source: recursive X-Y cut (Nagy and Seth, 1984), each along the widest gap. Where a place is
    not known the order given stands.
    """
    placed = [(box, item) for box, item in items if box is not None]
    if len(placed) < len(items):
        return [item for _, item in items]
    down = _gap([(box.top, box.bottom) for box, _ in placed])
    across = _gap([(box.left, box.right) for box, _ in placed])
    if len(placed) > _MOST_CUT or (down is None and across is None):
        placed.sort(key=lambda each: (each[0].top, each[0].left))
        return [item for _, item in placed]
    if across is None or (down is not None and down >= across):
        edge = down[1] if down else 0.0
        ends = [_shrunk(box.top, box.bottom)[1] for box, _ in placed]
    else:
        edge, ends = across[1], [_shrunk(box.left, box.right)[1] for box, _ in placed]
    before = [each for each, end in zip(placed, ends, strict=True) if end <= edge]
    after = [each for each, end in zip(placed, ends, strict=True) if end > edge]
    return [*as_read(before), *as_read(after)]


def _gap(spans: list[tuple[float, float]]) -> tuple[float, float] | None:
    """Return the width of the widest gap between spans, and where it begins; None for none."""
    shrunk = sorted(_shrunk(*span) for span in spans)
    gaps = []
    end = shrunk[0][1] if shrunk else 0.0
    for start, stop in shrunk[1:]:
        if start > end:
            gaps.append((start - end, end))
        end = max(end, stop)
    return max(gaps, default=None)


def _shrunk(start: float, end: float) -> tuple[float, float]:
    inside = _INSIDE * (end - start)
    return start + inside, end - inside


def raised(text: str, *, after: str, mark: bool, before: str = "") -> str:
    """Return how raised text is written behind the text that it stands at.

    A reference mark gets brackets ("1938[6]"), an exponent a caret ("10^7"), a numerator a blank
    ("2 1/2"); the ending of a number ("4th") and a sign stay where they are.

    Args:
        text: What is raised.
        after: What stands before it in the line; the last `BEFORE` characters count.
        mark: Whether the source says that it is a reference: a link to a note, or its class.
        before: What stands behind it.
    """
    said, last = text.strip(), after[-1:]
    if not said or not last.strip() or said[0] in "[(" or not any(map(str.isalnum, said)):
        return text
    if before[:1] in ("/", "⁄") and said.isdigit() and not before[1:2].isalpha():
        return f" {said}" if last.isdigit() else said
    if mark:
        return f"[{said}]" if len(said) <= _MARK else f" {said}"
    if _is_power(said, after[-BEFORE:]):
        return f"^{said}"
    if said.isalpha() or not said[0].isdigit():
        if _LETTERS.fullmatch(said):
            return f"[{said}]"
        small = len(said) > 1 or (said.lower() in _ENDINGS and not after[-3:].isdigit())
        return text if small or not last.isdigit() else f"[{said}]"
    if last.isalpha() and said[-1] in "+-−":
        return text
    return f"[{said}]" if len(said) <= _MARK else f" {said}"


def lowered(text: str, *, after: str) -> str:
    """Return how lowered text is written: as it is ("H2O"), but apart from a number ("10_2")."""
    apart = text[:1].isdigit() and after[-1:].isdigit()
    return f"_{text}" if apart else text


def _is_power(said: str, after: str) -> bool:
    """Tell an exponent: of ten or one digit, a unit or a variable, or a bracket that reckons."""
    if not _EXPONENT.fullmatch(said):
        return False
    if said[0] in "-+−–":
        return after[-1].isalnum() or after[-1] == ")"
    if after[-1].isdigit():
        return said.isalpha() or bool(_TEN.search(after))
    name = _NAME.search(after)
    if name:
        return len(name[1]) == 1 or name[1] in _UNITS or "=" in after.rpartition(" ")[2]
    opening = after.rfind("(")
    return after[-1] == ")" and any(sign in after[opening:] for sign in "+-−*·=")
