"""The two sides of a comparison, and what plain figures of one unit say of each other."""

import pytest

from rag.comparison import is_plain, relation, sets_beside, sides_of
from rag.question import read_question

_LONGER = "Which is longer, the Karsund bridge or the Lune bridge?"
_HOW_MUCH_LONGER = "How much longer is the Karsund bridge than the Lune bridge?"
_SHORTER = "Which is shorter, Karsund or Lune?"
_OLDER = "Which is older, Karsund or Lune?"
_WHETHER = "Is Karsund longer than Lune?"
_RISE = "How much did the toll rise between 2019 and 2021?"
_MOVED = "Did the toll rise or fall between 2019 and 2021?"


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        (_LONGER, ["How long is the Karsund bridge?", "How long is the Lune bridge?"]),
        (_WHETHER, ["How long is Karsund?", "How long is Lune?"]),
        (_RISE, ["What was the toll in 2019?", "What was the toll in 2021?"]),
        (
            "Which was cheaper, the Karsund bridge or the Lune bridge?",
            ["How much did the Karsund bridge cost?", "How much did the Lune bridge cost?"],
        ),
        (
            "Which is older, the mill or the Lune bridge?",
            ["When was the mill built?", "When was the Lune bridge built?"],
        ),
        ("Who is older, Ann Lee or Bo Li?", ["How old is Ann Lee?", "How old is Bo Li?"]),
        (
            "How many more people died in Ostmark than in Brae?",
            ["How many people died in Ostmark?", "How many people died in Brae?"],
        ),
        (
            "By how much did the fee that was paid exceed the second bid?",
            ["What was the fee that was paid?", "What was the second bid?"],
        ),
        (
            "Was the Karsund bridge opened before the Lune bridge?",
            ["When was the Karsund bridge opened?", "When was the Lune bridge opened?"],
        ),
        (
            "How does the price of the roof compare with the cost of the floor?",
            ["What was the price of the roof?", "What was the cost of the floor?"],
        ),
    ],
)
def test_each_side_is_a_question_of_its_own(question: str, sides: list[str]) -> None:
    found = sides_of(read_question(question))
    assert found is not None
    assert [part.asked for part in found.parts] == sides


@pytest.mark.parametrize(
    "question",
    ["How long is the bridge?", "Which bridge is longer than a mile?", "Is it open?", ""],
)
def test_a_question_without_two_sides_compares_nothing(question: str) -> None:
    assert sides_of(read_question(question)) is None


@pytest.mark.parametrize(
    ("question", "first", "second", "said"),
    [
        (_LONGER, "640 metres long", "412 metres", "the Karsund bridge"),
        (_SHORTER, "640 metres", "412 metres", "Lune"),
        (_OLDER, "1932", "in 1958", "Karsund"),
        (_WHETHER, "412 metres", "640 metres", "No"),
        (_HOW_MUCH_LONGER, "1,640 metres", "412.5 metres", "1,227.5 metres"),
        (_RISE, "$40", "$55", "$15"),
        (_RISE, "3.2 million crowns", "5.1 million crowns", "1.9 million crowns"),
        (_MOVED, "40 crowns", "55 crowns", "Rose"),
        (_MOVED, "55 crowns", "40 crowns", "Fell"),
        ("Are there more than ten?", "1", "2", None),
    ],
)
def test_a_relation_is_told_of_plain_figures(
    question: str, first: str, second: str, said: str | None
) -> None:
    sides = sides_of(read_question(question))
    assert (relation(sides, first, second) if sides else None) == said


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("640 metres", "412 feet"),
        ("about 640 metres", "412 metres"),
        ("640 metres", "more than 412 metres"),
        ("640 metres", "400 to 412 metres"),
        ("$3 million", "€2 million"),
        ("3 million crowns", "2,900 crowns"),
        ("very long", "412 metres"),
        ("640 metres", ""),
        ("1932", "1958"),
        ("412 metres", "640 metres"),
    ],
)
def test_no_difference_is_told_of_others(first: str, second: str) -> None:
    sides = sides_of(read_question(_HOW_MUCH_LONGER))
    assert sides is not None
    assert relation(sides, first, second) is None


@pytest.mark.parametrize(
    ("question", "beside"),
    [
        ("By how many votes did it pass?", True),
        ("Which of the two plans won?", True),
        ("When was the bridge built?", False),
        ("What happened after the war?", False),
    ],
)
def test_some_questions_set_two_things_beside_each_other(question: str, beside: bool) -> None:
    assert sets_beside(question) is beside


@pytest.mark.parametrize(
    ("sentence", "plain"),
    [
        ("It is 300 metres long.", True),
        ("It is about 300 metres long.", False),
        ("It is 200 to 300 metres long.", False),
        ("It has at least some 300 metres.", False),
        ("One is 300 metres long, the other 300 metres too.", False),
        ("It is long.", False),
    ],
)
def test_a_figure_is_plain_by_what_stands_at_its_sides(sentence: str, plain: bool) -> None:
    assert is_plain(sentence, "300 metres") is plain
