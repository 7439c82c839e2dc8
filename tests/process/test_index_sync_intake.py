"""Files are read ahead when there is much to read, and progress is estimated meanwhile."""

import subprocess
from pathlib import Path

import pytest

from index.reading import sandbox
from rag import Assistant, Settings
from rag.testing import HashEmbedder


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Write ten pages of two sentences, one of them empty."""
    (tmp_path / "pages").mkdir()
    for n in range(10):
        text = f"<p>Page {n} tells of cats. Page {n} also tells of dogs.</p>" if n != 4 else ""
        (tmp_path / "pages" / f"{n}.html").write_text(text, encoding="utf-8")
    return tmp_path / "pages"


def test_reading_ahead_gives_what_reading_in_turn_does(
    assistant: Assistant, pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_turn = assistant.library.add(pages)
    monkeypatch.setattr("index.sync.intake._AHEAD_BYTES", 0)
    settings = Settings(library=tmp_path / "other", seeds=False)
    with Assistant.open(settings, embedder=HashEmbedder()) as other:
        assert other.library.add(pages) == in_turn
    assert [c.kind for c in in_turn.changes] == ["added"] * 4 + ["skipped"] + ["added"] * 5
    assert sandbox._idle == []


def test_a_handful_of_small_texts_starts_no_process(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        (tmp_path / f"{n}.txt").write_text(f"Text {n} is here.", encoding="utf-8")
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: pytest.fail("started a process"))
    assert len(assistant.library.add(tmp_path / "*.txt").of("added")) == 5


def test_the_total_is_estimated_while_files_are_still_being_read(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.sync.ingest._WINDOW", 4)
    told: list[tuple[int, int]] = []
    with Assistant.open(
        Settings(library=tmp_path / "library", seeds=False),
        embedder=HashEmbedder(),
        on_progress=lambda done, total: told.append((done, total)),
    ) as assistant:
        assistant.library.add(pages)
    done, total = told[0]
    assert done == 4
    assert 16 <= total <= 20
    assert told[-1] == (18, 18)
