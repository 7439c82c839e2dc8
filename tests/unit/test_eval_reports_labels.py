"""How the reports call things and write numbers."""

import pytest

from eval.comparing.gate import METRICS
from eval.reports.wording import between, in_words, label_of, named, percent, points, probability
from eval.running.asking import SETTINGS


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0 %"), (0.001, "<1 %"), (0.704, "70 %"), (0.999, ">99 %"), (1, "100 %")],
)
def test_only_all_is_100_percent_and_only_none_0(value, shown):
    assert percent(value) == shown


@pytest.mark.parametrize(
    ("difference", "shown"), [(0.032, "+3.2"), (-0.1, "−10"), (0.0, "0"), (-0.0001, "0")]
)
def test_a_difference_is_in_points_with_its_sign(difference, shown):
    assert points(difference) == shown


def test_an_interval_is_in_whole_percent():
    assert between(0.7441, 0.8549) == "74 to 85 %"


def test_a_p_value_is_never_said_to_be_0():
    assert [probability(p) for p in (0.0, 0.0312, 1)] == ["<0.001", "0.031", "1.000"]


def test_every_metric_of_the_suites_has_words_of_its_own():
    assert [metric for metric in METRICS if not label_of(metric).meaning] == []


def test_every_setting_that_changes_answers_has_words_of_its_own():
    assert [name for name in SETTINGS if in_words("fact", name) == name] == []


def test_the_technical_name_stands_beside_the_words():
    assert (
        label_of("hit@1").named
        == "questions whose first passage found has some of the proof (hit@1)"
    )
    assert named("reason", "no_match") == "no passage matches the question (no_match)"


def test_what_has_no_entry_goes_by_its_own_name():
    assert label_of("my_metric").named == "my_metric"
    assert named("reason", "my_reason") == "my_reason"
