"""Prepares suites and cases for the HTML template: plain text and numbers, no markup."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import PurePath

from eval.reports import plots
from eval.reports.suite import Standing, SuiteRun
from eval.reports.text import cut, label_of, points, probability
from eval.results import CaseResult, CitedQuote, MetricChange, Rate

MOST_KINDS = 24
"""The most tags that get a filter and a bar, the most frequent first."""
_CONTEXT = 400
"""The most characters of its passage shown on either side of a quote."""
_WHOLE = 2000
"""The most cases whose passages are all shown; of more, only the failed and changed ones' are."""


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
class Source:
    """A citation with its quote in its passage: `before`, `quote` and `after` join to one text."""

    number: int
    title: str
    where: str
    before: str
    quote: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """All that the template shows of one case."""

    id: str
    """Of its element, unique in the page."""
    result: CaseResult
    standing: Standing
    kinds: tuple[int, ...]
    """Places of its tags among the filters."""
    whole: bool
    """Whether its passages are shown."""
    sources: tuple[Source, ...]
    before: CaseResult | None
    """As it was in the baseline, where that differs."""
    facts: tuple[tuple[str, str], ...]
    """What else is known of it, a name and a value each."""


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


def case_views(run: SuiteRun, *, suite: int, kinds: Mapping[str, int]) -> Iterator[CaseView]:
    """Prepare the cases one by one, the worst news first.

    Args:
        run: the suite.
        suite: its place in the page, which makes the ids unique.
        kinds: the place of each tag among the filters.
    """
    large = len(run.report.cases) > _WHOLE
    known = run.comparison.before if run.comparison else {}
    for place, (case, standing) in enumerate(run.ordered()):
        whole = not (large and standing == "passed")
        before = known.get(case.id)
        yield CaseView(
            id=f"s{suite}-c{place}",
            result=case,
            standing=standing,
            kinds=tuple(kinds[tag] for tag in case.tags if tag in kinds),
            whole=whole,
            sources=tuple(map(_source, case.citations, count(1))) if whole else (),
            before=before if before and _differs(case, before) else None,
            facts=tuple(_facts(case)),
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
    for place, (tag, times) in enumerate(kinds):
        yield Choice(id=f"kind-{place}", label=tag, count=times)


def _most_frequent(tags: Iterable[str]) -> Sequence[tuple[str, int]]:
    return sorted(Counter(tags).most_common(MOST_KINDS))


def _differs(case: CaseResult, before: CaseResult) -> bool:
    now, then = ((one.passed, one.status, one.text, one.short) for one in (case, before))
    return now != then


def _source(cited: CitedQuote, number: int) -> Source:
    """Cut the passage around its quote; where the quote is not in it, the quote stands alone."""
    before, quote, after = cited.passage.partition(cited.quote or "\0")
    if not quote:
        before = after = ""
    _, start, end = cited.span
    return Source(
        number=number,
        title=cited.card.title,
        where=f"{_name(cited.card.source)} · characters {start:,}–{end:,}",
        before=_end_of(before),
        quote=cited.quote,
        after=_start_of(after),
    )


def _end_of(text: str) -> str:
    if len(text) <= _CONTEXT:
        return text
    _, space, words = text[-_CONTEXT:].partition(" ")
    return f"… {words}" if space else f"…{text[-_CONTEXT:]}"


def _start_of(text: str) -> str:
    if len(text) <= _CONTEXT:
        return text
    words, space, _ = text[:_CONTEXT].rpartition(" ")
    return f"{words} …" if space else f"{text[:_CONTEXT]}…"


def _name(source: str) -> str:
    """Return a file's name without its folders, which are one machine's; an address as it is."""
    return source if "://" in source else PurePath(source).name


def _facts(case: CaseResult) -> Iterator[tuple[str, str]]:
    yield "id", case.id
    yield "confidence", f"{case.confidence:.2f}"
    yield "time", f"{1000 * case.seconds:.0f} ms"
    yield from ((label_of(name).label.lower(), f"{v:.2f}") for name, v in case.scores.items())
    if case.usage.requests:
        yield "tokens", f"{case.usage.input_tokens:,} in, {case.usage.output_tokens:,} out"
    if case.usage.cost is not None:
        yield "cost", f"{case.usage.cost:.4f}"
    if case.searched not in ("", case.question):
        yield "searched", cut(case.searched)
    if case.judged:
        yield "judge says (advice)", cut(case.judged)
    if case.fallback:
        yield "fell back", cut(case.fallback)
