"""Fits the weights of the extractive answerer on question sets in SQuAD's form.

    python -m benchmarks.fit_extractive --fit A.jsonl.gz B.json --check C.jsonl.gz \
        --write rag/data/extractive.json

Each set is asked twice: over all its paragraphs as one library, and title by title over libraries
of a single article, because a small library has other scores. Three in ten paragraphs are left out
of the libraries, so that their questions have no answer although the topic is there; questions of
the other sets are asked too, so that the topic is not there either. A sentence is right if it
overlaps an accepted answer where it stands. The weights are a logistic regression on all sentences
of the hits; the threshold is where the share of answerable questions that are answered plus the
share of the others that are not, each averaged over libraries and kinds, is the largest.
Needs scikit-learn, which sentence-transformers brings.
"""

import argparse
import hashlib
import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from eval.datasets.squad import SquadQuestion, SquadSet, load_squad
from eval.metrics import contains_answer
from index.embedding import load_embedder
from index.types import Hit
from rag import Article, Assistant, Settings
from rag.answer.features import NAMES, Candidate, candidates
from rag.question import read_question
from rag.types import Embedder

Measure = Callable[[str, Sequence[Hit]], tuple[Sequence[Candidate], NDArray[np.float64]]]
"""Given a question and its hits: sentences, and their measures, (sentences, measures)."""

_WITHHELD = 0.3
_TITLES = 24
_OF_A_TITLE = 12
_CURVE = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question with the measures of all sentences found for it."""

    place: str
    """The set, and whether its library was of one article or of all."""
    kind: str
    """`answerable`, `withheld`, `impossible`, `elsewhere` or `swapped`."""
    measures: NDArray[np.float64]
    """(sentences, measures)."""
    right: NDArray[np.bool_]
    """(sentences,)."""
    contains: NDArray[np.bool_]
    """(sentences,): whether it holds an accepted answer's words."""


