"""Prepares suites for the HTML template: measures, plots, filters; plain text, no markup."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from eval.reports import plots
from eval.reports.cases import CaseView, case_views
from eval.reports.labels import label_of, points, probability
from eval.reports.suite import SuiteRun
from eval.results import MetricChange, Rate

MOST_KINDS = 24
"""The most tags that get a filter and a bar, the most frequent first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricView:
    """A metric now and in the baseline."""

    label: str
    meaning: str
    tile: int | None
    rate: Rate
    count: str
    """`70 of 104` for the share of passed questions; empty for others."""
    before: float | None
    change: str
    """In words; empty without a baseline."""
    points: str
    direction: str
    """`up` or `down` where the difference is significant, else empty."""
    p: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One choice of a filter: what it shows, and of how many cases."""

    id: str
    label: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteView:
    """All that the template shows of one suite."""

    number: int
    run: SuiteRun
    metrics: tuple[MetricView, ...]
    tags: tuple[Rate, ...]
    tags_before: Mapping[str, float]
    """The share of each tag's cases that passed in the baseline."""
    curve: plots.Curve | None
    histogram: plots.Histogram
    reliability: tuple[plots.Dot, ...]
    shows: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    cases: Iterator[CaseView]
    """Made one by one, so that a long report is never whole in memory."""
    more: int
    """Cases that are left out at the end."""

    @property
    def tiles(self) -> tuple[MetricView, ...]:
        """The metrics at the head, in their order."""
        return tuple(sorted((m for m in self.metrics if m.tile), key=lambda m: m.tile or 0))


def suite_view(run: SuiteRun, *, number: int, most: int | None = None) -> SuiteView:
    """Prepare a suite; `number` is its place in the page, `most` of its cases are kept, None: all.

    The cases that are left out are those with the best news.
    """
    report = run.report
    kinds = _most_frequent(tag for case in report.cases for tag in case.tags)
    places = {tag: place for place, (tag, _) in enumerate(kinds)}
    curve = plots.risk_coverage(report.risk_coverage) if report.risk_coverage else None
    return SuiteView(
        number=number,
        run=run,
        metrics=tuple(_metric(run, *measure) for measure in run.measures()),
        tags=tuple(rate for rate in report.tag_rates if rate.name in places),
        tags_before=_tags_before(run),
        curve=curve,
        histogram=plots.confidences(report.cases),
        reliability=plots.reliability(report.cases),
        shows=tuple(_shows(run)),
        kinds=tuple(_kinds(kinds, len(report.cases))),
        cases=islice(case_views(run, suite=number, kinds=places), most),
        more=0 if most is None else max(0, len(report.cases) - most),
    )


def _metric(run: SuiteRun, rate: Rate, change: MetricChange | None) -> MetricView:
    label = label_of(rate.name)
    passed = sum(case.passed for case in run.report.cases)
    return MetricView(
        label=label.label,
        meaning=label.meaning,
        tile=label.tile,
        rate=rate,
        count=f"{passed} of {rate.n}" if rate.name == "passed" else "",
        before=change.before if change else None,
        change=_in_words(change) if change else "",
        points=points(change.difference) if change else "",
        direction=_direction(change) if change else "",
        p=probability(change.p_value) if change else "",
    )


def _in_words(change: MetricChange) -> str:
    size = points(abs(change.difference)).lstrip("+")
    if size == "0":
        return "no change"
    surely = f"p {probability(change.p_value)}" if change.significant else "may be chance"
    unit = "point" if size == "1" else "points"
    return f"{'up' if change.difference > 0 else 'down'} {size} {unit}, {surely}"


def _direction(change: MetricChange) -> str:
    if not change.significant:
        return ""
    return "up" if change.difference > 0 else "down"


def _shows(run: SuiteRun) -> Iterator[Choice]:
    found = Counter(standing for _, standing in run.ordered())
    yield Choice(id="all", label="All", count=len(run.report.cases))
    yield Choice(id="failed", label="Failing", count=found["failing"] + found["newly failing"])
    if run.comparison:
        changed = found["newly failing"] + found["newly passing"] + found["changed"]
        yield Choice(id="newly", label="Newly failing", count=found["newly failing"])
        yield Choice(id="changed", label="Changed", count=changed)


def _tags_before(run: SuiteRun) -> dict[str, float]:
    known = run.comparison.before if run.comparison else {}
    passed: dict[str, list[bool]] = {}
    for case in run.report.cases:
        for tag in case.tags if case.id in known else ():
            passed.setdefault(tag, []).append(known[case.id].passed)
    return {tag: sum(found) / len(found) for tag, found in passed.items()}


def _kinds(kinds: Sequence[tuple[str, int]], cases: int) -> Iterator[Choice]:
    if kinds:
        yield Choice(id="kinds", label="Every kind", count=cases)
    for place, (tag, count) in enumerate(kinds):
        yield Choice(id=f"kind-{place}", label=tag, count=count)


def _most_frequent(tags: Iterable[str]) -> Sequence[tuple[str, int]]:
    return sorted(Counter(tags).most_common(MOST_KINDS))
