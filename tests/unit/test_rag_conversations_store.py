"""Conversations are kept, found, named, deleted and gone; each user's apart from the others'."""

import json
import os
import resource
import signal
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rag import (
    Answer,
    AnswerSentence,
    Card,
    Citation,
    MisuseError,
    OperationError,
    Scope,
    Settings,
)
from rag.conversations.file import DamagedError
from rag.conversations.kept import (
    compared,
    exported,
    library_name,
    read_answer,
    stored_answer,
    with_comparison,
)
from rag.conversations.store import ConversationStore, conversations_here
from rag.types import Turn, Usage

ONE, TWO = "a1" * 16, "b2" * 16
HERE = "/home/a/library"
TEXT = "The castle of Lune has four towers."
CANARY = "zebrafish7291"


class Clock:
    """Seconds that a test sets."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def answered(question: str, quote: str = TEXT, *, text: str = "") -> Answer:
    """Make an answer that quotes the first words of an article."""
    citation = Citation(
        number=1,
        document_id="d",
        card=Card(title="Lune", source="/home/anna/lune.txt", sha256=""),
        page=None,
        start=0,
        end=len(quote),
        quote=quote,
    )
    return Answer(
        question=question,
        status="answered",
        reason=None,
        text=text or f"{quote} [1]",
        sentences=(AnswerSentence(text=quote, citations=(1,)),),
        citations=(citation,),
        confidence=0.5,
        hits=(),
        model="extractive",
        usage=Usage(),
        seconds=0.1,
        searched=question,
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> ConversationStore:
    return ConversationStore(tmp_path / "data" / "conversations.db", clock=clock)


def keep(store: ConversationStore, *questions: str, to: str = ONE, user: str = "") -> None:
    for question in questions:
        store.keep(to, answered(question), library=HERE, user=user)


def files_with(store: ConversationStore, text: str) -> list[str]:
    """Return the names of all files beside the store in which a text's bytes stand."""
    return [path.name for path in store.path.parent.iterdir() if text.encode() in path.read_bytes()]


def test_nothing_is_made_before_something_is_kept(store: ConversationStore) -> None:
    assert store.newest() == ()
    assert store.turns(ONE) == ()
    assert store.search("castle") == ()
    assert store.purge()
    assert not store.path.exists()


def test_the_file_is_its_owners_alone(store: ConversationStore) -> None:
    keep(store, "How many towers?")
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    store.path.chmod(0o644)
    keep(store, "Which river?")
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_the_log_of_the_file_is_its_owners_alone(store: ConversationStore) -> None:
    keep(store, "How many towers?")
    with sqlite3.connect(store.path) as reader:
        reader.execute("SELECT count(*) FROM turns").fetchone()
        keep(store, "Which river?")
        log = store.path.with_name("conversations.db-wal")
        assert stat.S_IMODE(log.stat().st_mode) == 0o600
    reader.close()


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


def test_what_is_deleted_is_in_no_list_and_can_be_had_back_for_ten_seconds(
    store: ConversationStore, clock: Clock
) -> None:
    keep(store, "How many towers?")
    assert store.delete([ONE, TWO]) == 1
    assert (store.newest(), store.search("towers"), store.turns(ONE)) == ((), (), ())
    with pytest.raises(MisuseError, match="was deleted"):
        keep(store, "And gates?")
    clock.now += 59.9
    store.purge()
    assert store.restore("a1a1").name == "How many towers?"
    assert [turn.question for turn in store.turns(ONE)] == ["How many towers?"]


def test_after_a_minute_it_cannot_be_had_back_and_its_bytes_are_gone(
    store: ConversationStore, clock: Clock
) -> None:
    keep(store, *(f"What is {CANARY}{n}?" for n in range(5)))
    for n in range(8):
        store.keep(TWO, answered(f"How many towers has castle {n}?", TEXT * 20 * n), library=HERE)
    assert files_with(store, CANARY) == ["conversations.db"]
    store.delete([ONE])
    clock.now += 60.1
    with pytest.raises(MisuseError, match="there is no conversation"):
        store.restore(ONE)
    assert store.purge()
    assert files_with(store, CANARY) == []
    assert len(store.search("towers")) == 8


