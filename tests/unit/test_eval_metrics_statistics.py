"""Whether a difference can be chance, against values worked out by hand."""

import pytest

from eval.metrics.statistics import (
    difference_interval,
    holm,
    least_telling,
    mcnemar,
    mean_interval,
    paired_randomisation,
    percentile,
)


@pytest.mark.parametrize(
    ("worse", "better", "p_value"),
    [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 0.0625), (6, 0, 0.03125), (3, 3, 1.0), (8, 2, 0.109375)],
)
def test_mcnemar_counts_the_pairs_that_turned(worse, better, p_value):
    before = [True] * worse + [False] * better + [True] * 20 + [False] * 20
    after = [False] * worse + [True] * better + [True] * 20 + [False] * 20
    assert mcnemar(before, after) == pytest.approx(p_value)


@pytest.mark.parametrize(("turned", "least"), [(0, 6), (6, 6), (7, 7), (9, 7), (30, 12), (50, 16)])
def test_the_least_telling_difference_is_unlikely_and_two_less_is_not(turned, least):
    assert least_telling(turned, trials=104) == least

    def p_value(size):
        worse, better = (max(turned, 6) - size) // 2, (max(turned, 6) + size) // 2
        return mcnemar([True] * worse + [False] * better, [False] * worse + [True] * better)

    assert p_value(least) < 0.05 <= p_value(least - 2)


def test_nothing_is_told_from_fewer_than_six_pairs():
    assert least_telling(5, trials=5) is None


def test_randomisation_agrees_with_all_swaps_enumerated():
    # Four differences of one size: 2 of 16 sign patterns reach the observed sum of 4.
    found = paired_randomisation([1, 1, 1, 1, 0.5], [0, 0, 0, 0, 0.5])
    assert found == pytest.approx(2 / 16, abs=0.01)


def test_no_change_is_no_evidence_and_the_seed_decides_the_rest():
    assert paired_randomisation([0.2, 0.4], [0.2, 0.4]) == 1.0
    before, after = [0.1 * n for n in range(10)], [0.09 * n for n in range(10)]
    assert paired_randomisation(before, after) == paired_randomisation(before, after)


def test_holm_multiplies_the_smallest_by_the_number_of_tests():
    adjusted = holm({"a": 0.01, "b": 0.04, "c": 0.03})
    assert adjusted == pytest.approx({"a": 0.03, "c": 0.06, "b": 0.06})
    assert holm({}) == {}


def test_intervals_hold_the_mean_and_do_not_change_between_calls():
    before, after = [0.0] * 10, [0.0] * 5 + [0.5] * 5
    low, high = difference_interval(before, after)
    assert 0.0 < low < 0.25 < high < 0.5
    assert (low, high) == difference_interval(before, after)
    assert mean_interval(after) == (low, high)
    assert mean_interval([]) == (0.0, 1.0)


def test_a_percentile_is_the_smallest_value_that_enough_do_not_exceed():
    assert percentile([5, 1, 4, 2, 3], 0.5) == 3
    assert percentile(list(range(1, 101)), 0.95) == 95
    assert percentile([], 0.5) == 0.0
