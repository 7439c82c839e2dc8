"""Where the plots put their points."""

from eval.reports.plots import confidences, reliability, risk_coverage


def test_a_curve_goes_right_with_coverage_and_up_with_risk():
    curve = risk_coverage([(0.5, 0.0), (1.0, 0.2)])
    assert curve.line == "50.0,100.0 100.0,0.0"
    assert [(tick.at, tick.label) for tick in curve.ticks] == [
        (100.0, "0 %"),
        (50.0, "10 %"),
        (0.0, "20 %"),
    ]


def test_a_long_curve_is_thinned_and_keeps_its_end():
    points = [(n / 10_000, 0.1) for n in range(1, 10_001)]
    line = risk_coverage(points).line.split()
    assert len(line) <= 201
    assert line[-1] == "100.0,0.0"


def test_what_lies_under_a_curve_ends_where_the_curve_does():
    curve = risk_coverage([(0.25, 0.0), (0.75, 0.2)])
    assert curve.under == "25.0,100 25.0,100.0 75.0,0.0 75.0,100"


def test_no_points_are_no_line():
    assert (risk_coverage([]).line, risk_coverage([]).under) == ("", "")


def test_confidence_is_counted_apart_for_questions_with_an_answer_and_without(make_case):
    cases = [
        make_case(confidence=0.05),
        make_case(confidence=0.0, answerable=False),
        make_case(confidence=1.0),
    ]
    first, *_, last = confidences(cases).columns
    assert (first.lower, first.upper) == (50.0, 50.0)
    assert (last.lower, last.upper, last.x) == (50.0, 0.0, 91.0)
    assert first.label == "confidence 0 to 0.1: 1 with an answer, 1 without"


def test_reliability_has_a_dot_per_bin_of_answered_cases_with_its_interval(make_case):
    cases = [
        make_case(confidence=0.72),
        make_case(confidence=0.78, problems=("wrong",)),
        make_case(confidence=0.1, status="abstained"),
    ]
    # Wilson for 1 of 2: centre 0.5, half-width 0.4055.
    (dot,) = reliability(cases)
    assert (dot.x, dot.y, dot.top, dot.bottom) == (75.0, 50.0, 9.45, 90.55)
    assert dot.label == "confidence 0.7 to 0.8: 1 of 2 right"
