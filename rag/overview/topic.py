"""Tells what an overview is asked of: "What is this about?", "Tell me about X", and what names X.

A question for a fact asks of no whole. A topic is read into words once; a document speaks of it
where its title and neighbouring sentences have its names.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from index.data_files import data_toml
from index.terms import content_terms, terms
from rag.compound import LONGEST_READ
from rag.follow_up import stand_alone
from rag.question import Question, read_question
from rag.types import Turn

_MARKS = " \t?!.:;,…\"“”'"
_NAME = re.compile(r"[A-ZÀ-Þ0-9]")
_ENOUGH = 2 / 3
"""Share of a long topic's common words that a document must have; its names all."""
_LONG = 3
"""Common words from which a topic is long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """What an overview is asked of."""

    topic: str = ""
    """As it was written; empty where the articles themselves are asked about."""
    in_time: bool = False
    """Whether what happened is asked for in order of time."""


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


def read_whole(question: str) -> Whole | None:
    """Return what a question asks an overview of; None where it asks for something else.

    Args:
        question: In words, in any case; empty text asks for nothing. One of which
            `rag.question.may_ask_of_all` says no never does.
    """
    if len(question) > LONGEST_READ:
        return None
    plain = question.replace("’", "'").strip(_MARKS)
    if any(form.fullmatch(plain) for form in _forms("forms")):
        return Whole()
    for form in _forms("timeline"):
        if found := form.fullmatch(plain):
            told = _of(found["topic"]) if found["topic"] else Whole()
            return replace(told, in_time=True) if told else None
    for form in _forms("topical"):
        found = form.fullmatch(plain)
        if found:
            return _of(found["topic"] or "it")
    return None


def in_full(question: Question, history: Sequence[Turn]) -> Question | None:
    """Return a question of the whole as it is meant in a conversation; None for any other.

    "Summarize the article" stays as it is; "Tell me more about it" is asked of what the question
    before was about, where that can be told.

    Args:
        question: As it was asked.
        history: The turns before it, oldest first; at least one.
    """
    whole = read_whole(question.text)
    if whole is None or whole.topic:
        return None
    asks = data()["asks"]
    words = question.text.casefold().strip(_MARKS).split()
    if words[-1] not in asks["pronominal"].split() and words[-2:-1] not in (["it"], ["more"]):
        return question
    meant = stand_alone(read_question(asks["spoken_of"]), history)
    return meant if meant.text != asks["spoken_of"] else question


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
        kind = not named and word.casefold() in data()["asks"]["kinds"].split()
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


def speaks_of(topic: Topic, title: str, texts: Iterable[str]) -> bool:
    """Say whether a document names a topic: its title with two neighbouring sentences at most.

    Every name must be there, each whole in the title or in one sentence, and of the common words
    all, or of three and more two thirds.
    """
    of_title = frozenset(terms(title))
    before: frozenset[str] = frozenset()
    for text in texts:
        held = frozenset(terms(text))
        if _named(topic, (of_title, before, held)):
            return True
        before = held
    return _named(topic, (of_title,))


def _of(written: str) -> Whole | None:
    """Return the overview of a topic as it was written, without what goes before and after it."""
    topic = _bare(written)
    first = topic.partition(" ")[0].casefold()
    if not topic or first in data()["asks"]["no_topic"].split():
        return None
    return Whole() if _whole().fullmatch(written.strip(_MARKS)) else Whole(topic=topic)


def _bare(written: str) -> str:
    topic, before = written.strip(_MARKS), ""
    while topic != before:
        before = topic
        for form in _forms("lead"):
            found = form.match(topic)
            topic = topic[found.end() :] if found else topic
        for form in _forms("tail"):
            found = re.search(rf"{form.pattern}$", topic, re.IGNORECASE)
            topic = topic[: found.start()] if found else topic
        topic = topic.strip(_MARKS)
    return topic


def _named(topic: Topic, places: Sequence[frozenset[str]]) -> bool:
    if not all(any(name <= held for held in places) for name in topic.names):
        return False
    together = frozenset().union(*places)
    found = sum(word <= together for word in topic.common)
    wanted = len(topic.common)
    least = math.ceil(_ENOUGH * wanted) if wanted >= _LONG else wanted
    return bool(topic.names or topic.common) and found >= least


def _parts(known: list[str]) -> list[str]:
    """Return a word's terms without the joined form of a compound, which "Iwo To" lacks."""
    return known[:-1] if len(known) > 1 and known[-1] == "".join(known[:-1]) else known


@cache
def data() -> dict[str, Any]:
    """Return the tables of `rag/data/overview.toml`."""
    return data_toml("rag", "overview.toml")


@cache
def _whole() -> re.Pattern[str]:
    asks = data()["asks"]
    text, pointing = (f"(?:{'|'.join(asks[n].split())})" for n in ("text", "pointing"))
    every = r"(?:all|both|any|each|every|two)"
    several = rf"(?:{every} of {pointing}|{every}|{pointing}(?: {every})?)"
    described = f"(?:(?:{'|'.join(asks['described'].split())}) )?"
    library = r"(?:library|collection|folder|archive)"
    return re.compile(
        rf"(?:{several} {described}(?:{text}|{library})(?: (?:here|above|all))?|{several}|{text})",
        re.IGNORECASE,
    )


@cache
def _forms(name: str) -> tuple[re.Pattern[str], ...]:
    asks = data()["asks"]
    put = {
        "{whole}": _whole().pattern,
        "{text}": f"(?:{'|'.join(asks['text'].split())})",
        "{please}": asks["please"],
    }

    def filled(form: str) -> re.Pattern[str]:
        for hole, pattern in put.items():
            form = form.replace(hole, pattern)
        return re.compile(form, re.IGNORECASE)

    return tuple(filled(form) for form in asks[name])
