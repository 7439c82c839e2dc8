"""Reading tables as text: each row becomes a sentence that says its columns' names.

Rows are read one by one, so that a table takes little more memory than its text.
"""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO, TextIOWrapper
from itertools import chain, islice, pairwise
from typing import BinaryIO, Final, TextIO

from index.card import Card, not_read
from index.errors import ReadError
from index.reading.metadata import name_title
from index.reading.normal import LongText, codec_of, decode, normalise, one_line
from index.reading.plain import PlainReader
from index.types import Extract

MAX_ROWS = 50_000
"""Rows above which a workbook is refused, whose rows are not read one by one."""
MAX_TABLE_TEXT = 250_000_000
"""Characters of a table's sentences above which it is refused."""

LONG_TEXT = 1_000_000
"""Characters above which a table's text is a `LongText`."""

_DELIMITERS = (",", ";", "\t", "|")
_STATED = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
"""What Excel writes in a file's first line."""
_SAMPLE = 50
"""Rows by which the delimiter is told."""
_SAMPLE_CHARACTERS = 50_000
_TOLD_BY = 2000
"""Rows by which the names of columns are told, and whether the first column counts the rows."""
_BATCH = 500_000
"""Characters of rows that are joined at once."""
_SAME = 0.9
"""Share of them that must have as many columns as most have."""
MAX_ABOVE = 10
"""Lines of a title that may stand above a table."""
_NUMBER = re.compile(r"[-+(]?[.,%\s]*+\d[\d.,%)\s]*+")
_MOSTLY = 0.5
"""Share of a column's cells from which on they are of one kind."""


class TableReader:
    """Reads comma-, semicolon-, tab- and bar-separated tables.

    A row becomes `Country: Japan; Year: 2024.`, empty cells left out; rows are parted by a blank
    line. A cell without a name stands alone, the second of two columns of one name is `Price (2)`,
    and lines above the table are lines of the text. Without a header cells are joined by ` | `.
    """

    VERSION: Final = 3

    def read(self, data: bytes, *, name: str) -> Extract:
        """Read a table; what has no columns is read as plain text.

        The title is the first line above the table, else the file's name.

        Raises:
            ReadError: It is binary, too long, or nothing is in its cells.
        """
        text = decode(data)
        extract = _read(lambda: StringIO(text, newline=""), name=name)
        return extract or PlainReader().read(data, name=name)


def read_table_file(file: BinaryIO, *, name: str) -> Extract:
    """Read a table from its open file, which may be larger than memory should hold, and close it.

    Raises:
        ReadError: As `TableReader.read`, or it has no columns.
    """
    codec = codec_of(file)
    file.seek(0)
    extract = _read(
        lambda: TextIOWrapper(file, encoding=codec, errors="replace", newline=""), name=name
    )
    if extract is None:
        raise ReadError(
            "it has no columns that can be told apart, and only tables may be so large; split it"
        )
    return extract


def _read(opened: Callable[[], TextIO], *, name: str) -> Extract | None:
    """Return what a table holds; None where it has no columns."""
    with opened() as file:
        head = file.read(_SAMPLE_CHARACTERS).lstrip("\ufeff\r\n")
        stated = _STATED.match(head)
        delimiter = stated[1] if stated else _delimiter(normalise(head))
        if delimiter is None:
            return None
        file.seek(0)
        rows = _rows(file, delimiter)
        if stated:
            next(rows, None)
        sample = list(islice(rows, _TOLD_BY))
        if not sample:
            raise ReadError("the table has no cell with text; there is nothing to quote from")
        shape = _shape(sample)
        unused = {n for n, column in enumerate(shape.header or ()) if column}
        body = _uncounted(_using(chain(sample[shape.skipped :], rows), unused), shape)
        told = filter(None, (sentence(row, shape.header) for row in body))
        text = _joined(chain(shape.above, told))
    title = shape.above[0] if shape.above else name_title(name)
    left_out = not_read(len(unused), "column", "it has a name, and no cell with text")
    return Extract(card=Card(title=title, media_type="text/csv", left_out=left_out), text=text)


