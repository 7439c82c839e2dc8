"""The gate over recorded results: silent where nothing got worse, red where one thing did."""

from dataclasses import replace
from random import Random

import pytest

from eval.comparing.comparison import baseline_beside, baseline_of, compare, load_baseline
from eval.comparing.gate import Thresholds, gate, thresholds_of
from eval.results import Report
from eval.suites.files import shipped_suite

RECORDED = load_baseline(baseline_beside(shipped_suite(), name="japan_us_defense"))
RIGHT = [case for case in RECORDED.cases if case.passed]
STRICT = Thresholds()


def harmless(cases, seed):
    """Change what means nothing: order, ids, times, tags, folders, and articles beside them."""
    chance = Random(seed)
    renamed = set(chance.sample(range(len(cases)), chance.randrange(len(cases))))
    changed = [
        replace(
            case,
            id=f"case-{number}" if number in renamed else case.id,
            seconds=chance.random(),
            confidence=min(1.0, max(0.0, case.confidence + chance.uniform(-1e-3, 1e-3))),
            tags=tuple(chance.sample(case.tags, len(case.tags))),
            citations=tuple(
                replace(cited, span=(f"d{seed}", *cited.span[1:])) for cited in case.citations
            ),
        )
        for number, case in enumerate(cases)
    ]
    chance.shuffle(changed)
    return report(changed, fingerprint={"library": f"with article {seed}"})


def report(cases, **more):
    """Make a report without rates, which the gate takes itself."""
    return Report(suite="s", cases=tuple(cases), rates=(), **more)


def held(now, before, thresholds):
    return gate(now, thresholds, compare(now, before))


@pytest.mark.parametrize("ten", range(20))
def test_no_alarm_in_two_hundred_harmless_changes(ten):
    before = baseline_of(report(RIGHT))
    for seed in range(10 * ten, 10 * ten + 10):
        decided = held(harmless(RIGHT, seed), before, STRICT)
        assert (decided.reasons, decided.notes) == ((), ())
        decided = held(harmless(RECORDED.cases, seed), RECORDED, thresholds_of(shipped_suite()))
        assert decided.reasons == ()


@pytest.mark.parametrize("place", range(len(RIGHT)))
def test_a_strict_suite_fails_on_any_case_that_newly_fails(place):
    cases = [*RIGHT]
    cases[place] = replace(cases[place], problems=("wrong",))
    decided = gate(report(cases), STRICT)
    assert decided.reasons[0] == f"s: 1 of {len(RIGHT)} questions went wrong: {RIGHT[place].id}"


def test_ids_that_moved_to_other_questions_hide_nothing():
    before = baseline_of(report(RIGHT))
    shifted = [
        replace(case, id=RIGHT[n - 1].id, problems=("wrong",) * (n == 5))
        for n, case in enumerate(RIGHT)
    ]
    comparison = compare(report(shifted), before)
    assert comparison.newly_failing == (RIGHT[4].id,)
    assert (comparison.added, comparison.removed) == ((), ())


def test_a_question_that_was_reworded_is_compared_by_its_id():
    before = baseline_of(report(RIGHT))
    cases = [replace(RIGHT[0], question="Put otherwise?", problems=("wrong",)), *RIGHT[1:]]
    assert compare(report(cases), before).newly_failing == (RIGHT[0].id,)
