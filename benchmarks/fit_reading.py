"""Fits the weights by which the reader's scores and the first ranking make a confidence.

    python -m benchmarks.fit_reading --fit A.jsonl.gz B.jsonl.gz --check C.jsonl.gz \
        --write rag/data/reading.json

Questions are asked and sentences judged as in `benchmarks.fit_extractive`. The reader must not have
been trained on them. Printed besides: the expected calibration error of the confidence in ten
bins (Guo et al., "On Calibration of Modern Neural Networks", 2017), and, by the score of the best
span, how often the exact words alone hold an accepted answer.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.fit_extractive import Asked, ask_set, best_threshold, fit, report
from eval.datasets.squad import SquadSet, load_squad
from eval.metrics import contains_answer
from index.embedding import load_embedder
from index.types import Hit
from rag.evidence import Candidate
from rag.extractive import rank, read_best, shipped_reader
from rag.question import read_question
from rag.reader.onnx_reader import Reading
from rag.reader.rescoring import NAMES, measures

_ALSO, _CLOSE = 0.5, 0.8
_BINS = 10
_CURVE = (-4, -2, 0, 1, 2, 3, 4, 5, 6, 8, 10)


def main() -> None:
    """Fit, check, print, and write the weights if a file is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fit", nargs="+", type=Path, required=True)
    parser.add_argument("--check", nargs="*", type=Path, default=[])
    parser.add_argument("--questions", type=int, default=400, help="of each set")
    parser.add_argument("--exact", type=float, default=5.0, help="score that shows a span alone")
    parser.add_argument("--write", type=Path)
    args = parser.parse_args()
    embedder = load_embedder()
    sets = {path: load_squad(path) for path in [*args.fit, *args.check]}
    asked: dict[Path, list[Asked]] = {}
    read: dict[Path, _Reads] = {}
    for path in sets:
        others = [s for other, s in sets.items() if other != path]
        read[path] = _Reads(sets[path])
        asked[path] = list(
            ask_set(sets[path], others, embedder, read[path].measure, limit=args.questions)
        )
        print(f"asked {len(asked[path])} questions of {path.name}", flush=True)
    fitted = [one for path in args.fit for one in asked[path]]
    weights, intercept = fit(fitted)
    threshold = best_threshold(fitted, weights, intercept)
    for name, weight in zip(NAMES, weights, strict=True):
        print(f"{name:18} {weight:8.3f}")
    print(f"{'intercept':18} {intercept:8.3f}\nthreshold {threshold:.2f}")
    for path in sets:
        report(asked[path], weights, intercept, seen=path in args.fit)
        _print_calibration(asked[path], weights, intercept)
        _print_exact(asked[path], read[path].spans, weights)
    if args.write:
        stored = {
            "fitted_by": "benchmarks/fit_reading.py",
            "fitted_on": [path.name for path in args.fit],
            "questions_of_each": args.questions,
            "weights": {n: round(float(w), 4) for n, w in zip(NAMES, weights, strict=True)},
            "intercept": round(intercept, 4),
            "threshold": round(threshold, 2),
            "exact": args.exact,
            "also": _ALSO,
            "close": _CLOSE,
        }
        args.write.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")


class _Reads:
    """Measures the found sentences of a set's questions and keeps their best spans."""

    def __init__(self, squad: SquadSet) -> None:
        self._answers = {q.question: q.answers for q in squad.questions}
        self.spans: list[NDArray[np.float64]] = []
        """For each question asked, (sentences, 2): the span's score, whether it holds an answer."""

    def measure(
        self, question: str, hits: Sequence[Hit]
    ) -> tuple[Sequence[Candidate], NDArray[np.float64]]:
        """Read around the best of the hits; see `benchmarks.fit_extractive.Measure`."""
        asked = read_question(question)
        read = read_best(asked, rank(asked, hits), shipped_reader())
        accepted = self._answers.get(question, ())
        self.spans.append(
            np.array([(r.span, contains_answer(_text(r), accepted)) for _, _, r in read])
        )
        if not read:
            return [], np.zeros((0, len(NAMES)))
        found, readings = [p for p, _, _ in read], [reading for _, _, reading in read]
        return [candidate for _, candidate, _ in read], measures(found, readings)


def _text(reading: Reading) -> str:
    begin = reading.sentence.start
    return reading.sentence.text[reading.start - begin : reading.end - begin]


def _print_exact(
    asked: Sequence[Asked], spans: Sequence[NDArray[np.float64]], weights: NDArray[np.float64]
) -> None:
    """Print, by the score from which the words are shown alone, what that gains and loses."""
    rows = []
    for one, span in zip(asked, spans, strict=True):
        if one.kind == "answerable" and len(span):
            first = (one.measures @ weights).argmax()
            rows.append((*span[first], one.contains[first]))
    scores, held, in_sentence = np.array(rows).T
    print("span from   shown   of these: words hold an answer, sentence holds one")
    for least in _CURVE:
        shown = scores >= least
        if shown.any():
            print(
                f"  {least:5.1f}     {shown.mean():.3f}   "
                f"{held[shown].mean():.3f}   {in_sentence[shown].mean():.3f}"
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
