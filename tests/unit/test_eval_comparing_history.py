"""Whole runs are kept beside their suite, found again by name, and set side by side."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from eval.comparing import history
from eval.comparing.comparison import Baseline, baseline_of, load_baseline, side_by_side
from eval.comparing.history import find_run, keep_run, kept_runs, load_results, runs_beside
from eval.reports.write import as_json
from eval.suites.files import shipped_suite
from rag import MisuseError, OperationError

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture
def suite(tmp_path):
    return tmp_path / "mine.jsonl"


@pytest.fixture
def keep(suite, make_case, make_run):
    """Keep a run of three questions, of which the named ones are wrong, at a minute after noon."""

    def make(minute, *wrong, **fingerprint):
        cases = [make_case(n, problems=("x",) if n in wrong else ()) for n in ("a", "b", "c")]
        run = make_run(*cases, fingerprint={"version": "1", **fingerprint})
        return keep_run(suite, run, at=NOON + timedelta(minutes=minute))

    return make


def results(make_case, *wrong, count=104):
    names = [f"c{number}" for number in range(count)]
    cases = [
        make_case(name, question=f"{name}?", problems=("x",) * (int(name[1:]) in wrong))
        for name in names
    ]
    return Baseline(suite="mine", fingerprint={}, cases=tuple(cases))


def test_a_kept_run_says_when_it_was_and_what_was_right(keep, suite):
    run = keep(0, "b")
    assert run.id.startswith("20261129T120000Z-")
    assert (run.right, run.wrong, run.fingerprint) == (("a", "c"), ("b",), {"version": "1"})
    assert run.path == suite.parent / ".footnote" / "runs" / "mine" / f"{run.id}.json"
    assert kept_runs(suite).runs == (run,)


def test_a_kept_run_is_a_baseline_too(keep):
    assert [case.id for case in load_baseline(keep(0).path).cases] == ["a", "b", "c"]


def test_runs_are_listed_oldest_first_whenever_they_were_kept(keep, suite):
    late, early = keep(9), keep(1)
    assert kept_runs(suite).runs == (early, late)
    assert find_run(kept_runs(suite), "latest") == late
    assert find_run(kept_runs(suite), "previous") == early


def test_runs_of_one_second_are_in_their_order(keep, suite):
    runs = [keep(number / 600) for number in (3, 1, 5, 2, 4)]
    assert [run.id for run in kept_runs(suite).runs] == [runs[n].id for n in (1, 3, 0, 4, 2)]


def test_a_run_is_named_by_the_beginning_or_the_end_of_its_id(keep, suite):
    first, second = keep(0), keep(60)
    history = kept_runs(suite)
    assert find_run(history, first.digits) == find_run(history, "20261129T12") == first
    with pytest.raises(MisuseError, match=f"fits 2 kept runs, {first.id}, {second.id}"):
        find_run(history, "2026")
    for name in ("", "nothing"):
        with pytest.raises(MisuseError, match="is no kept run of 'mine' and no file"):
            find_run(history, name)


def test_a_run_before_the_first_is_misuse(keep, suite):
    keep(0)
    with pytest.raises(MisuseError, match=r"'previous' needs 2 kept runs of 'mine', and .* has 1:"):
        find_run(kept_runs(suite), "previous")


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-20],
        lambda text: text[:50],
        lambda text: "",
        lambda text: "\0" * 5000,
        lambda text: "{" * 100_000,
        lambda text: text.replace('"right"', '"wrought"'),
        lambda text: text.replace("2026-11-29", "2026-13-29"),
        lambda text: text.replace('"run": {', '"run": [{'),
        lambda text: "[]",
    ],
)
def test_a_damaged_run_is_one_sentence_and_left_out(keep, suite, damage):
    whole, bad = keep(0), keep(1)
    bad.path.write_text(damage(bad.path.read_text()))
    history = kept_runs(suite)
    assert history.runs == (whole,)
    assert len(history.damaged) == 1
    assert history.damaged[0].startswith(f"{str(bad.path)!r} is no kept run (")


def test_the_oldest_runs_go_beyond_the_limit_and_nothing_else_does(keep, suite, monkeypatch):
    monkeypatch.setattr(history, "MOST", 2)
    other = keep(0).path.with_name("my-notes.json")
    other.write_text("{}")
    newest = [keep(1), keep(2)]
    assert kept_runs(suite).runs == tuple(newest)
    assert other.exists()


def test_runs_take_no_more_than_so_many_bytes_but_the_newest_is_kept(keep, suite, monkeypatch):
    monkeypatch.setattr(history, "MOST_BYTES", 10)
    keep(0)
    newest = keep(1)
    assert kept_runs(suite).runs == (newest,)


def test_git_ignores_kept_runs_unless_somebody_says_otherwise(keep, suite):
    keep(0)
    ignored = suite.parent / ".footnote" / "runs" / ".gitignore"
    assert ignored.read_text() == "*\n"
    ignored.write_text("")
    keep(1)
    assert ignored.read_text() == ""


def test_runs_of_shipped_suites_lie_in_the_users_data_folder(tmp_path):
    assert runs_beside(shipped_suite()).is_relative_to(tmp_path / "home" / "data" / "footnote")


def test_a_folder_that_cannot_be_written_says_so(keep, suite):
    (suite.parent / ".footnote").write_text("in the way")
    with pytest.raises(OperationError, match=r"cannot be kept in .*--no-keep"):
        keep(0)
    assert kept_runs(suite).runs == ()


def test_texts_that_no_file_can_hold_are_kept_as_question_marks(suite, make_case, make_run):
    keep_run(suite, make_run(make_case("\ud800", text="\u2028 \x00"), fingerprint={"k": "\udfff"}))
    (run,) = kept_runs(suite).runs
    assert (run.right, run.fingerprint) == (("?",), {"k": "?"})


def test_results_are_read_from_what_json_wrote(tmp_path, make_case, make_run):
    path = tmp_path / "out.json"
    runs = [make_run(make_case("a")), make_run(make_case("b"), suite="other")]
    path.write_text(as_json(runs))
    assert load_results(path, suite="other").cases[0].id == "b"
    with pytest.raises(MisuseError, match="has the suites mine, other: name one"):
        load_results(path)
    path.write_text(as_json(runs[:1]))
    assert load_results(path).cases[0].text == make_case("a").text


@pytest.mark.parametrize("text", ["", "[]", '{"suites": []}', '{"suites": [{"suite": "a"}]}', "{}"])
def test_what_holds_no_results_is_misuse(tmp_path, text):
    (tmp_path / "out.json").write_text(text)
    with pytest.raises(MisuseError, match=r"cannot be read|is no output"):
        load_results(tmp_path / "out.json")
    with pytest.raises(MisuseError, match="cannot be read"):
        load_results(tmp_path / "absent.json")


def test_nine_of_ten_that_turned_one_way_are_unlikely_to_be_chance(make_case):
    found = side_by_side(results(make_case, *range(9)), results(make_case, 50))
    assert found.verdict == (
        "B is better: it answers 9 right that A has wrong, and 1 the other way, and luck "
        "alone would hardly do that (p 0.021: how likely it would be)."
    )
    assert side_by_side(results(make_case, 50), results(make_case, *range(9))).verdict == (
        "A is better: it answers 9 right that B has wrong, and 1 the other way, and luck "
        "alone would hardly do that (p 0.021: how likely it would be)."
    )


def test_seven_of_nine_may_be_chance_and_what_could_not_be_seen_is_told(make_case):
    found = side_by_side(results(make_case, *range(7)), results(make_case, 50, 51))
    assert found.verdict == (
        "B answers 7 right that A has wrong, and 2 the other way: that may be luck. With 104 "
        "questions, 9 of them right in one only, a difference under 7 could not be seen."
    )


def test_no_difference_says_what_could_not_be_seen(make_case):
    found = side_by_side(results(make_case, 1), results(make_case, 1))
    assert found.verdict == (
        "No difference: both are right on the same questions. With 104 questions a difference "
        "under 6 could not be seen."
    )
    few = side_by_side(results(make_case, 0, count=5), results(make_case, count=5))
    assert few.verdict.endswith(
        "With 5 questions no difference could be told from luck: six are the fewest."
    )


def test_only_questions_of_both_are_set_side_by_side(make_case):
    a = results(make_case, count=3)
    b = results(make_case, count=4)
    reworded = replace(b.cases[0], question="Other words?")
    found = side_by_side(a, replace(b, cases=(reworded, *b.cases[1:])))
    assert [case.id for case in found.b.cases] == ["c1", "c2"]
    assert (found.reworded, found.comparison.added) == (("c0",), ("c3",))


def test_a_question_is_the_same_one_under_another_id(make_case):
    b = results(make_case, 2, count=3)
    renamed = tuple(replace(case, id=f"new-{case.id}") for case in b.cases)
    found = side_by_side(results(make_case, count=3), replace(b, cases=renamed))
    assert found.comparison.newly_failing == ("new-c2",)
    assert [case.id for case in found.a.cases] == ["new-c0", "new-c1", "new-c2"]


def test_runs_without_a_question_in_common_are_misuse(make_case):
    other = Baseline(suite="other", fingerprint={}, cases=(make_case("z"),))
    with pytest.raises(MisuseError, match="'mine' and 'other' have no question in common"):
        side_by_side(results(make_case), other)


def test_the_shipped_baseline_does_not_differ_from_itself():
    path = Path(history.__file__).parents[1] / "baselines" / "japan_us_defense.json"
    found = side_by_side(load_baseline(path), load_baseline(path))
    assert (found.p_value, found.least, found.comparison.changed) == (1.0, 6, ())


def test_a_kept_run_holds_what_its_report_held(suite, make_case, make_run):
    run = make_run(make_case("a"), make_case("b", problems=("x",)))
    kept_at = keep_run(suite, run).path
    assert load_results(kept_at) == baseline_of(run.report)
    assert json.loads(kept_at.read_text())["run"]["passed"] is True
