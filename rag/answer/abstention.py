"""Decides when the documents do not say, and how that is said."""

from collections.abc import Sequence

from index.terms import content_terms, has_words
from index.types import Hit
from rag.reader.confidence import weights
from rag.types import Draft, Reason

_SAYS: dict[Reason, str] = {
    "no_match": "The documents do not say: nothing in them matches the question.",
    "weak_match": "The documents do not say.",
    "empty_library": "The library is empty: add articles first.",
    "empty_question": "The question is empty: ask it in words.",
    "declined": "The documents do not say.",
    "unsupported": "The documents do not say: nothing that the language model wrote is in them.",
}


def why_abstain(
    question: str, hits: Sequence[Hit], draft: Draft, *, threshold: float | None
) -> Reason | None:
    """Return why a draft is not shown, or None where it is.

    Args:
        question: What is asked, cleaned.
        hits: Retrieved for it; none means that the library is empty.
        draft: What the answerer proposes.
        threshold: Confidence under which nothing is answered, 0 to 1; None takes the one that was
            calibrated with the reader.
    """
    if not has_words(question):
        return "empty_question"
    if not hits:
        return "empty_library"
    shared = any(scored.coverage > 0 for hit in hits for scored in hit.sentences)
    if not draft.sentences or not shared or not content_terms(question):
        return "no_match"
    wanted = weights().threshold if threshold is None else threshold
    return "weak_match" if draft.confidence < wanted else None


def says(reason: Reason) -> str:
    """Return the sentence that tells a user why there is no answer."""
    return _SAYS[reason]
