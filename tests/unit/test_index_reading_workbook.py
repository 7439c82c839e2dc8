"""Excel workbooks: sheets, headers, values as they are shown, merged cells, what is hidden."""

import re
import zipfile
from datetime import date, datetime, time
from io import BytesIO

import pytest
from documents import replaced, saved, with_members, xlsx
from openpyxl import Workbook

from index.errors import ReadError
from index.reading.cells import number_shown
from index.reading.registry import read_bytes
from index.types import label_of, page_of

VISITORS = [["Town", 2021, 2022], ["Lindvik", 1200, 1350], ["Aker", 900, 875]]


def text_of(data: bytes) -> str:
    return read_bytes(data, name="my_book.xlsx").text


def test_each_sheet_is_a_heading_and_each_row_says_its_columns_names() -> None:
    article = read_bytes(
        xlsx({"Visitors": VISITORS, "Notes": [["They came by boat."]]}, title="Harbours"),
        name="a.xlsx",
    )
    assert article.text == (
        "Visitors\n\nTown: Lindvik; 2021: 1200; 2022: 1350.\n\nTown: Aker; 2021: 900; 2022: 875."
        "\n\nNotes\n\nThey came by boat."
    )
    assert article.section_starts == (0, article.text.index("Notes"))
    assert article.card.title == "Harbours"
    assert article.card.author is None


def test_the_place_of_a_row_is_its_sheet_by_name() -> None:
    article = read_bytes(
        xlsx({"Visitors": VISITORS, "Empty": [], "Notes 2": [["They came by boat."]]}),
        name="a.xlsx",
    )
    page = page_of(article.text.index("boat"), article.page_starts)
    assert label_of(page, article.page_labels) == "sheet Notes 2"
    assert article.page_labels[0] == "sheet Visitors"


def test_titles_above_a_table_and_an_empty_row_part_what_stands_in_a_sheet() -> None:
    text = text_of(xlsx({"S": [["Visitors by town"], [], *VISITORS, [], ["Source: the harbour"]]}))
    assert text.split("\n\n") == [
        *("S", "Visitors by town", "Town: Lindvik; 2021: 1200; 2022: 1350."),
        *("Town: Aker; 2021: 900; 2022: 875.", "Source: the harbour"),
    ]


def test_a_table_goes_on_under_its_names_after_an_empty_row() -> None:
    text = text_of(
        xlsx(
            {"S": [["Town", "Mayor", "Since"], ["Lindvik", "Ann", 2019], [], ["Aker", "Bo", 2020]]}
        )
    )
    assert text.endswith(
        "Town: Lindvik; Mayor: Ann; Since: 2019.\n\nTown: Aker; Mayor: Bo; Since: 2020."
    )


def test_dates_and_times_are_iso_and_truth_is_told_as_excel_does() -> None:
    rows = [
        ["Day", "At", "Both", "Open"],
        [date(2024, 3, 1), time(9, 30), datetime(2024, 3, 1, 9, 5), True],
    ]
    assert text_of(xlsx({"S": rows})).endswith(
        "Day: 2024-03-01; At: 09:30; Both: 2024-03-01 09:05; Open: TRUE."
    )


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (0.125, "0.0%", "12.5%"),
        (1234567.5, "#,##0.00", "1,234,567.50"),
        (-3, '#,##0;(#,##0)', "(3)"),
        (2.5, "0", "3"),
        (-0.4, "0", "0"),
        (7, "000", "007"),
        (12, '0" km"', "12 km"),
        (99.9, '"$"#,##0.00', "$99.90"),
        (99.9, "[$€-407] #,##0.00", "€ 99.90"),
        (1.5, "0.##", "1.5"),
        (2, "0.##", "2"),
        (1234567, "#,##0,", "1,235"),
        (0.1 + 0.2, "General", "0.3"),
        (1 / 3, "General", "0.3333333333"),
        (1e-7, "General", "0.0000001"),
        (12345678901, "General", "12345678901"),
        (1500, "0.00E+00", "1.50E+3"),
        (5, "[Red][>3]0;0", "5"),
        (0.5, "# ?/?", "0.5"),
        (0, '0;-0;"none"', "none"),
        (float("nan"), "0.0", "0.0"),
    ],
)  # fmt: skip
def test_a_number_is_shown_as_its_format_says(value: float, form: str, shown: str) -> None:
    assert number_shown(value, form) == shown


def test_a_cell_merged_over_rows_is_told_in_each_and_one_over_names_with_each_name() -> None:
    book = Workbook()
    sheet = book.active
    for row in (
        ["Region", "Adults", None, "Children", None],
        [None, "men", "women", "boys", "girls"],
        ["North", 1, 2, 3, 4],
        [None, 5, 6, 7, 8],
    ):
        sheet.append(row)
    for span in ("A1:A2", "B1:C1", "D1:E1", "A3:A4"):
        sheet.merge_cells(span)
    assert text_of(saved(book)).split("\n\n")[1:] == [
        "Region: North; Adults men: 1; Adults women: 2; Children boys: 3; Children girls: 4.",
        "Region: North; Adults men: 5; Adults women: 6; Children boys: 7; Children girls: 8.",
    ]


