"""From the blocks of a marked-up document to its text and the offsets of its headings."""

from collections.abc import Iterable
from dataclasses import dataclass

from index.reading.normal import normalise


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
class Layout:
    """Blocks set as one text."""

    text: str
    section_starts: tuple[int, ...]
    """Ascending offsets at which a heading begins."""


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


def _tidy(text: str) -> str:
    """Normalise; drop blanks at line ends and blank lines at both ends, keep indentation."""
    lines = [line.rstrip() for line in normalise(text).split("\n")]
    return "\n".join(lines).strip("\n")
