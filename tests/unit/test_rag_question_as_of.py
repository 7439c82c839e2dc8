from datetime import date

import pytest

from rag.question import read_question, split_as_of


@pytest.mark.parametrize(
    ("question", "bare", "day"),
    [
        ("How many members are there as of May 2022?", "How many members are there?",
         date(2022, 5, 31)),
        ("As of 2019, who is the mayor?", "Who is the mayor?", date(2019, 12, 31)),
        ("What is the fee as of 1 January 2022?", "What is the fee?", date(2022, 1, 1)),
        ("What is the fee as of Feb. 3rd, 2024?", "What is the fee?", date(2024, 2, 3)),
        ("Who was chairman as of 2020-06-30?", "Who was chairman?", date(2020, 6, 30)),
        ("What, as of March 2021, does a ticket cost?", "What does a ticket cost?",
         date(2021, 3, 31)),
    ],
)  # fmt: skip
def test_as_of_a_date_is_read_and_left_out(question: str, bare: str, day: date) -> None:
    assert split_as_of(question) == (bare, day)
    asked = read_question(question)
    assert (asked.text, asked.until) == (bare, day)


@pytest.mark.parametrize(
    "question", ["What was said as of late?", "What happened on 31 May 2022?", "Was it as of old?",
                 "What is the fee as of 31 February 2022?"]
)  # fmt: skip
def test_any_other_question_stays_as_it_is(question: str) -> None:
    assert split_as_of(question) == (question, None)
