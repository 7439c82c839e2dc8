"""How sure an answer is, and when it is not shown.

What the reader said of the found sentences is weighed together with how well they were found: a
logistic regression over few measures, fitted by `benchmarks/fit_reading.py` on questions that the
reader was not trained on; the probability it gives is the answer's confidence.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from index.data_files import data_text
from index.terms import content_terms
from index.types import Hit
from rag.answer.features import NAMES as FEATURES
from rag.answer.features import Candidate
from rag.question import Question
from rag.reader.onnx_reader import ReadSentence
from rag.types import Draft, Reason

NAMES = (
    "found",
    "span",
    "answers",
    "span_margin",
    "best_span",
    "best_answers",
    "best_found",
    "missing_names",
)
"""Of the sentence, in logits: probability of the first ranking, span, answerability of its window,
span less the best other sentence's; then the best of the first three over all sentences read; and
the share of the question's names that its passage lacks."""
_MISSING_NAMES = FEATURES.index("missing_names")
Read = tuple[float, Candidate, ReadSentence]
"""A sentence that was read: its probability in the first ranking, 0 to 1, itself, what was read."""
_EXTREME = 12.0
"""Logits beyond which a measure says no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The fitted weights, as stored in the package."""

    weights: tuple[float, ...]
    """One for each of `NAMES`."""
    intercept: float
    threshold: float
    """Confidence under which a question is not answered, where the settings name none."""
    exact: float
    """Probability of holding the answer from which words are shown in place of their sentence."""
    also: float
    """Share of the best probability that a further sentence of a list must reach."""
    close: float
    """Share of the best probability from which a second sentence is too close to leave out."""


@cache
def weights() -> Weights:
    """Return the weights that ship with the package."""
    stored = json.loads(data_text("rag", "reading.json"))
    return Weights(
        weights=tuple(stored["weights"][name] for name in NAMES),
        intercept=stored["intercept"],
        threshold=stored["threshold"],
        exact=stored["exact"],
        also=stored["also"],
        close=stored["close"],
    )


def measures(read: Sequence[Read]) -> NDArray[np.float64]:
    """Return the measures of the sentences read, (sentences, len(NAMES)); (0, ...) for none."""
    if not read:
        return np.zeros((0, len(NAMES)))
    found = np.array([math.log(max(p, 1e-6) / max(1 - p, 1e-6)) for p, _, _ in read])
    spans = np.array([reading.span for _, _, reading in read])
    answers = np.array([reading.answers for _, _, reading in read])
    order = np.sort(spans)
    best, second = order[-1], order[-2] if len(order) > 1 else order[-1]
    others = np.where(spans == best, second, best)
    columns = [found, spans, answers, spans - others]
    columns += [np.full(len(spans), column.max()) for column in (spans, answers, found)]
    columns.append(np.array([candidate.measures[_MISSING_NAMES] for _, candidate, _ in read]))
    measured: NDArray[np.float64] = np.stack(columns, axis=1).clip(-_EXTREME, _EXTREME)
    return measured


def probabilities(read: Sequence[Read]) -> NDArray[np.float64]:
    """Return the probability that each sentence read answers, (sentences,); empty for none."""
    fitted = weights()
    scores = measures(read) @ np.array(fitted.weights) + fitted.intercept
    probability: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-scores))
    return probability


def why_abstain(
    question: Question, hits: Sequence[Hit], draft: Draft, *, threshold: float | None
) -> Reason | None:
    """Return why a draft is not shown, or None where it is.

    Args:
        question: What is asked.
        hits: Retrieved for it; none means that the library is empty.
        draft: What the answerer proposes.
        threshold: Confidence under which nothing is answered, 0 to 1; None takes the one that was
            calibrated with the reader.
    """
    if question.is_empty:
        return "empty_question"
    if not hits:
        return "empty_library"
    shared = any(scored.coverage > 0 for hit in hits for scored in hit.sentences)
    if not draft.sentences or not shared or not content_terms(question.text):
        return "no_match"
    wanted = weights().threshold if threshold is None else threshold
    return "weak_match" if draft.confidence < wanted else None
