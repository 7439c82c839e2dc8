"""The sub-command `footnote eval`: arguments, what it runs, and its exit codes."""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from eval.cli.arguments import register_eval
from eval.cli.opening import sample
from index.types import AddReport
from rag import Card, MisuseError
from rag.types import Answer, AnswerSentence, Citation, Usage

TEXT = "They build AMRAAM."


class StandIn:
    """Holds one document and answers every question with it."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def add(self, *_):
        return AddReport(changes=())

    @property
    def library(self):
        return self

    def seed(self):
        return None

    def documents(self):
        return (SimpleNamespace(id="d1", card=Card(source="/articles/a.txt", sha256="0")),)

    def document(self, _):
        return SimpleNamespace(text=TEXT)

    def ask(self, question, *, k=None):
        cited = Citation(
            number=1,
            document_id="d1",
            card=Card(sha256="0"),
            page=None,
            start=0,
            end=18,
            quote=TEXT,
        )
        return Answer(
            question=question,
            status="answered",
            reason=None,
            text=TEXT,
            sentences=(AnswerSentence(text=TEXT, citations=(1,)),),
            citations=(cited,),
            confidence=0.5,
            hits=(),
            model="extractive",
            usage=Usage(),
            seconds=0.0,
        )


@pytest.fixture
def footnote(monkeypatch):
    """Run `footnote eval` with a stand-in for the library; give its exit code."""

    def run(*arguments):
        opened = SimpleNamespace(open=lambda *_, **__: StandIn())
        monkeypatch.setattr("eval.cli.opening.Assistant", opened)
        parser = argparse.ArgumentParser(prog="footnote")
        register_eval(parser.add_subparsers())
        args = parser.parse_args(["eval", *map(str, arguments)])
        return args.run(args)

    return run


def suite_file(tmp_path, *, answers=("AMRAAM",), critical=False):
    evidence = [{"document": "a.txt", "quote": TEXT}]
    row = {"id": "a", "question": "Which?", "answers": answers, "evidence": evidence}
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps(row | {"critical": critical}))
    return path


def test_a_suite_that_passes_exits_with_0(footnote, tmp_path, capsys):
    assert footnote(suite_file(tmp_path)) == 0
    assert capsys.readouterr().out == (
        "mine.jsonl: 1 of 1 right (21 to 100 % with 95 % certainty).\n"
        "Only 1 question was asked: of many more like it, between 21 and 100 % would be\n"
        "right (95 % certain).\n\n"
        "Passed. To pass: every question must be right.\n\n"
    )


def test_the_right_answers_and_the_figures_are_printed_when_asked_for(footnote, tmp_path, capsys):
    assert footnote(suite_file(tmp_path), "--all", "--figures") == 0
    out = capsys.readouterr().out
    assert "\n  Which? [a]\n    expected        AMRAAM\n" in out
    out = " ".join(out.split())
    assert "questions whose first passage found has some of the proof (hit@1)" in out


def test_a_missed_threshold_exits_with_1_and_is_named(footnote, tmp_path, capsys):
    thresholds = tmp_path / "thresholds.toml"
    thresholds.write_text("[mine]\ncontainment = 0.5\n")
    code = footnote(suite_file(tmp_path, answers=["SM-6"]), "--thresholds", thresholds)
    assert code == 1
    out = " ".join(capsys.readouterr().out.split())
    says = "an expected answer is in what it says (containment)"
    assert f"- mine.jsonl: {says} is 0 %, below 50 %" in out


def test_a_failed_critical_case_exits_with_1(footnote, tmp_path, capsys):
    assert footnote(suite_file(tmp_path, answers=["SM-6"], critical=True)) == 1
    assert "the critical question a is wrong" in capsys.readouterr().out


def test_json_is_all_that_is_printed(footnote, tmp_path, capsys):
    assert footnote(suite_file(tmp_path), "--json") == 0
    assert json.loads(capsys.readouterr().out)["suites"][0]["suite"] == "mine"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("mine.jsonl", "--squad", "x.json"), "do not go with --squad"),
        (("--library", "x"), "goes with gold suites only"),
        (("--squad", "x.json", "--scope-tag", "a"), "a scope goes with gold suites only"),
        (("mine.jsonl", "--scope-in", "a", "--update-baseline"), "leave --scope-... out"),
        (("absent.jsonl",), r"cannot be read \(No such file or directory\); check"),
        (("--squad", "absent.json"), "cannot be read"),
        (("--beir", "absent"), "holds no corpus"),
    ],
)
def test_wrong_use_is_an_error_of_its_own_class(footnote, arguments, words):
    with pytest.raises(MisuseError, match=words):
        footnote(*arguments)


@pytest.mark.parametrize(
    "arguments",
    [("--limit", "0"), ("--k", "x"), ("--k", "101"), ("--squad", "a", "--beir", "b")],
)
def test_wrong_arguments_exit_with_2(footnote, arguments):
    with pytest.raises(SystemExit) as caught:
        footnote(*arguments)
    assert caught.value.code == 2


def test_help_shows_an_example(footnote, capsys):
    with pytest.raises(SystemExit):
        footnote("--help")
    assert "footnote eval --squad dev-v2.0.json --limit 500" in capsys.readouterr().out


def test_a_sample_keeps_the_order_and_depends_on_the_seed_only():
    chosen = sample(range(100), limit=10, seed=1)
    assert list(chosen) == sorted(set(chosen))
    assert len(chosen) == 10
    assert chosen == sample(range(100), limit=10, seed=1) != sample(range(100), limit=10, seed=2)
    assert sample("abc", limit=None, seed=0) == sample("abc", limit=9, seed=0) == ("a", "b", "c")


def test_loading_the_command_imports_nothing_that_asking_needs():
    code = (
        "import sys\nfrom eval.cli.arguments import register_eval\n"
        "print([name for name in sys.modules if name in ('rag', 'tqdm', 'eval.cli.evaluate')])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root)
    assert done.stdout == "[]\n", done.stderr


def test_nothing_binds_the_name_of_the_builtin_eval():
    root = Path(__file__).parents[2]
    sources = [*root.glob("*/*.py"), *root.glob("*/*/*.py")]
    lines = [
        line.split("#")[0] for path in sources for line in path.read_text("utf-8").splitlines()
    ]
    assert [line for line in lines if line.strip().startswith("import " + "eval")] == []


def test_a_baseline_is_kept_beside_the_suite_and_compared_with(footnote, tmp_path, capsys):
    suite = suite_file(tmp_path)
    assert footnote(suite, "--update-baseline") == 0
    assert (tmp_path / "baselines" / "mine.json").is_file()
    assert footnote(suite) == 0
    assert (
        "Since the earlier run (the baseline):\n- Every question is as right or wrong as it was.\n"
        in capsys.readouterr().out
    )


def test_a_case_that_was_right_in_the_baseline_is_named_when_it_fails(footnote, tmp_path, capsys):
    footnote(suite_file(tmp_path, critical=True), "--update-baseline")
    assert footnote(suite_file(tmp_path, answers=["SM-6"], critical=True)) == 1
    out = capsys.readouterr().out
    assert "  Which? [a, critical, was right before]" in out
    assert "questions and expected answers (gold) changed since the earlier run" in " ".join(
        out.split()
    )


def test_a_named_baseline_must_be_there(footnote, tmp_path):
    with pytest.raises(MisuseError, match="cannot be read"):
        footnote(suite_file(tmp_path), "--baseline", tmp_path / "absent.json")


def test_every_report_is_written(footnote, tmp_path):
    names = {
        "--html": "r.html",
        "--junit": "j.xml",
        "--markdown": "m.md",
        "--comment": "c.md",
        "--code-quality": "q.json",
    }
    options = [part for option, name in names.items() for part in (option, tmp_path / name)]
    assert footnote(suite_file(tmp_path), *options) == 0
    assert all("Which?" in (tmp_path / name).read_text() for name in ("r.html", "j.xml"))
    assert "## ✅ mine.jsonl: 1 of 1 right" in (tmp_path / "m.md").read_text()
    assert (tmp_path / "c.md").read_text().startswith("<!-- footnote eval -->")
    assert (tmp_path / "q.json").read_text() == "[]\n"


def test_for_github_wrong_answers_are_shown_at_their_line(footnote, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    path = suite_file(tmp_path, answers=["SM-6"])
    assert footnote(path, "--format", "github") == 1
    first, *_, gate, shown = capsys.readouterr().out.splitlines()
    assert first.startswith("::stop-commands::")
    assert gate.startswith("::error title=")
    assert shown.startswith(f"::error file={path.name},line=1,title=Wrong%3A a::“Which?”: expected")


def test_for_github_a_gold_file_that_cannot_be_read_is_shown_at_its_line(
    footnote, tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    suite_file(tmp_path).write_text("\n{")
    with pytest.raises(MisuseError):
        footnote(tmp_path / "mine.jsonl", "--format", "github")
    assert capsys.readouterr().out.startswith(
        "::error file=mine.jsonl,line=2,title=Footnote stopped"
    )


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_asked(footnote, tmp_path):
    with pytest.raises(MisuseError, match="a folder that exists"):
        footnote(suite_file(tmp_path), "--html", tmp_path / "no" / "r.html")


@pytest.mark.parametrize(("rate", "code"), [("1", 1), ("0", 0)])
def test_fail_under_is_a_threshold_of_passed_cases(footnote, tmp_path, rate, code):
    assert footnote(suite_file(tmp_path, answers=["SM-6"]), "--fail-under", rate) == code


def test_a_tag_that_no_case_has_is_misuse(footnote, tmp_path):
    with pytest.raises(MisuseError, match="has the tag 'who'"):
        footnote(suite_file(tmp_path), "--tag", "who")


def many(tmp_path, count=5):
    rows = [{"id": f"c{n}", "question": f"Q{n}?", "answers": ["AMRAAM"]} for n in range(count)]
    path = tmp_path / "many.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def test_an_interrupt_reports_what_is_finished_and_resume_goes_on(
    footnote, tmp_path, capsys, monkeypatch
):
    asked = []
    ask = StandIn.ask

    def interrupted(self, question, *, k=None):
        asked.append(question)
        if asked[-1] == "Q2?" and asked.count("Q2?") == 1:
            raise KeyboardInterrupt
        return ask(self, question, k=k)

    monkeypatch.setattr(StandIn, "ask", interrupted)
    journal = tmp_path / "run.jsonl"
    assert footnote(many(tmp_path), "--resume", journal) == 130
    assert "many.jsonl: 2 of 2 right" in capsys.readouterr().out
    assert footnote(many(tmp_path), "--resume", journal) == 0
    assert "many.jsonl: 5 of 5 right" in capsys.readouterr().out
    assert asked == ["Q0?", "Q1?", "Q2?", "Q2?", "Q3?", "Q4?"]


def test_an_interrupted_run_updates_no_baseline(footnote, tmp_path, monkeypatch):
    def interrupted(self, question, *, k=None):
        raise KeyboardInterrupt

    monkeypatch.setattr(StandIn, "ask", interrupted)
    assert footnote(many(tmp_path), "--update-baseline") == 130
    assert not (tmp_path / "baselines").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--record", "r.jsonl"), "--record needs a language model"),
        (("--replay", "absent.jsonl"), "cannot be read"),
        (("--judge", "extractive"), "--judge needs a language model"),
        (("--judge", "a:b", "--llm", "a:b"), "say --judge-self"),
        (("--update-baseline", "--limit", "3"), "needs every case"),
        (("--tag", "who", "--beir", "x"), "gold suites only"),
    ],
)
def test_models_and_baselines_that_cannot_be_are_misuse(footnote, tmp_path, arguments, words):
    suite = () if "--beir" in arguments else (suite_file(tmp_path),)
    with pytest.raises(MisuseError, match=words):
        footnote(*suite, *arguments)


def test_a_word_has_arguments_of_its_own(footnote, tmp_path, capsys):
    assert footnote("lint", suite_file(tmp_path)) == 0
    assert footnote("lint", suite_file(tmp_path, answers=[])) == 1
    assert "answerable but has no answers" in capsys.readouterr().out
    assert footnote("schema") == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Footnote gold case"


def test_a_suite_named_as_a_word_is_reached_by_its_path(footnote, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    suite_file(tmp_path).rename("lint")
    assert footnote("./lint") == 0
