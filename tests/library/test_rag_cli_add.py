"""`footnote add` on folders that grow, as its user sees it."""

import json
from pathlib import Path

import pytest

from rag.cli.main import main


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with two notes, and a library elsewhere."""
    monkeypatch.setenv("FOOTNOTE_LIBRARY", str(tmp_path / "library"))
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "cats.txt").write_text("Cats sleep all day.", encoding="utf-8")
    (tmp_path / "notes" / "dogs.txt").write_text("Dogs bark at night.", encoding="utf-8")
    return tmp_path / "notes"


def shown(capsys: pytest.CaptureFixture[str], *arguments: str | Path, code: int = 0) -> list[str]:
    assert main([str(argument) for argument in arguments]) == code
    captured = capsys.readouterr()
    return (captured.err if code else captured.out).splitlines()


def test_a_line_says_what_happened_to_each_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    added = [line.split() for line in shown(capsys, "add", folder)]
    cats, dogs = (line[1] for line in added[:2])
    (folder / "cats.txt").rename(folder / "lions.txt")
    (folder / "dogs.txt").unlink()
    (folder / "owls.txt").write_text("Owls hunt at night.", encoding="utf-8")
    lines = shown(capsys, "add", folder, "--prune")
    assert lines[0] == f"moved    {cats}  {folder / 'lions.txt'}, was {folder / 'cats.txt'}"
    assert lines[1].startswith("added    ")
    assert lines[2] == f"removed  {dogs}  {folder / 'dogs.txt'}"
    assert lines[3:] == ["1 added, 1 moved, 1 removed; 1 sentence embedded"]


def test_a_missing_file_is_counted_and_the_option_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown(capsys, "add", folder)
    (folder / "dogs.txt").unlink()
    assert shown(capsys, "add", folder) == [
        "1 missing, 1 unchanged; 0 sentences embedded",
        "Files of missing documents are gone: `--prune` removes these too.",
    ]


def test_json_tells_where_a_moved_file_was(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown(capsys, "add", folder)
    (folder / "cats.txt").rename(folder / "lions.txt")
    report = json.loads("\n".join(shown(capsys, "add", folder, "--json")))
    moved = next(change for change in report["changes"] if change["kind"] == "moved")
    assert moved["moved_from"] == str(folder / "cats.txt")


def test_pruning_without_a_folder_is_misuse(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (line,) = shown(capsys, "add", folder / "cats.txt", "--prune", code=2)
    assert line.startswith("footnote: only a folder can be pruned")
    (line,) = shown(capsys, "add", "--prune", code=2)
    assert "PATH" in line


def test_pruning_by_a_folder_that_lost_its_files_is_refused_in_one_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown(capsys, "add", folder)
    for name in ("cats.txt", "dogs.txt"):
        (folder / name).unlink()
    (line,) = shown(capsys, "add", folder, "--prune", code=1)
    assert line.startswith("footnote: nothing was removed: no file that can be read is in")
    assert len(shown(capsys, "list")) == 2
