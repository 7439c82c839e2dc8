"""`footnote add https://...`: pages beside files, reasons, and nothing fetched unasked."""

from functools import partial
from pathlib import Path

import pytest
from page_server import PageServer, page

from index.web.fetch import Fetcher
from rag import Assistant
from rag.cli.main import main

ARTICLE = b"<html><head><title>On Cats</title></head><body><p>Cats sleep all day.</p></body></html>"


def test_a_page_is_added_after_the_files(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dogs.txt").write_text("Dogs run.")
    with PageServer(lambda path: page(ARTICLE)) as server:
        allowed = frozenset({("127.0.0.1", server.port)})
        monkeypatch.setattr("index.web.fetch.Fetcher", partial(Fetcher, allowed=allowed))
        url = f"http://127.0.0.1:{server.port}/cats"
        report = assistant.library.add(url, tmp_path / "dogs.txt")
        assert [(c.kind, c.source) for c in report.changes] == [
            ("added", str(tmp_path / "dogs.txt")),
            ("added", url),
        ]
        assert [c.kind for c in assistant.library.add(url).changes] == ["unchanged"]
        (again,) = assistant.library.add(f"{url}-by-another-address").changes
        assert (again.kind, again.document_id) == ("unchanged", report.changes[1].document_id)
        assert again.reason == "its text is in the library already, as 'On Cats'"
        assert len(assistant.library.documents()) == 2
        assert assistant.library.original_bytes(report.changes[1].document_id or "") == ARTICLE
    assert assistant.ask("When do cats sleep?").citations[0].quote == "Cats sleep all day."


def test_files_and_pages_are_published_at_once_and_each_address_once(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dogs.txt").write_text("Dogs run.")
    seen: list[str] = []

    def served(path: str) -> bytes:
        seen.append(assistant.library.edition())
        return page(ARTICLE)

    with PageServer(served) as server:
        allowed = frozenset({("127.0.0.1", server.port)})
        monkeypatch.setattr("index.web.fetch.Fetcher", partial(Fetcher, allowed=allowed))
        url = f"http://127.0.0.1:{server.port}/cats"
        report = assistant.library.add(tmp_path / "dogs.txt", url, f"{url}#sleep")
    assert seen == [""]
    assert [change.kind for change in report.changes] == ["added", "added"]
    assert assistant.library.edition().startswith("000001-2-2-")


def test_a_page_of_this_machine_is_refused_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = str(tmp_path / "library")
    assert main(["add", "http://127.0.0.1:9/secret", "--library", library]) == 1
    assert "not on the open internet" in capsys.readouterr().err


def test_a_link_in_an_article_is_not_fetched(assistant: Assistant, tmp_path: Path) -> None:
    with PageServer(lambda path: page(ARTICLE)) as server:
        url = f"http://127.0.0.1:{server.port}/"
        markup = f'<meta http-equiv=refresh content="0;url={url}"><p>See <a href="{url}">it</a>.'
        (tmp_path / "a.html").write_text(f"<html><body>{markup}<img src='{url}'></body></html>")
        assistant.library.add(tmp_path / "a.html")
    assert server.requests == []
