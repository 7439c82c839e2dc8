"""Lists of references are read as what reference managers write, each link as what it may mean."""

import json
import random
from contextlib import suppress
from typing import Any

import pytest

from index.card import Card
from index.errors import ReadError
from index.reading.references import item_of, read_references, recorded

_MOON = r"""
@string{aj = "Astronomical Journal"}
@article{doe2020Moon,
  title = {The {{Moon}} \& the {D}ogs: {\"U}ber 100\% of it},
  author = {Doe, Jane and van der Berg, Jan and {World Health Organization} and M{\"u}ller, K.},
  date = {2020-05},
  journaltitle = aj,
  volume = {12}, number = {3}, pages = {1--20},
  doi = {10.1000/abc\_d}, url = {https://example.org/a\_b?c=1&d=2},
  keywords = {moon,dogs; night},
  abstract = {It says much.},
  file = {Full Text:files/12/Doe.pdf:application/pdf;Snapshot:files/13/x.html:text/html},
}
"""


def read(text: str, *, name: str = "a.bib") -> list[dict[str, Any]]:
    return [json.loads(each.record) for each in read_references(text.encode(), name=name)]


def links(field: str) -> list[tuple[str, ...]]:
    (reference,) = read_references(
        f"@misc{{a, title={{A}}, file={{{field}}}}}".encode(), name="a.bib"
    )
    return list(reference.files)


def test_an_entry_of_bibtex_is_an_item_of_csl() -> None:
    (item,) = read(_MOON)
    assert item == {
        "id": "doe2020Moon",
        "type": "article-journal",
        "title": "The Moon & the Dogs: Über 100% of it",
        "author": [
            {"family": "Doe", "given": "Jane"},
            {"family": "Berg", "given": "Jan", "non-dropping-particle": "van der"},
            {"literal": "World Health Organization"},
            {"family": "Müller", "given": "K."},
        ],
        "container-title": "Astronomical Journal",
        "volume": "12",
        "issue": "3",
        "page": "1–20",
        "DOI": "10.1000/abc_d",
        "URL": "https://example.org/a_b?c=1&d=2",
        "keyword": "moon,dogs; night",
        "issued": {"date-parts": [[2020, 5]]},
    }


@pytest.mark.parametrize(
    ("fields", "parts"),
    [
        ("date = {2020-05-17}", [2020, 5, 17]),
        ("date = {2020-05-17/2020-06-01}", [2020, 5, 17]),
        ("year = 2020, month = may, day = 17", [2020, 5, 17]),
        ("year = {2020}, month = {May}", [2020, 5]),
        ('year = 2020, month = "17~" # may', [2020, 5]),
        ("year = {2020}, day = {17}", [2020]),
        ("year = {n.d.}", None),
        ("date = {2020-13}", None),
    ],
)
def test_a_date_is_read_as_far_as_it_is_known(fields: str, parts: list[int] | None) -> None:
    (item,) = read(f"@misc{{a, title = {{A}}, {fields}}}")
    assert item.get("issued", {}).get("date-parts") == (None if parts is None else [parts])


@pytest.mark.parametrize(
    ("field", "first"),
    [
        ("Full Text PDF:files/12/Doe - 2020.pdf:application/pdf", ["files/12/Doe - 2020.pdf"]),
        ("files/12/Doe.pdf", ["files/12/Doe.pdf"]),
        (":paper/z.pdf:PDF", ["paper/z.pdf"]),
        ("A:a.pdf:application/pdf;B:b.html:text/html", ["a.pdf", "b.html"]),
        ("a.pdf;b.pdf", ["a.pdf", "b.pdf"]),
        (r"PDF:C\:\\Users\\me\\a.pdf:application/pdf", [r"C:\Users\me\a.pdf"]),
        ("PDF:C:/Users/me/a.pdf:application/pdf", ["C:/Users/me/a.pdf"]),
        ("C:/Users/me/a.pdf", ["C:/Users/me/a.pdf"]),
        (r"PDF:files/1/Who\: a\; b.pdf:application/pdf", ["files/1/Who: a; b.pdf"]),
        ("file:///home/jane/a%20b.pdf", ["/home/jane/a b.pdf"]),
        ("", []),
    ],
)
def test_a_file_field_is_read_in_every_form_that_programs_write(
    field: str, first: list[str]
) -> None:
    assert [link[0] for link in links(field)] == first


