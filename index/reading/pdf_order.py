"""Which lines of a PDF's pages are read, and in which order; reads no file.

They come as they are painted: columns may be painted across, and what is filled into a form last.
Running heads and page numbers go.
"""

import re
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, pairwise
from statistics import median
from typing import Final

from index.reading.layout import Line

TICKS: Final = ("☐", "☑")
"""Of a check box or radio button that is not ticked, and of one that is."""

FEWEST_PAGES = 3
"""Pages from which a line that most of them begin or end with is a running head."""

_MOST = 0.5
_LONGEST_HEAD = 80
"""Letters from which a line that ends with a stop is no head."""
_FULL_LINE = 40
"""Letters of a line that another of its paragraph stands below."""
_SMALL_PRINT, _NEXT_LINE = 0.92, 1.5
"""Share of the text's size under which a foot is set, and sizes to the next line of a paragraph."""
_SAME_PLACE = 4
"""Points between the places of one head on two pages."""
_EDGE = 2
"""Lines at the top and at the bottom of a page that can be running heads."""
_NUMBERS = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)
_COUNTER = re.compile(r"^\d{1,4}(?=\D|$)|(?<!\d)\d{1,4}$")
"""A number at the beginning or the end of a line."""
_STOPS = (".", "!", "?", "…", ":", "”", '"', "。", "！", "？")
_FEWEST_GAPS, _MOST_GAPS = 6, 300
"""Gaps above each other that part columns, and gaps of a page that are looked at."""
_NARROW = 0.7
"""Sizes of a gap that may part columns where nearly all lines have it; blanks have 0.3."""
_NEARLY_ALL = 0.9
_FEWEST_LETTERS = 15
"""Of a column's line; cells of tables have fewer."""


def placed(lines: Sequence[Line], filled: Sequence[Line]) -> list[Line]:
    """Set what is filled in behind what stands left of it, else before what is right of it."""
    placed = list(lines)
    for value in sorted(filled, key=lambda line: (-line.bottom, line.left)):
        beside = [(at, line) for at, line in enumerate(placed) if _is_level(line, value)]
        before = [(at, line) for at, line in beside if line.left < value.left]
        after = [(at, line) for at, line in beside if line.left >= value.left]
        if value.text in TICKS and after:
            before = []
        if before:
            at, label = max(before, key=lambda found: found[1].right)
            placed[at] = _joined(label, (label, value))
        elif after:
            at, label = min(after, key=lambda found: found[1].left)
            placed[at] = _joined(label, (value, label))
        else:
            above = [at for at, line in enumerate(placed) if line.bottom > value.bottom]
            placed.insert(above[-1] + 1 if above else 0, value)
    return placed


def _joined(label: Line, parts: tuple[Line, Line]) -> Line:
    """Return a label and what is filled in beside it as one row, from left to right."""
    return replace(
        label,
        text=" ".join(part.text for part in parts),
        left=parts[0].left,
        right=max(part.right for part in parts),
        row=True,
        signs=array("I", chain.from_iterable(part.signs for part in parts)),
    )


def _is_level(line: Line, value: Line) -> bool:
    """Say whether the middle of one of two lines is as high as the other."""
    return (
        line.bottom <= value.bottom + value.size / 2 <= line.bottom + line.size
        or value.bottom <= line.bottom + line.size / 2 <= value.bottom + value.size
    )


def in_columns(lines: Sequence[Line]) -> list[Line]:
    """Set the lines of columns one column after the other where they were painted across.

    Rows of a table have short cells or figures, lines of columns whole words.
    """
    across = [line for line in lines if sum(map(_is_prose, line.cells)) > 1]
    gutters = _gutters([(a.right, b.left) for line in across for a, b in pairwise(line.cells)])
    placed: list[Line] = []
    columns: list[list[Line]] = [[] for _ in range(len(gutters) + 1)]
    for line in lines:
        gaps = [(a.right, b.left) for a, b in pairwise(line.cells)]
        pieces = line.cells if any(a < x < b for a, b in gaps for x in gutters) else (line,)
        for piece in pieces:
            if any(piece.left < gutter < piece.right for gutter in gutters):
                placed += chain.from_iterable(columns)
                columns = [[] for _ in columns]
                placed.append(piece)
            else:
                columns[sum(gutter < piece.left for gutter in gutters)].append(piece)
    return [*placed, *chain.from_iterable(columns)]


def narrow_gutters(lines: Sequence[Sequence[tuple[float, float]]], size: float) -> list[float]:
    """Return where nearly all long lines have a gap above each other, between two columns.

    Args:
        lines: Where each line's letters begin and end, without its blanks.
        size: Of the page's letters.
    """
    spans = [line for line in lines if len(line) > 2 * _FEWEST_LETTERS]
    if len(spans) < _FEWEST_GAPS:
        return []
    gaps = [
        (a[1], b[0])
        for line in spans[:_MOST_GAPS]
        for a, b in pairwise(line[_FEWEST_LETTERS:-_FEWEST_LETTERS])
        if b[0] - a[1] > _NARROW * size
    ]
    found = _gutters(gaps)
    return [x for x in found if _is_between(x, spans, sum(a < x < b for a, b in gaps))]


