"""Tells a question of the whole from one for a fact: "What is this about?", "Tell me about X"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from index.data_files import data_toml
from rag.compound import LONGEST_READ
from rag.follow_up import stand_alone
from rag.question import Question, read_question
from rag.types import Turn

_MARKS = " \t?!.:;,…\"“”'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """What an overview is asked of."""

    topic: str = ""
    """As it was written; empty where the articles themselves are asked about."""


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
    if read_whole(question.text) != Whole():
        return None
    asks = data()["asks"]
    words = question.text.casefold().strip(_MARKS).split()
    if words[-1] not in asks["pronominal"].split() and words[-2:-1] not in (["it"], ["more"]):
        return question
    meant = stand_alone(read_question(asks["spoken_of"]), history)
    return meant if meant.text != asks["spoken_of"] else question


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
