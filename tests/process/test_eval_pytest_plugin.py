"""The pytest plugin: each gold case is a test."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CASES = [
    {"id": "sleep", "question": "When do cats sleep?", "answers": ["all day"]},
    {"id": "bark", "question": "When do dogs bark?", "answers": ["in the morning"]},
    {"id": "fly", "question": "How high do eagles fly over Norway?", "answerable": False},
]


@pytest.fixture
def folder(tmp_path):
    """Give a folder with a gold file and a library."""
    from rag import Assistant

    (tmp_path / "pets.txt").write_text("Cats sleep all day. Dogs bark at night.", encoding="utf-8")
    (tmp_path / "gold.jsonl").write_text("\n".join(map(json.dumps, CASES)))
    with Assistant.open(library=tmp_path / "library") as assistant:
        assistant.library.add(tmp_path / "pets.txt")
    return tmp_path


def run_pytest(folder, *arguments):
    environment = dict(os.environ) | {
        "PYTHONPATH": str(ROOT),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    command = [sys.executable, "-m", "pytest", "-p", "eval.pytest_plugin", "-rA", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )


def test_every_case_of_a_gold_file_is_a_test(folder):
    (folder / "test_own.py").write_text("def test_own(): pass\n")
    done = run_pytest(folder, "--footnote-gold", "gold.jsonl", "--footnote-library", "library", ".")
    assert "PASSED gold.jsonl::sleep" in done.stdout
    assert "PASSED gold.jsonl::fly" in done.stdout
    assert "PASSED test_own.py::test_own" in done.stdout
    assert "question: When do dogs bark?\nexpected: in the morning\n" in done.stdout
    assert "problem:  no accepted answer is in the text" in done.stdout
    assert (done.returncode, "1 failed, 3 passed" in done.stdout) == (1, True)


def test_a_marked_test_is_called_for_each_case(folder):
    (folder / "test_own.py").write_text(
        "import pytest\n"
        "@pytest.mark.footnote_gold('gold.jsonl')\n"
        "def test_own(footnote_case):\n"
        "    assert footnote_case.answerable == (footnote_case.id != 'fly')\n"
    )
    done = run_pytest(folder, "--footnote-library", "library", "--strict-markers")
    assert "3 passed" in done.stdout
    assert "PASSED test_own.py::test_own[bark]" in done.stdout


def test_a_wrong_gold_file_is_one_sentence(folder):
    (folder / "gold.jsonl").write_text("{}")
    done = run_pytest(folder, "--footnote-gold", "gold.jsonl")
    assert "gold.jsonl:1: 'id' is None" in done.stdout
    assert "Traceback" not in done.stdout
    assert done.returncode != 0


def test_unused_it_imports_nothing_of_footnote(folder):
    (folder / "test_own.py").write_text(
        "import sys\n"
        "def test_own():\n"
        "    assert not {'rag', 'index', 'eval.results', 'numpy', 'yaml'} & set(sys.modules)\n"
    )
    assert run_pytest(folder).returncode == 0
