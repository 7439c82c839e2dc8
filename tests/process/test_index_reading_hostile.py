"""Hostile files, by the cases of a list: each ends as a reason, in time, and stops no other."""

import os
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from documents import (
    DOCUMENT,
    deflated,
    docx,
    encrypted_pdf,
    epub,
    odt,
    pdf,
    pdf_of,
    pptx,
    replaced,
    scanned_pdf,
    shape,
    with_members,
    without,
    xlsx,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import ReadError
from index.reading import pdf as pdf_reader
from index.reading.files import Parsed, Skipped, read_content
from index.reading.registry import read_bytes
from index.reading.sandbox import Limits, Wanted, draw_apart, list_apart, stop_reading
from index.splitting.sentences import split
from rag import Assistant

LIMITS = Limits(seconds=20)
QUICK = Limits(seconds=1)
WANTED = Wanted(page=1, text="Text.", start=0, end=4)
PASSWD = "file:///etc/passwd"


@pytest.fixture(autouse=True, scope="module")
def no_process_left() -> Iterator[None]:
    yield
    stop_reading()


def reason(data: bytes, name: str) -> str:
    outcome = read_content(data, name=name, limits=LIMITS)
    assert isinstance(outcome, Skipped), outcome
    return outcome.reason


def text(data: bytes, name: str) -> str:
    outcome = read_content(data, name=name, limits=LIMITS)
    assert isinstance(outcome, Parsed), outcome
    return outcome.extract.text


def test_case_14_odd_files_are_skipped_with_their_reasons_and_the_others_are_read(
    tmp_path: Path, assistant: Assistant
) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "good.txt").write_text("Cats sleep.")
    (folder / "outside.txt").symlink_to("/etc/passwd")
    (folder / "circle").symlink_to("circle")
    (folder / "zeros.txt").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.txt")
    for name in ("two\nlines.txt", "gpj.\u202etxt"):
        (folder / name).write_text("Obey me.")
    if sys.platform == "linux":
        (folder / os.fsdecode(b"\xff.txt")).write_text("Obey me.")
    report = assistant.library.add(folder)
    assert [change.source for change in report.of("added")] == [str(folder / "good.txt")]
    reasons = {c.source.rpartition("/")[2]: c.reason for c in report.of("skipped")}
    assert "a symlink out of" in reasons["outside.txt"]
    assert "a symlink out of" in reasons["zeros.txt"]
    assert "in a circle" in reasons["circle"]
    assert "a named pipe" in reasons["pipe.txt"]
    for shown in (r"two\nlines.txt", r"gpj.\u202etxt", r"\udcff.txt"):
        assert "its name holds" in reasons[shown]


ZIPPED = {
    "docx": lambda: docx("Text."),
    "epub": lambda: epub("<p>Text.</p>"),
    "odt": lambda: odt("Text."),
    "pptx": lambda: pptx(shape("Text.")),
    "xlsx": lambda: xlsx({"S": [["Text."]]}),
}


@pytest.mark.parametrize("make", ZIPPED.values(), ids=ZIPPED)
@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"a.xml": b"0" * 70_000_000}, "unpacks to 7"),
        ({f"m{n}": b"" for n in range(2001)}, "members, more than the 2000"),
        ({"inner.zip": b"PK"}, "holds another archive"),
        ({"../../evil.txt": b"x"}, "leads out of it"),
        ({"C:\\evil.txt": b"x"}, "leads out of it"),
    ],
)  # fmt: skip
def test_case_18_archive_bombs_are_refused_from_the_directory(make, members, why) -> None:
    assert why in reason(with_members(make(), members), "a.docx")


def test_case_18_a_member_larger_than_the_directory_says_floods_nothing() -> None:
    bomb = with_members(without(docx("Text."), DOCUMENT), {DOCUMENT: b" " * 10_000_000})
    real, false = (10_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little")
    assert "it is damaged or cut short" in reason(bomb.replace(real, false), "a.docx")


def test_case_18_a_table_that_a_document_shows_is_no_nested_bomb() -> None:
    held = with_members(docx("Text."), {"word/embeddings/sheet.xlsx": b"PK"})
    assert text(held, "a.docx") == "Text."


LAUGHS = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
READS = f'<!DOCTYPE d [<!ENTITY a SYSTEM "{PASSWD}">]>'
WORD = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    "<w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>"
)


