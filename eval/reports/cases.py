"""Prepares cases for the HTML template: standing, excerpts around quotes, what changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import PurePath

from eval.reports.labels import label_of
from eval.reports.suite import Standing, SuiteRun
from eval.reports.text import cut
from eval.results import CaseResult, CitedQuote

_CONTEXT = 400
"""The most characters of its passage shown on either side of a quote."""
_WHOLE = 2000
"""The most cases whose passages are all shown; of more, only the failed and changed ones' are."""


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


def _differs(case: CaseResult, before: CaseResult) -> bool:
    return (case.passed, case.status, case.text) != (before.passed, before.status, before.text)


def _source(cited: CitedQuote, number: int) -> Source:
    """Cut the passage around its quote; where the quote is not in it, the quote stands alone."""
    before, quote, after = cited.passage.partition(cited.quote or "\0")
    if not quote:
        before = after = ""
    _, start, end = cited.span
    return Source(
        number=number,
        title=cited.title,
        where=f"{_name(cited.source)} · characters {start:,}–{end:,}",
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
