"""Words that answer a question for several things are split into the things."""

import pytest

from rag.answer.items import Item, items_in, joined, once
from rag.question import read_question

_ASKED = read_question("Which ships took part?")


def named(text: str, *, best: int = 0) -> list[str]:
    found = items_in(text, start=0, end=len(text), best=best, question=_ASKED)
    assert all(text[item.start : item.end] == item.text for item in found)
    return [item.text for item in found]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("the Selkie, the Grey Heron and the Tern.", ["Selkie", "Grey Heron", "Tern"]),
        ("by the Seamen's League and by Unite North", ["Seamen's League", "Unite North"]),
        ("a drone called Harrier, which is new, and the Tern", ["Harrier", "new", "Tern"][:1]),
        ("the Ministry of Trade and Industry", ["Ministry of Trade and Industry"]),
        ("two ships and the Tern", ["Tern"]),
        ("1,200 and 1,400", []),
        ("a man who had long been in the service of the old king and the Tern", ["man", "Tern"]),
    ],
)
def test_a_list_is_split_at_commas_and_ands(text: str, items: list[str]) -> None:
    assert named(text)[: len(items)] == items


def test_what_stands_before_the_likely_words_is_no_part_of_the_first() -> None:
    assert named("It sells rye bread and oat bread", best=9) == ["rye bread", "oat bread"]


def test_a_clause_is_no_thing() -> None:
    assert named("the boats all left the harbour at once in the dark and the Tern") == []


@pytest.mark.parametrize(
    ("known", "text"),
    [
        ("AMRAAM", "advanced mid-range air to air missile (AMRAAM)"),
        ("Swift Arrow Medium-Range Missile (SAMM)", "SAMM"),
        ("SM-6", "SM6"),
    ],
)
def test_a_thing_under_another_name_is_named_once(known: str, text: str) -> None:
    assert once([Item(text=text, start=0, end=len(text))], [known]) == []


def test_things_whose_names_share_a_word_are_two() -> None:
    item = Item(text="SM-3", start=0, end=4)
    assert once([item], ["SM-6"]) == [item]


@pytest.mark.parametrize(
    ("texts", "text"),
    [([], ""), (["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")],
)
def test_things_are_told_in_one_line(texts: list[str], text: str) -> None:
    assert joined(texts) == text
