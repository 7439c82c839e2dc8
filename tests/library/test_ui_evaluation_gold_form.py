"""From an answer to a gold question: what the form is filled with, and what it writes."""

import pytest

from eval import load_suite
from rag import Article
from ui.evaluation import GoldQuestions

TEXT = "The bridge is closed. It opens in May. It opens at noon. A band plays."
ASKED = {"turn": 1, "good": False}


@pytest.fixture
def answer(assistant):
    assistant.library.add_articles(
        [
            Article(source="folder/bridge.txt", title="The bridge", text=TEXT),
            Article(source="cats.txt", title="Cats", text="Cats sleep all day."),
        ]
    )
    return assistant.ask("Is the bridge closed?")


@pytest.fixture
def questions(assistant, answer):
    return GoldQuestions(assistant, answer_of=lambda sent, _: answer if sent.get("turn") else None)


@pytest.fixture
def bridge(assistant, answer):
    return next(c.id for c in assistant.library.documents() if c.card.title == "The bridge")


def cases(assistant):
    path = assistant.settings.gold_file
    return load_suite(path).cases if path.exists() else ()


def test_a_right_answer_fills_the_form_with_what_it_said_and_cited(questions, answer, bridge):
    form = questions.open({**ASKED, "good": True})["form"]
    assert form["answer"] == (answer.short or "The bridge is closed.")
    assert form["picks"] == [(bridge, 0)]
    assert form["documents"][0] == {"id": bridge, "title": "The bridge"}
    assert (form["question"], form["abstain"]) == ("Is the bridge closed?", False)


def test_a_wrong_answer_leaves_answer_and_sentences_to_be_given(questions):
    form = questions.open(ASKED)["form"]
    assert (form["answer"], form["picks"], form["abstain"]) == ("", [], False)


def test_an_answer_that_is_gone_is_one_sentence(questions):
    assert "not kept any more" in questions.open({})["problem"]


def test_a_case_is_written_with_its_quote(questions, assistant, bridge):
    sent = {"question": "When does it open?", "answer": "in May\n\n May ", "picks": [[bridge, 1]]}
    assert questions.save(sent)["saved"].startswith("Saved to library.gold.jsonl")
    (case,) = cases(assistant)
    assert (case.question, case.answers) == ("When does it open?", ("in May", "May"))
    assert [(one.document, one.quote) for one in case.evidence] == [
        ("bridge.txt", "It opens in May.")
    ]


def test_what_must_all_be_there_is_an_item_a_line_with_its_wordings(questions, assistant):
    sent = {"question": "When?", "answer": "May | spring\n\n noon ", "every": True}
    assert "saved" in questions.save(sent)
    (case,) = cases(assistant)
    assert case.must_include == (("May", "spring"), ("noon",))
    assert case.answers == ("May", "spring", "noon")


def test_sentences_that_follow_each_other_are_one_quote(questions, assistant, bridge):
    picks = [[bridge, 3], [bridge, 1], [bridge, 0], [bridge, 1]]
    questions.save({"question": "Q", "answer": "A", "picks": picks})
    (case,) = cases(assistant)
    assert [one.quote for one in case.evidence] == [
        "The bridge is closed. It opens in May.",
        "A band plays.",
    ]


def test_a_case_can_say_that_abstaining_is_right(questions, assistant, bridge):
    questions.save({"question": "Who?", "answer": "x", "abstain": True, "picks": [[bridge, 0]]})
    (case,) = cases(assistant)
    assert (case.answerable, case.answers, case.evidence) == (False, (), ())


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({}, "The question is empty"),
        ({"question": "  "}, "The question is empty"),
        ({"question": "Q", "answer": " \n"}, "Write what it should have said"),
        ({"question": "Q", "answer": "A", "picks": [["none", 0]]}, "no document 'none'"),
    ],
)
def test_what_is_missing_is_one_sentence_and_writes_nothing(questions, assistant, sent, reason):
    assert reason in questions.save(sent)["problem"]
    assert cases(assistant) == ()


def test_the_same_question_twice_is_refused(questions, assistant):
    questions.save({"question": "Is it closed?", "answer": "closed"})
    again = questions.save({"question": "is it closed", "answer": "x"})
    assert "in the file already" in again["problem"]
    assert len(cases(assistant)) == 1


@pytest.mark.parametrize(
    "picks", [None, 7, "x", {"a": 1}, [None, [], [1], ["x", True], ["x", 1.5], [1, 2], ["x", 1, 2]]]
)
def test_picks_of_any_other_form_are_passed_over(questions, assistant, picks):
    assert "saved" in questions.save({"question": "Q", "answer": "A", "picks": picks})
    assert cases(assistant)[0].evidence == ()


def test_places_outside_the_article_are_passed_over(questions, assistant, bridge):
    picks = [[bridge, -1], [bridge, 4], [bridge, 10**9]]
    questions.save({"question": "Q", "answer": "A", "picks": picks})
    assert cases(assistant)[0].evidence == ()


@pytest.mark.parametrize("sent", [{}, {"draft": 3}, {"draft": True}, {"draft": "x"}, {"draft": -9}])
def test_where_no_sentence_gives_a_question_that_is_said(questions, sent):
    assert "No other question to propose" in questions.draft(sent)["saved"]


def test_a_saved_proposal_is_followed_by_what_comes_next(questions, assistant):
    told = questions.save({"draft": 0, "question": "Q", "answer": "A"})
    assert told["saved"].startswith(
        "Saved to library.gold.jsonl: the suite's next run asks it. No other"
    )
    assert len(cases(assistant)) == 1
