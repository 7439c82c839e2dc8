import subprocess
import sys

import pytest

from index.embedding import load_embedder
from index.errors import SettingsError

HEAVY = {"torch", "transformers", "sentence_transformers", "llama_index", "scipy", "gradio"}


def test_default_model_runs_without_torch():
    assert type(load_embedder()).__name__ == "OnnxEmbedder"


def test_name_and_dimension_are_those_a_library_records():
    embedder = load_embedder("all-MiniLM-L6-v2", engine="onnx")
    assert (embedder.name, embedder.dimension) == ("all-MiniLM-L6-v2", 384)


def test_onnx_engine_refuses_another_model():
    with pytest.raises(SettingsError, match=r"'onnx' runs only 'all-MiniLM-L6-v2', not 'bge'"):
        load_embedder("bge", engine="onnx")


def test_unknown_engine_is_named_with_the_allowed_ones():
    with pytest.raises(SettingsError, match="'tpu' is unknown: choose one of 'auto', 'onnx'"):
        load_embedder(engine="tpu")


def test_embedding_imports_no_heavy_package():
    code = (
        "import sys; from index.embedding import load_embedder; e = load_embedder();"
        "e.embed(['one', 'two three']); e.embed_question('q'); e.count_tokens(['a']);"
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "onnxruntime" in loaded
    assert not loaded & HEAVY
    assert done.stderr == ""


def test_importing_the_package_imports_no_numpy():
    code = "import sys, index.embedding; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
