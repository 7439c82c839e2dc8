"""Fits from when a yes or no is shown, on yes/no questions that the reader was not trained on.

    python -m benchmarks.fit_words --data /path/to/written --write rag/data/yes_no.json

The questions are those of `training/calibration_families.json` that no starting weights saw; each
is asked of a library of its family's articles, through the product's own search. A wrong word may
be shown for four questions in a hundred, those that the text leaves open among them. The dev part
is measured and chooses nothing.
"""

import argparse
import hashlib
import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embedding import Embedder, load_embedder
from rag import Article, Assistant, Settings
from rag.answer.confidence import weigh_told
from rag.answer.yes_no import Told, Weights, Word, is_borne_out, logs_of, weighed
from rag.question import read_question
from rag.reader.onnx_reader import SHA256, OnnxReader
from training.judge_rows import FAMILIES, family_of, is_fresh, read_families
from training.rows import raw_rows

_ANSWERS = ("yes", "no", "unknown")
_WORDS = {"yes": "Yes", "no": "No"}
_MAY_BE_WRONG = 0.04
_STEPS, _RATE = 3000, 0.1


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question with what its family's passages say."""

    question: str
    answer: str
    told: Told


def main() -> None:
    """Ask, fit, print, and write the weights if a file is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--questions", type=int, default=1000, help="of those set aside, at most")
    parser.add_argument("--dev", type=int, default=300, help="of the dev part, at most")
    args = parser.parse_args()
    aside = read_families(FAMILIES)
    reader = OnnxReader()
    train = _own(args.data / "yes_no_train.jsonl.gz")
    fitted_on = [r for r in train if family_of(r["title"]) in aside and is_fresh(r["title"])]
    asked = _ask(fitted_on[: args.questions], args.data)
    fitted = _fit(asked)
    words = _words(asked, fitted, reader)
    fitted = replace(fitted, threshold=_threshold(asked, words))
    print(fitted)
    _report("set aside", asked, words, fitted)
    dev = _own(args.data / "yes_no_dev.jsonl.gz")[: args.dev]
    checked = _ask(dev, args.data)
    _report("dev", checked, _words(checked, fitted, reader), fitted)
    if args.write:
        stored = {
            "fitted_by": "benchmarks/fit_words.py",
            "questions": len(asked),
            "reader": SHA256[:12],
            **{name: round(getattr(fitted, name), 4) for name in Weights.__slots__},
        }
        args.write.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")


def _own(path: Path) -> list[dict[str, str]]:
    """Return the rows on articles of our own, in an order that is always the same."""
    rows = [row for row in raw_rows(path) if row["title"].startswith("own:")]
    return sorted(rows, key=lambda row: _lot(row["id"]))


def _lot(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _ask(rows: Sequence[dict[str, str]], data: Path) -> list[Asked]:
    """Ask each question of a library of its family's articles."""
    articles, asked = defaultdict(list), defaultdict(list)
    for part in ("train", "dev"):
        for row in raw_rows(data / f"articles_{part}.jsonl.gz"):
            title = re.split(r"\n", row["context"], maxsplit=1)[0][:60]
            article = Article(source=row["title"], title=title, text=row["context"])
            articles[family_of(row["title"])].append(article)
    for row in rows:
        asked[family_of(row["title"])].append(row)
    embedder, reader = load_embedder(), OnnxReader()
    return [
        one
        for family, questions in asked.items()
        for one in _ask_family(questions, articles[family], embedder, reader)
    ]


def _ask_family(
    rows: Sequence[dict[str, str]],
    articles: Sequence[Article],
    embedder: Embedder,
    reader: OnnxReader,
) -> list[Asked]:
    found = []
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.load(library=Path(folder) / "library", seeds=False)
        with Assistant.open(settings, embedder=embedder) as assistant:
            assistant.library.add_articles(articles)
            for row in rows:
                question = read_question(row["question"])
                said = weigh_told(question, assistant.search(question.text), reader)[2]
                if said:
                    found.append(Asked(question=question.text, answer=row["answer"], told=said[0]))
    return found


def _fit(asked: Sequence[Asked]) -> Weights:
    """Return the weights under which the answers are likeliest, by gradient descent."""
    logs = np.array([[logs_of(a.told.whole), logs_of(a.told.alone)] for a in asked])
    wanted = np.eye(3)[[_ANSWERS.index(one.answer) for one in asked]]
    weights, left_open = np.full(2, 0.5), 0.0
    for _ in range(_STEPS):
        sums = np.tensordot(weights, logs, axes=(0, 1)) + left_open * np.eye(3)[2]
        wrong: NDArray[np.float64] = _softmax(sums) - wanted
        weights -= _RATE * np.einsum("nkc,nc->k", logs, wrong) / len(asked)
        left_open -= _RATE * wrong[:, 2].mean()
    return Weights(
        whole=float(weights[0]), sentence=float(weights[1]), open=float(left_open), threshold=1.0
    )


def _softmax(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    powers: NDArray[np.float64] = np.exp(sums - sums.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _words(asked: Sequence[Asked], fitted: Weights, reader: OnnxReader) -> list[Word | None]:
    """Return the word of each question that its sentence bears out, however unsure."""
    likely = [weighed(one.told, fitted) for one in asked]
    return [
        word if word and is_borne_out(one.question, word, reader) else None
        for one, word in zip(asked, likely, strict=True)
    ]


def _threshold(asked: Sequence[Asked], words: Sequence[Word | None]) -> float:
    """Return the lowest probability from which few enough words are wrong; 1 where none is."""
    pairs = [(w.probability, w.word != _WORDS.get(a.answer)) for a, w in _shown(asked, words)]
    least, wrong = 1.0, 0
    for probability, is_wrong in sorted(pairs, reverse=True):
        wrong += is_wrong
        if wrong > _MAY_BE_WRONG * len(asked):
            break
        least = probability if not is_wrong else least
    return least


def _shown(asked: Sequence[Asked], words: Sequence[Word | None]) -> list[tuple[Asked, Word]]:
    return [(one, word) for one, word in zip(asked, words, strict=True) if word]


def _report(
    name: str, asked: Sequence[Asked], words: Sequence[Word | None], fitted: Weights
) -> None:
    if not asked:
        return
    shown = [(a, w) for a, w in _shown(asked, words) if w.probability >= fitted.threshold]
    right = sum(word.word == _WORDS.get(one.answer) for one, word in shown)
    decided = sum(one.answer in _WORDS for one in asked)
    area = _area([(1.0 - a.told.whole.open, a.answer in _WORDS) for a in asked])
    print(
        f"{name}: n {len(asked)}, right word {right / decided:.3f} of {decided}, "
        f"wrong word {(len(shown) - right) / len(asked):.3f} of all, "
        f"area of decided against open {area:.3f}"
    )


def _area(pairs: Sequence[tuple[float, bool]]) -> float:
    """Return how often a question that is decided scores above one that is not."""
    over = [score for score, is_decided in pairs if is_decided]
    under = np.array([score for score, is_decided in pairs if not is_decided])
    return float(np.mean([(under < score).mean() + (under == score).mean() / 2 for score in over]))


if __name__ == "__main__":
    main()
