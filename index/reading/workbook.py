"""Reading Excel workbooks: each sheet under its name, each row as a sentence with its names.

openpyxl reads the cells, and their values as they were last reckoned; how they are shown
`index.reading.cells` knows.
"""

import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Final

from index.card import not_read
from index.errors import ReadError
from index.reading.archive import DAMAGE, refuse_entities, unpack
from index.reading.cells import shown
from index.reading.layout import Block, set_blocks
from index.reading.metadata import name_title
from index.reading.normal import one_line
from index.reading.office import EMBEDDED, A, Package, R, drawn
from index.reading.table import MAX_ABOVE, MAX_ROWS, parted, sentence
from index.types import LONGEST_LABEL, Extract

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

MAX_CELLS: Final = 5_000_000
"""Cells, empty ones between others included, above which a workbook is refused: a second takes
about 300,000."""
MAX_CHARACTERS: Final = 20_000_000
"""Of all cells; each of a million may show one text of 32,767."""
_DAMAGE: Final = (SyntaxError, ArithmeticError, LookupError, TypeError, AttributeError)
"""What openpyxl and the parsers under it raise of damaged XML."""
_MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_S: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_XDR: Final = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_BREAK: Final = "\n"
_LAST_ROW: Final = 1_048_576
_LAST_COLUMN: Final = 16_384

_NO_VALUE = re.compile(
    rb"(?:</(?:\w{1,9}:)?f>|<(?:\w{1,9}:)?f\b[^<>]{0,300}/>)(?:<v ?/>|<v></v>)?</(?:\w{1,9}:)?c>"
)
"""The end of a cell with a formula that nothing was reckoned of."""
_ROW = re.compile(rb"<(?:\w{1,9}:)?row\b([^<>]{0,300})>")
_COLUMN = re.compile(rb"<(?:\w{1,9}:)?col\b([^<>]{0,300})>")
_HIDES = re.compile(rb"\bhidden=\"(?:1|true)\"")
_HEADER = re.compile(rb"<(?:\w{1,9}:)?(?:odd|even|first)(?:Header|Footer)>[^<]")
_ATTRIBUTE = re.compile(rb"\b(r|min|max)=\"(\d{1,7})\"")
_MERGED = re.compile(
    rb"<(?:\w{1,9}:)?mergeCell ref=\"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})\""
)

_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_MAX_MERGED: Final = 5_000
"""Rows of a merged cell in each of which its text is told."""


class WorkbookReader:
    """Reads Excel workbooks (`.xlsx`, `.xlsm` and their templates) without running anything.

    A sheet's name is a heading; rows are told as those of CSV tables are (`index.reading.table`),
    a table after an empty row anew. Values are those that the file stores, numbers as their format
    shows them, dates as ISO 8601. Hidden sheets, rows and columns are left out. A place is called
    `sheet NAME`.
    """

    VERSION: Final = 1

    def read(self, data: bytes, *, name: str) -> Extract:
        """Read a workbook; title, author, date and keywords are its properties'.

        The title is else the file's name.

        Raises:
            ReadError: It is damaged, encrypted, an archive bomb, has more than
                `index.reading.table.MAX_ROWS` rows with text or `MAX_CELLS` cells, or shows none.
        """
        with Package(data, main="xl/workbook.xml") as package:
            for member in package.archive.namelist():
                if member.endswith((".xml", ".rels")):
                    refuse_entities(unpack(package.archive, member) or b"")
            book = _Book(package)
            layout = set_blocks(book.blocks(package.usual() or data))
            about, left_out = package.properties(), (*book.left_out(), *package.left_out())
        if not any(character.isalnum() for character in layout.text) or not book.rows:
            raise ReadError(_nothing(left_out))
        return Extract(
            card=replace(
                about,
                title=about.title or name_title(name),
                media_type=_MEDIA_TYPE,
                left_out=left_out,
            ),
            text=layout.text,
            section_starts=layout.section_starts,
            page_starts=layout.section_starts,
            page_labels=tuple(
                f"sheet {layout.text[start : start + LONGEST_LABEL].partition(_BREAK)[0]}"
                for start in layout.section_starts
            ),
        )


def _nothing(left_out: Sequence[str]) -> str:
    told = f" (left out: {left_out[0]})" if left_out else ""
    return f"its sheets show no text{told}; there is nothing to quote from"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """What the XML of a sheet says beside its cells."""

    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    """First row and column, last row and column, from 1."""
    unreckoned: int = 0
    """Formulas without a value."""
    repeated: bool = False
    """Whether it has a header or a footer."""

    @classmethod
    def of(cls, content: bytes) -> "_Sheet":
        rows, columns = (
            [dict(_ATTRIBUTE.findall(each)) for each in tag.findall(content) if _HIDES.search(each)]
            for tag in (_ROW, _COLUMN)
        )
        spans = [(int(c.get(b"min", 0)), min(int(c.get(b"max", 0)), _LAST_COLUMN)) for c in columns]
        return cls(
            hidden_rows=frozenset(int(row[b"r"]) for row in rows if b"r" in row),
            hidden_columns=frozenset(n for a, z in spans for n in range(max(a, 1), z + 1)),
            merged=tuple(
                (int(top), _column(left), int(bottom), _column(right))
                for left, top, right, bottom in _MERGED.findall(content)
            ),
            repeated=_HEADER.search(content) is not None,
            unreckoned=sum(1 for _ in _NO_VALUE.finditer(content)),
        )


