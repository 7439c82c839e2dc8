"""Takes rates over case results: overall, by tag, by coverage, with times and costs."""

from collections.abc import Iterable, Mapping, Sequence

from eval.metrics import (
    abstention,
    area_under,
    mean_interval,
    percentile,
    risk_coverage,
    wilson_interval,
)
from eval.results import CaseResult, Rate, Report


def summarise(
    suite: str, cases: Sequence[CaseResult], *, fingerprint: Mapping[str, str] | None = None
) -> Report:
    """Take the rate of every metric, in the order in which the cases first name them.

    Adds `passed`, and, where there are unanswerable cases, `abstention_precision` and
    `abstention_recall`. No cases give a report without rates.

    Args:
        suite: name of the suite.
        cases: their results, each in every denominator that applies to it.
        fingerprint: what the results depend on; the models and prompts that the results name
            are added to it.
    """
    curve = risk_coverage((case.confidence, _wrong(case)) for case in cases)
    seconds = [case.seconds for case in cases]
    costs = [case.usage.cost for case in cases if case.usage.cost is not None]
    return Report(
        suite=suite,
        cases=tuple(cases),
        rates=rates(cases),
        tag_rates=_tag_rates(cases),
        risk_coverage=curve,
        aurc=area_under(curve),
        p50_seconds=percentile(seconds, 0.5),
        p95_seconds=percentile(seconds, 0.95),
        input_tokens=sum(case.usage.input_tokens for case in cases),
        output_tokens=sum(case.usage.output_tokens for case in cases),
        cost=sum(costs) if costs else None,
        fingerprint={**(fingerprint or {}), **_observed(cases)},
    )


def rates(cases: Sequence[CaseResult]) -> tuple[Rate, ...]:
    """Return the rate of every metric of these cases, `passed` first; empty for no cases."""
    values: dict[str, list[float]] = {"passed": []} if cases else {}
    for case in cases:
        values["passed"].append(float(case.passed))
        for name, value in case.scores.items():
            values.setdefault(name, []).append(value)
    return (*(_rate(name, found) for name, found in values.items()), *_abstention_rates(cases))


def _wrong(case: CaseResult) -> bool | None:
    """Whether the answer was wrong, a crash being a wrong one; None for an abstention."""
    return None if case.status == "abstained" else not case.passed


def _abstention_rates(cases: Sequence[CaseResult]) -> tuple[Rate, ...]:
    counts = abstention((case.answerable, case.status) for case in cases)
    if not counts.due:
        return ()
    return (
        _share("abstention_precision", counts.right, counts.given),
        _share("abstention_recall", counts.right, counts.due),
    )


def _tag_rates(cases: Sequence[CaseResult]) -> tuple[Rate, ...]:
    passed: dict[str, list[bool]] = {}
    for case in cases:
        for tag in dict.fromkeys(case.tags):
            passed.setdefault(tag, []).append(case.passed)
    return tuple(_share(tag, sum(found), len(found)) for tag, found in sorted(passed.items()))


def _rate(name: str, values: Sequence[float]) -> Rate:
    if all(value in (0.0, 1.0) for value in values):
        return _share(name, sum(values), len(values))
    low, high = mean_interval(values)
    return Rate(name=name, value=sum(values) / len(values), low=low, high=high, n=len(values))


def _share(name: str, successes: float, trials: int) -> Rate:
    low, high = wilson_interval(successes, trials)
    return Rate(
        name=name, value=successes / trials if trials else 0.0, low=low, high=high, n=trials
    )


def _observed(cases: Iterable[CaseResult]) -> dict[str, str]:
    models, prompts = dict[str, None](), dict[str, str]()
    for case in cases:
        if case.model:
            models[case.model] = None
        prompts.update({f"prompt {one.name}": one.sha256[:16] for one in case.prompts})
    return ({"model": ", ".join(sorted(models))} if models else {}) | dict(sorted(prompts.items()))
