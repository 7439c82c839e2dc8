"""What is read of a GGUF file before it is loaded, and what is said of one that cannot be used."""

import hashlib
import os
import struct
import time
from pathlib import Path

import pytest
from gguf_files import CHAT, gguf

from rag import SettingsError
from rag.llm.providers.gguf import read_model_file, sha256_of


def written(folder: Path, data: bytes, name: str = "m.gguf") -> str:
    (folder / name).write_bytes(data)
    return str(folder / name)


def test_the_window_and_the_memory_of_a_model_are_read(tmp_path: Path) -> None:
    data = gguf(CHAT)
    file = read_model_file(written(tmp_path, data))
    assert (file.context, file.size) == (8192, len(data))
    # 30 layers of 3 heads, 64 numbers a head for keys and values, of 2 bytes each
    assert file.token_bytes == 30 * 3 * (64 + 64) * 2 == 23040
    assert file.memory(1000) == len(data) + 23_040_000


def test_layers_with_heads_of_their_own_are_counted_by_the_largest(tmp_path: Path) -> None:
    facts = CHAT | {"llama.attention.head_count_kv": [0, 3, 1]}
    assert read_model_file(written(tmp_path, gguf(facts))).token_bytes == 23040


def test_the_digest_is_that_of_the_whole_file_as_it_is_now(tmp_path: Path) -> None:
    name = written(tmp_path, gguf(CHAT))
    assert sha256_of(read_model_file(name)) == hashlib.sha256(gguf(CHAT)).hexdigest()
    written(tmp_path, gguf(CHAT) + b"more")
    assert sha256_of(read_model_file(name)) == hashlib.sha256(gguf(CHAT) + b"more").hexdigest()


def test_the_parts_of_a_model_in_several_files_are_one_size(tmp_path: Path) -> None:
    first = written(tmp_path, gguf(CHAT), "m-00001-of-00002.gguf")
    written(tmp_path, bytes(1000), "m-00002-of-00002.gguf")
    written(tmp_path, bytes(1000), "other-00002-of-00002.gguf")
    assert read_model_file(first).size == len(gguf(CHAT)) + 1000


def test_a_path_may_begin_with_the_home_and_hold_colons_and_blanks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    written(tmp_path, gguf(CHAT), "a model: ä.gguf")
    assert read_model_file("~/a model: ä.gguf").path == tmp_path.resolve() / "a model: ä.gguf"


EMBEDS = {"general.architecture": "bert", "bert.context_length": 512, "bert.pooling_type": 1}
CASES = {
    "a text": (b"Dogs bark at night.", "is no GGUF file"),
    "nothing": (b"", "is no GGUF file"),
    "cut in its head": (gguf(CHAT)[:60], "breaks off or is damaged"),
    "a length beyond the file": (
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 2**60),
        "breaks off or is damaged",
    ),
    "an array beyond the file": (
        gguf(CHAT | {"x": [1]})[:-60] + struct.pack("<IIQ", 9, 4, 2**50),
        "breaks off or is damaged",
    ),
    "a kind that is none": (
        b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1) + b"x" + struct.pack("<I", 77),
        "breaks off or is damaged",
    ),
    "a version of another time": (gguf(CHAT, version=1), "holds no model that writes"),
    "a model for embeddings": (gguf(EMBEDS), "holds no model that writes"),
    "more layers than llama.cpp takes, which would end the process": (
        gguf(CHAT | {"llama.block_count": 600}),
        "600 layers, and llama.cpp takes 512: fetch it again",
    ),
    "a projector": (gguf({"general.architecture": "clip"}), "holds no model that writes"),
    "an adapter": (gguf({**CHAT, "general.type": "adapter"}), "holds no model that writes"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_file_that_cannot_be_used_is_told_in_a_sentence(tmp_path: Path, case: str) -> None:
    data, said = CASES[case]
    with pytest.raises(SettingsError, match=said) as told:
        read_model_file(written(tmp_path, data))
    assert "m.gguf" in str(told.value)
    assert "\n" not in str(told.value)


def test_a_file_that_is_not_there_and_a_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"there is no file '.*none\.gguf': give the path"):
        read_model_file(str(tmp_path / "none.gguf"))
    with pytest.raises(SettingsError, match="is a folder: give the path of a GGUF file in it"):
        read_model_file(str(tmp_path))


def test_a_pipe_that_nobody_writes_into_is_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "m.gguf")
    with pytest.raises(SettingsError, match="is a pipe or a device: give the path of a GGUF file"):
        read_model_file(str(tmp_path / "m.gguf"))
    with pytest.raises(SettingsError, match="is a pipe or a device"):
        read_model_file("/dev/zero")


def test_a_path_that_leads_nowhere_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "loop.gguf").symlink_to("loop.gguf")
    for name, said in {
        str(tmp_path / "loop.gguf"): "cannot be read",
        "~nobody-of-this-name/m.gguf": "there is no file",
        "a\0b.gguf": "cannot be read",
        "x" * 300: "cannot be read",
    }.items():
        with pytest.raises(SettingsError, match=said) as told:
            read_model_file(name)
        assert "\n" not in str(told.value)


def test_a_file_of_lists_without_end_is_refused_before_they_are_read(tmp_path: Path) -> None:
    name = written(tmp_path, gguf({}))
    with Path(name).open("r+b") as file:  # full of holes: it takes no room on the disk
        file.write(b"GGUF" + struct.pack("<IQQ", 3, 0, 500))
        for number in range(500):
            file.write(struct.pack("<Q", 1) + b"x" + struct.pack("<IIQ", 9, 0, 100_000))
            file.seek(100_000, os.SEEK_CUR)
            file.truncate(24 + (number + 1) * 100_025)
    began = time.process_time()
    with pytest.raises(SettingsError, match="breaks off or is damaged"):
        read_model_file(name)
    assert time.process_time() - began < 20
