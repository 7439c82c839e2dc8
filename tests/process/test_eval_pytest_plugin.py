"""The pytest plugin: each gold case is a test."""

import json
import os
import subprocess
import sys

import forks
import pytest

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


ARGUMENTS = ("-p", "eval.pytest_plugin", "-rA")


def environment():
    return dict(os.environ) | {
        "PYTHONPATH": str(forks.ROOT),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }


def run_pytest(folder, *arguments):
    code = "import sys, pytest\nsys.exit(int(pytest.main(sys.argv[1:])))"
    return forks.run(code, *ARGUMENTS, *arguments, environment=environment(), folder=folder)


LINE = "“When do dogs bark?”: expected “in the morning”, got “Dogs bark at night.”"


def test_every_case_is_a_test_and_a_wrong_one_is_one_line_with_its_quote_until_mended(
    folder, library
):
    (folder / "test_own.py").write_text("def test_own(): pass\n")
    arguments = ("--footnote-gold", "gold.jsonl", "--footnote-library", library)
    done = run_pytest(folder, *arguments, ".")
    assert "PASSED gold.jsonl::sleep" in done.printed
    assert "PASSED gold.jsonl::fly" in done.printed
    assert "PASSED test_own.py::test_own" in done.printed
    told = done.printed.partition("FAILURES ===")[2].splitlines()[1:]
    assert told[1:4] == [
        LINE,
        "why: the expected answer is not in what it says",
        "cited: “Dogs bark at night.” (pets)",
    ]
    assert told[4].startswith("====")
    assert f"FAILED gold.jsonl::bark - {LINE[:30]}" in done.printed
    assert (done.code, "1 failed, 3 passed" in done.printed) == (1, True)

    mended = [case | ({"answers": ["at night"]} if case["id"] == "bark" else {}) for case in CASES]
    (folder / "gold.jsonl").write_text("\n".join(map(json.dumps, mended)))
    assert run_pytest(folder, *arguments).code == 0


def test_a_library_that_cannot_be_opened_is_one_sentence(folder):
    (folder / "test_own.py").write_text(
        "import pytest\n"
        "@pytest.mark.footnote_gold('gold.jsonl')\n"
        "def test_own(footnote_case): pass\n"
    )
    done = run_pytest(
        folder, "--footnote-gold", "gold.jsonl", "--footnote-library", "gold.jsonl", "."
    )
    assert "raise " not in done.printed
    assert done.printed.count(f"\nlibrary path '{folder / 'gold.jsonl'}' is a file") == 6
    assert (done.code, "3 failed, 3 errors" in done.printed) == (1, True)


def test_a_marked_test_is_called_for_each_case(folder, library):
    (folder / "test_own.py").write_text(
        "import pytest\n"
        "@pytest.mark.footnote_gold('gold.jsonl')\n"
        "def test_own(footnote_case):\n"
        "    assert footnote_case.answerable == (footnote_case.id != 'fly')\n"
        "    assert footnote_case.passed\n"
    )
    done = run_pytest(folder, "--footnote-library", library, "--strict-markers")
    assert "1 failed, 2 passed" in done.printed
    assert f"Captured footnote call ----------------------------\n{LINE}\n" in done.printed


def test_a_wrong_gold_file_is_one_sentence(folder):
    (folder / "gold.jsonl").write_text("{}")
    done = run_pytest(folder, "--footnote-gold", "gold.jsonl")
    assert done.said.startswith(f"ERROR: {folder / 'gold.jsonl'}:1: 'id' is None")
    assert done.said.count("\n") == 2
    assert (done.code, done.printed) == (pytest.ExitCode.USAGE_ERROR, "")


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
    lines = done.printed.partition("ERRORS ===")[2].splitlines()[1:]
    assert lines[1].startswith(told.format(gold=folder / "gold.jsonl"))
    assert lines[2].startswith("====")
    assert done.code == pytest.ExitCode.INTERRUPTED


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [("LLM", "nope:x", "unknown provider 'nope'"), ("K", "101", "setting 'k' cannot be '101'")],
)
def test_a_setting_that_is_not_allowed_is_refused_once_before_a_case_is_asked(
    folder, monkeypatch, name, value, told
):
    monkeypatch.setenv(f"FOOTNOTE_{name}", value)
    done = run_pytest(folder, "--footnote-gold", "gold.jsonl")
    assert done.said.startswith(f"ERROR: {told}")
    assert (done.code, done.printed) == (pytest.ExitCode.USAGE_ERROR, "")


def test_a_folder_for_a_gold_file_is_refused(folder):
    done = run_pytest(folder, "--footnote-gold", ".")
    assert done.said.startswith(f"ERROR: gold file '{folder}' is a folder: name a gold file")
    assert done.code == pytest.ExitCode.USAGE_ERROR


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
    collected = [line.partition("::")[2] for line in done.printed.splitlines() if "::" in line]
    assert (collected, done.code) == (["sleep", "bark", "fly"], 0)


def test_a_case_named_by_its_id_is_collected_alone(folder):
    arguments = ("--collect-only", "-q", "--footnote-gold", "gold.jsonl", "gold.jsonl::bark")
    assert "\n1 test collected" in run_pytest(folder, *arguments).printed


def test_unused_it_imports_nothing_of_footnote(folder):
    (folder / "test_own.py").write_text(
        "import sys\n"
        "def test_own():\n"
        "    assert not {'rag', 'index', 'eval.results', 'numpy', 'yaml'} & set(sys.modules)\n"
    )
    command = [sys.executable, "-m", "pytest", *ARGUMENTS]
    assert subprocess.run(command, cwd=folder, env=environment(), timeout=120).returncode == 0
