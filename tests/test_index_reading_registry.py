import os
import socket
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import ReadError
from index.reading import read_bytes, read_file
from index.reading.registry import MAX_BYTES


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("photo.txt", b"\x89PNG\r\n\x1a\n", "not text: looks like PNG image"),
        ("paper.pdf", b"%PDF-1.4", "PDF files are not read yet"),
        ("table.csv", b"a,b", "CSV tables are not read yet"),
        ("mail.eml", b"From: a", "e-mail files are not read yet"),
        ("void.txt", b"", "is empty"),
        ("noise.txt", bytes(range(256)), "not text"),
    ],
)
def test_what_is_not_read_says_why(tmp_path, name, data, reason):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ReadError, match=reason):
        read_file(tmp_path / name)


def test_html_named_pdf_and_text_of_any_name_are_read(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"<!doctype html><p>A page.</p>")
    (tmp_path / "b.log").write_bytes(b"A line.")
    assert read_file(tmp_path / "a.pdf").media_type == "text/html"
    assert read_file(tmp_path / "b.log").text == "A line."


def test_a_file_above_the_cap_is_refused():
    with pytest.raises(ReadError, match="larger than 20 MB"):
        read_bytes(b"a" * (MAX_BYTES + 1), name="a.txt")


def test_a_missing_file_and_a_folder_are_read_errors(tmp_path):
    with pytest.raises(ReadError, match="cannot be opened: No such file"):
        read_file(tmp_path / "none.txt")
    with pytest.raises(ReadError, match="not a regular file"):
        read_file(tmp_path)


def test_a_named_pipe_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(ReadError, match="not a regular file"):
        read_file(tmp_path / "pipe.txt")


def test_reading_opens_no_connection(monkeypatch):
    def refuse(*_):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    page = b'<!DOCTYPE html SYSTEM "http://x.example/a.dtd"><link rel=stylesheet href=http://x.example/a>'
    assert (
        read_bytes(page + b"<p>Text of it.<img src=http://x.example/b>", name="a").text
        == "Text of it."
    )


NAMES = st.sampled_from(["a.txt", "a.md", "a.html", "a", "a.csv"])
STARTS = st.sampled_from(
    [b"", b"<html>", b"# ", b"---\na: b\n---\n", b"\xff\xfe", b"\xef\xbb\xbf<p>"]
)


@settings(max_examples=150, deadline=None)
@given(NAMES, STARTS, st.binary() | st.text().map(str.encode))
def test_any_bytes_give_nfc_text_or_a_read_error(name, start, data):
    try:
        article = read_bytes(start + data, name=name)
    except ReadError:
        return
    assert unicodedata.is_normalized("NFC", article.text)
    assert article.text.strip()
    assert article.title


PIECES = (
    *"<>&/=-#*_`[]()|!\n ",
    *("<p>", "</p>", "<ul><li>", "<b hidden>", "<td>", "<h2>", "<!--", "-->", "word", "e\u0301"),
    *("- ", "1. ", "> ", "\n\n", "```\n", "| a |\n|---|\n"),
)
MARKUP = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["a.md", "a.html"]), MARKUP)
def test_sections_of_any_markup_begin_at_the_start_of_a_line(name, markup):
    try:
        article = read_bytes(markup.encode(), name=name)
    except ReadError:
        return
    starts = article.section_starts
    assert list(starts) == sorted(set(starts))
    assert all(at == 0 or article.text[at - 1] == "\n" for at in starts)
    assert all(at < len(article.text) for at in starts)
