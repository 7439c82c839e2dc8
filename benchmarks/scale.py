"""Measures how a library grows: time to add, size, memory, questions warm and cold.

Run from the repository's root, with nothing else running:

    python -m benchmarks.scale FOLDER --passages 50 1000 10000 100000 500000
    python -m benchmarks.scale FOLDER --passages 1000 --embed      # with the real model

Articles are generated (`benchmarks.generated`); passages have five sentences. Without `--embed`,
vectors are drawn with the sentence's hash as their seed: they say nothing about the time that
embedding takes, and are harder for Chroma than real ones, which cluster. Each library is built by a
process of its own, whose peak memory is told; questions are then asked in another, warm: what finds
passages (`ask`), and `whole` ones, which are read with the real models too. Cold is `footnote ask`
as a fresh process with the real model, the sizes in turn, medians. Seconds and milliseconds of the
processor (`cpu`) mean something on a busy machine too.
"""

import argparse
import itertools
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.generated import PASSAGES, Prose, StandIn
from rag import Assistant, Settings

_QUESTIONS = 200
_WHOLE = 100
_WARM = 3
_COLD = 5
_PART = 100_000
"""Passages that are added at once: what is added at once is in memory."""


def main() -> None:
    """Build and measure each size, and print a row for each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--passages", type=int, nargs="+", default=[1000])
    parser.add_argument("--embed", action="store_true", help="use the real model")
    parser.add_argument("--step", choices=["add", "ask"], help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step == "add":
        print(json.dumps(add(given.folder, given.passages[0], embed=given.embed)))
    elif given.step == "ask":
        print(json.dumps(ask(given.folder, embed=given.embed)))
    else:
        _all(given)


def _all(given: argparse.Namespace) -> None:
    places = {passages: given.folder / str(passages) for passages in given.passages}
    rows: dict[int, dict[str, float]] = {}
    for passages, place in places.items():
        found = _added(place, passages, embed=given.embed)
        rows[passages] = found | sizes(place) | _step("ask", place, passages, embed=given.embed)
    cold: dict[int, list[tuple[float, float]]] = {passages: [] for passages in places}
    for _ in range(_COLD):
        for passages, place in places.items():
            cold[passages].append(cold_ask(place))
    for passages, row in rows.items():
        row["cold_s"] = statistics.median(wall for wall, _ in cold[passages])
        row["cold_cpu_s"] = statistics.median(worked for _, worked in cold[passages])
        print(json.dumps({"passages": passages} | {k: round(v, 4) for k, v in row.items()}))


def _added(place: Path, passages: int, *, embed: bool) -> dict[str, float]:
    """Build a library that is not there yet; return what that took, also where it was before."""
    note = place.with_name(f"{place.name}.json")
    if not place.exists():
        found = _step("add", place, passages, embed=embed)
        found["add_cpu_ms_each"] = found["add_cpu_s"] * 1000 / passages
        note.write_text(json.dumps(found), encoding="utf-8")
    return json.loads(note.read_text(encoding="utf-8")) if note.exists() else {}


def _step(step: str, place: Path, passages: int, *, embed: bool) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.scale", str(place), "--step", step]
    command += ["--passages", str(passages), *(["--embed"] if embed else [])]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout))


def add(place: Path, passages: int, *, embed: bool) -> dict[str, float]:
    """Make a library and return seconds and peak MiB of it."""
    articles = Prose().articles(passages)
    taken = worked = 0.0
    with _opened(place, embed=embed) as assistant:
        while part := list(itertools.islice(articles, _PART // PASSAGES)):
            began, before = time.perf_counter(), time.process_time()
            assistant.library.add_articles(part)
            taken += time.perf_counter() - began
            worked += time.process_time() - before
    return {"add_s": taken, "add_cpu_s": worked, "add_MiB": _peak()}


def sizes(place: Path) -> dict[str, float]:
    """Return the size on disk of both halves, in MiB."""

    def mib(*files: Path) -> float:
        return sum(file.stat().st_size for file in files if file.is_file()) / 2**20

    return {
        "catalog_MiB": mib(*place.glob("catalog.db*")),
        "vectors_MiB": mib(*(place / "vectors").rglob("*")),
    }


def ask(place: Path, *, embed: bool) -> dict[str, float]:
    """Ask warm and return milliseconds, medians and 95th percentiles, and the halves' shares."""
    prose = Prose()
    row: dict[str, float] = {}
    with _opened(place, embed=embed) as assistant, _timed() as spent:
        for _ in range(_WARM):
            assistant.search(prose.question())
        kinds: dict[str, tuple[Callable[[], str], Callable[[str], object]]] = {
            "ask": (prose.question, assistant.search),
            "common": (prose.common_question, assistant.search),
            "find": (lambda: _two_words(prose.question()), assistant.library.find),
            "find_common": (lambda: _two_words(prose.common_question()), assistant.library.find),
        }
        for kind, (make, call) in kinds.items():
            spent.clear()
            row |= _timings(kind, [make() for _ in range(_QUESTIONS)], call)
            worked = row[f"{kind}_cpu_mean"] * _QUESTIONS / 1000
            row |= {f"{kind}_{half}_share": seconds / worked for half, seconds in spent.items()}
    return row | whole(place) | {"ask_MiB": _peak()}


