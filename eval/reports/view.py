"""Prepares suites and cases for the HTML template: plain text and numbers, no markup, no plots."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path, PurePath

from eval.reports.plots import (
    Curve,
    Dot,
    Histogram,
    Trend,
    confidences,
    reliability,
    risk_coverage,
    trend,
)
from eval.reports.suite import Changed, Standing, SuiteRun, any_of, change_in_words, marks_of
from eval.reports.wording import Label, cut, in_words, label_of
from eval.results import CaseResult, CitedQuote, MetricChange, Rate
from eval.suites.files import is_shipped

MOST_KINDS = 24
"""The most tags that get a filter and a bar, the most frequent first."""
_CONTEXT = 120
"""The most characters of its passage shown on either side of a quote."""
_MOST_NAMED = 20
"""Cases that are named where it is told what changed."""
_MOST_UNFOLDED = 20
_WHOLE = 2000
"""The most cases whose passages are all shown; of more, only the failed and changed ones' are."""


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
    any_of: tuple[str, ...]
    """Answers of which one is enough, beside what must all be there."""
    quoted: bool
    """Whether its text is its quotes, so that these alone need be shown."""
    sources: tuple[Source, ...]
    before: CaseResult | None
    """As it was in the baseline, where that differs."""
    facts: tuple[tuple[str, str], ...]
    """What else is known of it, a name and a value each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteView:
    """All that the template shows of one suite."""

    number: int
    name: str
    """What the suite is called where it is read."""
    run: SuiteRun
    changes: tuple[tuple[Changed, tuple[tuple[str, str], ...]], ...]
    """What changed since the baseline, with question and element of the cases it is about."""
    metrics: tuple[MetricView, ...]
    tags: tuple[tuple[str, Rate], ...]
    """The share that was right of each kind, with the kind in words."""
    tags_before: Mapping[str, float]
    """The share of each tag's cases that passed in the baseline."""
    curve: Curve | None
    histogram: Histogram
    reliability: tuple[Dot, ...]
    trend: Trend | None
    shows: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    cases: Iterator[CaseView]
    """Made one by one, so that a long report is never whole in memory."""
    more: int
    """Cases that are left out at the end."""


def suite_view(run: SuiteRun, *, number: int, most: int | None = None, name: str = "") -> SuiteView:
    """Prepare a suite; `number` is its place in the page, `most` of its cases are kept, None: all.

    The cases that are left out are those with the best news. `name` is what the suite is called;
    empty is the name of its file, and what a shipped one is.
    """
    report = run.report
    tags = Counter(tag for case in report.cases for tag in case.tags)
    kinds = sorted(tags.most_common(MOST_KINDS))
    places = {tag: place for place, (tag, _) in enumerate(kinds)}
    curve = risk_coverage(report.risk_coverage) if report.risk_coverage else None
    return SuiteView(
        number=number,
        name=name or _named(run),
        run=run,
        changes=tuple(_changes(run, number)),
        metrics=tuple(_metric(*measure) for measure in run.measures()),
        tags=tuple(
            (in_words("kind", rate.name), rate) for rate in report.tag_rates if rate.name in places
        ),
        tags_before=_tags_before(run),
        curve=curve,
        histogram=confidences(report.cases),
        reliability=reliability(report.cases),
        trend=trend(run.past),
        shows=tuple(_shows(run)),
        kinds=tuple(_kinds(kinds, len(report.cases))),
        cases=islice(_case_views(run, suite=number, kinds=places), most),
        more=0 if most is None else max(0, len(report.cases) - most),
    )


def _named(run: SuiteRun) -> str:
    files = [Path(case.file) for case in run.report.cases[:1] if case.file]
    shipped = any(is_shipped(file) for file in files)
    return f"Shipped questions ({run.report.title})" if shipped else run.report.title


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
            any_of=tuple(any_of(case)),
            quoted=whole and _is_quotes(case),
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
        compared = ("newly", "Were right before", found["newly failing"])
        for name, label, count_ in (compared, ("changed", "Changed", changed)):
            if count_:
                yield Choice(id=name, label=label, count=count_)
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
        yield Choice(id=f"kind-{place}", label=in_words("kind", tag), count=times)


def _differs(case: CaseResult, before: CaseResult) -> bool:
    now, then = ((one.passed, one.status, one.text, one.short) for one in (case, before))
    return now != then


def _source(cited: CitedQuote, number: int) -> Source:
    """Cut the passage around its quote; where the quote is not in it, the quote stands alone."""
    before, quote, after = cited.passage.partition(cited.quote or "\0")
    if not quote:
        before = after = ""
    return Source(
        number=number,
        title=cited.card.title,
        where=_name(cited.card.source),
        before=_end_of(before),
        quote=cited.quote,
        after=_start_of(after),
    )


def _is_quotes(case: CaseResult) -> bool:
    """Tell whether each sentence was checked and stands in a quote that is shown."""
    quotes = [cited.quote for cited in case.citations]
    if not case.sentences:  # as in a run that was kept
        return bool(case.text) and any(case.text in quote for quote in quotes)
    return all(
        one.verdict == "supported" and any(one.text in quote for quote in quotes)
        for one in case.sentences
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
    yield from (
        (f"where footnote {number} stands", _place(cited))
        for number, cited in enumerate(case.citations, start=1)
    )
    yield "how sure it was, 0 to 1 (confidence)", f"{case.confidence:.2f}"
    yield from [("time", f"{1000 * case.seconds:.0f} ms")] * bool(case.seconds)
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


def _place(cited: CitedQuote) -> str:
    _, start, end = cited.span
    return f"{_name(cited.card.source)}, characters {start:,} to {end:,}"
