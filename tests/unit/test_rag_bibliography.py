"""Bibliographies say what cards say, and other programs read them so: pybtex, citeproc, the schema.

The rules of CSL-JSON are those of github.com/citation-style-language/schema (csl-data.json, 1.0.2).
"""

import json
import re
from io import BytesIO

import jsonschema
import pytest
from citeproc import (
    Citation as Cited,
)
from citeproc import (
    CitationItem,
    CitationStylesBibliography,
    CitationStylesStyle,
    formatter,
)
from citeproc.source.json import CiteProcJSON
from hypothesis import given, settings
from hypothesis import strategies as st
from pybtex.database import BibliographyData, parse_string
from pylatexenc.latex2text import LatexNodes2Text

from index.card import Card
from index.errors import MisuseError
from index.reading.references import recorded
from rag.bibliography import bibliography, csl_items

ODD = r"100 % of {A & B}_#1 \ ~ $5 <b> Köln’s “€”"
ROOFS = Card(
    title=ODD,
    author="Jane Doe, Zoë Müller and Reuters",
    published="2024-03-01",
    url="https://example.org/a_b?c=d&e=%20f#g~h",
    media_type="text/html",
    tags=("economy", "roofs"),
)
BOATS = Card(
    title="Re: Boats", author="Ludwig van Beethoven", published="2024-05",
    media_type="message/rfc822", source="/home/jane/boats.eml",
)  # fmt: skip
RATES = Card(title="Rates", published="2023", media_type="text/csv", language="de", source="r.csv")
CARDS = {"3f2a77b0aa": ROOFS, "44b0": BOATS, "55c1": RATES}

_TEXTS = "id title URL DOI genre language keyword container-title publisher publisher-place volume"
_NAME = {
    "type": "object",
    "properties": {
        part: {"type": "string"}
        for part in ("family", "given", "non-dropping-particle", "suffix", "literal")
    },
    "additionalProperties": False,
    "minProperties": 1,
}
_PARTS = {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3}
_ISSUED = {
    "type": "object",
    "properties": {"date-parts": {"type": "array", "items": _PARTS, "minItems": 1, "maxItems": 2}},
    "additionalProperties": False,
}
_SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {name: {"type": "string", "minLength": 1} for name in _TEXTS.split()}
        | {"author": {"type": "array", "items": _NAME, "minItems": 1}, "issued": _ISSUED}
        | {"type": {"enum": ["personal_communication", "webpage", "dataset", "document", "book"]}},
        "required": ["type", "id"],
        "additionalProperties": False,
    },
}

_STYLE = b"""<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text">
  <info><title>Plain</title><id>plain</id><updated>2026-11-30T00:00:00+00:00</updated></info>
  <citation><layout><text variable="title"/></layout></citation>
  <bibliography><layout delimiter=". "><group delimiter=". ">
    <names variable="author"><name name-as-sort-order="all"/></names>
    <text variable="title"/><text variable="genre"/><date variable="issued" form="text"/>
  </group></layout></bibliography>
</style>"""


def parsed() -> BibliographyData:
    return parse_string(bibliography(CARDS, format="bibtex"), "bibtex")


def test_csl_json_keeps_the_rules_of_its_schema() -> None:
    jsonschema.validate(json.loads(bibliography(CARDS, format="csl")), _SCHEMA)


def test_pybtex_reads_the_titles_as_they_are_stated() -> None:
    stated = parsed().entries["doe2024-3f2a77"].fields["title"]
    assert r"{\textless}b{\textgreater}" in stated
    assert LatexNodes2Text().latex_to_text(stated) == re.sub("[<>]", "", ODD)


def test_a_brace_without_a_partner_is_a_word_that_bibtex_does_not_count() -> None:
    text = bibliography({"1": Card(title="a } b { c")}, format="bibtex")
    assert r"title = {{a {\textbraceright} b {\textbraceleft} c}}" in text
    assert list(parse_string(text, "bibtex").entries) == ["a-1"]


def test_pybtex_reads_people_in_parts_and_bodies_whole() -> None:
    people = parsed().entries["doe2024-3f2a77"].persons["author"]
    assert [person.last_names for person in people] == [["Doe"], ["Müller"], ["{Reuters}"]]
    (composer,) = parsed().entries["beethoven2024-44b0"].persons["author"]
    assert (composer.prelast_names, composer.last_names) == (["van"], ["Beethoven"])


_NASTY = st.text(alphabet="abA {}\\%&$#_~^\"',;<>|-–äß漢\u0301\ud800\u202e\n\t!?1. and@")


@settings(max_examples=60, deadline=None)
@given(title=_NASTY, author=_NASTY, family=_NASTY, given_name=_NASTY, url=_NASTY)
def test_whatever_a_card_says_other_programs_read_one_entry(
    title: str, author: str, family: str, given_name: str, url: str
) -> None:
    person = {"family": family, "given": given_name}
    record = json.dumps({"type": "book", "title": title, "author": [person], "URL": url})
    plain = Card(title=title, author=author, source=f"https://a.example/{url}")
    for card in (plain, recorded(plain, record)):
        assert len(parse_string(bibliography({"1": card}, format="bibtex"), "bibtex").entries) == 1
        assert len(json.loads(bibliography({"1": card}, format="csl"))) == 1
        assert bibliography({"1": card}, format="markdown").count("\n") == 1


