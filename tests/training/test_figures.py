"""Figures from scores, on a few whose result can be counted by hand."""

import numpy as np
import pytest

from training import figures


def test_an_area_counts_pairs_in_order_and_ties_as_half() -> None:
    assert figures.area(np.array([2.0, 1.0]), np.array([1.0, 0.0])) == pytest.approx(3.5 / 4)
    assert np.isnan(figures.area(np.array([1.0]), np.array([])))


def test_sureness_is_the_log_odds_of_one_outcome() -> None:
    logs = figures.logged(np.log(np.array([[0.5, 0.25, 0.25], [8.0, 1.0, 1.0]])))
    assert figures.sureness(logs, 0) == pytest.approx([0.0, np.log(4)])
    assert figures.sureness(logs, 1) == pytest.approx([np.log(1 / 3), np.log(1 / 9)])


def test_claims_are_counted_at_each_threshold() -> None:
    said = np.array([3.0, 2.0, 0.0, 1.0, -1.0])
    supported = np.array([True, True, True, False, False])
    found = figures.claim_figures(said, supported, {"low": 0.5, "high": 1.5})
    assert found["area"] == pytest.approx(5 / 6)
    assert (found["low_true"], found["low_false"]) == pytest.approx((2 / 3, 1 / 2))
    assert (found["high_true"], found["high_false"]) == pytest.approx((2 / 3, 0))
    assert found["high_accuracy"] == pytest.approx(5 / 6)
    assert figures.claim_thresholds(said, supported)["balanced"] == 2.0


def test_a_word_is_given_only_where_few_are_wrong() -> None:
    sure = [0.9] * 24 + [0.6]
    logs = np.log(np.array([[p, 0.95 - p, 0.05] for p in sure]))
    labels = np.array([0] * 23 + [1, 1])
    threshold = figures.word_threshold(logs, labels)
    assert threshold == pytest.approx(np.log(0.9 / 0.1))
    found = figures.word_figures(logs, labels, threshold)
    assert found["right"] == pytest.approx(23 / 25)
    assert found["wrong"] == pytest.approx(1 / 25)
    assert figures.word_threshold(logs, np.array([1] * 25)) == np.inf


def test_four_in_five_answerable_questions_are_answered() -> None:
    scores = np.arange(10.0)
    assert (scores >= figures.answered_threshold(scores)).mean() == pytest.approx(0.8)


def test_spans_are_measured_where_there_is_an_answer_and_where_a_reader_may_abstain() -> None:
    found = [("the Anna Berg", 3.0), ("Luca", 2.0), ("Riga", 2.5), ("1901", -1.0)]
    figured = figures.span_figures(found, [["Anna Berg"], ["Luca Conti", "Conti"], [], []])
    assert figured["em_answerable"] == pytest.approx(1 / 2)
    assert figured["f1_answerable"] == pytest.approx((1 + 2 / 3) / 2)
    assert figured["f1"] == pytest.approx((1 + 0 + 1 + 1) / 4)
    assert (figured["threshold"], figured["null_right"], figured["answered"]) == (2.5, 1.0, 0.5)
    assert figured["auc"] == pytest.approx(3 / 4)
