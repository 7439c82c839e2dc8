"""The gate fails when it should, and says why."""

from pathlib import Path

import pytest

from eval.comparing.gate import METRICS, ThresholdError, Thresholds, gate, load_thresholds
from eval.results import CaseResult, summarise
from eval.suites.files import load_suite, shipped_suite

ROOT = Path(__file__).parents[2]


def result(number, *, problems=(), critical=False, containment=1.0):
    return CaseResult(
        id=f"case{number}",
        question="Which?",
        answerable=True,
        critical=critical,
        expected=("SM-6",),
        status="answered",
        problems=problems,
        scores={"containment": containment},
    )


def report_of(*cases):
    return summarise("mine", cases)


def decide(report, suite, comparison=None, **tags):
    return gate(report, Thresholds(suite=suite, tags=tags), comparison)


HALF = report_of(result(1), result(2, problems=("wrong",), containment=0.0))


def thresholds_file(tmp_path, text):
    path = tmp_path / "thresholds.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_value_at_its_threshold_passes():
    assert decide(HALF, {"containment": 0.5}).passed


def test_each_missed_threshold_is_named_with_its_value():
    verdict = decide(HALF, {"containment": 0.51, "passed": 0.9})
    assert verdict.reasons == (
        "mine: containment is 0.5000, below 0.5100",
        "mine: passed is 0.5000, below 0.9000",
    )


def test_a_critical_failure_alone_fails_the_gate():
    report = report_of(result(1), result(2, problems=("abstained",), critical=True))
    assert decide(report, {}).reasons == ("mine: critical case case2 failed: abstained",)
    assert decide(HALF, {}).passed


def test_a_metric_that_nothing_measured_misses_its_threshold():
    assert decide(HALF, {"mrr": 0.0}).reasons == (
        "mine: mrr was not measured; no case asks for it",
    )


def test_abstention_precision_without_abstentions_misses_its_threshold():
    case = CaseResult(id="c", question="?", answerable=False, expected=(), status="answered")
    assert not decide(report_of(case), {"abstention_precision": 0.0}).passed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[mine", "cannot be read"),
        ("mine = 3", "a table is needed"),
        ("[mine]\ncontainmnt = 0.5", "no metric with 'containmnt'"),
        ("[mine]\ncontainment = 80", "from 0 to 1"),
        ("[mine]\ncontainment = true", "from 0 to 1"),
        ('[mine]\ncontainment = "0.8"', "from 0 to 1"),
    ],
)
def test_a_wrong_thresholds_file_is_misuse(tmp_path, text, words):
    with pytest.raises(ThresholdError, match=words):
        load_thresholds(thresholds_file(tmp_path, text))


def test_a_missing_thresholds_file_is_misuse(tmp_path):
    with pytest.raises(ThresholdError, match="cannot be read"):
        load_thresholds(tmp_path / "absent.toml")


def test_thresholds_are_read_per_suite(tmp_path):
    path = thresholds_file(tmp_path, '[mine]\n"hit@5" = 1\n[yours]\nmrr = 0.5')
    expected = {"hit@5": 1.0}, {"mrr": 0.5}
    found = load_thresholds(path)
    assert (found["mine"].suite, found["yours"].suite) == expected


def test_every_shipped_threshold_belongs_to_a_shipped_suite():
    shipped = load_thresholds(ROOT / "eval" / "thresholds.toml")
    assert set(shipped) == {load_suite(shipped_suite()).name}
    assert all(set(table.suite) <= METRICS for table in shipped.values())
