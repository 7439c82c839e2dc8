"""Finished cases are kept while a run goes on."""

import pytest

from eval.running.recordings import Journal
from rag import MisuseError, OperationError

RUN = {"version": "1"}


def kept(path, *cases):
    with Journal(path) as journal:
        journal.begin("mine", RUN)
        for case in cases:
            journal.add("mine", case)


def test_a_finished_case_comes_back_whole(tmp_path, make_case):
    case = make_case("a", text="two\u2028lines\n")
    kept(tmp_path / "j", case)
    with Journal(tmp_path / "j") as journal:
        assert journal.finished("mine", "a") == case
        assert journal.finished("mine", "b") is None
        assert journal.finished("other", "a") is None


def test_a_line_cut_short_by_a_crash_is_dropped(tmp_path, make_case):
    kept(tmp_path / "j", make_case("a"), make_case("b"))
    whole = (tmp_path / "j").read_bytes()
    (tmp_path / "j").write_bytes(whole[:-20])
    kept(tmp_path / "j", make_case("c"))
    with Journal(tmp_path / "j") as journal:
        assert journal.finished("mine", "a")
        assert journal.finished("mine", "b") is None
        assert journal.finished("mine", "c")


def test_a_run_that_depended_on_something_else_is_refused(tmp_path):
    kept(tmp_path / "j")
    with Journal(tmp_path / "j") as journal, pytest.raises(MisuseError, match="other settings"):
        journal.begin("mine", {"version": "2"})


def test_two_runs_do_not_share_a_journal(tmp_path):
    with Journal(tmp_path / "j"), pytest.raises(OperationError, match="another run"):
        Journal(tmp_path / "j").__enter__()


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b'{"suite": "mine", "run": "x"}\n{"suite": "\xde"}\n', 2),
        (b"[" * 20_000 + b"\n", 1),
        (b'{"suite": "mine", "case": []}\n', 1),
        (b"my only copy, without a line end", 1),
    ],
)
def test_a_damaged_journal_and_what_is_none_are_one_sentence_and_stay(tmp_path, data, line):
    (tmp_path / "j").write_bytes(data)
    with pytest.raises(MisuseError, match=f":{line}: not the journal of a run: name another file"):
        Journal(tmp_path / "j").__enter__()
    assert (tmp_path / "j").read_bytes() == data


def test_another_file_is_refused_with_its_line(tmp_path):
    (tmp_path / "j").write_text("{}\nnot it\n")
    with pytest.raises(MisuseError, match=":1: not the journal"):
        Journal(tmp_path / "j").__enter__()
    with pytest.raises(MisuseError, match="a folder that exists"):
        Journal(tmp_path / "no" / "j").__enter__()
    with pytest.raises(OperationError, match="cannot be used"):
        Journal(tmp_path).__enter__()
