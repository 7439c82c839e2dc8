"""Where words stand on a page of a PDF, and that page as a picture with them framed.

It runs in the sandbox. Places are found when they are asked for, so that a library stores none:
the page is read as it was when it was added, and its letters are compared, without blanks, hyphens
and marks, with those of the stored text.
"""

import ctypes
import math
import struct
import unicodedata
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, groupby, pairwise
from typing import TYPE_CHECKING, Final

from index.errors import ReadError
from index.reading.pdf import opened, read_page
from index.reading.pdf_page import letter_of
from index.reading.sandbox import Box, Drawn, Wanted

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

SCALE: Final = 2.0
"""Pixels a point, 144 an inch; fewer where the page would have more than the most."""
MOST_PIXELS: Final = 8_000_000
"""Of a picture: a page of A4 has 2 million, one of A3 4 million."""
LONGEST_SIDE: Final = 10_000
"""Pixels."""

_CONTEXT = 200
"""Letters around words that repeat by which the right ones are told."""
_MOST_PLACES = 500
_FEWEST = 6
"""Letters of a part of the words that is looked for alone, where they stand in no one run."""
_MOST_PARTS = 200
_ENOUGH = 0.5
"""Share of the letters that have to be found."""
_ROOM = 2
"""Pixels between the letters and their frame."""
_LINE = 2
"""Pixels of a frame's line."""
_FRAME = b"\xc8\x5a\x00"
_MARKED = bytes(min(shade, 0x8C) for shade in range(256))
"""Of blue, so that paper is yellow and ink stays as it is, however often it is marked."""


def draw(data: bytes, wanted: Wanted) -> Drawn:
    """Draw a page, its form and its notes, and frame what is wanted on it.

    Raises:
        ReadError: The file is not read, or has no such page.
    """
    with opened(data) as document:
        if not 1 <= wanted.page <= len(document):
            raise ReadError(f"it has no page {wanted.page}: name one from 1 to {len(document)}")
        places = _places(document, wanted) if wanted.start < wanted.end else []
        page = document[wanted.page - 1]
        scale = _scale(page.get_width(), page.get_height())
        bitmap = page.render(scale=scale, rev_byteorder=True)
        width, height = bitmap.width, bitmap.height
        boxes = _boxes(page, places, width=width, height=height)
        rows = _rows(bytes(bitmap.buffer), width=width, height=height, stride=bitmap.stride)
        page.close()
    for box in boxes:
        _mark(rows, box)
    png = _png(rows, width=width)
    return Drawn(png=png, width=width, height=height, scale=scale, boxes=boxes)


def _scale(width: float, height: float) -> float:
    """Return how many pixels a point of a page gets.

    Raises:
        ReadError: The page has no size.
    """
    if not (0 < width < math.inf and 0 < height < math.inf):
        raise ReadError("the page has no size that can be drawn; print the file to PDF anew")
    return min(SCALE, math.sqrt(MOST_PIXELS / width / height), LONGEST_SIDE / max(width, height))


def _places(document: "PdfDocument", wanted: Wanted) -> list[Box]:
    """Return where the wanted words stand, a box a line, as (left, bottom, right, top) in points.

    They are as the page was made, not as it is turned; none where the words are not found.
    """
    import pypdfium2.raw as pdfium

    lines = read_page(document, wanted.page - 1).lines
    page = document[wanted.page - 1]
    text_page = page.get_textpage()
    signs = [(row, place) for row, line in enumerate(lines) for place in line.signs]
    letters = [bare(letter_of(pdfium.FPDFText_GetUnicode(text_page, at))) for _, at in signs]
    ends = list(accumulate(map(len, letters)))
    words = wanted.text[wanted.start : wanted.end]
    runs = find_runs(
        "".join(letters),
        bare(words),
        before=bare(wanted.text[max(0, wanted.start - 2 * _CONTEXT) : wanted.start]),
        after=bare(wanted.text[wanted.end : wanted.end + 2 * _CONTEXT]),
    )
    spans = [(bisect_right(ends, start), bisect_right(ends, end - 1) + 1) for start, end in runs]
    found = [signs[at] for span in _with_marks(spans, words, letters) for at in range(*span)]
    box = pdfium.FS_RECTF()
    places = []
    for _, run in groupby(found, key=lambda sign: sign[0]):
        seen = []
        for _, place in run:
            if pdfium.FPDFText_GetLooseCharBox(text_page, place, box):
                seen.append((box.left, box.bottom, box.right, box.top))
        if seen:
            lefts, bottoms, rights, tops = zip(*seen, strict=True)
            places.append((min(lefts), min(bottoms), max(rights), max(tops)))
    text_page.close()
    page.close()
    return places


def _with_marks(
    spans: list[tuple[int, int]], words: str, letters: Sequence[str]
) -> list[tuple[int, int]]:
    """Return spans of signs with the quotes before and the stop behind them that words have."""
    if not spans:
        return []
    marked = [bool(bare(sign)) for sign in words if not sign.isspace()]
    before, behind = marked.index(True), marked[::-1].index(True)
    (first, _), (_, last) = spans[0], spans[-1]
    while before and first and not letters[first - 1]:
        first, before = first - 1, before - 1
    while behind and last < len(letters) and not letters[last]:
        last, behind = last + 1, behind - 1
    spans[0] = (first, spans[0][1])
    spans[-1] = (spans[-1][0], last)
    return spans


