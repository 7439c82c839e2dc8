"""The format that CONTRIBUTING adds is read as it says."""

import re
import textwrap
from pathlib import Path

import pytest

from index.errors import ReadError
from index.reading.registry import only_reasons

PAGE = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.fixture
def reader():
    (block,) = re.findall(r"   ```python\n(.*?)   ```", PAGE, re.DOTALL)
    made = {}
    exec(compile(textwrap.dedent(block), "CONTRIBUTING.md", "exec"), made)
    return made["ProverbsReader"]()


def test_the_toy_format_is_read_as_a_person_sees_it(reader):
    extract = reader.read(
        b"# old ones\nHaste makes waste.\n\nStill waters run deep.\n", name="a.proverbs"
    )
    assert extract.text == "Haste makes waste.\n\nStill waters run deep."
    assert (extract.card.title, extract.card.media_type) == ("a", "text/x-proverbs")


def test_a_list_of_comments_is_refused_with_the_reason(reader):
    with pytest.raises(ReadError, match="there is no proverb in it"):
        reader.read(b"# nothing here\n", name="a.proverbs")


def test_every_file_that_the_page_names_is_there():
    named = re.findall(r"`((?:index|rag|eval|tests|\.ci)/[\w./]+)`", PAGE)
    toys = ("proverbs", "NAME")
    missing = [n for n in named if not (Path(__file__).parents[2] / n).exists()]
    assert [n for n in missing if not any(toy in n for toy in toys)] == []


def test_a_reader_whose_import_fails_is_not_told_as_a_damaged_file():
    said = r"cannot be loaded \(no module named acme\); reinstall it"
    with pytest.raises(ReadError, match=said), only_reasons():
        raise ModuleNotFoundError("no module named acme")
