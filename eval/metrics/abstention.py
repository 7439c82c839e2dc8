"""Measures of abstaining: precision, recall, and the risk-coverage curve; pure functions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["answered", "abstained", "crashed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Abstention:
    """How well the system told what it cannot answer."""

    right: int
    """Unanswerable questions on which it abstained."""
    given: int
    """Abstentions, with crashes on answerable questions, which are wrong ones."""
    due: int
    """Unanswerable questions."""

    @property
    def precision(self) -> float:
        """Share of abstentions that were right; with none, 1 if none was due, else 0."""
        return self.right / self.given if self.given else float(not self.due)

    @property
    def recall(self) -> float:
        """Share of unanswerable questions on which it abstained; with none, 1."""
        return self.right / self.due if self.due else 1.0


def abstention(cases: Iterable[tuple[bool, Outcome]]) -> Abstention:
    """Count abstentions over (answerable, outcome) pairs.

    A crash is always wrong: on an answerable question it counts as a wrong abstention, on an
    unanswerable one as none. Source: abstaining as a binary decision, "no answer" being the
    positive class, as in SQuAD 2.0 (Rajpurkar et al. 2018).
    """
    right = given = due = 0
    for answerable, outcome in cases:
        due += not answerable
        right += not answerable and outcome == "abstained"
        given += outcome == "abstained" or (answerable and outcome == "crashed")
    return Abstention(right=right, given=given, due=due)


def risk_coverage(
    outcomes: Iterable[tuple[float, bool | None]],
) -> tuple[tuple[float, float], ...]:
    """Return the (coverage, risk) points of answering only what is surest, both 0 to 1.

    Args:
        outcomes: of every question its confidence and whether its answer was wrong; None where
            nothing was answered, which counts in the coverage's denominator only.

    A point stands at each distinct confidence, the highest first: coverage is the share of all
    questions with at least that confidence, risk the share of wrong ones among those. Empty
    where nothing was answered. Source: El-Yaniv and Wiener (2010).
    """
    asked = list(outcomes)
    answered = sorted(((c, wrong) for c, wrong in asked if wrong is not None), key=lambda a: -a[0])
    points, errors = [], 0
    for place, (confidence, wrong) in enumerate(answered, start=1):
        errors += wrong
        if place == len(answered) or answered[place][0] != confidence:
            points.append((place / len(asked), errors / place))
    return tuple(points)


def area_under(curve: Sequence[tuple[float, float]]) -> float | None:
    """Return the mean risk over the coverages of a risk-coverage curve (AURC), 0 to 1.

    Lower is better; None for an empty curve. Each answered question weighs the same, those of
    one confidence with the risk at which that confidence is reached. Source: Geifman and
    El-Yaniv (2017), "Selective classification for deep neural networks".
    """
    if not curve:
        return None
    steps = zip([0.0, *(coverage for coverage, _ in curve)], curve, strict=False)
    return sum((coverage - before) * risk for before, (coverage, risk) in steps) / curve[-1][0]