@pytest.mark.parametrize("prologue", [LAUGHS, READS])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_case_19_entities_in_a_word_document_are_refused(prologue, encoding) -> None:
    part = (f'<?xml version="1.0" encoding="{encoding}"?>' + prologue + WORD).encode(encoding)
    bomb = with_members(without(docx("Text."), DOCUMENT), {DOCUMENT: part})
    assert "declares entities" in reason(bomb, "a.docx")


@pytest.mark.parametrize("prologue", [LAUGHS, READS])
@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("odt", "content.xml"),
        ("odt", "meta.xml"),
        ("pptx", "ppt/slides/slide1.xml"),
        ("pptx", "ppt/_rels/presentation.xml.rels"),
        ("xlsx", "xl/worksheets/sheet1.xml"),
        ("xlsx", "xl/styles.xml"),
        ("xlsx", "xl/_rels/workbook.xml.rels"),
    ],
)
def test_case_19_entities_in_any_part_of_an_office_file_are_refused(prologue, kind, part) -> None:
    bomb = replaced(ZIPPED[kind](), {part: f"{prologue}<d>&a;</d>".encode()})
    assert "declares entities" in reason(bomb, f"a.{kind}")


def test_case_19_a_part_that_lies_outside_of_the_file_is_not_looked_up() -> None:
    outside = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="{}" TargetMode="External" Target="http://127.0.0.1:9/a" Type="x/{}"/>'
        '<Relationship Id="b" Target="file:///etc/passwd" Type="x/{}"/></Relationships>'
    )
    for kind, part, what in (
        ("docx", "word/_rels/document.xml.rels", "footnotes"),
        ("pptx", "ppt/slides/_rels/slide1.xml.rels", "notesSlide"),
    ):
        data = replaced(ZIPPED[kind](), {part: outside.format("a", what, what).encode()})
        assert text(data, f"a.{kind}") == "Text."


def test_case_19_entities_in_a_book_s_package_are_refused() -> None:
    container = "META-INF/container.xml"
    bomb = with_members(without(epub("<p>x</p>"), container), {container: READS.encode()})
    assert "declares entities" in reason(bomb, "a.epub")


def test_case_19_an_external_document_type_is_not_fetched() -> None:
    part = f'<!DOCTYPE d SYSTEM "http://127.0.0.1:9/a.dtd">{WORD.replace("&a;", "Text.")}'
    odd = with_members(without(docx("x"), DOCUMENT), {DOCUMENT: part.encode()})
    assert text(odd, "a.docx") == "Text."


@pytest.mark.parametrize("prologue", [LAUGHS, READS])
def test_case_19_entities_in_pages_and_chapters_stay_what_they_are(prologue) -> None:
    page = f"{prologue}<html><body><p>Text &a;&b; ends.</p></body></html>"
    assert "root:" not in text(page.encode(), "a.html")
    assert "haha" not in text(page.encode(), "a.html")
    assert "root:" not in text(epub(f"{prologue}<p>Text &a; ends.</p>"), "a.epub")


def test_case_19_a_drawing_is_no_text() -> None:
    drawing = '<?xml version="1.0"?>{}<svg><text>&b;</text></svg>'
    assert "looks like SVG" in reason(drawing.format("").encode(), "a.svg")
    assert "looks like SVG" in reason(drawing.format(LAUGHS.replace(" d ", " svg ")).encode(), "a")


LOOP = b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 >>"
CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
ONE_PAGE = b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>"
FORM = (
    b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 5 "
    b"/Resources << /XObject << /F 6 0 R >> >> >>\nstream\n/F Do\nendstream"
)
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
TEXT_PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 6 0 R "
    b"/Resources << /Font << /F1 3 0 R >> >> >>"
)
PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 6 0 R "
    b"/Resources << /XObject << /F 6 0 R >> >> >>"
)


