"""Whether a document speaks of a topic by its name, and in which sentences."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from index.data_files import data_toml
from index.terms import content_terms, terms
from rag.overview.statements import Statement

_NAME = re.compile(r"[A-ZÀ-Þ0-9]")
_ENOUGH = 2 / 3
"""Share of a long topic's common words that a document must have; its names all."""
_LONG = 3
"""Common words from which a topic is long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic's words as terms; each word is a set of which all must be there, or the joined form.

    A name of several words is there only where one sentence, or a title, has all of them.
    """

    text: str
    names: tuple[frozenset[str], ...]
    """The terms of each run of capitalised words."""
    common: tuple[frozenset[str], ...]
    """The terms of each other word."""

    @property
    def terms(self) -> frozenset[str]:
        """All of them."""
        return frozenset().union(*self.names, *self.common)


def read_topic(text: str) -> Topic:
    """Read a topic; one of function words alone is taken word by word.

    What a name is of adds nothing to it: "the company Siemens" is Siemens.
    """
    runs: list[list[str]] = []
    common: list[frozenset[str]] = []
    before = kind = False
    for word in text.split():
        known = content_terms(word) or ([] if content_terms(text) else terms(word))
        named = bool(_NAME.match(word.strip("\"'“”‘’(")))
        if named and kind:
            common.pop()
        kind = not named and word.casefold() in _kinds()
        if known and named:
            runs[-1:] = [[*runs[-1], *_parts(known)]] if before else [*runs[-1:], _parts(known)]
        elif known:
            common.append(frozenset(_parts(known)))
        before = named and bool(known)
    return Topic(text=text, names=tuple(frozenset(run) for run in runs), common=tuple(common))


def mentions(topic: Topic, held: frozenset[str]) -> float:
    """Return which share of a topic's names and words is among the terms of a text, 0 to 1."""
    wanted = (*topic.names, *topic.common)
    return sum(one <= held for one in wanted) / len(wanted) if wanted else 0.0


def speaks_of(topic: Topic, title: str, statements: Sequence[Statement]) -> bool:
    """Say whether a document names a topic: its title with two neighbouring sentences at most.

    Every name must be there, each whole in the title or in one sentence, and of the common words
    all, or of three and more two thirds.
    """
    of_title = frozenset(terms(title))
    before: frozenset[str] = frozenset()
    for one in statements:
        held = frozenset(terms(one.text))
        if _named(topic, (of_title, before, held)):
            return True
        before = held
    return _named(topic, (of_title,))


def _named(topic: Topic, places: Sequence[frozenset[str]]) -> bool:
    if not all(any(name <= held for held in places) for name in topic.names):
        return False
    together = frozenset().union(*places)
    found = sum(word <= together for word in topic.common)
    wanted = len(topic.common)
    least = math.ceil(_ENOUGH * wanted) if wanted >= _LONG else wanted
    return bool(topic.names or topic.common) and found >= least


@cache
def _kinds() -> frozenset[str]:
    return frozenset(data_toml("rag", "overview.toml")["asks"]["kinds"].split())


def _parts(known: list[str]) -> list[str]:
    """Return a word's terms without the joined form of a compound, which "Iwo To" lacks."""
    return known[:-1] if len(known) > 1 and known[-1] == "".join(known[:-1]) else known
