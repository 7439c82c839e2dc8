"""What GitHub and GitLab read of a run: annotations, a comment, a code quality report."""

import json
import re

import pytest

from eval.reports.platforms import (
    MARKER,
    annotations,
    code_quality,
    comment,
    in_a_line,
    inert,
    trouble,
)
from eval.results import Comparison

WRONG = {"problems": ("no accepted answer is in the text",), "line": 7}


def read(text):
    """Read workflow commands as GitHub's runner does (src/Runner.Common/ActionCommand.cs)."""
    found = []
    for line in text.splitlines():
        head, data = re.fullmatch(r"::([^:]*)::(.*)", line).groups()
        name, _, named = head.partition(" ")
        pairs = [one.split("=", 1) for one in named.split(",")]
        found.append((name, {k: unescaped(v) for k, v in pairs}, unescaped(data)))
    return found


def unescaped(text):
    for code, mark in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, mark)
    return text


def test_a_wrong_answer_is_shown_at_its_line_of_gold(make_case, make_run, tmp_path):
    wrong = make_case(**WRONG, file=str(tmp_path / "gold" / "mine.jsonl"), short="SM-3")
    gate, shown = read(annotations([make_run(wrong, reasons=("1 is wrong",))], root=tmp_path))
    told = "Failed. To pass: every question must be right.\n1 is wrong"
    title = "mine.jsonl: 0 of 1 right (0 to 79 % with 95 % certainty). 1 wrong"
    assert gate == ("error", {"title": title}, told)
    assert shown[:2] == (
        "error",
        {"file": "gold/mine.jsonl", "line": "7", "title": "Wrong: missile"},
    )
    assert shown[2].splitlines() == [
        "“Which missile will Japan co-produce?”: expected “AMRAAM” or “SM-6”, got “SM-3”",
        "why: no accepted answer is in the text",
        "cited: “both governments start co-production of a missile called AMRAAM.” (Defence)",
    ]


def test_what_is_right_is_not_annotated(make_case, make_run, tmp_path):
    assert annotations([make_run(make_case())], root=tmp_path) == ""


def test_a_wrong_answer_that_the_gate_lets_through_is_a_warning(make_case, make_run, tmp_path):
    (shown,) = read(annotations([make_run(make_case(**WRONG))], root=tmp_path))
    assert shown[0] == "warning"


def test_a_file_outside_the_repository_is_not_named_as_one_of_it(make_case, make_run, tmp_path):
    wrong = make_case(**WRONG, file="/elsewhere/mine.jsonl")
    (shown,) = read(annotations([make_run(wrong)], root=tmp_path))
    assert shown[1] == {"title": "Wrong: missile"}


@pytest.mark.parametrize(("wrong", "shown"), [(9, 10), (10, 10), (30, 10)])
def test_no_more_than_github_shows_and_the_last_counts_the_rest(
    make_case, make_run, tmp_path, wrong, shown
):
    cases = [make_case(str(n), **WRONG) for n in range(wrong)]
    found = read(annotations([make_run(*cases, reasons=("too many",))], root=tmp_path))
    assert len(found) == shown
    more = wrong + 1 - 9
    assert found[-1][1]["title"] == ("Wrong: 8" if wrong == 9 else f"{more} more are wrong")


def test_critical_and_newly_wrong_cases_come_before_others(make_case, make_run, tmp_path):
    cases = [make_case("old", **WRONG), make_case("new", **WRONG)]
    run = make_run(*cases, comparison=Comparison(metrics=(), newly_failing=("new",)))
    found = read(annotations([run], root=tmp_path))
    assert [one[1]["title"] for one in found] == ["Wrong: new", "Wrong: old"]


@pytest.mark.parametrize("text", ["a:b,c%2C\r\n::error::x", "\x00\ud800", "%0A", "'\"\\"])
def test_no_text_ends_its_command_or_begins_another(make_case, make_run, tmp_path, text):
    wrong = make_case(text, question=text, text=text, problems=(text,), file=f"a,b:{1}\n::x.jsonl")
    lines = annotations([make_run(wrong, suite=text, reasons=(text,))], root=tmp_path).splitlines()
    assert [line.split()[0] for line in lines] == ["::error", "::error"]
    assert len(read("\n".join(lines))) == 2


def test_properties_and_messages_are_escaped_as_by_githubs_toolkit(tmp_path):
    assert trouble(f"{tmp_path}/a,b:1%.jsonl:3: 100 %\r\na: b, c", root=tmp_path).endswith(
        "::error file=a%2Cb%3A1%25.jsonl,line=3,title=Footnote stopped::"
        f"{tmp_path}/a,b:1%25.jsonl:3: 100 %25%0D%0Aa: b, c\n"
    )


