"""Tells small talk from questions, and what is said to it; no article is searched for it."""

import re
from functools import cache

from index.data_files import data_toml

_LONGEST = 120
"""Characters from which a message says more than a greeting."""
_APOSTROPHE = re.compile(r"['’]")
_NO_WORD = re.compile(r"[\W_]+")


def reply(message: str) -> str | None:
    """Return one friendly sentence to small talk; None where something else is in the message.

    Every word must belong to small talk: "Hi, when did the bridge open?" is a question. Empty text
    gives None.
    """
    if len(message) > _LONGEST:
        return None
    words = _NO_WORD.sub(" ", _APOSTROPHE.sub("", message.casefold())).strip()
    if not _whole().fullmatch(words):
        return None
    kinds = {_kind_of()[said] for said in _phrases().findall(words)} - {"filler"}
    return next((answer for kind, answer in _answers() if kind in kinds), None)


@cache
def _kind_of() -> dict[str, str]:
    """Return the kind of each phrase."""
    said = data_toml("rag", "small_talk.toml")["said"]
    return {phrase: kind for kind, phrases in said.items() for phrase in phrases}


@cache
def _answers() -> tuple[tuple[str, str], ...]:
    """Return the kinds with their answers, what asks something before what only greets."""
    answers = data_toml("rag", "small_talk.toml")["answers"]
    order = ("help", "self", "joke", "feeling", "thanks", "parting", "greeting", "agreed")
    return tuple((kind, answers[kind]) for kind in order)


@cache
def _phrases() -> re.Pattern[str]:
    longest_first = sorted(_kind_of(), key=lambda phrase: (-len(phrase), phrase))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b")


@cache
def _whole() -> re.Pattern[str]:
    return re.compile(rf"{_phrases().pattern}(?: {_phrases().pattern})*")
