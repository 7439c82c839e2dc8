"""Writes reports as JUnit XML, as continuous integration servers read it; valid for any text."""

from collections.abc import Iterator, Sequence

from lxml import etree

from eval.reports.platforms import details, in_a_line, quotes
from eval.reports.suite import Standing, SuiteRun
from eval.reports.text import fit
from eval.results import CaseResult


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
        element.append(_case(report.suite, case, standing))
    element.append(_gate(run))
    return element


def _properties(run: SuiteRun) -> Iterator[tuple[str, str]]:
    yield from run.facts()
    for rate in run.report.rates:
        yield rate.name, f"{rate.value:.4f}"


def _case(suite: str, case: CaseResult, standing: Standing) -> "etree._Element":
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


def _gate(run: SuiteRun) -> "etree._Element":
    element = etree.Element("testcase", classname=fit(run.report.suite), name="gate", time="0.000")
    if not run.gate.passed:
        message = fit(f"{run.headline.rstrip(':.')}. {run.verdict}")
        found = etree.SubElement(element, "failure", message=message, type="gate")
        found.text = fit("\n".join(run.gate.reasons))
    return element
