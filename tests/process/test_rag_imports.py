"""What a command does not need is not imported: it would cost seconds and memory."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import rag

HEAVY = {
    "torch",
    "transformers",
    "sentence_transformers",
    "llama_index",
    "scipy",
    "gradio",
    "sklearn",
}
VECTORS = {"chromadb", "onnxruntime"}
_CHILD = """
import contextlib, io, json, sys
from rag.cli.main import main
with contextlib.redirect_stdout(io.StringIO()):
    try:
        code = main(sys.argv[1:])
    except SystemExit as error:
        code = error.code
print(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def imported(folder: Path, *arguments: str) -> set[str]:
    """Run a command in a fresh process and return the packages that it imported."""
    environment = dict(os.environ) | {
        "PYTHONPATH": str(Path(rag.__file__).parents[1]),
        "FOOTNOTE_LIBRARY": str(folder / "library"),
    }
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, *arguments],
        stdout=subprocess.PIPE, check=True, timeout=120, env=environment, cwd=folder,
    )  # fmt: skip
    code, packages = json.loads(done.stdout)
    assert code == 0
    assert "rag" in packages
    return set(packages)


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a text file, added to the library beside it."""
    folder = tmp_path_factory.mktemp("used")
    (folder / "cats.txt").write_text("Cats sleep all day.", encoding="utf-8")
    assert not imported(folder, "add", "cats.txt") & HEAVY
    return folder


@pytest.mark.parametrize("arguments", [["ask", "When do cats sleep?"], ["search", "cats"]])
def test_a_question_imports_no_training_library_and_no_chroma(
    used: Path, arguments: list[str]
) -> None:
    packages = imported(used, *arguments)
    assert not packages & (HEAVY | {"chromadb"})
    assert "onnxruntime" in packages


@pytest.mark.parametrize("arguments", [["list"], ["--help"], ["add", "cats.txt"]])
def test_what_embeds_nothing_imports_no_model_and_no_vectors(
    used: Path, arguments: list[str]
) -> None:
    assert not imported(used, *arguments) & (HEAVY | VECTORS)
