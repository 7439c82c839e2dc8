"""What every report is made of: a suite's results, comparison and gate, the worst news first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from eval.results import CaseResult, Comparison, GateResult, MetricChange, Rate, Report

Standing = Literal["newly failing", "failing", "newly passing", "changed", "passed"]
"""How a case fares against the baseline; without one it is failing or passed."""

_ORDER: tuple[Standing, ...] = ("newly failing", "failing", "newly passing", "changed", "passed")


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteRun:
    """One suite as it is reported."""

    report: Report
    gate: GateResult
    comparison: Comparison | None = None
    """None where there is no baseline."""

    @property
    def lead(self) -> str:
        """What was asked and how long it took, in one line."""
        report, asked = self.report, len(self.report.cases)
        answerable = sum(case.answerable for case in report.cases)
        crashed = sum(case.status == "crashed" for case in report.cases)
        parts = [
            f"{asked} {'question' if asked == 1 else 'questions'}, {answerable} answerable, "
            f"{asked - answerable} to abstain on",
            f"{1000 * report.p50_seconds:.0f} ms median, {1000 * report.p95_seconds:.0f} ms p95",
        ]
        if crashed:
            parts.append(f"{crashed} crashed")
        return "; ".join(parts)

    @property
    def stale(self) -> str:
        """That the baseline was measured on something else, as a sentence; empty if not."""
        fields = self.comparison.stale if self.comparison else ()
        if not fields:
            return ""
        return (
            f"the baseline differs from this run in {', '.join(fields)}, and the changes may come "
            "from that; --update-baseline writes a new one"
        )

    @property
    def advice(self) -> str:
        """What a judging model makes of the answers, as a sentence; empty without one."""
        judged = [case for case in self.report.cases if case.judged]
        if not judged:
            return ""
        right = sum(case.judged.startswith("right") for case in judged)
        differ = [case.id for case in judged if case.judged.startswith("right") != case.passed]
        listed = f": {', '.join(differ[:10])}{' ...' * (len(differ) > 10)}" if differ else ""
        return (
            f"it finds {right} of {len(judged)} right, otherwise than the checks in {len(differ)}"
            f"{listed}; no part of the gate"
        )

    def facts(self) -> Iterator[tuple[str, str]]:
        """Give what the results depend on and what they took, a name and a value each."""
        report = self.report
        yield from report.fingerprint.items()
        if report.input_tokens or report.output_tokens:
            yield "tokens", f"{report.input_tokens:,} in, {report.output_tokens:,} out"
        if self.advice:
            yield "judge (advice)", self.advice
        if report.cost is not None:
            yield "cost", f"{report.cost:.4f}"

    def measures(self) -> list[tuple[Rate, MetricChange | None]]:
        """Return every rate with what became of it: significant drops first, then as they are."""
        changes = {c.name: c for c in (self.comparison.metrics if self.comparison else ())}
        found = [(rate, changes.get(rate.name)) for rate in self.report.rates]
        return sorted(found, key=lambda pair: _drop(pair[1]))

    def ordered(self) -> list[tuple[CaseResult, Standing]]:
        """Return every case with its standing: the worst news first, critical before others.

        Cases of one standing keep the suite's order.
        """
        known = dict[str, Standing]()
        if self.comparison:
            known |= dict.fromkeys(self.comparison.changed, "changed")
            known |= dict.fromkeys(self.comparison.newly_passing, "newly passing")
            known |= dict.fromkeys(self.comparison.newly_failing, "newly failing")
        found = [(case, _standing(case, known)) for case in self.report.cases]
        return sorted(found, key=lambda pair: (_ORDER.index(pair[1]), not pair[0].critical))


def _drop(change: MetricChange | None) -> float:
    return change.difference if change and change.significant and change.difference < 0 else 0.0


def _standing(case: CaseResult, known: Mapping[str, Standing]) -> Standing:
    found = known.get(case.id, "passed")
    return found if case.passed or found == "newly failing" else "failing"
