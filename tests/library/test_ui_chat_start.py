"""Before the first question: cards, questions made when articles were added, the scope."""

import json
import threading
import time

import pytest

from rag import Article, Settings
from rag.testing import open_assistant
from ui.chat import start as start_room
from ui.chat.start import Introducing, Start

MILL = Article(
    source="/notes/mill.txt",
    title="Mill",
    text="The mill of Kirkby was closed in 1987. Later it was a school. The roof leaks.",
)


@pytest.fixture
def start(assistant):
    assistant.library.add_articles([MILL])
    return introduced(Start(assistant, quiet=lambda: True))


def introduced(start):
    """Wait until the worker behind a page is done."""
    start.shelf({})
    until = time.monotonic() + 30
    while start._introducing.working:
        assert time.monotonic() < until
        time.sleep(0.01)
    return start


def test_an_article_is_introduced_by_its_own_sentences_and_questions(start, assistant):
    (document,) = assistant.library.documents()
    told = start.introduced({"ids": [document.id]})["introductions"][document.id]
    assert told["questions"] == ["When was the mill of Kirkby closed?"]
    assert told["overview"][0] == "The mill of Kirkby was closed in 1987."
    assert all(sentence in MILL.text for sentence in told["overview"])
    assert start.offered({})["offers"] == [(told["questions"][0], document.id, "Mill")]


def test_a_question_that_two_articles_answer_is_offered_once(start, assistant):
    again = "The mill of Kirkby was closed in 1987. Nobody was hurt."
    assistant.library.add_articles([Article(source="b.txt", title="Again", text=again)])
    introduced(start)
    mill, twin = (document.id for document in assistant.library.documents())
    told = start.introduced({"ids": [mill, twin]})["introductions"]
    assert told[mill]["questions"] == told[twin]["questions"]
    assert [offer[0] for offer in start.offered({})["offers"]] == told[mill]["questions"]


def test_rows_of_a_table_introduce_nothing(assistant, tmp_path):
    (tmp_path / "visitors.csv").write_text("Year,Visitors\n2023,5480\n2024,6215\n", "utf-8")
    assistant.library.add(tmp_path / "visitors.csv")
    (document,) = assistant.library.documents()
    assistant.library.introduce({document.id: ()})
    assert assistant.library.introductions(document.id)[document.id].overview == ()


def test_introductions_are_kept_and_made_anew_for_another_text_alone(start, assistant):
    (document,) = assistant.library.documents()
    with open_assistant(
        assistant.settings, embedder=assistant.library._library.embedder()
    ) as other:
        assert other.library.introductions(document.id)[document.id].questions
    assert assistant.library.not_introduced() == ()
    other = "The barge was sunk in 1990."
    assistant.library.add_articles([Article(source=MILL.source, title="Mill", text=other)])
    assert assistant.library.not_introduced() == (document.id,)
    assert assistant.library.introductions(document.id) == {}
    introduced(start)
    assert [q for q, *_ in start.offered({})["offers"]] == ["When was the barge sunk?"]
    assistant.library.remove(document.id)
    assert start.offered({})["offers"] == []
    with assistant.library._library.reading() as db:
        assert db.execute("SELECT count(*) FROM introductions").fetchone()[0] == 0


@pytest.mark.parametrize(
    "damage", ["overview = 'x'", "questions = '[[1]]'", "overview = '[[9,1]]'"]
)
def test_a_damaged_introduction_shows_nothing_and_is_made_anew_after_a_repair(
    start, assistant, damage
):
    (document,) = assistant.library.documents()
    with assistant.library._library.catalog.writing() as db:
        db.execute(f"UPDATE introductions SET {damage}")
        db.execute("COMMIT") if db.in_transaction else None
    assert assistant.library.introductions(document.id) == {}
    assert assistant.library.check().findings != ()
    assistant.library.repair()
    introduced(start)
    told = assistant.library.introductions(document.id)[document.id]
    assert told.overview[0] == "The mill of Kirkby was closed in 1987."
    assert assistant.library.check().findings == ()


def test_nothing_is_made_while_somebody_waits_for_an_answer(assistant):
    assistant.library.add_articles([MILL])
    looks, busy = [], [True]
    worker = Introducing(assistant, quiet=lambda: looks.append(1) or not busy[0])
    worker.begin()
    while len(looks) < 3:
        time.sleep(0.01)
    assert (worker.working, len(assistant.library.not_introduced())) == (True, 1)
    busy[0] = False
    until = time.monotonic() + 30
    while worker.working and time.monotonic() < until:
        time.sleep(0.01)
    assert assistant.library.not_introduced() == ()


def test_a_new_library_is_seeded_and_introduced_before_a_page_asks(tmp_path, embedder):
    with open_assistant(Settings(library=tmp_path / "library"), embedder=embedder) as assistant:
        start = Start(assistant, quiet=lambda: True)
        start.begin()
        until = time.monotonic() + 60
        while start._introducing.working:
            assert time.monotonic() < until
            time.sleep(0.01)
        (seed,) = assistant.library.documents()
        assert assistant.library.introductions(seed.id)[seed.id].overview


def test_a_program_that_ends_waits_for_the_worker_which_stops_and_keeps_nothing_half_made(
    assistant, monkeypatch, caplog
):
    assistant.library.add_articles([MILL])
    ended = threading.Event()

    def cut_short(*_, **__):
        monkeypatch.setattr(start_room, "_is_ending", lambda: True)
        ended.set()
        raise RuntimeError("cannot schedule new futures after interpreter shutdown")

    monkeypatch.setattr(start_room, "questions_of", cut_short)
    worker = Introducing(assistant, quiet=lambda: True)
    worker.begin()
    assert ended.wait(30)
    for thread in threading.enumerate():
        if thread.name == "introducing":
            assert not thread.daemon
            thread.join(30)
    assert not worker.working
    assert caplog.text == ""
    assert len(assistant.library.not_introduced()) == 1


def test_cards_tell_tags_and_folders_to_choose_by(start, assistant):
    assistant.library.add_articles(
        [Article(source="uploads/12/fair.md", title="Fair", text="The fair is on Sunday.")]
    )
    (document,) = (d for d in assistant.library.documents() if d.card.title == "Mill")
    assistant.library.tag([document.id], add=["minutes"])
    shelf = start.shelf({})
    assert sorted((d["title"], d["kind"], d["tags"]) for d in shelf["documents"]) == [
        ("Fair", "MD", []),
        ("Mill", "TXT", ["minutes"]),
    ]
    assert (shelf["count"], shelf["tags"], shelf["folders"]) == (
        2,
        [["minutes", 1]],
        [["/notes", 1]],
    )
    assert start.scoped({"scope": {"tags": ["minutes"]}}) == {"asked": 1, "of": 2}
    assert start.scoped({"scope": None}) == {"asked": 2, "of": 2}
    none = start.scoped({"scope": {"tags": ["minutes"], "since": "2999"}})
    assert none["asked"] == 0
    assert none["problem"]


@pytest.mark.parametrize(
    "scope", [7, [], "x", {"tags": 5}, {"x": []}, {"since": "soon"}, {"documents": [None]}]
)
def test_what_is_no_scope_is_one_sentence(start, scope):
    assert start.scoped({"scope": scope})["asked"] == 0
    assert start.offered({"scope": scope})["offers"] == []
    assert json.dumps(start.introduced({"ids": scope}))