def test_what_was_deleted_goes_by_itself_once_it_cannot_be_had_back(
    store: ConversationStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[Callable[[], None]] = []

    class Timer:
        def __init__(self, seconds: float, act: Callable[[], None]) -> None:
            assert seconds == 61
            waited.append(act)

        def start(self) -> None:
            pass

    monkeypatch.setattr("threading.Timer", Timer)
    for at, to in enumerate((ONE, TWO)):
        keep(store, f"What is {CANARY}{at}?", to=to)
        store.delete([to])
        store.purge_later()
        clock.now += 36
    assert len(waited) == 1
    waited.pop()()
    assert len(waited) == 1, "the second one is not due yet"
    clock.now += 61
    waited.pop()()
    assert (files_with(store, CANARY), waited) == ([], [])


def test_a_reader_holds_the_deleted_bytes_back_until_it_is_done(store: ConversationStore) -> None:
    keep(store, f"What is {CANARY}?")
    reader = sqlite3.connect(store.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM turns").fetchone()
    store.delete([ONE])
    assert not store.purge(at_once=True)
    reader.close()
    assert store.purge()
    assert files_with(store, CANARY) == []


def test_turns_that_are_put_away_can_be_had_back_and_then_go_from_the_file(
    store: ConversationStore, clock: Clock
) -> None:
    keep(store, "How many towers?", f"What is {CANARY}?", "Why?")
    store.rename(ONE, "Towers")
    aside = store.put_away(ONE, 2)
    assert [turn.number for turn in store.turns(ONE)] == [1]
    assert store.newest()[0].turns == 1
    assert store.search(CANARY) == ()
    store.keep(ONE, answered("Who?"), library=HERE, number=4)
    with pytest.raises(MisuseError, match="cannot be had back"):
        store.put_back(aside, ONE, user="ann")
    store.put_back(aside, ONE)
    assert [turn.number for turn in store.turns(ONE)] == [1, 2, 3, 4]
    with pytest.raises(MisuseError, match="cannot be had back"):
        store.put_back(aside, ONE)
    aside = store.put_away(ONE, 2)
    clock.now += 61
    store.purge()
    assert files_with(store, CANARY) == []
    with pytest.raises(MisuseError, match="cannot be had back"):
        store.put_back(aside, ONE)


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


@pytest.mark.parametrize(
    "bytes_", [b"no database at all" * 100, b"SQLite format 3\0" + b"\1" * 8000]
)
def test_a_damaged_file_is_put_aside_and_told_in_a_sentence(
    store: ConversationStore, bytes_: bytes
) -> None:
    store.path.parent.mkdir()
    store.path.write_bytes(bytes_)
    with pytest.raises(DamagedError, match="0 answers could be read"):
        keep(store, "How many towers?")
    keep(store, "How many towers?")
    assert [one.name for one in store.newest()] == ["How many towers?"]
    (aside,) = store.path.parent.glob("conversations.damaged-*.db")
    assert aside.read_bytes() == bytes_


def test_of_a_file_that_was_cut_short_is_saved_what_can_be_read(store: ConversationStore) -> None:
    keep(store, *(f"How many towers has castle {n}?" for n in range(40)))
    os.truncate(store.path, store.path.stat().st_size // 2)
    with pytest.raises(DamagedError, match="could be read"):
        store.turns(ONE)
    assert 0 < len(store.turns(ONE)) < 40
    assert len(store.search("castle")) == len(store.turns(ONE))


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (b"TRIGGER turn_kept", b"TRIGGER t\xf8rn_kept"),
        (b"user_version", b""),
        (b"CREATE VIRTUAL TABLE words", b"CREATE VIRTUAL TABLE w\xffrds"),
        (b"content_rowid", b"content_rowix"),
    ],
)
def test_a_damaged_schema_costs_no_answer(store: ConversationStore, was: bytes, now: bytes) -> None:
    keep(store, "How many towers?")
    data = bytearray(store.path.read_bytes())
    if now:
        at = data.index(was)
        data[at : at + len(now)] = now
    else:
        data[60:64] = b"\x7f\xff\xff\xff"
    store.path.write_bytes(bytes(data))
    with pytest.raises(DamagedError, match="1 answers could be read and are kept on"):
        store.search("towers")
    assert [turn.question for turn in store.search("towers")] == ["How many towers?"]


def test_of_a_file_whose_search_is_damaged_all_answers_are_saved(store: ConversationStore) -> None:
    keep(store, "How many towers?")
    with sqlite3.connect(store.path) as db:
        db.execute("DELETE FROM words_data")
    db.close()
    with pytest.raises(DamagedError, match="1 answers could be read and are kept on"):
        store.search("towers")
    assert [one.question for one in store.search("towers")] == ["How many towers?"]


def test_a_newer_file_is_left_alone(store: ConversationStore) -> None:
    keep(store, "Why?")
    with sqlite3.connect(store.path) as db:
        db.execute("PRAGMA user_version = 9")
    db.close()
    with pytest.raises(MisuseError, match="kept by a newer Footnote"):
        store.newest()


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here", encoding="utf-8")
    with pytest.raises(OperationError, match="set FOOTNOTE_HISTORY=false to keep none"):
        keep(ConversationStore(tmp_path / "file" / "conversations.db"), "Why?")


def test_a_row_that_no_version_reads_keeps_its_text(store: ConversationStore) -> None:
    keep(store, "How many towers?")
    with sqlite3.connect(store.path) as db:
        db.execute("UPDATE turns SET answer = CAST(x'ff7b' AS TEXT)")
    db.close()
    (turn,) = store.turns(ONE)
    assert (turn.answer, turn.turn.text) == (None, f"{TEXT} [1]")


def test_half_a_surrogate_is_kept_as_a_question_mark(store: ConversationStore) -> None:
    keep(store, "Why \ud800?")
    assert store.newest()[0].name == "Why ??"
    assert store.turns(ONE)[0].answer is not None


def test_an_answer_that_is_far_too_long_is_not_kept(store: ConversationStore) -> None:
    with pytest.raises(MisuseError, match="over 2,000,000 characters"):
        store.keep(ONE, answered("Why?", "a" * 700_000), library=HERE)
    assert store.newest() == ()


def test_an_answer_keeps_its_scope_and_one_that_is_none_is_no_answer() -> None:
    scoped = replace(answered("Why?"), scope=Scope(tags=("castle",), since="2024"))
    stored = stored_answer(scoped)
    assert read_answer(stored) == scoped
    assert read_answer(stored.replace("2024", "then")) is None


def test_what_a_later_version_adds_to_an_answer_is_passed_over() -> None:
    later = json.dumps(json.loads(stored_answer(answered("Why?"))) | {"mood": "good"})
    assert read_answer(later) == answered("Why?")


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


@pytest.mark.parametrize("cell", ["999999999999999999", "-1", "'x'", "x'ff'"])
def test_a_damaged_cell_hides_no_conversation(store: ConversationStore, cell: str) -> None:
    keep(store, "How many towers?")
    with closing(sqlite3.connect(store.path)) as db:
        db.execute(f"UPDATE conversations SET used = {cell}, begun = {cell}, turns = {cell}")
        db.execute(f"UPDATE conversations SET name = {cell}")
        db.execute(f"UPDATE turns SET asked = {cell}, searched = {cell}, answer = {cell}")
        db.commit()
    (listed,) = store.newest()
    assert listed.used_at[:4] in ("1970", "9999")
    (turn,) = store.turns(ONE)
    assert (turn.question, turn.answer) == ("How many towers?", None)
    assert len(store.history(ONE)) == len(store.search("towers")) == 1


def test_a_library_is_named_without_its_password(tmp_path: Path) -> None:
    address = "postgresql://ann:secret@db.example:5433/notes?sslmode=require"
    settings = Settings(library=address, vectors="http://127.0.0.1:8000")
    assert library_name(settings) == "postgresql://ann@db.example:5433/notes"
    several = "postgresql://ann:secret@One:5432,two:5433/notes"
    settings = Settings(library=several, vectors="http://127.0.0.1:8000")
    assert library_name(settings) == "postgresql://ann@one:5432,two:5433/notes"
    (tmp_path / "link").symlink_to(tmp_path)
    assert library_name(Settings(library=tmp_path / "link" / "x")) == str(tmp_path / "x")


def test_the_file_lies_beside_the_default_library(tmp_path: Path) -> None:
    assert conversations_here().path == tmp_path / "home" / "data" / "footnote" / "conversations.db"


def test_a_quote_is_compared_with_what_its_article_says_now() -> None:
    from hashlib import sha256

    (citation,) = answered("How many towers?").citations
    card = Card(title="Lune", sha256=sha256(TEXT.encode()).hexdigest())
    citation = Citation(
        number=1, document_id="d", card=card, page=None, start=0, end=len(TEXT), quote=TEXT
    )

    def note(text: str) -> str:
        return compared([citation], {"d": text}.__getitem__)[0].source_note

    assert note(TEXT) == ""
    assert note(f"Long ago. {TEXT}") == "article edited since: this still stands in it"
    edited = "The castle of Lune has five towers."
    assert note(edited) == "article edited since: this does not stand in it any more"


def test_an_article_that_is_gone_is_said_to_be_removed(store: ConversationStore) -> None:
    from rag import UnknownDocumentError

    def gone(document_id: str) -> str:
        raise UnknownDocumentError(document_id)

    keep(store, "How many towers?")
    (turn,) = with_comparison(store.turns(ONE), gone)
    assert turn.answer is not None
    assert turn.answer.citations[0].source_note == "article removed from the library since"


def test_an_export_has_footnotes_numbered_through_and_one_bibliography(
    store: ConversationStore,
) -> None:
    keep(store, "How many towers?", "And *gates*?")
    text = exported(store.newest()[0], store.turns(ONE), form="md")
    assert text.startswith("# How many towers?\n\nAsked on 1970-01-12, from library.\n\n")
    assert f"## And \\*gates\\*?\n\n{TEXT}[^2]\n\n[^2]: “{TEXT}” Lune, characters 0–35." in text
    assert text.endswith("## Bibliography\n\n- *Lune*. (lune.txt)\n")
    html = exported(store.newest()[0], store.turns(ONE), form="html")
    assert "<cite>Lune</cite>. lune.txt</p>" in html
    assert "anna" not in text + html


HOSTILE = '<script>alert("x")</script>'


def test_an_export_as_html_shows_hostile_text_as_it_is(store: ConversationStore) -> None:
    store.keep(ONE, answered(HOSTILE, HOSTILE), library=HERE)
    store.rename(ONE, HOSTILE)
    text = exported(store.newest()[0], store.turns(ONE), form="html")
    assert "<script" not in text
    assert text.count("&lt;script&gt;") == 5
    assert '<article id="note-1"' in text
    assert '"title": "Lune"' in exported(store.newest()[0], store.turns(ONE), form="csl")


def test_what_is_kept_is_listed_on_a_full_disk(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path / "conversations.db")
    store.keep(ONE, answered("When did it open?"), library=HERE)
    before, limits = signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.RLIMIT_FSIZE
    old = resource.getrlimit(limits)
    resource.setrlimit(limits, (4096, old[1]))  # no file may grow, SQLite's own beside it neither
    try:
        listed = store.newest()
        with pytest.raises(OperationError, match="is full: free some space to keep conversations"):
            store.keep(TWO, answered("Who built it?"), library=HERE)
    finally:
        resource.setrlimit(limits, old)
        signal.signal(signal.SIGXFSZ, before)
    assert [one.id for one in listed] == [ONE]
    assert len(store.turns(ONE)) == 1
    store.keep(TWO, answered("Who built it?"), library=HERE)
    assert len(store.newest()) == 2
