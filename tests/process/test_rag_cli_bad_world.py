"""A bad world: damaged, locked, full and foreign libraries say so and lose nothing."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_desk import (
    ANSWER,
    CATS,
    FAILURE,
    QUESTION,
    SOUND,
    Desk,
    Here,
    ordinary_user,
    small_files,
)

from rag import Article, Assistant
from rag.testing import HashEmbedder


def truncate(library: Path) -> None:
    path = library / "catalog.db"
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize(
    "arguments",
    [["ask", "x"], ["search", "x"], ["list"], ["show", "c"], ["remove", "c"], ["add", "."]],
)
def test_every_command_says_that_the_catalog_is_truncated(
    desk: Desk, here: Here, arguments: list[str]
) -> None:
    truncate(desk.library)
    done = here(*arguments)
    assert (done.code, done.printed) == (FAILURE, "")
    assert re.search(r" is damaged \(.+\): run `footnote doctor --repair` to save", done.said)


def test_repair_of_a_truncated_catalog_says_what_is_lost_and_keeps_the_old_one(
    desk: Desk,
) -> None:
    truncate(desk.library)
    done = desk.run("doctor")
    assert done.code == FAILURE
    assert "1 problem.\n- the catalog of library" in done.printed
    repaired = desk.run("doctor", "--repair")
    assert repaired.code == FAILURE
    assert "what the damaged catalog listed could not be saved: add your" in repaired.printed
    assert list(desk.library.glob("catalog-before-*.db"))
    assert desk.run("doctor").code == SOUND


def test_a_deleted_vectors_folder_heals_at_the_next_question(desk: Desk) -> None:
    shutil.rmtree(desk.library / "vectors")
    assert desk.run("ask", QUESTION).printed.count(ANSWER) == 1
    assert list(desk.library.glob("vectors/*/chroma.sqlite3"))


@pytest.fixture
def read_only(desk: Desk) -> Iterator[Desk]:
    for path in [desk.library, *desk.library.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield desk
    for path in [desk.library, *desk.library.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def test_a_library_that_may_only_be_read_answers(read_only: Desk) -> None:
    done = read_only.run("ask", QUESTION, before=ordinary_user)
    assert (done.code, done.said) == (SOUND, "")
    assert done.printed.count(ANSWER) == 1
    assert "Cats" in read_only.run("list", before=ordinary_user).printed


@pytest.mark.parametrize("arguments", [["add", "new.txt"], ["remove", "{id}"]])
def test_a_library_that_may_only_be_read_is_not_changed(
    read_only: Desk, arguments: list[str]
) -> None:
    read_only.write("new.txt", "Birds sing.")
    with sqlite3.connect(f"file:{read_only.library}/catalog.db?immutable=1", uri=True) as db:
        (document,) = db.execute("SELECT id FROM documents").fetchone()
    db.close()
    done = read_only.run(*(a.format(id=document) for a in arguments), before=ordinary_user)
    assert (done.code, done.printed) == (FAILURE, "")
    assert " cannot be written (Permission denied): " in done.said


def test_a_library_that_may_not_be_looked_into_says_so(desk: Desk) -> None:
    desk.library.chmod(0)
    done = desk.run("list", before=ordinary_user)
    desk.library.chmod(0o755)
    assert done.code == FAILURE
    assert " cannot be opened (Permission denied): check its permissions" in done.said


def many_sentences(count: int) -> str:
    return "\n\n".join(f"Ship number {n} sails to port {n * 7919 % 1000}." for n in range(count))


def test_what_does_not_fit_on_the_disk_loses_nothing_and_can_be_added_later(desk: Desk) -> None:
    path = desk.write("ships.txt", many_sentences(300))
    size = kept_bytes(desk)
    done = desk.run("add", path, before=small_files)
    assert (done.code, done.printed) == (FAILURE, "")
    assert done.said.endswith("nothing was changed; free some space and run the command again")
    assert kept_bytes(desk) <= size + 4096
    assert desk.titles() == ["Cats"]
    assert desk.run("ask", QUESTION).printed.count(ANSWER) == 1
    assert desk.run("add", path).code == SOUND
    assert desk.run("doctor").printed.endswith(": all sound.\n")


def kept_bytes(desk: Desk) -> int:
    files = (path for path in (desk.folder / "library").rglob("*") if path.is_file())
    return sum(path.stat().st_size for path in files if not path.name.startswith("writer."))


@pytest.fixture
def small_disk(made: Path, tmp_path: Path) -> Iterator[Desk]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    shutil.copytree(made / "library", disk / "library")
    yield Desk(disk)
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_on_a_full_disk_questions_are_answered_and_nothing_is_lost(
    small_disk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "birds.txt").write_text("Birds sing at dawn.", encoding="utf-8")
    with pytest.raises(OSError, match="No space left"):
        small_disk.write("rest", b"x" * 5_000_000)
    done = small_disk.run("add", tmp_path / "birds.txt")
    assert done.code == FAILURE
    assert done.said.endswith(
        "is full: nothing was changed; free some space and run the command again"
    )
    assert small_disk.run("ask", QUESTION).printed.count(ANSWER) == 1
    (small_disk.folder / "rest").unlink()
    size = kept_bytes(small_disk)
    (tmp_path / "ships.txt").write_text(many_sentences(600), encoding="utf-8")
    assert small_disk.run("add", tmp_path / "ships.txt").code == FAILURE
    assert kept_bytes(small_disk) <= size + 4096
    assert small_disk.run("add", tmp_path / "birds.txt").code == SOUND
    assert small_disk.titles() == ["Cats", "birds"]


def test_a_second_writer_is_told_so_and_the_first_goes_on(desk: Desk) -> None:
    first = desk.start("add", desk.write("ships.txt", many_sentences(300)))
    first.send_signal(signal.SIGSTOP)
    done = desk.run("add", desk.write("birds.txt", "Birds sing."))
    asked = desk.run("ask", QUESTION)
    first.send_signal(signal.SIGCONT)
    assert done.code == FAILURE
    assert f"is being written by process {first.pid}: wait until it has finished" in done.said
    assert asked.printed.count(ANSWER) == 1
    assert first.communicate(timeout=120)[1] == ""
    assert desk.titles() == ["Cats", "ships"]


def test_an_interrupted_add_leaves_the_library_as_it_was(desk: Desk) -> None:
    path = desk.write("ships.txt", many_sentences(300))
    adding = desk.start("add", path)
    adding.send_signal(signal.SIGINT)
    printed, said = adding.communicate(timeout=120)
    # Where the signal finds `python -m` in `exec` of a text, as dataclasses are made, CPython ends
    # the process by that signal, whatever the program returns; a shell shows 130 for both.
    assert adding.returncode in (130, -signal.SIGINT)
    assert printed == ""
    assert said == "footnote: interrupted; the library is sound\n"
    assert desk.titles() == ["Cats"]
    assert desk.run("ask", QUESTION).printed.count(ANSWER) == 1


def test_a_library_of_another_model_is_a_failure_that_names_both(
    desk: Desk, here: Here, tmp_path: Path
) -> None:
    with Assistant.open(library=tmp_path / "other", embedder=HashEmbedder()) as assistant:
        assistant.library.add_articles([Article(source="cats", title="Cats", text=CATS)])
    done = here("ask", QUESTION, "--library", tmp_path / "other")
    assert done.code == FAILURE
    assert "was built with model 'hash' (64 dimensions)" in done.said
