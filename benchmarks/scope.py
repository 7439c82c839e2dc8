"""Measures questions within a scope against a library of just its articles, and against no scope.

Run from the repository's root, with nothing else running:

    python -m benchmarks.scope FOLDER                   # 100,000 passages in 10,000 articles
    python -m benchmarks.scope FOLDER --gold            # the gold suite among 2,000 other articles

Articles are generated (`benchmarks.generated`). A text's vector is the sum of one drawn vector a
word, so that what shares words is near, as with a model, at no time: embedding 500,000 sentences
takes hours. Scopes are of 1, 50 and 5,000 articles, drawn; beside each a library of just these is
built, and it is told of how many questions the first five passages are the same ones, and of how
many in the same order. Scoped and unscoped questions are asked in turn, warm, by the clock and by
the processor.

With `--gold` the real model embeds and answers. Of the other articles 1,000 are five sentences each
of the shipped article with other names and numbers, which answer its questions otherwise, and 1,000
are generated, of five sentences.
"""

import argparse
import json
import random
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.generated import Prose, StandIn
from eval import load_suite, run, shipped_suite
from index.terms import terms
from rag import EVERYTHING, Article, Assistant, Scope, Settings
from rag.internal import seed_paths

_PASSAGES = 100_000
_SIZES = (1, 50, 5000)
_QUESTIONS = 100
_FIRST = 5
_SEED = 25
_OTHERS = 2000
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+")
_NUMBER = re.compile(r"\d+")


class WordVectors(StandIn):
    """Gives each text the sum of one drawn unit vector a word: equal words, near vectors."""

    def __init__(self) -> None:
        self._of: dict[str, NDArray[np.float32]] = {}

    def embed_question(self, text: str) -> NDArray[np.float32]:
        """Return (384,) float32, L2-normalised."""
        total = np.sum([self._word(term) for term in ["", *terms(text)]], axis=0)
        unit: NDArray[np.float32] = total / np.linalg.norm(total)
        return unit

    def _word(self, term: str) -> NDArray[np.float32]:
        if term not in self._of:
            self._of[term] = super().embed_question(term)
        return self._of[term]


def main() -> None:
    """Build what is missing, ask, and print a row for each size, or for each way of asking."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--passages", type=int, default=_PASSAGES)
    parser.add_argument("--gold", action="store_true", help="the gold suite among other articles")
    given = parser.parse_args()
    rows = gold(given.folder) if given.gold else sizes(given.folder, given.passages)
    for row in rows:
        print(json.dumps(row), flush=True)


def sizes(folder: Path, passages: int) -> Iterator[dict[str, float]]:
    """Ask within each scope, yielding what was the same and how long it took."""
    build(folder, passages)
    with _opened(folder / "all") as everything:
        for size in _SIZES:
            with _opened(folder / str(size)) as alone:
                yield asked(everything, alone, size)


def build(folder: Path, passages: int) -> None:
    """Build the library of all articles and one of those of each scope, where they are missing."""
    drawn = list(Prose().articles(passages))
    places = random.Random(_SEED).sample(range(len(drawn)), len(drawn))
    articles = [_placed(place, one) for place, one in zip(places, drawn, strict=True)]
    libraries = {"all": articles}
    for size in _SIZES:
        chosen = zip(places, articles, strict=True)
        libraries[str(size)] = [one for place, one in chosen if place < size]
    for name, some in libraries.items():
        if not (folder / name).exists():
            with _opened(folder / name) as assistant:
                assistant.library.add_articles(some)


def asked(everything: Assistant, alone: Assistant, size: int) -> dict[str, float]:
    """Ask the same questions of a scope, of all, and of the scope's articles alone."""
    prose, scope = Prose(), Scope(places=(f"of-{size}",))
    began = time.process_time()
    everything.search(prose.question(), k=_FIRST, scope=scope)
    row = {"articles": size, "first_cpu_ms": round((time.process_time() - began) * 1000, 1)}
    for assistant in (everything, everything, alone, alone):
        assistant.search(prose.question(), k=_FIRST)
    took: dict[str, list[tuple[float, float]]] = {"scoped": [], "unscoped": []}
    same = in_order = 0
    for question in [prose.question() for _ in range(_QUESTIONS)]:
        found = _timed(everything, question, scope, took["scoped"])
        _timed(everything, question, EVERYTHING, took["unscoped"])
        wanted = _timed(alone, question, EVERYTHING, [])
        same += set(found) == set(wanted)
        in_order += found == wanted
    row |= {"questions": _QUESTIONS, "same": same, "same_order": in_order}
    for name, times in took.items():
        for place, clock in enumerate(("ms", "cpu_ms")):
            values = [one[place] for one in times]
            row[f"{name}_{clock}_p50"] = round(float(np.percentile(values, 50)), 1)
            row[f"{name}_{clock}_p95"] = round(float(np.percentile(values, 95)), 1)
    return row


