"""A question is taken apart where it asks anew, and nowhere else."""

import pytest

from rag.compound import parts_of
from rag.question import read_question


def asked(question: str) -> list[str]:
    return [part.asked for part in parts_of(read_question(question))]


def searched(question: str) -> list[str]:
    return [part.question.text for part in parts_of(read_question(question))]


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("How many died and where was it?", ["How many died?", "Where was it?"]),
        ("Who met, when and why?", ["Who met?", "When?", "Why?"]),
        (
            "Who was absent in February, and who in March?",
            ["Who was absent in February?", "Who was absent in March?"],
        ),
        (
            "How many visitors came to the tower in 2023 and how many in 2024?",
            [
                "How many visitors came to the tower in 2023?",
                "How many visitors came to the tower in 2024?",
            ],
        ),
        (
            "Can you tell me who paid for it, and by how much?",
            ["Who paid for it?", "By how much?"],
        ),
        ("How many died? Where was it?", ["How many died?", "Where was it?"]),
        (
            "Is the museum open on Sundays and does it cost anything?",
            ["Is the museum open on Sundays?", "Does it cost anything?"],
        ),
        (
            "Who designed the bridge, when was it opened and how long is it?",
            ["Who designed the bridge?", "When was it opened?", "How long is it?"],
        ),
    ],
)
def test_a_part_begins_where_a_word_asks_anew(question: str, parts: list[str]) -> None:
    assert asked(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "What did Hegseth and Nakatani agree on?",
        "How much did research and development cost?",
        "What is the price of a ticket and of a guide?",
        "Who decided when it opens and where it stands?",
        "Who designed the bridge which opened in 1932 and which cost 3 million?",
        "Who was born in 1932 and is the mayor?",
        "What happened when the dam broke and the valley flooded?",
        "When was the treaty signed?",
        "and",
        "",
    ],
)
def test_a_question_for_one_thing_is_left_whole(question: str) -> None:
    assert asked(question) == []


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "Who signed the treaty and when did it come into force?",
            ["Who signed the treaty?", "When did the treaty come into force?"],
        ),
        (
            "When was it built and how long is the Karsund bridge?",
            ["When was the Karsund bridge built?", "How long is the Karsund bridge?"],
        ),
        (
            "How old is the keeper and what is his name?",
            ["How old is the keeper?", "What is the keeper's name?"],
        ),
        (
            "When was the bridge built and is it still open?",
            ["When was the bridge built?", "Is the bridge still open?"],
        ),
        (
            "What was the new hall meant to cost, and what did it cost in the end?",
            ["What was the new hall meant to cost?", "What did the new hall cost in the end?"],
        ),
        (
            "When was the tunnel expected to open and when did it actually?",
            ["When was the tunnel expected to open?", "When did the tunnel open?"],
        ),
    ],
)
def test_a_pronoun_is_put_in_full_by_the_other_part(question: str, parts: list[str]) -> None:
    assert searched(question) == parts


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "When and where was the treaty signed?",
            ["When was the treaty signed?", "Where was the treaty signed?"],
        ),
        (
            "Which missile will Japan co-produce and when?",
            ["Which missile will Japan co-produce?", "When will Japan co-produce the missile?"],
        ),
        ("Who was killed, and how?", ["Who was killed?", "How were they killed?"]),
        (
            "How many houses did the old village have, and how many has the new one?",
            ["How many houses did the old village have?", "How many houses has the new one?"],
        ),
        (
            "How many walkers had been expected, and how many came?",
            ["How many walkers had been expected?", "How many walkers came?"],
        ),
        (
            "What did the developer offer in May, and what after the tests?",
            [
                "What did the developer offer in May?",
                "What did the developer offer in May after the tests?",
            ],
        ),
    ],
)
def test_a_part_takes_what_it_leaves_out_from_the_one_before(
    question: str, parts: list[str]
) -> None:
    assert searched(question) == parts


def test_a_part_of_no_words_but_a_pronoun_is_searched_with_the_other() -> None:
    assert searched("How many died and where was it?")[1] == "Where was it (How many died)?"


@pytest.mark.parametrize(
    ("question", "second"),
    [
        ("Who runs the mill and where did that person work before?",
         "Where did that person work before (Who runs the mill)?"),
        ("Who founded the club, and what was her profession?",
         "What was her profession (Who founded the club)?"),
    ],
)  # fmt: skip
def test_a_part_whose_pronoun_is_not_told_is_searched_with_the_other(
    question: str, second: str
) -> None:
    assert searched(question)[1] == second


def test_an_it_that_stands_for_nothing_is_left() -> None:
    asked = "What does it cost to get in, and what does the car park cost?"
    assert searched(asked)[0] == "What does it cost to get in?"
