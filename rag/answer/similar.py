"""Answers in any language with the sentence that is nearest to the question; it reads nothing.

The reader knows English, so similarity alone decides: the sentence is shown whole, without a short
answer, and how sure that is follows from how far it stands out among those that were found. The
nearest few are compared once more together with the title of their article, for what it names they
often do not name.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from index.data_files import data_text
from index.embedding import Embedder
from index.types import Hit, ScoredSentence, Sentence
from rag.question import Question
from rag.types import Draft, DraftSentence, Evidence, Reason

FILE = "similar.json"
_WITH_TITLE = 8
"""Sentences that are compared with their titles: a tenth of a second. Of the 40 questions that this
was fitted on it finds the right sentence first for 23 where the sentences alone give 20."""
_RANKED = 10
"""Sentences named in `Answer.ranked`."""
_LONGEST_HEADING = 80
_LEAST_SPREAD = 1e-3
_QUESTION_MARKS = ("?", "？", "؟")
_LEAST_SENTENCES = 4
"""Under so many nothing stands out, and the first is as sure as the threshold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A sentence that may answer."""

    hit: Hit
    sentence: Sentence
    similarity: float
    """Its cosine with the question; where it was compared with its title too, the mean of both."""


class SimilarAnswerer:
    """Quotes the sentence nearest to the question, whatever the language of both.

    Args:
        embedder: Gives the model that the hits were found with; called at each question.
    """

    name = "extractive"

    def __init__(self, embedder: Callable[[], Embedder]) -> None:
        self._embedder = embedder

    def draft(self, question: Question, hits: Sequence[Hit]) -> Draft:
        """Choose the nearest sentence of the hits that is neither a heading nor a question.

        Args:
            question: What is asked.
            hits: Retrieved for it, best first; none gives an empty draft of confidence 0.

        Returns:
            A draft without a short answer, whose confidence is the probability that its sentence
            answers.
        """
        ranked = self.nearest(question, hits)
        if not ranked:
            return Draft(sentences=(), confidence=0.0)
        first = ranked[0]
        sentence = first.sentence
        evidence = Evidence(hit=first.hit, start=sentence.start, end=sentence.end)
        return Draft(
            sentences=(DraftSentence(text=sentence.text, evidence=(evidence,)),),
            confidence=confidence(hits, first),
            ranked=tuple(one.sentence for one in ranked[:_RANKED]),
        )

    def nearest(self, question: Question, hits: Sequence[Hit]) -> list[Near]:
        """Return the sentences of the hits that may answer, nearest first; ties in their order.

        Raises:
            EmbeddingError: The embedding model cannot be loaded.
        """
        found = [
            Near(hit=hit, sentence=one.sentence, similarity=one.similarity)
            for hit in hits
            for one in hit.sentences
            if not _is_head(one)
        ]
        found.sort(key=lambda near: -near.similarity)
        best = self._with_titles(question, found[:_WITH_TITLE])
        return [*sorted(best, key=lambda near: -near.similarity), *found[_WITH_TITLE:]]

    def _with_titles(self, question: Question, best: Sequence[Near]) -> list[Near]:
        if not best:
            return []
        embedder = self._embedder()
        texts = [f"{near.hit.card.title}: {near.sentence.text}" for near in best]
        cosines = embedder.embed(texts) @ embedder.embed_question(question.text)
        return [
            replace(near, similarity=(near.similarity + float(cosine)) / 2)
            for near, cosine in zip(best, cosines, strict=True)
        ]


def confidence(hits: Sequence[Hit], first: Near) -> float:
    """Return the probability that a sentence answers, 0 to 1: a logistic of how it stands out."""
    fitted = _fitted()
    if sum(len(hit.sentences) for hit in hits) < _LEAST_SENTENCES:
        return fitted["threshold"]
    odds = fitted["weight"] * stands_out(hits, first) + fitted["intercept"]
    return float(1.0 / (1.0 + np.exp(-odds)))


def stands_out(hits: Sequence[Hit], first: Near) -> float:
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
