"""Fits the weights by which the reader's scores and the first ranking make a confidence.

    python -m benchmarks.fit_reading --sets A.jsonl.gz B.jsonl.gz --write rag/data/reading.json

Questions are asked and sentences judged as in `benchmarks.fit_extractive`, and questions with a
swapped word, which nothing answers, are asked too. The reader must not have been trained on any.
Each set is halved by the titles of its articles: the weights are fitted on one half, and the other
is reported. Printed besides: what words shown alone from one probability or another gain and lose,
and the expected calibration error of the confidence in ten bins (Guo et al., "On Calibration of
Modern Neural Networks", 2017).
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.fit_extractive import Asked, ask_set, best_threshold, fit, lot, report
from eval.datasets.squad import SquadQuestion, SquadSet, load_squad
from eval.metrics import contains_answer, token_f1
from index.embedding import load_embedder
from index.types import Hit
from rag.answer.confidence import NAMES, measures
from rag.answer.extractive import rank, read_best, shipped_reader
from rag.answer.features import Candidate
from rag.question import read_question
from rag.reader.onnx_reader import ReadSentence
from rag.reader.spans import parts
from training.swaps import Swaps

_ALSO, _CLOSE = 0.5, 0.8
_BINS = 10
_HALF = 0.5
_SHORT = 0.02
"""What the threshold may gain less than the best one, since a lower one answers more."""
_EXACT = 0.95
"""From which probability words are shown alone; see `benchmarks/RESULTS.md`, "How sure"."""
_CURVE = (0.0, 0.5, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.96, 0.97, 0.98, 0.99)


def main() -> None:
    """Fit, check, print, and write the weights if a file is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=400, help="of each half")
    parser.add_argument("--write", type=Path)
    args = parser.parse_args()
    halves = [half for path in args.sets for half in _halves(load_squad(path))]
    embedder = load_embedder()
    asked: list[list[Asked]] = []
    reads = [_Reads(half) for half in halves]
    for n, (half, read) in enumerate(zip(halves, reads, strict=True)):
        others = [other for m, other in enumerate(halves) if m // 2 != n // 2 and m % 2 == n % 2]
        asking = ask_set(
            half, others, embedder, read.measure, limit=args.questions, swapped=_swapped(half)
        )
        asked.append(list(asking))
        print(f"asked {len(asked[n])} questions of {half.name}", flush=True)
    fitted = [one for half in asked[::2] for one in half]
    weights, intercept = fit(fitted)
    threshold = best_threshold(fitted, weights, intercept, short=_SHORT)
    for name, weight in zip(NAMES, weights, strict=True):
        print(f"{name:18} {weight:8.3f}")
    print(f"{'intercept':18} {intercept:8.3f}\nthreshold {threshold:.2f}")
    for n, (half, read) in enumerate(zip(asked, reads, strict=True)):
        report(half, weights, intercept, seen=n % 2 == 0)
        _print_calibration(half, weights, intercept)
        _print_exact(_firsts(half, read.shown, weights))
    if args.write:
        stored = {
            "fitted_by": "benchmarks/fit_reading.py",
            "fitted_on": [path.name for path in args.sets],
            "questions_of_each": args.questions,
            "weights": {n: round(float(w), 4) for n, w in zip(NAMES, weights, strict=True)},
            "intercept": round(intercept, 4),
            "threshold": round(threshold, 2),
            "exact": _EXACT,
            "also": _ALSO,
            "close": _CLOSE,
        }
        args.write.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")


def _halves(squad: SquadSet) -> tuple[SquadSet, SquadSet]:
    """Return two sets of about half of a set's titles, always the same ones."""
    first = {a.source for a in squad.articles if lot(a.title) < _HALF}

    def half(name: str, *, of_first: bool) -> SquadSet:
        return SquadSet(
            name=f"{squad.name}, {name} half",
            articles=tuple(a for a in squad.articles if (a.source in first) == of_first),
            questions=tuple(q for q in squad.questions if (q.source in first) == of_first),
        )

    return half("fitted", of_first=True), half("other", of_first=False)


def _swapped(squad: SquadSet) -> list[SquadQuestion]:
    """Return the answerable questions that have a word to swap, swapped, without answers."""
    answerable = [q for q in squad.questions if not q.impossible]
    texts = {article.source: article.text for article in squad.articles}
    swaps = Swaps([q.question for q in answerable], seed=0)
    pairs = [(q, swaps.swap(q.question, texts[q.source])) for q in answerable]
    return [replace(q, question=new, answers=(), spans=()) for q, new in pairs if new]


class _Reads:
    """Measures the found sentences of a set's questions and keeps what may be shown."""

    def __init__(self, squad: SquadSet) -> None:
        self._answers = {q.question: q.answers for q in squad.questions}
        self.shown: list[list[NDArray[np.float64]]] = []
        """For each question asked, of each sentence; see `_shown`."""

    def measure(
        self, question: str, hits: Sequence[Hit]
    ) -> tuple[Sequence[Candidate], NDArray[np.float64]]:
        """Read around the best of the hits; see `benchmarks.fit_extractive.Measure`."""
        asked = read_question(question)
        read = read_best(asked, rank(asked, hits), shipped_reader())
        accepted = self._answers.get(question, ())
        self.shown.append([_shown(reading, accepted) for _, _, reading in read])
        return [candidate for _, candidate, _ in read], measures(read)


def _shown(reading: ReadSentence, accepted: Sequence[str]) -> NDArray[np.float64]:
    """Return what may be shown of a sentence, shortest first, the whole one last, (texts, 3).

    The probability that it holds the answer, whether it holds an accepted one, and its F1.
    """
    text, begin = reading.sentence.text, reading.sentence.start
    words = [(p.holds, text[p.start - begin : p.end - begin]) for p in parts(reading.tokens)]
    return np.array(
        [
            (holds, contains_answer(part, accepted), token_f1(part, accepted))
            for holds, part in [*words, (np.inf, text)]
        ]
    )


def _firsts(
    asked: Sequence[Asked],
    shown: Sequence[list[NDArray[np.float64]]],
    weights: NDArray[np.float64],
) -> list[NDArray[np.float64]]:
    """Return what may be shown of the first sentence of each answerable question."""
    return [
        of_sentences[(one.measures @ weights).argmax()]
        for one, of_sentences in zip(asked, shown, strict=True)
        if one.kind == "answerable" and of_sentences
    ]


def _from(firsts: Sequence[NDArray[np.float64]], least: float) -> NDArray[np.float64]:
    """Return what is shown from this probability, (questions, 4), and whether its sentence holds.

    Infinite where it is the sentence itself.
    """
    chosen = [first[(first[:, 0] >= least).argmax()] for first in firsts]
    return np.array([(*text, first[-1, 1]) for text, first in zip(chosen, firsts, strict=True)])


def _print_exact(firsts: Sequence[NDArray[np.float64]]) -> None:
    """Print, by the probability from which words are shown alone, what that gains and loses."""
    print("from    words shown   hold an answer, sentences do   all shown: hold one, F1")
    for least in _CURVE:
        shown = _from(firsts, least)
        words = np.isfinite(shown[:, 0])
        if words.any():
            print(
                f"  {least:4.2f}  {words.mean():.3f}   {shown[words, 1].mean():.3f} "
                f"{shown[words, 3].mean():.3f}   {shown[:, 1].mean():.3f} {shown[:, 2].mean():.3f}"
            )


def _print_calibration(
    asked: Sequence[Asked], weights: NDArray[np.float64], intercept: float
) -> None:
    """Print, for ten bins of confidence, how many first sentences were right."""
    confidences, right = [], []
    for one in asked:
        if one.kind == "impossible" or not len(one.measures):
            continue
        scores = one.measures @ weights + intercept
        confidences.append(1 / (1 + np.exp(-scores.max())))
        right.append(bool(one.right[scores.argmax()]))
    place = np.minimum((np.array(confidences) * _BINS).astype(int), _BINS - 1)
    error = 0.0
    for bin_ in range(_BINS):
        inside = place == bin_
        if inside.any():
            mean, share = np.array(confidences)[inside].mean(), np.array(right)[inside].mean()
            error += abs(mean - share) * inside.mean()
            print(f"  confidence {mean:.2f}: right {share:.2f}, n {inside.sum()}")
    print(f"  expected calibration error {error:.3f}")


if __name__ == "__main__":
    main()
