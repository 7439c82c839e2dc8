"""Writes reports as lines of text: plain for a terminal or a log, Markdown for a CI job's summary.

Plain text has at most 80 columns. Markdown is safe for any text, within GitHub's size.
"""

import html
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
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
from eval.reports.wording import cut, fit, label_of, one_line, percent
from eval.results import CaseResult, MetricChange

MOST_BYTES = 1_000_000
"""GitHub refuses a step's summary over 1 MiB; the rest is for what other commands add."""
_RESERVE = 300
"""Bytes kept for each suite's closing lines."""
_LONGEST = 300
_MOST_ITEMS = 20
_SIGNS = re.compile(
    r"""[\\`*\[\]<>|~$]
    |(?<![^\W_])_|_(?![^\W_])            # emphasis, which no underscore in a word is
    |&(?=\#?\w+;)                       # an entity
    |@(?=[\w.-]*\.\w)|(?<!\w)@(?=\w)    # an address or somebody's name
    |:(?=//|[\w+-]+:)|(?<=mailto):|(?<=xmpp):  # a link, an emoji
    |(?<!\w)\#(?=\w)|^\#|\#(?=\d)       # an issue, a heading
    |(?<=www)\.""",
    re.IGNORECASE | re.VERBOSE,
)
"""What starts anything but plain text in GitHub's Markdown."""
_SOMEBODY = re.compile(r"(?<![\w.])@(?=\w)")
_APART = "@\N{WORD JOINER}"
"""GitHub tells a person who is named behind "@" in a comment; an escaped "@" too."""


def markdown(runs: Sequence[SuiteRun], *, most_bytes: int = MOST_BYTES) -> str:
    """Return the runs as GitHub-flavoured Markdown of at most `most_bytes` UTF-8 bytes.

    Per suite: how many were right, whether it passed, the failed cases with what was expected
    beside what came, what changed since the baseline, and the figures folded. Failed cases that do
    not fit are counted.
    """
    rest = [_after(run) for run in runs]
    left = most_bytes - sum(len(text.encode()) for text in rest)
    pieces = []
    for run, after in zip(runs, rest, strict=True):
        head = _head(run)
        left -= len(head.encode()) + _RESERVE
        failed = _failed(run, left)
        left -= len(failed.encode())
        pieces.append(head + failed + after)
    return "\n".join(pieces)


def inline(text: str) -> str:
    """Return any text as Markdown that shows it on one line, also in a cell of a table."""
    shown = cut(one_line(fit(text)), 3 * _LONGEST)
    return _SOMEBODY.sub(_APART, _SIGNS.sub(lambda sign: f"\\{sign[0]}", shown))


def _head(run: SuiteRun) -> str:
    mark = "✅" if run.gate.passed else "❌"
    lines = [f"## {mark} {inline(run.report.title)}: {run.heading}", ""]
    lines += [run.sure, ""] if run.sure else []
    reasons = _list(map(inline, run.gate.reasons))
    lines += [f"**{inline(run.verdict)}**", "", *reasons, *[""] * bool(reasons), ""]
    return "\n".join(lines)


def _failed(run: SuiteRun, most_bytes: int) -> str:
    """Return the failed cases, of at most so many bytes and a line that counts the rest.

    The first are open, so that they are read without a click.
    """
    failed = [(case, standing) for case, standing in run.ordered() if not case.passed]
    pieces: list[str] = []
    for done, (case, standing) in enumerate(failed):
        piece = _case(case, standing, unfolded=done < _MOST_ITEMS)
        most_bytes -= len(piece.encode())
        if most_bytes < 0:
            pieces.append(f"<p>and {len(failed) - done} more: --html or --json shows all</p>\n")
            break
        pieces.append(piece)
    return "".join([*pieces, "\n"]) if pieces else ""


def _case(case: CaseResult, standing: Standing, *, unfolded: bool) -> str:
    # A block of HTML without an empty line: nothing in it is read as Markdown.
    rows = "".join(
        f"<tr><td>{name}</td><td>{_escaped(value, 3 * _LONGEST)}</td></tr>"
        for name, value in [*told(case), ("name (id)", case.id)]
    )
    marks = "".join(f" <i>({mark})</i>" for mark in marks_of(case, standing))
    return (
        f"<details{' open' if unfolded else ''}>"
        f"<summary><b>{_escaped(case.question, _LONGEST)}</b>{marks}</summary>"
        f"<table>{rows}</table></details>\n"
    )


def _escaped(text: str, longest: int) -> str:
    return _SOMEBODY.sub(_APART, html.escape(cut(one_line(fit(text)), longest)))


def _after(run: SuiteRun) -> str:
    """Return what stands after the failed cases: changes, notes, and the figures folded."""
    lines = []
    if run.comparison:
        lines += [f"### {SINCE}", ""]
        if run.stale:
            lines += ["> [!WARNING]", f"> {inline(_capital(run.stale))}.", ""]
        lines += [*_changes(run), ""]
    if run.advice:
        lines += [f"A judging model's opinion: {inline(run.advice)}", ""]
    if run.gate.notes:
        lines += [*_list(map(inline, run.gate.notes)), ""]
    lines += ["<details><summary>Figures</summary>", "", inline(run.lead), ""]
    return "\n".join([*lines, *_table(run), "</details>", ""])


def _changes(run: SuiteRun) -> Iterator[str]:
    for change in run.changes():
        yield f"- {'**' * change.worse}{inline(change.says)}{'**' * change.worse}"
        yield from (f"  {line}" for line in _list(inline(case.question) for case in change.cases))


def _table(run: SuiteRun) -> Iterator[str]:
    if not run.report.rates:
        return
    compared = " Before | Since then |" if run.comparison else ""
    yield f"| What is measured | Now | Could really be (95 % certain) | Questions |{compared}"
    yield f"| :-- | --: | :-: | --: |{' --: | :-- |' if compared else ''}"
    for rate, change in run.measures():
        label = inline(label_of(rate.name).named)
        row = [label, value_now(rate), could_be(rate), str(rate.n)]
        if change:
            row += [percent(change.before), change_in_words(change)]
        elif compared:
            row += ["", ""]
        yield f"| {' | '.join(row)} |"
    yield ""


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _list(items: Iterable[str]) -> list[str]:
    found = [f"- {item}" for item in items]
    more = len(found) - _MOST_ITEMS
    return [*found[:_MOST_ITEMS], f"- and {more} more"] if more > 0 else found


WIDTH = 80
_Style = Literal["plain", "bad", "good", "loud", "strong"]
_Line = tuple[_Style, str]
_CODES = {"plain": "", "bad": "31", "good": "32", "loud": "1;33", "strong": "1"}
MOST_FAILURES = 20
"""Failed cases of a suite that are listed where nobody asks for all."""
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
        yield from _change_lines(run)
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
        yield from _case_lines(case, standing)
    if most is not None and len(failed) > most:
        yield "plain", ""
        yield "plain", f"... and {len(failed) - most} more that are wrong: --all prints them"


def _case_lines(case: CaseResult, standing: Standing) -> Iterator[_Line]:
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
        yield from _case_lines(case, standing)


def _change_lines(run: SuiteRun) -> Iterator[_Line]:
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
