"""`footnote eval history` and `compare`: the trend of kept runs, and two runs side by side."""

import argparse
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from eval.cli.arguments import register_eval
from eval.comparing.comparison import baseline_of, save_baseline
from eval.comparing.history import keep_run, kept_runs
from eval.running.recordings import RecordingModel
from rag import Assistant, MisuseError, OperationError, Settings, SettingsError
from rag.testing import HashEmbedder, ScriptedModel

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
CATS = "Cats sleep all day. Dogs bark at night. The mayor opened the bridge on Monday."


@pytest.fixture
def footnote():
    def run(*arguments):
        parser = argparse.ArgumentParser(prog="footnote")
        register_eval(parser.add_subparsers())
        args = parser.parse_args(["eval", *map(str, arguments)])
        return args.run(args)

    return run


@pytest.fixture
def suite(tmp_path):
    path = tmp_path / "mine.jsonl"
    rows = [
        {"id": "dogs", "question": "When do dogs bark?", "answers": ["at night"]},
        {"id": "cats", "question": "How long do cats sleep?", "answers": ["all day"]},
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


@pytest.fixture
def keep(suite, make_case, make_run):
    def make(minute, *wrong, names=("a", "b", "c"), **fingerprint):
        cases = [make_case(n, problems=("x",) if n in wrong else ()) for n in names]
        run = make_run(*cases, fingerprint={"version": "0.9.1", **fingerprint})
        return keep_run(suite, run, at=NOON + timedelta(minutes=minute))

    return make


def test_history_draws_the_trend_and_tells_what_changed(footnote, keep, suite, capsys):
    first, second = keep(0, "a", "b", threshold="0.2"), keep(5, "c", threshold="0.3", names="abcd")
    assert footnote("history", suite) == 0
    assert capsys.readouterr().out.splitlines() == [
        "mine: 2 runs kept",
        "right, oldest first: ▁█",
        "lowest 33 %, highest 75 %, now 75 %",
        "",
        "date (UTC)        run     version       right                 result",
        f"2026-11-29 12:00  {first.digits}  0.9.1         1 of 3 (33 %)         passed",
        f"2026-11-29 12:05  {second.digits}  0.9.1         3 of 4 (75 %)         passed",
        "  changed: how sure it must be to answer, 0 to 1 (threshold), from 0.2 to 0.3",
        "  2 now right: a, b",
        "  1 now wrong: c",
        "  1 new: d",
    ]


def test_history_lists_the_newest_and_counts_the_rest(footnote, keep, suite, capsys):
    for minute in range(4):
        keep(minute)
    footnote("history", suite, "--limit", "1")
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2] == "... 3 earlier; --limit 4 shows all"
    assert lines[-1].startswith("2026-11-29 12:03")


def test_history_as_json_has_every_run(footnote, keep, suite, capsys):
    keep(0, "a")
    keep(5)
    assert footnote("history", suite, "--json") == 0
    runs = json.loads(capsys.readouterr().out)["runs"]
    assert (runs[0]["wrong"], runs[0]["changed"], runs[1]["changed"]["now_right"]) == (
        ["a"],
        None,
        ["a"],
    )


def test_a_damaged_run_is_told_once_and_the_others_are_drawn(footnote, keep, suite, capsys):
    keep(0)
    keep(1).path.write_text("{")
    assert footnote("history", suite) == 0
    found = capsys.readouterr()
    assert "mine: 1 run kept" in found.out
    assert found.err.count("\n") == found.err.count("is no kept run") == 1


def test_without_a_run_history_says_what_keeps_one(footnote, suite, capsys):
    assert footnote("history", suite) == 0
    assert "no run of 'mine' is kept" in capsys.readouterr().out
    with pytest.raises(MisuseError, match="is no file"):
        footnote("history", "absent.jsonl")