def _using(rows: Iterable[list[str]], unused: set[int]) -> Iterator[list[str]]:
    """Hand rows on, and strike off the columns that have text in one of them."""
    for row in rows:
        if unused:
            unused.difference_update([n for n in unused if n < len(row) and row[n]])
        yield row


def _joined(sentences: Iterable[str]) -> str | LongText:
    """Join sentences; a text that is long is kept in the pieces that it is joined in."""
    text = LongText(_pieces(sentences))
    return str(text) if len(text) <= LONG_TEXT else text


def _pieces(sentences: Iterable[str]) -> Iterator[str]:
    """Yield the sentences some at a time, each but the first behind a blank line."""
    batch: list[str] = []
    length = told = 0
    for one in sentences:
        batch.append(f"\n\n{one}" if length else one)
        length += len(batch[-1])
        if length > MAX_TABLE_TEXT:
            raise ReadError(
                f"its rows with the names of their columns have more than the {MAX_TABLE_TEXT:,} "
                "characters that are read of one table; split it"
            )
        if length - told >= _BATCH:
            yield "".join(batch)
            batch, told = [], length
    yield "".join(batch)


def _delimiter(text: str) -> str | None:
    """Return what parts the columns; None where no candidate gives rows of one width.

    Up to `MAX_ABOVE` lines above the first such row are not counted, nor lines under a last gap.
    """
    best: tuple[int, str] | None = None
    for candidate in _DELIMITERS:
        try:
            rows = list(islice(_parsed(StringIO(text, newline=""), candidate), _SAMPLE))
        except csv.Error:
            continue
        rows = _without_below(rows)
        widths = [len(row) for row in rows if row]
        width = _width(widths)
        first = widths.index(width) if width in widths else 0
        alike = widths.count(width)
        enough = alike > 1 and alike >= _SAME * (len(widths) - first)
        if width > 1 and first <= MAX_ABOVE and enough:
            best = max(best or (0, ""), (width, candidate))
    return best[1] if best else None


def _without_below(rows: list[list[str]]) -> list[list[str]]:
    """Leave out single lines under an empty one at the end, such as where the figures are from."""
    end = len(rows)
    while end and len(rows[end - 1]) == 1:
        end -= 1
    return rows[:end] if 0 < end < len(rows) and not rows[end - 1] else rows


def _width(widths: Sequence[int]) -> int:
    """Return how many columns most rows have that have any; 0 for none."""
    common = Counter(each for each in widths if each > 1).most_common(1)
    return common[0][0] if common else 0


