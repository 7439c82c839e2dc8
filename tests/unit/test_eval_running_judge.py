"""A judge is advice: shown beside the checks, no part of the gate."""

from dataclasses import replace

import pytest

from eval.comparing.gate import METRICS, Thresholds, gate
from eval.reports.lines import terminal
from eval.results import summarise
from eval.running.suite import Judge
from rag import MisuseError, ModelUnavailableError, Settings
from rag.testing import ScriptedModel


def judged(case, *replies, **named):
    model = ScriptedModel(*replies, name="judge:model")
    return next(Judge(model, settings=Settings(), **named).judged([case])).judged


@pytest.mark.parametrize(
    ("reply", "advice"),
    [
        ("right\nIt names it.", "right: It names it."),
        ("**Wrong.**", "wrong"),
        ("Well, perhaps", "unclear: it did not say right or wrong"),
        (ModelUnavailableError("gone"), "unclear: gone"),
    ],
)
def test_a_reply_becomes_advice(make_case, reply, advice):
    assert judged(make_case(), reply) == advice


def test_the_judge_is_shown_question_expectation_and_answer(make_case):
    model = ScriptedModel("right")
    list(Judge(model, settings=Settings()).judged([make_case(text="It is SM-6.")]))
    asked = model.asked[0][-1].text
    assert "Which missile will Japan co-produce?" in asked
    assert "AMRAAM | SM-6" in asked
    assert "It is SM-6." in asked


def test_the_answering_model_is_no_judge_unless_told_so(make_case):
    own = make_case(model="judge:model")
    with pytest.raises(MisuseError, match="--judge-self"):
        judged(own, "right")
    assert judged(own, "right", may_judge_itself=True) == "right"


def test_advice_is_reported_as_such_and_never_gates(make_case, make_run):
    cases = [replace(make_case("a"), judged="wrong"), replace(make_case("b"), judged="right: yes")]
    report = summarise("mine", cases)
    assert gate(report, Thresholds()).passed
    assert "judged" not in METRICS
    assert {rate.name for rate in report.rates} == {"passed", "containment"}
    assert "opinion: it finds 1 of 2 right" in terminal([make_run(*cases)])
