"""The best span of a sentence, and wider ones that are surer to hold the answer."""

import numpy as np
import pytest

from rag.reader.windows import Likely, Part, TokenScores, best_span, likely, parts


def scored(starts: list[float], ends: list[float]) -> TokenScores:
    """Return the scores of tokens of four characters with a space between, from offset 100."""
    return TokenScores(
        offsets=[(100 + 5 * n, 104 + 5 * n) for n in range(len(starts))],
        starts=np.array(starts, dtype=np.float32),
        ends=np.array(ends, dtype=np.float32),
    )


def chosen(starts: list[float], ends: list[float]) -> tuple[int, int, float]:
    """Return the best span's first and last token and its score."""
    best = best_span(scored(starts, ends))
    return best.first, best.last, best.score


def tokens(part: Part | Likely) -> tuple[int, int]:
    """Return a span's first and last token."""
    return (part.start - 100) // 5, (part.end - 104) // 5


def test_the_best_span_does_not_end_before_it_starts() -> None:
    assert chosen([0.0, 5.0, 1.0], [9.0, 0.0, 2.0]) == (0, 0, 9.0)
    assert chosen([0.0, 5.0, 1.0], [0.0, 0.0, 2.0]) == (1, 2, 7.0)


def test_a_span_has_at_most_thirty_tokens() -> None:
    starts, ends = [0.0] * 40, [0.0] * 40
    starts[0], ends[30], ends[29] = 5.0, 5.0, 4.0
    assert chosen(starts, ends) == (0, 29, 9.0)


def test_of_spans_that_score_nearly_the_same_the_shorter_is_chosen() -> None:
    assert chosen([5.0, 5.0, 0.0], [0.0, 5.0, 5.25]) == (1, 2, 10.25)
    assert chosen([5.0, 5.0, 0.0], [0.0, 5.0, 5.03125]) == (1, 1, 10.0)


def test_a_span_without_rivals_holds_the_answer_and_needs_no_wider_one() -> None:
    starts, ends = [-50.0] * 6, [-50.0] * 6
    starts[2] = ends[3] = 50.0
    (part,) = parts(scored(starts, ends))
    assert (part.start, part.end) == (110, 119)
    assert part.holds == pytest.approx(1.0)


def test_two_ends_of_the_same_score_share_the_probability_until_both_are_inside() -> None:
    starts, ends = [-50.0] * 6, [-50.0] * 6
    starts[1] = 50.0
    ends[2], ends[4] = 50.0, 49.97
    shortest, wider = parts(scored(starts, ends))
    assert tokens(shortest) == (1, 2)
    assert shortest.holds == pytest.approx(0.5, abs=0.02)
    assert tokens(wider) == (1, 4)
    assert wider.holds == pytest.approx(1.0)


def test_each_wider_part_holds_the_best_span_and_is_surer_than_the_one_before() -> None:
    draw = np.random.default_rng(3)
    for _ in range(50):
        length = int(draw.integers(1, 40))
        one = scored(list(draw.normal(0, 2, length)), list(draw.normal(0, 2, length)))
        best, found = best_span(one), [tokens(part) for part in parts(one)]
        assert found[0] == (best.first, best.last)
        assert all(first <= best.first and best.last <= last for first, last in found)
        assert all(last - first < 15 for first, last in found[1:])
        sure = [part.holds for part in parts(one)]
        assert sure == sorted(set(sure))
        assert 0 < sure[0] <= sure[-1] <= 1 + 1e-9


def test_the_probability_is_of_all_spans_inside_by_the_softmax() -> None:
    draw = np.random.default_rng(4)
    starts, ends = list(draw.normal(0, 2, 8)), list(draw.normal(0, 2, 8))
    weight = {
        (a, b): float(np.exp((np.float32(starts[a]) + np.float32(ends[b])) / 0.7))
        for a in range(8)
        for b in range(a, 8)
    }
    for part in parts(scored(starts, ends)):
        first, last = tokens(part)
        inside = sum(w for (a, b), w in weight.items() if first <= a and b <= last)
        assert part.holds == pytest.approx(inside / sum(weight.values()), rel=1e-5)


def test_a_span_without_rivals_is_the_only_likely_one() -> None:
    starts, ends = [-50.0] * 6, [-50.0] * 6
    starts[2] = ends[3] = 50.0
    (part,) = likely(scored(starts, ends))
    assert (part.start, part.end) == (110, 119)
    assert part.share == pytest.approx(1.0)


def test_two_likely_spans_share_the_probability() -> None:
    starts, ends = [-50.0] * 6, [-50.0] * 6
    starts[1] = 50.0
    ends[2], ends[4] = 50.0, 49.97
    parts = likely(scored(starts, ends))
    assert [tokens(part) for part in parts] == [(1, 2), (1, 4)]
    assert [part.share for part in parts] == pytest.approx([0.51, 0.49], abs=0.01)


def test_at_most_forty_spans_are_likely_and_the_most_probable_is_first() -> None:
    draw = np.random.default_rng(3)
    for _ in range(50):
        length = int(draw.integers(1, 40))
        parts = likely(scored(list(draw.normal(0, 2, length)), list(draw.normal(0, 2, length))))
        shares = [part.share for part in parts]
        assert 1 <= len(parts) <= 40
        assert shares == sorted(shares, reverse=True)
        assert shares[-1] >= 1e-4
        assert sum(shares) <= 1 + 1e-9


def test_how_likely_a_span_is_is_the_softmax_over_all() -> None:
    draw = np.random.default_rng(4)
    starts, ends = list(draw.normal(0, 2, 8)), list(draw.normal(0, 2, 8))
    weight = {
        (a, b): float(np.exp((np.float32(starts[a]) + np.float32(ends[b])) / 0.7))
        for a in range(8)
        for b in range(a, 8)
    }
    for part in likely(scored(starts, ends)):
        assert part.share == pytest.approx(weight[tokens(part)] / sum(weight.values()), rel=1e-5)