def bare(text: str) -> str:
    """Return letters and figures alone, ligatures and accents taken apart, in small letters."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text).casefold()))


def find_runs(page: str, words: str, *, before: str, after: str) -> list[tuple[int, int]]:
    """Return where words stand on a page, all of them bare, as runs of its letters in order.

    Where they stand more than once, what stands around them tells which are meant; where something
    else stands between them, as a running head does, they are found in parts. None gives none.
    """
    if not words:
        return []
    places = _occurrences(page, words)
    if not places:
        return _parts(page, words)

    def alike(at: int) -> tuple[int, int]:
        ahead = _alike(reversed(page[max(0, at - _CONTEXT) : at]), reversed(before))
        behind = _alike(page[at + len(words) : at + len(words) + _CONTEXT], after)
        return ahead + behind, -at

    best = max(places, key=alike)
    return [(best, best + len(words))]


def _occurrences(page: str, words: str) -> list[int]:
    places: list[int] = []
    at = page.find(words)
    while at >= 0 and len(places) < _MOST_PLACES:
        places.append(at)
        at = page.find(words, at + 1)
    return places


def _alike(one: Iterable[str], other: Iterable[str]) -> int:
    """Return how many letters two runs begin with alike."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), _CONTEXT)


def _parts(page: str, words: str) -> list[tuple[int, int]]:
    """Return the parts of words that stand on a page, the longest first part first."""
    found: list[tuple[int, int]] = []
    rest = words
    at = 0
    for _ in range(_MOST_PARTS):
        if not rest:
            break
        low, high = 0, len(rest)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if rest[:middle] in page else (low, middle - 1)
        if low < min(_FEWEST, len(rest)):
            rest = rest[_FEWEST:]
            continue
        part = rest[:low]
        start = page.find(part, at) if page.find(part, at) >= 0 else page.find(part)
        found.append((start, start + low))
        at, rest = start + low, rest[low:]
    enough = sum(end - start for start, end in found) >= _ENOUGH * len(words)
    return sorted(found) if enough else []


def _boxes(page: "PdfPage", places: Sequence[Box], *, width: int, height: int) -> tuple[Box, ...]:
    """Return boxes of a page as (left, top, right, bottom) in pixels of its picture."""
    boxes: list[Box] = []
    for left, bottom, right, top in places:
        if not all(map(math.isfinite, (left, bottom, right, top))):
            continue
        corners = [_pixel(page, x, y, width, height) for x, y in ((left, bottom), (right, top))]
        (x1, x2), (y1, y2) = map(sorted, zip(*corners, strict=True))
        box = (max(0, x1 - _ROOM), max(0, y1), min(width, x2 + _ROOM), min(height, y2))
        if box[0] < box[2] and box[1] < box[3]:
            boxes.append(box)
    return _parted(boxes)


def _pixel(page: "PdfPage", x: float, y: float, width: int, height: int) -> tuple[int, int]:
    import pypdfium2.raw as pdfium

    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, across, down)
    return across.value, down.value


def _parted(boxes: Sequence[Box]) -> tuple[Box, ...]:
    """Return boxes of lines below each other so that none lies over the next."""
    parted = list(boxes)
    for at, (one, two) in enumerate(pairwise(boxes)):
        upper, left, right = parted[at], max(one[0], two[0]), min(one[2], two[2])
        if one[1] < two[1] < one[3] < two[3] and left < right:
            middle = (two[1] + one[3]) / 2
            parted[at] = (*upper[:3], middle)
            parted[at + 1] = (two[0], middle, *two[2:])
    return tuple(parted)


def _rows(pixels: bytes, *, width: int, height: int, stride: int) -> list[bytearray]:
    return [bytearray(pixels[n * stride : n * stride + 3 * width]) for n in range(height)]


def _mark(rows: Sequence[bytearray], box: Box) -> None:
    """Put paint over what lies in a box of a picture, and a line around it."""
    left, top, right, bottom = map(int, box)
    for number in range(top, bottom):
        row = rows[number]
        blue = slice(3 * left + 2, 3 * right, 3)
        row[blue] = row[blue].translate(_MARKED)
        if number - top < _LINE or bottom - number <= _LINE:
            row[3 * left : 3 * right] = _FRAME * (right - left)
        else:
            edge = min(_LINE, right - left)
            row[3 * left : 3 * (left + edge)] = _FRAME * edge
            row[3 * (right - edge) : 3 * right] = _FRAME * edge


def _png(rows: Sequence[bytearray], *, width: int) -> bytes:
    """Return a picture of red, green and blue as a PNG (RFC 2083)."""
    head = struct.pack(">IIBBBBB", width, len(rows), 8, 2, 0, 0, 0)
    told = zlib.compress(b"".join(b"\0" + row for row in rows), 4)
    parts = ((b"IHDR", head), (b"IDAT", told), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(name + held))
        for name, held in parts
    )
