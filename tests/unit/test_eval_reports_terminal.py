"""What a report looks like on a terminal."""

import re

from eval.reports import terminal
from eval.results import Comparison, MetricChange

WRONG = {"problems": ("no accepted answer is in the text",), "text": "They build ships."}
DROP = MetricChange(
    name="containment",
    before=0.8,
    after=0.5,
    p_value=0.0312,
    test="McNemar",
    low=-0.5,
    high=-0.1,
    significant=True,
)


def test_a_failure_shows_expected_and_got_and_why(make_case, make_run):
    lines = terminal([make_run(make_case(critical=True, **WRONG))]).splitlines()
    start = lines.index("  missile (critical)")
    assert lines[start + 1 : start + 5] == [
        "    question  Which missile will Japan co-produce?",
        "    expected  AMRAAM | SM-6",
        "    got       They build ships.",
        "    why       no accepted answer is in the text",
    ]


def test_a_measure_is_shown_with_its_interval_and_its_change(make_case, make_run):
    run = make_run(make_case(), comparison=Comparison(metrics=(DROP,)))
    row = next(line for line in terminal([run]).splitlines() if line.startswith("containment"))
    assert " ".join(row.split()) == "containment 0.500 0.095 - 0.905 2 0.800 -0.300 0.031"


def test_no_line_is_wider_than_80_columns(make_case, make_run):
    long = make_case("x" * 100, question="q " * 500, text="w" * 500, problems=("e" * 200,))
    stale = Comparison(metrics=(DROP,), stale=("model " * 40,))
    text = terminal([make_run(long, reasons=("m " * 100,), comparison=stale, suite="s" * 90)])
    assert max(map(len, text.splitlines())) <= 80


def test_control_characters_and_lone_surrogates_do_not_reach_the_terminal(make_case, make_run):
    hostile = "\x1b[31mred\x00\ud800 \u202e"
    text = terminal([make_run(make_case(**WRONG | {"text": hostile}), suite=hostile)])
    assert text.replace("\n", "").isprintable()
    assert "[31mred" in text


def test_a_newly_failing_case_comes_first_and_the_rest_is_counted(make_case, make_run):
    cases = [make_case(name, **WRONG) for name in "abc"]
    run = make_run(*cases, comparison=Comparison(metrics=(), newly_failing=("c",)))
    lines = terminal([run], failures=2).splitlines()
    assert [line for line in lines if line[:2] == "  " and line[2] != " "] == [
        "  c (newly failing)",
        "  a",
    ]
    assert "... and 1 more; --json and --html list all" in lines


def test_a_crash_and_an_abstention_are_shown_as_such(make_case, make_run):
    crash = make_case(status="crashed", text="", problems=("crashed: ValueError: x",))
    abstained = make_case(
        status="abstained", text="", reason="no_match", expected=(), problems=("answered",)
    )
    text = terminal([make_run(crash, abstained)])
    assert "    got       nothing\n    why       crashed: ValueError: x" in text
    assert "    expected  to abstain\n    got       abstained (no_match)" in text


def test_a_stale_baseline_is_said_loudly(make_run):
    run = make_run(comparison=Comparison(metrics=(), stale=("prompts",)))
    assert "\nSTALE BASELINE: the baseline differs from this run in prompts" in terminal([run])


def test_the_gate_names_what_was_missed(make_run):
    assert "\nGate: passed\n" in terminal([make_run()])
    assert "\nGate: FAILED\n- mrr is 0.1\n" in terminal([make_run(reasons=("mrr is 0.1",))])


def test_colour_is_used_only_when_asked_for_and_changes_no_word(make_case, make_run):
    run = make_run(make_case(**WRONG), comparison=Comparison(metrics=(DROP,), stale=("model",)))
    plain, coloured = terminal([run]), terminal([run], colour=True)
    assert "\x1b" not in plain
    assert "\x1b[31mcontainment" in coloured
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == plain


def test_an_empty_report_is_shown_too(make_run):
    assert "0 questions" in terminal([make_run(rates=())])
