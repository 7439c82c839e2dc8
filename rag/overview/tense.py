"""Whether what a sentence dates lies behind or ahead: by the verb that its date goes with."""

import re
from functools import cache
from typing import Any, Literal

from index.data_files import data_toml

Tense = Literal["past", "future", "present", "open"]
"""present: as of what a plan has, "the doors open on Friday". open: no verb tells."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_CHAIN = 3
"""Words from a verb that leads ahead to the participle that belongs to it."""
_CLAUSE = re.compile(r"(?:[;:]|(?<![.\s]\w)\.)\s")
"""No full stop ends it behind a single letter, as in "2 a.m. on Sunday"."""


def tense_at(sentence: str, start: int, end: int) -> Tense:
    """Return the tense of the verb that stands nearest before a date, or else behind it.

    Args:
        sentence: The whole sentence.
        start: Of the date in it.
        end: Of the date, exclusive.
    """
    clause = max((m.end() for m in _CLAUSE.finditer(sentence[:start])), default=0)
    before = _told(sentence[clause:start])
    if before:
        return before[-1]
    behind = _told(_CLAUSE.split(sentence[end:])[0])
    return behind[0] if behind else "open"


def _told(text: str) -> list[Tense]:
    """Return the tense of each verb whose tense shows, in order."""
    found: list[Tense] = []
    words = [word.casefold().replace("’", "'") for word in _WORD.findall(text)]
    ahead = -_CHAIN - 1
    for n, word in enumerate(words):
        if _leads_ahead(words, n):
            found.append("future")
            ahead = n
        elif _is_past(word):
            # "will be shipped", "is to have been opened": the verb that leads tells.
            led = n - ahead <= _CHAIN and word not in words_of("tense", "finite")
            found.append("future" if led else "past")
        elif word in words_of("tense", "present"):
            found.append("present")
    return [tense for tense in found if tense != "present"] or found


def _leads_ahead(words: list[str], n: int) -> bool:
    if words[n] in words_of("tense", "future") or words[n].endswith("'ll"):
        return True
    follows = n + 1 < len(words) and words[n + 1] == "to"
    return follows and words[n] in words_of("tense", "to")


def _is_past(word: str) -> bool:
    if word in words_of("tense", "past"):
        return True
    return len(word) > 3 and word.endswith("ed") and word not in words_of("tense", "no_past")


@cache
def words_of(table: str, name: str) -> frozenset[str]:
    """Return a list of words of `rag/data/timeline.toml`."""
    return frozenset(tables()[table][name].split())


@cache
def tables() -> dict[str, Any]:
    """Return the tables of `rag/data/timeline.toml`."""
    return data_toml("rag", "timeline.toml")
