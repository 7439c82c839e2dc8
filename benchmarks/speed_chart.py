"""Draws how speed changes with a library's size, each thing as an SVG for the documentation.

    python -m benchmarks.scale FOLDER --passages 50 1000 10000 100000 500000 >benchmarks/speed.jsonl
    python -m benchmarks.speed_chart docs

It draws the rows of `benchmarks/speed.jsonl` (another file with `--rows`) and measures nothing.
What a row lacks is left out, of what fewer than two rows have there is no chart, and the title says
at how many passages it was measured.
"""

import argparse
import html
import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROWS = Path(__file__).with_name("speed.jsonl")
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 868, 330, 62, 226, 56, 48
_OURS, _OTHERS = "#0f5e5c", "#e0a860"
Figures = Mapping[str, float]
_Place = Callable[[float], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One thing that was measured at several sizes."""

    file: str
    title: str
    alternative: str
    """What it shows, for who does not see it; the sizes are added."""
    unit: str
    lines: tuple[tuple[str, str, str, str], ...]
    """What is drawn: its name in a row, in words, its colour and its dashes."""


CHARTS = (
    Chart(
        file="speed.svg",
        title="Finding the passages of a question, by the size of the library",
        alternative="Milliseconds to find the passages of a question",
        unit="ms",
        lines=(
            ("common_wall_p95", "common words, 95 of 100", _OTHERS, "5 4"),
            ("ask_wall_p95", "95 of 100 within", _OURS, "5 4"),
            ("common_wall_p50", "common words, half", _OTHERS, ""),
            ("ask_wall_p50", "half within", _OURS, ""),
        ),
    ),
    Chart(
        file="speed-whole.svg",
        title="A whole question, found, read and answered, by the size of the library",
        alternative="Milliseconds of a whole question",
        unit="ms",
        lines=(
            ("whole_wall_p95", "95 of 100 within", _OURS, "5 4"),
            ("whole_wall_p50", "half within", _OURS, ""),
        ),
    ),
    Chart(
        file="speed-cold.svg",
        title="footnote ask as a process of its own, by the size of the library",
        alternative="Seconds of one footnote ask from start to end",
        unit="s",
        lines=(("cold_s", "from start to end", _OURS, ""),),
    ),
    Chart(
        file="speed-add.svg",
        title="Adding articles, without the model, by the size of the library",
        alternative="Milliseconds of a processor for each passage that is added",
        unit="ms",
        lines=(("add_cpu_ms_each", "for each passage", _OURS, ""),),
    ),
)


def drawn(chart: Chart, rows: Sequence[Figures]) -> str:
    """Return a chart of the rows, of at least two sizes, as SVG: each step to the right ten times.

    Raises:
        ValueError: There are not two sizes that have one of its figures.
    """
    names = [name for name, *_ in chart.lines]
    rows = [row for row in rows if any(name in row for name in names)]
    rows.sort(key=lambda row: row["passages"])
    sizes = [row["passages"] for row in rows]
    if len(set(sizes)) < 2:
        raise ValueError("two sizes are needed: measure a second with benchmarks.scale")
    ceiling = _ceiling(max(row[name] for row in rows for name in names if name in row))
    low, high = math.log10(min(sizes)), math.log10(max(sizes))

    def x(passages: float) -> float:
        share = (math.log10(passages) - low) / (high - low)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(figure: float) -> float:
        return round(HEIGHT - BOTTOM - figure / ceiling * (HEIGHT - TOP - BOTTOM), 1)

    steps = [ceiling * part / 4 for part in range(5)]
    body = [
        *(_across(y(step), f"{step:g} {chart.unit}") for step in steps),
        *(_below(x(size), f"{size:,.0f}") for size in sizes),
        *_lines(chart, rows, x, y),
    ]
    told = ", ".join(f"{size:,.0f}" for size in sizes)
    title = f"{chart.alternative}, in libraries of {told} passages"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'font-family="Inter, system-ui, \'Segoe UI\', Roboto, sans-serif" font-size="12.5">'
        f"<title>{html.escape(title)}</title>\n"
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="10" fill="#fff"/>\n'
        '<text x="24" y="32" font-size="15" font-weight="600" fill="#1d1b18">'
        f"{html.escape(chart.title)}</text>\n"
        + "\n".join(body)
        + f'\n<text x="{WIDTH - RIGHT}" y="{HEIGHT - 10}" text-anchor="end" fill="#5c564d">'
        "passages</text>\n</svg>\n"
    )


def _lines(chart: Chart, rows: Sequence[Figures], x: _Place, y: _Place) -> Iterator[str]:
    """Yield each line with its dots, and its words at its end, none over another."""
    shown = [one for one in chart.lines if sum(one[0] in row for row in rows) > 1]
    ends = {name: y([row[name] for row in rows if name in row][-1]) for name, *_ in shown}
    apart = dict[str, float]()
    for name in sorted(ends, key=ends.__getitem__):
        apart[name] = max(ends[name], max(apart.values(), default=0.0) + 17)
    for name, words, colour, dashes in shown:
        points = [(x(row["passages"]), y(row[name])) for row in rows if name in row]
        line = " ".join(f"{across},{down}" for across, down in points)
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        yield f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>'
        yield "".join(
            f'<circle cx="{across}" cy="{down}" r="3.5" fill="{colour}"/>'
            for across, down in points
        )
        last = [row[name] for row in rows if name in row][-1]
        yield (
            f'<text x="{points[-1][0] + 12}" y="{apart[name] + 4:.1f}" fill="#1d1b18">'
            f"{html.escape(words)}: {last:.3g} {chart.unit}</text>"
        )


def _across(down: float, words: str) -> str:
    return (
        f'<path d="M{LEFT} {down}H{WIDTH - RIGHT}" stroke="#e6e1d6"/>'
        f'<text x="{LEFT - 8}" y="{down + 4:.1f}" text-anchor="end" fill="#5c564d">{words}</text>'
    )


def _below(across: float, words: str) -> str:
    return (
        f'<text x="{across}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle" '
        f'fill="#5c564d">{words}</text>'
    )


def _ceiling(most: float) -> float:
    """Return the least round number above it that has four round parts."""
    step = 10 ** math.floor(math.log10(most))
    return next(step * times for times in (1, 2, 4, 6, 8, 10) if step * times >= most)


def main() -> int:
    """Draw every chart that there are rows for into a folder and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=Path, default=ROWS, help="what benchmarks.scale printed")
    given = parser.parse_args()
    lines = given.rows.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    made = 0
    for chart in CHARTS:
        with suppress(ValueError):
            (given.folder / chart.file).write_text(drawn(chart, rows), encoding="utf-8")
            made += 1
    if not made:
        parser.error("two sizes are needed: measure a second with benchmarks.scale")
    return 0


if __name__ == "__main__":
    sys.exit(main())
