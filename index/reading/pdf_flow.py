"""From the lines of a PDF's pages to one text: paragraphs, headings, rows; reads no file.

Running heads go. A line is joined to the one before where that one was full: where the first word
of the next would not have fitted behind it. Everything is told from size and place, as an eye does.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.reading.layout import HYPHEN, Line
from index.reading.metadata import MAX_TITLE
from index.reading.pdf_order import ended, page_numbers, without_heads

_HYPHENATED = re.compile(r"(?<![^\W\d_])[^\W\d_]++-[^\W\d_]++")
_LAST_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]++$")
_FIRST_WORD = re.compile(r"[^\W_]+")
_SHARED = re.compile(r"(?:and|or|to|und|oder|bis|bzw|et|ou|y|o|en|of)\b")
"""What follows the hyphen of a word that shares its end: pre- and post-war."""
_CLOSING = (",", ".", ";", ":", ")", "]")
_ITEM = re.compile(r"(?:[-*+•‣▪●○◦·–—■□➢✓]|\(?(?:\d{1,3}|[A-Za-z])[.)]|\[\d{1,3}\])(?:\s|$)")
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
"""Han, kana, Hangul and full-width forms; all but Hangul are written without blanks."""
_HANGUL = re.compile(r"[\u1100-\u11ff\uac00-\ud7af]")

_NEAR = 20
"""Lines before and after a line that tell how wide its column is."""
_INDENT = 1.9
"""Sizes between the beginnings of a paragraph's lines."""
_FEWEST_LINES = 3
"""Lines that end at one place where a column ends there."""
_MOST_LINES = 3
"""Of a heading."""
_ROWS_APART = 2.5
"""Sizes between the rows of one table."""
_LONG = 32
"""Letters from which a full line is one of prose; shorter ones may be those of a list."""
_LEADING = 1.35
"""Times the distance of lines from which a larger one begins a paragraph."""
_LARGE = 1.15
"""Times the size of the text from which a line is a heading."""
_ABOUT = 0.85
"""Share of the largest heading's size that a title has at least."""
_ALIKE = 0.08
"""Share by which sizes in one paragraph differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Pages set as one text."""

    text: str
    page_starts: tuple[int, ...]
    """Offset at which each page begins; one without text begins where the text before it ends."""
    section_starts: tuple[int, ...] = ()
    """Ascending offsets at which headings begin."""
    title: str = ""
    """The largest heading of the first page that has text; empty where it has none."""
    heads: frozenset[str] = frozenset()
    """Lines of the first page with text that another page has, too."""
    page_numbers: tuple[str, ...] = ()
    """What is printed on each page as its number; empty where it counts from 1 as they do."""


def set_pages(pages: Sequence[Sequence[Line]]) -> Flow:
    """Set the lines of pages as one text; no pages and pages without lines give an empty one."""
    bodies = without_heads(pages)
    placed = [(number, line) for number, body in enumerate(bodies) for line in body]
    lines = [line for _, line in placed]
    if not lines:
        return Flow(text="", page_starts=(0,) * len(pages))
    body_size = _body_size(lines)
    page_of = [number for number, _ in placed]
    gaps = ["", *_gaps(lines, page_of, body_size)]
    headings = _headings(lines, gaps, body_size)
    hyphenated = Counter(_HYPHENATED.findall(" ".join(line.text for line in lines).lower()))
    text, starts = _joined(lines, gaps, hyphenated)
    own, others = _texts_of(lines, page_of)
    return Flow(
        text=text,
        page_starts=_page_starts(page_of, starts, pages=len(pages), end=len(text)),
        section_starts=tuple(starts[first] for first, _ in headings),
        title=_title(
            lines,
            [h for h in headings if page_of[h[0]] == page_of[0] and lines[h[0]].text not in others],
        ),
        heads=frozenset(own & others),
        page_numbers=page_numbers(pages),
    )


def _texts_of(lines: Sequence[Line], page_of: Sequence[int]) -> tuple[set[str], set[str]]:
    """Return the texts of the first page's lines, and those of all others."""
    own, others = set[str](), set[str]()
    for line, page in zip(lines, page_of, strict=True):
        (own if page == page_of[0] else others).add(line.text)
    return own, others


def _title(lines: Sequence[Line], headings: Sequence[tuple[int, int]]) -> str:
    """Return the first of these headings that is about as large as the largest."""
    largest = max((lines[first].size for first, _ in headings), default=0.0)
    for first, last in headings:
        if lines[first].size >= _ABOUT * largest:
            return " ".join(line.text.removesuffix(HYPHEN) for line in lines[first : last + 1])
    return ""


