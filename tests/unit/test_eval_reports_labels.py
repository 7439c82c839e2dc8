"""How the reports call metrics and write numbers."""

import pytest

from eval.comparing.thresholds import METRICS
from eval.reports.text import label_of, percent, points, probability, reason_in_words


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0%"), (0.001, "<1%"), (0.704, "70%"), (0.999, ">99%"), (1, "100%")],
)
def test_only_all_is_100_percent_and_only_none_0(value, shown):
    assert percent(value) == shown


@pytest.mark.parametrize(
    ("difference", "shown"), [(0.032, "+3.2"), (-0.1, "−10"), (0.0, "0"), (-0.0001, "0")]
)
def test_a_difference_is_in_points_with_its_sign(difference, shown):
    assert points(difference) == shown


def test_a_p_value_is_never_said_to_be_0():
    assert [probability(p) for p in (0.0, 0.0312, 1)] == ["<0.001", "0.031", "1.000"]


def test_every_metric_of_the_suites_has_words_of_its_own():
    assert [metric for metric in METRICS if not label_of(metric).meaning] == []


def test_what_has_no_entry_goes_by_its_own_name():
    assert label_of("my_metric").label == "my metric"
    assert reason_in_words("my_reason") == "my_reason"
    assert reason_in_words("no_match") == "No passage matches the question."
