"""Fits from when a passage is near to a question that it does not answer.

    python -m benchmarks.fit_near --data /path/to/written --write rag/data/near.json

Half of the families of `training/calibration_families.json` are the library and the questions of
all of them are asked: a passage of the question's own family is near, one of another family is
not. Two measures of the search tell, which no reader changes. The bar is where questions with and
without their article in the library are told apart best. The dev part chooses nothing.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag import Article, Assistant, Settings
from rag.refusal import measures
from training.judge_rows import FAMILIES, family_of, read_families
from training.rows import Row, read_rows

_QUESTIONS = 600
_STEPS, _RATE = 4000, 0.5


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was found for a question."""

    measured: NDArray[np.float64]
    """(passages, 2): measures of each passage."""
    own: NDArray[np.float64]
    """(passages,): 1 where the passage is of the question's family."""


def main() -> None:
    """Ask, fit, print, and write the weights if a file is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--write", type=Path)
    args = parser.parse_args()
    aside = read_families(FAMILIES)
    rows = read_rows(args.data / "questions_train.jsonl.gz")
    asked = _asked([row for row in rows if family_of(row.document) in aside])
    weights = _fitted(asked)
    weights[-1] -= _bar(asked, weights)
    _tell("set aside", asked, weights)
    dev = [r for r in read_rows(args.data / "questions_dev.jsonl.gz") if family_of(r.document)]
    _tell("dev", _asked(dev), weights)
    if args.write:
        told = dict(zip(("similarity", "coverage", "bias"), weights.round(4).tolist(), strict=True))
        args.write.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def _asked(rows: Sequence[Row]) -> list[Asked]:
    """Ask questions of a library that has the articles of every second family."""
    families = sorted({family_of(row.document) for row in rows})
    held = set(families[::2])
    texts = {row.context: row.document for row in rows if family_of(row.document) in held}
    drawn = random.Random(5).sample(list(rows), min(_QUESTIONS, len(rows)))
    found = []
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.load(library=Path(folder) / "library", seeds=False)
        with Assistant.open(settings) as assistant:
            articles = [
                Article(source=str(n), title=f"Text {n}", text=t) for n, t in enumerate(texts)
            ]
            assistant.library.add_articles(articles)
            family = {str(n): family_of(name) for n, name in enumerate(texts.values())}
            for row in drawn:
                hits = assistant.search(row.question, k=8)
                own = [family[hit.card.source] == family_of(row.document) for hit in hits]
                found.append(
                    Asked(
                        measured=np.array([measures(hit) for hit in hits]),
                        own=np.array(own, dtype=float),
                    )
                )
    return found


def _fitted(asked: Sequence[Asked]) -> NDArray[np.float64]:
    """Return weights and bias of a logistic regression over all passages."""
    x = np.concatenate([one.measured for one in asked])
    y = np.concatenate([one.own for one in asked])
    wide = np.column_stack([x, np.ones(len(x))])
    weights = np.zeros(wide.shape[1])
    for _ in range(_STEPS):
        p = 1.0 / (1.0 + np.exp(-wide @ weights))
        weights += _RATE * wide.T @ (y - p) / len(y)
    return weights


def _bar(asked: Sequence[Asked], weights: NDArray[np.float64]) -> float:
    """Return the log odds that best tell questions whose articles are held from the others."""
    best, held = _best_of_each(asked, weights)
    bars = np.unique(best)
    right = [((best > bar) & held).sum() / held.sum() + _kept(best, held, bar) for bar in bars]
    return float(bars[int(np.argmax(right))])


def _kept(best: NDArray[np.float64], held: NDArray[np.bool_], bar: float) -> float:
    return float(((best <= bar) & ~held).sum() / (~held).sum())


def _best_of_each(
    asked: Sequence[Asked], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    best = [float((one.measured @ weights[:-1] + weights[-1]).max()) for one in asked]
    return np.array(best), np.array([bool(one.own.any()) for one in asked])


def _tell(name: str, asked: Sequence[Asked], weights: NDArray[np.float64]) -> None:
    best, held = _best_of_each(asked, weights)
    print(
        f"{name}: {len(asked)} questions, {held.mean():.3f} with their article found; a near "
        f"passage for {(best > 0)[held].mean():.3f} of these, for {(best > 0)[~held].mean():.3f} "
        "of the others"
    )


if __name__ == "__main__":
    main()
