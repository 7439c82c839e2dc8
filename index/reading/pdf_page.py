"""From the letters that PDFium finds on a page to lines with their places; joins no lines.

They come in the order in which the page is painted. A line printed twice comes once, and what lies
beside the page is left out.
"""

import ctypes
import math
import re
import sys
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, groupby
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from index.reading.layout import BEFORE, HYPHEN, Edges, Line, raised, turned
from index.reading.normal import normalise
from index.reading.pdf_order import narrow_gutters

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

_LIGATURES = str.maketrans(
    dict(zip("ﬀﬁﬂﬃﬄﬅﬆ", ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True))
)
_LINE_END, _BROKEN = (0x0A, 0x0D), 0x02
_APART = 0.9
"""Sizes by which a sign lies above or below the one before it where another line begins: marks
of footnotes lie by 0.4."""
_BACK = 3.0
"""Sizes by which a sign stands left of the one before it where another line begins; Arabic goes
back by one letter."""
_COLUMN = 1.6
"""Sizes of blank between two cells of a row; justified lines have 0.8 at most."""
_MARK = re.compile(r".|\(?\w{1,4}[.)]|\[\d{1,3}\]|\d{1,2}(?:\.\d{1,2}){1,3}\.?")
"""What may be the bullet or the number in front of a line."""
_LONGEST_MARK = 12
_STAMP = 4
"""Letters above each other that may be no line that runs up the page."""
_HYPHENS = re.compile(r"(?<=[^\W\d_])[-\u2010]$")
_SMALL, _RAISED = 0.85, 0.12
"""Sizes that raised letters have at most, and by which they lie above the others at least."""
_STRUCK = 0.3
"""Sizes between two prints of one line that make it bold."""
_SEEN = 0.08
"""Sizes of blank that are seen as one."""
_LOOKED_AT = 4
"""Letters before and after a blank."""
_LOOKED_BACK = 12
"""Lines among which the first print of a line is looked for."""
_BOLD = re.compile(r"bold|black|heavy|demi|-medi$|-bd|cmbx|\bbx\d", re.IGNORECASE)
_CJK = 0x2E80
"""Code from which letters are written from top to bottom, too."""
_ASKED = 500
"""Letters of a page that are asked whether the file says which they are; all, if one is not."""
_SAMPLED = 100
"""Letters of a page that are asked how they are turned."""
_PLAIN = re.compile(r"[a-z0-9 .,-]")
_MOST_PLAIN = 0.6
"""Share of such signs among letters that are told by their numbers alone, from which these are
their codes: glyph numbers of fonts make capitals and marks of small letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What is printed on a page."""

    lines: Sequence[Line]
    """In the order in which they are painted."""
    filled: Sequence[Line]
    """What is filled into its form."""
    known: int
    """Letters of which the file says which they are."""
    unknown: int
    """Letters of which it does not."""


