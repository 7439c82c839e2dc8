"""Finds what other documents say otherwise than an answer, and of other things than it.

Of one thing that is a disagreement. Of two things, as of two bridges where it was asked when the
bridge was opened, it is two answers, each with the name of its thing.
"""

from collections.abc import Sequence
from typing import Protocol

from index.terms import content_terms, terms
from rag.answer.confidence import Weighed
from rag.answer.several import limits
from rag.question import Question, names
from rag.same_thing import are_asked_alike, are_two_things, names_both, own_words
from rag.types import DraftSentence, Evidence

_NEAR = 0.5
"""Share of the shorter sentence's terms that another must have to be compared with it at all."""


_TRIED = 6
"""Sentences that may be of other things."""
_MOST = 2
"""Such sentences that are shown."""
_LONGEST_TITLE = 80


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


def of_other_things(
    question: Question, answer: Weighed, weighed: Sequence[Weighed]
) -> list[Weighed]:
    """Return the sentences that answer as well, of things that the question does not tell apart.

    One of each document at most, whose title names another thing than the answer's: one that the
    question has the common word of, as "the bridge", or that is told of in much the same words. A
    question with a name in it is of one thing.

    Args:
        question: What is asked.
        answer: The sentence that answers.
        weighed: All that were weighed, most probable first.
    """
    if names(question.text):
        return []
    own = answer.candidate.hit.card.sha256
    found: dict[str, Weighed] = {}
    for one in weighed[:_TRIED]:
        sha256 = one.candidate.hit.card.sha256
        if sha256 == own or not _is_of_another(one, answer, question):
            continue
        if sha256 not in found or _alike(one, answer) > _alike(found[sha256], answer):
            found[sha256] = one
    return list(found.values())[:_MOST]


def named(one: Weighed, others: Sequence[Weighed]) -> DraftSentence:
    """Quote a sentence with its document's title before it, where it does not name its thing."""
    own = frozenset[str]().union(*(own_words(one.evidence, other.evidence) for other in others))
    title = one.candidate.hit.card.title
    if len(title) > _LONGEST_TITLE:
        title = f"{title[:_LONGEST_TITLE].rstrip()}…"
    text = one.text if own & set(terms(one.text)) else f"{title}: {one.text}"
    return DraftSentence(text=text, evidence=(one.evidence,))


def _is_of_another(one: Weighed, answer: Weighed, question: Question) -> bool:
    """Say whether a sentence answers of another thing that the question may mean as well."""
    return (
        are_two_things(answer.evidence, one.evidence)
        and are_asked_alike(question.text, answer.evidence, one.evidence)
        and (_are_near(answer, one) or names_both(question.text, answer.evidence, one.evidence))
        and _shares(question, answer) <= _shares(question, one)
        and one.reading is not None
        and one.reading.span > 0
        and one.probability >= limits().sure * answer.probability
    )


def _alike(one: Weighed, other: Weighed) -> float:
    """Return the share of words that two sentences have in common, 0 to 1."""
    mine, yours = set(terms(one.text)), set(terms(other.text))
    return len(mine & yours) / max(len(mine | yours), 1)


def _shares(question: Question, one: Weighed) -> int:
    """Count the words of the question that a sentence's passage and title have."""
    hit = one.candidate.hit
    held = set(terms(f"{hit.card.title}\n{hit.passage.text}"))
    return len(held & set(content_terms(question.text)))


def _are_near(answer: Weighed, one: Weighed) -> bool:
    """Tell whether comparing is worth while: what compares takes 0.2 s to load the first time."""
    if one.candidate.hit.card.sha256 == answer.candidate.hit.card.sha256:
        return False
    mine, yours = (set(content_terms(other.text)) for other in (answer, one))
    return len(mine & yours) >= _NEAR * min(len(mine), len(yours))
