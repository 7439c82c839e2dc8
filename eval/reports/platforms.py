"""Writes what programs read of a run: GitHub annotations, a comment, code quality, JUnit XML.

The reports for people are written elsewhere.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from lxml import etree

from eval.reports.lines import inline, markdown
from eval.reports.suite import Standing, SuiteRun
from eval.reports.wording import NOT_ASKED, cut, fit, in_words, one_line
from eval.results import CaseResult

MOST_ANNOTATIONS = 10
"""GitHub shows as many errors of one step, and as many warnings, and drops the rest in silence."""
MARKER = "<!-- footnote eval -->"
"""How the comment begins, by which a later run finds it and replaces it."""
_MOST_COMMENT = 60_000
"""Bytes; GitHub refuses a comment over 65,536 characters."""
_LONGEST = 300
_LINE = re.compile(r"(.+?):([0-9]+): ")


def in_a_line(case: CaseResult) -> str:
    """Return a case's question, what was expected and what came, as one line."""
    return f"{_quoted(case.question)}: expected {_expected(case)}, {_came(case)}"


def quotes(case: CaseResult) -> Iterator[str]:
    """Give what the answer cited, a line each: the quote, and in brackets the document's title."""
    for cited in case.citations:
        yield f"{_quoted(cited.quote)} ({_short(cited.card.title)})"


def details(case: CaseResult) -> Iterator[str]:
    """Give why a case failed and what it cited, a line each."""
    yield from (f"why: {_short(problem)}" for problem in case.problems)
    yield from (f"cited: {quote}" for quote in quotes(case))


def annotations(runs: Sequence[SuiteRun], *, root: Path) -> str:
    """Return workflow commands by which GitHub shows each wrong answer at its line of gold.

    They are errors where the gate failed, with one for the gate, and warnings where it passed in
    spite of them. Of each at most `MOST_ANNOTATIONS`, the last of which counts the rest.

    Args:
        runs: the suites; nothing wrong in them gives an empty text.
        root: the repository's folder; a gold file outside it is named in the message only.
    """
    failed = [run for run in runs if not run.gate.passed]
    passed = [run for run in runs if run.gate.passed]
    errors = [*map(_gate, failed), *_cases("error", failed, root)]
    return "".join([*_shown("error", errors), *_shown("warning", _cases("warning", passed, root))])


def trouble(sentence: str, *, root: Path) -> str:
    """Return the workflow command by which GitHub shows why a run came to nothing.

    A sentence that begins with `FILE:LINE: ` is shown there.
    """
    begun = _LINE.match(sentence)
    named = _location(begun[1], begun[2], root) if begun else {}
    return _command("error", named | {"title": "Footnote stopped"}, sentence)


def inert(text: str) -> str:
    """Return a text between commands that keep GitHub from obeying what it might hold.

    A line that begins with `::` would otherwise be a command, also where an article says it.
    """
    token = secrets.token_hex(16)
    return f"::stop-commands::{token}\n{text.rstrip()}\n::{token}::\n"


def comment(runs: Sequence[SuiteRun]) -> str:
    """Return a pull request's comment: right before and now, then the summary, cut to fit."""
    lines = [
        MARKER,
        "| Suite | Right before | Right now | Newly wrong | Newly right |",
        "| :-- | --: | --: | --: | --: |",
        *map(_before_and_now, runs),
        "",
    ]
    if any(run.comparison is None for run in runs):
        lines += [
            "*Before* is what `footnote eval SUITE --update-baseline` keeps in `baselines/`, once "
            "that is committed.",
            "",
        ]
    head = "\n".join(lines) + "\n"
    return head + markdown(runs, most_bytes=_MOST_COMMENT - len(head.encode()))


def code_quality(runs: Sequence[SuiteRun], *, root: Path) -> str:
    """Return the wrong answers as GitLab's code quality report: JSON, an issue each, `[]` for none.

    A critical case is `critical`, another `major`, and `minor` where the gate passed in spite of
    it; a failed gate is one more issue, a `blocker`. Fingerprints hold for a case wherever it
    stands in its file, so that GitLab shows as new only what is newly wrong.
    """
    issues = [issue for run in runs for issue in _issues(run, root)]
    return json.dumps(issues, ensure_ascii=True, indent=1) + "\n"


def _issues(run: SuiteRun, root: Path) -> Iterator[dict[str, object]]:
    suite = run.report.suite
    where = [place for case in run.report.cases if (place := _place(case.file, root))]
    if not run.gate.passed:
        told = " ".join([f"{run.headline.rstrip(':.')}.", run.verdict, *run.gate.reasons])
        yield _issue("gate", told, (suite,), "blocker", where[0] if where else suite, line=1)
    severity = "minor" if run.gate.passed else "major"
    for case, _ in run.ordered():
        if not case.passed:
            told = "; ".join([in_a_line(case), *details(case)])
            level = "critical" if case.critical else severity
            path = _place(case.file, root) or case.file or suite
            yield _issue("case", told, (suite, case.id), level, path, line=case.line or 1)


def _issue(
    kind: str, told: str, names: tuple[str, ...], severity: str, path: str, *, line: int
) -> dict[str, object]:
    identity = "\0".join(("footnote", kind, *names)).encode("utf-8", "replace")
    return {
        "description": fit(told),
        "check_name": f"footnote {kind}",
        "fingerprint": hashlib.sha256(identity).hexdigest(),
        "severity": severity,
        "location": {"path": fit(path), "lines": {"begin": line}},
    }


def _before_and_now(run: SuiteRun) -> str:
    cases, change = run.report.cases, run.comparison
    now = f"{sum(case.passed for case in cases)} of {len(cases)}"
    row = [inline(run.report.suite), "not known", now, "", ""]
    if change:
        known = change.before.values()
        row[1] = f"{sum(case.passed for case in known)} of {len(known)}"
        row[3:] = [str(len(change.newly_failing)), str(len(change.newly_passing))]
    return f"| {' | '.join(row)} |"


