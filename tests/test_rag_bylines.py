"""Titles, authors, dates and pages of documents: searched for and shown."""

from pathlib import Path

import pytest
from documents import mail, pdf

from rag import Assistant
from rag.cli import main
from rag.terminal import documents, footnote_head, hits

INFO = "/Title (Fleet Plans) /Author (Jane Doe) /CreationDate (D:20240301120000Z)"


@pytest.fixture
def filled(assistant: Assistant, tmp_path: Path) -> Assistant:
    """Give an assistant with one PDF of two pages among mails of others."""
    folder = tmp_path / "articles"
    folder.mkdir()
    pages = ("The fleet sails in spring.", "Its flagship carries forty missiles.")
    (folder / "plans.pdf").write_bytes(pdf(*pages, info=INFO))
    for number in range(4):
        sent = mail(f"Harbour number {number} is closed for repairs.").replace(
            b"Jane Doe", b"Bo Li"
        )
        sent = sent.replace(b"01 Mar 2024", b"02 Apr 2023").replace(b"the fleet", b"harbours")
        (folder / f"{number}.eml").write_bytes(sent)
    assert len(assistant.add(folder).of("added")) == 5
    return assistant


@pytest.mark.parametrize("words", ["Jane Doe", "Fleet Plans", "2024-03-01", "March 2024"])
def test_a_document_is_found_by_title_author_and_date(filled: Assistant, words: str) -> None:
    assert filled.search(words)[0].title == "Fleet Plans"


def test_a_citation_shows_page_author_and_date(filled: Assistant) -> None:
    answer = filled.ask("How many missiles does the flagship carry?")
    (citation,) = answer.citations
    assert (citation.page, citation.author, citation.published) == (2, "Jane Doe", "2024-03-01")
    assert footnote_head(citation).startswith("[1] Fleet Plans (Jane Doe, 2024-03-01), page 2, ")
    assert "Fleet Plans (Jane Doe, 2024-03-01), page 2" in hits(answer.hits)


def test_the_list_shows_author_and_date(filled: Assistant) -> None:
    assert "Fleet Plans (Jane Doe, 2024-03-01)" in documents(filled.documents())


def test_the_page_is_in_the_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_LIBRARY", str(tmp_path / "library"))
    (tmp_path / "plans.pdf").write_bytes(pdf("Cats sleep.", "The flagship carries missiles."))
    assert main(["add", str(tmp_path / "plans.pdf")]) == 0
    capsys.readouterr()
    assert main(["search", "flagship missiles", "--json"]) == 0
    assert '"page": 2' in capsys.readouterr().out