class _Book:
    """One pass over the sheets of a workbook; counts what of them is not read."""

    def __init__(self, package: Package) -> None:
        self._package = package
        main = package.part(package.main)
        relations = package.relations(package.main)
        listed = main.iterfind(f"{_S}sheets/{_S}sheet") if main is not None else ()
        self._places = {
            each.get("name") or "": relations.get(each.get(f"{R}id") or "", ("", ""))[1]
            for each in listed
        }
        self.rows = 0
        """Rows with text, and text boxes."""
        self._characters = self._cells = self._hidden_rows = self._hidden_columns = (
            self._unreckoned
        ) = 0
        self._hidden: list[str] = []
        self._empty: list[str] = []
        self._comments = self._repeated = False
        self._charts = self._objects = 0

    def left_out(self) -> Iterator[str]:
        """Name what of the workbook is not read."""
        for sheet in self._hidden:
            yield f"sheet {sheet}: hidden; show what is to be read"
        for sheet in self._empty:
            yield f"sheet {sheet}: empty"
        why = "hidden; show what is to be read"
        yield from not_read(self._hidden_rows, "row", why)
        yield from not_read(self._hidden_columns, "column", why)
        why = "no value is stored; open it in Excel or LibreOffice, save it and add it again"
        yield from not_read(self._unreckoned, "formula", why)
        if self._comments:
            yield "comments: they are not part of the sheets"
        if self._repeated:
            yield "headers and footers: what repeats on each page is not read"
        yield from not_read(self._objects, "object", EMBEDDED)
        yield from not_read(self._charts, "chart", "names are read, numbers are drawn")

    def blocks(self, data: bytes) -> Iterator[Block]:
        """Yield the sheets' names, each with its rows behind it.

        Raises:
            ReadError: What openpyxl says of a damaged workbook, or it has too many rows or cells.
        """
        from openpyxl import load_workbook

        with warnings.catch_warnings():
            # Of what it does not keep as it would write a workbook anew.
            warnings.simplefilter("ignore")
            try:
                book = load_workbook(
                    BytesIO(data), read_only=True, data_only=True, keep_links=False
                )
                for sheet in book.worksheets:
                    yield from self._sheet(sheet)
            except (*DAMAGE, *_DAMAGE) as error:
                kind = type(error).__name__
                raise ReadError(
                    f"it is damaged, or no Excel workbook ({kind}); save it anew as .xlsx"
                ) from error

    def _sheet(self, sheet: "ReadOnlyWorksheet") -> Iterator[Block]:
        name = one_line(sheet.title)
        if sheet.sheet_state != "visible":
            self._hidden.append(name)
            return
        place = self._places.get(sheet.title, "")
        about = _Sheet.of(unpack(self._package.archive, place) or b"")
        self._unreckoned += about.unreckoned
        kinds = [kind for kind, _ in self._package.relations(place).values()]
        self._objects += kinds.count("oleObject") + kinds.count("package")
        self._comments = self._comments or "comments" in kinds
        self._repeated = self._repeated or about.repeated
        regions = list(_regions(self._rows(sheet, about)))
        beside = list(self._drawings(place))
        if not regions and not beside:
            self._empty.append(name)
            return
        yield Block(text=name, level=1)
        yield from _told(regions, about)
        yield from beside

    def _drawings(self, place: str) -> Iterator[Block]:
        """Yield what stands in text boxes and charts over the cells of a sheet."""
        for part in self._package.related(place, "drawing"):
            drawing = self._package.part(part)
            for element in drawing.iter() if drawing is not None else ():
                if element.tag == f"{_XDR}txBody":
                    lines = ("".join(map(str, p.itertext(f"{A}t"))) for p in element.iter(f"{A}p"))
                    blocks = [Block(text=line) for line in lines]
                elif str(element.tag).endswith("}chart") and element.get(f"{R}id"):
                    self._charts += 1
                    blocks = list(drawn(self._package, part, element.get(f"{R}id") or ""))
                else:
                    continue
                self.rows += any(block.text.strip() for block in blocks)
                yield from blocks

    def _rows(self, sheet: "ReadOnlyWorksheet", about: _Sheet) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows with text, each with its number, without what is hidden."""
        sheet.reset_dimensions()  # files claim a million rows that are not there
        anchors = _anchors(about)
        held: dict[tuple[int, int], str] = {}
        hidden = set()
        for number, row in enumerate(sheet.rows, start=1):
            self._cells += len(row)
            self._check(number)
            cells, own = [""] * len(row), False
            for place, cell in enumerate(row, start=1):
                text = shown(cell) if cell.value is not None else ""
                self._characters += len(text)
                own = own or bool(text)
                if (number, place) in anchors:
                    text = held.setdefault(anchors[number, place], text)
                if text and place in about.hidden_columns:
                    hidden.add(place)
                cells[place - 1] = text
            if number in about.hidden_rows:
                self._hidden_rows += own
                continue
            kept = [c for n, c in enumerate(cells, start=1) if n not in about.hidden_columns]
            if own and any(kept):
                self._count_row()
                yield number, kept
        self._hidden_columns += len(hidden)

    def _check(self, number: int) -> None:
        """Refuse what is too large before it is read further, at a row of this number."""
        if self._characters > MAX_CHARACTERS:
            raise ReadError(
                f"its cells have more than the {MAX_CHARACTERS} characters that are read; save "
                "the sheets that matter in a file of their own"
            )
        if self._cells > MAX_CELLS or number > _LAST_ROW:
            raise ReadError(
                f"it has more than the {MAX_CELLS} cells that are read, empty ones between "
                "others included; save the sheets that matter in a file of their own"
            )

    def _count_row(self) -> None:
        self.rows += 1
        if self.rows > MAX_ROWS:
            raise ReadError(
                f"it has more than the {MAX_ROWS} rows that are read; save the sheets that matter "
                "in a file of their own"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Region:
    """Rows without an empty one between them, and empty columns at neither side."""

    numbers: tuple[int, ...]
    """Of its rows in the sheet, from 1."""
    left: int
    """Its first column, from 1."""
    rows: list[list[str]]
    """All of one width."""


def _regions(rows: Iterator[tuple[int, list[str]]]) -> Iterator[_Region]:
    """Part the rows of a sheet where one between them is empty."""
    held: list[tuple[int, list[str]]] = []
    for number, row in rows:
        if held and number > held[-1][0] + 1:
            yield _region(held)
            held = []
        held.append((number, row))
    if held:
        yield _region(held)


def _region(held: list[tuple[int, list[str]]]) -> _Region:
    first = min(next(n for n, cell in enumerate(row) if cell) for _, row in held)
    rows = [row[first:] for _, row in held]
    width = max(max(n for n, cell in enumerate(row, 1) if cell) for row in rows)
    padded = [(row + [""] * width)[:width] for row in rows]
    return _Region(numbers=tuple(number for number, _ in held), left=first + 1, rows=padded)


def _told(regions: "Sequence[_Region]", about: _Sheet) -> Iterator[Block]:
    """Yield the rows of a sheet; a table goes on under its names after an empty row."""
    header: Sequence[str] | None = None
    for region in regions:
        above, names, body = parted(_under_one_header(region, about))
        same = header is not None and names is None and len(region.rows[0]) <= len(header)
        header = header if same else names
        for line in (*above, *(sentence(row, header) for row in body)):
            yield Block(text=line)


def _anchors(about: _Sheet) -> dict[tuple[int, int], tuple[int, int]]:
    """Return which cell each cell shows that is merged with one above it."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for top, left, bottom, _ in about.merged:
        for row in range(top, min(bottom, top + _MAX_MERGED) + 1 if bottom > top else top):
            found[row, left] = (top, left)
        if len(found) > MAX_ROWS:
            break
    return found


