"""What a report looks like on a terminal and as JSON."""

import json

from eval.gate import Verdict
from eval.report import as_json, as_text, verdict_text
from eval.results import CaseResult, summarise


def result(name, **changes):
    plain = {
        "id": name,
        "question": "Which missile will Japan co-produce?",
        "answerable": True,
        "expected": ("AMRAAM", "SM-6"),
        "status": "answered",
        "text": "They build ships.",
        "scores": {"containment": 0.0},
        "problems": ("no accepted answer is in the text",),
    }
    return CaseResult(**(plain | changes))


def text_of(*cases, **settings):
    return as_text(summarise("mine", cases), {"containment": 0.8}, **settings)


def test_a_failure_shows_expected_and_got_and_why():
    lines = text_of(result("missile", critical=True)).splitlines()
    assert lines[-5:] == [
        "  missile (critical)",
        "    question  Which missile will Japan co-produce?",
        "    expected  AMRAAM | SM-6",
        "    got       They build ships.",
        "    why       no accepted answer is in the text",
    ]


def test_a_metric_is_shown_with_interval_cases_and_threshold():
    # Wilson for 1 of 2: centre 0.5, half-width 0.4055.
    passed = result("b", scores={"containment": 1.0}, problems=())
    row = next(line for line in text_of(result("a"), passed).splitlines() if "containment" in line)
    assert row.split() == ["containment", "0.500", "0.095", "-", "0.905", "2", "0.800", "MISSED"]


def test_no_line_is_wider_than_80_columns():
    long = result("x" * 100, question="q " * 500, text="w" * 500, expected=("e" * 200,))
    text = text_of(long) + "\n" + verdict_text(Verdict(missed=("m " * 100,)))
    assert max(len(line) for line in text.splitlines()) <= 80


def test_control_characters_and_lone_surrogates_do_not_reach_the_terminal():
    text = text_of(result("a", text="\x1b[31mred\x00\ud800 \u202e"))
    assert text.replace("\n", "").isprintable()
    assert "[31mred" in text


def test_critical_failures_come_first_and_the_rest_is_counted():
    cases = [result("a"), result("b"), result("c", critical=True)]
    lines = text_of(*cases, failures=2).splitlines()
    assert "3 of 3 failed:" in lines
    assert [line.strip() for line in lines if line.startswith("  ") and line[2] != " "] == [
        "c (critical)",
        "a",
    ]
    assert lines[-1] == "... and 1 more; --json lists all"


def test_a_crash_and_an_abstention_are_shown_as_such():
    crash = result("a", status="crashed", text="", problems=("crashed: ValueError: x",))
    abstained = result("b", status="abstained", text="", reason="no_match", expected=())
    text = text_of(crash, abstained)
    assert "    got       nothing\n    why       crashed: ValueError: x" in text
    assert "    expected  to abstain\n    got       abstained (no_match)" in text


def test_the_gate_names_what_was_missed():
    assert verdict_text(Verdict(missed=())) == "Gate: passed"
    assert verdict_text(Verdict(missed=("mine: mrr is 0.1",))) == "Gate: FAILED\n- mine: mrr is 0.1"


def test_json_holds_every_case_and_the_verdict():
    report = summarise("mine", [result("a", text="\ud800"), result("b", problems=())])
    text = as_json([report], Verdict(missed=("x",)))
    content = json.loads(text)
    assert text.isascii()
    assert (content["passed"], content["missed"]) == (False, ["x"])
    suite = content["suites"][0]
    assert [case["id"] for case in suite["cases"]] == ["a", "b"]
    assert suite["failed"] == ["a"]
    assert {"name", "value", "low", "high", "cases"} == set(suite["rates"][0])


def test_an_empty_report_is_shown_too():
    assert "0 questions" in as_text(summarise("mine", []), {})