def test_compare_sets_the_questions_that_differ_side_by_side(
    footnote, suite, make_case, make_run, capsys
):
    wrong = make_case("a", problems=("x",), status="abstained", reason="no_match", text="")
    keep_run(suite, make_run(wrong), at=NOON)
    keep_run(suite, make_run(make_case("a")), at=NOON + timedelta(minutes=1))
    assert footnote("compare", suite) == 0
    out = capsys.readouterr().out
    verdict = "B answers 1 right that A has wrong, and 0 the other way: that may be luck."
    assert verdict in " ".join(out.split())
    asked = out[out.index("Right in B only (1):") :]
    assert "    expected  AMRAAM, or: SM-6\n    A         no answer, since no passage" in asked
    assert "    B         both governments start" in asked
    assert "\n   0 %   100 %  questions that went right (passed): better, may be luck" in asked
    assert out.endswith("1 measure is the same in both\n")


def test_compare_takes_ids_baselines_and_json_outputs(
    footnote, keep, suite, make_case, make_run, tmp_path, capsys
):
    run = keep(0, "a")
    cases = [make_case(name) for name in "abc"]
    save_baseline(tmp_path / "b.json", baseline_of(make_run(*cases).report))
    assert footnote("compare", run.digits, tmp_path / "b.json", suite, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["a"]["right"], found["b"]["right"]) == (2, 3)
    assert [one["id"] for one in found["questions"]] == ["a"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("latest", "previous"), "'latest' needs 1 kept run of 'japan_us_defense'"),
        (("latest",), "1 names are given"),
        (("a", "b", "absent.jsonl"), "is no file: name the gold file"),
        (("a", "b", "c", "d"), "4 names are given"),
        (("a", "b", "--limit", "3"), "--limit goes with --a or --b"),
        (("--a", "threshold"), "'threshold' is no setting: write NAME=VALUE"),
        (("--a", "k=3", "--b", "k=3"), "A and B are the same"),
        (("--a", "library=x"), "goes with a SUITE"),
        (("--a", "k=3", "one", "two"), "ask one suite"),
    ],
)
def test_runs_that_cannot_be_compared_are_misuse(footnote, arguments, words):
    with pytest.raises(MisuseError, match=words):
        footnote("compare", *arguments)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("treshold=1", "did you mean 'threshold'"),
        ("k=0", "'k' cannot be"),
        ("llm=nothing", "names no provider"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_before_anything_is_asked(footnote, setting, words):
    with pytest.raises(SettingsError, match=words):
        footnote("compare", "--a", setting)


@pytest.fixture
def cats(tmp_path, monkeypatch):
    """Open the user's library with a fast embedder, whatever the settings."""
    opened = Assistant.open

    def small(settings=None, **named):
        return opened(settings, embedder=HashEmbedder(), **named)

    monkeypatch.setattr(Assistant, "open", small)
    folder = tmp_path / "cats"
    (tmp_path / "cats.txt").write_text(CATS)
    with Assistant.open(library=folder) as assistant:
        assistant.library.add(tmp_path / "cats.txt")
    return folder


def test_two_settings_are_asked_and_set_side_by_side(footnote, cats, suite, capsys):
    arguments = ("compare", "--a", "threshold=0", "--b", "threshold=1", suite, "--library", cats)
    assert footnote(*arguments) == 0
    out = capsys.readouterr().out
    assert out.startswith("A  threshold=0.0: 2 of 2 right (100 %)\nB  threshold=1.0: 0 of 2 right")
    assert "(threshold), 0.0 and 1.0." in out
    assert kept_runs(suite).runs == ()


def test_two_recorded_models_are_compared_without_a_network(
    footnote, cats, suite, monkeypatch, capsys
):
    monkeypatch.setenv("FOOTNOTE_THRESHOLD", "1")  # no quoted answer stands in for a model's
    for name, says in (("openai:small", "Dogs bark at night [1]."), ("openai:big", "NO ANSWER")):
        model = RecordingModel(ScriptedModel(says, name=name), suite.with_name("replies.jsonl"))
        with Assistant.open(Settings.load(library=cats, llm=name), model=model) as assistant:
            assistant.ask("When do dogs bark?")
            assistant.ask("How long do cats sleep?")
    sides = ("--a", "llm=openai:small", "--b", "llm=openai:big")
    replies = ("--replay", suite.with_name("replies.jsonl"))
    assert footnote("compare", *sides, *replies, suite, "--library", cats) == 0
    out = capsys.readouterr().out
    assert out.startswith(
        "A  llm=openai:small: 1 of 2 right (50 %)\nB  llm=openai:big: 0 of 2 right"
    )


def test_a_model_that_answers_nothing_is_a_failure_and_no_comparison(footnote, cats, suite):
    with pytest.raises(OperationError, match="no question could be asked with llm: ModelUnavail"):
        footnote("compare", "--a", "llm=ollama:x", suite, "--library", cats)


def test_a_run_of_the_whole_suite_is_kept_unless_told_otherwise(
    footnote, cats, suite, monkeypatch, capsys
):
    monkeypatch.delenv("CI", raising=False)
    for option in ("--no-keep", "--limit=1"):
        footnote(suite, "--library", cats, option)
    assert kept_runs(suite).runs == ()
    monkeypatch.setenv("CI", "true")
    footnote(suite, "--library", cats)
    assert kept_runs(suite).runs == ()
    footnote(suite, "--library", cats, "--keep")
    monkeypatch.delenv("CI")
    footnote(suite, "--library", cats)
    assert [len(run.right) for run in kept_runs(suite).runs] == [2, 2]


def test_where_runs_cannot_be_kept_the_evaluation_goes_on(
    footnote, cats, suite, monkeypatch, capsys
):
    monkeypatch.delenv("CI", raising=False)
    (suite.parent / ".footnote").write_text("in the way")
    assert footnote(suite, "--library", cats) == 0
    assert capsys.readouterr().err.startswith("note: the run cannot be kept in")


KEEPS = """
import os, sys
from pathlib import Path
from conftest import make_case, make_run
from eval.comparing.history import keep_run
case, run = make_case.__wrapped__(), make_run.__wrapped__()
runs, crash = int(sys.argv[2]), int(sys.argv[3])

def half(path, content):
    with path.open("wb") as file:
        file.write(content[: len(content) // 2])
    os._exit(9)  # As a killed process, it cleans nothing up.

for number in range(runs):
    if number == crash:
        Path.write_bytes = half
    keep_run(Path(sys.argv[1]), run(*(case(f"c{n}") for n in range(100))))
"""


def keeping(suite, *, runs, crash=-1):
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "tests", ROOT / "tests" / "support")))
    return subprocess.Popen(
        [sys.executable, "-c", KEEPS, str(suite), str(runs), str(crash)],
        env=dict(os.environ) | {"PYTHONPATH": paths},
    )


