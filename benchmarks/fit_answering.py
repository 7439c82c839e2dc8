"""Fits the weights that order sentences and say how sure an answer is.

    python -m benchmarks.fit_answering --data DATA --write rag/data/answering.json

Asked are the questions of the families that no reader was trained on (see `training/README.md`),
each of a library of its family's articles and of one of all articles: worded unlike the text
(`para`), in its words (`plain`), near misses (`near`), and those of another family (`off`); and
questions of public sets that are in no training mix, so that the weights are not those of one
manner of writing. Logistic regressions say which sentence answers, before and after it is read;
whether the documents answer, against near misses; and whether they speak of what is asked, against
`off`. Of the last two the weaker counts. Their cuts are those that pass the fewest near misses and
others, these twice, where 80 of 100 questions in other words are answered. Needs scikit-learn.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.asked_families import (
    ANSWERABLE,
    DECIDED,
    SETS,
    UNDECIDED,
    Asked,
    ask_families,
    ask_sets,
)
from rag.answer.confidence import (
    DECIDES,
    QUESTION,
    SENTENCE,
    Weights,
    answered,
    question_measures,
    read_weights,
    sentence_measures,
    weaker,
    weigh_told,
    weights,
)
from rag.answer.extractive import shipped_reader
from rag.answer.ranking import FIRST, Linear, Read, first_measures, rank, read
from rag.answer.yes_no import decides
from rag.reader.onnx_reader import SHA256

_ANSWERED = 0.8
_CLOSE = 0.8
_STRENGTH = 0.1
"""Inverse of the regularisation, over measures of mean 0 and deviation 1."""
_BINS = 10
_CURVE = (0.6, 0.7, 0.75, 0.8, 0.85, 0.9)
_ASKED, _NEAR = ("para", "plain", "para+", "plain+"), ("near", "near+")
_OFF = ("off", "elsewhere")
"""Kinds of questions; those with + were asked of the library of all articles."""


@dataclass(frozen=True, kw_only=True)
class Done:
    """A question with what was read for it."""

    asked: Asked
    read: Sequence[Read]
    decides: NDArray[np.float64] | None
    """Measures of how far the passages decide it, (len(DECIDES),), where it is for yes or no."""

    @property
    def kind(self) -> str:
        """The kind, with + where it was asked of the library of all articles."""
        return self.asked.kind + "+" * self.asked.large

    @property
    def right(self) -> NDArray[np.bool_]:
        """Which sentences hold an accepted answer."""
        return self.asked.right([one.candidate for one in self.read])

    def best(self, sentence: Linear) -> int:
        """Return the place of the most probable sentence."""
        return int(sentence.scores(sentence_measures(self.read)).argmax())

    def measures(self, sentence: Linear) -> NDArray[np.float64]:
        """Return the measures of the question, (len(QUESTION),)."""
        return question_measures(self.read, best=self.best(sentence))


def main() -> None:
    """Ask, fit, print, and write the weights if a file is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--data", type=Path, required=True, help="folder of the training sets")
    parser.add_argument("--questions", type=int, default=350, help="of a kind")
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    asked = [*ask_families(options.data, options.questions), *ask_sets(options.data)]
    first = fit_first(asked)
    done = read_all(asked, first)
    stored = fit(first, done)
    report(read_weights(stored), done)
    if options.write:
        options.write.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def fit_first(asked: Sequence[Asked]) -> Linear:
    """Fit the first pass on all sentences of the questions whose answer was found."""
    measures, right = [], []
    for one in asked:
        found = rank(one.question, one.hits, _nothing(FIRST))
        if found and (hit := one.right(found)).any():
            measures.append(first_measures(found))
            right.append(hit)
    return _regression(np.concatenate(measures), np.concatenate(right))


def _nothing(names: Sequence[str]) -> Linear:
    return Linear(weights=np.zeros(len(names)), intercept=0.0)


