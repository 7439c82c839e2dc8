"""What statements and yes/no questions are made of: statements turned round, sentences."""

import random

import pytest

from training.restated import asked, shortened, told


@pytest.mark.parametrize(
    ("statement", "question"),
    [
        ("The mill was built in 1901.", "Was The mill built in 1901?"),
        ("Members of the choir can vote.", "Can Members of the choir vote?"),
        ("The mill was not built in 1901.", None),
        ("The man who was ill has left.", None),
        ("In 1901, the mill was built.", None),
        ("The mill burnt down.", None),
        ("", None),
    ],
)
def test_a_statement_with_an_auxiliary_is_turned_into_its_question(
    statement: str, question: str | None
) -> None:
    assert asked(statement) == question


@pytest.mark.parametrize(
    ("sentence", "statement"),
    [
        (
            "However, the ferry, which was old, carried 212 passengers in May.",
            "The ferry carried 212 passengers in May.",
        ),
        ("He carried 212 passengers across the river in May.", None),
        ("Who carried 212 passengers across the river in May?", None),
        ("It rained.", None),
    ],
)
def test_a_sentence_is_a_statement_where_it_stands_alone(
    sentence: str, statement: str | None
) -> None:
    assert told(sentence) == statement


def test_what_follows_the_last_comma_may_go_and_a_list_stays() -> None:
    chance = random.Random(1)
    tailed = "The ferry carried 212 passengers in May, twice as many as before."
    seen = {shortened(tailed, chance) for _ in range(20)}
    assert seen == {tailed, "The ferry carried 212 passengers in May."}
    listed = "The ferry carried passengers and cars in May, and bicycles."
    assert {shortened(listed, chance) for _ in range(20)} == {listed}
