"""Figures from scores: areas, thresholds, rates; nothing is read or run here."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from eval.metrics.answers import exact_match, token_f1

Floats = NDArray[np.float64]
_FALSE_PASSED = 0.06
_WRONG = 0.04
_OPEN_DENIED = 0.10
_ANSWERED = 0.8


def area(yes: Floats, no: Floats) -> float:
    """Return how often one score of `yes` is above one of `no`; ties count half."""
    if not len(yes) or not len(no):
        return float("nan")
    above = (yes[:, None] > no[None, :]).mean() + (yes[:, None] == no[None, :]).mean() / 2
    return float(above)


def logged(scores: Floats) -> Floats:
    """Return the logs of the probabilities of logits, row by row."""
    logs = scores - scores.max(axis=1, keepdims=True)
    result: Floats = logs - np.log(np.exp(logs).sum(axis=1, keepdims=True))
    return result


def ways(span: Floats, answers: Floats) -> dict[str, Floats]:
    """Return the scores of "this window answers" that are compared."""
    return {
        "span": span,
        "answers": answers,
        "sum": span / 2 + answers,
    }


def sureness(logs: Floats, which: int) -> Floats:
    """Return the log odds of one of the three outcomes."""
    return np.asarray(logs[:, which] - np.log1p(-np.exp(np.minimum(logs[:, which], -1e-7))))


def claim_thresholds(said: Floats, supported: NDArray[np.bool_]) -> dict[str, float]:
    """Return thresholds of "said": the best balanced one, and one that few false claims pass."""
    tried = np.unique(said)
    balanced = [(said[supported] >= t).mean() + (said[~supported] < t).mean() for t in tried]
    strict = np.quantile(said[~supported], 1 - _FALSE_PASSED)
    return {"balanced": float(tried[int(np.argmax(balanced))]), "strict": float(strict)}


def claim_figures(
    said: Floats, supported: NDArray[np.bool_], thresholds: Mapping[str, float]
) -> dict[str, float]:
    """Return what passes at each threshold."""
    found = {"area": area(said[supported], said[~supported])}
    for name, threshold in thresholds.items():
        true = float((said[supported] >= threshold).mean())
        false = float((said[~supported] >= threshold).mean())
        found |= {f"{name}_true": true, f"{name}_false": false}
        found[f"{name}_accuracy"] = (true + 1 - false) / 2
    return found


def denied_threshold(opened: Floats) -> float:
    """Return the threshold of "contradicted" that one open claim in ten passes."""
    return float(np.quantile(opened, 1 - _OPEN_DENIED))


def word_threshold(logs: Floats, labels: NDArray[np.int_]) -> float:
    """Return the least threshold at which at most 4 in 100 words of all are wrong."""
    sure, words = _words(logs)
    order = np.argsort(-sure)
    ordered = sure[order]
    share = np.cumsum((words != labels)[order]) / len(labels)
    last = np.append(ordered[1:] < ordered[:-1], True)
    fits = np.nonzero((share <= _WRONG) & last)[0]
    return float(ordered[fits[-1]]) if len(fits) else float(np.inf)


def word_figures(logs: Floats, labels: NDArray[np.int_], threshold: float) -> dict[str, float]:
    """Return right words of those with a yes or no, and wrong ones of all."""
    sure, words = _words(logs)
    given = sure >= threshold
    decided = labels < 2
    forced = np.where(logs[:, 0] >= logs[:, 1], 0, 1)
    return {
        "right": float((given & (words == labels))[decided].mean()),
        "wrong": float((given & (words != labels)).mean()),
        "forced": float((forced == labels)[decided].mean()),
        "three": float((logs.argmax(axis=1) == labels).mean()),
    }


def _words(logs: Floats) -> tuple[Floats, NDArray[np.int_]]:
    """Return how sure the better of yes and no is, and which it is."""
    odds = np.stack([sureness(logs, 0), sureness(logs, 1)])
    return odds.max(axis=0), odds.argmax(axis=0)


def answered_threshold(scores: Floats) -> float:
    """Return the threshold at which four in five answerable questions are answered."""
    return float(np.quantile(scores, 1 - _ANSWERED))


def span_figures(
    found: Sequence[tuple[str, float]], golds: Sequence[Sequence[str]]
) -> dict[str, float]:
    """Return F1 and EM where there is an answer, and F1 over all where a reader may abstain.

    Args:
        found: For each question the best span's text and its score over that of no answer.
        golds: Its right answers; none where there is no answer, which not all may lack.

    Returns:
        `f1_answerable` and `em_answerable`, of the best span whatever no answer scores; `f1`, at
        the best threshold (SQuAD 2.0's `best_f1`), with that `threshold`, the share `null_right`
        of unanswerable questions under it and `answered` of answerable ones over it; `auc` of
        the score.
    """
    pairs = [(text, gold) for (text, _), gold in zip(found, golds, strict=True)]
    f1s = np.array([token_f1(text, gold) if gold else 0.0 for text, gold in pairs])
    exact = np.array([exact_match(text, gold) for text, gold in pairs])
    has = np.array([bool(gold) for gold in golds])
    margins = np.array([margin for _, margin in found])

    def at(threshold: float) -> float:
        return float(np.where(margins > threshold, f1s, ~has).mean())

    best = max([-np.inf, *margins], key=at)
    return {
        "f1_answerable": float(f1s[has].mean()),
        "em_answerable": float(exact[has].mean()),
        "f1": at(best),
        "threshold": float(best),
        "null_right": float((margins <= best)[~has].mean()) if (~has).any() else 1.0,
        "answered": float((margins > best)[has].mean()),
        "auc": area(margins[has], margins[~has]) if (~has).any() else 1.0,
    }
