"""Decides whether a run is good enough: thresholds, critical cases, drops that are not chance."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from eval.datasets.beir import METRICS as BEIR_METRICS
from eval.datasets.squad import ANSWERABLE
from eval.reports.text import probability
from eval.results import CaseResult, Comparison, GateResult, MetricChange, Report, rates
from eval.running.suite import CITED, EVIDENCE, WORDS
from rag import MisuseError

METRICS = frozenset(
    {
        "passed",
        "abstention_precision",
        "abstention_recall",
        *WORDS,
        *CITED,
        *EVIDENCE,
        *ANSWERABLE,
        *BEIR_METRICS,
    }
)
"""Every name that a report's rates can have."""


class ThresholdError(MisuseError):
    """The thresholds file is not as it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The lowest values allowed, 0 to 1, by metric: of the suite, and of the cases of a tag."""

    suite: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def shipped_thresholds() -> Path:
    """Return the file of the thresholds that hold where no other file is named."""
    return Path(__file__).parents[1] / "thresholds.toml"


def load_thresholds(path: Path) -> dict[str, Thresholds]:
    """Read the thresholds of every suite: a TOML table per suite, a number per metric.

    A table `SUITE.tags.TAG` holds those of a tag's cases.

    Raises:
        ThresholdError: the file cannot be read, is no TOML, or holds anything but numbers
            from 0 to 1 under the names of metrics.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ThresholdError(f"thresholds {str(path)!r} cannot be read ({error})") from error
    return {suite: _thresholds(suite, table, path) for suite, table in tables.items()}


def gate(
    report: Report, thresholds: Thresholds, comparison: Comparison | None = None
) -> GateResult:
    """Hold a report against its thresholds, its critical cases and its baseline.

    It fails where a value is below its threshold (one equal to it passes, one that no case
    measures does not), where a metric dropped significantly, and where a critical case fails: with
    a baseline only one that passed in it or is new. So does a case whose evidence is gone, since it
    measures nothing any more, and a crash, such as a recording that lacks a reply. Smaller changes
    are noted and fail nothing.
    """
    reasons = [
        *_missed(report.suite, report.cases, thresholds.suite),
        *(
            missed
            for tag, least in thresholds.tags.items()
            for missed in _missed(f"{report.suite}, tag {tag}", _tagged(report, tag), least)
        ),
        *_critical(report, comparison),
        *(f"{report.suite}: {'; '.join(c.problems)}" for c in report.cases if c.outdated),
        *_crashed(report),
        *(_told(report.suite, c) for c in _significant(comparison) if c.difference < 0),
    ]
    return GateResult(reasons=tuple(reasons), notes=tuple(_notes(comparison)))


def _missed(
    name: str, cases: tuple[CaseResult, ...], thresholds: Mapping[str, float]
) -> Iterator[str]:
    found = {rate.name: rate for rate in rates(cases)}
    for metric, least in thresholds.items():
        if metric not in found or not found[metric].n:
            yield f"{name}: {metric} was not measured; no case asks for it"
        elif found[metric].value < least:
            yield f"{name}: {metric} is {found[metric].value:.4f}, below {least:.4f}"


def _tagged(report: Report, tag: str) -> tuple[CaseResult, ...]:
    return tuple(case for case in report.cases if tag in case.tags)


def _critical(report: Report, comparison: Comparison | None) -> Iterator[str]:
    for case in report.failures:
        before = comparison.before.get(case.id) if comparison else None
        if case.critical and not case.outdated and (before is None or before.passed):
            newly = "newly failed" if before else "failed"
            yield f"{report.suite}: critical case {case.id} {newly}: {'; '.join(case.problems)}"


def _crashed(report: Report) -> Iterator[str]:
    crashed = [case for case in report.cases if case.error]
    if crashed:
        yield (
            f"{report.suite}: {len(crashed)} of {len(report.cases)} cases crashed; the first, "
            f"{crashed[0].id}: {crashed[0].error}"
        )


def _significant(comparison: Comparison | None) -> Iterator[MetricChange]:
    yield from (
        change for change in (comparison.metrics if comparison else ()) if change.significant
    )


def _told(suite: str, change: MetricChange) -> str:
    return (
        f"{suite}: {change.name} dropped from {change.before:.4f} to {change.after:.4f} "
        f"(p {probability(change.p_value)}, {change.test})"
    )


def _notes(comparison: Comparison | None) -> Iterator[str]:
    if comparison is None:
        return
    unsure = [c for c in comparison.metrics if not c.significant and round(c.difference, 4)]
    if unsure:
        listed = ", ".join(f"{c.name} {c.difference:+.3f}" for c in unsure)
        yield f"may be chance and fails nothing: {listed}"
    for word, names in (("new", comparison.added), ("not asked", comparison.removed)):
        if names:
            cases = "case is" if len(names) == 1 else "cases are"
            yield f"{len(names)} {cases} {word} since the baseline, compared with nothing"


def _thresholds(suite: str, table: object, path: Path) -> Thresholds:
    if not isinstance(table, dict):
        raise ThresholdError(f"{str(path)!r}: {suite!r} is {table!r}, but a table is needed")
    tags = table.pop("tags", {})
    if not isinstance(tags, dict):
        raise ThresholdError(f"{str(path)!r}: {suite}.tags is {tags!r}, but a table is needed")
    return Thresholds(
        suite=_metrics(suite, table, path),
        tags={tag: _metrics(f"{suite}.tags.{tag}", least, path) for tag, least in tags.items()},
    )


def _metrics(where: str, table: object, path: Path) -> Mapping[str, float]:
    if not isinstance(table, dict):
        raise ThresholdError(f"{str(path)!r}: {where!r} is {table!r}, but a table is needed")
    for name, value in table.items():
        if name not in METRICS:
            raise ThresholdError(
                f"{str(path)!r}: {where} names no metric with {name!r}; there are "
                f"{', '.join(sorted(METRICS))}"
            )
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value <= 1:
            raise ThresholdError(
                f"{str(path)!r}: {where}.{name} is {value!r}, but a number from 0 to 1 is needed"
            )
    return {name: float(value) for name, value in table.items()}
