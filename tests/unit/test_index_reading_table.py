"""Tables: a row is a sentence that names its columns."""

import pytest

from index.errors import ReadError
from index.reading.registry import read_bytes
from index.reading.table import MAX_ROWS
from index.splitting.sentences import split


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


def test_a_table_that_is_data_is_refused():
    with pytest.raises(ReadError, match="more than the 50000 rows"):
        read_bytes(b"a,b\n" * (MAX_ROWS + 2), name="a.csv")


@pytest.mark.parametrize("data", [b",,,\n,,,\n,,,", b'"",""\n"\xc2\xad",""\n', b"|\n|\n"])
def test_a_table_of_empty_cells_is_refused_in_one_sentence(data):
    with pytest.raises(ReadError, match=r"no cell with text; there is nothing to quote from$"):
        read_bytes(data, name="a.csv")
