"""What the page keeps of who is known: found again after a restart, listed, and nobody else's."""

import asyncio

import pytest

from rag import Article
from rag.internal import ConversationStore, library_name
from rag.testing import open_assistant
from ui.chat.ask_tab import Chat
from ui.chat.conversation import Sessions, Talks
from ui.parts import NOBODY, Sender
from ui.settings import Chooser

MINE, THEIRS = "a" * 32, "b" * 32
OWNER = Sender(owner=True, address="127.0.0.1")
ANN, BEN = Sender(user="ann"), Sender(user="ben")
LUNE = Article(source="lune", title="Lune", text="The Lune is a river. It is 80 km long.")
QUESTION = "What is the Lune?"


def values(stream):
    async def collect():
        return [value async for value in stream]

    return asyncio.run(collect())


class Page:
    """A server of a page, which can be started again over the same store."""

    def __init__(self, assistant, folder):
        self.assistant, self.file = assistant, folder / "conversations.db"
        self.start()

    def start(self):
        self.store = ConversationStore(self.file)
        self.sessions = Sessions(store=self.store, library=library_name(self.assistant.settings))
        self.chat = Chat(self.assistant, sessions=self.sessions, chooser=Chooser(self.assistant))
        self.talks = Talks(self.sessions)

    def ask(self, question, sender=OWNER, token=MINE):
        sent = {"token": token, "question": question}
        return values(self.chat.ask(sent, sender))[-1]

    def open(self, sender=OWNER, token=MINE, **sent):
        return values(self.chat.open({"token": token, **sent}, sender))[0]

    def questions(self, sender=OWNER, token=MINE):
        return [turn["question"] for turn in self.open(sender, token)["turns"]]

    def listed(self, sender=OWNER, **sent):
        return [name for _, name, _, _ in self.talks.listed(sent, sender)["talks"]]


@pytest.fixture
def page(assistant, tmp_path):
    assistant.library.add_articles([LUNE])
    return Page(assistant, tmp_path)


@pytest.mark.parametrize("sender", [OWNER, ANN])
def test_a_conversation_goes_on_after_a_restart_of_the_server(page, sender):
    page.ask(QUESTION, sender)
    page.start()
    assert page.questions(sender) == [QUESTION]
    page.start()
    turns = page.ask("How long is it?", sender)["turns"]
    assert [turn["number"] for turn in turns] == [1, 2]
    assert dict(turns[1]["facts"])["Searched"] == "How long is the Lune?"


def test_of_who_is_not_known_nothing_is_kept(page):
    page.ask(QUESTION, NOBODY)
    assert page.questions(NOBODY) == [QUESTION]
    assert page.talks.listed({}, NOBODY) == {"keeps": False, "talks": [], "found": None}
    assert page.open(NOBODY)["keeps"] is False
    assert not page.file.exists()


def test_each_user_finds_their_own_conversations_only(page):
    page.ask(QUESTION, ANN)
    page.ask("How long is the Lune?", OWNER, THEIRS)
    for other, token in ((BEN, MINE), (OWNER, MINE), (NOBODY, MINE), (ANN, THEIRS)):
        assert page.questions(other, token) == []
        page.talks.rename({"id": token, "name": "Mine"}, other)
        page.talks.discard({"id": token}, other)
        page.chat.forget({"token": token}, other)
    assert page.listed(ANN) == [QUESTION]
    assert page.listed(ANN, words="long") == [QUESTION]
    assert page.talks.listed({"words": "long"}, BEN)["found"] == []
    assert page.questions(ANN) == [QUESTION]


def test_two_users_with_one_token_do_not_meet(page):
    page.ask(QUESTION, ANN)
    told = page.ask("How long is the Lune?", BEN)
    assert "is of another library" in told["trouble"]
    assert page.questions(ANN) == [QUESTION]


def test_only_what_was_answered_is_kept(page):
    for question in ("word " * 500, "?", "  "):
        values(page.chat.ask({"token": MINE, "question": question}, OWNER))
    assert page.listed() == []
    assert all(len(turn.question) <= 2000 for turn in page.sessions.turns(MINE, OWNER))
    page.ask("Who mends clocks in Paris?")
    assert page.listed() == ["Who mends clocks in Paris?"]


def test_a_question_asked_again_takes_the_place_of_the_old_in_the_store(page):
    page.ask(QUESTION)
    page.ask("How long is it?")
    values(page.chat.retry({"token": MINE, "turn": 2}, OWNER))
    page.start()
    assert [turn["number"] for turn in page.open()["turns"]] == [1, 3]


def test_what_a_question_is_edited_to_is_asked_and_what_it_took_the_place_of_comes_back(page):
    for question in (QUESTION, "How long is it?", "Is it a river?"):
        page.ask(question)
    page.talks.rename({"id": MINE, "name": "Rivers"}, OWNER)
    sent = {"token": MINE, "turn": 1, "question": "What is a river?"}
    told, *_, last = values(page.chat.retry(sent, OWNER))
    assert (told["count"], [turn["number"] for turn in last["turns"]]) == (3, [4])
    assert page.listed() == ["Rivers"]
    page.start()
    back = page.chat.put_back({"token": MINE, "away": told["away"]}, OWNER)
    assert [turn["number"] for turn in back["turns"]] == [1, 2, 3, 4]
    assert page.questions()[3] == "What is a river?"
    for away in (told["away"], None, ["a"], "0" * 32):
        told = page.chat.put_back({"token": MINE, "away": away}, OWNER)
        assert "cannot be had back" in told["trouble"]


