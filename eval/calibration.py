"""Fits the confidence under which nothing is answered to gold results; no asking, no files."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from eval.metrics.statistics import wilson_interval
from eval.results import CaseResult
from rag import MisuseError

_POINTS = 20
"""The most points of the curve."""


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
    cases: Sequence[CaseResult], *, precision: float, folds: int = 5, seed: int = 0
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


def _fit(cases: Sequence[CaseResult], precision: float) -> float | None:
    """Return the lowest threshold, rounded up to three decimals; None where there is none."""
    for threshold in sorted({_up(case.confidence) for case in _answers(cases, 0.0)}):
        answers = _answers(cases, threshold)
        right = sum(case.passed for case in answers)
        if answers and right >= precision * len(answers):
            return threshold
    return None


def _held_out(
    cases: Sequence[CaseResult], precision: float, *, folds: int, seed: int
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


def _curve(cases: Sequence[CaseResult], fitted: float) -> tuple[tuple[float, float, float], ...]:
    values = sorted({_up(case.confidence) for case in _answers(cases, 0.0)})
    step = max(1, math.ceil(len(values) / _POINTS))
    points = []
    for threshold in sorted({*values[::step], fitted}):
        answers = _answers(cases, threshold)
        right = sum(case.passed for case in answers)
        share = right / len(answers) if answers else 1.0
        points.append((threshold, len(answers) / len(cases), share))
    return tuple(points)


def _answers(cases: Sequence[CaseResult], threshold: float) -> list[CaseResult]:
    """Return the cases that are answered at a threshold."""
    return [c for c in cases if c.status == "answered" and c.confidence >= threshold]


def _up(confidence: float) -> float:
    return math.ceil(confidence * 1000) / 1000
