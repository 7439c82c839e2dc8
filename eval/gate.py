"""Decides whether a run is good enough: thresholds from a TOML file, and critical cases."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from eval.beir import METRICS as BEIR_METRICS
from eval.results import Report
from eval.runner import EVIDENCE, WORDS
from eval.squad_runner import ANSWERABLE
from rag import MisuseError

Thresholds = Mapping[str, float]
"""Metric name to the lowest value allowed, 0 to 1."""

METRICS = frozenset(
    {
        "passed",
        "abstention_precision",
        "abstention_recall",
        *WORDS,
        *EVIDENCE,
        *ANSWERABLE,
        *BEIR_METRICS,
    }
)
"""Every name that a report's rates can have."""


class ThresholdError(MisuseError):
    """The thresholds file is not as it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a report passes, and each reason why not as one line of text."""

    missed: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing was missed."""
        return not self.missed


def load_thresholds(path: Path) -> dict[str, Thresholds]:
    """Read the thresholds of every suite: a TOML table per suite, a number per metric.

    Raises:
        ThresholdError: the file cannot be read, is no TOML, or holds anything but numbers
            from 0 to 1 under the names of metrics.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ThresholdError(f"thresholds {str(path)!r} cannot be read ({error})") from error
    return {suite: _metrics(suite, table, path) for suite, table in tables.items()}


def judge(report: Report, thresholds: Thresholds) -> Verdict:
    """Hold a report against its thresholds and its critical cases.

    Values are compared exactly; one equal to its threshold passes. A metric that no case
    measures misses its threshold.
    """
    rates = {rate.name: rate for rate in report.rates}
    missed = []
    for name, least in thresholds.items():
        if name not in rates or not rates[name].cases:
            missed.append(f"{report.suite}: {name} was not measured; no case asks for it")
        elif rates[name].value < least:
            missed.append(f"{report.suite}: {name} is {rates[name].value:.4f}, below {least:.4f}")
    failed = [case for case in report.failures if case.critical]
    missed += [
        f"{report.suite}: critical case {case.id} failed: {'; '.join(case.problems)}"
        for case in failed
    ]
    return Verdict(missed=tuple(missed))


def _metrics(suite: str, table: object, path: Path) -> Thresholds:
    if not isinstance(table, dict):
        raise ThresholdError(f"{str(path)!r}: {suite!r} is {table!r}, but a table is needed")
    for name, value in table.items():
        if name not in METRICS:
            raise ThresholdError(
                f"{str(path)!r}: {suite} names no metric with {name!r}; there are "
                f"{', '.join(sorted(METRICS))}"
            )
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value <= 1:
            raise ThresholdError(
                f"{str(path)!r}: {suite}.{name} is {value!r}, but a number from 0 to 1 is needed"
            )
    return {name: float(value) for name, value in table.items()}
