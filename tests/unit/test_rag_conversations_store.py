"""Conversations are kept, found and named; each user's apart from the others'."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from kept_talks import CANARY, HERE, ONE, TEXT, TWO, Clock, answered, keep

from rag import (
    MisuseError,
)
from rag.conversations.conversation import (
    exported,
)
from rag.conversations.store import ConversationStore, conversations_here
from rag.types import Turn


def test_nothing_is_made_before_something_is_kept(store: ConversationStore) -> None:
    assert store.newest() == ()
    assert store.turns(ONE) == ()
    assert store.search("castle") == ()
    assert store.purge()
    assert not store.path.exists()


def test_a_conversation_is_listed_by_its_first_question(store: ConversationStore) -> None:
    keep(store, "How many towers?", "And gates?")
    (found,) = store.newest()
    assert (found.id, found.name, found.turns) == (ONE, "How many towers?", 2)
    assert (found.library, found.user) == (HERE, "")
    assert found.begun_at == "1970-01-12T13:46:40+00:00"


def test_the_last_used_comes_first(store: ConversationStore, clock: Clock) -> None:
    for to in (ONE, TWO, ONE):
        clock.now += 1
        keep(store, "Why?", to=to)
    assert [one.id for one in store.newest()] == [ONE, TWO]


def test_an_answer_comes_back_as_it_was_but_for_its_passages(store: ConversationStore) -> None:
    keep(store, "How many towers?")
    (turn,) = store.turns(ONE)
    assert turn.answer == answered("How many towers?")
    assert store.history(ONE) == (Turn(question="How many towers?", text=f"{TEXT} [1]"),)


def test_a_number_that_is_taken_gives_the_next(store: ConversationStore) -> None:
    for wanted, given in ((0, 1), (5, 5), (5, 6), (1, 7)):
        assert store.keep(ONE, answered("Why?"), library=HERE, number=wanted) == given
    assert [turn.number for turn in store.turns(ONE, most=2)] == [6, 7]


def test_a_user_finds_nothing_of_another(store: ConversationStore) -> None:
    keep(store, f"Who is {CANARY}?", user="ann")
    for user in ("", "bob", "an", "%", "ANN"):
        assert store.newest(user=user) == ()
        assert store.turns(ONE, user=user) == ()
        assert store.history(ONE, user=user) == ()
        assert store.search(CANARY, user=user) == ()
        assert store.delete([ONE], user=user) == 0
        with pytest.raises(MisuseError):
            store.find(ONE, user=user)
        with pytest.raises(MisuseError):
            store.rename(ONE, "Mine", user=user)
        with pytest.raises(MisuseError):
            store.keep(ONE, answered("Why?"), library=HERE, user=user)
        store.put_away(ONE, 1, user=user)
    assert [one.name for one in store.newest(user="ann")] == [f"Who is {CANARY}?"]


def test_a_library_is_asked_for_by_its_name(store: ConversationStore) -> None:
    keep(store, "Why?")
    store.keep(TWO, answered("How?"), library="/elsewhere")
    assert [one.name for one in store.newest(library=HERE)] == ["Why?"]
    assert [one.question for one in store.search("how", library="/elsewhere")] == ["How?"]
    with pytest.raises(MisuseError, match="another library"):
        store.keep(ONE, answered("Why?"), library="/elsewhere")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("towers", ["How many towers?"]),
        ("TOWER", ["How many towers?"]),
        ("river long", ["How long is the river?"]),
        ("strasse", ["Wo ist die Hauptstraße der Zürcher?"]),
        ("zurcher", ["Wo ist die Hauptstraße der Zürcher?"]),
        ('"river" OR NOT towers*', []),
        ("towers river", []),
    ],
)
def test_words_are_found_in_questions_and_answers(
    store: ConversationStore, words: str, found: list[str]
) -> None:
    store.keep(ONE, answered("How many towers?", "Four of stone."), library=HERE)
    store.keep(TWO, answered("How long is the river?", "It is 80 km."), library=HERE)
    question = "Wo ist die Hauptstraße der Zürcher?"
    store.keep("c3" * 16, answered(question, "Dort; eine Hauptstrasse."), library=HERE)
    assert [one.question for one in store.search(words)] == found


@pytest.mark.parametrize("words", ["", "  ", "?!", '"'])
def test_a_search_needs_a_word(store: ConversationStore, words: str) -> None:
    with pytest.raises(MisuseError, match="has no word to search for"):
        store.search(words)


def test_a_name_takes_the_place_of_the_first_question(store: ConversationStore) -> None:
    keep(store, "How many towers?")
    store.rename(ONE, "  The\ncastle ")
    assert store.newest()[0].name == "The castle"
    store.rename(ONE, "")
    assert store.newest()[0].name == "How many towers?"
    with pytest.raises(MisuseError, match="201 characters, at most 200"):
        store.rename(ONE, "a" * 201)


def test_no_name_turns_the_words_around_it_or_hides_any(store: ConversationStore) -> None:
    keep(store, "How many towers?")
    store.rename(ONE, "My \u202egpj\u2066\u200b\U000e0041 talk\ufeff")
    assert store.newest()[0].name == "My gpj talk"
    store.rename(ONE, "\u202e\u200b")
    assert store.newest()[0].name == "How many towers?"
    store.rename(ONE, "\u0645\u06cc\u200c\u062e\u0648")
    assert store.newest()[0].name == "\u0645\u06cc\u200c\u062e\u0648"
    with closing(sqlite3.connect(store.path)) as file, file:  # as the version before named it
        file.execute("UPDATE conversations SET name = 'My \u202egpj'")
    (named,) = store.newest()
    assert named.name == "My gpj"
    odd = replace(named, library="/home/\u202ea/library")
    for form in ("md", "html"):
        assert "\u202e" not in exported(odd, store.turns(ONE), form=form)


@pytest.mark.parametrize("beginning", ["a1a", "", "%", "a1a1%", "____", "zzzz", "c3c3"])
def test_an_id_that_begins_none_is_refused(store: ConversationStore, beginning: str) -> None:
    keep(store, "Why?")
    with pytest.raises(MisuseError, match="no conversation begins with"):
        store.find(beginning)


def test_an_id_is_found_by_its_beginning(store: ConversationStore) -> None:
    keep(store, "Why?")
    keep(store, "How?", to="a1a1a1a2" * 4)
    assert store.find("A1A1A1A2").name == "How?"
    with pytest.raises(MisuseError, match="2 conversations begin with"):
        store.find("a1a1a1")


def test_the_name_outlives_a_first_question_that_is_asked_anew(store: ConversationStore) -> None:
    keep(store, "How many towers?")
    store.rename(ONE, "Towers")
    store.put_away(ONE, 1)
    assert store.newest() == ()
    keep(store, "How many wells?")
    assert [one.name for one in store.newest()] == ["Towers"]
    aside = store.put_away(ONE, 0)
    assert store.newest() == ()
    store.put_back(aside, ONE)
    assert [(one.name, one.turns) for one in store.newest()] == [("Towers", 1)]
    keep(store, "Why?")
    assert store.put_away(TWO, 0) == ""
    aside = store.put_away(ONE, 2)
    store.keep(ONE, answered("Who?"), library=HERE, number=2)
    with pytest.raises(MisuseError, match="others are in their place"):
        store.put_back(aside, ONE)
    assert [turn.question for turn in store.turns(ONE)] == ["How many wells?", "Who?"]


def test_half_a_surrogate_is_kept_as_a_question_mark(store: ConversationStore) -> None:
    keep(store, "Why \ud800?")
    assert store.newest()[0].name == "Why ??"
    assert store.turns(ONE)[0].answer is not None


def test_an_answer_that_is_far_too_long_is_not_kept(store: ConversationStore) -> None:
    with pytest.raises(MisuseError, match="over 2,000,000 characters"):
        store.keep(ONE, answered("Why?", "a" * 700_000), library=HERE)
    assert store.newest() == ()


@pytest.mark.quiet
def test_the_list_of_ten_thousand_turns_takes_under_50_ms(store: ConversationStore) -> None:
    import time

    keep(store, "How many towers?")
    with sqlite3.connect(store.path) as db:
        db.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)"
            " INSERT INTO conversations"
            " SELECT printf('%032x', i), '', ?, '', i, i, 50, NULL FROM n",
            (HERE,),
        )
        db.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
            " INSERT INTO turns (conversation, number, asked, question, searched, text, answer)"
            " SELECT printf('%032x', i % 200 + 1), i, i, 'Question ' || i, '', '', '{}' FROM n"
        )
    db.close()
    times = []
    for _ in range(5):
        began = time.perf_counter()
        assert len(store.newest(library=HERE)) == 201
        times.append(time.perf_counter() - began)
    assert min(times) < 0.05


def test_the_file_lies_beside_the_default_library(tmp_path: Path) -> None:
    assert conversations_here().path == tmp_path / "home" / "data" / "footnote" / "conversations.db"
