"""A file is written whole or not at all, and read only where it is one and not without end."""

import os
import socket
from pathlib import Path

import pytest

from index.data_files import open_named, read_named, whole_file


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


def test_a_pipe_or_device_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (
        pytest.raises(OSError, match="a device, a pipe or a socket"),
        whole_file(tmp_path / "pipe"),
    ):
        pytest.fail("the block must not begin")
    assert (tmp_path / "pipe").is_fifo()


def test_a_file_is_read_also_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"text")
    (tmp_path / "link").symlink_to("file")
    assert read_named(tmp_path / "link", largest=4) == b"text"


@pytest.mark.parametrize("name", ["pipe", "socket", "/dev/zero", "link"])
def test_what_has_no_end_is_not_opened(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(tmp_path / "socket"))
        with pytest.raises(OSError, match="it is a device, a pipe or a socket"):
            open_named(tmp_path / name)


def test_a_pipe_that_took_the_place_of_a_file_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"text")
    os.mkfifo(tmp_path / "pipe")
    seen = (tmp_path / "file").stat()
    monkeypatch.setattr(Path, "stat", lambda path: seen)
    with pytest.raises(OSError, match="it is a device, a pipe or a socket"):
        open_named(tmp_path / "pipe")


def test_a_folder_is_called_one(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        open_named(tmp_path)


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b"])
def test_a_name_that_no_file_has_is_an_error_of_the_system(tmp_path: Path, name: str) -> None:
    with pytest.raises(OSError, match="no file has such a name"):
        open_named(tmp_path / name)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(OSError, match="it is larger than 268,435,456 bytes"):
        read_named(tmp_path / "huge")


def test_a_file_that_does_not_tell_its_size_is_read_up_to_a_limit() -> None:
    with pytest.raises(OSError, match="it is larger than 9 bytes"):
        read_named(Path("/proc/self/status"), largest=9)
