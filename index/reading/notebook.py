"""Reading Jupyter notebooks: what their cells say, each cell a place; outputs are named only."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from index.card import Card, not_read
from index.errors import ReadError
from index.reading.layout import Block, set_blocks
from index.reading.markdown import MAX_RENDERED, Rendered, named, rendered
from index.reading.metadata import MAX_TITLE, first_line_title, name_title
from index.reading.normal import decode, normalise, one_line
from index.types import Extract

_NO_NOTEBOOK = "it is no Jupyter notebook; save it anew, or its text as .md, and add that"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """A cell of any version of the format."""

    kind: str
    source: str
    level: int = 0
    """Of a heading, which is a cell of its own up to version 3."""
    outputs: int = 0


class NotebookReader:
    """Reads Jupyter notebooks (`.ipynb`, versions 3 and 4).

    Cells of Markdown become its text, those of code stand apart as paragraphs of code. What code
    printed or drew, and raw cells, are named as left out. A place is `cell 4`, counted from 1.
    """

    VERSION: Final = 1

    def read(self, data: bytes, *, name: str) -> Extract:
        """Read a notebook; its title is the one it states, else its first heading's or its name's.

        Raises:
            ReadError: It is binary, no notebook, or has no cell with text.
        """
        stated, cells = _opened(data)
        parts: list[str] = []
        starts: list[int] = []
        labels: list[str] = []
        sections: list[int] = []
        titles: list[str] = []
        lost: Counter[str] = Counter()
        length, room, first = 0, MAX_RENDERED, ""
        for number, cell in enumerate(cells, start=1):
            shown = _shown(cell, room=room)
            room -= len(cell.source)
            lost.update(shown.lost)
            layout = set_blocks(shown.blocks)
            if not layout.text:
                continue
            first = first or cell.kind
            at = length + 2 if parts else 0
            starts.append(at)
            labels.append(f"cell {number}")
            sections += [at + start for start in layout.section_starts]
            titles += [one_line(block.text) for block in shown.blocks if block.level]
            parts.append(layout.text)
            length = at + len(layout.text)
        if not parts:
            raise ReadError("the notebook has no cell with text; there is nothing to quote from")
        text = "\n\n".join(parts)
        prose = first_line_title(text) if first == "markdown" else ""
        title = one_line(stated) or next(iter(titles), "") or prose or ""
        return Extract(
            card=Card(
                title=title[:MAX_TITLE] or name_title(name),
                media_type="application/x-ipynb+json",
                left_out=(*named(lost), *_left_out(cells)),
            ),
            text=text,
            section_starts=tuple(sections),
            page_starts=tuple(starts),
            page_labels=tuple(labels),
        )


def _opened(data: bytes) -> tuple[str, list[_Cell]]:
    """Return the title that a notebook states, and its cells.

    Raises:
        ReadError: It is no notebook.
    """
    try:
        notebook = json.loads(decode(data))
    except ValueError as error:
        raise ReadError(_NO_NOTEBOOK) from error
    if not isinstance(notebook, dict):
        raise ReadError(_NO_NOTEBOOK)
    sheets = _dicts(notebook.get("worksheets"))
    cells = _dicts(notebook.get("cells")) or list(
        chain.from_iterable(_dicts(sheet.get("cells")) for sheet in sheets)
    )
    about = notebook.get("metadata")
    title = about.get("title") if isinstance(about, dict) else None
    return title if isinstance(title, str) else "", [_cell(cell) for cell in cells]


def _cell(cell: Mapping[str, object]) -> _Cell:
    level = cell.get("level")
    return _Cell(
        kind=str(cell.get("cell_type")),
        source=normalise(_text(cell.get("source", cell.get("input")))),
        level=min(max(level, 1), 6) if isinstance(level, int) else 1,
        outputs=len(_dicts(cell.get("outputs"))),
    )


def _dicts(value: object) -> list[dict[str, object]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(value: object) -> str:
    """Return a text that may be stored as a list of its lines."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""


def _shown(cell: _Cell, *, room: int) -> Rendered:
    """Return what a cell shows; Markdown is rendered as long as there is room."""
    if cell.kind == "markdown" and len(cell.source) <= room:
        return rendered(cell.source)
    level = cell.level if cell.kind == "heading" else 0
    seen = cell.kind in ("heading", "markdown", "code")
    return Rendered(blocks=(Block(text=cell.source, level=level),) if seen else (), lost={})


def _left_out(cells: Sequence[_Cell]) -> tuple[str, ...]:
    raw = sum(1 for cell in cells if cell.kind == "raw" and cell.source.strip())
    return (
        *not_read(
            sum(cell.outputs for cell in cells), "output", "what code printed or drew is not read"
        ),
        *not_read(raw, "raw cell", "it is not shown"),
    )
