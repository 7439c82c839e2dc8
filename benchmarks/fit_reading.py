"""Fits the weights by which the reader's scores and the first ranking make a confidence.

    python -m benchmarks.fit_reading --sets A.jsonl.gz B.jsonl.gz --write rag/data/reading.json

Questions are asked and sentences judged as in `benchmarks.fit_extractive`. The reader must not have
been trained on them. Each set is halved by the titles of its articles: the weights are fitted on
one half, and the other is reported. Words are shown alone from the least margin at which, on the
fitted half of the first set, they hold the accepted answer in nine of ten sentences that do; so
that set's answers should be short. Printed besides: the expected calibration error of the
confidence in ten bins (Guo et al., "On Calibration of Modern Neural Networks", 2017).
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.fit_extractive import Asked, ask_set, best_threshold, fit, lot, report
from eval.datasets.squad import SquadSet, load_squad
from eval.metrics import contains_answer
from index.embedding import load_embedder
from index.types import Hit
from rag.evidence import Candidate
from rag.extractive import rank, read_best, shipped_reader
from rag.question import read_question
from rag.reader.rescoring import NAMES, measures

_ALSO, _CLOSE = 0.5, 0.8
_BINS = 10
_HALF = 0.5
_SHORT = 0.02
"""What the threshold may gain less than the best one, since a lower one answers more."""
_HOLD = 0.9
"""Share of the sentences with an answer in which the words shown alone must hold it."""
_CURVE = (0, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8)


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
        asked.append(list(ask_set(half, others, embedder, read.measure, limit=args.questions)))
        print(f"asked {len(asked[n])} questions of {half.name}", flush=True)
    fitted = [one for half in asked[::2] for one in half]
    weights, intercept = fit(fitted)
    threshold = best_threshold(fitted, weights, intercept, short=_SHORT)
    exact = _least_exact(_firsts(asked[0], reads[0].spans, weights))
    for name, weight in zip(NAMES, weights, strict=True):
        print(f"{name:18} {weight:8.3f}")
    print(f"{'intercept':18} {intercept:8.3f}\nthreshold {threshold:.2f}\nexact {exact}")
    for n, (half, read) in enumerate(zip(asked, reads, strict=True)):
        report(half, weights, intercept, seen=n % 2 == 0)
        _print_calibration(half, weights, intercept)
        _print_exact(_firsts(half, read.spans, weights))
    if args.write:
        stored = {
            "fitted_by": "benchmarks/fit_reading.py",
            "fitted_on": [path.name for path in args.sets],
            "questions_of_each": args.questions,
            "weights": {n: round(float(w), 4) for n, w in zip(NAMES, weights, strict=True)},
            "intercept": round(intercept, 4),
            "threshold": round(threshold, 2),
            "exact": exact,
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


class _Reads:
    """Measures the found sentences of a set's questions and keeps their best spans."""

    def __init__(self, squad: SquadSet) -> None:
        self._answers = {q.question: q.answers for q in squad.questions}
        self.spans: list[NDArray[np.float64]] = []
        """For each question asked, (sentences, 2): a span's margin, whether it holds an answer."""

    def measure(
        self, question: str, hits: Sequence[Hit]
    ) -> tuple[Sequence[Candidate], NDArray[np.float64]]:
        """Read around the best of the hits; see `benchmarks.fit_extractive.Measure`."""
        asked = read_question(question)
        read = read_best(asked, rank(asked, hits), shipped_reader())
        accepted = self._answers.get(question, ())
        self.spans.append(
            np.array([(r.margin, contains_answer(r.words, accepted)) for _, _, r in read])
        )
        if not read:
            return [], np.zeros((0, len(NAMES)))
        found, readings = [p for p, _, _ in read], [reading for _, _, reading in read]
        return [candidate for _, candidate, _ in read], measures(found, readings)


def _firsts(
    asked: Sequence[Asked], spans: Sequence[NDArray[np.float64]], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what was read in the first sentence of each answerable question, (questions, 3).

    The span's margin, and whether the span and the sentence hold an accepted answer.
    """
    rows = []
    for one, span in zip(asked, spans, strict=True):
        if one.kind == "answerable" and len(span):
            first = (one.measures @ weights).argmax()
            rows.append((*span[first], one.contains[first]))
    return np.array(rows)


def _least_exact(firsts: NDArray[np.float64]) -> float:
    """Return the least margin from which words may be shown alone; see the module."""
    in_sentence = firsts[firsts[:, 2] > 0]
    enough = [
        least
        for least in np.arange(0, 15, 0.25)
        if (shown := in_sentence[in_sentence[:, 0] >= least]).size and shown[:, 1].mean() >= _HOLD
    ]
    return float(enough[0]) if enough else float("inf")


def _print_exact(firsts: NDArray[np.float64]) -> None:
    """Print, by the margin from which the words are shown alone, what that gains and loses."""
    print("margin from shown   of these: words hold an answer, sentence holds one")
    for least in _CURVE:
        shown = firsts[:, 0] >= least
        if shown.any():
            print(
                f"  {least:5.1f}     {shown.mean():.3f}   "
                f"{firsts[shown, 1].mean():.3f}   {firsts[shown, 2].mean():.3f}"
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
