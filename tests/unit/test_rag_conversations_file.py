"""The file of conversations: its owner's, cleaned of what is deleted, saved where it is damaged."""

import os
import resource
import signal
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from kept_talks import CANARY, HERE, ONE, TEXT, TWO, Clock, answered, files_with, keep

from rag import (
    MisuseError,
    OperationError,
)
from rag.conversations.file import DamagedError
from rag.conversations.store import ConversationStore


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
