"""The address of a saved page: where it is stated, and what is no address."""

import pytest
from documents import mail

from index.reading.metadata import clean_url
from index.reading.registry import read_bytes

_NOTED = "https://news.example/ferry?id=7"
_LINKED = "https://news.example/canonical"
_TEXT = "<p>The ferry sails.</p>"


def url_of(page: str) -> str | None:
    return read_bytes(page.encode(), name="page.html").card.url


def link(href: str, rel: str = "canonical") -> str:
    return f'<head><link rel="{rel}" href="{href}"></head>'


def named(content: str) -> str:
    return f'<head><meta property="og:url" content="{content}"></head>'


@pytest.mark.parametrize(
    ("head", "url"),
    [
        (f"<!DOCTYPE html>\n<!-- saved from url=(0031){_NOTED} -->{link(_LINKED)}", _NOTED),
        (f"<!-- saved from url=(0031){_NOTED}-->", _NOTED),
        (f"<!--\n Page saved with SingleFile \n url: {_NOTED} \n saved date: today -->", _NOTED),
        (link(_LINKED) + named("https://other.example/"), _LINKED),
        (link(_LINKED, rel="Canonical"), _LINKED),
        (named(_LINKED), _LINKED),
        ("<!-- saved from url=(0014)about:internet -->" + link(_LINKED), _LINKED),
        ("", None),
        (link("/relative"), None),
        (link(_LINKED, rel="alternate"), None),
    ],
)
def test_a_page_is_from_where_its_browser_or_itself_says(head: str, url: str | None) -> None:
    assert url_of(f"<html>{head}<body>{_TEXT}</body></html>") == url


@pytest.mark.parametrize(
    "stated",
    [
        "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://a.example/",
        "https://user:secret@a.example/", "https:// a.example/", "https://", "//a.example/x",
        "https://a.example/\\b", "https://a.example/" + "a" * 2000, "\x00https://a.example/", "",
    ],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_left_out(stated: str) -> None:
    assert clean_url(stated) is None


@pytest.mark.parametrize(
    ("stated", "cleaned"),
    [
        (' https://a.example/"><script>x</script>\n', None),
        ("https://a.example/q?x='<b>\"", "https://a.example/q?x='%3Cb%3E%22"),
        ("HTTPS://A.example/Fähre#top", "https://a.example/F%C3%A4hre"),
        ("https://a.example/\u202egpj.exe", "https://a.example/%E2%80%AEgpj.exe"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
    ],
)
def test_an_address_is_plain_ascii(stated: str, cleaned: str | None) -> None:
    cleaned = cleaned or "https://a.example/%22%3E%3Cscript%3Ex%3C/script%3E"
    assert clean_url(stated) == cleaned


@pytest.mark.parametrize(
    ("outer", "inner", "url"),
    [
        (f"Snapshot-Content-Location: {_NOTED}\n", f"Content-Location: {_LINKED}\n", _NOTED),
        ("", f"Content-Location: {_LINKED}\n", _LINKED),
        ("Snapshot-Content-Location: cid:frame-1\n", "", "https://news.example/own"),
    ],
)
def test_a_web_archive_is_from_where_its_header_says(outer: str, inner: str, url: str) -> None:
    page = link("https://news.example/own") + _TEXT
    archive = (
        f"From: <Saved by Blink>\n{outer}MIME-Version: 1.0\n"
        'Content-Type: multipart/related; type="text/html"; boundary="B"\n\n'
        f"--B\nContent-Type: text/html; charset=utf-8\n{inner}\n{page}\n--B--\n"
    )
    assert read_bytes(archive.encode(), name="page.mhtml").card.url == url


def test_a_message_has_no_address() -> None:
    page = f"<html>{link(_LINKED)}<body>{_TEXT}</body></html>"
    assert read_bytes(mail(html=page), name="x.eml").card.url is None
