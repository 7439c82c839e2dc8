"""Measures what each threshold costs, on the shipped questions, for the tab Settings.

`python benchmarks/threshold_price.py` writes `ui/data/threshold.json`. Each question is asked once
without a threshold, and counts as answered where its confidence reaches one. Nothing is fitted.
"""

import json
import tempfile
from pathlib import Path

from eval import load_suite, run, shipped_suite
from rag import Assistant, Settings
from rag.internal import READER_SHA256, seed_paths

_STEPS = 20
_FILE = Path(__file__).parents[1] / "ui/data/threshold.json"


def main() -> None:
    """Ask the shipped questions and write the file."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(library=Path(folder) / "library", threshold=0.0)
        with Assistant.open(settings) as assistant:
            assistant.library.seed()
            report = run(assistant, load_suite(shipped_suite()))
    asked = [case for case in report.cases if case.answerable]
    near = [case for case in report.cases if "near_miss" in case.tags]
    points = []
    for step in range(_STEPS + 1):
        threshold = step / _STEPS
        given = [c for c in asked if c.status == "answered" and c.confidence >= threshold]
        wrongly = [c for c in near if c.status == "answered" and c.confidence >= threshold]
        points.append([threshold, sum(c.passed for c in given), len(given), len(wrongly)])
    told = {
        "measured_by": "benchmarks/threshold_price.py",
        "measured_on": f"{shipped_suite().name}, about {seed_paths()[0].name}",
        "reader": READER_SHA256[:12],
        "asked": len(asked),
        "near_misses": len(near),
        "columns": ["threshold", "right", "answered", "near misses answered"],
        "points": points,
    }
    _FILE.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
