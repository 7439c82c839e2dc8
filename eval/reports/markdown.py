"""Writes reports as Markdown for a CI job's summary: safe for any text, within GitHub's size."""

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from eval.reports.suite import Standing, SuiteRun
from eval.reports.text import cut, fit, label_of, one_line, percent, points, probability
from eval.results import CaseResult

MOST_BYTES = 1_000_000
"""GitHub refuses a step's summary over 1 MiB; the rest is for what other commands add."""
_RESERVE = 300
"""Bytes kept for each suite's closing lines."""
_LONGEST = 300
_MOST_ITEMS = 20
_SIGNS = re.compile(r"[\\`*_\[\]<>&|~@$:!#]|(?<=www)\.", re.IGNORECASE)
"""What starts anything but plain text in GitHub's Markdown."""


def markdown(runs: Sequence[SuiteRun], *, most_bytes: int = MOST_BYTES) -> str:
    """Return the runs as GitHub-flavoured Markdown of at most `most_bytes` UTF-8 bytes.

    A headline, then per suite the measures with interval and change, what got worse, and the
    failed cases folded, the worst first; those that do not fit are counted.
    """
    passed = all(run.gate.passed for run in runs)
    text = f"## {'✅' if passed else '❌'} Evaluation: gate {'passed' if passed else 'failed'}\n"
    text += "".join(_summary(run) for run in runs)
    for run in runs:
        text += _details(run, most_bytes - len(text.encode()) - _RESERVE)
    return text


def inline(text: str) -> str:
    """Return any text as Markdown that shows it on one line, also in a cell of a table."""
    shown = cut(one_line(fit(text)), _LONGEST)
    return _SIGNS.sub(lambda sign: f"\\{sign[0]}", shown)


def _summary(run: SuiteRun) -> str:
    lines = ["", f"### {inline(run.report.suite)}", "", run.lead, ""]
    if not run.gate.passed:
        lines += ["**Why the gate failed:**", "", *_list(map(inline, run.gate.reasons)), ""]
    if run.stale:
        lines += ["> [!WARNING]", f"> {inline(run.stale)}", ""]
    return "\n".join([*lines, *_table(run), *_worse(run), ""])


def _table(run: SuiteRun) -> Iterator[str]:
    if not run.report.rates:
        return
    compared = " Baseline | Change | p |" if run.comparison else ""
    yield f"| Measure | Value | 95 % interval | Questions |{compared}"
    yield f"| :-- | --: | :-: | --: |{' --: | --: | --: |' if compared else ''}"
    for rate, change in run.measures():
        interval = f"{percent(rate.low)} – {percent(rate.high)}"
        row = [inline(label_of(rate.name).label), percent(rate.value), interval, str(rate.n)]
        if change:
            moved = points(change.difference)
            strong = f"**{moved}**" if change.significant else moved
            row += [percent(change.before), strong, probability(change.p_value)]
        elif compared:
            row += ["", "", ""]
        yield f"| {' | '.join(row)} |"
    yield ""


def _worse(run: SuiteRun) -> Iterator[str]:
    newly = [case for case, standing in run.ordered() if standing == "newly failing"]
    if not newly:
        return
    yield f"**Newly failing: {len(newly)}**"
    yield ""
    yield from _list(
        f"**{inline(case.question)}**{' (critical)' * case.critical}: "
        f"{inline('; '.join(case.problems))}"
        for case in newly
    )
    yield ""


def _list(items: Iterable[str]) -> list[str]:
    found = [f"- {item}" for item in items]
    more = len(found) - _MOST_ITEMS
    return [*found[:_MOST_ITEMS], f"- and {more} more"] if more > 0 else found


def _details(run: SuiteRun, most_bytes: int) -> str:
    """Return the failed cases folded, of at most so many bytes and a line that counts the rest."""
    failed = [(case, standing) for case, standing in run.ordered() if not case.passed]
    if not failed:
        return ""
    name = html.escape(one_line(fit(run.report.suite)))
    pieces = [f"\n<details><summary>{name}: {len(failed)} failed</summary>\n"]
    left = most_bytes - len(pieces[0].encode())
    for done, (case, standing) in enumerate(failed):
        folded = _folded(case, standing)
        left -= len(folded.encode())
        if left < 0:
            pieces.append(f"<p>and {len(failed) - done} more: --html or --json shows all</p>\n")
            break
        pieces.append(folded)
    return "".join([*pieces, "</details>\n"])


def _folded(case: CaseResult, standing: Standing) -> str:
    # A block of HTML without an empty line: nothing in it is read as Markdown.
    rows = "".join(
        f"<dt>{name}</dt><dd>{html.escape(cut(one_line(fit(value)), 3 * _LONGEST))}</dd>"
        for name, value in _told(case)
    )
    mark = f"<b>{standing}</b>{', critical' if case.critical else ''}"
    question = html.escape(cut(one_line(fit(case.question)), _LONGEST))
    return f"<details><summary>{mark}: {question}</summary><dl>{rows}</dl></details>\n"


def _told(case: CaseResult) -> Iterable[tuple[str, str]]:
    yield "case", case.id
    yield "expected", " | ".join(case.expected) or "to abstain"
    if case.short:
        yield "short", case.short
    yield "got", case.text or (f"abstained ({case.reason})" if case.reason else case.status)
    yield "why", "; ".join(case.problems)
