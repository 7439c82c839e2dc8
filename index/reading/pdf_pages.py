"""From the text of each page to one text: running heads go, broken words are mended."""

import re
from collections import Counter
from collections.abc import Sequence

FEWEST_PAGES = 3
"""Pages from which a line that most of them begin or end with is a running head."""

_MOST = 0.5
_EDGE = 2
"""Lines at the top and at the bottom of a page that can be running heads."""
_NUMBERS = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)
_BROKEN = re.compile(r"(\w*[^\W\d_])[-\u2010]\n[ \t]*([^\W\d_]\w*)")
_STOPS = (".", "!", "?", "…", ":", "”", '"')


def join_pages(pages: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    r"""Set pages as one text.

    A page that ends within a sentence is parted from the next by a line end, else by a blank
    line. A word broken at a line's end is put together; its hyphen stays where the same word
    stands hyphenated elsewhere.

    Args:
        pages: The normalised text of each page; empty ones count as pages.

    Returns:
        The text, and the offset at which each page begins; a page without text begins where the
        text before it ends.
    """
    lines = [_lines(page) for page in pages]
    running = _running_heads(lines)
    bodies = ["\n".join(_without_heads(page, running)) for page in lines]
    if not any(bodies):
        bodies = ["\n".join(page) for page in lines]
    hyphenated = Counter(re.findall(r"[^\W\d_]+-[^\W\d_]+", " ".join(bodies).lower()))
    parts: list[str] = []
    starts: list[int] = []
    length = 0
    for body in bodies:
        text = _BROKEN.sub(lambda found: _mended(found, hyphenated), body)
        gap = _gap(parts[-1], text) if parts and text else ""
        starts.append(length + len(gap))
        if text:
            parts += (gap, text)
            length += len(gap) + len(text)
    return "".join(parts), tuple(starts)


def _lines(page: str) -> list[str]:
    lines = [line.strip() for line in page.split("\n")]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _running_heads(pages: Sequence[Sequence[str]]) -> frozenset[str]:
    """Return the lines, without their numbers, that most pages have at an edge."""
    shown = [page for page in pages if page]
    if len(shown) < FEWEST_PAGES:
        return frozenset()
    counts = Counter(mark for page in shown for mark in {_mark(line) for line in _edges(page)})
    return frozenset(mark for mark, pages in counts.items() if pages > _MOST * len(shown))


def _edges(page: Sequence[str]) -> Sequence[str]:
    return (*page[:_EDGE], *page[-_EDGE:])


def _mark(line: str) -> str:
    return _NUMBERS.sub("#", line.lower())


def _without_heads(page: Sequence[str], running: frozenset[str]) -> Sequence[str]:
    top, bottom = 0, len(page)
    while top < min(_EDGE, bottom) and _mark(page[top]) in running:
        top += 1
    while bottom > max(top, len(page) - _EDGE) and _mark(page[bottom - 1]) in running:
        bottom -= 1
    return _lines("\n".join(page[top:bottom]))


def _mended(found: re.Match[str], hyphenated: Counter[str]) -> str:
    first, second = found.groups()
    if not second[0].islower():
        return f"{first}-{second}"
    kept = f"{first}-{second}".lower() in hyphenated
    return f"{first}-{second}" if kept else f"{first}{second}"


def _gap(before: str, after: str) -> str:
    ended = before.rstrip("'’)]»").endswith(_STOPS)
    return "\n\n" if ended or not after[0].islower() else "\n"
