"""Finds the sentences that training shows alone, as the reader reads the best ones once more."""

import random
from collections.abc import Sequence

from index.splitting.sentences import split
from index.terms import content_terms
from training.encoded import Encoded

_LENGTHS = range(4, 121)
"""Tokens of a sentence that is shown alone."""
_NEAREST = 0.6
"""Share of the sentences without the answer that are the nearest to the question."""


def holding(context: str, passage: Encoded, answer: tuple[int, int]) -> slice | None:
    """Return the tokens of the sentence that holds an answer's; None where none holds all."""
    for part in _sentences(context, passage):
        if part.start <= answer[0] and answer[1] < part.stop <= part.start + _LENGTHS.stop - 1:
            return part
    return None


def lacking(
    question: str, context: str, passage: Encoded, *, answer: str, chance: random.Random
) -> slice | None:
    """Draw the tokens of a sentence that lacks an answer's words; None where every one has them.

    Most often the one that shares most terms with the question.
    """
    folded = answer.casefold()
    others = [
        part
        for part in _sentences(context, passage)
        if part.stop - part.start in _LENGTHS
        and folded not in said(context, passage, part).casefold()
    ]
    if not others:
        return None
    if chance.random() >= _NEAREST:
        return chance.choice(others)
    asked = set(content_terms(question))
    return max(others, key=lambda o: len(asked & set(content_terms(said(context, passage, o)))))


def said(context: str, passage: Encoded, part: slice) -> str:
    """Return the text of some of a passage's tokens, at least one."""
    return context[passage.offsets[part.start][0] : passage.offsets[part.stop - 1][1]]


def _sentences(context: str, passage: Encoded) -> Sequence[slice]:
    """Return the tokens of each sentence that has any."""
    found, at = [], 0
    for sentence in split(context):
        while at < len(passage.ids) and passage.offsets[at][0] < sentence.start:
            at += 1
        first = at
        while at < len(passage.ids) and passage.offsets[at][1] <= sentence.end:
            at += 1
        if at > first:
            found.append(slice(first, at))
    return found
