"""A kept conversation is taken back, and what was written into it meanwhile is not believed."""

import asyncio

import pytest

from rag import Article
from ui.chat.ask_tab import Chat
from ui.chat.conversation import Sessions
from ui.chat.turn_view import taken_back
from ui.settings import Chooser

MINE = "a" * 32
LUNE = Article(source="lune", title="Lune", text="The Lune is a river. It is 80 km long.")
URE = Article(source="ure", title="Ure", text="The Ure is a river too.")


def values(stream):
    async def collect():
        return [value async for value in stream]

    return asyncio.run(collect())


def room_of(assistant):
    return Chat(assistant, sessions=Sessions(), chooser=Chooser(assistant))


@pytest.fixture
def kept(assistant):
    """Return what a page keeps of a conversation of one question."""
    assistant.library.add_articles([LUNE, URE])
    asked = room_of(assistant).ask({"token": MINE, "question": "What is the Lune?"})
    return values(asked)[-1]["turns"]


def opened(room, kept, token=MINE):
    return values(room.open({"token": token, "kept": kept}))[0]["turns"]


def test_what_a_page_kept_is_taken_back_by_a_server_that_knows_nothing_of_it(assistant, kept):
    (turn,) = opened(room_of(assistant), kept)
    assert [s["text"] for s in turn["sentences"]] == [s["text"] for s in kept[0]["sentences"]]
    assert turn["sources"] == kept[0]["sources"]
    assert ["Kept", "its quotes were compared with your articles anew"] in turn["facts"]


def test_the_likely_words_of_a_sentence_are_taken_back(assistant, kept):
    (sentence, *_) = kept[0]["sentences"]
    assert opened(room_of(assistant), kept)[0]["sentences"][0]["span"] == sentence["span"]
    whole = {**sentence, "span": [0, len(sentence["text"])]}
    (taken,) = opened(room_of(assistant), [{**kept[0], "sentences": [whole]}])
    assert taken["sentences"][0] == whole


@pytest.mark.parametrize(
    ("told", "shown"), [("a river", "a river"), ("Yes", "Yes"), ("a lake", ""), ("", "")]
)
def test_a_short_answer_is_taken_back_where_a_sentence_has_its_words(assistant, kept, told, shown):
    (taken,) = opened(room_of(assistant), [{**kept[0], "short": told}])
    assert taken["short"] == shown


@pytest.mark.parametrize(
    ("told", "shown"), [("The Lune is a river.", "The Lune is a river."), ("The Ribble is.", "")]
)
def test_what_a_sentence_leans_on_is_taken_back_where_its_article_says_it(
    assistant, kept, told, shown
):
    sentences = [{**kept[0]["sentences"][0], "context": told}]
    (taken,) = opened(room_of(assistant), [{**kept[0], "sentences": sentences}])
    assert taken["sentences"][0]["context"] == shown


def test_the_parts_of_an_answer_are_taken_back_where_its_sentences_have_their_words(
    assistant, kept
):
    parts = [
        {"asked": "What is it?", "text": "a river", "numbers": [1]},
        {"asked": "What did it cost?", "text": "", "numbers": []},
    ]
    (taken,) = opened(room_of(assistant), [{**kept[0], "parts": parts}])
    assert taken["parts"] == parts
    made_up = [{**parts[0], "text": "a lake"}, parts[1]]
    (taken,) = opened(room_of(assistant), [{**kept[0], "parts": made_up}])
    assert taken["parts"] == []


@pytest.mark.parametrize("span", [[-1, 3], [3, 3], [0, 10**6], [0], [0, 1, 2], "01", [0.0, 1.0]])
def test_a_turn_with_a_span_outside_of_its_sentence_is_left_out(assistant, kept, span):
    sentences = [{**kept[0]["sentences"][0], "span": span}]
    assert taken_back(assistant, [{**kept[0], "sentences": sentences}]) == ()


def test_nobody_else_sees_what_was_taken_back(assistant, kept):
    room = room_of(assistant)
    opened(room, kept)
    assert values(room.open({"token": "b" * 32}))[0]["turns"] == []


def test_the_conversation_goes_on_after_it(assistant, kept):
    room = room_of(assistant)
    opened(room, [{**kept[0], "number": 7}])
    turns = values(room.ask({"token": MINE, "question": "How long is it?"}))[-1]["turns"]
    assert [turn["number"] for turn in turns] == [7, 8]
    assert "Lune" in dict(turns[-1]["facts"])["Searched"]


def test_a_page_open_for_longer_than_the_server_remembers_goes_on_counting(assistant, kept):
    room = room_of(assistant)
    values(room.ask({"token": MINE, "question": "What is the Ure?", "after": 1}))
    assert [turn["number"] for turn in opened(room, kept)] == [1, 2]


def test_what_the_server_still_knows_counts_more_than_what_was_kept(assistant, kept):
    room = room_of(assistant)
    values(room.ask({"token": MINE, "question": "What is the Ure?"}))
    assert [turn["question"] for turn in opened(room, kept)] == ["What is the Ure?"]


def test_a_document_that_was_removed_is_told_and_its_quote_stays(assistant, kept):
    assistant.library.remove(kept[0]["sources"][0]["document"])
    (source, *_) = opened(room_of(assistant), kept)[0]["sources"]
    assert source["note"] == "article removed from the library since"
    assert source["quote"] == kept[0]["sources"][0]["quote"]


def test_a_quote_of_another_state_of_its_document_is_never_shown_as_checked(assistant, kept):
    source = {**kept[0]["sources"][0], "quote": "The Lune is a lake.", "sha256": "0" * 64}
    (shown, *_) = opened(room_of(assistant), [{**kept[0], "sources": [source]}])[0]["sources"]
    assert shown["note"] == "article edited since: this does not stand in it any more"


def test_a_quote_that_its_document_does_not_say_is_not_shown(assistant, kept):
    source = {**kept[0]["sources"][0], "quote": "The Lune is a lake."}
    assert taken_back(assistant, [{**kept[0], "sources": [source]}]) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"number": 0},
        {"number": 1.5},
        {"number": True},
        {"number": 10**9},
        {"question": ""},
        {"question": "a" * 2001},
        {"question": "\ud800"},
        {"question": {"<img>": 1}},
        {"state": "writing"},
        {"reason": "because"},
        {"model": None},
        {"says": ["a"]},
        {"sentences": None},
        {"sentences": [{"text": "Free.", "numbers": [9], "verdict": "supported", "note": ""}]},
        {"sentences": [{"text": "Free.", "numbers": [], "verdict": "true", "note": ""}]},
        {"sources": [{}]},
        {"sources": "all"},
    ],
)
def test_a_turn_of_another_form_is_left_out(assistant, kept, change):
    assert taken_back(assistant, [{**kept[0], **change}]) == ()


@pytest.mark.parametrize("given", [None, 7, "turns", {}, {"0": 1}, [None], [[]], [7, "a"]])
def test_what_is_no_conversation_is_none(assistant, given):
    assert taken_back(assistant, given) == ()


@pytest.mark.parametrize("after", [None, "9", -1, 10**12, 1.5, True, [1]])
def test_a_number_that_cannot_be_is_not_counted_from(after):
    assert Sessions().begin(MINE, after=after) == 1