def test_a_model_that_is_not_offered_answers_nothing_and_takes_nothing_away(page, monkeypatch):
    monkeypatch.setattr("ui.settings.models_here", tuple)
    page.ask(QUESTION)
    for sender in (OWNER, ANN):
        page.ask(QUESTION, sender, THEIRS)
        sent = {"token": THEIRS, "turn": 1, "model": "openai:gpt-4o", "address": "http://10.0.0.1"}
        (told,) = values(page.chat.retry(sent, sender))
        assert [turn["number"] for turn in told["turns"]] == [1]
        assert "run" in told["trouble"]
    assert page.chat.models({"token": MINE, "turn": 1}, ANN)["models"] == [
        ["extractive", "", "extractive"]
    ]


def test_a_conversation_is_exported_kept_or_not(page):
    for sender in (OWNER, NOBODY):
        page.ask(QUESTION, sender)
        told = page.chat.export({"token": MINE, "form": "md"}, sender)["file"]
        assert (told["name"], told["kind"]) == ("what-is-the-lune.md", "text/markdown")
        assert "[^1]: “The Lune is a river.” Lune" in told["text"]
    told = page.chat.export({"token": "c" * 32, "form": "html"}, OWNER)
    assert told["trouble"].startswith("Nothing was answered yet")


def test_what_another_program_kept_meanwhile_is_shown(page):
    page.ask(QUESTION)
    answer = page.assistant.ask("How long is the Lune?")
    page.store.keep(MINE, answer, library=page.sessions.library)
    page.ask("What is it?")
    assert page.questions() == [QUESTION, "How long is the Lune?", "What is it?"]


def test_what_became_of_an_article_is_told_when_it_is_shown_again(page):
    page.ask(QUESTION)
    changed = Article(source="lune", title="Lune", text="The Lune is a brook.")
    page.assistant.library.add_articles([changed])
    (source,) = page.open()["turns"][0]["sources"]
    assert source["note"] == "article edited since: this does not stand in it any more"


def test_what_a_browser_kept_is_taken_over_once(page):
    kept = values(page.chat.ask({"token": MINE, "question": QUESTION}, NOBODY))[-1]["turns"]
    for _ in range(2):
        told = page.open(OWNER, THEIRS, kept=kept, keptToken=MINE)
        assert (told["took"], told["turns"]) == (True, [])
    assert page.questions() == [QUESTION]
    page.start()
    assert page.questions() == [QUESTION]


def test_what_a_browser_kept_is_left_there_where_nothing_is_kept(page):
    kept = values(page.chat.ask({"token": MINE, "question": QUESTION}, NOBODY))[-1]["turns"]
    page.start()
    told = page.open(NOBODY, kept=kept, keptToken=MINE)
    assert (told["took"], len(told["turns"])) == (False, 1)


def test_conversations_are_listed_named_searched_deleted_and_had_back(page):
    page.ask(QUESTION)
    page.ask("How long is the Lune?", token=THEIRS)
    assert page.listed() == ["How long is the Lune?", QUESTION]
    page.talks.rename({"id": MINE, "name": "Rivers"}, OWNER)
    assert page.listed() == ["How long is the Lune?", "Rivers"]
    found = page.talks.listed({"words": "river lune"}, OWNER)["found"]
    assert [one[:2] for one in found] == [[MINE, "Rivers"]]
    (found,) = page.talks.listed({"words": "rivers"}, OWNER)["found"]
    assert found == [MINE, "Rivers", ""]
    told = page.talks.discard({"id": MINE}, OWNER)
    assert (told["deleted"], page.listed(), page.questions()) == (
        MINE,
        ["How long is the Lune?"],
        [],
    )
    page.talks.restore({"id": MINE}, OWNER)
    assert page.questions() == [QUESTION]


@pytest.mark.parametrize(
    "sent", [{}, {"id": None}, {"id": ["a"], "name": {}}, {"words": 7}, {"words": "?"}, {"id": "%"}]
)
def test_what_is_no_request_changes_nothing(page, sent):
    page.ask(QUESTION)
    for act in (page.talks.listed, page.talks.rename, page.talks.discard, page.talks.restore):
        assert isinstance(act(sent, OWNER).get("problem", ""), str)
    assert page.listed() == [QUESTION]


def test_a_damaged_file_costs_no_answer_and_is_told(page):
    page.file.write_bytes(b"no database" * 1000)
    assert page.open()["trouble"].startswith("The kept conversations were damaged")
    assert page.ask(QUESTION)["turns"][-1]["state"] == "answered"
    page.ask("How long is it?")
    assert page.questions() == [QUESTION, "How long is it?"]


def test_conversations_of_others_cannot_be_pushed_out(page):
    page.ask(QUESTION, NOBODY)
    busy = Sender(address="10.0.0.9")
    for number in range(300):
        page.sessions.turns(f"{number:032x}", busy)
    assert page.questions(NOBODY) == [QUESTION]


def test_conversations_of_another_library_are_not_shown(page, tmp_path, embedder):
    page.ask(QUESTION)
    settings = page.assistant.settings.changed(library=tmp_path / "other")
    with open_assistant(settings, embedder=embedder) as other:
        there = Page(other, tmp_path)
        assert there.listed() == []
        told = there.open()
        assert (told["elsewhere"], told["turns"]) == (True, [])
    assert page.open()["elsewhere"] is False
