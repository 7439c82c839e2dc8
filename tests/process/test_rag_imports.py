"""What a command does not need is not imported: it would cost seconds and memory."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import rag

OF_A_QUESTION = frozenset(
    """
    index index.card index.data_files index.embedding index.embedding.embedder
    index.embedding.onnx index.errors index.reading
    index.reading.normal index.scope index.search
    index.store index.store.catalog index.store.chroma
    index.store.folder_backend index.store.generation_files index.store.library
    index.store.migrations index.store.narrowed index.store.protocols index.store.queries
    index.store.scoped index.store.sqlite index.store.vector_search
    index.sync index.sync.file_state index.terms
    index.types rag rag.answer rag.answer.cell rag.answer.changed rag.answer.columns
    rag.answer.confidence
    rag.answer.edges rag.answer.extractive rag.answer.otherwise
    rag.answer.neighbours rag.answer.ranking rag.answer.rows rag.answer.similar
    rag.answer.several rag.answer.short rag.answer.yes_no
    rag.arguments rag.assistant
    rag.citations rag.cli rag.cli.ask rag.cli.main rag.cli.session
    rag.cli.terminal rag.driver rag.library rag.llm
    rag.sources rag.llm.prompting rag.pipeline rag.question rag.logbook rag.reader
    rag.reader.onnx_reader rag.reader.windows
    rag.setting_values rag.settings rag.articles rag.types
    rag.answer.holder rag.answer.items rag.answer.measures rag.answer.mismatch rag.answerers
    rag.comparison rag.compound rag.drafting rag.refusal
    rag.way
    """.split()  # noqa: SIM905  # a list of these would be a line each
)
"""Modules of ours that a question without a language model may import: it costs a tenth of a second
for each hundred of them. One that is added here has to be worth it to every question."""
PACKAGES = {
    "Stemmer", "cython_runtime", "numpy", "onnxruntime", "platformdirs", "safetensors",
    "tokenizers",
}  # fmt: skip
"""Of others, for the same question."""
NOT_OF_A_QUESTION = {
    "asyncio", "email", "http", "importlib.metadata", "importlib.resources", "logging.config",
    "multiprocessing", "ssl", "subprocess", "zipfile",
}  # fmt: skip
"""Modules of Python itself that take 5 to 50 ms."""
HEAVY = {
    "gradio", "llama_index", "scipy", "sentence_transformers", "sklearn", "torch", "transformers",
}  # fmt: skip
QUESTION = "Which missile will Japan co-produce?"
MODELS = {"onnxruntime", "tokenizers"}
_CHILD = """
import contextlib, io, json, sys
before = set(sys.modules)
from rag.cli.main import main
with contextlib.redirect_stdout(io.StringIO()):
    try:
        code = main(sys.argv[1:])
    except SystemExit as error:
        code = error.code
print(json.dumps([code, sorted(set(sys.modules) - before)]))
"""


def imported(folder: Path, *arguments: str) -> set[str]:
    """Run a command in a fresh process and return the modules that it imported."""
    environment = dict(os.environ) | {
        "PYTHONPATH": str(Path(rag.__file__).parents[1]),
        "FOOTNOTE_LIBRARY": str(folder / "library"),
    }
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, *arguments],
        stdout=subprocess.PIPE, check=True, timeout=120, env=environment, cwd=folder,
    )  # fmt: skip
    code, modules = json.loads(done.stdout)
    assert code == 0
    assert "rag" in modules
    return set(modules)


def ours(modules: set[str]) -> set[str]:
    """Return the modules of Footnote's own packages."""
    return {m for m in modules if m.partition(".")[0] in ("index", "rag", "prompts", "eval", "ui")}


def foreign(modules: set[str]) -> set[str]:
    """Return the packages that are neither ours nor Python's own."""
    tops = {module.partition(".")[0] for module in modules - ours(modules)}
    return {top for top in tops - sys.stdlib_module_names if not top.startswith("_")}


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a text file, and beside it a library with the shipped article.

    Not with the file: one that was written a moment ago is opened again by each question.
    """
    folder = tmp_path_factory.mktemp("used")
    (folder / "cats.txt").write_text("Cats sleep all day.", encoding="utf-8")
    assert not foreign(imported(folder, "ask", QUESTION)) & HEAVY
    assert not foreign(imported(folder, "add", "cats.txt", "--library", "other")) & HEAVY
    return folder


@pytest.mark.parametrize("arguments", [["ask", QUESTION], ["search", "missile"]])
def test_a_question_imports_what_is_named_here_and_nothing_else(
    used: Path, arguments: list[str]
) -> None:
    modules = imported(used, *arguments)
    assert ours(modules) - OF_A_QUESTION == set()
    assert foreign(modules) - PACKAGES == set()
    assert modules & NOT_OF_A_QUESTION == set()
    assert modules >= MODELS


@pytest.mark.parametrize("arguments", [["list"], ["add", "cats.txt", "--library", "other"]])
def test_what_embeds_nothing_imports_no_model_and_no_vectors(
    used: Path, arguments: list[str]
) -> None:
    assert not foreign(imported(used, *arguments)) & (HEAVY | MODELS | {"chromadb"})


@pytest.mark.parametrize("command", ["ask", "add", "evidence"])
def test_the_help_of_a_command_imports_the_table_of_commands(used: Path, command: str) -> None:
    modules = imported(used, command, "--help")
    assert ours(modules) == {
        "index", "index.data_files", "index.errors", "rag", "rag.cli", "rag.cli.main",
    }  # fmt: skip
    assert foreign(modules) == set()


def test_the_list_of_commands_imports_no_library(used: Path) -> None:
    assert foreign(imported(used, "--help")) == set()


@pytest.mark.parametrize(("given", "then"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": "3"}, "3")])
def test_a_command_starts_no_idle_threads_unless_told_to(given: dict[str, str], then: str) -> None:
    code = (
        "import os; from rag.cli.main import main; main(['nothing'])\n"
        "print(os.environ['OPENBLAS_NUM_THREADS'])"
    )
    plain = {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS_N")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, timeout=60, env=plain | given,
    )  # fmt: skip
    assert done.stdout.strip() == then
