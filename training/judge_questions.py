"""Rewrites questions as people type them: no mark, slips, key words, a clause before."""

import random
import re

from index.terms import content_terms

_SLIP = 0.06
_BARE = 0.15
_KEYS = 0.05
_CLAUSE = 0.06
_WORD = re.compile(r"[A-Za-z]{5,}")
_MOST = 160
"""Characters of a clause put before a question."""


def varied(question: str, clause: str, chance: random.Random, *, keys: bool = True) -> str:
    """Return a question as it stands, or changed in a way that leaves its meaning.

    Args:
        question: As it was written.
        clause: A sentence of its article that does not answer it, or empty.
        chance: What is drawn from.
        keys: Whether it may become key words, as a statement may not.
    """
    if keys and chance.random() < _KEYS:
        kept = _keys(question)
        return kept or question
    if chance.random() < _SLIP:
        question = _slipped(question, chance)
    if chance.random() < _BARE:
        question = question.rstrip("? ")
    if clause and len(clause) <= _MOST and chance.random() < _CLAUSE:
        question = f"{clause} {question}"
    return question


def _keys(question: str) -> str:
    """Return the words of a question that are no function words; empty for fewer than two."""
    words = [word for word in question.rstrip("?").split() if content_terms(word)]
    return " ".join(words) if len(words) > 1 else ""


def _slipped(question: str, chance: random.Random) -> str:
    """Return a question with one word misspelt."""
    words = list(_WORD.finditer(question))
    if not words:
        return question
    word = chance.choice(words)
    at = chance.randrange(word.start() + 1, word.end() - 1)
    ways = [
        question[:at] + question[at + 1 :],
        question[:at] + question[at] + question[at:],
        question[:at] + question[at + 1] + question[at] + question[at + 2 :],
    ]
    return chance.choice(ways)
