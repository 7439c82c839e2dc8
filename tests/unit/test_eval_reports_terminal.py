"""What a report looks like on a terminal."""

import re

from eval.reports.lines import terminal
from eval.results import Comparison, MetricChange

WRONG = {"problems": ("the expected answer is not in what it says",), "text": "They build ships."}
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


def test_it_begins_with_how_many_were_right_and_what_was_not(make_case, make_run):
    case = make_case(critical=True, evidence=(), citations=(), **WRONG)
    assert terminal([make_run(case)]).splitlines()[:9] == [
        "mine: 0 of 1 right (0 to 79 % with 95 % certainty). 1 wrong:",
        "Only 1 question was asked: of many more like it, between 0 and 79 % would be",
        "right (95 % certain).",
        "",
        "  Which missile will Japan co-produce? [missile, critical]",
        "    expected        AMRAAM, or: SM-6",
        "    got             They build ships.",
        "    wrong           the expected answer is not in what it says",
        "",
    ]


def test_what_was_right_and_the_figures_are_printed_only_when_asked_for(make_case, make_run):
    run = make_run(make_case(), make_case("other", question="Who?"))
    assert terminal([run]).splitlines() == [
        "mine: 2 of 2 right (34 to 100 % with 95 % certainty).",
        "Only 2 questions were asked: of many more like them, between 34 and 100 % would",
        "be right (95 % certain).",
        "",
        "Passed. To pass: every question must be right.",
        "",
    ]
    assert "2 right:" in terminal([run], right=True)
    assert "  Who? [other]" in terminal([run], right=True)


def test_a_measure_is_shown_with_its_interval_and_its_change(make_case, make_run):
    run = make_run(make_case(), comparison=Comparison(metrics=(DROP,)))
    text = " ".join(terminal([run], figures=True).split())
    assert (
        "50 % 10 to 90 % 2 an expected answer is in what it says (containment); before 80 %, "
        "worse, more than luck explains (p 0.031: how likely luck alone does this)" in text
    )


def test_what_changed_names_the_questions(make_case, make_run):
    cases = [make_case(name, question=f"{name}?", **WRONG) for name in ("a", "b")]
    comparison = Comparison(metrics=(), newly_failing=("a", "b"))
    text = terminal([make_run(*cases, comparison=comparison)])
    assert (
        "\nSince the earlier run (the baseline):\n- 2 questions that were right are wrong now:\n"
        "    a? [a]\n    b? [b]\n" in text
    )


def test_no_line_is_wider_than_80_columns(make_case, make_run):
    long = make_case("x" * 100, question="q " * 500, text="w" * 500, problems=("e" * 200,))
    stale = Comparison(metrics=(DROP,), stale=("model " * 40,))
    text = terminal(
        [make_run(long, reasons=("m " * 100,), comparison=stale, suite="s" * 90)], figures=True
    )
    assert max(map(len, text.splitlines())) <= 80


def test_control_characters_and_lone_surrogates_do_not_reach_the_terminal(make_case, make_run):
    hostile = "\x1b[31mred\x00\ud800 \u202e"
    text = terminal([make_run(make_case(**WRONG | {"text": hostile}), suite=hostile)])
    assert text.replace("\n", "").isprintable()
    assert "[31mred" in text


def test_a_newly_failing_case_comes_first_and_the_rest_is_counted(make_case, make_run):
    cases = [make_case(name, question=name, **WRONG) for name in "abc"]
    run = make_run(*cases, comparison=Comparison(metrics=(), newly_failing=("c",)))
    lines = terminal([run], failures=2).splitlines()
    assert [line for line in lines if line[:2] == "  " and line[2] != " "] == [
        "  c [c, was right before]",
        "  a [a]",
    ]
    assert "... and 1 more that are wrong: --all prints them" in lines
    assert "  b [b]" in terminal([run], failures=None)


def test_a_crash_and_an_abstention_are_shown_as_such(make_case, make_run):
    crash = make_case(status="crashed", text="", error="ValueError: x", problems=("crashed",))
    abstained = make_case(
        status="abstained", text="", reason="no_match", expected=(), problems=("refused",)
    )
    text = terminal([make_run(crash, abstained)])
    assert "    got             an error of the program: ValueError: x\n" in text
    assert "    expected        no answer: the documents do not say\n" in text
    assert (
        "    got             no answer, since no passage matches the question (no_match)\n" in text
    )


def test_a_case_whose_quote_is_gone_is_wrong_but_no_error_of_the_program(make_case, make_run):
    gone = make_case(status="crashed", text="", outdated=True, problems=("passage is gone",))
    run = make_run(gone, make_case("b"))
    text = terminal([run])
    assert "error of the program" not in text + run.lead
    assert "; 1 was not asked, as its proof is not found." in run.lead
    assert "    got             not asked: its proof is not in the documents as " in text
    assert "    wrong           passage is gone\n" in text


def test_a_stale_baseline_is_said_loudly(make_run):
    run = make_run(comparison=Comparison(metrics=(), stale=("gold",)))
    text = terminal([run], colour=True)
    assert "\x1b[1;33m- Take care: questions and expected answers (gold) changed since the" in text


def test_the_gate_names_its_rule_and_what_was_missed(make_run):
    passed = "Passed. To pass: every question must be right.\n"
    assert terminal([make_run()]).endswith(f"\n\n{passed}\n")
    missed = f"{passed.replace('Passed', 'Failed')}- mrr is 0.1\n"
    assert terminal([make_run(reasons=("mrr is 0.1",))]).endswith(f"\n\n{missed}\n")


def test_colour_is_used_only_when_asked_for_and_changes_no_word(make_case, make_run):
    run = make_run(make_case(**WRONG), comparison=Comparison(metrics=(DROP,), stale=("model",)))
    plain, coloured = terminal([run]), terminal([run], colour=True)
    assert "\x1b" not in plain
    assert "\x1b[31m- More than luck explains: an expected answer" in coloured
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == plain


def test_an_empty_report_is_shown_too(make_run):
    assert "mine: No questions were asked." in terminal([make_run(rates=())], figures=True)
