"""Draws how the speed of questions grows with a library, as one SVG for the documentation.

    python -m benchmarks.scale FOLDER --passages 50 1000 10000 100000 >benchmarks/speed.jsonl
    python -m benchmarks.speed_chart docs/speed.svg

It draws the rows of `benchmarks/speed.jsonl` (another file with `--rows`) and measures nothing: a
row that lacks is left out, and the title says at how many passages it was measured.
"""

import argparse
import html
import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

ROWS = Path(__file__).with_name("speed.jsonl")
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 868, 330, 62, 226, 56, 48
LINES = (
    ("common_wall_p95", "common words, 95 of 100", "#e0a860", "5 4"),
    ("ask_wall_p95", "95 of 100 within", "#0f5e5c", "5 4"),
    ("common_wall_p50", "common words, half", "#e0a860", ""),
    ("ask_wall_p50", "half within", "#0f5e5c", ""),
)
"""What is drawn: its name in a row, in words, its colour and its dashes."""
Figures = Mapping[str, float]
_Place = Callable[[float], float]


def chart(rows: Sequence[Figures]) -> str:
    """Return the rows, of at least two sizes, as SVG: passages to the right, each step ten times.

    Raises:
        ValueError: There are not two sizes.
    """
    rows = sorted(rows, key=lambda row: row["passages"])
    sizes = [row["passages"] for row in rows]
    if len(set(sizes)) < 2:
        raise ValueError("two sizes are needed: measure a second with benchmarks.scale")
    ceiling = _ceiling(max(row[name] for row in rows for name, *_ in LINES if name in row))
    low, high = math.log10(min(sizes)), math.log10(max(sizes))

    def x(passages: float) -> float:
        share = (math.log10(passages) - low) / (high - low)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(milliseconds: float) -> float:
        return round(HEIGHT - BOTTOM - milliseconds / ceiling * (HEIGHT - TOP - BOTTOM), 1)

    body = [
        *(_across(y(ceiling * part / 4), f"{ceiling * part / 4:g} ms") for part in range(5)),
        *(_below(x(size), f"{size:,.0f}") for size in sizes),
        *_lines(rows, x, y),
    ]
    told = ", ".join(f"{size:,.0f}" for size in sizes)
    title = f"Milliseconds to find the passages of a question, in libraries of {told} passages"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'font-family="Inter, system-ui, \'Segoe UI\', Roboto, sans-serif" font-size="12.5">'
        f"<title>{html.escape(title)}</title>\n"
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="10" fill="#fff"/>\n'
        '<text x="24" y="32" font-size="15" font-weight="600" fill="#1d1b18">'
        "Finding the passages of a question, by the size of the library</text>\n"
        + "\n".join(body)
        + f'\n<text x="{WIDTH - RIGHT}" y="{HEIGHT - 10}" text-anchor="end" fill="#5c564d">'
        "passages</text>\n</svg>\n"
    )


def _lines(rows: Sequence[Figures], x: _Place, y: _Place) -> Iterator[str]:
    """Yield each line with its dots, and its words at its end, none over another."""
    drawn = [one for one in LINES if sum(one[0] in row for row in rows) > 1]
    ends = {name: y([row[name] for row in rows if name in row][-1]) for name, *_ in drawn}
    apart = dict[str, float]()
    for name in sorted(ends, key=ends.__getitem__):
        apart[name] = max(ends[name], max(apart.values(), default=0.0) + 17)
    for name, words, colour, dashes in drawn:
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
            f"{html.escape(words)}: {last:.0f} ms</text>"
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
    """Draw the file that is named and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("svg", type=Path)
    parser.add_argument("--rows", type=Path, default=ROWS, help="what benchmarks.scale printed")
    given = parser.parse_args()
    lines = given.rows.read_text(encoding="utf-8").splitlines()
    try:
        drawn = chart([json.loads(line) for line in lines if line.strip()])
    except ValueError as error:
        parser.error(str(error))
    given.svg.write_text(drawn, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
