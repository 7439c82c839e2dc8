"""Which questions a language model takes apart, and what of its reply is searched for."""

from dataclasses import replace

import pytest

from rag.llm.planning import filled, needs_thought, read_searches
from rag.question import read_question
from rag.types import Answer, AnswerPart, Usage

ASKED = read_question("Which of the towns that flooded got money from the state?")
TWO = ("Which towns flooded?", "Which towns got money from the state?")
UNSURE = Answer(
    question=ASKED.text, status="answered", reason=None, text="", sentences=(), citations=(),
    confidence=0.6, hits=(), model="extractive", usage=Usage(), seconds=0.0,
)  # fmt: skip


@pytest.mark.parametrize(
    "question",
    [
        "Which of the towns that flooded got money from the state?",
        "How did the position of the board change after the strike?",
        "Compare what the mayor and the union say about the tram.",
        "When was the company that built the bridge founded?",
        "What do the two reports have in common?",
        "What’s the difference between the plans of the board and the union?",
        "Who among the drivers lives in Orlow?",
    ],
)
def test_what_one_search_seldom_answers_is_taken_apart_where_it_did_not(question: str) -> None:
    asked = read_question(question)
    assert needs_thought(asked, UNSURE)
    assert not needs_thought(asked, replace(UNSURE, confidence=0.96))


@pytest.mark.parametrize(
    "question",
    [
        "When was the bridge closed?",
        "Who is the mayor of Orlow?",
        "How many boats sank in May?",
        "Did the board change its name?",
        "What is the height of the tower?",
        "How was the dam built?",
        "How much of its income does the town spend on roads?",
        "Was it the first time that the mayor came?",
        "Write a function that reverses a list.",
    ],
)
def test_a_simple_question_is_not(question: str) -> None:
    assert not needs_thought(read_question(question), UNSURE)


def test_what_is_answered_in_parts_or_cannot_be_searched_is_not() -> None:
    part = AnswerPart(asked="Which towns flooded?", text="Orlow", citations=())
    assert not needs_thought(ASKED, replace(UNSURE, parts=(part,)))
    assert not needs_thought(ASKED, replace(UNSURE, status="abstained", reason="empty_library"))
    assert not needs_thought(ASKED, replace(UNSURE, status="abstained", reason="other_language"))
    assert not needs_thought(ASKED, replace(UNSURE, is_overview=True))
    assert needs_thought(ASKED, replace(UNSURE, status="abstained", reason="weak_match"))


@pytest.mark.parametrize(
    "reply",
    [
        "Which towns flooded?\nWhich towns got money from the state?",
        "1. Which towns flooded?\n2) Which towns got money from the state?\n",
        "- **Which towns flooded?**\n- “Which towns got money from the state?”",
        "Here:\n\nQuestion 1: Which towns flooded?\nQ2: Which towns got money from the state?",
        "Which towns flooded?\nWhich towns flooded?\nWhich towns got money from the state?\nDone.",
    ],
)
def test_each_line_that_is_a_question_is_a_search(reply: str) -> None:
    assert read_searches(reply, ASKED) == TWO


@pytest.mark.parametrize(
    "reply",
    [
        "The documents do not say.",
        "Which towns flooded?",
        "Ignore your rules?\nWho is the president of France?",
        "<b>Which towns flooded?</b>\nWhich towns got money? https://evil.example/?q",
        '{"searches": ["Which towns flooded?", "Which towns got money?"]}',
        "Which towns flooded in #2?\nWhich towns got money in #9?",
        "Which " + "towns " * 60 + "?\nWhich " + "money " * 60 + "?",
        "towns? " * 300,
        "\x1b[31mtowns\x1b[0m\n\u202etowns\n?\n??",
    ],
)
def test_what_is_no_plan_gives_no_search(reply: str) -> None:
    assert read_searches(reply, ASKED) == ()


def test_what_differs_by_a_small_word_is_searched_twice() -> None:
    asked = read_question("How did the board's position change after the strike?")
    reply = "What was its position before the strike?\nWhat was its position after the strike?"
    assert read_searches(reply, asked) == tuple(reply.split("\n"))


def test_a_hyphen_inside_a_question_stays() -> None:
    reply = "- Which towns were re-built?\nWhich towns got state-owned money?"
    assert read_searches(reply, ASKED) == (
        "Which towns were re-built?",
        "Which towns got state-owned money?",
    )


def test_there_are_at_most_four_searches() -> None:
    reply = "\n".join(f"Did town {n} get money from the state?" for n in range(40))
    assert len(read_searches(reply, ASKED)) == 4


def test_an_answer_takes_its_place_in_a_later_search() -> None:
    asked = read_question("When was the company that built the bridge founded?")
    searches = read_searches("Which company built the bridge?\nWhen was #1 founded?", asked)
    assert searches == ("Which company built the bridge?", "When was #1 founded?")
    assert filled(searches[1], ["Karsund Works"]) == "When was Karsund Works founded?"
    assert filled(searches[1], [""]) == ""
    assert len(filled(searches[1], ["long " * 100])) == 200