def test_pybtex_reads_addresses_untouched_and_months_as_words() -> None:
    fields = parsed().entries["doe2024-3f2a77"].fields
    assert fields["url"] == "https://example.org/a_b?c=d&e=%20f#g~h"
    assert (fields["year"], fields["month"], fields["day"]) == ("2024", "March", "1")


def test_citeproc_renders_what_is_known_and_no_more() -> None:
    items = json.loads(bibliography({"44b0": BOATS, "55c1": RATES}, format="csl"))
    style = CitationStylesStyle(BytesIO(_STYLE), validate=False)
    made = CitationStylesBibliography(style, CiteProcJSON(items), formatter.plain)
    for item in items:
        made.register(Cited([CitationItem(item["id"])]))
    shown = [str(line) for line in made.bibliography()]
    assert shown == ["Beethoven, Ludwig van. Re: Boats. E-mail. May 2024", "Rates. 2023"]


def test_markdown_marks_nothing_by_accident() -> None:
    assert bibliography({"1": ROOFS, "2": BOATS}, format="markdown") == (
        "- Jane Doe, Zoë Müller and Reuters: "
        r"*100 % of {A \& B}\_\#1 \\ \~ $5 \<b\> Köln’s “€”*. 1 March 2024. "
        "<https://example.org/a_b?c=d&e=%20f#g~h>\n"
        "- Ludwig van Beethoven: *Re: Boats*. E-mail. May 2024. (boats.eml)\n"
    )


@pytest.mark.parametrize(
    ("author", "people"),
    [
        ("Jane Doe", ["Doe|Jane"]),
        ("Jane Doe, John Roe and Ann Poe", ["Doe|Jane", "Roe|John", "Poe|Ann"]),
        ("Jane Doe und Karl Müller", ["Doe|Jane", "Müller|Karl"]),
        ("Doe, Jane; Roe, John", ["Doe|Jane", "Roe|John"]),
        ("Ashby Doe", ["Doe|Ashby"]),
        ("By Jane Doe and Reuters", ["Doe|Jane", "Reuters"]),
        ("J. A. van der Doe Jr.", ["Doe|J. A.|van der|Jr."]),
        ("Gabriel García Márquez", ["Gabriel García Márquez"]),
        ("Doe, Jane", ["Doe, Jane"]),
        ("Doe, Jane, Roe, John", ["Doe, Jane, Roe, John"]),
        ("Smith, Inc.", ["Smith, Inc."]),
        ("Food and Drug Administration", ["Food and Drug Administration"]),
        ("Department of Health and Human Services", ["Department of Health and Human Services"]),
        ("Associated Press", ["Associated Press"]),
        ("REUTERS", ["REUTERS"]),
        ("王小明", ["王小明"]),
        ("", []),
    ],
)  # fmt: skip
def test_an_author_is_parted_where_it_is_sure_and_else_stands_whole(
    author: str, people: list[str]
) -> None:
    (item,) = csl_items({"1": Card(title="Roofs", author=author)})
    names = item.get("author", [])
    order = ("literal", "family", "given", "non-dropping-particle", "suffix")
    assert ["|".join(name[part] for part in order if part in name) for name in names] == people


_DATES = ("2024", "2024-03", "2024-03-01", "soon", "2024-99", "2024-03-32")


def test_a_date_says_no_more_than_is_known() -> None:
    dated = {d: Card(title="A", published=d) for d in _DATES}
    found = [item.get("issued") for item in csl_items(dated)]
    parts = [[2024], [2024, 3], [2024, 3, 1]]
    assert found == [*({"date-parts": [part]} for part in parts), None, None, None]


def test_a_key_stays_what_it_is_whatever_else_is_cited() -> None:
    twins = {"3f2a77b0aa": ROOFS, "3f2a77b0bb": ROOFS}
    assert [item["id"] for item in csl_items(twins)] == ["doe2024-3f2a77", "doe2024-3f2a77b0bb"]
    assert csl_items({"3f2a77b0aa": ROOFS})[0]["id"] == "doe2024-3f2a77"


def test_a_doi_is_told_from_its_address() -> None:
    (item,) = csl_items({"1": Card(title="A", url="https://doi.org/10.1000/x_(1)")})
    assert item["DOI"] == "10.1000/x_(1)"


def test_an_unknown_format_names_those_that_are_known() -> None:
    with pytest.raises(MisuseError, match="'ris'; csl, bibtex, markdown are known"):
        bibliography({}, format="ris")


def test_nothing_cited_gives_nothing() -> None:
    assert [bibliography({}, format=f) for f in ("csl", "bibtex", "markdown")] == ["[]\n", "", ""]
