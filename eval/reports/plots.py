"""Lays plots out for the HTML template: where each point lies, in numbers; no markup.

All coordinates are percentages of a plot's area with the origin at the top left, as SVG draws them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eval.metrics.statistics import wilson_interval
from eval.reports.suite import Past
from eval.reports.wording import counted
from eval.results import CaseResult

_BINS = 10
_MOST_POINTS = 200
_CEILINGS = (0.1, 0.2, 0.3, 0.4, 0.5, 1.0)
MOST_RUNS = 30
"""Runs that a trend shows, the newest."""
_LEAST_SPAN = 0.1
"""Of the shares that a trend's height shows, so that one question more is no mountain."""


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
class Point:
    """A run in a trend."""

    x: float
    y: float
    passed: bool
    label: str
    """When it was and how many were right, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """The share that was right, over the runs of a suite, to the right the later."""

    points: tuple[Point, ...]
    line: str
    """`x,y` pairs, as a `polyline` takes them."""
    first: str
    """When the first was; like `last`, the day alone unless both were on one."""
    last: str
    said: str
    """What it shows, as a sentence."""


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


def trend(runs: Sequence[Past]) -> Trend | None:
    """Lay the newest `MOST_RUNS` runs out, oldest first; None for fewer than two."""
    runs = runs[-MOST_RUNS:]
    if len(runs) < 2:
        return None
    shares = [run.right / run.asked if run.asked else 0.0 for run in runs]
    middle = (min(shares) + max(shares)) / 2
    span = max(max(shares) - min(shares), _LEAST_SPAN)
    points = tuple(
        Point(
            x=_percent(place / (len(runs) - 1)),
            y=_percent(0.5 - (share - middle) / span),
            passed=run.passed,
            label=f"{run.day}, {run.at:%H:%M}: {run.right:,} of {run.asked:,} right",
        )
        for place, (run, share) in enumerate(zip(runs, shares, strict=True))
    )
    first, last = runs[0], runs[-1]
    ends = [
        f"{one.at:%H:%M}" if first.at.date() == last.at.date() else one.day for one in (first, last)
    ]
    told = counted(len(runs), "run", "runs")
    return Trend(
        points=points,
        line=" ".join(f"{point.x},{point.y}" for point in points),
        first=ends[0],
        last=ends[1],
        said=f"Right in the last {told}: {points[0].label}; {points[-1].label}.",
    )
