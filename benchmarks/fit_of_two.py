"""Fits what tells that a question needs a second article beside the one that answers it best.

    python -m benchmarks.fit_of_two DATA --write rag/data/of_two.json

Asked are the questions of `DATA/written/two_articles_train` of the families set aside, and as many
that one article answers, each of a library of its family. Of the questions of one article a fixed
share is let pass. Printed is what a fifth of the families gives that was left out.
"""

import argparse
import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from rag import Article, Assistant, Settings
from rag.answer.confidence import weigh, weights
from rag.answer.extractive import shipped_reader
from rag.answer.several import Two, two_measures
from rag.comparison import sides_of
from rag.compound import parts_of
from rag.question import read_question
from rag.reader.onnx_reader import SHA256
from training.judge_rows import FAMILIES, family_of, read_families
from training.rows import raw_rows

_OF_A_SET = 150
_PASSED = 0.08
"""Share of the questions of one article to which a sentence of another is added."""
_FOLDS = 5


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question with its measures."""

    family: str
    two: bool
    row: tuple[float, ...]
    both: bool
    """Whether it is answered, and the two articles are those that are wanted."""


def main() -> None:
    """Ask, fit, print, and write the weights if a file is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    asked = list(_asked(options.data / "written"))
    _report(asked)
    fitted, least = _fitted(asked)
    names = [name for name in Two.__slots__ if name != "least"]
    stored: dict[str, object] = {"fitted_by": "benchmarks/fit_of_two.py", "reader": SHA256[:12]}
    stored |= {name: round(float(w), 4) for name, w in zip(names, fitted, strict=True)}
    stored["least"] = round(least, 4)
    print(stored)
    if options.write:
        options.write.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def _asked(written: Path) -> Iterator[Asked]:
    aside = read_families(FAMILIES)
    homes: dict[str, list[Article]] = defaultdict(list)
    for row in raw_rows(written / "articles_train.jsonl.gz"):
        title = row["context"].partition("\n")[0][:60]
        article = Article(source=row["title"], title=title, text=row["context"])
        homes[family_of(row["title"])].append(article)
    questions: dict[str, list[tuple[bool, str, set[str]]]] = defaultdict(list)
    for row in raw_rows(written / "two_articles_train.jsonl.gz"):
        family = row["id"].rpartition(":")[0]
        if family in aside and row["answerable"]:
            wanted = {part["title"] for part in row["parts"]}
            questions[family].append((True, row["question"], wanted))
    for row in _of_one_article(written, aside, homes):
        questions[family_of(row["title"])].append((False, row["question"], {row["title"]}))
    for family, rows in questions.items():
        yield from _ask(family, homes[family], rows)


def _of_one_article(
    written: Path, aside: frozenset[str], homes: dict[str, list[Article]]
) -> Iterator[dict[str, Any]]:
    chance = random.Random(5)
    for name in ("questions_train", "plain_train", "yes_no_train"):
        rows = [
            row
            for row in raw_rows(written / f"{name}.jsonl.gz")
            if row["title"].startswith("own:")
            and family_of(row["title"]) in aside
            and not row.get("is_impossible")
            and row.get("answer") != "unknown"
            and len(homes[family_of(row["title"])]) > 1
        ]
        yield from chance.sample(rows, min(len(rows), _OF_A_SET))


def _ask(
    family: str, articles: Sequence[Article], rows: Sequence[tuple[bool, str, set[str]]]
) -> Iterator[Asked]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(library=Path(folder), seeds=False)
        with Assistant.open(settings) as assistant:
            assistant.library.add_articles(articles)
            for two, text, wanted in rows:
                question = read_question(text)
                if parts_of(question) or sides_of(question):
                    continue
                weighed, sure = weigh(question, assistant.search(text), shipped_reader())
                told = two_measures(weighed, weighed[0], question) if weighed else None
                if told is None:
                    continue
                cited = {one.candidate.hit.card.source for one in (weighed[0], told[0])}
                both = sure >= weights().threshold and wanted <= cited
                yield Asked(family=family, two=two, row=told[1], both=both)


def _fitted(asked: Sequence[Asked]) -> tuple[NDArray[np.float64], float]:
    """Return the weights with the intercept behind them, and the log odds from which one passes."""
    rows, two = np.array([one.row for one in asked]), np.array([one.two for one in asked])
    spread = rows.std(axis=0) + 1e-6
    model = LogisticRegression(C=0.3, max_iter=1000).fit(rows / spread, two)
    fitted = np.append(model.coef_[0] / spread, model.intercept_[0])
    odds = rows @ fitted[:-1] + fitted[-1]
    return fitted, float(np.quantile(odds[~two], 1.0 - _PASSED))


def _report(asked: Sequence[Asked]) -> None:
    """Print what passes of families that were not fitted on."""
    families = sorted({one.family for one in asked})
    passed: list[tuple[Asked, bool]] = []
    for fold in range(_FOLDS):
        aside = set(families[fold::_FOLDS])
        fitted, least = _fitted([one for one in asked if one.family not in aside])
        for one in (one for one in asked if one.family in aside):
            passed.append((one, bool(np.array(one.row) @ fitted[:-1] + fitted[-1] >= least)))
    for two, name in ((True, "two articles"), (False, "one article")):
        own = [(one, held) for one, held in passed if one.two is two]
        added = np.mean([held for _, held in own])
        both = np.mean([held and one.both for one, held in own])
        print(f"{name}: {len(own)} questions, added to {added:.3f}, both cited {both:.3f}")


if __name__ == "__main__":
    main()