def whole(place: Path) -> dict[str, float]:
    """Ask whole questions, with the reader and the real model of vectors, and return the same."""
    prose = Prose()
    with _opened(place, embed=True) as assistant:
        for _ in range(_WARM):
            assistant.ask(prose.question())
        return _timings("whole", [prose.question() for _ in range(_WHOLE)], assistant.ask)


def _timings(
    kind: str, questions: Sequence[str], call: Callable[[str], object]
) -> dict[str, float]:
    """Return medians and 95th percentiles of calls, in milliseconds, by the clock and processor."""
    took, worked = [], []
    for question in questions:
        began, before = time.perf_counter(), time.process_time()
        call(question)
        took.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - before) * 1000)
    row = {f"{kind}_cpu_mean": statistics.fmean(worked)}
    for name, values in (("wall", took), ("cpu", worked)):
        row[f"{kind}_{name}_p50"] = statistics.median(values)
        row[f"{kind}_{name}_p95"] = float(np.percentile(values, 95))
    return row


def _two_words(question: str) -> str:
    """Return the first two words of a generated question that are looked for."""
    return " ".join(question.rstrip("?").split()[2:4])


class _timed:  # noqa: N801  # used as a block
    """Adds up the seconds spent in the full-text search and in Chroma while a block runs."""

    def __enter__(self) -> dict[str, float]:
        from index.store.chroma import Generation
        from index.store.sqlite import SqliteCatalog

        self._was = SqliteCatalog.search_terms, Generation.nearest
        spent: dict[str, float] = {}

        def timing(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
            def timed(*given: Any, **named: Any) -> Any:  # noqa: ANN401
                began = time.process_time()
                try:
                    return call(*given, **named)
                finally:
                    spent[name] = spent.get(name, 0.0) + time.process_time() - began

            return timed

        SqliteCatalog.search_terms = timing("fts5", self._was[0])  # type: ignore[method-assign]
        Generation.nearest = timing("chroma", self._was[1])  # type: ignore[method-assign]
        return spent

    def __exit__(self, *_: object) -> None:
        from index.store.chroma import Generation
        from index.store.sqlite import SqliteCatalog

        SqliteCatalog.search_terms, Generation.nearest = self._was  # type: ignore[method-assign]


def cold_ask(place: Path) -> tuple[float, float]:
    """Return the wall and processor seconds of one `footnote ask` in a fresh process."""
    command = [sys.executable, "-m", "rag.cli", "ask", "--library", str(place)]
    began, before = time.perf_counter(), _children()
    subprocess.run(
        [*command, "What of the mountain and the river?"], check=False, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - began, _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _opened(place: Path, *, embed: bool) -> Assistant:
    settings = Settings(library=place, seeds=False)
    return Assistant.open(settings, embedder=None if embed else StandIn())


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
