"""Answers in any language with the sentence that is nearest to the question; it reads nothing.

The reader knows English, so similarity alone decides: the sentence is shown whole, without a short
answer, and how sure that is follows from how far it stands out among those that were found.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from index.data_files import data_text
from index.types import Hit, ScoredSentence
from rag.question import Question
from rag.types import Draft, DraftSentence, Evidence, Reason

FILE = "similar.json"
_RANKED = 10
"""Sentences named in `Answer.ranked`."""
_LONGEST_HEADING = 80
_LEAST_SPREAD = 1e-3
_QUESTION_MARKS = ("?", "？", "؟")
_LEAST_SENTENCES = 4
"""Under so many nothing stands out, and the first is as sure as the threshold."""


class SimilarAnswerer:
    """Quotes the sentence nearest to the question, whatever the language of both."""

    name = "extractive"

    def draft(self, question: Question, hits: Sequence[Hit]) -> Draft:
        """Choose the nearest sentence of the hits that is neither a heading nor a question.

        Args:
            question: What is asked.
            hits: Retrieved for it, best first; none gives an empty draft of confidence 0.

        Returns:
            A draft without a short answer, whose confidence is the probability that its sentence
            answers.
        """
        found = [(hit, one) for hit in hits for one in hit.sentences if not _is_head(one)]
        if not found:
            return Draft(sentences=(), confidence=0.0)
        ranked = sorted(found, key=lambda pair: -pair[1].similarity)
        hit, first = ranked[0]
        sentence = first.sentence
        evidence = Evidence(hit=hit, start=sentence.start, end=sentence.end)
        return Draft(
            sentences=(DraftSentence(text=sentence.text, evidence=(evidence,)),),
            confidence=confidence(hits, first),
            ranked=tuple(one.sentence for _, one in ranked[:_RANKED]),
        )


def confidence(hits: Sequence[Hit], first: ScoredSentence) -> float:
    """Return the probability that a sentence answers, 0 to 1: a logistic of how it stands out."""
    fitted = _fitted()
    if sum(len(hit.sentences) for hit in hits) < _LEAST_SENTENCES:
        return fitted["threshold"]
    odds = fitted["weight"] * stands_out(hits, first) + fitted["intercept"]
    return float(1.0 / (1.0 + np.exp(-odds)))


def stands_out(hits: Sequence[Hit], first: ScoredSentence) -> float:
    """Return by how many standard deviations a sentence is nearer than the mean of the hits'.

    So it is the same measure for every embedding model.
    """
    near = np.array([one.similarity for hit in hits for one in hit.sentences])
    return float((first.similarity - near.mean()) / max(float(near.std()), _LEAST_SPREAD))


def why_abstain(
    question: Question, hits: Sequence[Hit], draft: Draft, *, threshold: float | None
) -> Reason | None:
    """Return why a draft is not shown, or None where it is; no word need be shared.

    Args:
        question: What is asked.
        hits: Retrieved for it; none means that the library is empty.
        draft: What `SimilarAnswerer` proposes.
        threshold: Confidence under which nothing is answered, 0 to 1; None takes the fitted one.
    """
    if question.is_empty:
        return "empty_question"
    if not hits:
        return "empty_library"
    if not draft.sentences:
        return "no_match"
    wanted = _fitted()["threshold"] if threshold is None else threshold
    return "weak_match" if draft.confidence < wanted else None


def _is_head(one: ScoredSentence) -> bool:
    """Tell whether a sentence is a heading or asks itself: near to questions, but no answer."""
    text = one.sentence.text
    if text.endswith(_QUESTION_MARKS):
        return True
    short = len(text) <= _LONGEST_HEADING and text[-1:].isalnum()
    return short and not any(character.isdigit() for character in text)


@cache
def _fitted() -> Mapping[str, float]:
    fitted: Mapping[str, float] = json.loads(data_text("rag", FILE))
    return fitted