def _regression(
    measures: NDArray[np.float64],
    right: NDArray[np.bool_],
    share: NDArray[np.float64] | None = None,
) -> Linear:
    """Return a logistic regression; `share` is how much each row counts."""
    mean, scale = measures.mean(0), measures.std(0) + 1e-9
    model = LogisticRegression(max_iter=5000, C=_STRENGTH)
    model.fit((measures - mean) / scale, right, sample_weight=share)
    weights = model.coef_[0] / scale
    return Linear(weights=weights, intercept=float(model.intercept_[0] - weights @ mean))


def read_all(asked: Sequence[Asked], first: Linear) -> list[Done]:
    """Return what was read for each question for which anything was found."""
    reader = shipped_reader()
    done = []
    for one in asked:
        found = read(one.question, rank(one.question, one.hits, first), reader)
        yes_no = one.kind in (DECIDED, UNDECIDED)
        said = decides(weigh_told(one.question, one.hits, reader)[2]) if yes_no and found else None
        if found:
            done.append(Done(asked=one, read=found, decides=said))
    return done


def fit(first: Linear, done: Sequence[Done]) -> dict[str, Any]:
    """Return the fitted weights as the file has them."""
    known = [(sentence_measures(one.read), one.right) for one in done if one.right.any()]
    sentence = _regression(
        np.concatenate([m for m, _ in known]), np.concatenate([right for _, right in known])
    )
    sentence = _warmed(sentence, known)
    used = [one for one in done if one.asked.kind not in ANSWERABLE or one.right.any()]
    measures = np.array([one.measures(sentence) for one in used])
    kind = np.array([one.kind for one in used])
    here = (*_ASKED, "other", *_NEAR, DECIDED, UNDECIDED)
    answers, about = _cut(
        _between(measures, kind, _ASKED, _NEAR),
        _between(measures, kind, here, _OFF),
        measures,
        kind,
    )
    parts = {
        "first": _stored(first, FIRST),
        "sentence": _stored(sentence, SENTENCE),
        "answers": _stored(answers, QUESTION),
        "about": _stored(about, QUESTION),
        "decides": _stored(_fit_decides(done), DECIDES),
    }
    numbers = {"scale": 1.0, "shift": 0.0, "threshold": 0.5, "close": _CLOSE}
    numbers["exact"] = weights().exact  # as `benchmarks.fit_short` fits it
    weak = weaker(measures, read_weights({**parts, **numbers}))[:, None]
    scaled = _between(weak, kind, (*_ASKED, "other"), (*_NEAR, *_OFF))
    numbers["scale"], numbers["shift"] = float(scaled.weights[0]), scaled.intercept
    numbers["threshold"] = 1 / (1 + float(np.exp(-scaled.intercept)))
    return {
        "fitted_by": "benchmarks/fit_answering.py",
        "fitted_on": ["families set aside", *(f"{name}.jsonl.gz" for name in SETS)],
        "reader": SHA256[:12],
        **parts,
        **{name: round(value, 4) for name, value in numbers.items()},
    }


def _fit_decides(done: Sequence[Done]) -> Linear:
    """Tell yes/no questions that the passages decide from those that they leave open."""
    said = [(one.decides, one.kind == DECIDED) for one in done if one.decides is not None]
    measures, decided = np.array([m for m, _ in said]), np.array([d for _, d in said])
    fitted = _regression(measures, decided)
    cut = float(np.quantile(fitted.scores(measures[decided]), 1 - _ANSWERED))
    return Linear(weights=fitted.weights, intercept=fitted.intercept - cut)


def _cut(
    answers: Linear, about: Linear, measures: NDArray[np.float64], kind: NDArray[np.str_]
) -> tuple[Linear, Linear]:
    """Return both moved so that their odds are even where a question is just answered."""
    one, other = answers.scores(measures), about.scores(measures)
    para, near = kind == "para", kind == "near"
    off = np.isin(kind, _OFF)
    best = (np.inf, 0.0, 0.0)
    for least in np.quantile(other[off], np.arange(0.85, 0.995, 0.005)):
        told = other >= least
        short = _ANSWERED / max(told[para].mean(), _ANSWERED)
        cut = float(np.quantile(one[para & told], 1 - short))
        passed = told & (one >= cut)
        cost = passed[near].mean() + 2 * passed[off].mean()
        if told[para].mean() >= _ANSWERED:
            best = min(best, (float(cost), cut, float(least)))
    return (
        Linear(weights=answers.weights, intercept=answers.intercept - best[1]),
        Linear(weights=about.weights, intercept=about.intercept - best[2]),
    )


