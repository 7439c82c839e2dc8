"""Measures each retrieved sentence as a possible answer; it decides nothing.

The measures are few and named, so that a fitted weight can be read. They are computed from the
question, the hits and nothing else; `rag.answer.weights` weighs them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.terms import content_terms, terms
from index.types import Hit, ScoredSentence
from rag.question import AnswerType, Question, holds, is_named, names, numbers, words

NAMES = (
    "similarity",
    "coverage",
    "passage_coverage",
    "hit_score",
    "hit_margin",
    "similarity_margin",
    "neighbour",
    "holds_value",
    "lacks_value",
    "lacks_name",
    "missing_names",
    "missing_numbers",
    "new_terms",
    "heading",
)
"""The measures, in the order of a candidate's vector."""

_VALUES: tuple[AnswerType, ...] = ("date", "duration", "amount", "money")
"""Types with a surface form of their own; a name can look like any other capitalised word."""
_NAMES: tuple[AnswerType, ...] = ("person", "place")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A sentence that may answer, with its measures."""

    hit: Hit
    scored: ScoredSentence
    measures: NDArray[np.float64]
    """(len(NAMES),)."""


def candidates(question: Question, hits: Sequence[Hit]) -> list[Candidate]:
    """Return every sentence of the hits with its measures, hit by hit, in text order.

    Empty for no hits.
    """
    asked = _Asked(question, hits)
    return [
        Candidate(hit=hit, scored=scored, measures=asked.measure(hit, position))
        for hit in hits
        for position, scored in enumerate(hit.sentences)
    ]


class _Asked:
    """A question with what it takes from all hits together."""

    def __init__(self, question: Question, hits: Sequence[Hit]) -> None:
        self.question = question
        self.wanted = content_terms(question.text)
        self.names = names(question.text)
        self.numbers = numbers(question.text)
        everything = [s for hit in hits for s in hit.sentences]
        self.best_similarity = max((s.similarity for s in everything), default=0.0)
        self.best_score = max((hit.score for hit in hits), default=0.0)
        self.context = {hit.passage.id: self._context_of(hit) for hit in hits}

    def _context_of(self, hit: Hit) -> tuple[float, float, float]:
        card = hit.card
        said = (card.title, card.author, card.published, hit.passage.text)
        text = "\n".join(filter(None, said))
        held, seen, counted = set(terms(text)), words(text), numbers(text)
        share = sum(t in held for t in self.wanted) / max(1, len(self.wanted))
        lost_names = sum(not is_named(n, seen) for n in self.names) / max(1, len(self.names))
        lost_numbers = len(self.numbers - counted) / max(1, len(self.numbers))
        return share, lost_names, lost_numbers

    def measure(self, hit: Hit, position: int) -> NDArray[np.float64]:
        """Return the measures of one sentence of a hit, (len(NAMES),)."""
        scored = hit.sentences[position]
        text = scored.sentence.text
        share, lost_names, lost_numbers = self.context[hit.passage.id]
        around = [
            hit.sentences[n] for n in (position - 1, position + 1) if 0 <= n < len(hit.sentences)
        ]
        value = self.question.expects in _VALUES
        name = self.question.expects in _NAMES
        fits = holds(self.question.expects, text, asked=self.question.text)
        new = len(set(terms(text)) - set(self.wanted))
        values = {
            "similarity": scored.similarity,
            "coverage": scored.coverage,
            "passage_coverage": share,
            "hit_score": hit.score,
            "hit_margin": hit.score - self.best_score,
            "similarity_margin": scored.similarity - self.best_similarity,
            "neighbour": max((s.similarity for s in around), default=0.0),
            "holds_value": float(value and fits),
            "lacks_value": float(value and not fits),
            "lacks_name": float(name and not fits),
            "missing_names": lost_names,
            "missing_numbers": lost_numbers,
            "new_terms": math.log1p(new),
            "heading": float(text[-1:].isalnum()),
        }
        return np.array([values[name] for name in NAMES])
