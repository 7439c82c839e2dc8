import inspect
import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path

import pytest

from index.errors import MisuseError
from index.sync.find import FoundFile, find
from index.types import Change


def names(outcomes, root):
    return [
        str(each.path.relative_to(root.resolve()))
        for each in outcomes
        if isinstance(each, FoundFile)
    ]


def skipped(outcomes):
    return {
        os.path.basename(each.source): each.reason for each in outcomes if isinstance(each, Change)
    }


@pytest.fixture
def notes(tmp_path):
    for name in ("b.txt", "a.md", "sub/c.txt", "sub/deep/d.md", ".hidden.txt", ".git/config"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text", encoding="utf-8")
    return tmp_path


def test_a_folder_is_walked_by_name_without_hidden_entries(notes):
    assert names(find([notes]), notes) == ["a.md", "b.txt", "sub/c.txt", "sub/deep/d.md"]


def test_hidden_files_and_folders_are_read_when_named(notes):
    found = names(find([notes / ".hidden.txt", notes / ".git"]), notes)
    assert found == [".hidden.txt", ".git/config"]


@pytest.mark.parametrize("end", ["_files", "-Dateien", ".files"])
def test_the_pieces_of_a_saved_page_are_no_articles(tmp_path, end):
    for name in ("Roof.html", f"Roof{end}/frame.html", "other_files/a.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text", encoding="utf-8")
    assert names(find([tmp_path]), tmp_path) == ["Roof.html", "other_files/a.txt"]
    assert names(find([tmp_path / f"Roof{end}"]), tmp_path) == [f"Roof{end}/frame.html"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.md", ["a.md"]),
        ("?.txt", ["b.txt"]),
        ("**/*.md", ["a.md", "sub/deep/d.md"]),
        ("sub/**", ["sub/c.txt", "sub/deep/d.md"]),
        ("**/**/d.*", ["sub/deep/d.md"]),
        ("*", ["a.md", "b.txt", "sub/c.txt", "sub/deep/d.md"]),
        (".h*", [".hidden.txt"]),
    ],
)
def test_patterns_are_expanded(notes, pattern, expected):
    assert names(find([str(notes / pattern)]), notes) == expected


def test_a_relative_path_is_found_from_the_working_folder(notes, monkeypatch):
    monkeypatch.chdir(notes)
    assert [each.source for each in find(["sub/../b.txt"])] == [str(notes.resolve() / "b.txt")]


def test_a_file_with_brackets_in_its_name_is_no_pattern(tmp_path):
    (tmp_path / "notes [1].txt").write_text("text", encoding="utf-8")
    assert names(find([tmp_path / "notes [1].txt"]), tmp_path) == ["notes [1].txt"]


def test_the_same_file_comes_once(notes):
    (notes / "link.txt").symlink_to("b.txt")
    sources = [notes / "b.txt", notes, str(notes / "*.txt"), notes / "sub" / "c.txt"]
    assert names(find(sources), notes) == ["b.txt", "a.md", "sub/c.txt", "sub/deep/d.md"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "a source is ''"),
        ("nowhere.txt", "nothing is at 'nowhere.txt'"),
        ("a.md/below", "nothing is at"),
        ("*.docx", "no file matches"),
        ("x" * 5000, "nothing is at"),
        ("nul\0.txt", r"nothing is at 'nul\\\\x00.txt'"),
    ],
)
def test_a_source_that_is_not_there_is_refused_before_anything_is_read(
    notes, monkeypatch, source, message
):
    monkeypatch.chdir(notes)
    with pytest.raises(MisuseError, match=message):
        find(["b.txt", source])


def test_symlinks_out_in_a_circle_and_to_nothing_are_skipped(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "out").symlink_to("/etc/passwd")
    (tmp_path / "in" / "zero").symlink_to("/dev/zero")
    (tmp_path / "in" / "up").symlink_to("..")
    (tmp_path / "in" / "self").symlink_to("self")
    (tmp_path / "in" / "here").symlink_to(".")
    (tmp_path / "in" / "gone").symlink_to("gone.txt.old")
    reasons = skipped(find([tmp_path / "in"]))
    assert [reasons[name].split(";")[0].split("'")[0] for name in sorted(reasons)] == [
        "a symlink to nothing",
        "a symlink to a folder that it is in",
        "no file that can be read is in this folder",
        "a symlink out of ",
        "a symlink in a circle",
        "a symlink out of ",
        "a symlink out of ",
    ]


def test_a_symlink_that_is_named_is_followed(notes, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "link"
    elsewhere.symlink_to(notes / "sub")
    assert names(find([elsewhere]), notes) == ["sub/c.txt", "sub/deep/d.md"]


def test_pipes_sockets_and_devices_are_skipped_unopened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("sock")
        reasons = skipped(find([".", "/dev/null"]))
    assert reasons["pipe"].startswith("a named pipe")
    assert reasons["sock"].startswith("a socket")
    assert reasons["null"].startswith("a device")


def test_a_folder_with_nothing_in_it_is_reported(tmp_path):
    (tmp_path / ".only-hidden").write_text("text", encoding="utf-8")
    (outcome,) = find([tmp_path])
    assert isinstance(outcome, Change)
    assert (outcome.kind, outcome.source) == ("skipped", str(tmp_path))
    assert outcome.reason == "no file that can be read is in this folder"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"a\nb.txt", r"a\nb.txt"),
        ("x\u202etxt.exe".encode(), r"x\u202etxt.exe"),
        (b"\xff.txt", r"\udcff.txt"),
    ],
)
def test_a_name_that_does_not_print_is_skipped_and_shown_escaped(tmp_path, name, shown):
    with open(os.fsencode(tmp_path) + b"/" + name, "wb"):
        pass
    reasons = skipped(find([tmp_path]))
    assert reasons[shown].startswith("its name holds")


def test_names_in_other_scripts_are_found(tmp_path):
    (tmp_path / "מאמר 記事 👩‍👧.txt").write_text("text", encoding="utf-8")
    assert names(find([tmp_path]), tmp_path) == ["מאמר 記事 👩‍👧.txt"]


@pytest.fixture
def shallow_stack():
    """Leaves the code under test 100 calls, as 900 more folders would with Python's own limit."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 100)
    yield
    sys.setrecursionlimit(limit)


def test_folders_nested_deeper_than_the_recursion_limit_are_walked(tmp_path, shallow_stack):
    for depth in range(1, 150):
        (tmp_path / "/".join("d" * depth)).mkdir()
    assert [each.source for each in find([tmp_path])] == [str(tmp_path)]
    assert [each.source for each in find([str(tmp_path / "**")])] == [str(tmp_path)]


@pytest.fixture
def powerless():
    """A folder in which this process has no more rights than anybody else."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_unreadable_files_and_folders_are_skipped(powerless):
    (powerless / "closed.txt").write_text("text", encoding="utf-8")
    (powerless / "shut").mkdir()
    (powerless / "closed.txt").chmod(0)
    (powerless / "shut").chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        reasons = skipped(find([powerless]))
    finally:
        if root:
            os.seteuid(0)
    assert reasons["closed.txt"].startswith("cannot be opened: Permission denied")
    assert reasons["shut"].startswith("cannot be opened: Permission denied")
