import pytest

from index.reading.sniff import describe, media_type

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "photo.txt", "image/png"),
        (b"%PDF-1.7 ...", "paper.txt", "application/pdf"),
        (b"\x7fELF\2\1", "tool.md", "application/x-executable"),
        (b"PK\3\4....word/document.xml", "a.txt", WORD),
        (b"PK\3\4" + b"." * 26 + b"mimetypeapplication/epub+zip", "a.txt", "application/epub+zip"),
        (b"PK\3\4other", "a.html", "application/zip"),
        (b"BM was founded in 1902.", "bm.txt", "text/plain"),
        (b"BM\x36\0\0\0", "bm.txt", "image/bmp"),
        (b"\xef\xbb\xbf <!DOCTYPE html><p>x", "page.txt", "text/html"),
        (b"<!-- saved --><?xml version='1.0'?><html>", "page.pdf", "text/html"),
        (b"<!-- saved --> <HTML lang=en>", "page.md", "text/html"),
        ("<html>".encode("utf-16"), "page", "text/html"),
        (b"<p align='center'>logo</p>\n# Title", "README.md", "text/markdown"),
        (b"<p>text", "notes.txt", "text/html"),
        (b"a < b and <html> is a tag", "notes.txt", "text/plain"),
        (b"plain", "page.html", "text/html"),
        (b"a,b\n1,2", "t.csv", "text/csv"),
        (b"From: a@b.example", "mail.eml", "message/rfc822"),
        (b"plain", "notes.xyz", "text/plain"),
        (b"", "notes.txt", "text/plain"),
    ],
)  # fmt: skip
def test_content_tells_the_format_and_the_extension_helps(data, name, kind):
    assert media_type(data, name=name) == kind


def test_many_comments_in_front_take_no_time():
    assert media_type(b"<!--x-->" * 500, name="a.txt") == "text/html"


def test_reasons_tell_documents_from_binaries():
    assert describe("application/pdf").startswith("PDF files are not read; save its text")
    assert describe("image/png").startswith("not text: looks like PNG image;")
