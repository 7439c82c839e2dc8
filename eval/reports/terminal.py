"""Writes reports as plain text of at most 80 columns, for a terminal or a log."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Literal

from eval.reports.suite import Standing, SuiteRun
from eval.reports.text import one_line, probability
from eval.results import CaseResult

WIDTH = 80
_Style = Literal["plain", "bad", "good", "loud", "strong"]
_Line = tuple[_Style, str]
_CODES = {"plain": "", "bad": "31", "good": "32", "loud": "1;33", "strong": "1"}
_LONGEST = 300


def terminal(runs: Sequence[SuiteRun], *, colour: bool = False, failures: int = 20) -> str:
    """Return the runs as text: measures, failed cases, gate; the worst news first in each.

    Args:
        runs: what was measured, a suite each.
        colour: whether to colour it, which only a terminal can show.
        failures: the most failed cases to list of a suite; how many more there are is said.
    """
    return "".join(
        _painted(style, line) + "\n" if colour else line + "\n"
        for run in runs
        for style, line in [*_suite(run, failures), ("plain", "")]
    )


def _suite(run: SuiteRun, failures: int) -> Iterator[_Line]:
    yield from _wrapped(f"{run.report.suite}: {run.lead}", style="strong")
    if run.stale:
        yield "plain", ""
        yield from _wrapped(f"STALE BASELINE: {run.stale}", style="loud")
    yield "plain", ""
    yield from _table(run)
    yield from _failures(run, failures)
    if run.advice:
        yield "plain", ""
        yield from _wrapped(f"Judge, as advice: {run.advice}")
    yield "plain", ""
    yield from _gate(run)


def _table(run: SuiteRun) -> Iterator[_Line]:
    if not run.report.rates:
        return
    head = f"{'measure':<24}{'value':>7}  {'95 % interval':<15}{'cases':>6}"
    yield "strong", head + (f"{'baseline':>10}{'change':>8}{'p':>7}" if run.comparison else "")
    for rate, change in run.measures():
        interval = f"{rate.low:.3f} - {rate.high:.3f}"
        row = f"{rate.name[:23]:<24}{rate.value:>7.3f}  {interval:<15}{rate.n:>6}"
        if change is None:
            yield "plain", row
            continue
        row += f"{change.before:>10.3f}{change.difference:>+8.3f}{probability(change.p_value):>7}"
        better: _Style = "good" if change.difference > 0 else "bad"
        yield (better if change.significant else "plain"), row


def _failures(run: SuiteRun, most: int) -> Iterator[_Line]:
    failed = [(case, standing) for case, standing in run.ordered() if not case.passed]
    yield "plain", ""
    yield "strong", f"{len(failed)} of {len(run.report.cases)} failed" + (":" if failed else "")
    for case, standing in failed[:most]:
        yield "plain", ""
        yield from _failure(case, standing)
    if len(failed) > most:
        yield "plain", ""
        yield "plain", f"... and {len(failed) - most} more; --json and --html list all"


def _failure(case: CaseResult, standing: Standing) -> Iterator[_Line]:
    marks = [*(["critical"] if case.critical else []), *([standing] * (standing != "failing"))]
    name = case.id + (f" ({', '.join(marks)})" if marks else "")
    yield from _wrapped(name, first="  ", style="bad" if marks else "plain")
    got = case.text or ("nothing" if case.status == "crashed" else f"abstained ({case.reason})")
    for label, text in (
        ("question", case.question),
        ("expected", " | ".join(case.expected) or "to abstain"),
        *([("short", case.short)] if case.short else []),
        ("got", got),
        ("why", "; ".join(case.problems)),
    ):
        short = textwrap.shorten(one_line(text), _LONGEST, placeholder=" ...")
        yield from _wrapped(short, first=f"    {label:<10}", rest=" " * 14)


def _gate(run: SuiteRun) -> Iterator[_Line]:
    yield ("good", "Gate: passed") if run.gate.passed else ("bad", "Gate: FAILED")
    for reason in run.gate.reasons:
        yield from _wrapped(reason, first="- ", rest="  ", style="bad")
    for note in run.gate.notes:
        yield from _wrapped(note, first="  ", rest="  ")


def _wrapped(
    text: str, *, first: str = "", rest: str = "  ", style: _Style = "plain"
) -> Iterator[_Line]:
    for line in textwrap.wrap(one_line(text), WIDTH, initial_indent=first, subsequent_indent=rest):
        yield style, line


def _painted(style: _Style, line: str) -> str:
    code = _CODES[style]
    return f"\x1b[{code}m{line}\x1b[0m" if code and line else line
