"""Folders that a library is kept in step with: registered, followed, and what becomes of them."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from older import age

from index.store.folder_backend import writing
from index.sync import watch
from index.sync.find import glance
from index.upkeep.repair import repair
from rag import Assistant, MisuseError, Settings
from rag.cli.libraries import _folder_lines
from rag.cli.main import main
from rag.testing import HashEmbedder, open_assistant
from rag.types import Folder

LONG_AGO = 1_000_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "notes" / "cats.txt", "Cats sleep all day.")
    return tmp_path / "notes"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_EVERY", 0.01)


def write(path: Path, text: str, *, changed: int = LONG_AGO) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (changed, changed))


def titles(assistant: Assistant) -> list[str]:
    return sorted(one.card.title for one in assistant.library.documents())


def only(assistant: Assistant) -> Folder:
    (found,) = assistant.library.folders.all()
    return found


@contextmanager
def looked_after(assistant: Assistant) -> Iterator[None]:
    ended = threading.Event()
    thread = threading.Thread(target=assistant.library.folders.look_after, args=(ended,))
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=20)
    assert not thread.is_alive()


def wait_for(done: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not done():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_registered_folder_is_followed_at_each_sync(assistant: Assistant, folder: Path) -> None:
    assistant.library.folders.register(folder)
    assert (titles(assistant), only(assistant).state) == ([], "not looked at yet")
    assistant.library.folders.sync()
    assert (titles(assistant), only(assistant).state) == (["cats"], "in step")
    write(folder / "dogs.txt", "Dogs bark.")
    (folder / "cats.txt").unlink()
    ((_, report),) = assistant.library.folders.sync()
    assert {change.kind for change in report.changes} == {"added", "removed"}
    assert titles(assistant) == ["dogs"]


@pytest.mark.parametrize("empty", [True, False])
def test_a_folder_that_vanishes_or_is_emptied_loses_nothing_and_its_state_says_since_when(
    assistant: Assistant, folder: Path, tmp_path: Path, empty: bool
) -> None:
    assistant.library.folders.register(folder)
    assistant.library.folders.sync()
    folder.rename(tmp_path / "away")
    if empty:
        folder.mkdir()  # as a drive's place is that is not mounted
    assistant.library.folders.sync()
    since = only(assistant).problem_at
    why = "no file is in it" if empty else "it is not there"
    assert since
    assert only(assistant).state == f"{why} (since {since}); its documents stay"
    assistant.library.folders.sync()
    assert only(assistant).problem_at == since
    assert titles(assistant) == ["cats"]
    if empty:
        folder.rmdir()
    (tmp_path / "away").rename(folder)
    assistant.library.folders.sync()
    assert (titles(assistant), only(assistant).state) == (["cats"], "in step")


def test_files_that_cannot_be_read_are_kept_with_their_reasons_until_they_can(
    assistant: Assistant, folder: Path
) -> None:
    write(folder / "older" / "none.txt", "")
    (folder / "odd.bin").write_bytes(bytes(range(256)))
    os.utime(folder / "odd.bin", (LONG_AGO, LONG_AGO))
    assistant.library.folders.register(folder)
    assert only(assistant).unread == ()
    assistant.library.folders.sync()
    found = only(assistant)
    assert [name for name, _ in found.unread] == ["odd.bin", "older/none.txt"]
    assert "empty" in found.unread[1][1]
    assert (found.unread_files, found.state) == (2, "in step")
    write(folder / "older" / "none.txt", "A word at last.")
    with looked_after(assistant):
        wait_for(lambda: only(assistant).unread_files == 1)
        (folder / "odd.bin").unlink()
        wait_for(lambda: only(assistant).unread == ())
        write(folder / "empty.txt", "")
        wait_for(lambda: [name for name, _ in only(assistant).unread] == ["empty.txt"])


def test_a_library_of_before_lists_its_folders_and_a_hundred_unread_files_are_named(
    assistant: Assistant, folder: Path
) -> None:
    for n in range(103):
        write(folder / f"{n:03}.txt", "")
    assistant.library.folders.register(folder)
    with assistant._stored.catalog.writing() as db:
        age(db, "before unread files")
    assert only(assistant).unread == ()
    assistant.library.folders.sync()
    found = only(assistant)
    assert (len(found.unread), found.unread_files, found.unread[-1][0]) == (100, 103, "099.txt")
    told = _folder_lines([found]).splitlines()
    assert told[1].startswith("  not read: 000.txt: it is empty")
    assert told[-1] == "  not read: 3 more, which `footnote add FOLDER` names"


def test_a_link_in_the_place_of_a_registered_folder_is_not_followed(
    assistant: Assistant, folder: Path, tmp_path: Path
) -> None:
    assistant.library.folders.register(folder)
    assistant.library.folders.sync()
    folder.rename(tmp_path / "away")
    write(tmp_path / "secret" / "keys.txt", "The key is under the mat.")
    folder.symlink_to(tmp_path / "secret")
    assistant.library.folders.sync()
    assert (titles(assistant), only(assistant).state[:4]) == (["cats"], "a li")
    with looked_after(assistant):
        time.sleep(0.1)
    assert (titles(assistant), only(assistant).state[:4]) == (["cats"], "a li")


def test_a_library_in_the_folder_that_it_follows_is_no_article(folder: Path) -> None:
    with open_assistant(Settings(library=folder / "library", seeds=False)) as assistant:
        assistant.library.add(folder)
        assistant.library.add(folder)
        assert titles(assistant) == ["cats"]
        assert [Path(path).name for path in glance(folder)] == ["cats.txt"]


def test_a_file_that_is_being_copied_waits_and_holds_up_no_other(
    assistant: Assistant, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant.library.folders.register(folder)
    growing = folder / "growing.txt"
    write(growing, "The first", changed=int(time.time()))

    def copy_on(seconds: float) -> None:
        write(growing, "The first half. The second", changed=int(time.time()))

    monkeypatch.setattr(watch.time, "sleep", copy_on)
    assistant.library.folders.sync()
    assert titles(assistant) == ["cats"]
    write(growing, "The first half. The second half.")
    assistant.library.folders.sync()
    assert titles(assistant) == ["cats", "growing"]


def test_what_is_looked_after_follows_changes_and_new_registrations_until_told_to_end(
    assistant: Assistant, folder: Path, tmp_path: Path
) -> None:
    with looked_after(assistant):
        assistant.library.folders.register(folder)
        wait_for(lambda: titles(assistant) == ["cats"])
        write(folder / "dogs.txt", "Dogs bark.")
        wait_for(lambda: titles(assistant) == ["cats", "dogs"])
        folder.rename(tmp_path / "away")
        wait_for(lambda: only(assistant).problem == "it is not there")
        (tmp_path / "away").rename(folder)
        wait_for(lambda: only(assistant).problem == "")
        (folder / "dogs.txt").unlink()
        wait_for(lambda: titles(assistant) == ["cats"])
    assert only(assistant).changed_at


def test_many_changes_come_in_steps_between_which_others_write_and_ask(
    assistant: Assistant, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_MOST_READ", 4)
    for n in range(10):
        write(folder / f"note {n}.txt", f"Note {n} is about {'x' * n}.")
        write(folder / f"empty {n}.txt", "")
    assistant.library.folders.register(folder)
    seen: set[int] = set()
    with looked_after(assistant):
        wait_for(lambda: seen.add(len(titles(assistant))) or len(titles(assistant)) == 11)
    assert len(seen) > 3


def test_two_processes_that_look_after_one_library_do_its_work_once(
    assistant: Assistant, folder: Path, embedder: HashEmbedder
) -> None:
    assistant.library.folders.register(folder)
    with (
        Assistant.open(assistant.settings, embedder=embedder) as other,
        looked_after(other),
        looked_after(assistant),
    ):
        for n in range(5):
            write(folder / f"{n}.txt", f"Note {n} says {n}.")
            wait_for(lambda: len(titles(assistant)) == n + 2)  # noqa: B023  # it is called at once
    assert embedder.embedded == 6


def test_a_busy_library_is_tried_again_and_is_no_state(assistant: Assistant, folder: Path) -> None:
    assistant.library.folders.register(folder)
    with looked_after(assistant), writing(assistant.settings.beside):
        time.sleep(0.1)
        assert only(assistant).state == "not looked at yet"
    with looked_after(assistant):
        wait_for(lambda: titles(assistant) == ["cats"])


def test_what_cannot_be_registered_is_one_sentence(assistant: Assistant, folder: Path) -> None:
    folders = assistant.library.folders
    assert folders.register(folder) == folders.register(f"{folder}/../notes")
    (folder / "inner").mkdir()
    with pytest.raises(MisuseError, match="which is registered: it is followed there"):
        folders.register(folder / "inner")
    with pytest.raises(MisuseError, match="unregister it with `footnote watch --unregister` first"):
        folders.register(folder.parent)
    with pytest.raises(MisuseError, match="no folder is at"):
        folders.register(folder / "cats.txt")
    for no_path in ("a" * 5000, "a\0b", "~nobody-of-this-name/a", "/" + "a/" * 3000):
        with pytest.raises(MisuseError, match=r"no folder is at .{1,250}: name a folder"):
            folders.register(no_path)
        with pytest.raises(MisuseError, match=r"is not registered: registered are '.*notes'"):
            folders.unregister(no_path)
    with pytest.raises(MisuseError, match=r"is not registered: registered are '.*notes'"):
        folders.unregister(folder / "inner")
    assert folders.unregister(folder).path == str(folder)
    assert folders.all() == ()


def test_a_registered_folder_keeps_the_shipped_article_out_and_outlives_a_repair(
    tmp_path: Path, folder: Path, embedder: HashEmbedder
) -> None:
    with Assistant.open(Settings(library=tmp_path / "l"), embedder=embedder) as assistant:
        assistant.library.folders.register(folder)
        assistant.library.seed()
        assert titles(assistant) == []
        assistant.library.folders.sync()
        kept = only(assistant)
        with assistant._stored.catalog.writing() as db:
            db.execute("UPDATE documents SET section_starts = 7")
        repair(assistant._stored, on_progress=lambda done, total: None)
        assert assistant.library.check().findings == ()
        assert (only(assistant), titles(assistant)) == (kept, ["cats"])


def test_the_commands_register_tell_and_follow(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FOOTNOTE_LIBRARY", str(tmp_path / "real"))

    def said(*words: str) -> str:
        assert main([*words]) == 0
        return capsys.readouterr().out

    assert main(["add"]) == 2
    assert "name a PATH to add" in capsys.readouterr().err
    assert said("folders").startswith("no folder is registered: register one with")
    assert said("watch", "--register", str(folder)).startswith(f"registered {folder}: ")
    assert said("folders") == f"{folder}: not looked at yet\n"
    assert "Cats sleep all day." in said("ask", "--sync", "Who sleeps all day?")
    assert said("folders").startswith(f"{folder}: in step; changed 20")
    write(folder / "dogs.txt", "Dogs bark at night.")
    write(tmp_path / "owls.txt", "Owls hunt at night.")
    told = said("add", str(tmp_path / "owls.txt"))
    assert ("owls.txt" in told, "dogs.txt" in told) == (True, True)
    assert "followed no more; its documents stay" in said("watch", "--unregister", str(folder))
    assert said("list").count("\n") == 3