def test_a_path_that_holds_what_parts_a_field_is_among_what_a_link_may_mean() -> None:
    assert "files/Foo: bar.pdf" in links("files/Foo: bar.pdf")[0]
    assert r"files\new\a.pdf" in links(r"files\new\a.pdf")[0]


def test_an_entry_of_a_key_that_another_has_is_read_and_a_damaged_one_is_empty() -> None:
    found = read_references(
        b"@misc{a, title={A}}\n@misc{a, title={B}}\n@misc{b, title={", name="a.bib"
    )
    assert [item_of(each.record).get("title") for each in found] == ["A", "B", None]
    assert [bool(each.record) for each in found] == [True, True, False]


def test_csl_json_is_kept_as_far_as_its_schema_goes() -> None:
    item = {
        "id": 7, "type": "book", "title": "The <i>Moon</i>",
        "author": [{"family": "Doe", "x": 1}, 3],
        "issued": {"date-parts": [["2020", 5]]}, "volume": 3, "URL": "javascript:alert(1)",
        "secret": "x", "attachments": [{"path": "a:b.pdf"}, "PDF:c.pdf:application/pdf"],
    }  # fmt: skip
    (found,) = read_references(json.dumps([item]).encode(), name="a.json")
    assert json.loads(found.record) == {
        "id": "7", "type": "book", "title": "The Moon", "author": [{"family": "Doe"}],
        "issued": {"date-parts": [[2020, 5]]}, "volume": "3",
    }  # fmt: skip
    assert [link[0] for link in found.files] == ["a:b.pdf", "c.pdf"]


@pytest.mark.parametrize(
    "text", ["{}", "[]", "[1]", '[{"id": 1, "type": "fruit", "title": "A"}]', "[" * 100_000, "no"]
)
def test_json_that_is_no_csl_is_refused(text: str) -> None:
    with pytest.raises(ReadError, match="no list of references"):
        read_references(text.encode(), name="a.json")


def test_a_record_counts_before_what_a_file_says_and_adds_its_keywords() -> None:
    (found,) = read_references(_MOON.encode(), name="a.bib")
    card = recorded(Card(title="doe", author="scanner", tags=("old",)), found.record)
    assert (card.title, card.published) == ("The Moon & the Dogs: Über 100% of it", "2020-05")
    assert card.author == "Jane Doe, Jan van der Berg, World Health Organization, K. Müller"
    assert card.url == "https://example.org/a_b?c=1&d=2"
    assert card.tags == ("old", "moon", "dogs", "night")


def test_a_record_that_is_silent_leaves_what_a_file_says() -> None:
    card = Card(title="The Moon", author="Jane Doe", published="2020-05-17")
    for record in ("", "{}", "[", '{"title": {"a": 1}, "issued": [], "type": ["x"]}'):
        said = recorded(card, record)
        assert (said.title, said.author, said.published) == ("The Moon", "Jane Doe", "2020-05-17")


def test_a_doi_is_an_address_where_there_is_no_other() -> None:
    card = recorded(Card(title="A"), '{"type": "book", "DOI": "10.1000/x"}')
    assert card.url == "https://doi.org/10.1000/x"


def test_a_damaged_list_is_read_or_refused_with_a_reason() -> None:
    dice, data, read_ones = random.Random(7), _MOON.encode(), 0
    for place in dice.sample(range(len(data)), 40):
        for changed in (data[:place], data[:place] + dice.randbytes(1) + data[place + 1 :]):
            with suppress(ReadError):
                read_ones += len(read_references(changed, name="a.bib"))
    assert read_ones > 20
