"""A file is written whole or not at all."""

import os
from pathlib import Path

import pytest

from index.data_files import whole_file


def test_what_was_written_takes_the_place_of_the_file_with_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "settings"
    file.write_text("old", encoding="utf-8")
    file.chmod(0o600)
    with whole_file(file) as part:
        part.write_text("new", encoding="utf-8")
        assert file.read_text(encoding="utf-8") == "old"
    assert file.read_text(encoding="utf-8") == "new"
    assert file.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["settings"]


def stop_half_way(part: Path) -> None:
    part.write_text("half", encoding="utf-8")
    raise KeyboardInterrupt


def test_a_block_that_fails_leaves_the_file_as_it_was_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "settings"
    file.write_text("old", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt), whole_file(file) as part:
        stop_half_way(part)
    assert file.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["settings"]


def test_a_link_stays_a_link_to_the_new_content(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("old", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    with whole_file(tmp_path / "link") as part:
        part.write_text("new", encoding="utf-8")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "kept").read_text(encoding="utf-8") == "new"


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), whole_file(tmp_path / "none" / "file") as part:
        part.write_text("new", encoding="utf-8")
