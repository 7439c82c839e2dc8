"""Writes reports as plain text of at most 80 columns, for a terminal or a log."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Literal

from eval.reports.suite import (
    SINCE,
    Standing,
    SuiteRun,
    change_in_words,
    could_be,
    marks_of,
    told,
    value_now,
)
from eval.reports.text import label_of, one_line, percent
from eval.results import CaseResult, MetricChange

WIDTH = 80
_Style = Literal["plain", "bad", "good", "loud", "strong"]
_Line = tuple[_Style, str]
_CODES = {"plain": "", "bad": "31", "good": "32", "loud": "1;33", "strong": "1"}
MOST_FAILURES = 20
"""Failed cases of a suite that are listed where nobody asks for all."""
_LONGEST = 300
_MOST_NAMED = 10


def terminal(
    runs: Sequence[SuiteRun],
    *,
    colour: bool = False,
    failures: int | None = MOST_FAILURES,
    figures: bool = False,
    right: bool = False,
) -> str:
    """Return the runs as text: what went wrong, what changed, whether it passed.

    Args:
        runs: what was measured, a suite each.
        colour: whether to colour it, which only a terminal can show.
        failures: the most failed cases to list of a suite, None for all; how many more there
            are is said.
        figures: whether every measure is listed too.
        right: whether the cases that passed are listed too.
    """
    return "".join(
        _painted(style, line) + "\n" if colour else line + "\n"
        for run in runs
        for style, line in [*_suite(run, failures, figures=figures, right=right), ("plain", "")]
    )


def _suite(run: SuiteRun, failures: int | None, *, figures: bool, right: bool) -> Iterator[_Line]:
    yield from _wrapped(f"{run.report.title}: {run.headline}", style="strong")
    yield from _wrapped(run.sure, rest="")
    yield from _failures(run, failures)
    if right:
        yield from _right(run)
    if run.comparison:
        yield "plain", ""
        yield from _changes(run)
    if run.advice:
        yield "plain", ""
        yield from _wrapped(f"A judging model's opinion: {run.advice}")
    if figures:
        yield from _figures(run)
    yield "plain", ""
    yield from _gate(run)


def _failures(run: SuiteRun, most: int | None) -> Iterator[_Line]:
    failed = [(case, standing) for case, standing in run.ordered() if not case.passed]
    for case, standing in failed[:most]:
        yield "plain", ""
        yield from _case(case, standing)
    if most is not None and len(failed) > most:
        yield "plain", ""
        yield "plain", f"... and {len(failed) - most} more that are wrong: --all prints them"


def _case(case: CaseResult, standing: Standing) -> Iterator[_Line]:
    marks = marks_of(case, standing)
    named = f"[{', '.join((case.id, *marks))}]"
    yield from _wrapped(f"{_short(case.question)}  {named}", first="  ", style="bad")
    for name, text in told(case):
        yield from _wrapped(_short(text), first=f"    {name:<16}", rest=" " * 20)


def _right(run: SuiteRun) -> Iterator[_Line]:
    passed = [(case, standing) for case, standing in run.ordered() if case.passed]
    yield "plain", ""
    yield "strong", f"{len(passed)} right:"
    for case, standing in passed:
        yield "plain", ""
        yield from _case(case, standing)


def _changes(run: SuiteRun) -> Iterator[_Line]:
    yield "strong", f"{SINCE}:"
    if run.stale:
        yield from _wrapped(f"Take care: {run.stale}.", first="- ", style="loud")
    for change in run.changes():
        style: _Style = "bad" if change.worse else "plain"
        yield from _wrapped(change.says, first="- ", style=style)
        for case in change.cases[:_MOST_NAMED]:
            yield from _wrapped(f"{_short(case.question)}  [{case.id}]", first="    ", rest="    ")
        if len(change.cases) > _MOST_NAMED:
            yield "plain", f"    ... and {len(change.cases) - _MOST_NAMED} more"


def _figures(run: SuiteRun) -> Iterator[_Line]:
    yield "plain", ""
    yield "strong", "Figures:"
    yield from _wrapped(run.lead, first="  ")
    if not run.report.rates:
        return
    yield "plain", ""
    yield "strong", f"{'':9}could really be"
    yield "strong", f"  {'now':>5}  {'(95 % certain)':<16}{'of':>4}  what is measured"
    for rate, change in run.measures():
        label = label_of(rate.name).named
        if change:
            label += f"; before {percent(change.before)}, {change_in_words(change)}"
        row = f"  {value_now(rate):>5}  {could_be(rate):<16}{rate.n:>4}  "
        yield from _wrapped(label, first=row, rest=" " * len(row), style=_style(change))


def _style(change: MetricChange | None) -> _Style:
    if not change or not change.significant:
        return "plain"
    return "good" if change.difference > 0 else "bad"


def _gate(run: SuiteRun) -> Iterator[_Line]:
    yield from _wrapped(run.verdict, style="good" if run.gate.passed else "bad")
    for reason in run.gate.reasons:
        yield from _wrapped(reason, first="- ", style="bad")
    for note in run.gate.notes:
        yield from _wrapped(note, first="- ")


def _short(text: str) -> str:
    return textwrap.shorten(one_line(text), _LONGEST, placeholder=" ...")


def _wrapped(
    text: str, *, first: str = "", rest: str = "  ", style: _Style = "plain"
) -> Iterator[_Line]:
    whole = one_line(text).replace(" %", "\xa0%")  # A number keeps its sign on its line.
    for line in textwrap.wrap(
        whole,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
    ):
        yield style, line.replace("\xa0", " ")


def _painted(style: _Style, line: str) -> str:
    code = _CODES[style]
    return f"\x1b[{code}m{line}\x1b[0m" if code and line else line