def test_hidden_and_empty_sheets_hidden_rows_and_columns_are_told() -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "Seen"
    for row in VISITORS:
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True
    book.create_sheet("Secret").append(["Obey me."])
    book["Secret"].sheet_state = "hidden"
    book.create_sheet("Blank")
    article = read_bytes(saved(book), name="a.xlsx")
    assert article.text == "Seen\n\nTown: Lindvik; 2022: 1350."
    assert article.card.left_out == (
        "sheet Secret: hidden; show what is to be read",
        "sheet Blank: empty",
        "1 row: hidden; show what is to be read",
        "1 column: hidden; show what is to be read",
    )


def test_a_formula_is_read_by_its_value_and_one_without_is_told() -> None:
    data = xlsx({"S": [["Town", "Sum"], ["Lindvik", "=1+2"], ["Aker", "=2+2"]]})
    place = "xl/worksheets/sheet1.xml"
    with_value = re.sub(rb"1\+2</f><v ?/?>(</v>)?", b"1+2</f><v>3</v>", _member(data, place))
    article = read_bytes(replaced(data, {place: with_value}), name="a.xlsx")
    assert article.text == "S\n\nTown: Lindvik; Sum: 3.\n\nTown: Aker."
    assert article.card.left_out == (
        "1 formula: no value is stored; open it in Excel or LibreOffice, save it and add it again",
    )


def _member(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return archive.read(name)


@pytest.mark.parametrize("claim", ["A1:XFD1048576", "XFD1048576", "A1:C3"])
def test_a_sheet_that_claims_a_million_rows_is_read_as_far_as_it_goes(claim: str) -> None:
    data = xlsx({"S": VISITORS})
    place = "xl/worksheets/sheet1.xml"
    odd = _member(data, place).replace(b'ref="A1:C3"', f'ref="{claim}"'.encode())
    assert text_of(replaced(data, {place: odd})) == text_of(data)


def test_a_cell_at_the_far_corner_is_read_and_too_many_cells_are_refused(monkeypatch) -> None:
    book = Workbook()
    book.active["A1"] = "Near."
    book.active["XFD2000"] = "Far."
    assert text_of(saved(book)) == "Sheet\n\nNear.\n\nFar."
    monkeypatch.setattr("index.reading.workbook.MAX_CELLS", 9)
    with pytest.raises(ReadError, match="more than the 9 cells that are read"):
        text_of(saved(book))


def test_a_row_further_down_than_excel_has_is_refused_in_time() -> None:
    data = xlsx({"S": VISITORS})
    place = "xl/worksheets/sheet1.xml"
    odd = _member(data, place).replace(b'<row r="2"', b'<row r="99999999999"')
    with pytest.raises(ReadError, match="more than the 5000000 cells"):
        text_of(replaced(data, {place: odd}))


def test_text_boxes_and_the_names_of_charts_are_read_and_headers_told() -> None:
    from openpyxl.chart import BarChart, Reference

    book = Workbook()
    sheet = book.active
    for row in VISITORS:
        sheet.append(row)
    sheet.oddHeader.center.text = "Secret"
    chart = BarChart()
    chart.title = "Visitors by town"
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=3), titles_from_data=True)
    sheet.add_chart(chart, "E2")
    data = saved(book)
    place = "xl/drawings/drawing1.xml"
    box = (
        b'<xdr:twoCellAnchor xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/'
        b'spreadsheetDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        b"<xdr:sp><xdr:txBody><a:p><a:r><a:t>Counted at the quay.</a:t></a:r></a:p></xdr:txBody>"
        b"</xdr:sp></xdr:twoCellAnchor></"
    )
    head, _, tail = _member(data, place).rpartition(b"</")
    article = read_bytes(replaced(data, {place: head + box + tail}), name="a.xlsx")
    assert article.text.split("\n\n")[3:] == ["Visitors by town", "Counted at the quay."]
    assert article.card.left_out == (
        "headers and footers: what repeats on each page is not read",
        "1 chart: names are read, numbers are drawn",
    )


def test_macros_are_told_and_not_run() -> None:
    data = with_members(xlsx({"S": VISITORS}), {"xl/vbaProject.bin": b"\0"})
    assert read_bytes(data, name="a.xlsm").card.left_out == (
        "macros: they are programs, which are neither read nor run",
    )


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/styles.xml", "docProps/core.xml", "xl/worksheets/sheet1.xml"]
)
def test_damaged_xml_is_a_reason(part: str) -> None:
    with pytest.raises(ReadError, match="damaged"):
        text_of(replaced(xlsx({"S": VISITORS}), {part: b"<?xml version=1?><a"}))


def test_a_strict_workbook_is_read() -> None:
    data = xlsx({"S": VISITORS})
    strict = {
        name: re.sub(
            rb"http://schemas.openxmlformats.org/(\w+)/2006/(main|relationships)",
            rb"http://purl.oclc.org/ooxml/\1/\2",
            _member(data, name),
        )
        for name in ("xl/workbook.xml", "xl/worksheets/sheet1.xml")
    }
    assert text_of(replaced(data, strict)) == text_of(data)


def test_a_text_that_many_cells_show_floods_nothing(monkeypatch) -> None:
    monkeypatch.setattr("index.reading.workbook.MAX_CHARACTERS", 50)
    with pytest.raises(ReadError, match="more than the 50 characters that are read"):
        text_of(xlsx({"S": [["one text of cells"]] * 9}))


def test_sheets_without_text_are_refused() -> None:
    with pytest.raises(ReadError, match=r"its sheets show no text \(left out: sheet S: empty\)"):
        text_of(xlsx({"S": []}))
