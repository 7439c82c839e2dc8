"""A watched folder is followed: each change is told once, and nothing is held while it is quiet."""

import os
import signal
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from index.store.folder_backend import writing
from index.sync.watch import watch
from rag import AddReport, Assistant, Change, MisuseError
from rag.cli.main import main
from rag.types import Notice

News = Iterator[Change | Notice]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "cats.txt").write_text("Cats sleep all day.", encoding="utf-8")
    return tmp_path / "notes"


@pytest.fixture
def news(assistant: Assistant, folder: Path) -> News:
    """Watch a folder whose one note has been added."""
    news = assistant.library.watch(folder, every=0.01)
    assert told(news) == "added cats.txt"
    return news


def told(news: News) -> str:
    event = next(news)
    if isinstance(event, Notice):
        return event.text
    return f"{event.kind} {Path(event.source).name}"


def test_each_change_is_told_as_it_is_followed(
    assistant: Assistant, folder: Path, news: News
) -> None:
    (folder / "dogs.txt").write_text("Dogs bark at night.", encoding="utf-8")
    assert told(news) == "added dogs.txt"
    (folder / "dogs.txt").write_text("Dogs bark and bark.", encoding="utf-8")
    assert told(news) == "changed dogs.txt"
    assert assistant.search("Who barks?", k=1)[0].passage.text == "Dogs bark and bark."
    (folder / "dogs.txt").rename(folder / "wolves.txt")
    assert told(news) == "moved wolves.txt"
    (folder / "wolves.txt").unlink()
    assert told(news) == "removed wolves.txt"
    assert len(assistant.library.documents()) == 1


def test_a_folder_that_vanishes_keeps_its_documents_and_is_followed_when_it_returns(
    assistant: Assistant, folder: Path, news: News
) -> None:
    folder.rename(folder.with_name("away"))
    assert told(news) == f"no file is in {str(folder)!r} now: waiting for files"
    assert len(assistant.library.documents()) == 1
    (folder.with_name("away") / "dogs.txt").write_text("Dogs bark.", encoding="utf-8")
    folder.with_name("away").rename(folder)
    assert told(news) == f"{str(folder)!r} is in step again"
    assert told(news) == "added dogs.txt"


def test_a_folder_that_is_emptied_keeps_its_documents(
    assistant: Assistant, folder: Path, news: News
) -> None:
    (folder / "cats.txt").unlink()
    assert told(news).startswith("no file is in")
    assert len(assistant.library.documents()) == 1


def test_nothing_is_held_while_it_is_quiet_and_a_busy_library_is_tried_again(
    assistant: Assistant, folder: Path, news: News
) -> None:
    with writing(assistant.settings.library):
        (folder / "dogs.txt").write_text("Dogs bark.", encoding="utf-8")
        assert told(news) == "another process is writing to the library: waiting for it"
    assert told(news).endswith("is in step again")
    assert told(news) == "added dogs.txt"


def test_what_cannot_be_read_is_told_once(folder: Path, news: News) -> None:
    (folder / "empty.txt").write_text("", encoding="utf-8")
    assert told(news) == "skipped empty.txt"
    (folder / "dogs.txt").write_text("Dogs bark.", encoding="utf-8")
    assert told(news) == "added dogs.txt"
    (folder / "owls.txt").write_text("Owls hunt.", encoding="utf-8")
    assert told(news) == "added owls.txt"


def test_a_file_that_is_being_written_is_left_until_it_is_quiet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = iter([1, 2, 3, 3, 3, 3])
    seen: list[int] = []

    def look(folder: Path) -> dict[str, tuple[int, int, int]]:
        seen.append(next(sizes, 0))
        if not seen[-1]:
            raise KeyboardInterrupt
        return {"a.txt": (seen[-1], 0, 0)}

    def sync(leave: Collection[str]) -> AddReport:
        synced.append(list(seen))
        return AddReport(changes=())

    synced: list[list[int]] = []
    monkeypatch.setattr("index.sync.watch.glance", look)
    with pytest.raises(KeyboardInterrupt):
        list(watch(tmp_path, sync, every=0.0))
    assert synced == [[1, 2, 3, 3]]


def test_a_folder_that_is_not_there_is_misuse(
    assistant: Assistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(MisuseError, match="no folder is at"):
        assistant.library.watch(tmp_path / "nowhere")
    assert main(["watch", str(tmp_path), "--every", "0"]) == 2
    assert "from 0.1 to 3600" in capsys.readouterr().err


def test_ctrl_c_ends_the_command_with_one_line_and_exit_code_0(
    folder: Path, tmp_path: Path
) -> None:
    environment = os.environ | {"FOOTNOTE_LIBRARY": str(tmp_path / "real")}
    command = [sys.executable, "-m", "rag.cli", "watch", str(folder), "--every", "0.1"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("added ")
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()
    assert (process.returncode, err) == (0, "")
    assert out == f"stopped watching {folder}; the library is sound\n"
