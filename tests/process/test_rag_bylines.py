"""Titles, authors, dates and pages of documents: searched for and shown."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from documents import mail, pdf

from rag import Assistant
from rag.cli import terminal
from rag.cli.main import main
from rag.cli.terminal import documents, footnote_head, hits
from rag.internal import json_text
from rag.testing import HashEmbedder

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
    assert len(assistant.library.add(folder).of("added")) == 5
    return assistant


@pytest.mark.parametrize("words", ["Jane Doe", "Fleet Plans", "2024-03-01", "March 2024"])
def test_a_document_is_found_by_title_author_and_date(filled: Assistant, words: str) -> None:
    assert filled.search(words)[0].card.title == "Fleet Plans"


def test_a_citation_shows_page_author_and_date(filled: Assistant) -> None:
    answer = filled.ask("How many missiles does the flagship carry?")
    (citation,) = answer.citations
    card = citation.card
    assert (citation.page, card.author, card.published) == (2, "Jane Doe", "2024-03-01")
    assert footnote_head(citation).startswith("[1] Fleet Plans (Jane Doe, 2024-03-01), page 2, ")
    assert "Fleet Plans (Jane Doe, 2024-03-01), page 2" in hits(answer.hits)


def test_the_list_shows_author_and_date(filled: Assistant) -> None:
    assert "Fleet Plans (Jane Doe, 2024-03-01)" in documents(filled.library.documents())


def test_the_page_is_in_the_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_LIBRARY", str(tmp_path / "library"))
    (tmp_path / "plans.pdf").write_bytes(pdf("Cats sleep.", "The flagship carries missiles."))
    assert main(["add", str(tmp_path / "plans.pdf")]) == 0
    capsys.readouterr()
    assert main(["search", "flagship missiles", "--json"]) == 0
    assert '"page": 2' in capsys.readouterr().out


URL = "https://news.example/ferry"
PAGE = f'<head><title>Ferry</title><link rel="canonical" href="{URL}"></head>'


@pytest.fixture
def saved(assistant: Assistant, tmp_path: Path) -> Path:
    """Add a saved page, and give its path."""
    page = tmp_path / "ferry.html"
    page.write_text(f"<html>{PAGE}<body><p>The ferry sails at noon.</p></body></html>", "utf-8")
    assistant.library.add(page)
    return page


def test_the_address_of_a_saved_page_is_shown_wherever_its_document_is(
    assistant: Assistant, saved: Path
) -> None:
    answer = assistant.ask("When does the ferry sail?")
    (stored,) = assistant.library.documents()
    for card in (answer.citations[0].card, answer.hits[0].card, stored.card):
        assert card.url == URL
    assert json.loads(json_text(answer))["citations"][0]["card"]["url"] == URL
    document = assistant.library.document(stored.id)
    for shown in (footnote_head(answer.citations[0]), hits(answer.hits), documents([stored]),
                  terminal.document(document)):  # fmt: skip
        assert shown.count(URL) == 1


def test_the_address_survives_export_and_repair(
    assistant: Assistant, saved: Path, tmp_path: Path, embedder: HashEmbedder
) -> None:
    assistant.library.export_to(tmp_path / "library.zip")
    other = Assistant.open(library=tmp_path / "other", embedder=embedder)
    other.library.import_from(tmp_path / "library.zip")
    with closing(sqlite3.connect(tmp_path / "other" / "catalog.db")) as db, db:
        db.execute("UPDATE meta SET value = '0' WHERE name = 'format'")
    assert other.library.repair().findings == ()
    assert [c.card.url for c in other.library.documents()] == [URL]


def test_a_library_from_before_addresses_is_read_and_gets_them(
    assistant: Assistant, saved: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(assistant.settings.library / "catalog.db")) as db, db:
        db.execute("ALTER TABLE documents DROP COLUMN url")
        db.execute("DELETE FROM meta WHERE name = 'urls'")
    assert assistant.ask("When does the ferry sail?").citations[0].card.url is None
    saved.write_text(saved.read_text("utf-8") + "\n", "utf-8")
    assert [change.kind for change in assistant.library.add(saved).changes] == ["changed"]
    assert assistant.ask("When does the ferry sail?").citations[0].card.url == URL


def test_what_a_message_leaves_out_is_in_the_report(assistant: Assistant, tmp_path: Path) -> None:
    message = tmp_path / "plans.eml"
    message.write_bytes(mail("The fleet sails.", files={"map.png": b"\x89PNG\r\n\x1a\n"}))
    report = assistant.library.add(message)
    (left_out,) = report.changes[0].left_out
    assert left_out.startswith("map.png: not text: looks like PNG image")
    told = terminal.report(report, model="all-MiniLM-L6-v2")
    assert f"plans.eml\n         left out {left_out}\n" in told
    message.write_bytes(message.read_bytes() + b"\n")
    assert [(c.kind, c.left_out) for c in assistant.library.add(message).changes] == [
        ("unchanged", (left_out,)),
    ]  # fmt: skip
