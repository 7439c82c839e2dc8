"""A citation says what became of the file that it is from since it was indexed."""

import asyncio
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from index.card import Card
from index.sync.file_state import Record, look
from rag import Article, Assistant, Citation, TextDelta
from rag.cli.main import main

SAID = "The bridge over the Elbe opens on 3 May."
QUESTION = "When does the bridge over the Elbe open?"


@pytest.fixture
def file(assistant: Assistant, tmp_path: Path) -> Path:
    """Give an indexed file, last changed long ago."""
    path = tmp_path / "home" / "notes" / "bridge.txt"
    path.parent.mkdir(parents=True)
    path.write_text(f"{SAID} It cost much.", encoding="utf-8")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    assistant.library.add(path)
    return path


def cited(assistant: Assistant) -> Citation:
    answer = assistant.ask(QUESTION)
    assert answer.citations, answer.text
    return answer.citations[0]


def told(assistant: Assistant) -> tuple[str, str]:
    """Return state and note of the citation, which the document must have, too."""
    citation = cited(assistant)
    document = assistant.library.document(citation.document_id)
    assert (document.source_state, document.source_note) == (
        citation.source_state, citation.source_note,
    )  # fmt: skip
    return citation.source_state, citation.source_note


def edit(path: Path) -> None:
    path.write_text(f"{SAID} It was dear.", encoding="utf-8")


def rename(path: Path) -> None:
    path.rename(path.with_name("b.txt"))


def move_up(path: Path) -> None:
    path.rename(path.parent.parent / path.name)


def rename_folder(path: Path) -> None:
    path.parent.rename(path.parent.with_name("papers"))


def lose_folder(path: Path) -> None:
    path.unlink()
    path.parent.rmdir()


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("happen", "state", "note"),
    [
        (lambda path: None, "current", ""),
        (edit, "edited", "source edited since indexed"),
        (os.utime, "current", ""),
        (rename, "moved", "source moved since indexed, to {}/notes/b.txt"),
        (move_up, "moved", "source moved since indexed, to {}/bridge.txt"),
        (rename_folder, "moved", "source moved since indexed, to {}/papers/bridge.txt"),
        (Path.unlink, "deleted", "source deleted since indexed"),
        (lose_folder, "unreachable", "source out of reach"),
        (replace_by_folder, "unreachable", "source out of reach"),
    ],
)
def test_what_became_of_the_file_is_told(
    assistant: Assistant, file: Path, happen: Callable[[Path], object], state: str, note: str
) -> None:
    happen(file)
    assert told(assistant) == (state, note.format(file.parent.parent))


def test_another_file_of_the_same_name_is_no_move(assistant: Assistant, file: Path) -> None:
    (file.parent / "old").mkdir()
    (file.parent / "old" / "bridge.txt").write_text("Another bridge.", encoding="utf-8")
    file.unlink()
    assert told(assistant)[0] == "deleted"


def test_adding_again_brings_it_up_to_date(assistant: Assistant, file: Path) -> None:
    edit(file)
    assistant.library.add(file)
    assert told(assistant) == ("current", "")
    file.rename(file.with_name("b.txt"))
    assistant.library.add(file.parent)
    assert told(assistant) == ("current", "")


def test_an_article_given_as_text_has_no_file_to_change(assistant: Assistant) -> None:
    assistant.library.add_articles(
        [Article(source="https://example.org/b", title="Bridge", text=SAID)]
    )
    assert told(assistant) == ("current", "")


def test_a_file_that_looks_the_same_is_not_opened(
    assistant: Assistant, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = time.time_ns() + 3_000_000_000
    monkeypatch.setattr("index.sync.file_state.time.time_ns", lambda: later)
    assistant.library.add(file)
    monkeypatch.setattr(
        "index.reading.files.file_bytes", lambda path: pytest.fail(f"opened {path}")
    )
    assert told(assistant) == ("current", "")


def test_streams_and_verifications_tell_it_too(assistant: Assistant, file: Path) -> None:
    file.unlink()
    pieces = [e for e in assistant.stream(QUESTION) if isinstance(e, TextDelta) and e.citations]
    assert pieces[0].citations[0].source_state == "deleted"
    assert asyncio.run(assistant.aask(QUESTION)).citations[0].source_state == "deleted"
    assert assistant.verify(SAID).citations[0].source_state == "deleted"


def test_the_terminal_has_a_line_for_it_and_json_the_fields(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FOOTNOTE_LIBRARY", str(tmp_path / "real"))
    assert main(["add", str(file)]) == 0
    file.unlink()
    capsys.readouterr()
    assert main(["ask", QUESTION]) == 0
    assert "    source deleted since indexed" in capsys.readouterr().out.splitlines()
    assert main(["ask", QUESTION, "--json"]) == 0
    citation = json.loads(capsys.readouterr().out)["citations"][0]
    assert (citation["source_state"], citation["source_note"]) == (
        "deleted", "source deleted since indexed",
    )  # fmt: skip
    assert main(["show", citation["document_id"]]) == 0
    assert capsys.readouterr().out.splitlines()[2] == "source deleted since indexed"


def test_a_stored_source_that_no_file_can_have_is_out_of_reach(tmp_path: Path) -> None:
    record = Record(
        document_id="0" * 12,
        card=Card(title="x", source=str(tmp_path / "a\0b.txt")),
        file_sha256="f" * 64,
        file_stamp="",
    )
    assert look(record).state == "unreachable"
