"""A page of a stored PDF as a picture: which page, with what framed, and what it is called."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from painted import lines, painted

from index.errors import MisuseError, ReadError
from rag import Assistant
from rag.cli import terminal
from rag.cli.main import main
from rag.types import Document, Span

ROMAN = "/PageLabels << /Nums [0 << /S /r /St 4 >> 2 << /S /D /St 11 >>] >>"
FIRST = "The harbour of Lindvik was dredged in the spring."
OVER = ("The quay was not repaired by the town, which had", "promised it to its shipowners.")
LAST = "The ferry sails on Sundays."


def saved(folder: Path, *, root: str = ROMAN, name: str = "quay.pdf") -> Path:
    path = folder / name
    # A file of these bytes beside it would be found as the moved one: each test has its own.
    info = f"/Keywords ({folder.name})"
    path.write_bytes(
        painted(lines(FIRST, OVER[0]), lines(OVER[1]), lines(LAST), root=root, info=info)
    )
    return path


@pytest.fixture
def document(tmp_path: Path, assistant: Assistant) -> Document:
    (change,) = assistant.library.add(saved(tmp_path)).changes
    assert change.document_id is not None
    return assistant.library.document(change.document_id)


def test_each_sentence_tells_its_page_and_what_is_printed_on_it(document: Document) -> None:
    told = [(s.text[:9], s.page, s.page_label) for s in document.sentences]
    assert told == [("The harbo", 1, "iv"), ("The quay ", 1, "iv"), ("The ferry", 3, "11")]
    assert document.page_labels == ("iv", "v", "11")
    assert "   page iv (1 of the file)\n1  The harbour" in terminal.document(document)
    assert "   page 11 (3 of the file)\n3  The ferry" in terminal.document(document)


def test_a_footnote_names_the_page_of_its_quote_and_not_of_its_passage(
    document: Document, assistant: Assistant
) -> None:
    answer = assistant.ask("When does the ferry sail?")
    (citation,) = answer.citations
    assert (citation.page, citation.page_label) == (3, "11")
    assert ", page 11 (3 of the file), characters " in terminal.footnote_head(citation)
    assert all(hit.page_label for hit in answer.hits)


def test_the_numbers_printed_on_pages_are_their_labels_where_the_file_has_none(
    tmp_path: Path, assistant: Assistant
) -> None:
    texts = [f"Page number {n} says something else: {word}." for n, word in enumerate("abcd")]
    pages = [lines(text) + lines(str(212 + n), y=60) for n, text in enumerate(texts)]
    (tmp_path / "a.pdf").write_bytes(painted(*pages))
    (change,) = assistant.library.add(tmp_path / "a.pdf").changes
    found = assistant.library.document(change.document_id or "")
    assert found.page_labels == ("212", "213", "214", "215")
    assert [s.page_label for s in found.sentences] == ["212", "213", "214", "215"]


def test_a_page_is_named_by_its_number_or_its_label(
    document: Document, assistant: Assistant
) -> None:
    drawn = [assistant.library.draw_page(document.summary.id, page).page for page in (2, "2", "v")]
    assert drawn == [2, 2, 2]
    image = assistant.library.draw_page(document.summary.id)
    assert (image.page, image.page_label, image.boxes) == (1, "iv", ())
    assert (image.width, image.height, image.png[:4]) == (1224, 1584, b"\x89PNG")


def test_a_sentence_over_two_pages_is_framed_on_either(
    document: Document, assistant: Assistant
) -> None:
    over = document.sentences[1]
    span = Span(start=over.start, end=over.end)
    first = assistant.library.draw_page(document.summary.id, span=span)
    second = assistant.library.draw_page(document.summary.id, 2, span=span)
    assert (first.page, len(first.boxes)) == (1, 1)
    assert (second.page, len(second.boxes)) == (2, 1)
    with pytest.raises(MisuseError, match="the words to frame stand on page 1"):
        assistant.library.draw_page(document.summary.id, 3, span=span)


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (0, "there is no page '0': name a number from 1 to 3"),
        (4, "there is no page '4': name a number from 1 to 3"),
        ("xx", "there is no page 'xx': name a number from 1 to 3, or a label from 'iv' to '11'"),
        (True, "page cannot be True"),
        (1.5, "page cannot be 1.5"),
    ],
)
def test_a_page_that_is_not_there_is_refused(document, assistant, page, why) -> None:
    with pytest.raises(MisuseError, match=why):
        assistant.library.draw_page(document.summary.id, page)


def test_a_span_outside_of_the_text_is_refused(document: Document, assistant: Assistant) -> None:
    with pytest.raises(MisuseError, match="characters 5 to 9999 are not in the document"):
        assistant.library.draw_page(document.summary.id, span=Span(start=5, end=9999))


def test_only_pages_of_a_pdf_are_drawn(tmp_path: Path, assistant: Assistant) -> None:
    (tmp_path / "a.txt").write_text("Cats sleep.")
    (change,) = assistant.library.add(tmp_path / "a.txt").changes
    with pytest.raises(MisuseError, match="only pages of PDF files are drawn, and this is text/pl"):
        assistant.library.draw_page(change.document_id or "", 1)


@pytest.mark.parametrize(
    ("what", "why"),
    [
        (os.unlink, "is not there: put it back"),
        (lambda path: path.write_bytes(b"%PDF-1.4 other"), "was edited since it was read: add it"),
    ],
)
def test_a_file_that_is_gone_or_another_by_now_is_not_drawn(
    tmp_path: Path, document: Document, assistant: Assistant, what: Callable[[Path], object], why
) -> None:
    what(tmp_path / "quay.pdf")
    with pytest.raises(ReadError, match=why):
        assistant.library.draw_page(document.summary.id, 1)


def test_labels_go_with_an_exported_library(
    tmp_path: Path, document: Document, assistant: Assistant
) -> None:
    assistant.library.export_to(tmp_path / "out.zip")
    assistant.library.remove(document.summary.id)
    assistant.library.import_from(tmp_path / "out.zip")
    assert assistant.library.document(document.summary.id).page_labels == ("iv", "v", "11")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Add the file as a user does, and give the way to run `footnote show` of it."""
    monkeypatch.setenv("FOOTNOTE_LIBRARY", str(tmp_path / "library"))
    monkeypatch.chdir(tmp_path)
    assert main(["add", str(saved(tmp_path))]) == 0
    added = capsys.readouterr().out.split()[1]

    def run(*arguments: str, code: int = 0) -> str:
        assert main(["show", added, *arguments]) == code
        printed, said = capsys.readouterr()
        return said if code else printed

    return run