class _Sign(NamedTuple):
    """One letter with its box; a tuple, because a book has millions of them."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    place: int
    """Among the signs of the page."""


def turn_of(text_page: "PdfTextPage") -> int:
    """Return by which right angle, clockwise in degrees, most of a page's text has to be turned."""
    import pypdfium2.raw as pdfium

    angles: Counter[int] = Counter()
    count = text_page.count_chars()
    for at in range(0, count, max(1, count // _SAMPLED)):
        if not pdfium.FPDFText_IsGenerated(text_page, at):
            angle = pdfium.FPDFText_GetCharAngle(text_page, at)
            angles[round(angle / (math.pi / 2)) % 4 * 90 if math.isfinite(angle) else 0] += 1
    return max(angles.items(), key=lambda item: (item[1], -item[0]), default=(0, 0))[0]


def printed_lines(text_page: "PdfTextPage", *, turn: int, box: Edges, printed: int) -> Printed:
    """Return the lines of a page.

    Args:
        text_page: The page as PDFium reads it.
        turn: Degrees by which it is turned clockwise.
        box: What is seen of it: left, bottom, right, top.
        printed: How many of its letters are the page's; the others are its form's.
    """
    signs, unknown = _signs(text_page, turn=turn, box=box)
    on_page, filled = _lines(text_page, signs, printed=printed)
    known = sum(1 for sign in signs if sign is not None)
    return Printed(lines=on_page, filled=filled, known=known, unknown=unknown)


def _signs(text_page: "PdfTextPage", *, turn: int, box: Edges) -> tuple[list[_Sign | None], int]:
    """Return the letters with their boxes, None where a line ends, and how many are unknown."""
    import pypdfium2.raw as pdfium

    signs: list[_Sign | None] = []
    doubtful: list[_Sign] = []
    rectangle = pdfium.FS_RECTF()
    unicode_of, box_of = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetLooseCharBox
    is_unknown = pdfium.FPDFText_HasUnicodeMapError
    for index in range(text_page.count_chars()):
        code = unicode_of(text_page, index)
        if code in _LINE_END:
            signs.append(None)
            continue
        doubted = not 0 < code <= sys.maxunicode or (
            (index < _ASKED or doubtful) and is_unknown(text_page, index) == 1
        )
        if not box_of(text_page, index, rectangle):
            continue
        place = (rectangle.left, rectangle.right, rectangle.bottom, rectangle.top)
        if _is_beside(place, box):
            continue
        left, right, bottom, top = turned(place, turn, box) if turn else place
        sign = _Sign(letter_of(code), left, right, bottom, top, index)
        signs.append(sign)
        if code == _BROKEN:
            signs.append(None)
        if doubted:
            doubtful.append(sign)
    if _is_plain(doubtful):
        return signs, 0
    unknown = {sign.place for sign in doubtful}
    return [s for s in signs if s is None or s.place not in unknown], len(unknown)


def letter_of(code: int) -> str:
    """Return the letter of a code as PDFium tells it."""
    return HYPHEN if code == _BROKEN else chr(code) if code <= sys.maxunicode else "\0"


def _is_beside(place: Edges, page: Edges) -> bool:
    left, right, bottom, top = place
    # So that what has no place (NaN) is beside it, too.
    return not (left <= page[2] and right >= page[0] and bottom <= page[3] and top >= page[1])


def _is_plain(doubtful: Sequence[_Sign]) -> bool:
    plain = sum(1 for sign in doubtful if _PLAIN.match(sign.text))
    return plain >= _MOST_PLAIN * len(doubtful)


def _lines(
    text_page: "PdfTextPage", signs: Sequence[_Sign | None], *, printed: int
) -> tuple[list[Line], list[Line]]:
    """Return the lines that are printed on the page, and those of its form, each once."""
    on_page, filled = list[Line](), list[Line]()
    runs = list(_runs(signs, printed=printed))
    letters = [[sign for sign in run if not sign.text.isspace()] for run in runs]
    size = median(sign.top - sign.bottom for run in letters for sign in run) if any(letters) else 0
    gutters = narrow_gutters([[(s.left, s.right) for s in run] for run in letters], size)
    for run in runs:
        line = _set(text_page, run, gutters)
        lines = filled if run[0].place >= printed else on_page
        if line and not any(_is_print_of(line, other) for other in lines[-_LOOKED_BACK:]):
            lines.append(line)
    return sorted(on_page, key=lambda line: line.aside), filled


def _runs(signs: Sequence[_Sign | None], *, printed: int) -> Iterator[list[_Sign]]:
    """Part the letters where a line ends or the next letter is at another place."""
    run: list[_Sign] = []
    last: _Sign | None = None
    for sign in signs:
        if sign is None or (last and _is_elsewhere(last, sign, printed=printed)):
            if run:
                yield run
            run, last = [], None
        if sign is None:
            continue
        run.append(sign)
        if sign.text != " ":
            last = sign
    if run:
        yield run


def _is_elsewhere(last: _Sign, sign: _Sign, *, printed: int) -> bool:
    if sign.text == " " or (
        last.bottom == sign.bottom and 0 <= sign.left - last.left < 9 and sign.place != printed
    ):
        return False
    size = max(last.top - last.bottom, sign.top - sign.bottom)
    if _is_stacked(last, sign):
        return False
    apart = min(abs(sign.bottom - last.bottom), abs(sign.top - last.top))
    back = sign.right < last.left - _BACK * size
    gap = sign.place >= printed and sign.left > last.right + _COLUMN * size
    return (
        apart > _APART * size or back or gap or (sign.place >= printed) != (last.place >= printed)
    )


def _is_stacked(last: _Sign, sign: _Sign) -> bool:
    """Say whether a letter stands right below or above the one before it, as in upright writing."""
    size = max(sign.right - sign.left, last.right - last.left)
    apart = min(abs(last.bottom - sign.top), abs(last.top - sign.bottom))
    level = abs((sign.left + sign.right) - (last.left + last.right)) < 0.4 * size
    return level and apart < 0.5 * size


def _is_downwards(seen: Sequence[_Sign]) -> bool:
    """Say whether letters are written from top to bottom, as Japanese is."""
    first, second = seen[0], seen[min(1, len(seen) - 1)]
    return ord(first.text[0]) >= _CJK and second.top < first.top and _is_stacked(first, second)


def _set(text_page: "PdfTextPage", run: Sequence[_Sign], gutters: Sequence[float]) -> Line | None:
    """Set letters as a line; None where they are blanks."""
    signs = _without_false_blanks(_struck_once(run))
    size = sorted(sign.top - sign.bottom for sign in signs)[len(signs) // 2]
    found = (_cell(text_page, cell, size) for cell in _cells(signs, size, gutters))
    cells = tuple(cell for cell in found if cell is not None)
    if len(cells) < 2:
        return cells[0] if cells else None
    *before, last = (cell.text for cell in cells)
    return Line(
        text=" | ".join([*(text.replace(HYPHEN, "-") for text in before), last]),
        left=min(cell.left for cell in cells),
        right=max(cell.right for cell in cells),
        bottom=cells[0].bottom,
        size=size,
        bold=all(cell.bold for cell in cells),
        row=True,
        cells=cells,
        signs=array("I", chain.from_iterable(cell.signs for cell in cells)),
    )


def _cells(signs: Sequence[_Sign], size: float, gutters: Sequence[float]) -> list[list[_Sign]]:
    """Part letters where much more than a blank is between them, or a gutter."""
    cells: list[list[_Sign]] = [[]]
    last: _Sign | None = None
    for sign in signs:
        if last and sign.text != " " and _is_apart(last, sign, size, gutters):
            # What stands apart in front of a line is its bullet or number.
            if len(cells[-1]) > _LONGEST_MARK or not _MARK.fullmatch(_text_of(cells[-1]).strip()):
                cells.append([])
            else:
                cells[-1].append(last._replace(text=" "))
        cells[-1].append(sign)
        last = last if sign.text.isspace() else sign
    return cells


def _is_apart(last: _Sign, sign: _Sign, size: float, gutters: Sequence[float]) -> bool:
    wide = sign.left - last.right > _COLUMN * size > 0
    return wide or any(last.right < gutter < sign.left for gutter in gutters)


def _cell(text_page: "PdfTextPage", signs: Sequence[_Sign], size: float) -> Line | None:
    """Set letters without a gap as a line; None where they are blanks."""
    text = " ".join(normalise(_raised_apart(signs, size).translate(_LIGATURES)).split())
    seen = [sign for sign in signs if not sign.text.isspace()]
    if not seen or not text:
        return None
    places = array("I", (sign.place for sign in seen))
    if _is_downwards(seen):
        # Columns that are read downwards and from right to left, turned so that they are lines.
        last = seen[-1]
        left, right, bottom = -seen[0].top, -last.bottom, last.left
        return Line(text=text, left=left, right=right, bottom=bottom, size=size * 2, signs=places)
    broken = seen[-1].text == HYPHEN or _HYPHENS.search(text)
    aside = len(seen) > _STAMP and _is_stacked(seen[0], seen[1]) and _is_stacked(*seen[-2:])
    return Line(
        text=_HYPHENS.sub("", text) + HYPHEN if broken else text,
        left=min(sign.left for sign in seen),
        right=max(sign.right for sign in seen),
        bottom=sorted(sign.bottom for sign in seen)[len(seen) // 2],
        size=size,
        bold=all(_is_bold(text_page, sign.place) for sign in (seen[0], seen[-1])),
        aside=aside,
        signs=places,
    )


def _raised_apart(signs: Sequence[_Sign], size: float) -> str:
    """Return the text of letters with raised ones set apart, as HTML's; a note from its mark."""
    ground = sorted(sign.bottom for sign in signs)[len(signs) // 2]

    def is_raised(sign: _Sign) -> bool:
        small = sign.top - sign.bottom < _SMALL * size
        return small and not sign.text.isspace() and sign.bottom > ground + _RAISED * size

    groups = [(up, _text_of(list(group))) for up, group in groupby(signs, key=is_raised)]
    text = ""
    for at, (up, said) in enumerate(groups):
        following = groups[at + 1][1] if at + 1 < len(groups) else ""
        if up and not text and said.isdigit() and following[:1].isalpha():
            said += " "
        text += raised(said, after=text[-BEFORE:], mark=False, before=following) if up else said
    return text


def _text_of(signs: Sequence[_Sign]) -> str:
    return "".join(sign.text for sign in signs)


def _struck_once(signs: Sequence[_Sign]) -> list[_Sign]:
    """Leave out letters that are printed upon the same letter, and the blanks told between."""
    kept: list[_Sign] = []
    for sign in signs:
        size = sign.top - sign.bottom
        if sign.text.isspace() or not any(_is_upon(sign, k, size) for k in kept[-4:]):
            kept.append(sign)
    if len(kept) == len(signs):
        return kept
    return [s for at, s in enumerate(kept) if not s.text.isspace() or _is_gap(kept, at, _SEEN)]


def _without_false_blanks(signs: Sequence[_Sign]) -> list[_Sign]:
    """Leave out blanks told behind a ligature, whose letters share its box, where no gap is."""
    return [
        sign
        for at, sign in enumerate(signs)
        if not (
            sign.text == " "
            and at > 1
            and signs[at - 1][1:5] == signs[at - 2][1:5]
            and not _is_gap(signs, at, _SEEN)
        )
    ]


def _is_gap(signs: Sequence[_Sign], at: int, share: float) -> bool:
    """Say whether a blank parts the letters around it by such a share of their size."""
    before = next(
        (s for s in reversed(signs[max(0, at - _LOOKED_AT) : at]) if not s.text.isspace()), None
    )
    after = next((s for s in signs[at + 1 : at + 1 + _LOOKED_AT] if not s.text.isspace()), None)
    if before is None or after is None:
        return False
    return after.left - before.right > share * (before.top - before.bottom)


def _is_upon(sign: _Sign, other: _Sign, size: float) -> bool:
    narrow = min(sign.right - sign.left, other.right - other.left)
    return (
        sign.text == other.text
        # The letters of a ligature come one after the other, with one box.
        and (sign[1:5] != other[1:5] or sign.place > other.place + 2)
        and abs(sign.left - other.left) < min(_STRUCK * size, narrow / 2)
        and abs(sign.bottom - other.bottom) < _STRUCK * size
    )


def _is_print_of(line: Line, other: Line) -> bool:
    """Say whether a line is printed upon the same line, which makes it bold or its shadow."""
    near = _STRUCK * line.size
    beside, above = abs(line.left - other.left), abs(line.bottom - other.bottom)
    return line.text == other.text and beside < near and above < near


def _is_bold(text_page: "PdfTextPage", index: int) -> bool:
    import pypdfium2.raw as pdfium

    name = ctypes.create_string_buffer(128)
    pdfium.FPDFText_GetFontInfo(text_page, index, name, len(name), ctypes.c_int())
    return _is_bold_name(name.value)


@cache
def _is_bold_name(name: bytes) -> bool:
    return _BOLD.search(name.decode("ascii", errors="replace")) is not None
