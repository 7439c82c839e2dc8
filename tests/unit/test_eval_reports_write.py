"""A report's file is whole or not there."""

import os

import pytest

from eval.reports.write import check_target, check_targets, write_whole
from rag import MisuseError, OperationError


def broken():
    yield "half"
    raise RuntimeError("stopped")


def test_the_pieces_are_written_as_utf_8(tmp_path):
    write_whole(tmp_path / "a.html", ["é", "\n", "日本"])
    assert (tmp_path / "a.html").read_bytes() == "é\n日本".encode()


def test_what_stood_there_stays_when_writing_stops(tmp_path):
    (tmp_path / "a.html").write_text("before")
    with pytest.raises(RuntimeError):
        write_whole(tmp_path / "a.html", broken())
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]
    assert (tmp_path / "a.html").read_text() == "before"


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "b.html").write_text("before")
    (tmp_path / "a.html").symlink_to("b.html")
    write_whole(tmp_path / "a.html", ["after"])
    assert (tmp_path / "a.html").is_symlink()
    assert (tmp_path / "b.html").read_text() == "after"


def test_what_is_no_file_is_written_to(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write_whole(tmp_path / "pipe", ["text"])
    assert os.read(reader, 9) == b"text"
    os.close(reader)


def test_a_pipe_that_nobody_reads_is_one_sentence_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OperationError, match="could not be written"):
        write_whole(tmp_path / "pipe", ["text"])


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(OperationError, match="could not be written"):
        write_whole(tmp_path / "no" / "a.html", ["x"])


@pytest.mark.parametrize("name", ["no/a.html", ""])
def test_a_target_that_cannot_be_is_refused_before_the_run(tmp_path, name):
    with pytest.raises(MisuseError, match="name a file in a folder that exists"):
        check_target(tmp_path / name)


def test_a_folder_that_takes_no_file_is_found_before_the_run(tmp_path, monkeypatch):
    def refused(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("eval.reports.write.TemporaryFile", refused)
    with pytest.raises(MisuseError, match=r"takes no file \(Permission denied\): name a file in"):
        check_target(tmp_path / "a.html")


def test_two_reports_may_both_go_to_what_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    check_targets({"--html": tmp_path / "pipe", "--junit": tmp_path / "pipe"}, [])
