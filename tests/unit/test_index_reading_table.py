"""Tables: a row is a sentence that names its columns."""

import tracemalloc
from io import BytesIO

import pytest

from index.errors import ReadError
from index.reading.files import read_file
from index.reading.registry import read_bytes
from index.reading.sandbox import Limits
from index.reading.table import read_table_file
from index.splitting.sentences import split, split_rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_row_says_the_names_of_its_columns(delimiter):
    rows = [["Country", "Year", "Note"], ["Japan", "2024", ""], ["Italy", "2025", "draft."]]
    data = "\n".join(delimiter.join(row) for row in rows).encode()
    assert read_bytes(data, name="my_budgets.csv").text == (
        "Country: Japan; Year: 2024.\n\nCountry: Italy; Year: 2025; Note: draft."
    )


def test_each_row_is_one_sentence():
    text = read_bytes(b"name,is\ncat,asleep\ndog,awake\n", name="a.csv").text
    assert [text[s.start : s.end] for s in split(text)] == [
        "name: cat; is: asleep.",
        "name: dog; is: awake.",
    ]


def test_columns_without_a_cell_are_named_as_left_out():
    article = read_bytes(b"Name,Berth,Owner\nTern,,Ida\nKoi,,\n", name="a.csv")
    assert article.card.left_out == ("1 column: it has a name, and no cell with text",)


def test_quoted_cells_keep_delimiters_and_lose_line_ends():
    data = b'who,said\nAnn,"Yes, we\ncan"\n'
    assert read_bytes(data, name="a.csv").text == "who: Ann; said: Yes, we can."


def test_a_table_without_a_header_keeps_its_first_row():
    assert read_bytes(b"1,2\n3,4\n", name="a.csv").text == "1 | 2\n\n3 | 4"


def test_a_title_is_made_of_the_file_s_name():
    assert read_bytes(b"a,b\nc,d\n", name="my_budgets.csv").card.title == "my budgets"


def test_prose_that_is_named_a_table_is_read_as_text():
    article = read_bytes(b"Cats sleep.\nThey dream, too.\n", name="a.csv")
    assert article.card.media_type == "text/plain"


@pytest.mark.parametrize("data", [b",,,\n,,,\n,,,", b'"",""\n"\xc2\xad",""\n', b"|\n|\n"])
def test_a_table_of_empty_cells_is_refused_in_one_sentence(data):
    with pytest.raises(ReadError, match=r"no cell with text; there is nothing to quote from$"):
        read_bytes(data, name="a.csv")


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        ("Town,2021,2022\nOrlo,184,312\n", ["Town: Orlo; 2021: 184; 2022: 312."]),
        ("Town\t1\t2\t3\nOrlo\t40\t38\t51\n", ["Town: Orlo; 1: 40; 2: 38; 3: 51."]),
        (",Mon,Tue\nOpen,8:15,9:30\n", ["Open; Mon: 8:15; Tue: 9:30."]),
        (",Name,Price\n0,Rope,12\n1,Sail,9\n", ["Name: Rope; Price: 12.", "Name: Sail; Price: 9."]),
        ("Name,Price,\nRope,12,\n", ["Name: Rope; Price: 12."]),
        ("Name,Price,Price\nRope,12,14\n", ["Name: Rope; Price: 12; Price (2): 14."]),
        ("sep=;\nName;Price\nRope;12,5\n", ["Name: Rope; Price: 12,5."]),
        ("kn,crew\nTern,21,6\nKoi,9,4\n", ["Tern; kn: 21; crew: 6.", "Koi; kn: 9; crew: 4."]),
        ("Ship,Berth\nTern,B 1\n\nSource: port\n", ["Ship: Tern; Berth: B 1.", "Source: port"]),
        ("Orlo,1931,1950\nVarno,1920,1948\n", ["Orlo | 1931 | 1950", "Varno | 1920 | 1948"]),
        ("a,1,2,3\nb,2,3,4\n", ["a | 1 | 2 | 3", "b | 2 | 3 | 4"]),
    ],
)  # fmt: skip
def test_the_names_of_columns_are_found(data, rows):
    assert read_bytes(data.encode(), name="a.csv").text.split("\n\n") == rows


@pytest.mark.parametrize(
    "above",
    [
        "Report of the port\nMade on 2025-03-01\n\n",
        "Report of the port,,\nMade on 2025-03-01,,\n,,\n",
    ],
)
def test_lines_above_a_table_are_lines_of_the_text_and_its_title(above):
    data = f"{above}Ship,Berth,Arrival\nAurora,B 12,Monday\nBora,C 3,Friday\n".encode()
    article = read_bytes(data, name="a.csv")
    assert article.text.split("\n\n") == [
        *("Report of the port", "Made on 2025-03-01"),
        *(
            "Ship: Aurora; Berth: B 12; Arrival: Monday.",
            "Ship: Bora; Berth: C 3; Arrival: Friday.",
        ),
    ]
    assert article.card.title == "Report of the port"


@pytest.fixture
def small_files(monkeypatch):
    """Let what is larger than 100 bytes be large."""
    monkeypatch.setattr("index.reading.files.MAX_BYTES", 100)
    monkeypatch.setattr("index.reading.registry.MAX_BYTES", 100)


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_large_table_is_read_from_its_file_as_a_small_one_is(tmp_path, monkeypatch, charset):
    rows = [f"Café {n};Zoë;{n * 7}" for n in range(40)]
    data = "\r\n".join(["sep=;", "Place;Owner;Dues", *rows]).encode(charset)
    (tmp_path / "a.csv").write_bytes(data)
    small = read_file(tmp_path / "a.csv", Limits())
    monkeypatch.setattr("index.reading.files.MAX_BYTES", 100)
    assert read_file(tmp_path / "a.csv", Limits()) == small
    assert small.extract.text.endswith("Place: Café 39; Owner: Zoë; Dues: 273.")


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.csv", b"a,b\n" * 100, "larger than 0 MB, the most that is read of one table"),
        ("a.csv", b"Only prose.\n" * 20, "it has no columns that can be told apart"),
        ("a.csv", b"<html><body>" + b"<p>x" * 50, "the most that is read of one file"),
        ("a.txt", b"a,b\n" * 100, "the most that is read of one file"),
    ],
)
def test_what_is_too_large_or_no_table_is_refused(
    tmp_path, monkeypatch, small_files, name, data, why
):
    monkeypatch.setattr("index.reading.registry.MAX_TABLE_BYTES", 300)
    (tmp_path / name).write_bytes(data)
    assert why in read_file(tmp_path / name, Limits()).reason


def test_the_text_of_a_table_is_never_in_memory_twice():
    row = b"a long cell of text, " * 4 + b"and one more\n"
    data = BytesIO(b"A,B,C,D,E\n" + row * 20_000)
    tracemalloc.start()
    text = read_table_file(data, name="a.csv").text
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # 1.8 MB of them are the rows by which the columns are told.
    assert len(text) < most < len(text) + 2_500_000


def test_rows_are_the_same_sentences_split_piece_by_piece(monkeypatch):
    text = "\n\n".join(f"Town: Orlo {n}; Note: It is old. Is it?" for n in range(50))
    monkeypatch.setattr("index.splitting.sentences._PIECE", 100)
    assert tuple(split_rows(text)) == split(text)
    assert tuple(split_rows("")) == ()