def _rows(file: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    """Yield the rows that have text in a cell."""
    try:
        for row in _parsed(file, delimiter):
            cells = [_cell(cell) for cell in row]
            if any(cells):
                yield cells
    except csv.Error as error:
        raise ReadError(f"its rows cannot be told apart ({error}); save it as CSV anew") from error


def _cell(text: str) -> str:
    """Return what `one_line` does, at once where there is nothing to do."""
    plain = text.isascii() and text.isprintable() and "  " not in text
    return text.strip() if plain else one_line(text)


def _parsed(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """How a table is laid out, told by its first rows."""

    above: tuple[str, ...]
    """Lines of a title."""
    header: tuple[str, ...] | None
    skipped: int
    """Rows that are these lines and the header."""
    counted_from: int | None = None
    """Where a first column without a name only counts the rows, as pandas writes it."""


def _shape(rows: list[list[str]]) -> _Shape:
    """Part the lines above a table and its header from the rows."""
    rows = _without_empty_columns(rows)
    width = _width([len(row) for row in rows])
    above = 0
    while above < min(MAX_ABOVE, len(rows) - 2) and _is_above(rows[above], width):
        above += 1
    titles = tuple(" ".join(filter(None, row)) for row in rows[:above])
    names, body = rows[above], rows[above + 1 :]
    # R leaves the name of the column of the rows' names out.
    if len(names) == width - 1 and all(len(row) == width for row in body):
        names = ["", *names]
    if not body or not _is_header(names, body):
        return _Shape(above=titles, header=None, skipped=above)
    return _Shape(
        above=titles,
        header=tuple(_told_apart(names)),
        skipped=above + 1,
        counted_from=None if names[0] else _counted_from(body),
    )


def _counted_from(body: Sequence[Sequence[str]]) -> int | None:
    counted = [row[0] for row in body]
    starts = (n for n in (0, 1) if counted == [str(at + n) for at in range(len(counted))])
    return next(starts, None)


def parted(rows: list[list[str]]) -> tuple[tuple[str, ...], Sequence[str] | None, list[list[str]]]:
    """Part the lines above a table and its header from the rows.

    Returns:
        The lines, the names of the columns, told apart, or None for a table without, and the rows.
    """
    shape = _shape(rows)
    return shape.above, shape.header, list(_uncounted(rows[shape.skipped :], shape))


def _uncounted(rows: Iterable[list[str]], shape: _Shape) -> Iterator[list[str]]:
    """Yield rows with a first cell that only counts them emptied."""
    for number, row in enumerate(rows):
        counts = shape.counted_from is not None and row[0] == str(number + shape.counted_from)
        yield ["", *row[1:]] if counts else row


def _without_empty_columns(rows: list[list[str]]) -> list[list[str]]:
    """Take off what every line's last delimiter makes."""
    width = max(max((n for n, cell in enumerate(row, 1) if cell), default=0) for row in rows)
    return [row[:width] for row in rows]


def _is_above(row: Sequence[str], width: int) -> bool:
    """Tell a title from a row: it has one cell, at the left, of a table that has more."""
    return (width > 1 and len(row) < width - 1) or (width > 2 and bool(row[0]) and not any(row[1:]))


def _is_header(names: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Tell names of columns: words, or years in a row, or words above numbers.

    The first may be empty, as pandas writes it.
    """
    rest = names[1:] if not names[0] else names
    if len(names) < 2 or not all(rest) or not rest:
        return False
    numbers = [n for n, name in enumerate(names) if _NUMBER.fullmatch(name)]
    if numbers:
        return (
            0 not in numbers
            and _counts([names[n] for n in numbers])
            and not _counts([body[0][n] for n in numbers if n < len(body[0])])
        )
    return len(set(rest)) == len(rest) or any(_is_number_column(body, n) for n in range(len(names)))


def _counts(cells: Sequence[str]) -> bool:
    """Tell years, or numbers each one more than the one before it."""
    if not cells or not all(cell.isdecimal() and len(cell) <= 4 for cell in cells):
        return False
    numbers = [int(cell) for cell in cells]
    steps = {later - now for now, later in pairwise(numbers)}
    years = all(1500 <= number <= 2100 for number in numbers)
    return (years and len(set(numbers)) == len(numbers)) or (steps == {1} and len(numbers) > 2)


def _is_number_column(body: Sequence[Sequence[str]], place: int) -> bool:
    cells = [row[place] for row in body[:_SAMPLE] if place < len(row) and row[place]]
    numbers = sum(1 for cell in cells if _NUMBER.fullmatch(cell))
    return bool(cells) and numbers >= _MOSTLY * len(cells)


def _told_apart(names: Sequence[str]) -> list[str]:
    """Number names that repeat: `Price`, `Price (2)`."""
    seen: Counter[str] = Counter()
    told = []
    for name in names:
        seen[name] += 1
        told.append(f"{name} ({seen[name]})" if name and seen[name] > 1 else name)
    return told


def sentence(row: Sequence[str], header: Sequence[str] | None) -> str:
    """Return a row as a sentence that says its columns' names; empty for one without cells."""
    if header is None or (len(row) == 1 and len(header) > 1):
        return " | ".join(cell for cell in row if cell)
    told = [
        f"{header[place]}: {cell}" if place < len(header) and header[place] else cell
        for place, cell in enumerate(row)
        if cell
    ]
    # A stop of its own would make "Inc.." of a row that ends with one.
    stop = "." if told and not told[-1].endswith((".", "!", "?")) else ""
    return "; ".join(told) + stop
