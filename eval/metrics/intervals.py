"""Intervals and quantiles over cases: Wilson's for rates, a bootstrap's for graded means."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2_000
_BLOCK = 1_000_000
"""Drawn places held at once, so that memory does not grow with the number of cases."""


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


def mean_interval(values: Sequence[float], *, seed: int = 0) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of the values' mean, from 2,000 resamples.

    The same values and seed give the same interval; (0, 1) for no values. Source: Efron and
    Tibshirani (1993), chapter 13.
    """
    if not values:
        return 0.0, 1.0
    return quantiles(resampled_means(np.asarray(values, dtype=np.float64), seed=seed))


def resampled_means(
    values: NDArray[np.float64], *, seed: int, resamples: int = RESAMPLES
) -> NDArray[np.float64]:
    """Return the means of resamples with replacement, (resamples,); `values` is not empty."""
    generator = np.random.default_rng(seed)
    rows = max(1, _BLOCK // len(values))
    blocks = [
        values[generator.integers(0, len(values), (min(rows, resamples - done), len(values)))].mean(
            axis=1
        )
        for done in range(0, resamples, rows)
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