def _page_starts(
    page_of: Sequence[int], starts: Sequence[int], *, pages: int, end: int
) -> tuple[int, ...]:
    found: list[int] = []
    at = ended = 0
    for page in range(pages):
        while at < len(page_of) and page_of[at] < page:
            at += 1
        here = at < len(page_of) and page_of[at] == page
        last = next((n for n in range(at, len(page_of)) if page_of[n] > page), len(page_of))
        found.append(starts[at] if here else ended)
        if here:
            ended = starts[last] if last < len(starts) else end
    return tuple(found)


def _body_size(lines: Sequence[Line]) -> float:
    """Return the size in which most letters are set."""
    letters: Counter[float] = Counter()
    for line in lines:
        letters[round(line.size * 2) / 2] += len(line.text)
    return max(letters.items(), key=lambda item: (item[1], -item[0]))[0]


def _gaps(lines: Sequence[Line], page_of: Sequence[int], body_size: float) -> list[str]:
    """Return what parts each line from the next: a blank, a line end or a blank line."""
    leadings = _leadings(lines, page_of)
    edges = _edges_of_columns(lines, page_of)
    gaps = []
    for at, (line, lower) in enumerate(pairwise(lines)):
        same_page = page_of[at] == page_of[at + 1]
        column = _Column(
            right=edges[at][0],
            justified=edges[at][1],
            leading=leadings.get(round(line.size * 2), line.size * 1.2),
            after=lines[at + 2] if at + 2 < len(lines) else None,
        )
        if line.text.endswith(HYPHEN) and lower.text[0].isalpha():
            gaps.append(" ")
        elif not same_page or lower.bottom - line.bottom > 0.5 * max(line.size, lower.size):
            gaps.append(_gap_elsewhere(line, lower))
        elif line.aside or lower.aside:
            gaps.append("\n\n")
        elif line.row or lower.row:
            gaps.append(_gap_of_rows(line, lower))
        elif line.size > _LARGE * body_size and _is_more_heading(line, lower, column):
            gaps.append(" ")
        else:
            gaps.append(_gap_below(line, lower, column))
    return gaps


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """What stands around a line."""

    right: float
    """Where the lines of its column end."""
    justified: bool
    """Whether three lines or more end there."""
    leading: float
    """How far its lines lie apart."""
    after: Line | None
    """The line after the next."""


def _gap_elsewhere(line: Line, lower: Line) -> str:
    """Return the gap to the next page or column; what goes on in lower case is one sentence."""
    return " " if _is_alike(line, lower) and not ended(line) and _goes_on(lower.text) else "\n\n"


def _gap_of_rows(line: Line, lower: Line) -> str:
    near = line.bottom - lower.bottom <= _ROWS_APART * max(line.size, lower.size)
    return "\n" if near else "\n\n"


def _is_more_heading(line: Line, lower: Line, column: _Column) -> bool:
    """Say whether the next line is another of a heading, whose lines end where they like."""
    return (
        _is_alike(line, lower)
        and not ended(line)
        and not _ITEM.match(lower.text)
        and line.bottom - lower.bottom <= _LEADING * min(column.leading, 1.3 * line.size)
    )


def _gap_below(line: Line, lower: Line, column: _Column) -> str:
    """Return the gap to the line below, or to one on the same height."""
    step = line.bottom - lower.bottom
    if step < 0.5 * max(line.size, lower.size):
        return " " if lower.left >= line.right - 0.5 * line.size else "\n"
    if not _is_alike(line, lower) or step > _LEADING * column.leading:
        return "\n\n"
    if line.bold != lower.bold or _ITEM.match(lower.text):
        return "\n"
    if ended(line) and _is_indented(line, lower, column.after):
        return "\n\n"
    wrapped = not ended(line) and len(line.text) >= _LONG and _goes_on(lower.text)
    return " " if wrapped or _is_full(line, lower, column) else "\n"


def _is_indented(line: Line, lower: Line, after: Line | None) -> bool:
    """Say whether a line begins a paragraph: it stands farther right than those around it."""
    return lower.left - line.left > 0.8 * line.size and (
        after is None or after.left < lower.left - 0.5 * line.size
    )


def _is_alike(line: Line, lower: Line) -> bool:
    return abs(line.size - lower.size) <= _ALIKE * max(line.size, lower.size)


def _goes_on(text: str) -> bool:
    return text[0].islower() or _is_han(text[0])


def _is_han(letter: str) -> bool:
    return _WIDE.match(letter) is not None and _HANGUL.match(letter) is None


