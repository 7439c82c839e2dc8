"""Intervals and tests: how far a value may be chance, and a difference of two paired runs.

And from which confidence on answers are right as often as wanted (`calibrated`).
"""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from eval.metrics.answers import Outcome
from rag import MisuseError

RESAMPLES = 2_000
_BLOCK = 1_000_000
"""Drawn places held at once, so that memory does not grow with the number of cases."""
SHUFFLES = 10_000
_SEED = 0
_SIGNIFICANT = 0.05
_FEWEST = 6
"""Pairs that turn the same way, of fewer of which McNemar's test never gives a p under 0.05."""
_POINTS = 20
"""The most points of the curve."""


def wilson_interval(successes: float, trials: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a rate, within 0 to 1; (0, 1) for no trials.

    Source: Wilson (1927), "Probable inference", z = 1.959964. For the mean of graded values
    in 0 to 1, `successes` may be their sum: their variance is at most that of a rate, so the
    interval errs on the wide side.
    """
    if not trials:
        return 0.0, 1.0
    z, rate = 1.959964, successes / trials
    scale = 1 + z * z / trials
    centre = (rate + z * z / (2 * trials)) / scale
    spread = rate * (1 - rate) / trials + z * z / (4 * trials * trials)
    half = z * math.sqrt(max(0.0, spread)) / scale
    return max(0.0, centre - half), min(1.0, centre + half)


def mean_interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of the values' mean, from 2,000 resamples.

    The same values give the same interval; (0, 1) for no values. Source: Efron and
    Tibshirani (1993), chapter 13.
    """
    if not values:
        return 0.0, 1.0
    return quantiles(resampled_means(np.asarray(values, dtype=np.float64)))


def resampled_means(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the means of 2,000 resamples with replacement; `values` is not empty."""
    generator = np.random.default_rng(_SEED)
    rows = max(1, _BLOCK // len(values))
    blocks = [
        values[generator.integers(0, len(values), (min(rows, RESAMPLES - done), len(values)))].mean(
            axis=1
        )
        for done in range(0, RESAMPLES, rows)
    ]
    return np.concatenate(blocks)


def quantiles(means: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 2.5 % and the 97.5 % quantile."""
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` (0 to 1) of the values do not exceed.

    It is one of the values (the nearest-rank method); 0 for none.
    """
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)] if ranked else 0.0


def mcnemar(before: Sequence[bool], after: Sequence[bool]) -> float:
    """Return the two-sided exact p value of McNemar's test on paired outcomes; 1 without change.

    Only pairs that differ count; six that all turn the same way give p = 0.031. Source: McNemar
    (1947), in its exact binomial form.
    """
    worse = sum(b and not a for b, a in zip(before, after, strict=True))
    better = sum(a and not b for b, a in zip(before, after, strict=True))
    turned = worse + better
    if not turned:
        return 1.0
    tail = sum(math.comb(turned, count) for count in range(min(worse, better) + 1))
    return min(1.0, float(2 * tail / 2**turned))


def least_telling(turned: int, *, trials: int) -> int | None:
    """Return the least difference of two paired counts that McNemar's exact test finds unlikely.

    Args:
        turned: pairs that differ; of fewer than six, six are taken, for fewer never suffice.
        trials: all pairs.

    Returns:
        The difference, 6 at least; None where there are fewer than six pairs.
    """
    if trials < _FEWEST:
        return None
    turned = max(turned, _FEWEST)
    sizes = range(turned % 2, turned + 1, 2)
    return next(
        size
        for size in sizes
        if mcnemar(
            [True] * ((turned - size) // 2) + [False] * ((turned + size) // 2),
            [False] * ((turned - size) // 2) + [True] * ((turned + size) // 2),
        )
        < _SIGNIFICANT
    )


def paired_randomisation(before: Sequence[float], after: Sequence[float]) -> float:
    """Return the two-sided p value of the mean difference of paired values; 1 without change.

    Of 10,000 random swaps of each pair's two values, the share with a mean difference at least
    as far from 0 (the observed one is counted among them, so p is never 0). Source: Fisher's
    randomisation test as Smucker, Allan and Carterette (2007) recommend it for retrieval.
    """
    differences = np.asarray(after, dtype=np.float64) - np.asarray(before, dtype=np.float64)
    differences = differences[differences != 0]
    if not len(differences):
        return 1.0
    observed = abs(differences.sum()) - 1e-9
    return (1 + _as_far(differences, observed)) / (1 + SHUFFLES)


def difference_interval(before: Sequence[float], after: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % paired bootstrap interval of after less before; (0, 0) without a change.

    It is too narrow for few cases, so a gate goes by the p value. Source: Efron and Tibshirani
    (1993), chapter 13.
    """
    if not before:
        return 0.0, 0.0
    differences = np.asarray(after, dtype=np.float64) - np.asarray(before, dtype=np.float64)
    if not differences.any():
        return 0.0, 0.0
    return quantiles(resampled_means(differences))


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Return each p value adjusted for there being several, by Holm's step-down method.

    The chance that any difference under 0.05 is one by luck alone then is at most 5 % over all of
    them, however they depend on each other. Source: Holm (1979).
    """
    adjusted, least = dict[str, float](), 0.0
    ranked = sorted(p_values.items(), key=lambda item: (item[1], item[0]))
    for place, (name, p_value) in enumerate(ranked):
        least = max(least, min(1.0, (len(ranked) - place) * p_value))
        adjusted[name] = least
    return adjusted


def _as_far(differences: NDArray[np.float64], observed: float) -> int:
    generator = np.random.default_rng(_SEED)
    rows, found = max(1, _BLOCK // len(differences)), 0
    for done in range(0, SHUFFLES, rows):
        shape = (min(rows, SHUFFLES - done), len(differences))
        signs = generator.integers(0, 2, shape, dtype=np.int8) * 2 - 1
        found += int((abs(signs @ differences) >= observed).sum())
    return found


class Graded(Protocol):
    """What a run found of a case, as far as it is counted here: `eval.results.CaseResult`."""

    @property
    def status(self) -> Outcome:
        """What came of it."""

    @property
    def confidence(self) -> float:
        """Of its answer, 0 to 1."""

    @property
    def passed(self) -> bool:
        """Whether it is right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A fitted threshold and what it gives."""

    threshold: float
    """Three decimals, 0 to 1."""
    precision: float
    """Share of right answers on cases that were not fitted on; 1 where none was answered."""
    low: float
    high: float
    """Its 95 % Wilson interval."""
    coverage: float
    """Share of those cases that were answered."""
    folds: int
    curve: tuple[tuple[float, float, float], ...]
    """(threshold, coverage, precision) on all cases, thresholds ascending."""


def calibrated(
    cases: Sequence[Graded], *, precision: float, folds: int = 5, seed: int = 0
) -> Calibration:
    """Fit the lowest threshold whose answers are right as often as wanted.

    Args:
        cases: results of a run without a threshold, so that each has its answer.
        precision: wanted share of right answers, 0 to 1.
        folds: parts in which the cases are held out in turn, from 2.
        seed: of the order in which they are parted.

    The threshold is fitted on all cases; what it gives is measured on each part with the threshold
    that the other parts give. Source: selective classification with a guaranteed risk (Geifman and
    El-Yaniv 2017), by cross-validation (Stone 1974) in place of a bound.

    Raises:
        MisuseError: fewer cases than folds, or no threshold gives the precision.
    """
    if folds < 2 or len(cases) < folds:
        raise MisuseError(f"{len(cases)} cases cannot be parted into {folds} folds: add cases")
    threshold = _fit(cases, precision)
    if threshold is None:
        raise MisuseError(
            f"no threshold gives a precision of {precision:.3f} on these cases: ask for less, or "
            "look at the surest wrong answers"
        )
    right, answered = _held_out(cases, precision, folds=folds, seed=seed)
    low, high = wilson_interval(right, answered)
    return Calibration(
        threshold=threshold,
        precision=right / answered if answered else 1.0,
        low=low,
        high=high,
        coverage=answered / len(cases),
        folds=folds,
        curve=_curve(cases, threshold),
    )


def _fit(cases: Sequence[Graded], precision: float) -> float | None:
    """Return the lowest threshold, rounded up to three decimals; None where there is none."""
    for threshold in sorted({_up(case.confidence) for case in _answers(cases, 0.0)}):
        answers = _answers(cases, threshold)
        right = sum(case.passed for case in answers)
        if answers and right >= precision * len(answers):
            return threshold
    return None


def _held_out(
    cases: Sequence[Graded], precision: float, *, folds: int, seed: int
) -> tuple[int, int]:
    """Return how many held-out cases were answered rightly, and how many at all."""
    order = list(range(len(cases)))
    random.Random(seed).shuffle(order)
    right = answered = 0
    for fold in range(folds):
        held = {place for number, place in enumerate(order) if number % folds == fold}
        threshold = _fit([c for place, c in enumerate(cases) if place not in held], precision)
        if threshold is not None:
            answers = _answers([cases[place] for place in held], threshold)
            right += sum(case.passed for case in answers)
            answered += len(answers)
    return right, answered


def _curve(cases: Sequence[Graded], fitted: float) -> tuple[tuple[float, float, float], ...]:
    values = sorted({_up(case.confidence) for case in _answers(cases, 0.0)})
    step = max(1, math.ceil(len(values) / _POINTS))
    points = []
    for threshold in sorted({*values[::step], fitted}):
        answers = _answers(cases, threshold)
        right = sum(case.passed for case in answers)
        share = right / len(answers) if answers else 1.0
        points.append((threshold, len(answers) / len(cases), share))
    return tuple(points)


def _answers(cases: Sequence[Graded], threshold: float) -> list[Graded]:
    """Return the cases that are answered at a threshold."""
    return [c for c in cases if c.status == "answered" and c.confidence >= threshold]


def _up(confidence: float) -> float:
    return math.ceil(confidence * 1000) / 1000
