"""Reading in a process of its own: it is reused, limited, replaced, and knows no secrets."""

import os
import sys
import threading
from pathlib import Path

import pytest
from documents import pdf

from index.reading.files import Parsed, Skipped, read_content, read_file
from index.reading.sandbox import Limits, stop_reading

LIMITS = Limits(seconds=5)
READER = """
import ctypes, os, socket, time
from index.card import Card
from index.types import Extract

class Reader:
    def read(self, data, *, name):
        does = data.decode().removeprefix("{\\\\rtf ")
        print("noise on standard output", flush=True)
        text = str(eval(does, {"os": os, "time": time, "socket": socket, "ctypes": ctypes}))
        return Extract(card=Card(title=name, media_type="application/rtf"), text=text)
"""


@pytest.fixture(autouse=True)
def no_process_left():
    yield
    stop_reading()


@pytest.fixture
def reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Install a package whose reader evaluates a file, and give the way to read one."""
    info = tmp_path / "acme_rtf-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-rtf\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[footnote.readers]\napplication/rtf = acme_rtf:Reader\n"
        "application/msword = acme_none:Reader\ntext/html = acme_rtf:Reader\n"
    )
    (tmp_path / "acme_rtf.py").write_text(READER)
    monkeypatch.syspath_prepend(tmp_path)
    return lambda does, limits=LIMITS: read_content(
        f"{{\\rtf {does}".encode(), name="a.rtf", limits=limits
    )


def test_a_third_party_s_reader_is_found_by_its_entry_point(reads):
    outcome = reads("'Read by acme.'")
    assert isinstance(outcome, Parsed)
    assert outcome.extract.text == "Read by acme."


def test_a_third_party_s_reader_that_is_broken_is_named(reads):
    outcome = read_content(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", name="a.doc", limits=LIMITS)
    assert "package 'acme-rtf'" in outcome.reason


@pytest.mark.parametrize("text", [" ", "e\u0301", "a\r\nb"])
def test_a_text_that_would_break_offsets_is_refused(reads, text):
    assert "returned no text, one that is not normalised" in reads(ascii(text)).reason


def test_a_format_of_ours_stays_ours(reads):
    outcome = read_content(b"<html><p>Ours.", name="a.html", limits=LIMITS)
    assert outcome.extract.text == "Ours."


def test_one_process_reads_file_after_file(reads):
    assert reads("os.getpid()").extract.text == reads("os.getpid()").extract.text
    assert reads("os.getpid()").extract.text != str(os.getpid())


def test_a_process_that_dies_of_a_file_is_replaced(reads):
    first = reads("os.getpid()").extract.text
    assert "died of it" in reads("os.kill(os.getpid(), 11)").reason
    assert reads("os.getpid()").extract.text != first


@pytest.mark.parametrize("does", ["[0 for _ in iter(int, 1)]", "time.sleep(60)"])
def test_a_file_that_takes_for_ever_is_given_up(reads, does):
    outcome = reads(does, Limits(seconds=0.4))
    assert "takes more than 0.4 seconds" in outcome.reason
    assert reads("1").extract.text == "1"


def test_a_file_that_takes_too_much_memory_is_given_up(reads):
    outcome = reads("'a' * 2**31", Limits(memory=2**29, seconds=5))
    assert "more memory than one file may" in outcome.reason
    assert reads("1", Limits(memory=2**29, seconds=5)).extract.text == "1"


@pytest.mark.parametrize("raised", ["SystemExit(3)", "BaseException('panic')", "KeyError(1)"])
def test_what_is_no_exception_is_a_reason_too_and_the_process_stays(reads, raised):
    reason = reads(f"(_ for _ in ()).throw({raised})").reason
    assert reason.startswith("it is damaged, or no file of its kind")
    assert reads("'Read.'").extract.text == "Read."


def test_any_error_of_a_parser_is_a_reason(reads):
    assert "damaged, or no file of its kind (ZeroDivisionError)" in reads("1 / 0").reason


def test_a_file_reaches_neither_the_network_nor_the_disk(reads, tmp_path):
    assert (
        "wants to be read from the network"
        in reads("socket.create_connection(('127.0.0.1', 9))").reason
    )
    target = str(tmp_path / "written")
    assert "damaged" in reads(f"open({target!r}, 'w').write('x' * 9999)").reason


def test_the_keys_of_the_user_are_not_given_to_the_process(reads, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    assert "secret" not in reads("dict(os.environ)").extract.text


def test_a_module_in_the_folder_of_the_user_is_not_run(tmp_path, monkeypatch):
    (tmp_path / "json.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    assert isinstance(read_content(pdf("Text."), name="a.pdf", limits=LIMITS), Parsed)


def test_many_threads_read_at_once(reads):
    found: list[str] = []

    def read(number: int) -> None:
        found.append(reads(f"{number}").extract.text)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["0", "1", "2", "3"]


def test_plain_text_starts_no_process_and_one_that_cannot_start_is_a_reason(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    (tmp_path / "a.txt").write_text("Cats sleep.")
    assert isinstance(read_file(tmp_path / "a.txt", LIMITS), Parsed)
    (tmp_path / "a.pdf").write_bytes(pdf("Text."))
    outcome = read_file(tmp_path / "a.pdf", LIMITS)
    assert isinstance(outcome, Skipped)
    assert "cannot start" in outcome.reason


def test_a_file_that_is_not_there_is_skipped(tmp_path):
    assert isinstance(read_file(tmp_path / "none.txt", LIMITS), Skipped)
