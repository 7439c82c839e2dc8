"""Finds the noun phrases of a question by its word order, such as "the bridge over the Elbe".

No parser: a phrase runs from its determiner to a preposition, an auxiliary or the verb. What the
verb is, the auxiliary before it tells, its ending, and how far the answer has the same words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from index.data_files import data_toml
from index.terms import terms

_WORD = re.compile(r"[\w’'\-]+")
_PARTICIPLE = re.compile(r"\w{2,}(?:ed|en|ing|ened)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class NounPhrase:
    """A noun phrase and where it stands in its question."""

    text: str
    """From the determiner to the last noun, without what prepositions hang on it."""
    tail: str
    """What prepositions hang on it, such as "of the club"; empty where nothing does."""
    start: int
    end: int
    """Offsets of both together in the question."""

    @property
    def head(self) -> str:
        """The term of its last noun."""
        return head_of(self.text)

    @property
    def whole(self) -> str:
        """The phrase with its tail, said with "the"."""
        nouns = self.text.split(maxsplit=1)[1]
        return " ".join(filter(None, ["the", nouns, self.tail]))


def head_of(phrase: str) -> str:
    """Return the term of the last word; empty for no word."""
    found = terms(phrase)
    return found[-1] if found else ""


def is_one_of(kind: str, word: str) -> bool:
    """Say whether a word is of a list in `rag/data/follow_up.toml`, whatever its case."""
    return word.casefold() in _set(kind)


def noun_phrases(question: str, *, said: str = "") -> list[NounPhrase]:
    """Return the phrases that begin with a determiner, in order, those inside a tail too.

    Args:
        question: In words.
        said: Its answer, whose words tell where a phrase ends.
    """
    matches = list(_WORD.finditer(question))
    words = [match.group() for match in matches]
    known = f" {' '.join(_WORD.findall(said)).casefold()} "
    found = []
    for n, word in enumerate(words[:-1]):
        if not is_one_of("determiner", word):
            continue
        core, end = _ends(words, n, known=known)
        if core > n + 1:
            found.append(
                NounPhrase(
                    text=question[matches[n].start() : matches[core - 1].end()],
                    tail=question[matches[core].start() : matches[end - 1].end()]
                    if end > core
                    else "",
                    start=matches[n].start(),
                    end=matches[end - 1].end(),
                )
            )
    return found


def _ends(words: Sequence[str], n: int, *, known: str) -> tuple[int, int]:
    """Return where the nouns of a phrase end, and where its tail does."""
    core = _stop(words, n + 1)
    end = core
    while end < len(words) - 1 and is_one_of("preposition", words[end]):
        nouns = end + 2 if is_one_of("determiner", words[end + 1]) else end + 1
        if _stop(words, nouns) == nouns:
            break
        end = _stop(words, nouns)
    before = words[n - 1].casefold() if n else ""
    if not is_one_of("auxiliary", before):
        return core, end
    if core - n > 2 and _is_verb(words[core - 1]):
        return core - 1, core - 1
    asks_if = n == 1
    if (
        is_one_of("copula", before)
        and not asks_if
        and not (end - n > 2 and _is_verb(words[end - 1]))
    ):
        return core, end
    last = _said(words, n, end, known=known) or max(end - 1, n + 2)
    return min(core, last), last


def _said(words: Sequence[str], n: int, end: int, *, known: str) -> int:
    """Return how far the answer has the phrase's words; 0 where not even the first noun."""
    for last in range(end, n + 1, -1):
        if f" {' '.join(words[n + 1 : last]).casefold()} " in known:
            return last if last < end else end - 1
    return 0


def _stop(words: Sequence[str], n: int) -> int:
    """Return the place of the first word from n on that is no noun or adjective."""
    while n < len(words) and not any(
        is_one_of(kind, words[n]) for kind in ("preposition", "determiner", "auxiliary", "joining")
    ):
        n += 1
    return n


def _is_verb(word: str) -> bool:
    return bool(_PARTICIPLE.match(word)) or is_one_of("participle", word)


@cache
def _set(kind: str) -> frozenset[str]:
    return frozenset(data_toml("rag", "follow_up.toml")[kind].split())
