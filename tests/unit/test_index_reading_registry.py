import os
import socket
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import ReadError
from index.reading.files import Parsed, Skipped, read_file, resolved
from index.reading.registry import MAX_BYTES, read_bytes
from index.reading.sandbox import Limits
from index.sync.find import find


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("photo.txt", b"\x89PNG\r\n\x1a\n", "not text: looks like PNG image"),
        ("paper.pdf", b"%PDF-1.4", "cut short"),
        ("letter.rtf", b"{\\rtf1 a}", "RTF documents are not read"),
        ("void.txt", b"", "is empty"),
        ("noise.txt", bytes(range(256)), "not text"),
        ("noise.pdf", bytes(range(256)), "it is no PDF file, or so damaged"),
        ("noise.docx", bytes(range(256)), "it is no Word document, or so damaged"),
        ("half.docx", b"PK\3\4" + bytes(200), "it is no Word document, or so damaged"),
        ("half.xlsx", b"PK\3\4" + bytes(200), "it is no Excel workbook, or so damaged"),
        ("half.zip", b"PK\3\4" + bytes(200), "looks like ZIP file"),
    ],
)
def test_what_is_not_read_says_why(name, data, reason):
    with pytest.raises(ReadError, match=reason):
        read_bytes(data, name=name)


def test_html_named_pdf_and_text_of_any_name_are_read():
    page = read_bytes(b"<!doctype html><p>A page.</p>", name="a.pdf")
    assert page.card.media_type == "text/html"
    assert read_bytes(b"A line.", name="b.log").text == "A line."


def test_a_file_above_the_cap_is_refused():
    with pytest.raises(ReadError, match="larger than 20 MB"):
        read_bytes(b"a" * (MAX_BYTES + 1), name="a.txt")


def test_a_missing_file_and_a_folder_are_skipped(tmp_path):
    missing, folder = read_file(tmp_path / "none.txt", Limits()), read_file(tmp_path, Limits())
    assert isinstance(missing, Skipped)
    assert missing.reason.startswith("cannot be opened: No such file")
    assert isinstance(folder, Skipped)
    assert folder.reason.startswith("not a regular file")


def test_a_named_pipe_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    assert read_file(tmp_path / "pipe.txt", Limits()) == Skipped(
        reason="not a regular file; only files with text in them are read"
    )


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
    assert article.card.title


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


@pytest.mark.parametrize("swapped", ["a.txt", "inner"])
def test_a_link_put_in_a_files_place_after_it_was_looked_at_is_not_followed(tmp_path, swapped):
    secret = tmp_path / "secret"
    for folder in (secret, tmp_path / "shared/inner"):
        folder.mkdir(parents=True)
        (folder / "a.txt").write_text("A secret text.", encoding="utf-8")
    (found,) = find([tmp_path / "shared"])
    assert isinstance(read_file(found.path, Limits()), Parsed)
    if swapped == "inner":
        found.path.parent.rename(tmp_path / "away")
        found.path.parent.symlink_to(secret)
    else:
        found.path.unlink()
        found.path.symlink_to(secret / "a.txt")
    assert read_file(found.path, Limits()) == Skipped(
        reason="a link was put in its place while it was looked at; add it again"
    )
    assert isinstance(read_file(resolved(found.path), Limits()), Parsed)
