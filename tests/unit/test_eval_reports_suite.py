"""In which order cases and measures are reported."""

from dataclasses import replace

from eval.results import Comparison, MetricChange, Rate


def change(name, before, after, *, significant):
    return MetricChange(
        name=name,
        before=before,
        after=after,
        p_value=0.01,
        test="randomisation",
        low=-0.2,
        high=0.1,
        significant=significant,
    )


def test_the_worst_news_comes_first_and_critical_before_others(make_case, make_run):
    wrong = {"problems": ("wrong",)}
    cases = [
        make_case("passed"),
        make_case("changed"),
        make_case("fixed"),
        make_case("failing", **wrong),
        make_case("broken", **wrong),
        make_case("critical", critical=True, **wrong),
        make_case("broken-critical", critical=True, **wrong),
    ]
    comparison = Comparison(
        metrics=(),
        newly_failing=("broken", "broken-critical"),
        newly_passing=("fixed",),
        changed=("changed", "failing"),
    )
    ordered = make_run(*cases, comparison=comparison).ordered()
    assert [(case.id, standing) for case, standing in ordered] == [
        ("broken-critical", "newly failing"),
        ("broken", "newly failing"),
        ("critical", "failing"),
        ("failing", "failing"),
        ("fixed", "newly passing"),
        ("changed", "changed"),
        ("passed", "passed"),
    ]


def test_a_significant_drop_heads_the_measures_and_the_rest_keeps_its_order(make_run):
    rates = tuple(Rate(name=name, value=0.5, low=0.4, high=0.6, n=9) for name in "abcd")
    changes = (
        change("b", 0.9, 0.5, significant=False),
        change("c", 0.6, 0.5, significant=True),
        change("d", 0.7, 0.5, significant=True),
    )
    run = make_run(rates=rates, comparison=Comparison(metrics=changes))
    assert [rate.name for rate, _ in run.measures()] == ["d", "c", "a", "b"]
    assert run.measures()[2][1] is None


def test_the_lead_says_what_was_asked_and_how_long_it_took(make_case, make_run):
    cases = [make_case("a"), make_case("b", answerable=False), make_case("c", status="crashed")]
    run = make_run(*cases, p50_seconds=0.0312, p95_seconds=0.0601)
    assert run.lead == (
        "3 questions, 2 answerable, 1 to abstain on; 31 ms median, 60 ms p95; 1 crashed"
    )


def test_what_the_baseline_was_measured_on_is_said_only_where_it_differs(make_run):
    run = make_run(comparison=Comparison(metrics=(), stale=("model", "prompts")))
    assert "differs from this run in model, prompts" in run.stale
    assert replace(run, comparison=None).stale == ""