def _under_one_header(region: _Region, about: _Sheet) -> list[list[str]]:
    """Join names that stand above several columns each with the names under them.

    Such are the cells of the first row that has merged ones, where that does not have the whole
    width, as a title has.
    """
    for at, number in enumerate(region.numbers[:MAX_ABOVE]):
        spans = [
            (left - region.left, right - region.left)
            for top, left, _, right in about.merged
            if top == number and left < right < left + len(region.rows[0]) - 1
        ]
        if not spans or at + 1 >= len(region.rows) or any(map(_is_number, region.rows[at + 1])):
            continue
        above, below = list(region.rows[at]), region.rows[at + 1]
        for left, right in spans:
            if 0 <= left < len(above):
                above[left : right + 1] = [above[left]] * (min(right + 1, len(above)) - left)
        pairs = zip(above, below, strict=True)
        names = [" ".join(dict.fromkeys(filter(None, pair))) for pair in pairs]
        return [*region.rows[:at], names, *region.rows[at + 2 :]]
    return region.rows


def _is_number(cell: str) -> bool:
    digits, letters = (any(map(tell, cell)) for tell in (str.isdigit, str.isalpha))
    return digits and not letters and not _YEAR.fullmatch(cell)


def _column(letters: bytes) -> int:
    """Return the number of a column from its letters, A as 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
