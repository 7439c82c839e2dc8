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
_COUNTER = re.compile(r"^\d{1,4}(?=\D|$)|(?<!\d)\d{1,4}$")
"""A number at the beginning or the end of a line."""
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
    marks, numbers = _edge_marks(lines), _page_numbers(lines)
    most = max(_MOST * sum(1 for page in lines if page), FEWEST_PAGES - 1)
    bodies = [
        "\n".join(_without_heads(page, marks, most=most, number=number))
        for page, number in zip(lines, numbers, strict=True)
    ]
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
    text = page.strip()
    return [line.strip() for line in text.split("\n")] if text else []


def _edge_marks(pages: Sequence[Sequence[str]]) -> Counter[str]:
    """Return how many pages have a line at an edge, its numbers left aside."""
    return Counter(mark for page in pages for mark in {_mark(line) for line in _edges(page)})


def _page_numbers(pages: Sequence[Sequence[str]]) -> Sequence[str]:
    """Return the number printed on each page, if most pages count on with their place; else empty.

    A chapter's first page often has it alone, where the others have a head beside it.
    """
    ahead: Counter[int] = Counter()
    for place, page in enumerate(pages):
        printed = {int(number) for line in _edges(page) for number in _COUNTER.findall(line)}
        ahead.update(number - place for number in printed)
    shown = sum(1 for page in pages if page)
    step, count = ahead.most_common(1)[0] if ahead else (0, 0)
    if shown < FEWEST_PAGES or count <= _MOST * shown:
        return [""] * len(pages)
    return [str(place + step) for place in range(len(pages))]


def _edges(page: Sequence[str]) -> Sequence[str]:
    return (*page[:_EDGE], *page[-_EDGE:])


def _mark(line: str) -> str:
    return _NUMBERS.sub("#", line.lower())


def _without_heads(
    page: Sequence[str], marks: Counter[str], *, most: float, number: str
) -> Sequence[str]:
    """Leave out the lines that most pages have, and those with the page's number.

    Beside the number may stand what another page has beside its own, such as a chapter's name.
    """

    def is_head(line: str) -> bool:
        numbered = number in _COUNTER.findall(line)
        pages = marks[_mark(line)]
        return pages > most or line == number or (numbered and pages > 1)

    top, bottom = 0, len(page)
    while top < min(_EDGE, bottom) and is_head(page[top]):
        top += 1
    while bottom > max(top, len(page) - _EDGE) and is_head(page[bottom - 1]):
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