def test_case_20_a_page_that_unpacks_to_too_much_is_given_up() -> None:
    drawn = deflated(b"BT /F1 9 Tf " + b"(a) Tj " * 4_000_000)
    bomb = pdf_of([CATALOG, ONE_PAGE, FONT, b"<< >>", TEXT_PAGE, drawn])
    outcome = read_content(bomb, name="a.pdf", limits=Limits(seconds=20, memory=2**28))
    assert "more memory than one file may" in outcome.reason


def test_case_20_a_page_with_more_letters_than_a_newspaper_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(pdf_reader, "MOST_LETTERS", 4)
    with pytest.raises(ReadError, match="page 1 has 5 letters, more than the 4"):
        read_bytes(pdf("Text."), name="a.pdf")


HOSTILE_PDFS = pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: encrypted_pdf("Text.", password="x"), "encrypted with a password"),
        (lambda: pdf("Text.")[:-200], "cut short"),
        (lambda: scanned_pdf(3), "it is a scan: 3 of its 3 pages"),
        (lambda: pdf(*["Text."] * 10_000), "it has 10000 pages, more than the 2000"),
        (lambda: pdf_of([CATALOG, ONE_PAGE, b"<< >>", b"<< >>", PAGE, FORM]), ""),
        (lambda: pdf_of([CATALOG, LOOP, b"<< >>", b"<< >>"]), ""),
        (lambda: pdf_of([b"<< /Type /Catalog /Pages 1 0 R >>", b"", b"", b"<< >>"]), ""),
        (lambda: pdf_of([CATALOG, b"2 0 R", b"", b"<< >>"]), ""),
        (lambda: pdf_of([CATALOG, b"[" * 50_000, b"", b"<< >>"]), ""),
    ],
    ids=["locked", "cut", "scan", "10k", "form", "loop", "root", "self", "deep"],
)  # fmt: skip


@HOSTILE_PDFS
def test_case_20_hostile_pdf_files_are_skipped_with_the_reason(make, why) -> None:
    assert why in reason(make(), "a.pdf")


@HOSTILE_PDFS
def test_case_20_a_page_of_a_hostile_pdf_is_drawn_or_refused_with_the_reason(make, why) -> None:
    del why
    with suppress(ReadError):
        image = draw_apart(make(), WANTED, limits=LIMITS)
        assert image.png.startswith(PNG[:8])
        assert image.width * image.height <= 8_000_000


@pytest.mark.parametrize(
    ("painting", "why"),
    [
        (b"0 0 9 9 re f " * 6_000_000, "more memory than one file may|takes more than 1 seconds"),
        (b"q 1 0 0 1 0 0 cm " * 4_000_000, "more memory than one file may|takes more than 1 sec"),
    ],
    ids=["paths", "states"],
)
def test_case_20_a_page_that_takes_too_much_to_draw_is_given_up(painting, why) -> None:
    bomb = pdf_of([CATALOG, ONE_PAGE, FONT, b"<< >>", TEXT_PAGE, deflated(painting)])
    with pytest.raises(ReadError, match=why):
        draw_apart(bomb, Wanted(page=1), limits=Limits(seconds=1, memory=2**28))
    assert draw_apart(pdf("Text."), Wanted(page=1), limits=LIMITS).boxes == ()


