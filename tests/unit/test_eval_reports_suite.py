"""In which order cases and measures are reported."""

from dataclasses import replace

import pytest

from eval.reports.suite import change_in_words, could_be, told, value_now
from eval.results import Comparison, MetricChange, Rate
from eval.suites.cases import Quote


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


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (82, 22, "82 of 104 right (70 to 86 % with 95 % certainty). 22 wrong:"),
        (2, 0, "2 of 2 right (34 to 100 % with 95 % certainty)."),
        (0, 1, "0 of 1 right (0 to 79 % with 95 % certainty). 1 wrong:"),
        (0, 0, "No questions were asked."),
    ],
)
def test_the_headline_says_how_many_were_right_and_how_sure_that_is(
    make_case, make_run, right, wrong, said
):
    cases = [make_case(str(n), problems=("wrong",) * (n >= right)) for n in range(right + wrong)]
    assert make_run(*cases).headline == said


def test_the_verdict_gives_the_rule(make_run):
    assert make_run().verdict == "Passed. To pass: every question must be right."
    assert make_run(reasons=("1 failed",)).verdict.startswith("Failed. To pass")


def test_the_lead_says_what_was_asked_and_how_long_it_took(make_case, make_run):
    cases = [make_case("a"), make_case("b", answerable=False), make_case("c", status="crashed")]
    run = make_run(*cases, p50_seconds=0.31, p95_seconds=0.6)
    assert run.lead == (
        "3 questions: 2 that the documents answer, 1 that they do not; 1 ended in an error of "
        "the program. Half of them took at most 0.31 s, 95 % at most 0.60 s."
    )


def test_what_the_baseline_was_measured_on_is_said_only_where_it_differs(make_run):
    run = make_run(comparison=Comparison(metrics=(), stale=("gold", "mine")))
    assert run.stale.startswith("questions and expected answers (gold), mine changed since the")
    assert replace(run, comparison=None).stale == ""


def test_what_changed_is_said_in_words_the_worst_first(make_case, make_run):
    cases = [make_case(name, question=f"{name}?") for name in ("a", "b", "c", "d")]
    comparison = Comparison(
        metrics=(
            change("containment", 0.8, 0.5, significant=True),
            change("f1", 0.5, 0.6, significant=True),
            change("mrr", 0.5, 0.4, significant=False),
        ),
        newly_failing=("a", "b"),
        newly_passing=("c",),
        changed=("d",),
    )
    found = list(make_run(*cases, comparison=comparison).changes())
    assert [change.says for change in found] == [
        "2 questions that were right are wrong now:",
        "1 question that was wrong is right now:",
        "1 answer says something else, as right or wrong as before.",
        "More than luck explains: an expected answer is in what it says (containment) fell from "
        "80 % to 50 %.",
        "More than luck explains: how alike its short answer and the expected one are, word by "
        "word (f1) rose from 50 % to 60 %.",
    ]
    assert [change.worse for change in found] == [True, False, False, True, False]
    assert [case.id for case in found[0].cases] == ["a", "b"]


def test_nothing_changed_is_said_too_and_without_a_baseline_nothing(make_case, make_run):
    same = (change("f1", 0.5, 0.5, significant=False), change("mrr", 0.5, 0.4, significant=False))
    run = make_run(make_case(), comparison=Comparison(metrics=same))
    assert [change.says for change in run.changes()] == [
        "Every question is as right or wrong as it was.",
        "Some figures (--figures) got worse; with so few questions that can be luck.",
    ]
    assert list(make_run(make_case()).changes()) == []


def test_a_change_of_a_measure_says_whether_it_may_be_chance():
    moved = [(0.8, 0.5, True), (0.5, 0.6, False), (0.5, 0.5, False)]
    changes = [change("f1", before, after, significant=sure) for before, after, sure in moved]
    assert list(map(change_in_words, changes)) == [
        "worse, more than luck explains (p 0.010: how likely luck alone does this)",
        "better, may be luck",
        "same",
    ]


def test_a_case_tells_what_was_expected_beside_what_came_with_both_passages(make_case):
    said = "They build ships."
    quote = replace(make_case().citations[0], quote="Ships are built.")
    wrong = make_case(text=said, short="ships", citations=(quote,), problems=("a", "b"))
    evidence = wrong.evidence[0].quote
    assert list(told(wrong)) == [
        ("expected", "AMRAAM, or: SM-6"),
        ("given as proof", f"b.txt: “{evidence}”"),
        ("got", "ships"),
        ("said in", "“They build ships.”"),
        ("said in", "“Ships are built.” (Defence, b.txt)"),
        ("wrong", "a; b"),
    ]


def test_an_answer_that_is_its_quote_is_said_once(make_case):
    assert dict(told(make_case()))["said in"] == "(Defence, b.txt)"


def test_a_short_answer_and_the_sentence_it_is_in_stand_apart(make_case):
    case = make_case(short="AMRAAM")
    found = dict(told(case))
    assert found["got"] == "AMRAAM"
    assert found["said in"] == f"“{case.text}” (Defence, b.txt)"


def test_an_expected_answer_that_is_not_in_its_proof_is_said_with_its_line(make_case):
    quote = Quote(document="ferry.md", quote="It takes 34 cars and 180 passengers")
    case = make_case(expected=("44",), evidence=(quote,), file="/home/me/gold.jsonl", line=5)
    assert dict(told(case))["take care"] == (
        "the expected answer is not in that passage, so one of them may be wrong: check the gold "
        "file (gold.jsonl line 5)"
    )
    wrong = replace(case, problems=("wrong",))
    assert dict(told(wrong))["written in"] == "gold.jsonl line 5"
    for fine in ({"expected": ("34 cars",)}, {"expected": ("Yes",)}, {"evidence": ()}):
        assert "take care" not in dict(told(replace(case, **fine)))


def test_what_a_range_means_is_said_where_few_were_asked(make_case, make_run):
    cases = [make_case(str(n), problems=("wrong",) * (n > 2)) for n in range(50)]
    assert make_run(*cases[:6]).sure == (
        "Only 6 questions were asked: of many more like them, between 19 and 81 % would be right "
        "(95 % certain)."
    )
    assert (make_run(*cases).sure, make_run().sure) == ("", "")


def test_a_rate_over_no_question_is_no_share():
    none = Rate(name="abstention_precision", value=0.0, low=0.0, high=1.0, n=0)
    assert (value_now(none), could_be(none)) == ("–", "nothing to count")


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        ([0.1, 0.2], "Some figures (--figures) rose; with so few questions that can be luck."),
        ([0.1, -0.2], "Some figures (--figures) changed; with so few"),
        ([0.0], "Every figure is the same as before."),
    ],
)
def test_what_luck_may_have_moved_is_said_so(make_run, moves, said):
    changes = tuple(change("f1", 0.5, 0.5 + move, significant=False) for move in moves)
    *_, last = make_run(comparison=Comparison(metrics=changes)).changes()
    assert last.says.startswith(said)


def test_a_suite_goes_by_the_name_of_its_file(make_case, make_run):
    assert make_run(make_case(file="/home/me/mine.yaml")).report.title == "mine.yaml"
    assert make_run(make_case()).report.title == "mine"
