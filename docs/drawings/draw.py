"""Draws the five pictures of "How it works": python docs/drawings/draw.py writes the SVG files.

Each drawing is rows of boxes, read from left to right and from top to bottom; an arrow goes from
each box to the next, and its words stand above it.
"""

from dataclasses import dataclass
from html import escape
from pathlib import Path

_WIDE, _HIGH, _GAP, _DOWN, _EDGE = 176, 76, 44, 66, 16
_FILLS = {"": "#fff", "own": "#e3efec", "kept": "#fff3c9", "no": "#fdf1de"}
_FONT = "Inter, system-ui, 'Segoe UI', Roboto, sans-serif"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A step: its name, a line or two on it, and whether it is ours, kept on disk, or an end."""

    name: str
    told: tuple[str, ...] = ()
    kind: str = ""


def box(name: str, *told: str, kind: str = "") -> Box:
    """Return a box of a drawing."""
    return Box(name=name, told=told, kind=kind)


DRAWINGS: dict[str, tuple[str, list[list[Box]]]] = {
    "question": (
        "A question: found, weighed, read, checked",
        [
            [
                box("Question", "its kind, its parts,", "which articles"),
                box("By meaning", "sentences, Chroma", kind="kept"),
                box("By words", "passages, SQLite FTS5", kind="kept"),
                box("Passages", "the best eight"),
            ],
            [
                box("Weighed", "each sentence: does", "it answer this?", kind="own"),
                box("Read", "the exact words", "inside it", kind="own"),
                box("Sure enough?", "calibrated: else it is", "refused with a reason", kind="no"),
                box("Checked", "text[start:end] == quote", "then it is shown"),
            ],
        ],
    ),
    "file": (
        "A file: told, read apart, cut, stored at once",
        [
            [
                box("Bytes", "the content tells", "the format"),
                box("Sandbox", "own process, 1 GiB,", "60 s, no network", kind="no"),
                box("Text", "headings, pages,", "what was left out"),
                box("Sentences", "with exact offsets"),
            ],
            [
                box("Vectors", "one a sentence's text;", "only new ones made", kind="own"),
                box("Catalog", "SQLite: the truth", kind="kept"),
                box("Chroma", "derived, a new", "generation", kind="kept"),
                box("Visible", "all at once, or", "nothing of it"),
            ],
        ],
    ),
    "claim": (
        "A claim: taken apart, compared, marked",
        [
            [
                box("A text", "a model's, a tool's,", "a person's"),
                box("Claims", "a sentence each,", "its source number"),
                box("Nearest", "sentences of that", "source, then of all"),
                box("Same facts?", "numbers, dates, names,", "who did it to whom", kind="own"),
            ],
            [
                box("Borne out?", "a small model reads", "claim and sentence", kind="own"),
                box("Verdict", "supported, altered,", "contradicted ..."),
                box("Beside it", "the quote, and what", "the source has"),
            ],
        ],
    ),
    "gate": (
        "A gate: asked, held against gold, tested for chance",
        [
            [
                box("Gold", "question, answers,", "the exact quote", kind="kept"),
                box("Asked", "each one; a crash", "counts as wrong"),
                box("Right?", "answer, and the quote", "that bears it out"),
                box("Thresholds", "all right, unless you", "allow less", kind="no"),
            ],
            [
                box("Baseline", "the last run that", "you kept", kind="kept"),
                box("Chance?", "McNemar, paired", "randomisation, Holm", kind="own"),
                box("Exit 0, 1 or 2", "and a report: wrong", "answers first"),
            ],
        ],
    ),
    "crash": (
        "A crash: at any moment, nothing is lost",
        [
            [
                box("add", "vectors first, under", "their text's hash"),
                box("Killed here?", "the next add finds", "them again", kind="no"),
                box("One commit", "documents, sentences,", "full text: SQLite", kind="kept"),
                box("Killed here?", "the catalog names", "the old generation", kind="no"),
            ],
            [
                box("Publish", "the catalog names", "the new generation", kind="kept"),
                box("Open again", "what is half made", "is taken away"),
                box("Chroma lost?", "made anew out of", "the catalog"),
            ],
        ],
    ),
}


def svg(title: str, rows: list[list[Box]]) -> str:
    """Return a drawing; its title is what a screen reader says."""
    most = max(len(row) for row in rows)
    width = 2 * _EDGE + most * _WIDE + (most - 1) * _GAP
    height = 2 * _EDGE + len(rows) * _HIGH + (len(rows) - 1) * _DOWN
    steps = "; ".join(one.name for row in rows for one in row)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="{escape(_FONT)}"><title>{escape(title)}: {escape(steps)}</title>',
        '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0 8 4 0 8z" fill="#0f5e5c"/></marker></defs>',
    ]
    for line, row in enumerate(rows):
        y = _EDGE + line * (_HIGH + _DOWN)
        for place, one in enumerate(row):
            x = _EDGE + place * (_WIDE + _GAP)
            parts.append(_box(one, x, y))
            if place + 1 < len(row):
                parts.append(_line(f"M{x + _WIDE} {y + _HIGH // 2}h{_GAP - 3}"))
        if line + 1 < len(rows):
            end = _EDGE + (len(row) - 1) * (_WIDE + _GAP) + _WIDE // 2
            down = y + _HIGH + _DOWN // 2
            first = _EDGE + _WIDE // 2
            parts.append(_line(f"M{end} {y + _HIGH}V{down}H{first}V{y + _HIGH + _DOWN - 3}"))
    return "\n".join([*parts, "</svg>\n"])


def _box(one: Box, x: int, y: int) -> str:
    middle = x + _WIDE // 2
    top = y + _HIGH // 2 + 5 - 9 * len(one.told)
    lines = "".join(
        f'<text x="{middle}" y="{top + 19 + 16 * n}" font-size="12.5" fill="#5c564d">'
        f"{escape(t)}</text>"
        for n, t in enumerate(one.told)
    )
    return (
        f'<rect x="{x}" y="{y}" width="{_WIDE}" height="{_HIGH}" rx="8" fill="{_FILLS[one.kind]}" '
        f'stroke="#cfc7b6"/><g text-anchor="middle"><text x="{middle}" y="{top}" font-size="15" '
        f'font-weight="600" fill="#1d1b18">{escape(one.name)}</text>{lines}</g>'
    )


def _line(path: str) -> str:
    return (
        f'<path d="{path}" fill="none" stroke="#0f5e5c" stroke-width="1.6" marker-end="url(#a)"/>'
    )


if __name__ == "__main__":
    for name, (title, rows) in DRAWINGS.items():
        Path(__file__).with_name(f"{name}.svg").write_text(svg(title, rows), encoding="utf-8")
