"""A run against its baseline: what turned, what dropped for real, and what the gate says."""

import json

import pytest

from eval.comparing.comparison import (
    BaselineError,
    baseline_of,
    compare,
    load_baseline,
    save_baseline,
)
from eval.comparing.gate import Thresholds, gate
from eval.results import summarise
from eval.running.suite import CITED, EVIDENCE, WORDS


@pytest.fixture
def report(make_case):
    """Make a report of so many cases, of which the named ones fail."""

    def make(count=60, *, failing=(), **changes):
        cases = [
            make_case(
                f"c{number}",
                problems=("wrong",) if number in failing else (),
                scores={"containment": float(number not in failing)},
                **changes,
            )
            for number in range(count)
        ]
        return summarise("mine", cases, fingerprint={"version": "1"})

    return make


LENIENT = Thresholds(suite={"passed": 0.0})
RIGHT = "questions that went right (passed)"
SAYS = "an expected answer is in what it says (containment)"
REFUSED = "said that the documents do not say, where they do not (abstention_recall)"


def decided(now, before, thresholds=LENIENT):
    return gate(now, thresholds, compare(now, baseline_of(before)))


def test_one_flip_in_sixty_is_told_and_fails_nothing(report):
    result = decided(report(failing=[3]), report())
    assert result.passed
    assert result.notes == (
        f"may be luck, so this fails nothing: {RIGHT} from 100 % to 98 %; "
        f"{SAYS} from 100 % to 98 %",
    )


def test_a_drop_that_is_not_chance_fails_and_is_named(report):
    result = decided(report(failing=range(10)), report())
    assert result.reasons == (
        f"mine: {RIGHT} fell from 100 % to 83.33 %, which is more than luck explains",
        f"mine: {SAYS} fell from 100 % to 83.33 %, which is more than luck explains",
    )


def test_whether_cases_pass_is_tested_by_itself(make_case):
    def nine(problems):
        scores = dict.fromkeys((*WORDS, *CITED, *EVIDENCE), float(not problems))
        cases = [make_case(f"c{n}", problems=problems, scores=scores) for n in range(9)]
        return summarise("mine", cases)

    result = decided(nine(("wrong",)), nine(()))
    told = f"mine: {RIGHT} fell from 100 % to 0 %, which is more than luck explains"
    assert (result.reasons, result.notes) == ((told,), ())


def test_without_thresholds_one_newly_failing_case_fails_and_is_named(report):
    result = decided(report(failing=[3]), report(), Thresholds())
    assert result.rule == "every question must be right"
    assert result.reasons == (
        "mine: 1 of 60 questions went wrong: c3",
        "mine: 1 of these was right in the earlier run (the baseline): c3",
    )
    assert "passed" not in "".join(result.notes)


def test_a_baseline_allows_no_failure(report):
    result = decided(report(9, failing=[3]), report(9, failing=[3]), Thresholds())
    assert result.reasons == (
        "mine: 1 of 9 questions went wrong: c3",
        "mine: 1 of these was wrong in the earlier run too: c3. It counts all the same, because "
        "every question must be right. If some may be wrong, say so in thresholds.toml beside the "
        "suite: a line [mine] and below it passed = 0.9 ask for nine of ten",
    )


def test_a_rise_that_is_not_chance_passes(report):
    assert decided(report(), report(failing=range(10))).passed


def test_the_order_of_cases_does_not_matter(report):
    now, before = report(failing=[1]), report(failing=[1])
    reordered = summarise("mine", now.cases[::-1], fingerprint=now.fingerprint)
    comparison = compare(reordered, baseline_of(before))
    assert gate(reordered, Thresholds(), comparison).notes == ()
    assert (comparison.changed, comparison.newly_failing, comparison.stale) == ((), (), ())


def test_a_critical_case_that_newly_fails_fails_the_gate_alone(report):
    result = decided(report(failing=[3], critical=True), report(critical=True))
    assert result.reasons == (
        "mine: the critical question c3 is wrong, was right in the earlier run: wrong",
    )


def test_a_critical_case_that_failed_before_does_not(report):
    assert decided(report(failing=[3], critical=True), report(failing=[3], critical=True)).passed


def test_outdated_evidence_fails_the_gate_and_is_named(make_case):
    gone = "gold a's passage is gone: update or retire it"
    now = summarise("mine", [make_case("a", problems=(gone,), outdated=True)])
    assert gate(now, LENIENT).reasons == (f"mine: {gone}",)


