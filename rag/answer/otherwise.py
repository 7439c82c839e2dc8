"""Finds the sentence of another document that says otherwise than an answer."""

from collections.abc import Sequence
from typing import Protocol

from index.terms import content_terms
from rag.answer.weighed import Weighed
from rag.question import Question
from rag.types import Evidence

_NEAR = 0.5
"""Share of the shorter sentence's terms that another must have to be compared with it at all."""


class Comparison(Protocol):
    """What compares sentences with each other; `rag.pipeline` brings it."""

    def conflict(
        self, asked: str, one: Evidence, other: Evidence, *, words: tuple[str, str]
    ) -> bool:
        """Tell whether two sentences, with the words in each that answer, contradict each other."""


def contrary(
    question: Question, answer: Weighed, weighed: Sequence[Weighed], comparison: Comparison
) -> Weighed | None:
    """Return the most probable sentence of another document that was read and says otherwise."""
    own = answer.reading.words if answer.reading else ""
    for one in weighed:
        if one.reading is None:
            continue
        words = (own, one.reading.words)
        if _are_near(answer, one) and comparison.conflict(
            question.text, answer.evidence, one.evidence, words=words
        ):
            return one
    return None


def _are_near(answer: Weighed, one: Weighed) -> bool:
    """Tell whether comparing is worth while: what compares takes 0.2 s to load the first time."""
    if one.candidate.hit.card.sha256 == answer.candidate.hit.card.sha256:
        return False
    mine, yours = (set(content_terms(other.text)) for other in (answer, one))
    return len(mine & yours) >= _NEAR * min(len(mine), len(yours))
