"""What a document is known by: one card, short enough to be shown, under old names too."""

import json
from dataclasses import fields, replace

import pytest

from index.card import FIELDS, Card, card_of, left_out_line, nested, not_read, old_names, too_long
from index.types import DocumentSummary, Hit
from rag import Citation
from rag.internal import as_json
from rag.testing import hit_of

CARD = Card(title="The bridge", source="/a/bridge.txt", sha256="ab", author="Jane Doe", tags=("x",))
CITED = Citation(
    number=1, document_id="d", card=CARD, page=None, start=0, end=4, quote="Text",
)  # fmt: skip
SUMMARY = DocumentSummary(id="d", card=CARD, characters=9, sentences=1, added_at="2026-01-01")


@pytest.mark.parametrize("name", ["title", "author"])
def test_a_long_title_or_author_is_cut_and_says_so(name: str) -> None:
    cut = getattr(Card(**{name: "x" * 501}), name)
    assert cut == "x" * 499 + "…"
    assert getattr(Card(**{name: "x" * 500}), name) == "x" * 500
    assert getattr(replace(Card(**{name: cut}), url="u"), name) == cut


def test_a_source_of_more_than_4096_characters_is_refused_in_one_sentence() -> None:
    assert too_long("x" * 4096) == ""
    assert too_long("x" * 5000) == (
        "its source has 5,000 characters, and 4,096 are allowed: give it a shorter name"
    )


@pytest.mark.parametrize("said", ["title", "author", "published", "url", "sha256"])
def test_a_source_that_says_something_else_is_another_version(said: str) -> None:
    assert not CARD.says_as(replace(CARD, **{said: "other"}))


def test_how_it_was_read_and_kept_makes_no_other_version() -> None:
    assert CARD.says_as(replace(CARD, tags=(), reader="2", left_out=("a",), imported="x"))


def test_a_card_comes_back_from_json() -> None:
    assert card_of(json.loads(json.dumps(as_json(CARD)))) == CARD


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title", "The bridge"),
        ("source", "/a/bridge.txt"),
        ("document_sha256", "ab"),
        ("author", "Jane Doe"),
        ("published", None),
        ("url", None),
    ],
)
@pytest.mark.parametrize("carries", [CITED, replace(hit_of("Text."), card=CARD)])
def test_the_old_names_warn_and_name_the_new(
    carries: Citation | Hit, old: str, new: str | None
) -> None:
    kind, field = type(carries).__name__, old.removeprefix("document_")
    with pytest.warns(DeprecationWarning, match=rf"{kind}\.{old} is now {kind}\.card\.{field}"):
        assert getattr(carries, old) == new


@pytest.mark.parametrize("old", ["title", "source", "media_type", "sha256", "published", "url"])
def test_a_stored_document_has_its_old_names(old: str) -> None:
    with pytest.warns(DeprecationWarning, match=f"is now DocumentSummary.card.{old}"):
        assert getattr(SUMMARY, old) == getattr(CARD, old)


@pytest.mark.parametrize("carries", [CITED, SUMMARY, replace(hit_of("Text."), card=CARD)])
def test_the_json_has_the_card_and_the_old_names_beside_it(carries: object) -> None:
    plain = as_json(carries)
    assert isinstance(plain, dict)
    assert plain["card"] == as_json(CARD)
    old = {name: plain[name] for name in old_names(type(carries))}
    assert old.items() >= {"title": "The bridge", "source": "/a/bridge.txt", "url": None}.items()


def test_a_row_of_the_version_before_becomes_one_with_a_card() -> None:
    old = {"number": 1, "title": "T", "document_sha256": "ab", "url": None, "quote": "Text"}
    assert nested(old) == {
        "card": {"title": "T", "url": None, "sha256": "ab"}, "number": 1, "quote": "Text",
    }  # fmt: skip


def test_every_field_is_kept_under_its_own_name() -> None:
    assert tuple(field.name for field in fields(Card)) == FIELDS
    assert all(not field.default for field in fields(Card))


def test_what_was_left_out_is_one_line_that_names_a_reason_once() -> None:
    parts = (*not_read(2, "picture", "what pictures show is not read"), *not_read(0, "sound", "x"))
    assert parts == ("2 pictures: what pictures show is not read",)
    files = tuple(f"{n}.png: no text" for n in range(6))
    assert left_out_line((*parts, *files)) == (
        "2 pictures: what pictures show is not read; 0.png, 1.png, 2.png, 3.png and 2 more: no text"
    )
    assert left_out_line([f"{n}: reason {n}" for n in range(9)]).endswith(
        "3: reason 3; and 5 more, which `footnote show ID` names"
    )
    assert left_out_line(()) == ""


def test_a_forged_file_gives_no_more_tags_than_are_of_use() -> None:
    assert len(Card(tags=tuple(f"tag {n}" for n in range(100_000))).tags) == 500