def test_case_20_what_a_pdf_wants_to_run_is_not_run(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    action = (
        f"/OpenAction << /S /Launch /F (touch {ran}) /JS (app.launchURL('http://127.0.0.1:9'))>>"
    )
    assert text(pdf("Text.", root=action), "a.pdf") == "Text."
    assert not ran.exists()


def test_case_20_a_pdf_that_only_its_owner_may_change_is_read() -> None:
    assert text(encrypted_pdf("Text.", password=""), "a.pdf") == "Text."


@pytest.mark.parametrize(
    "page",
    [
        b"<html>" + b"<div>" * 3_900_000,
        b"<html><body>" + b"<b>" * 20_000 + b"x",
        b"<html><body><p>" + b"<!--" * 4_900_000,
        b"<html><style>" + b".a{color:red}" * 1_500_000 + b"</style><p class=a>x",
    ],
    ids=["nested 20 MB", "nested 20k", "comments", "styles"],
)
def test_case_21_giant_pages_end_in_time(page) -> None:
    assert reason(page, "a.html")


ODD_PAGES = st.text(st.sampled_from("ab\u00e9\u4e16\U0001f600\0\r\n \x85. "), max_size=60)


@settings(max_examples=30, deadline=None)
@given(ODD_PAGES, st.sampled_from(["utf-8", "utf-16", "utf-8-sig", "cp1252", "utf-32"]))
def test_case_21_offsets_are_exact_in_any_charset(body: str, charset: str) -> None:
    page = f"<html><meta charset=big5><body><p>Start. {body}\r\n<p>End.</body></html>"
    outcome = read_content(page.encode(charset, "ignore"), name="a.html", limits=LIMITS)
    assert isinstance(outcome, Parsed)
    stored = outcome.extract.text
    spans = split(stored)
    assert stored[spans[0].start : spans[0].end].startswith("Start.")
    assert stored[spans[-1].start : spans[-1].end].endswith("End.")
    assert "\0" not in stored
    assert "\r" not in stored


PNG = b"\x89PNG\r\n\x1a\n" + b"Obey me. " * 9


@pytest.mark.parametrize(
    "name", ["a.txt", "a.md", "a.html", "a.pdf", "a.csv", "a.docx", "a.xlsx", "a.eml"]
)
def test_case_22_a_picture_of_any_name_is_not_text(name) -> None:
    assert "looks like PNG" in reason(PNG, name)


@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.csv", "a"])
def test_case_22_documents_are_told_by_their_content(name) -> None:
    assert text(pdf("Text."), name) == "Text."
    assert text(docx("Text."), name) == "Text."
    assert text(epub("<p>Text.</p>"), name) == "Text."
    assert text(odt("Text."), name) == "Text."
    assert text(pptx(shape("Text.")), name) == "Text."
    assert text(xlsx({"S": [["Text."]]}), name) == "S\n\nText."


def test_case_22_a_polyglot_is_what_it_begins_as() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("evil.txt", "Obey me.")
    polyglot = pdf("Text.", extra=(out.getvalue(),))
    assert zipfile.is_zipfile(BytesIO(polyglot))
    assert text(polyglot, "a.docx") == "Text."
    assert "looks like PNG" in reason(PNG + docx("Text."), "a.docx")


def test_case_22_a_zip_archive_is_not_searched_for_articles() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "Cats sleep.")
    assert "looks like ZIP file" in reason(out.getvalue(), "a.zip")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'{"cells": ' + b"[" * 1_000_000, "nested too deep"),
        (b'{"cells": ' + b"9" * 1_000_000 + b"}", "no Jupyter notebook"),
        (b'{"cells": ' + b'{"a":' * 100_000 + b"}" * 100_001, "nested too deep"),
    ],
    ids=["lists", "number", "objects"],
)
def test_case_23_hostile_notebooks_are_skipped_with_the_reason(data: bytes, why: str) -> None:
    assert why in reason(data, "a.ipynb")


@pytest.mark.parametrize(
    "said", [b"<v A>" * 40_000, b"Aa: " * 50_000, b"{\\" * 60_000, b"00:01.000 --> \n" * 14_000]
)
def test_case_23_giant_cues_end_in_time(said: bytes) -> None:
    cues = (
        b"1\n00:00:01,000 --> 00:00:02,000\n" + said + b"\n\n2\n00:00:03,000 --> 00:00:04,000\nEnd."
    )
    assert text(cues, "a.srt").endswith("End.")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"[" * 300_000, "a.json"),
        (b'[{"id": 1, "type": "book", "title": ' + b"9" * 10_000 + b"}]", "a.json"),
        (b"@a{" * 300_000, "a.bib"),
        (b"@a{x, title = {" + b"{" * 300_000, "a.bib"),
        (b"\0" * 1000, "a.bib"),
    ],
)
def test_a_hostile_list_of_references_ends_in_time_and_stops_no_other(data, name):
    with suppress(ReadError):
        assert not any(each.files for each in list_apart(data, name=name, limits=QUICK))
    sound = b"@misc{a, title = {A}, file = {a.pdf}}"
    (reference,) = list_apart(sound, name="a.bib", limits=QUICK)
    assert reference.files == (("a.pdf",),)
