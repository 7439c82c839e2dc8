"""The gate fails when it should, and says why."""

import pytest

from eval.comparing.comparison import baseline_beside, load_baseline
from eval.comparing.gate import (
    METRICS,
    ThresholdError,
    Thresholds,
    gate,
    load_thresholds,
    shipped_thresholds,
    thresholds_of,
)
from eval.results import CaseResult, summarise
from eval.suites.files import gold_files, shipped_suite


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


def decide(report, suite, **tags):
    return gate(report, Thresholds(suite={"passed": 0.0, **suite}, tags=tags))


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
        "mine: 1 of 2 questions right, but 2 must be",
        "mine: an expected answer is in what it says (containment) is 50 %, below 51 %",
    )


def test_without_thresholds_every_case_must_pass():
    verdict = gate(HALF, Thresholds())
    assert verdict.rule == "every question must be right"
    assert verdict.reasons == ("mine: 1 of 2 questions went wrong: case2",)
    assert gate(report_of(result(1)), Thresholds()).passed


def test_thresholds_of_other_measures_let_no_case_fail():
    verdict = gate(HALF, Thresholds(suite={"containment": 0.5}, origin="in thresholds.toml"))
    assert verdict.reasons == ("mine: 1 of 2 questions went wrong: case2",)
    assert verdict.rule == (
        "every question must be right and 1 measure must reach its lowest value, as set in "
        "thresholds.toml"
    )


@pytest.mark.parametrize(
    ("share", "rule"),
    [
        (0.5, "at least 5 of 10 questions must be right, as set in t.toml"),
        (0.51, "at least 6 of 10 questions must be right, as set in t.toml"),
        (0.7, "at least 7 of 10 questions must be right, as set in t.toml"),
        (0.0, "none of 10 questions has to be right, as set in t.toml"),
        (1.0, "every question must be right, as set in t.toml"),
    ],
)
def test_the_rule_counts_the_cases_that_must_pass(share, rule):
    report = report_of(*map(result, range(10)))
    assert gate(report, Thresholds(suite={"passed": share}, origin="in t.toml")).rule == rule


def test_a_run_that_asked_nothing_fails():
    assert gate(report_of(), Thresholds(suite={"passed": 0.0})).reasons == (
        "mine: no question was asked",
    )


def test_many_failed_cases_are_counted_after_the_first_ten():
    report = report_of(*(result(n, problems=("wrong",)) for n in range(13)))
    (reason,) = gate(report, Thresholds()).reasons
    assert reason.startswith("mine: 13 of 13 questions went wrong: case0, case1, ")
    assert reason.endswith("case9 and 3 more")


def test_a_critical_failure_alone_fails_the_gate():
    report = report_of(result(1), result(2, problems=("abstained",), critical=True))
    assert decide(report, {}).reasons == ("mine: the critical question case2 is wrong: abstained",)
    assert decide(HALF, {}).passed


def test_a_metric_that_nothing_measured_misses_its_threshold():
    assert decide(HALF, {"mrr": 0.0}).reasons == (
        "mine: how early the proof comes in what it found, 100 % where always first (mrr) was not "
        "measured; no question asks for it",
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
        ("[mine]\nreader = 3", "text is needed"),
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
    shipped = load_thresholds(shipped_thresholds())
    assert set(shipped) <= {path.stem for path in gold_files(shipped_suite().parent)}
    assert all(set(table.suite) <= METRICS for table in shipped.values())


def test_the_shipped_baseline_reaches_the_shipped_thresholds_with_the_same_trained_model():
    held = thresholds_of(shipped_suite())
    baseline = load_baseline(baseline_beside(shipped_suite(), name="japan_us_defense"))
    decided = gate(summarise("s", baseline.cases, fingerprint=baseline.fingerprint), held)
    assert (decided.reasons, decided.notes) == ((), ())
    assert decided.rule.startswith("at least ")


def test_thresholds_of_a_suite_stand_beside_it(tmp_path):
    suite = tmp_path / "mine.jsonl"
    assert thresholds_of(suite) == Thresholds()
    thresholds_file(tmp_path, "[mine]\npassed = 0.5\n[yours]\npassed = 0.1")
    assert thresholds_of(suite).suite == {"passed": 0.5}
    assert thresholds_of(tmp_path / "other.jsonl") == Thresholds()


def test_a_table_of_a_suite_that_lies_there_too_is_no_misspelling(tmp_path):
    thresholds_file(tmp_path, "[gold1]\npassed = 0.5")
    with pytest.raises(ThresholdError, match="its table 'gold1' is the nearest"):
        thresholds_of(tmp_path / "gold2.jsonl")
    (tmp_path / "gold1.jsonl").write_text("")
    assert thresholds_of(tmp_path / "gold2.jsonl") == Thresholds()
