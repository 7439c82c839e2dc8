"""The weights by which measures become an order and probabilities, as stored in the package.

`benchmarks/fit_answering.py` fits them on questions that the reader was not trained on, and writes
`rag/data/answering.json`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.data_files import data_json

FILE = "answering.json"
FIRST = (
    "similarity", "coverage", "hit_score", "hit_margin", "similarity_margin", "passage_coverage",
    "neighbour", "holds_value", "lacks_value", "lacks_name", "missing_numbers", "new_terms",
    "heading",
)  # fmt: skip
"""Of a sentence; what the first pass weighs: measures of `rag.answer.ranking` alone."""
SENTENCE = ("span", "answers", "said", "span_margin", "again", *FIRST)
"""Of a sentence that was read: what tells that it is the one that answers."""
QUESTION = (
    "span", "answers", "said", "denied", "best_answers", "best_said", "span_margin", "similarity",
    "best_similarity", "coverage", "best_coverage", "passage_coverage", "hit_score",
    "missing_names", "missing_numbers", "lacks_value", "lacks_name", "share_near_best",
)  # fmt: skip
"""Of a question: what was said of its best sentence, then of all that were read."""
DECIDES = ("passage", "sentence")
"""Log odds that a passage decides a yes/no question, and its surest sentence: of the best one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """A fitted sum of measures."""

    weights: NDArray[np.float64]
    intercept: float

    def scores(self, measures: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log odds of rows of measures, (rows,)."""
        scores: NDArray[np.float64] = measures @ self.weights + self.intercept
        return scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The fitted weights."""

    first: Linear
    """Of `FIRST`: that a sentence answers, before it is read."""
    sentence: Linear
    """Of `SENTENCE`: that a sentence answers, in odds against its neighbours."""
    answers: Linear
    """Of `QUESTION`: that the documents answer what is asked and do not only share its words."""
    about: Linear
    """Of `QUESTION`: that they speak of it at all."""
    decides: Linear
    """Of `DECIDES`: that they decide a yes/no question; it stands in for `answers`."""
    scale: float
    shift: float
    """Make a probability of the weaker of these two, whose odds are even at the threshold."""
    threshold: float
    """Confidence under which a question is not answered, where the settings name none."""
    exact: float
    """Worth from which words are the short answer, as `benchmarks/fit_short.py` fits it."""
    close: float
    """Share of the best probability from which a second sentence is too close to leave out."""


@cache
def weights() -> Weights:
    """Return the weights that ship with the package."""
    return read_weights(data_json("rag", FILE))


def read_weights(stored: Mapping[str, Any]) -> Weights:
    """Return weights as the file has them.

    Raises:
        KeyError: A measure has no weight.
    """

    def linear(name: str, measures: Sequence[str]) -> Linear:
        fitted = stored[name]
        return Linear(
            weights=np.array([fitted["weights"][measure] for measure in measures]),
            intercept=fitted["intercept"],
        )

    return Weights(
        first=linear("first", FIRST),
        sentence=linear("sentence", SENTENCE),
        answers=linear("answers", QUESTION),
        about=linear("about", QUESTION),
        decides=linear("decides", DECIDES),
        scale=stored["scale"],
        shift=stored["shift"],
        threshold=stored["threshold"],
        exact=stored["exact"],
        close=stored["close"],
    )