def test_a_crash_fails_the_gate_and_the_first_is_named(make_case):
    crash = make_case("b", status="crashed", problems=("x",), error="ValueError: broken")
    reasons = gate(summarise("mine", [make_case("a"), crash]), LENIENT).reasons
    assert reasons == (
        "mine: 1 of 2 questions ended in an error of the program; the first, b: ValueError: broken",
    )


def test_a_tag_has_thresholds_of_its_own(report, make_case):
    cases = [make_case("a", tags=("who",)), make_case("b", tags=("when",), problems=("x",))]
    now = summarise("mine", cases)
    held = Thresholds(suite={"passed": 0.5}, tags={"when": {"passed": 0.5}, "who": {"passed": 1.0}})
    assert gate(now, held).reasons == (
        "mine, tag when: questions that went right (passed) is 0 %, below 50 %",
    )


def test_new_and_removed_cases_are_counted_and_compared_with_nothing(report):
    comparison = compare(report(4), baseline_of(report(3)))
    assert (comparison.added, comparison.removed) == (("c3",), ())
    assert comparison.metrics[0].before == 1.0
    notes = gate(report(2), Thresholds(), compare(report(2), baseline_of(report(3)))).notes
    assert notes == (
        "1 question is not asked since the earlier run (the baseline), compared with nothing",
    )


def test_what_turned_and_what_reads_otherwise_is_listed(make_case):
    before = summarise("mine", [make_case("a", problems=("x",)), make_case("b"), make_case("c")])
    now = summarise("mine", [make_case("a"), make_case("b", text="other"), make_case("c")])
    comparison = compare(now, baseline_of(before))
    assert (comparison.newly_passing, comparison.changed) == (("a",), ("b",))


def test_graded_metrics_are_tested_by_randomisation(make_case):
    def graded(value):
        cases = [make_case(f"c{n}", scores={"f1": value - n / 1000}) for n in range(30)]
        return summarise("mine", cases)

    comparison = compare(graded(0.5), baseline_of(graded(0.75)))
    change = next(change for change in comparison.metrics if change.name == "f1")
    assert change.test == "paired randomisation"
    assert (change.significant, round(change.difference, 4)) == (True, -0.25)
    assert change.low == pytest.approx(-0.25)


def test_abstaining_is_compared_on_what_should_abstain(make_case):
    def due(status):
        cases = [make_case(f"c{n}", answerable=False, status=status, scores={}) for n in range(9)]
        return summarise("mine", cases)

    reasons = decided(due("answered"), due("abstained")).reasons
    assert reasons == (f"mine: {REFUSED} fell from 100 % to 0 %, which is more than luck explains",)


def test_a_stale_fingerprint_names_what_differs(report):
    now = report()
    before = baseline_of(summarise("mine", now.cases, fingerprint={"version": "0", "k": "8"}))
    assert compare(now, before).stale == ("version", "k")


def test_a_baseline_comes_back_as_it_was_kept(tmp_path, make_case):
    kept = baseline_of(summarise("mine", [make_case("é\ud800", text="\u2028 \x00")]))
    save_baseline(tmp_path / "baselines" / "mine.json", kept)
    read = load_baseline(tmp_path / "baselines" / "mine.json")
    assert read.cases[0].id == "é?"
    assert (read.cases[0].text, read.cases[0].scores) == ("\u2028 \x00", {"containment": 1.0})
    assert read.cases[0].citations[0].card.source == "b.txt"
    assert (read.cases[0].retrieved, read.cases[0].seconds) == ((), 0.0)


def test_a_baseline_of_the_version_before_is_read(tmp_path, make_case):
    path = tmp_path / "mine.json"
    save_baseline(path, baseline_of(summarise("mine", [make_case()])))
    kept = json.loads(path.read_text(encoding="utf-8"))
    for cited in kept["cases"][0]["citations"]:
        cited |= cited.pop("card")
    path.write_text(json.dumps(kept), encoding="utf-8")
    assert load_baseline(path).cases == baseline_of(summarise("mine", [make_case()])).cases


def test_each_case_of_a_baseline_is_a_line(tmp_path, report):
    save_baseline(tmp_path / "mine.json", baseline_of(report(3)))
    lines = (tmp_path / "mine.json").read_text().splitlines()
    assert [json.loads(line.rstrip(","))["id"] for line in lines[-4:-1]] == ["c0", "c1", "c2"]


@pytest.mark.parametrize(
    "text", ["", "{}", '{"format": 2}', "[1]", '{"format": 1, "suite": "a"}', "[" * 100_000]
)
def test_what_is_no_baseline_is_misuse(tmp_path, text):
    (tmp_path / "mine.json").write_text(text)
    with pytest.raises(BaselineError, match="--update-baseline"):
        load_baseline(tmp_path / "mine.json")
