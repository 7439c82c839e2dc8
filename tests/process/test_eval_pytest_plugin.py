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


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Give a library, which no test changes."""
    from rag import Assistant

    folder = tmp_path_factory.mktemp("pets")
    (folder / "pets.txt").write_text("Cats sleep all day. Dogs bark at night.", encoding="utf-8")
    with Assistant.open(library=folder / "library") as assistant:
        assistant.library.add(folder / "pets.txt")
    return folder / "library"


@pytest.fixture
def folder(tmp_path):
    """Give a folder with a gold file."""
    (tmp_path / "gold.jsonl").write_text("\n".join(map(json.dumps, CASES)))
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


LINE = "“When do dogs bark?”: expected “in the morning”, got “Dogs bark at night.”"


def test_every_case_is_a_test_and_a_wrong_one_is_one_line_with_its_quote_until_mended(
    folder, library
):
    (folder / "test_own.py").write_text("def test_own(): pass\n")
    arguments = ("--footnote-gold", "gold.jsonl", "--footnote-library", library)
    done = run_pytest(folder, *arguments, ".")
    assert "PASSED gold.jsonl::sleep" in done.stdout
    assert "PASSED gold.jsonl::fly" in done.stdout
    assert "PASSED test_own.py::test_own" in done.stdout
    told = done.stdout.partition("FAILURES ===")[2].splitlines()[1:]
    assert told[1:4] == [
        LINE,
        "why: the expected answer is not in what it says",
        "cited: “Dogs bark at night.” (pets)",
    ]
    assert told[4].startswith("====")
    assert f"FAILED gold.jsonl::bark - {LINE[:30]}" in done.stdout
    assert (done.returncode, "1 failed, 3 passed" in done.stdout) == (1, True)

    mended = [case | ({"answers": ["at night"]} if case["id"] == "bark" else {}) for case in CASES]
    (folder / "gold.jsonl").write_text("\n".join(map(json.dumps, mended)))
    assert run_pytest(folder, *arguments).returncode == 0


def test_a_library_that_cannot_be_opened_is_one_sentence(folder):
    (folder / "test_own.py").write_text(
        "import pytest\n"
        "@pytest.mark.footnote_gold('gold.jsonl')\n"
        "def test_own(footnote_case): pass\n"
    )
    done = run_pytest(
        folder, "--footnote-gold", "gold.jsonl", "--footnote-library", "gold.jsonl", "."
    )
    assert "raise " not in done.stdout
    assert done.stdout.count(f"\nlibrary path '{folder / 'gold.jsonl'}' is a file") == 6
    assert (done.returncode, "3 failed, 3 errors" in done.stdout) == (1, True)


def test_a_marked_test_is_called_for_each_case(folder, library):
    (folder / "test_own.py").write_text(
        "import pytest\n"
        "@pytest.mark.footnote_gold('gold.jsonl')\n"
        "def test_own(footnote_case):\n"
        "    assert footnote_case.answerable == (footnote_case.id != 'fly')\n"
        "    assert footnote_case.passed\n"
    )
    done = run_pytest(folder, "--footnote-library", library, "--strict-markers")
    assert "1 failed, 2 passed" in done.stdout
    assert f"Captured footnote call ----------------------------\n{LINE}\n" in done.stdout


def test_a_wrong_gold_file_is_one_sentence(folder):
    (folder / "gold.jsonl").write_text("{}")
    done = run_pytest(folder, "--footnote-gold", "gold.jsonl")
    assert done.stderr.startswith(f"ERROR: {folder / 'gold.jsonl'}:1: 'id' is None")
    assert done.stderr.count("\n") == 2
    assert (done.returncode, done.stdout) == (pytest.ExitCode.USAGE_ERROR, "")


@pytest.mark.parametrize(
    ("gold", "provider", "told"),
    [("{}", "", "{gold}:1: 'id' is None"), (json.dumps(CASES[0]), "nope:x", "unknown provider")],
)
def test_a_wrong_gold_file_or_setting_of_a_marked_test_is_one_sentence(
    folder, monkeypatch, gold, provider, told
):
    monkeypatch.setenv("FOOTNOTE_LLM", provider or "extractive")
    (folder / "gold.jsonl").write_text(gold)
    (folder / "test_own.py").write_text(
        "import pytest\n"
        "@pytest.mark.footnote_gold('gold.jsonl')\n"
        "def test_own(footnote_case): pass\n"
    )
    done = run_pytest(folder)
    lines = done.stdout.partition("ERRORS ===")[2].splitlines()[1:]
    assert lines[1].startswith(told.format(gold=folder / "gold.jsonl"))
    assert lines[2].startswith("====")
    assert done.returncode == pytest.ExitCode.INTERRUPTED


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [("LLM", "nope:x", "unknown provider 'nope'"), ("K", "101", "setting 'k' cannot be '101'")],
)
def test_a_setting_that_is_not_allowed_is_refused_once_before_a_case_is_asked(
    folder, monkeypatch, name, value, told
):
    monkeypatch.setenv(f"FOOTNOTE_{name}", value)
    done = run_pytest(folder, "--footnote-gold", "gold.jsonl")
    assert done.stderr.startswith(f"ERROR: {told}")
    assert (done.returncode, done.stdout) == (pytest.ExitCode.USAGE_ERROR, "")


def test_a_folder_for_a_gold_file_is_refused(folder):
    done = run_pytest(folder, "--footnote-gold", ".")
    assert done.stderr.startswith(f"ERROR: gold file '{folder}' is a folder: name a gold file")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR


@pytest.mark.parametrize(
    ("place", "named", "arguments"),
    [
        ("gold.jsonl", "notes/../gold.jsonl", ["."]),
        ("../gold.jsonl", "../gold.jsonl", []),
        ("build/gold.jsonl", "build/gold.jsonl", ["."]),
        (".footnote/gold.jsonl", ".footnote/gold.jsonl", []),
        ("gold.jsonl", "gold.jsonl", [".", "--ignore=gold.jsonl"]),
        ("gold.jsonl", "gold.jsonl", ["gold.jsonl", "--footnote-gold=notes/../gold.jsonl"]),
    ],
)
def test_every_case_of_a_named_gold_file_is_collected_once(tmp_path, place, named, arguments):
    folder = tmp_path / "tests"
    (folder / "notes").mkdir(parents=True)
    (folder / place).parent.mkdir(exist_ok=True)
    (folder / place).write_text("\n".join(map(json.dumps, CASES)))
    done = run_pytest(folder, "--collect-only", "-q", "--footnote-gold", named, *arguments)
    collected = [line.partition("::")[2] for line in done.stdout.splitlines() if "::" in line]
    assert (collected, done.returncode) == (["sleep", "bark", "fly"], 0)


def test_a_case_named_by_its_id_is_collected_alone(folder):
    arguments = ("--collect-only", "-q", "--footnote-gold", "gold.jsonl", "gold.jsonl::bark")
    assert "\n1 test collected" in run_pytest(folder, *arguments).stdout


def test_unused_it_imports_nothing_of_footnote(folder):
    (folder / "test_own.py").write_text(
        "import sys\n"
        "def test_own():\n"
        "    assert not {'rag', 'index', 'eval.results', 'numpy', 'yaml'} & set(sys.modules)\n"
    )
    assert run_pytest(folder).returncode == 0
