"""Answers with the stored sentences themselves: no language model, no network.

Each retrieved sentence gets a probability of holding the answer: a logistic regression over the
measures of `rag.evidence`, fitted by `benchmarks/fit_extractive.py` on public question-answering
sets (`rag/data/extractive.json` says which and how well).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from index.types import Hit
from rag.evidence import NAMES, Candidate, candidates
from rag.question import Question, holds, read_question
from rag.types import Draft, DraftSentence, Evidence

_MOST_OF_A_LIST = 4
"""Sentences in the answer to a question that asks for several things."""
_MOST_OF_A_FACT = 2
"""Sentences in any other answer: a second one only where it is almost as probable."""
_RANKED = 10
"""Sentences named in `Answer.ranked`."""
_SAME = 0.95
"""Share of words from which a sentence says nothing beyond one already chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """The fitted weights, as stored in the package."""

    weights: tuple[float, ...]
    """One for each of `rag.evidence.NAMES`."""
    intercept: float
    threshold: float
    """Confidence under which a question is not answered, where the settings name none."""
    also: float
    """Share of the best probability that a further sentence of a list must reach."""
    close: float
    """Share of the best probability from which a second sentence is too close to leave out.

    At 0.8 one answer in ten shows a second sentence, and one in three of those is the right one:
    on 874 questions, with the first fitted weights, the right sentence is shown for 0.799 instead
    of 0.763.
    """


@cache
def weighing() -> Weighing:
    """Return the weights that ship with the package."""
    stored = json.loads(files("rag").joinpath("data/extractive.json").read_text(encoding="utf-8"))
    return Weighing(
        weights=tuple(stored["weights"][name] for name in NAMES),
        intercept=stored["intercept"],
        threshold=stored["threshold"],
        also=stored["also"],
        close=stored["close"],
    )


class ExtractiveAnswerer:
    """Proposes the sentences that answer, most direct first: few for a fact, more for a list."""

    name = "extractive"

    def draft(self, question: str, hits: Sequence[Hit]) -> Draft:
        """Choose sentences of the hits.

        Args:
            question: What is asked; cleaned here.
            hits: Retrieved for it, best first; none gives an empty draft of confidence 0.

        Returns:
            A draft whose confidence is the probability of its first sentence.
        """
        asked = read_question(question)
        ranked = rank(asked, hits)
        if not ranked:
            return Draft(sentences=(), confidence=0.0)
        return Draft(
            sentences=tuple(_sentence(candidate) for candidate in _chosen(ranked, asked)),
            confidence=ranked[0][0],
            ranked=tuple(candidate.scored.sentence for _, candidate in ranked[:_RANKED]),
        )


def rank(question: Question, hits: Sequence[Hit]) -> list[tuple[float, Candidate]]:
    """Return the sentences of the hits with their probability of answering, best first.

    Ties keep the order of hits and text.
    """
    found = [c for c in candidates(question, hits) if _may_answer(question, c)]
    if not found:
        return []
    fitted = weighing()
    scores = np.array([c.measures for c in found]) @ np.array(fitted.weights) + fitted.intercept
    probabilities = 1.0 / (1.0 + np.exp(-scores))
    order = np.argsort(-probabilities, kind="stable")
    return [(float(probabilities[n]), found[n]) for n in order]


def _may_answer(question: Question, candidate: Candidate) -> bool:
    """Leave out sentences without any number where the question is how much money.

    On the sets that the weights were fitted and checked on, none of 8 such sentences that ranked
    first was right; for dates and other amounts a sentence without one often is.
    """
    text = candidate.scored.sentence.text
    return question.expects != "money" or holds("money", text, asked=question.text)


def _chosen(ranked: Sequence[tuple[float, Candidate]], question: Question) -> list[Candidate]:
    best = ranked[0][0]
    chosen = [ranked[0][1]]
    share = weighing().also if question.several else weighing().close
    most = _MOST_OF_A_LIST if question.several else _MOST_OF_A_FACT
    for probability, candidate in ranked[1:]:
        if probability < share * best or len(chosen) == most:
            break
        if not any(_repeats(candidate, other) for other in chosen):
            chosen.append(candidate)
    return chosen


def _repeats(candidate: Candidate, other: Candidate) -> bool:
    words = set(candidate.scored.sentence.text.casefold().split())
    seen = set(other.scored.sentence.text.casefold().split())
    return len(words & seen) >= _SAME * len(words)


def _sentence(candidate: Candidate) -> DraftSentence:
    sentence = candidate.scored.sentence
    evidence = Evidence(hit=candidate.hit, start=sentence.start, end=sentence.end)
    return DraftSentence(text=sentence.text, evidence=(evidence,))