def test_two_processes_keep_all_their_runs_and_one_killed_leaves_whole_ones_only(suite):
    pair = keeping(suite, runs=10), keeping(suite, runs=5, crash=3)
    assert [process.wait(timeout=60) for process in pair] == [0, 9]
    history = kept_runs(suite)
    assert (len(history.runs), history.damaged) == (13, ())
    assert {len(run.right) for run in history.runs} == {100}


def test_history_of_five_hundred_runs_is_quick_and_loads_no_model(suite, make_case, make_run):
    names = [f"question-number-{n}" for n in range(104)]
    run = make_run(*map(make_case, names), fingerprint={"version": "0.9.1"})
    whole = keep_run(suite, run, at=NOON).path
    for minute in range(1, 500):
        name = f"{NOON + timedelta(minutes=minute):%Y%m%dT%H%M%SZ}-{minute:06x}.json"
        (whole.parent / name).write_bytes(whole.read_bytes())
    code = (
        "import sys, time; from rag.cli.main import main; began = time.process_time()\n"
        f"code = main(['eval', 'history', {str(suite)!r}, '--limit', '500'])\n"
        "print(time.process_time() - began, file=sys.stderr)\n"
        "print([m for m in ('torch', 'onnxruntime', 'chromadb', 'gradio') if m in sys.modules], "
        "file=sys.stderr)\nsys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    seconds, loaded = done.stderr.splitlines()
    assert done.stdout.startswith("mine: 500 runs kept")
    assert (done.returncode, loaded) == (0, "[]")
    assert float(seconds) < 1.0
