"""Shows reports: as plain text of at most 80 columns, and as JSON. Judging is `eval.gate`'s."""

import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from eval.gate import Thresholds, Verdict
from eval.results import CaseResult, Report

WIDTH = 80


def as_text(report: Report, thresholds: Thresholds, *, failures: int = 20) -> str:
    """Return the report as text: totals with intervals, then the failed cases.

    Args:
        report: what was measured.
        thresholds: shown beside the metrics that have one.
        failures: the most failed cases to list; how many more there are is said.
    """
    return "\n".join([*_head(report), *_table(report, thresholds), *_failures(report, failures)])


def verdict_text(verdict: Verdict) -> str:
    """Return the gate's outcome as text, a missed item a line, wrapped to 80 columns."""
    if verdict.passed:
        return "Gate: passed"
    lines = ["Gate: FAILED"]
    for missed in verdict.missed:
        lines += _wrapped(missed, first="- ", rest="  ")
    return "\n".join(lines)


def as_json(reports: Sequence[Report], verdict: Verdict) -> str:
    """Return all reports with every case, and the gate's outcome, as one JSON object."""
    content = {
        "passed": verdict.passed,
        "missed": verdict.missed,
        "suites": [
            asdict(report) | {"failed": [case.id for case in report.failures]} for report in reports
        ],
    }
    return json.dumps(content, ensure_ascii=True, indent=2)


def _head(report: Report) -> Iterator[str]:
    answerable = sum(case.answerable for case in report.cases)
    yield from _wrapped(
        f"{report.suite}: {len(report.cases)} questions, {answerable} answerable, "
        f"{len(report.cases) - answerable} to abstain on; "
        f"median {1000 * report.median_seconds:.0f} ms"
    )
    yield ""


def _table(report: Report, thresholds: Thresholds) -> Iterator[str]:
    if not report.rates:
        return
    yield f"{'metric':<24}{'value':>7}   {'95% interval':<15}{'cases':>7}   threshold"
    for rate in report.rates:
        interval = f"{rate.low:.3f} - {rate.high:.3f}"
        row = f"{rate.name[:23]:<24}{rate.value:>7.3f}   {interval:<15}{rate.cases:>7}"
        if rate.name in thresholds:
            least = thresholds[rate.name]
            row += f"   {least:.3f} {'ok' if rate.value >= least else 'MISSED'}"
        yield row


def _failures(report: Report, most: int) -> Iterator[str]:
    failed = report.failures
    yield ""
    yield f"{len(failed)} of {len(report.cases)} failed" + (":" if failed else "")
    for case in failed[:most]:
        yield ""
        yield from _failure(case)
    if len(failed) > most:
        yield ""
        yield f"... and {len(failed) - most} more; --json lists all"


def _failure(case: CaseResult) -> Iterator[str]:
    yield from _wrapped(case.id + (" (critical)" if case.critical else ""), first="  ", rest="  ")
    expected = " | ".join(case.expected) or "to abstain"
    got = case.text or ("nothing" if case.status == "crashed" else f"abstained ({case.reason})")
    for label, text in (
        ("question", case.question),
        ("expected", expected),
        ("got", got),
        ("why", "; ".join(case.problems)),
    ):
        short = textwrap.shorten(_printable(text), 300, placeholder=" ...")
        yield from _wrapped(short, first=f"    {label:<10}", rest=" " * 14)


def _wrapped(text: str, *, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(_printable(text), WIDTH, initial_indent=first, subsequent_indent=rest)


def _printable(text: str) -> str:
    """Blank out what could move the cursor or cannot be encoded."""
    return "".join(mark if mark.isprintable() else " " for mark in text)