def _is_full(line: Line, lower: Line, column: _Column) -> bool:
    """Say whether the first word of the next line would not have fitted behind this one."""
    letter = (lower.right - lower.left) / max(1, len(lower.text))
    word = lower.text.split(" ", 1)[0]
    needed = letter * (1 if _is_han(lower.text[0]) else len(word) + 1)
    if line.right + needed <= column.right - 0.2 * line.size:
        return False
    prose = len(line.text) >= (_LONG / 2 if _is_han(line.text[-1]) else _LONG)
    return prose or column.justified or line.bold or _goes_on(lower.text)


def _edges_of_columns(lines: Sequence[Line], page_of: Sequence[int]) -> list[tuple[float, bool]]:
    """Return where each line's column ends, and whether three lines or more end there."""
    edges = []
    for at, line in enumerate(lines):
        near = [
            lines[n].right
            for n in range(max(0, at - _NEAR), min(len(lines), at + _NEAR + 1))
            if page_of[n] == page_of[at]
            and not lines[n].row
            and _is_alike(lines[n], line)
            and lines[n].left < line.right
            and abs(lines[n].left - line.left) < _INDENT * line.size
        ]
        right = max(near, default=line.right)
        full = sum(1 for edge in near if right - edge < 0.3 * line.size)
        edges.append((right, full >= _FEWEST_LINES))
    return edges


def _leadings(lines: Sequence[Line], page_of: Sequence[int]) -> dict[int, float]:
    """Return how far apart lines of each size lie mostly; keys are twice the size, rounded."""
    steps: dict[int, Counter[float]] = {}
    for (n, line), (m, lower) in pairwise(zip(page_of, lines, strict=True)):
        step = line.bottom - lower.bottom
        if n == m and 0.5 * line.size < step < 3 * line.size and _is_alike(line, lower):
            steps.setdefault(round(line.size * 2), Counter())[round(step * 2) / 2] += 1
    return {
        size: max(found.items(), key=lambda item: (item[1], -item[0]))[0] + 0.25
        for size, found in steps.items()
    }


def _headings(
    lines: Sequence[Line], gaps: Sequence[str], body_size: float
) -> list[tuple[int, int]]:
    """Return the first and the last line of each heading."""
    found = []
    first = 0
    for at in range(1, len(lines) + 1):
        if at < len(lines) and gaps[at] == " ":
            continue
        block = lines[first:at]
        text = " ".join(line.text for line in block)
        large = all(line.size > _LARGE * body_size for line in block)
        bold = all(line.bold and line.size > (1 - _ALIKE) * body_size for line in block)
        alone = at < len(lines) and not (bold and lines[at].bold and not large)
        if (large or bold) and alone and len(block) <= _MOST_LINES and _is_heading(block, text):
            found.append((first, at - 1))
        first = at
    return found


def _is_heading(block: Sequence[Line], text: str) -> bool:
    if any(line.row or line.aside for line in block) or len(text) > MAX_TITLE:
        return False
    return any(c.isalpha() for c in text) and not text.endswith((".", ",", ";", "。", "、"))


def _joined(
    lines: Sequence[Line], gaps: Sequence[str], hyphenated: Counter[str]
) -> tuple[str, list[int]]:
    """Return the text and the offset of each line in it."""
    parts: list[str] = []
    starts: list[int] = []
    length = 0
    for at, line in enumerate(lines):
        text = line.text.removesuffix(HYPHEN)
        if at + 1 < len(lines) and text is not line.text and len(text) < len(line.text):
            text += _hyphen(text, lines[at + 1].text, hyphenated)
        elif len(text) < len(line.text):
            text += "-"
        gap = gaps[at]
        before = lines[at - 1].text if at else ""
        broken = before.endswith(HYPHEN) and not _SHARED.match(text)
        closing = text.startswith(_CLOSING)
        if gap == " " and (broken or closing or _is_han(before[-1]) or _is_han(text[0])):
            gap = ""
        starts.append(length + len(gap))
        parts += (gap, text)
        length += len(gap) + len(text)
    return "".join(parts), starts


def _hyphen(text: str, following: str, hyphenated: Counter[str]) -> str:
    """Return the hyphen of a broken word where it is kept."""
    first, second = _LAST_WORD.search(text), _FIRST_WORD.match(following)
    if first is None or second is None or not second.group()[0].islower():
        return "-"
    if _SHARED.match(following):
        return "-"
    return "-" if f"{first.group()}-{second.group()}".lower() in hyphenated else ""