def _between(
    measures: NDArray[np.float64],
    kind: NDArray[np.str_],
    some: Sequence[str],
    others: Sequence[str],
) -> Linear:
    """Tell some kinds of questions from others, each kind counting alike."""
    used = np.isin(kind, [*some, *others])
    counts = {name: (kind == name).sum() for name in (*some, *others)}
    share = np.array([used.sum() / len(counts) / counts[name] for name in kind[used]])
    return _regression(measures[used], np.isin(kind[used], some), share)


def _warmed(
    fitted: Linear, answered: Sequence[tuple[NDArray[np.float64], NDArray[np.bool_]]]
) -> Linear:
    """Scale the scores so that their softmax is the likeliest (Guo et al., 2017)."""

    def likelihood(scale: float) -> float:
        total = 0.0
        for measures, right in answered:
            scores = scale * fitted.scores(measures)
            total += float(np.logaddexp.reduce(scores[right]) - np.logaddexp.reduce(scores))
        return total

    scale = max(np.arange(0.2, 3.0, 0.05), key=likelihood)
    return Linear(weights=fitted.weights * scale, intercept=fitted.intercept * scale)


def _stored(fitted: Linear, names: Sequence[str]) -> dict[str, Any]:
    return {
        "weights": {n: round(float(w), 4) for n, w in zip(names, fitted.weights, strict=True)},
        "intercept": round(fitted.intercept, 4),
    }


def report(fitted: Weights, done: Sequence[Done]) -> None:
    """Print how often the right sentence is first, and what is answered at which threshold."""
    sure: dict[str, list[float]] = defaultdict(list)
    right: dict[str, list[bool]] = defaultdict(list)
    for one in done:
        rows = None if one.decides is None else one.decides[None]
        measures = one.measures(fitted.sentence)[None]
        sure[one.kind].append(float(answered(measures, fitted, decides=rows)[0]))
        right[one.kind].append(bool(one.right[one.best(fitted.sentence)]))
    for kind, hits in sorted(right.items()):
        print(f"{kind}: n {len(hits)}, first is right {np.mean(hits):.3f}")
    print(f"threshold {fitted.threshold}; answered where so many of `para` are:")
    for share in _CURVE:
        least = float(np.quantile(sure["para"], 1 - share))
        shares = [f"{k} {np.mean(np.array(c) >= least):.2f}" for k, c in sorted(sure.items())]
        print(f"  {least:.3f}: " + "  ".join(shares))
    _print_calibration(sure, right)


def _print_calibration(sure: Mapping[str, list[float]], right: Mapping[str, list[bool]]) -> None:
    """Print the expected calibration error of the confidence, each kind counting alike."""
    kinds = [k for k in sure if k not in (DECIDED, UNDECIDED)]
    probability = np.concatenate([sure[k] for k in kinds])
    answerable = np.concatenate([np.full(len(sure[k]), k.rstrip("+") in ANSWERABLE) for k in kinds])
    share = np.concatenate([np.full(len(sure[k]), 1 / len(sure[k])) for k in kinds])
    place = np.minimum((probability * _BINS).astype(int), _BINS - 1)
    error = 0.0
    for n in range(_BINS):
        here = place == n
        if here.any():
            mean, part = (
                np.average(v[here], weights=share[here]) for v in (probability, answerable)
            )
            error += abs(mean - part) * share[here].sum() / share.sum()
            print(f"  confidence {mean:.2f}: answerable {part:.2f}, n {here.sum()}")
    print(f"expected calibration error {error:.3f}")


if __name__ == "__main__":
    main()
