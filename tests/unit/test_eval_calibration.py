"""The threshold is fitted to gold, checked on what was held out, and kept."""

import pytest

from eval.cli.evaluate import told
from eval.metrics.statistics import calibrated
from rag import MisuseError


def cases(make_case, *outcomes):
    return [
        make_case(f"c{n}", confidence=confidence, problems=() if right else ("wrong",))
        for n, (confidence, right) in enumerate(outcomes)
    ]


SURE = [(0.9, True)] * 10 + [(0.5, True)] * 10
UNSURE = [(0.2, False)] * 10


def test_the_lowest_threshold_with_the_precision_is_fitted(make_case):
    found = cases(make_case, *SURE, *UNSURE)
    assert calibrated(found, precision=0.95).threshold == 0.5
    assert calibrated(found, precision=0.6).threshold == 0.2


def test_what_it_gives_is_measured_on_held_out_cases(make_case):
    fit = calibrated(cases(make_case, *SURE, *UNSURE), precision=0.95)
    assert (fit.precision, fit.coverage, fit.folds) == (1.0, pytest.approx(2 / 3), 5)
    assert fit.low == pytest.approx(0.839, abs=0.001)  # Wilson's for 20 of 20
    assert (0.5, pytest.approx(2 / 3), 1.0) in fit.curve


def test_abstentions_without_a_draft_are_never_answered(make_case):
    found = cases(make_case, *SURE)
    found += [make_case(f"a{n}", status="abstained", confidence=0.99) for n in range(10)]
    assert calibrated(found, precision=1.0).coverage == pytest.approx(2 / 3)


def test_the_same_cases_and_seed_give_the_same_fit(make_case):
    mixed = cases(make_case, *((n / 40, n % 3 > 0) for n in range(40)))
    assert calibrated(mixed, precision=0.6) == calibrated(mixed, precision=0.6)


def test_a_precision_that_nothing_gives_is_misuse(make_case):
    with pytest.raises(MisuseError, match="no threshold gives a precision"):
        calibrated(cases(make_case, *UNSURE), precision=0.9)
    with pytest.raises(MisuseError, match="3 cases cannot be parted"):
        calibrated(cases(make_case, *SURE[:3]), precision=0.9)


def test_the_curve_is_shown_with_what_to_expect(make_case):
    fit = calibrated(cases(make_case, *SURE, *UNSURE), precision=0.95)
    text = told(fit, wanted=0.95)
    assert "    0.500     0.667  1.000 ########################################  <- fitted" in text
    assert "on cases that were not fitted on (5 folds): 0.667 answered, precision 1.000" in text
