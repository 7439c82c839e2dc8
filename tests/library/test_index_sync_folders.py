"""`add` keeps a library in step with folders: changed, moved, missing and removed files."""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from index.store.folder_backend import writing
from index.store.library import Library
from index.upkeep.repair import repair
from rag import AddReport, Assistant, MisuseError, ReadError
from rag.cli import terminal
from rag.testing import HashEmbedder

LONG_AGO = 1_000_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with three notes, last changed long ago."""
    (tmp_path / "notes" / "deep").mkdir(parents=True)
    write(tmp_path / "notes" / "cats.txt", "Cats sleep all day.")
    write(tmp_path / "notes" / "dogs.txt", "Dogs bark at night.")
    write(tmp_path / "notes" / "deep" / "frogs.txt", "Frogs swim in the pond.")
    return tmp_path / "notes"


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, (LONG_AGO, LONG_AGO))


def told(report: AddReport) -> dict[str, list[str]]:
    """Return the names of the files of a report, by what became of them."""
    names: dict[str, list[str]] = {}
    for change in report.changes:
        names.setdefault(change.kind, []).append(Path(change.source).name)
    return names


def ids(assistant: Assistant) -> dict[str, str]:
    return {Path(c.card.source).name: c.id for c in assistant.library.documents()}


def test_a_folder_is_followed_through_every_kind_of_change(
    assistant: Assistant, folder: Path
) -> None:
    assert told(assistant.library.add(folder)) == {"added": ["cats.txt", "frogs.txt", "dogs.txt"]}
    write(folder / "cats.txt", "Cats climb trees.")
    (folder / "deep" / "frogs.txt").rename(folder / "frogs.txt")
    (folder / "dogs.txt").unlink()
    write(folder / "owls.txt", "Owls hunt at night.")
    assert told(assistant.library.add(folder, prune=True)) == {
        "changed": ["cats.txt"], "moved": ["frogs.txt"], "added": ["owls.txt"],
        "removed": ["dogs.txt"],
    }  # fmt: skip
    assert sorted(ids(assistant)) == ["cats.txt", "frogs.txt", "owls.txt"]
    assert assistant.search("Who barks?", k=1)[0].passage.text != "Dogs bark at night."
    assert assistant.library.check().findings == ()


def test_a_moved_file_keeps_its_document_and_embeds_nothing(
    assistant: Assistant, folder: Path, embedder: HashEmbedder
) -> None:
    assistant.library.add(folder)
    before, embedder.embedded = ids(assistant)["cats.txt"], 0
    edition = assistant.library.edition()
    (folder / "cats.txt").rename(folder / "deep" / "cats.txt")
    (moved,) = assistant.library.add(folder).of("moved")
    assert assistant.library.edition() != edition
    assert (moved.document_id, moved.moved_from) == (before, str(folder / "cats.txt"))
    assert moved.source == str(folder / "deep" / "cats.txt")
    assert embedder.embedded == 0
    hit = assistant.search("Where do cats sleep?", k=1)[0]
    assert (hit.passage.document_id, hit.card.source) == (before, moved.source)


def test_a_title_made_of_the_files_name_follows_the_name(
    assistant: Assistant, folder: Path
) -> None:
    assistant.library.add(folder)
    (folder / "cats.txt").rename(folder / "lions.txt")
    assistant.library.add(folder)
    assert "lions" in {c.card.title for c in assistant.library.documents()}
    assert assistant.search("lions", k=1)[0].passage.text == "Cats sleep all day."
    assert "moved" not in told(assistant.library.add(folder))


def test_a_copy_is_a_document_of_its_own_and_is_told_to_be_one(
    assistant: Assistant, folder: Path
) -> None:
    assistant.library.add(folder)
    write(folder / "copy.txt", "Cats sleep all day.")
    copied = assistant.library.add(folder)
    assert told(copied)["added"] == ["copy.txt"]
    lines = terminal.report(copied, model="all-MiniLM-L6-v2").splitlines()
    assert lines[1].strip() == "its text is in the library already, as 'cats'"
    assert told(assistant.library.add(folder)) == {
        "unchanged": ["cats.txt", "copy.txt", "frogs.txt", "dogs.txt"]
    }


def test_of_two_new_files_with_the_bytes_of_a_lost_one_one_is_moved(
    assistant: Assistant, folder: Path
) -> None:
    assistant.library.add(folder)
    write(folder / "a.txt", "Cats sleep all day.")
    (folder / "cats.txt").rename(folder / "deep" / "cats.txt")
    report = told(assistant.library.add(folder))
    assert (report["moved"], report["added"]) == (["a.txt"], ["cats.txt"])


def test_of_two_lost_documents_with_the_same_bytes_the_one_of_the_same_name_is_moved(
    assistant: Assistant, folder: Path
) -> None:
    write(folder / "ants.txt", "Cats sleep all day.")
    assistant.library.add(folder)
    (folder / "ants.txt").unlink()
    (folder / "cats.txt").rename(folder / "deep" / "cats.txt")
    (moved,) = assistant.library.add(folder).of("moved")
    assert moved.moved_from == str(folder / "cats.txt")


def test_a_new_file_at_the_old_place_of_a_moved_one_gets_an_id_of_its_own(
    assistant: Assistant, folder: Path
) -> None:
    assistant.library.add(folder)
    (folder / "cats.txt").rename(folder / "deep" / "cats.txt")
    assistant.library.add(folder)
    write(folder / "cats.txt", "Lions roar.")
    assert told(assistant.library.add(folder))["added"] == ["cats.txt"]
    assert len({card.id for card in assistant.library.documents()}) == 4
    assert told(assistant.library.add(folder)) == {
        "unchanged": ["cats.txt", "cats.txt", "frogs.txt", "dogs.txt"]
    }


def test_a_moved_document_keeps_its_id_through_a_repair(
    assistant: Assistant, folder: Path, make_library: Callable[..., Library]
) -> None:
    assistant.library.add(folder)
    (folder / "cats.txt").rename(folder / "lions.txt")
    assistant.library.add(folder)
    before = ids(assistant)
    with closing(sqlite3.connect(assistant.settings.library / "catalog.db")) as db, db:
        db.execute("DELETE FROM passage_terms")
    repair(make_library(), on_progress=lambda done, total: None)
    assert ids(assistant) == before


def test_without_pruning_a_missing_file_is_told_and_its_document_stays(
    assistant: Assistant, folder: Path
) -> None:
    assistant.library.add(folder)
    (folder / "dogs.txt").unlink()
    assert told(assistant.library.add(folder))["missing"] == ["dogs.txt"]
    assert assistant.search("Who barks?", k=1)[0].passage.text == "Dogs bark at night."


def test_pruning_leaves_documents_of_other_places_alone(
    assistant: Assistant, folder: Path, tmp_path: Path
) -> None:
    for name in ("notes2", "other"):
        (tmp_path / name).mkdir()
        write(tmp_path / name / f"{name}.txt", f"This is {name}.")
        assistant.library.add(tmp_path / name)
        (tmp_path / name / f"{name}.txt").unlink()
    assistant.library.add(folder)
    assert "removed" not in told(assistant.library.add(folder, prune=True))
    assert {"notes2.txt", "other.txt"} <= ids(assistant).keys()


def test_pruning_keeps_a_file_that_is_there_but_was_not_looked_for(
    assistant: Assistant, folder: Path
) -> None:
    write(folder / ".secret.txt", "Moles dig.")
    assistant.library.add(folder, folder / ".secret.txt")
    assert "removed" not in told(assistant.library.add(folder, prune=True))


@pytest.mark.parametrize("left", ["nothing", "a folder", "a link to nothing"])
def test_pruning_by_a_folder_without_files_is_refused(
    assistant: Assistant, folder: Path, tmp_path: Path, left: str
) -> None:
    assistant.library.add(folder)
    folder.rename(tmp_path / "away")
    folder.mkdir()
    if left == "a folder":
        (folder / "deep").mkdir()
    elif left == "a link to nothing":
        (folder / "cats.txt").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ReadError, match="nothing was removed: no file that can be read"):
        assistant.library.add(folder, prune=True)
    assert len(assistant.library.documents()) == 3


def test_pruning_by_a_missing_folder_is_refused(assistant: Assistant, folder: Path) -> None:
    assistant.library.add(folder)
    folder.rename(folder.with_name("away"))
    with pytest.raises(MisuseError, match="nothing is at"):
        assistant.library.add(folder, prune=True)
    assert len(assistant.library.documents()) == 3


def test_pruning_without_a_folder_is_misuse(assistant: Assistant, folder: Path) -> None:
    with pytest.raises(MisuseError, match="only a folder can be pruned"):
        assistant.library.add(folder / "cats.txt", prune=True)
    assert assistant.library.documents() == ()


def test_a_file_that_looks_the_same_is_not_opened(
    assistant: Assistant, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = time.time_ns() + 3_000_000_000
    monkeypatch.setattr("index.sync.file_state.time.time_ns", lambda: later)
    assistant.library.add(folder)
    monkeypatch.setattr("index.sync.folders.file_bytes", lambda path: pytest.fail(f"opened {path}"))
    assert set(told(assistant.library.add(folder))) == {"unchanged"}


def test_a_file_that_was_just_written_is_hashed_since_it_can_change_within_one_tick(
    assistant: Assistant, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant.library.add(folder)
    opened: list[str] = []
    monkeypatch.setattr(
        "index.sync.folders.file_bytes", lambda path: opened.append(path.name) or b""
    )
    assistant.library.add(folder)
    assert opened == ["cats.txt", "frogs.txt", "dogs.txt"]


def test_a_change_that_keeps_size_and_date_is_noticed(assistant: Assistant, folder: Path) -> None:
    assistant.library.add(folder)
    assistant.library.add(folder)
    write(folder / "cats.txt", "Cats snore all day")
    write(folder / "cats.txt", "Cats snore all day.")
    assert told(assistant.library.add(folder))["changed"] == ["cats.txt"]


def test_what_is_unchanged_needs_no_lock(
    assistant: Assistant, folder: Path, tmp_path: Path
) -> None:
    assistant.library.add(folder)
    write(folder / "empty.txt", "")
    with writing(tmp_path / "library"):
        assert set(told(assistant.library.add(folder))) == {"unchanged", "skipped"}


def test_a_library_from_before_stamps_is_read_and_grows(assistant: Assistant, folder: Path) -> None:
    assistant.library.add(folder)
    with closing(sqlite3.connect(assistant.settings.library / "catalog.db")) as db, db:
        db.execute("ALTER TABLE documents DROP COLUMN file_stamp")
        db.execute("DELETE FROM meta WHERE name = 'file_stamps'")
    assert set(told(assistant.library.add(folder))) == {"unchanged"}
    write(folder / "owls.txt", "Owls hunt.")
    assert told(assistant.library.add(folder))["added"] == ["owls.txt"]
