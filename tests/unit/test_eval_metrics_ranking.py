"""Measures of rankings: by hand, and against ir-measures."""

import math
import random

import pytest

from eval.metrics.answers import distinct, hit_at, ndcg_at, recall_at, reciprocal_rank


def test_distinct_keeps_the_first_place_of_each():
    assert distinct(["b", "a", "b", "c", "a"]) == ("b", "a", "c")


def test_a_hit_beyond_k_is_none():
    assert hit_at(["x", "y", "r"], {"r"}, 3) == 1.0
    assert hit_at(["x", "y", "r"], {"r"}, 2) == 0.0


def test_recall_is_of_all_that_is_relevant():
    assert recall_at(["r", "x", "s", "t"], {"r", "s", "t", "u"}, 3) == 0.5
    assert recall_at(["r"], set(), 3) == 0.0


def test_reciprocal_rank_is_of_the_first_relevant_one():
    assert reciprocal_rank(["x", "y", "r", "s"], {"s", "r"}) == pytest.approx(1 / 3)
    assert reciprocal_rank(["x", "y", "r"], {"r"}, 2) == 0.0
    assert reciprocal_rank([], {"r"}) == 0.0


def test_ndcg_discounts_by_the_logarithm_of_the_rank():
    # DCG: 1 / log2(3) at rank 2; ideal: 3 at rank 1 and 1 at rank 2.
    ideal = 3 + 1 / math.log2(3)
    assert ndcg_at(["x", "low"], {"low": 1, "high": 3}, 10) == pytest.approx(0.63093 / ideal, 1e-5)


def test_ndcg_of_nothing_relevant_is_zero():
    assert ndcg_at(["x"], {}, 10) == 0.0
    assert ndcg_at(["x"], {"x": 0}, 10) == 0.0


def test_a_grade_below_zero_costs_nothing():
    assert ndcg_at(["bad", "good"], {"bad": -1, "good": 1}, 10) == pytest.approx(0.63093, abs=1e-5)


def judged_at_random(seed: int) -> tuple[list[str], dict[str, int]]:
    chance = random.Random(seed)
    ids = [f"d{number:02d}" for number in range(40)]
    ranked = chance.sample(ids, chance.randint(1, 30))
    return ranked, {one: chance.randint(0, 3) for one in chance.sample(ids, 15)} | {"d00": 1}


# Its 0.4.3 reads the name of a measure with `ast.Num`, of which Python 3.12 warns.
@pytest.mark.filterwarnings("ignore:.* removed in Python 3.14:DeprecationWarning")
@pytest.mark.parametrize("seed", range(50))
def test_values_equal_those_of_ir_measures_to_six_decimals(seed):
    import ir_measures

    ranked, grades = judged_at_random(seed)
    run = {"q": {one: -float(place) for place, one in enumerate(ranked)}}
    names = ["nDCG@10", "RR", "RR@10", "R@5", "Success@5"]
    measures = [ir_measures.parse_measure(name) for name in names]
    oracle = ir_measures.calc_aggregate(measures, {"q": grades}, run)
    relevant = {one for one, grade in grades.items() if grade > 0}
    ours = [
        ndcg_at(ranked, grades, 10),
        reciprocal_rank(ranked, relevant),
        reciprocal_rank(ranked, relevant, 10),
        recall_at(ranked, relevant, 5),
        hit_at(ranked, relevant, 5),
    ]
    assert ours == pytest.approx([oracle[measure] for measure in measures], abs=1e-6)
