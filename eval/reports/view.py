"""Prepares suites, cases and plots for the HTML template: plain text and numbers, no markup.

All coordinates of plots are percentages of their area with the origin at the top left, as SVG draws
them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import PurePath

from eval.metrics.statistics import wilson_interval
from eval.reports.suite import Changed, Standing, SuiteRun, change_in_words, marks_of
from eval.reports.text import Label, cut, label_of
from eval.results import CaseResult, CitedQuote, MetricChange, Rate

MOST_KINDS = 24
"""The most tags that get a filter and a bar, the most frequent first."""
_CONTEXT = 200
"""The most characters of its passage shown on either side of a quote."""
_MOST_NAMED = 20
"""Cases that are named where it is told what changed."""
_MOST_UNFOLDED = 20
_WHOLE = 2000
"""The most cases whose passages are all shown; of more, only the failed and changed ones' are."""
_BINS = 10
_MOST_POINTS = 200
_CEILINGS = (0.1, 0.2, 0.3, 0.4, 0.5, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A labelled place on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Risk against coverage, 0 to 100 % to the right, risk upwards."""

    line: str
    """`x,y` pairs, as a `polyline` takes them; empty for no points."""
    under: str
    """The same of what lies under the line, as a `polygon` takes them."""
    ticks: tuple[Tick, ...]
    """Of the upright axis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a histogram: two counts, one standing on the other."""

    x: float
    width: float
    lower: float
    """Height of the questions that have an answer."""
    upper: float
    """Height of those that have none."""
    label: str
    """What it holds, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """How often each confidence came, for questions with an answer and without."""

    columns: tuple[Column, ...]
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """Answers of about one confidence, and how many of them were right, with its interval."""

    x: float
    y: float
    top: float
    bottom: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricView:
    """A metric now and in the baseline."""

    label: Label
    rate: Rate
    before: float | None
    change: str
    """In words; empty without a baseline."""
    direction: str
    """`up` or `down` where the difference is significant, else empty."""


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
    marks: tuple[str, ...]
    """What sets it apart, in words."""
    kinds: tuple[int, ...]
    """Places of its tags among the filters."""
    whole: bool
    """Whether its passages are shown."""
    unfolded: bool
    """Whether it is seen without a click."""
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
    changes: tuple[tuple[Changed, tuple[tuple[str, str], ...]], ...]
    """What changed since the baseline, with question and element of the cases it is about."""
    metrics: tuple[MetricView, ...]
    tags: tuple[Rate, ...]
    tags_before: Mapping[str, float]
    """The share of each tag's cases that passed in the baseline."""
    curve: Curve | None
    histogram: Histogram
    reliability: tuple[Dot, ...]
    shows: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    cases: Iterator[CaseView]
    """Made one by one, so that a long report is never whole in memory."""
    more: int
    """Cases that are left out at the end."""


def suite_view(run: SuiteRun, *, number: int, most: int | None = None) -> SuiteView:
    """Prepare a suite; `number` is its place in the page, `most` of its cases are kept, None: all.

    The cases that are left out are those with the best news.
    """
    report = run.report
    tags = Counter(tag for case in report.cases for tag in case.tags)
    kinds = sorted(tags.most_common(MOST_KINDS))
    places = {tag: place for place, (tag, _) in enumerate(kinds)}
    curve = risk_coverage(report.risk_coverage) if report.risk_coverage else None
    return SuiteView(
        number=number,
        run=run,
        changes=tuple(_changes(run, number)),
        metrics=tuple(_metric(*measure) for measure in run.measures()),
        tags=tuple(rate for rate in report.tag_rates if rate.name in places),
        tags_before=_tags_before(run),
        curve=curve,
        histogram=confidences(report.cases),
        reliability=reliability(report.cases),
        shows=tuple(_shows(run)),
        kinds=tuple(_kinds(kinds, len(report.cases))),
        cases=islice(_case_views(run, suite=number, kinds=places), most),
        more=0 if most is None else max(0, len(report.cases) - most),
    )


def _case_views(run: SuiteRun, *, suite: int, kinds: Mapping[str, int]) -> Iterator[CaseView]:
    """Prepare the cases one by one, the worst news first; `kinds` gives a tag's filter."""
    large = len(run.report.cases) > _WHOLE
    known = run.comparison.before if run.comparison else {}
    for place, (case, standing) in enumerate(run.ordered()):
        whole = not (large and standing == "passed")
        before = known.get(case.id)
        yield CaseView(
            id=f"s{suite}-c{place}",
            result=case,
            standing=standing,
            marks=tuple(marks_of(case, standing)),
            kinds=tuple(kinds[tag] for tag in case.tags if tag in kinds),
            whole=whole,
            unfolded=not case.passed and place < _MOST_UNFOLDED,
            sources=tuple(map(_source, case.citations, count(1))) if whole else (),
            before=before if before and _differs(case, before) else None,
            facts=tuple(_facts(case)),
        )


def _changes(run: SuiteRun, suite: int) -> Iterator[tuple[Changed, tuple[tuple[str, str], ...]]]:
    places = {case.id: place for place, (case, _) in enumerate(run.ordered())}
    for change in run.changes():
        named = ((case.question, f"s{suite}-c{places[case.id]}") for case in change.cases)
        yield change, tuple(islice(named, _MOST_NAMED))


def _metric(rate: Rate, change: MetricChange | None) -> MetricView:
    return MetricView(
        label=label_of(rate.name),
        rate=rate,
        before=change.before if change else None,
        change=change_in_words(change) if change else "",
        direction=("up" if change.difference > 0 else "down")
        if change and change.significant
        else "",
    )


def _shows(run: SuiteRun) -> Iterator[Choice]:
    found = Counter(standing for _, standing in run.ordered())
    yield Choice(id="failed", label="Wrong", count=found["failing"] + found["newly failing"])
    if run.comparison:
        changed = found["newly failing"] + found["newly passing"] + found["changed"]
        yield Choice(id="newly", label="Were right before", count=found["newly failing"])
        yield Choice(id="changed", label="Changed", count=changed)
    yield Choice(id="all", label="All", count=len(run.report.cases))


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
    yield "name of the question (id)", case.id
    if case.file:
        line = f", line {case.line}" if case.line else ""
        yield "written in", f"{_name(case.file)}{line}"
    yield "how sure it was, 0 to 1 (confidence)", f"{case.confidence:.2f}"
    yield "time", f"{1000 * case.seconds:.0f} ms"
    yield from ((label_of(name).named, f"{v:.2f}") for name, v in case.scores.items())
    if case.usage.requests:
        tokens = f"{case.usage.input_tokens:,} in, {case.usage.output_tokens:,} out"
        yield "read and written (tokens)", tokens
    if case.usage.cost is not None:
        yield "cost", f"{case.usage.cost:.4f}"
    if case.searched not in ("", case.question):
        yield "searched for", cut(case.searched)
    if case.scope:
        yield "asked of", cut(case.scope)
    if case.judged:
        yield "a judging model's opinion", cut(case.judged)
    if case.fallback:
        yield "answered without the language model, since", cut(case.fallback)


def risk_coverage(points: Sequence[tuple[float, float]]) -> Curve:
    """Lay out (coverage, risk) points, both 0 to 1."""
    worst = max((risk for _, risk in points), default=0.0)
    ceiling = next(top for top in _CEILINGS if worst <= top or top == _CEILINGS[-1])
    ticks = tuple(
        Tick(at=_percent(1 - share), label=f"{100 * ceiling * share:g} %") for share in (0, 0.5, 1)
    )
    line = _line(points, ceiling)
    return Curve(line=line, under=_under(line), ticks=ticks)


def confidences(cases: Iterable[CaseResult]) -> Histogram:
    """Count the cases by confidence, in ten equal bins."""
    counts = [[0, 0] for _ in range(_BINS)]
    for case in cases:
        counts[_bin(case.confidence)][not case.answerable] += 1
    most = max((sum(pair) for pair in counts), default=0) or 1
    width = 100 / _BINS
    columns = tuple(
        Column(
            x=_percent(place / _BINS) + width * 0.1,
            width=width * 0.8,
            lower=_percent(with_answer / most),
            upper=_percent(without / most),
            label=f"confidence {_span(place)}: {with_answer} with an answer, {without} without",
        )
        for place, (with_answer, without) in enumerate(counts)
    )
    return Histogram(columns=columns, ticks=(Tick(at=100, label="0"), Tick(at=0, label=str(most))))


def reliability(cases: Iterable[CaseResult]) -> tuple[Dot, ...]:
    """Compare confidence with being right, over answered cases in ten equal bins; empty ones go.

    Source: the reliability diagram (DeGroot and Fienberg 1983), each bin at its mean
    confidence, with the Wilson interval of its share of passed cases.
    """
    bins: list[list[CaseResult]] = [[] for _ in range(_BINS)]
    for case in cases:
        if case.status == "answered":
            bins[_bin(case.confidence)].append(case)
    return tuple(_dot(place, members) for place, members in enumerate(bins) if members)


def _dot(place: int, members: Sequence[CaseResult]) -> Dot:
    right, of = sum(case.passed for case in members), len(members)
    low, high = wilson_interval(right, of)
    return Dot(
        x=_percent(sum(case.confidence for case in members) / of),
        y=_percent(1 - right / of),
        top=_percent(1 - high),
        bottom=_percent(1 - low),
        label=f"confidence {_span(place)}: {right} of {of} right",
    )


def _line(points: Sequence[tuple[float, float]], ceiling: float) -> str:
    step = max(1, -(-len(points) // _MOST_POINTS))
    kept = [*points[::step], *(points[-1:] if (len(points) - 1) % step else ())]
    return " ".join(f"{_percent(x)},{_percent(1 - y / ceiling)}" for x, y in kept)


def _under(line: str) -> str:
    if not line:
        return ""
    first, last = (pair.partition(",")[0] for pair in (line.split()[0], line.split()[-1]))
    return f"{first},100 {line} {last},100"


def _bin(confidence: float) -> int:
    return min(_BINS - 1, max(0, int(confidence * _BINS)))


def _span(place: int) -> str:
    return f"{place / _BINS:g} to {(place + 1) / _BINS:g}"


def _percent(share: float) -> float:
    return round(100 * share, 2)
