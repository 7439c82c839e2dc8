"""Fits what tells that a sentence behind the first belongs to a list.

    python -m benchmarks.fit_further DATA --write rag/data/further.json

Asked are the questions of `benchmarks/lists.toml` over its articles and those of
`benchmarks/written_lists.toml` over articles of `DATA/written`; a sentence is right where it holds
an item, or is numbered among those that name one. Printed is what a fifth gives that was left out.
"""

import argparse
import json
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.fit_lists import SET
from rag import Article, Assistant, Settings
from rag.answer.confidence import Weighed, weigh
from rag.answer.extractive import shipped_reader
from rag.answer.several import Further, is_heading, measures
from rag.question import read_question
from rag.reader.onnx_reader import SHA256
from training.rows import raw_rows

WRITTEN = Path(__file__).with_name("written_lists.toml")
_LOOKED_AT = 30
_LEAST = 0.4
"""Probability from which a sentence is shown. From 0.3 on 88 are, 41 of them right, and one of
the same paragraph about something else is among them."""
_FOLDS = 5
_Told = Callable[[Weighed], bool | None]
"""Says whether a sentence is right; None where it is neither."""


@dataclass(frozen=True, kw_only=True)
class Behind:
    """The sentences behind the first of one question."""

    rows: NDArray[np.float64]
    right: NDArray[np.bool_]


def main() -> None:
    """Ask, fit, print, and write the weights if a file is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    asked = [*_of_items(), *_of_sentences(options.data)]
    _report(asked)
    weights = _fitted(asked)
    names = [name for name in Further.__slots__ if name != "least"]
    least = float(np.log(_LEAST / (1 - _LEAST)))
    stored: dict[str, object] = {"fitted_by": "benchmarks/fit_further.py", "reader": SHA256[:12]}
    stored |= {name: round(float(w), 4) for name, w in zip(names, weights, strict=True)}
    stored["least"] = round(least, 4)
    print(stored)
    if options.write:
        options.write.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def _of_items() -> Iterator[Behind]:
    """Yield the questions of `lists.toml`."""
    told = tomllib.loads(SET.read_text(encoding="utf-8"))
    articles = [
        Article(source=one["name"], title=one["text"].partition("\n")[0], text=one["text"])
        for one in told["article"]
    ]
    asked: list[tuple[str, _Told]] = []
    for row in told["question"]:
        items, beside = row["items"], row.get("optional", [])

        def right(
            one: Weighed, items: Sequence[str] = items, beside: Sequence[str] = beside
        ) -> bool | None:
            text = one.text.casefold()
            if any(item.casefold() in text for item in items):
                return True
            return None if any(item.casefold() in text for item in beside) else False

        asked.append((row["asked"], right))
    yield from _ask(articles, asked)


def _of_sentences(data: Path) -> Iterator[Behind]:
    """Yield the questions of `written_lists.toml`."""
    rows = tomllib.loads(WRITTEN.read_text(encoding="utf-8"))["question"]
    wanted = {row["source"] for row in rows}
    articles = [
        Article(
            source=row["title"], title=row["context"].partition("\n")[0][:60], text=row["context"]
        )
        for row in raw_rows(data / "written/articles_train.jsonl.gz")
        if row["title"] in wanted
    ]
    asked: list[tuple[str, _Told]] = []
    for row in rows:
        named = {(row["source"], n) for n in row["sentences"]}
        beside = {(row["source"], n) for n in row.get("beside", [])}

        def right(
            one: Weighed,
            named: set[tuple[str, int]] = named,
            beside: set[tuple[str, int]] = beside,
        ) -> bool | None:
            place = one.candidate.hit.card.source, one.candidate.scored.sentence.ordinal
            return None if place in beside else place in named

        asked.append((row["asked"], right))
    yield from _ask(articles, asked)


def _ask(articles: Sequence[Article], asked: Sequence[tuple[str, _Told]]) -> Iterator[Behind]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(library=Path(folder), seeds=False)
        with Assistant.open(settings) as assistant:
            assistant.library.add_articles(articles)
            for text, right in asked:
                question = read_question(text)
                weighed, _ = weigh(question, assistant.search(text), shipped_reader())
                first = next((one for one in weighed if not is_heading(one)), weighed[0])
                found = [
                    (told, right(one))
                    for place, one in enumerate(weighed[:_LOOKED_AT])
                    if one is not first
                    and (told := measures(one, first, question, place=place)) is not None
                ]
                kept = [(told, known) for told, known in found if known is not None]
                yield Behind(
                    rows=np.array([told for told, _ in kept]).reshape(len(kept), -1),
                    right=np.array([known for _, known in kept], dtype=bool),
                )


def _fitted(asked: Sequence[Behind]) -> NDArray[np.float64]:
    """Return the weights, and the intercept behind them."""
    rows = np.concatenate([one.rows for one in asked if len(one.rows)])
    right = np.concatenate([one.right for one in asked if len(one.rows)])
    spread = rows.std(axis=0) + 1e-6
    model = LogisticRegression(C=1.0, max_iter=1000).fit(rows / spread, right)
    return np.append(model.coef_[0] / spread, model.intercept_[0])


def _report(asked: Sequence[Behind]) -> None:
    """Print what is shown of questions that were not fitted on."""
    shown = held = wanted = 0
    for fold in range(_FOLDS):
        weights = _fitted([one for n, one in enumerate(asked) if n % _FOLDS != fold])
        for one in (one for n, one in enumerate(asked) if n % _FOLDS == fold and len(one.rows)):
            odds = one.rows @ weights[:-1] + weights[-1]
            passed = odds >= np.log(_LEAST / (1 - _LEAST))
            shown, held = shown + int(passed.sum()), held + int((passed & one.right).sum())
            wanted += int(one.right.sum())
    print(f"{len(asked)} questions: {shown} sentences shown, {held} right, of {wanted} wanted")


if __name__ == "__main__":
    main()