def _cases(level: str, runs: Iterable[SuiteRun], root: Path) -> list[str]:
    wrong = [case for run in runs for case, _ in run.ordered() if not case.passed]
    return [_annotation(level, case, root) for case in wrong]


def _annotation(level: str, case: CaseResult, root: Path) -> str:
    named = _location(case.file, str(case.line or 1), root)
    message = "\n".join([in_a_line(case), *details(case)])
    return _command(level, named | {"title": f"Wrong: {_short(case.id)}"}, message)


def _gate(run: SuiteRun) -> str:
    title = f"{_short(run.report.title)}: {run.headline.rstrip(':.')}"
    told = (run.verdict, *run.gate.reasons)
    return _command("error", {"title": title}, "\n".join(map(_short, told)))


def _shown(level: str, commands: Sequence[str]) -> Sequence[str]:
    """Return as many commands as GitHub shows; where there are more, the last says how many."""
    if len(commands) <= MOST_ANNOTATIONS:
        return commands
    kept, more = commands[: MOST_ANNOTATIONS - 1], len(commands) - MOST_ANNOTATIONS + 1
    told = f"GitHub shows {MOST_ANNOTATIONS} a step: the job's summary has all"
    return [*kept, _command(level, {"title": f"{more} more are wrong"}, told)]


def _command(name: str, properties: dict[str, str], message: str) -> str:
    named = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {named}::{_data(message)}\n"


def _data(text: str) -> str:
    """Escape a message as GitHub's toolkit does (packages/core/src/command.ts)."""
    return fit(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _location(file: str, line: str, root: Path) -> dict[str, str]:
    place = _place(file, root)
    return {"file": place, "line": line} if place else {}


def _place(file: str, root: Path) -> str:
    """Return the gold file as seen from the root; empty where it is none or outside."""
    path, base = Path(file).resolve(), root.resolve()
    return path.relative_to(base).as_posix() if file and path.is_relative_to(base) else ""


def _expected(case: CaseResult) -> str:
    return " or ".join(map(_quoted, case.expected)) or "no answer"


def _came(case: CaseResult) -> str:
    return NOT_ASKED if case.outdated else f"got {_got(case)}"


def _got(case: CaseResult) -> str:
    if case.status == "answered":
        return _quoted(case.short or case.text)
    if case.status == "abstained":
        return f"no answer ({_short(in_words('reason', case.reason))})"
    return _short(case.error) or case.status


def _quoted(text: str) -> str:
    return f"“{_short(text)}”"


def _short(text: str) -> str:
    return cut(one_line(fit(text)), _LONGEST)


def junit(runs: Sequence[SuiteRun]) -> str:
    """Return the runs as one XML document, to be stored as UTF-8: a test suite each.

    Every case is a test case, with its file and line of gold: a failed one has a `failure`, a
    crashed one an `error`, which says in one line what was asked, expected and got. One more test
    case, `gate`, fails with what was asked of the run and why it did not do, since a missed
    threshold is no case's failure. Rates and the fingerprint are properties. What XML cannot hold
    (NUL, a lone surrogate) stands as its Python escape.
    """
    suites = [_suite(run) for run in runs]
    root = etree.Element("testsuites", name="footnote eval")
    for key in ("tests", "failures", "errors", "time"):
        total = sum(float(suite.get(key, "0")) for suite in suites)
        root.set(key, f"{total:.3f}" if key == "time" else f"{total:.0f}")
    root.extend(suites)
    etree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + etree.tostring(root, encoding="unicode")


def _suite(run: SuiteRun) -> "etree._Element":
    report = run.report
    crashed = sum(case.crashed for case in report.cases)
    failed = sum(not case.passed for case in report.cases) - crashed
    element = etree.Element(
        "testsuite",
        name=fit(report.suite),
        tests=str(len(report.cases) + 1),
        failures=str(failed + (not run.gate.passed)),
        errors=str(crashed),
        skipped="0",
        time=f"{sum(case.seconds for case in report.cases):.3f}",
    )
    properties = etree.SubElement(element, "properties")
    for name, value in _properties(run):
        etree.SubElement(properties, "property", name=fit(name), value=fit(value))
    for case, standing in run.ordered():
        element.append(_test_case(report.suite, case, standing))
    element.append(_gate_case(run))
    return element


def _properties(run: SuiteRun) -> Iterator[tuple[str, str]]:
    yield from run.facts()
    for rate in run.report.rates:
        yield rate.name, f"{rate.value:.4f}"


def _test_case(suite: str, case: CaseResult, standing: Standing) -> "etree._Element":
    element = etree.Element(
        "testcase", classname=fit(suite), name=fit(case.id), time=f"{case.seconds:.3f}"
    )
    if case.file:
        element.set("file", fit(case.file))
        element.set("line", str(case.line or 1))
    if not case.passed:
        kind = "error" if case.crashed else "failure"
        found = etree.SubElement(element, kind, message=in_a_line(case), type=standing)
        found.text = "\n".join([in_a_line(case), *details(case)])
    else:
        etree.SubElement(element, "system-out").text = "\n".join([in_a_line(case), *quotes(case)])
    return element


def _gate_case(run: SuiteRun) -> "etree._Element":
    element = etree.Element("testcase", classname=fit(run.report.suite), name="gate", time="0.000")
    if not run.gate.passed:
        message = fit(f"{run.headline.rstrip(':.')}. {run.verdict}")
        found = etree.SubElement(element, "failure", message=message, type="gate")
        found.text = fit("\n".join(run.gate.reasons))
    return element