def main() -> None:
    """Fit, check, print, and write the weights if a file is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fit", nargs="+", type=Path, required=True)
    parser.add_argument("--check", nargs="*", type=Path, default=[])
    parser.add_argument("--questions", type=int, default=800, help="of each set")
    parser.add_argument("--write", type=Path)
    args = parser.parse_args()
    embedder = load_embedder()
    sets = {path: load_squad(path) for path in [*args.fit, *args.check]}
    asked: dict[Path, list[Asked]] = {}
    for path in sets:
        others = [s for other, s in sets.items() if other != path]
        asked[path] = list(ask_set(sets[path], others, embedder, _found, limit=args.questions))
        print(f"asked {len(asked[path])} questions of {path.name}", flush=True)
    fitted = [one for path in args.fit for one in asked[path]]
    weights, intercept = fit(fitted)
    threshold = best_threshold(fitted, weights, intercept)
    for name, weight in sorted(zip(NAMES, weights, strict=True)):
        print(f"{name:18} {weight:8.3f}")
    print(f"{'intercept':18} {intercept:8.3f}\nthreshold {threshold:.2f}")
    for path in sets:
        report(asked[path], weights, intercept, seen=path in args.fit)
    if args.write:
        _write(args, weights, intercept)


def ask_set(
    squad: SquadSet,
    others: Sequence[SquadSet],
    embedder: Embedder,
    measure: Measure,
    *,
    limit: int,
    swapped: Sequence[SquadQuestion] = (),
) -> Iterator[Asked]:
    """Ask a set's questions over all its paragraphs, then title by title; see the module.

    Of the swapped ones, which nothing answers, half as many are asked each time.
    """
    chance = random.Random(0)
    elsewhere = [q for other in others for q in other.questions]
    questions = chance.sample(squad.questions, min(limit, len(squad.questions)))
    yield from _ask_library(
        f"{squad.name} all", squad.articles, questions,
        chance.sample(elsewhere, min(len(elsewhere), limit // 3)),
        chance.sample(swapped, min(len(swapped), limit // 2)), embedder, measure,
    )  # fmt: skip
    by_title = defaultdict(list)
    for article in squad.articles:
        by_title[article.title].append(article)
    for title in sorted(by_title, key=lot)[:_TITLES]:
        sources = {article.source for article in by_title[title]}
        own = [q for q in squad.questions if q.source in sources]
        yield from _ask_library(
            f"{squad.name} one", by_title[title],
            chance.sample(own, min(_OF_A_TITLE, len(own))),
            chance.sample(elsewhere, min(len(elsewhere), _OF_A_TITLE)),
            [q for q in swapped if q.source in sources][: _OF_A_TITLE // 2], embedder, measure,
        )  # fmt: skip


def _ask_library(
    place: str,
    articles: Sequence[Article],
    questions: Sequence[SquadQuestion],
    elsewhere: Sequence[SquadQuestion],
    swapped: Sequence[SquadQuestion],
    embedder: Embedder,
    measure: Measure,
) -> Iterator[Asked]:
    kept = [article for article in articles if lot(article.text) >= _WITHHELD] or [articles[0]]
    sources = {article.source for article in kept}
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(library=Path(folder), seeds=False)
        with Assistant.open(settings, embedder=embedder) as assistant:
            assistant.library.add_articles(kept)
            for question in questions:
                kind = "answerable" if question.source in sources else "withheld"
                kind = "impossible" if question.impossible else kind
                yield _ask(assistant, question, measure, place=place, kind=kind)
            for question in elsewhere:
                yield _ask(assistant, question, measure, place=place, kind="elsewhere")
            for question in swapped:
                yield _ask(assistant, question, measure, place=place, kind="swapped")


def _found(question: str, hits: Sequence[Hit]) -> tuple[Sequence[Candidate], NDArray[np.float64]]:
    found = candidates(read_question(question), hits)
    return found, np.array([c.measures for c in found]).reshape(len(found), len(NAMES))


def _ask(
    assistant: Assistant, question: SquadQuestion, measure: Measure, *, place: str, kind: str
) -> Asked:
    found, measures = measure(question.question, assistant.search(question.question))
    right = []
    for candidate in found:
        sentence = candidate.scored.sentence
        at_home = kind == "answerable" and candidate.hit.card.source == question.source
        right.append(
            at_home and any(s < sentence.end and sentence.start < e for s, e in question.spans)
        )
    return Asked(
        place=place,
        kind=kind,
        measures=measures,
        right=np.array(right, dtype=bool),
        contains=np.array(
            [contains_answer(c.scored.sentence.text, question.answers) for c in found], dtype=bool
        ),
    )


def fit(asked: Sequence[Asked]) -> tuple[NDArray[np.float64], float]:
    """Return the weights and the intercept of a logistic regression on all sentences."""
    measures = np.concatenate([one.measures for one in asked])
    right = np.concatenate([one.right for one in asked])
    mean, scale = measures.mean(0), measures.std(0) + 1e-9
    model = LogisticRegression(max_iter=1000).fit((measures - mean) / scale, right)
    weights = model.coef_[0] / scale
    return weights, float(model.intercept_[0] - weights @ mean)


def _confidences(asked: Asked, weights: NDArray[np.float64], intercept: float) -> NDArray:
    return 1 / (1 + np.exp(-(asked.measures @ weights + intercept)))


def best_threshold(
    asked: Sequence[Asked],
    weights: NDArray[np.float64],
    intercept: float,
    *,
    short: float = 0.0,
) -> float:
    """Return the least confidence from which answering gains most, or `short` of that at most."""
    groups = defaultdict(list)
    for one in asked:
        best = _confidences(one, weights, intercept).max(initial=0.0)
        groups[one.place, one.kind].append(best)

    def gain(threshold: float) -> float:
        shares: dict[bool, list[float]] = {True: [], False: []}
        for (_, kind), best in groups.items():
            # Impossible questions differ from answerable ones by a word: no measure here sees it.
            if kind != "impossible":
                answered = float(np.mean(np.array(best) >= threshold))
                shares[kind == "answerable"].append(answered)
        return float(np.mean(shares[True]) - np.mean(shares[False]))

    thresholds = np.arange(0.02, 0.6, 0.01)
    gains = [gain(threshold) for threshold in thresholds]
    return float(next(t for t, g in zip(thresholds, gains, strict=True) if g >= max(gains) - short))


def report(
    asked: Sequence[Asked], weights: NDArray[np.float64], intercept: float, *, seen: bool
) -> None:
    """Print how often the right sentence is first and how many questions are answered."""
    for place in sorted({one.place for one in asked}):
        here = [one for one in asked if one.place == place]
        best = defaultdict(list)
        first, three, contains = [], [], []
        for one in here:
            confidences = _confidences(one, weights, intercept)
            order = np.argsort(-confidences, kind="stable")
            best[one.kind].append(confidences.max(initial=0.0))
            if one.kind == "answerable":
                first.append(bool(len(order)) and bool(one.right[order[0]]))
                three.append(bool(one.right[order[:3]].any()))
                contains.append(bool(len(order)) and bool(one.contains[order[0]]))
        print(
            f"\n{place} ({'fitted on' if seen else 'not fitted on'}): right sentence first "
            f"{np.mean(first):.3f}, in three {np.mean(three):.3f}, contains an answer "
            f"{np.mean(contains):.3f}, n {len(first)}"
        )
        kinds = sorted(best)
        print("threshold  share answered of: " + ", ".join(f"{k} ({len(best[k])})" for k in kinds))
        for t in _CURVE:
            shares = [f"{np.mean(np.array(best[kind]) >= t):.3f}" for kind in kinds]
            print(f"  {t:.2f}     " + "  ".join(shares))


def _write(args: argparse.Namespace, weights: NDArray[np.float64], intercept: float) -> None:
    stored = {
        "fitted_by": "benchmarks/fit_extractive.py",
        "fitted_on": [path.name for path in args.fit],
        "questions_of_each": args.questions,
        "weights": {n: round(float(w), 4) for n, w in zip(NAMES, weights, strict=True)},
        "intercept": round(intercept, 4),
    }
    args.write.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")


def lot(text: str) -> float:
    """Draw a number from 0 to 1 that is the same for the same text every time."""
    return int(hashlib.sha256(text.encode("utf-8")).hexdigest()[:8], 16) / 0xFFFFFFFF


if __name__ == "__main__":
    main()
