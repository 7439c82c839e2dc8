"""Reading tables as text: each row becomes a sentence that says its columns' names."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import islice

from index.card import Card
from index.errors import ReadError
from index.reading.encoding import decode
from index.reading.metadata import name_title
from index.reading.normal import normalise, one_line
from index.reading.plain import PlainReader
from index.types import Extract

MAX_ROWS = 50_000
"""Rows above which a table is refused: it is data to be computed with, not text to be quoted."""

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 50
"""Rows by which the delimiter is told."""
_SAMPLE_CHARACTERS = 50_000
_SAME = 0.9
"""Share of them that must have as many columns as most have."""
_NUMBER = re.compile(r"[-+(]?[.,%\s]*+\d[\d.,%)\s]*+")


class TableReader:
    """Reads comma-, semicolon-, tab- and bar-separated tables.

    A row becomes `Country: Japan; Year: 2024.`, empty cells left out; rows are parted by a blank
    line. Without a header the cells are joined by ` | `.
    """

    def read(self, data: bytes, *, name: str) -> Extract:
        """Read a table; the title is the file's name. What has no columns is read as plain text.

        Raises:
            ReadError: It is binary, has more than `MAX_ROWS` rows, or nothing in its cells.
        """
        text = normalise(decode(data)).strip("\n")
        delimiter = _delimiter(text)
        if delimiter is None:
            return PlainReader().read(data, name=name)
        rows = _rows(text, delimiter)
        if not rows:
            raise ReadError("the table has no cell with text; there is nothing to quote from")
        header, body = _parted(rows)
        told = list(filter(None, (_sentence(row, header) for row in body)))
        return Extract(
            card=Card(title=name_title(name), media_type="text/csv"), text="\n\n".join(told)
        )


def _delimiter(text: str) -> str | None:
    """Return what parts the columns; None where no candidate gives rows of one width."""
    best: tuple[int, str] | None = None
    for candidate in _DELIMITERS:
        try:
            rows = list(islice(_parsed(text[:_SAMPLE_CHARACTERS], candidate), _SAMPLE))
        except csv.Error:
            continue
        widths = [len(row) for row in rows if row]
        width, alike = Counter(widths).most_common(1)[0] if widths else (0, 0)
        if width > 1 and len(widths) > 1 and alike >= _SAME * len(widths):
            best = max(best or (0, ""), (width, candidate))
    return best[1] if best else None


def _rows(text: str, delimiter: str) -> list[list[str]]:
    rows = []
    try:
        for row in _parsed(text, delimiter):
            cells = [one_line(cell) for cell in row]
            if any(cells):
                rows.append(cells)
            if len(rows) > MAX_ROWS:
                raise ReadError(f"it has more than the {MAX_ROWS} rows that are read; split it")
    except csv.Error as error:
        raise ReadError(f"its rows cannot be told apart ({error}); save it as CSV anew") from error
    return rows


def _parsed(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)


def _parted(rows: list[list[str]]) -> tuple[Sequence[str] | None, list[list[str]]]:
    """Part the header from the rows; it is a first row of different words without a number."""
    first = rows[0]
    named = all(first) and len(set(first)) == len(first)
    if len(rows) > 1 and named and not any(_NUMBER.fullmatch(cell) for cell in first):
        return first, rows[1:]
    return None, rows


def _sentence(row: Sequence[str], header: Sequence[str] | None) -> str:
    if header is None:
        return " | ".join(cell for cell in row if cell)
    told = [
        f"{header[place]}: {cell}" if place < len(header) else cell
        for place, cell in enumerate(row)
        if cell
    ]
    # A stop of its own would make "Inc.." of a row that ends with one.
    stop = "." if told and not told[-1].endswith((".", "!", "?")) else ""
    return "; ".join(told) + stop