def _timed(
    assistant: Assistant, question: str, scope: Scope, took: list[tuple[float, float]]
) -> list[str]:
    began, worked = time.perf_counter(), time.process_time()
    hits = assistant.search(question, k=_FIRST, scope=scope)
    took.append(((time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000))
    return [hit.passage.id for hit in hits]


def gold(folder: Path) -> Iterator[dict[str, object]]:
    """Ask the gold suite of its article alone, among the others, and within a scope of it."""
    suite = load_suite(shipped_suite())
    seeds = Scope(places=("seeds",))
    within = replace(suite, cases=tuple(replace(c, scope=seeds) for c in suite.cases))
    alone, among = folder / "gold-alone", folder / "gold-among"
    for place, others in ((alone, []), (among, list(_others()))):
        if not place.exists():
            with Assistant.open(Settings(library=place)) as assistant:
                assistant.library.seed()
                assistant.library.add_articles(others)
    ways = (("alone", alone, suite), ("among", among, suite), ("scoped", among, within))
    for name, place, cases in ways:
        with Assistant.open(Settings(library=place, llm="extractive")) as assistant:
            report = run(assistant, cases)
        rates = {rate.name: round(rate.value, 3) for rate in report.rates if rate.value is not None}
        yield {"way": name, "cases": len(report.cases)} | rates


def _others() -> Iterator[Article]:
    """Yield the articles of the same kind that say otherwise, then those of something else."""
    prose, drawn = Prose(), random.Random(_SEED)
    text = " ".join(path.read_text(encoding="utf-8") for path in seed_paths()).replace("\n", " ")
    sentences = [one.strip() for one in text.split(". ") if len(one.split()) > 5]
    invented = [word for word in prose.words if word[0].isupper()]
    names = sorted(set(_NAME.findall(text)))
    for number in range(_OTHERS // 2):
        other = dict(zip(names, drawn.sample(invented, len(names)), strict=True))
        more = drawn.randint(1, 40)
        told = ". ".join(drawn.sample(sentences, 5))
        told = _NAME.sub(lambda found, other=other: other.get(found[0], found[0]), told)  # type: ignore[misc]
        told = _NUMBER.sub(lambda found, more=more: str(int(found[0]) + more), told)  # type: ignore[misc]
        yield Article(source=f"varied/{number}", title=f"Ministers met {number}", text=f"{told}.")
    for number, one in enumerate(prose.articles(_OTHERS // 2 * 10)):
        text = one.text.split("\n\n")[0]
        yield Article(source=f"generated/{number}", title=one.title, text=text)


def _placed(place: int, article: Article) -> Article:
    """Return an article in the folders of all scopes that it is in, at a drawn place."""
    inside = [f"of-{size}" for size in sorted(_SIZES, reverse=True) if place < size]
    return Article(
        source="/".join(["generated", *inside, str(place)]),
        title=article.title,
        text=article.text,
    )


def _opened(place: Path) -> Assistant:
    return Assistant.open(Settings(library=place, seeds=False), embedder=WordVectors())


if __name__ == "__main__":
    main()
