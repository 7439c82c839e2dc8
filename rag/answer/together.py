"""Puts the answers to the parts of a question together; each was found and weighed on its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.types import Sentence
from rag.types import Draft, DraftPart, DraftSentence, Reason

_RANKED = 10
"""Sentences named in `Answer.ranked`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A part of a question with what is proposed for it."""

    asked: str
    """As it is shown."""
    draft: Draft
    reason: Reason | None
    """Why the part is not answered; None where it is."""


def together(drafted: Sequence[Drafted]) -> Draft:
    """Return one draft: the sentences in order without repeats, and a line a part.

    Its confidence is the least of the parts that are answered: all of them are shown. Where none
    is, it is the greatest, which was not enough either.

    Args:
        drafted: At least one.
    """
    answered = [one for one in drafted if one.reason is None]
    sure = [one.draft.confidence for one in answered or drafted]
    ranked = dict.fromkeys(_by_turns([one.draft.ranked for one in drafted]))
    return Draft(
        sentences=_once([s for one in answered for s in one.draft.sentences]),
        confidence=min(sure) if answered else max(sure),
        parts=tuple(_part(one) for one in drafted),
        ranked=tuple(ranked)[:_RANKED],
    )


def _by_turns(ranked: Sequence[Sequence[Sentence]]) -> list[Sentence]:
    """Return the first sentence of each part, then the second ones, and so on."""
    longest = max(len(one) for one in ranked)
    return [one[n] for n in range(longest) for one in ranked if n < len(one)]


def _part(one: Drafted) -> DraftPart:
    """Return the line of a part: its short answer, else its first sentence, else nothing."""
    if one.reason is not None:
        return DraftPart(asked=one.asked, text="", evidence=())
    first = one.draft.sentences[0]
    return DraftPart(asked=one.asked, text=one.draft.short or first.text, evidence=first.evidence)


def _once(sentences: Sequence[DraftSentence]) -> tuple[DraftSentence, ...]:
    """Leave out what was quoted before; of two marks in one sentence the first is kept."""
    kept: dict[object, DraftSentence] = {}
    for sentence in sentences:
        places = [(e.hit.passage.document_id, e.start, e.end) for e in sentence.evidence]
        kept.setdefault(tuple(places), sentence)
    return tuple(kept.values())