def test_a_user_draws_a_page_with_a_sentence_or_words_framed(run, tmp_path: Path) -> None:
    said = run("--page", "v", "--png", "v.png")
    assert said == "page v (2 of the file): v.png, 1,224 by 1,584 pixels\n"
    told = json.loads(run("--sentence", "3", "--png", "s.png", "--json"))
    assert (told["page"], told["page_label"], told["file"]) == (3, "11", "s.png")
    ((left, top, right, bottom),) = told["boxes"]
    assert 140 < left < 146 < 420 < right < 440
    assert 118 < top < 144 < bottom < 160
    said = run("--quote", "not repaired", "--png", "q.png")
    assert said.startswith("page iv (1 of the file): q.png, 1,224 by 1,584 pixels\nframed: ")
    assert (tmp_path / "q.png").read_bytes()[:4] == b"\x89PNG"


def test_a_user_reads_one_page(run) -> None:
    assert run("--page", "11").endswith(
        "   page 11 (3 of the file)\n3  The ferry sails on Sundays.\n"
    )
    assert [s["page"] for s in json.loads(run("--page", "iv", "--json"))["sentences"]] == [1, 1]


WRONG = (
    (("--page", "7", "--png", "a.png"), "there is no page '7': name a number from 1 to 3"),
    (("--page", "7"), "there is no page '7': name a number from 1 to 3"),
    (("--sentence", "2"), "--sentence and --quote frame words in a picture: name it with --p"),
    (("--sentence", "9", "--png", "a.png"), "there is no sentence 9: name one from 1 to 3"),
    (("--sentence", "0", "--png", "a.png"), "'0' is not a whole number from 1 on"),
    (("--quote", "no such", "--png", "a.png"), "'no such' does not stand in the document"),
    (("--quote", "ferry", "--page", "1", "--png", "a"), "'ferry' does not stand on that page"),
    (("--quote", "x", "--sentence", "1", "--png", "a"), "not allowed with argument"),
    (("--png", "quay.pdf"), "'quay.pdf' is there already: name another file"),
)


def test_wrong_options_are_told_in_a_sentence_and_nothing_is_written(run, tmp_path: Path) -> None:
    before = sorted(os.listdir(tmp_path))
    for arguments, why in WRONG:
        assert why in run(*arguments, code=2)
    assert sorted(os.listdir(tmp_path)) == before