def test_trouble_without_a_line_names_none(tmp_path):
    told = "::error title=Footnote stopped::no case has the tag\n"
    assert trouble("no case has the tag", root=tmp_path) == told


def test_a_command_inside_a_report_is_not_obeyed():
    first, *shown, last = inert("right\n::error::obey me\n").splitlines()
    assert shown == ["right", "::error::obey me"]
    assert first.startswith("::stop-commands::")
    assert last == f"::{first.rpartition('::')[2]}::"
    assert len(last) == 2 * 2 + 32
    assert inert("x") != inert("x")


def test_one_line_says_question_expected_and_got(make_case):
    due = {"answerable": False, "expected": ()}
    assert in_a_line(make_case(**due, text="It is.")).endswith("expected no answer, got “It is.”")
    silent = make_case(status="abstained", reason="no_match", text="")
    assert in_a_line(silent).endswith("got no answer (no passage matches the question)")
    crashed = make_case(status="crashed", error="ValueError: a\nb")
    assert in_a_line(crashed).endswith("got ValueError: a b")


def test_a_case_whose_quote_is_gone_was_not_asked_and_did_not_crash(make_case):
    gone = make_case(status="crashed", outdated=True, problems=("its passage is gone",))
    assert in_a_line(gone).endswith(
        ", not asked: its proof is not in the documents as the gold file has it"
    )


def test_a_comment_begins_with_its_mark_and_right_before_and_now(make_case, make_run):
    before = {name: make_case(name) for name in ("a", "b", "c")}
    cases = [make_case("a"), make_case("b", **WRONG)]
    change = Comparison(metrics=(), newly_failing=("b",), before=before)
    lines = comment([make_run(*cases, comparison=change)]).splitlines()
    assert lines[0] == MARKER
    assert lines[3] == "| mine | 3 of 3 | 1 of 2 | 1 | 0 |"
    assert any(line.startswith("## ") for line in lines)
    assert "--update-baseline" not in "\n".join(lines[:6])


def test_a_comment_without_a_baseline_says_how_to_have_one(make_case, make_run):
    lines = comment([make_run(make_case())]).splitlines()
    assert lines[3] == "| mine | not known | 1 of 1 |  |  |"
    assert "`footnote eval SUITE --update-baseline`" in lines[5]


def test_a_comment_is_never_longer_than_github_takes(make_case, make_run):
    cases = [make_case(str(n), question="ü" * 300, **WRONG) for n in range(500)]
    assert len(comment([make_run(*cases)]).encode()) <= 65_536


def test_code_quality_is_what_gitlab_reads(make_case, make_run, tmp_path):
    cases = [
        make_case("right", file=str(tmp_path / "mine.jsonl"), line=1),
        make_case("wrong", file=str(tmp_path / "mine.jsonl"), **WRONG),
        make_case("worse", critical=True, **(WRONG | {"line": None})),
    ]
    text = code_quality([make_run(*cases, reasons=("2 are wrong", "1 is critical"))], root=tmp_path)
    gate, worse, wrong = json.loads(text)
    assert gate["description"] == (
        "1 of 3 right (6 to 79 % with 95 % certainty). 2 wrong. "
        "Failed. To pass: every question must be right. 2 are wrong 1 is critical"
    )
    assert (gate["severity"], gate["check_name"]) == ("blocker", "footnote gate")
    assert wrong["location"] == {"path": "mine.jsonl", "lines": {"begin": 7}}
    assert worse["location"] == {"path": "mine", "lines": {"begin": 1}}
    assert (worse["severity"], wrong["severity"]) == ("critical", "major")
    assert wrong["description"].startswith("“Which missile will Japan co-produce?”: expected")
    assert len({issue["fingerprint"] for issue in (gate, worse, wrong)}) == 3
    assert set(wrong) == {"description", "check_name", "fingerprint", "severity", "location"}


def test_an_issue_is_the_same_wherever_its_case_stands(make_case, make_run, tmp_path):
    there, here = (
        json.loads(code_quality([make_run(make_case(**WRONG | {"line": n}))], root=tmp_path))
        for n in (3, 9)
    )
    assert there[0]["fingerprint"] == here[0]["fingerprint"]
    assert there[0]["severity"] == "minor"
    assert code_quality([make_run(make_case())], root=tmp_path) == "[]\n"
