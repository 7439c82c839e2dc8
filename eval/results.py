"""What a run found: a result per case, and rates over them; printing is `eval.report`'s work."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from eval.metrics import DocumentSpan, Outcome, abstention, wilson_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedQuote:
    """What a case's answer cited, kept without the hits so that long runs stay small."""

    span: DocumentSpan
    title: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """One question, what was expected, what came, and how it scored."""

    id: str
    question: str
    answerable: bool
    critical: bool = False
    tags: tuple[str, ...] = ()
    expected: tuple[str, ...]
    """Accepted answers or relevant document ids; empty where abstaining is right."""
    status: Outcome
    reason: str = ""
    """Reason code of an abstention; empty otherwise."""
    text: str = ""
    """The answer without its `[n]` marks; empty when there is none."""
    citations: tuple[CitedQuote, ...] = ()
    problems: tuple[str, ...] = ()
    """Why the case failed, in words; empty when it passed."""
    scores: Mapping[str, float] = field(default_factory=dict)
    """Metric name to value, 0 to 1, for the metrics that apply to this case: the same whether
    it answered, abstained or crashed, so that no failure leaves a denominator."""
    confidence: float = 0.0
    seconds: float = 0.0
    error: str = ""
    """Class and message of what a crash raised; empty otherwise."""

    @property
    def passed(self) -> bool:
        """Whether nothing was wrong with it."""
        return not self.problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A metric over the cases to which it applies, with its 95 % Wilson interval."""

    name: str
    value: float
    low: float
    high: float
    cases: int
    """The denominator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The results of one suite or set."""

    suite: str
    cases: tuple[CaseResult, ...]
    rates: tuple[Rate, ...]
    median_seconds: float
    """Median time of a question; 0 for no cases."""

    @property
    def failures(self) -> tuple[CaseResult, ...]:
        """The cases that failed: critical ones first, then in suite order."""
        return tuple(
            sorted((case for case in self.cases if not case.passed), key=lambda c: not c.critical)
        )


def summarise(suite: str, cases: Sequence[CaseResult]) -> Report:
    """Take the rate of every metric, in the order in which the cases first name them.

    Adds `passed`, and, where there are unanswerable cases, `abstention_precision` and
    `abstention_recall`. No cases give a report without rates.
    """
    values: dict[str, list[float]] = {"passed": []} if cases else {}
    for case in cases:
        values["passed"].append(float(case.passed))
        for name, value in case.scores.items():
            values.setdefault(name, []).append(value)
    rates = [_rate(name, sum(found), len(found)) for name, found in values.items()]
    return Report(
        suite=suite,
        cases=tuple(cases),
        rates=(*rates, *_abstention_rates(cases)),
        median_seconds=statistics.median(case.seconds for case in cases) if cases else 0.0,
    )


def _abstention_rates(cases: Sequence[CaseResult]) -> tuple[Rate, ...]:
    counts = abstention((case.answerable, case.status) for case in cases)
    if not counts.due:
        return ()
    return (
        _rate("abstention_precision", counts.right, counts.given),
        _rate("abstention_recall", counts.right, counts.due),
    )


def _rate(name: str, successes: float, trials: int) -> Rate:
    low, high = wilson_interval(successes, trials)
    value = successes / trials if trials else 0.0
    return Rate(name=name, value=value, low=low, high=high, cases=trials)