def _is_between(x: float, lines: Sequence[Sequence[tuple[float, float]]], gaps: int) -> bool:
    crossed = sum(1 for line in lines if line[0][0] < x < line[-1][1])
    return gaps >= max(_FEWEST_GAPS, _NEARLY_ALL * crossed)


def _is_prose(cell: Line) -> bool:
    letters = sum(map(str.isalpha, cell.text))
    return letters >= _FEWEST_LETTERS and letters > 0.6 * len(cell.text)


def _gutters(gaps: Sequence[tuple[float, float]]) -> list[float]:
    """Return where most gaps lie above each other, from left to right."""
    found: list[float] = []
    left = list(gaps[:_MOST_GAPS])
    while len(left) >= _FEWEST_GAPS:
        middles = {(start + end) / 2 for start, end in left}
        crossed, at = max((sum(a < x < b for a, b in left), x) for x in middles)
        if crossed < max(_FEWEST_GAPS, len(left) / 4):
            break
        found.append(at)
        left = [(a, b) for a, b in left if not a < at < b]
    return sorted(found)


def without_heads(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Leave out running heads and page numbers: what most pages have at their upper or lower edge.

    Where nothing but such lines would go, all stay.
    """
    edges = [_edges(page) for page in pages]
    marks = Counter(mark for edge in edges for mark in {_mark(line.text) for line in edge})
    places = Counter(place for edge in edges for place in {_marked_at(line) for line in edge})
    numbers = _page_numbers(edges)
    most = max(_MOST * sum(1 for page in pages if page), FEWEST_PAGES - 1)

    def is_head(line: Line, number: str) -> bool:
        # Beside the number may stand what another page has beside its own: a chapter's name.
        mark, at = _marked_at(line)
        shown = sum(places[mark, at + by] for by in (-1, 0, 1))
        numbered = number in _COUNTER.findall(line.text)
        prose = len(line.text) > _LONGEST_HEAD and ended(line)
        return (shown > most and not prose) or line.text == number or (numbered and marks[mark] > 1)

    size = median([line.size for page in pages for line in page] or [0.0])
    bodies = []
    for page, edge, number in zip(pages, edges, numbers, strict=True):
        prose = _paragraph_lines(edge, size=size)
        heads = _outermost(edge, [id(e) not in prose and is_head(e, number) for e in edge])
        bodies.append([line for line in page if id(line) not in heads])
    return bodies if any(bodies) else [list(page) for page in pages]


def page_numbers(pages: Sequence[Sequence[Line]]) -> tuple[str, ...]:
    """Return the numbers printed on pages that count on with them; empty where they do from 1."""
    numbers = _page_numbers([_edges(page) for page in pages])
    if not numbers or numbers[0] in ("", "1"):
        return ()
    return tuple(number if int(number) > 0 else "" for number in numbers)


def ended(line: Line) -> bool:
    """Say whether a line ends with the stop of a sentence."""
    return line.text.rstrip("'’)]»").endswith(_STOPS)


def _edges(page: Sequence[Line]) -> list[Line]:
    """Return the lines at the top of a page and those at its bottom, each from the edge inwards."""
    ordered = sorted(page, key=lambda line: -line.bottom)
    return [*ordered[:_EDGE], *ordered[: -_EDGE - 1 : -1]]


def _paragraph_lines(edge: Sequence[Line], *, size: float) -> set[int]:
    """Return the ids of lines at an edge that end a sentence of the text, and of those above."""
    found: set[int] = set()
    for upper in edge:
        for lower in edge:
            near = 0 < upper.bottom - lower.bottom <= _NEXT_LINE * upper.size
            of_text = min(upper.size, lower.size) >= _SMALL_PRINT * size
            if near and of_text and len(upper.text) >= _FULL_LINE and ended(lower):
                found |= {id(upper), id(lower)}
    return found


def _outermost(edge: Sequence[Line], is_head: Sequence[bool]) -> set[int]:
    """Return the ids of heads with nothing but heads between them and their edge."""
    half = (len(edge) + 1) // 2
    found: set[int] = set()
    for side in (range(half), range(half, len(edge))):
        for at in side:
            if not is_head[at]:
                break
            found.add(id(edge[at]))
    return found


def _page_numbers(edges: Sequence[Sequence[Line]]) -> Sequence[str]:
    """Return the number printed on each page, if most pages count on with their place; else empty.

    A chapter's first page often has it alone, where the others have a head beside it.
    """
    ahead: Counter[int] = Counter()
    for place, page in enumerate(edges):
        printed = {int(number) for line in page for number in _COUNTER.findall(line.text)}
        ahead.update(number - place for number in printed)
    shown = sum(1 for page in edges if page)
    step, count = ahead.most_common(1)[0] if ahead else (0, 0)
    if shown < FEWEST_PAGES or count <= _MOST * shown:
        return [""] * len(edges)
    return [str(place + step) for place in range(len(edges))]


def _marked_at(line: Line) -> tuple[str, int]:
    """Return a line without its numbers, and about how high on the page it stands."""
    return _mark(line.text), round(line.bottom / _SAME_PLACE)


def _mark(line: str) -> str:
    return _NUMBERS.sub("#", line.lower())
