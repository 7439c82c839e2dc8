"""Tests of a scope by itself: what it takes, what it says, which days are in it."""

from datetime import date

import pytest

from index.scope import EVERYTHING, Scope, scope_of
from rag import MisuseError, ScopeError
from rag.internal import as_json


def test_a_scope_says_its_conditions_in_words() -> None:
    scope = Scope(
        tags=("economy", "trade"), places=("notes",), since="2024-01-01", not_types=("pdf",)
    )
    assert scope.words == "tag economy or trade, in notes, since 2024-01-01, not type pdf"
    assert EVERYTHING.words == "all articles"


def test_what_no_catalog_can_hold_is_a_replaced_letter() -> None:
    scope = Scope(tags=("a\udcffb",), places=("x\0y",), not_documents=("\ud83d",))
    assert (scope.tags, scope.places, scope.not_documents) == (
        ("a\ufffdb",),
        ("x\ufffdy",),
        ("\ufffd",),
    )


def test_only_a_scope_without_any_condition_is_everything() -> None:
    assert Scope().is_everything
    assert Scope(tags=()).is_everything
    assert not Scope(not_tags=("draft",)).is_everything


def test_a_year_or_a_month_begins_with_its_first_day_and_ends_with_its_last() -> None:
    scope = Scope(since="2023", until="2024-02")
    assert (scope.first_day, scope.last_day) == (date(2023, 1, 1), date(2024, 2, 29))
    assert Scope(since="2024-03-05").first_day == date(2024, 3, 5)
    assert Scope().first_day is None
    assert Scope().last_day is None


@pytest.mark.parametrize("written", ["March 2024", "2024-13", "2024-02-30", "24", "2024-1-1", " "])
def test_a_date_that_cannot_be_read_is_refused_with_how_to_write_one(written: str) -> None:
    with pytest.raises(ScopeError, match="write a day as 2024-03-01, a month as 2024-03 or a year"):
        Scope(since=written)


def test_days_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ScopeError, match="no day is since 2024-05 and until 2024-04"):
        Scope(since="2024-05", until="2024-04")
    assert Scope(since="2024", until="2024").last_day == date(2024, 12, 31)


@pytest.mark.parametrize("tags", ["economy", ("",), (3,), ("x" * 5000,), tuple("abc") * 40, None])
def test_a_field_that_holds_no_texts_is_refused(tags: object) -> None:
    with pytest.raises(MisuseError, match="tags of a scope"):
        Scope(tags=tags)  # type: ignore[arg-type]


def test_a_scope_comes_back_from_its_json() -> None:
    scope = Scope(documents=("Elbe",), until="2024", not_places=("drafts", "old"))
    row = as_json(scope)
    assert isinstance(row, dict)
    assert scope_of(row) == scope


def test_a_misspelt_field_names_the_nearest() -> None:
    with pytest.raises(ScopeError, match=r"no 'tag' \(the nearest is 'tags'\): it has tags"):
        scope_of({"tag": ["economy"]})
