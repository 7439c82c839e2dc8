"""What the tab Ask is answered: conversations, and anything that is no such request."""

import asyncio

import pytest

from rag import Article
from rag.testing import ScriptedModel, open_assistant
from ui.chat.ask_tab import Chat
from ui.chat.conversation import Sessions
from ui.settings import Choices, Chooser

MINE = "a" * 32
LUNE = Article(
    source="lune",
    title="Lune",
    text="The Lune Trust (LTR) is a charity. The Lune Trust was founded in 1921. "
    "Anna Reed said that the Lune is a river.",
)


@pytest.fixture
def room(assistant):
    assistant.library.add_articles([LUNE])
    return Chat(assistant, sessions=Sessions(), chooser=Chooser(assistant))


def values(stream):
    async def collect():
        return [value async for value in stream]

    return asyncio.run(collect())


def ask(room, question, token=MINE):
    return values(room.ask({"token": token, "question": question}))


@pytest.fixture
def slow_room(assistant):
    """Make a room whose language model takes its time."""
    assistant.library.add_articles([LUNE])
    model = ScriptedModel("The Lune is a river. [1]", pause=0.2)
    with open_assistant(assistant.settings, model=model) as slow:
        yield Chat(slow, sessions=Sessions(), chooser=Chooser(slow))


def states(values):
    return [value["turns"][-1]["state"] for value in values]


def test_passages_are_shown_before_the_answer_of_a_language_model(slow_room):
    found = states(ask(slow_room, "What is the Lune?"))
    assert (found[0], found[-1]) == ("writing", "answered")


def test_a_page_that_is_loaded_again_finds_its_conversation(room):
    ask(room, "What is the Lune?")
    (first,) = values(room.open({"token": MINE}))
    assert [turn["question"] for turn in first["turns"]] == ["What is the Lune?"]
    assert values(room.open({"token": "b" * 32}))[0]["turns"] == []


def test_an_answer_is_followed_by_questions_that_nobody_has_asked(room):
    (document,) = room.start.shelf({})["documents"]
    question = "When was the Lune Trust founded?"
    room._assistant.library.introduce({document["id"]: [question, "Who is Anna Reed?"]})
    offered = ask(room, question)[-1]["turns"][-1]["followUps"]
    assert offered == [["Who is Anna Reed?", document["id"]]]


def test_questions_of_articles_that_say_nothing_of_it_are_not_offered(room, assistant):
    texts = {"Tay": "The Tay is a river.", "Bread": "The bread of Lune is baked at noon."}
    assistant.library.add_articles(
        Article(source=title, title=title, text=text) for title, text in texts.items()
    )
    ids = {one["title"]: one["id"] for one in room.start.shelf({})["documents"]}
    bread = ["How hot is the oven?", "Who bakes for the Lune Trust?"]
    assistant.library.introduce({ids["Tay"]: ["How long is the Tay?"], ids["Bread"]: bread})
    answer = assistant.ask("When was the Lune Trust founded?")
    assert {hit.passage.document_id for hit in answer.hits} >= {ids["Tay"], ids["Bread"]}
    assert room.start.follow_ups(answer, []) == ((bread[1], ids["Bread"]),)


def test_a_question_is_asked_of_what_was_chosen_and_again_of_the_same(room, assistant):
    assistant.library.add_articles([Article(source="b", title="Tay", text="The Tay is a river.")])
    sent = {"token": MINE, "question": "What is a river?", "scope": {"documents": ["Tay"]}}
    (*_, turn) = values(room.ask(sent))[-1]["turns"]
    assert (turn["scope"], turn["sources"][0]["title"]) == ("Asked of: “Tay”.", "Tay")
    (*_, turn) = values(room.retry({"token": MINE, "turn": 1, "scope": None}))[-1]["turns"]
    assert turn["scope"] == "Asked of: “Tay”."
    sent["scope"] = {"tags": ["none such"]}
    (*_, turn) = values(room.ask(sent))[-1]["turns"]
    assert turn["state"] == "failed"
    assert "none such" in turn["problem"]


def test_asking_again_puts_a_new_turn_in_place_of_the_old(room):
    ask(room, "What is the Lune?")
    ask(room, "What is LTR?")
    again = values(room.retry({"token": MINE, "turn": 2}))[-1]["turns"]
    assert [(turn["number"], turn["question"]) for turn in again] == [
        (1, "What is the Lune?"),
        (3, "What is LTR?"),
    ]


def test_what_is_forgotten_is_gone(room):
    ask(room, "What is the Lune?")
    room.forget({"token": MINE})
    assert values(room.open({"token": MINE}))[0]["turns"] == []


def left(room):
    """Leave a question while it is answered; return what its page found when loaded meanwhile."""

    async def leave():
        asking = room.ask({"token": MINE, "question": "What is the Lune?"})
        await anext(asking)
        there = [value async for value in room.open({"token": MINE})]
        await asking.aclose()
        return there

    return asyncio.run(leave())


def test_an_answer_whose_page_is_gone_counts_as_stopped(slow_room):
    assert states(left(slow_room)[:1]) == ["stopped"]
    assert states(values(slow_room.open({"token": MINE}))[:1]) == ["stopped"]


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"question": None, "token": MINE},
        {"question": ["a"], "token": MINE},
        {"question": "  ", "token": MINE},
        {"turn": 9, "token": MINE},
        {"turn": "1", "token": {}},
        {"turn": {}, "token": None},
    ],
)
def test_what_is_no_request_does_nothing(room, sent):
    assert values(room.ask(sent)) == []
    assert values(room.retry(sent)) == []
    assert room.stop(sent)["turns"] == []
    room.forget(sent)


def test_a_question_too_long_is_one_sentence(room):
    (last,) = ask(room, "word " * 500)[-1]["turns"]
    assert last["state"] == "failed"
    assert "at most 2000 are allowed" in last["problem"]


def test_a_model_that_cannot_be_used_any_more_is_one_sentence(assistant):
    sessions = Sessions()
    room = Chat(assistant, sessions=sessions, chooser=Chooser(assistant))
    sessions.choose(MINE, Choices(model="openai:gpt-4o-mini"))
    (last,) = ask(room, "Why?")[-1]["turns"]
    assert "needs a key" in last["problem"]


def test_where_a_question_names_its_article_all_can_be_asked_instead(room):
    (*_, turn) = ask(room, "According to the Lune article, who is a charity?")[-1]["turns"]
    assert (turn["scope"], turn["named"]) == ("Asked of: “Lune”.", True)
    sent = {"token": MINE, "turn": turn["number"], "everywhere": True}
    (*_, turn) = values(room.retry(sent))[-1]["turns"]
    assert (turn["scope"], turn["named"]) == ("", False)
