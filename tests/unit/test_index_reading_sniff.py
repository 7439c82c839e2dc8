import pytest
from documents import docx, with_members, xlsx

from index.reading.sniff import describe, media_type

OFFICE = "application/vnd.openxmlformats-officedocument"
WORD = f"{OFFICE}.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "photo.txt", "image/png"),
        (b"%PDF-1.7 ...", "paper.txt", "application/pdf"),
        (b"\x7fELF\2\1", "tool.md", "application/x-executable"),
        (b"PK\3\4....word/document.xml", "a.txt", WORD),
        (b"PK\3\4" + b"." * 26 + b"mimetypeapplication/epub+zip", "a.txt", "application/epub+zip"),
        (b"PK\3\4" + b"." * 26 + b"mimetypeapplication/vnd.oasis.opendocument.text", "a", ODT),
        (b"PK\3\4" + b"." * 26 + b"mimetypeapplication/vnd.oasis.opendocument.textPK", "a", ODT),
        (b"PK\3\4.content.xml.META-INF/manifest.xml", "a", ODT),
        (b"PK\3\4....ppt/presentation.xml", "a.txt", f"{OFFICE}.presentationml.presentation"),
        (b"PK\3\4....xl/workbook.xml", "a.xlsm", f"{OFFICE}.spreadsheetml.sheet"),
        (b"PK\3\4....xl/workbook.bin", "a.xlsx", "application/vnd.ms-excel.sheet.binary"),
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


def test_the_directory_of_the_archive_itself_tells_what_it_is():
    held = with_members(xlsx({"S": [["Text."]]}), {"xl/embeddings/a.docx": docx("Inner.")})
    assert media_type(held, name="a") == f"{OFFICE}.spreadsheetml.sheet"


def test_a_locked_office_file_is_refused_with_the_reason():
    kind = media_type(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), name="a.xlsx"
    )
    assert describe(kind) == ("it is encrypted with a password; save it without one and add that")


def test_what_is_not_read_says_in_what_form_it_would_be():
    assert describe("application/vnd.oasis.opendocument").endswith(
        "save slides as .pptx and tables as .xlsx and add those"
    )
    assert describe("application/msword").endswith(
        "save them as .docx, .xlsx or .pptx and add those"
    )
