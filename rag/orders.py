"""Finds sentences that give orders to the program that reads them, instead of saying something.

Such a sentence is no evidence for an answer and is not shown to a language model. It stays stored
and searchable: this is a second line of defence behind the check of every claim, and a question
that uses the same words, about an article on such attacks, may still be answered with it.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib.resources import files

from index.types import Hit

_LONGEST = 2000
"""Characters of a sentence that are looked at; the forms look at most some dozens ahead."""


def gives_orders(sentence: str, *, asked: str = "") -> bool:
    """Say whether a sentence tells a program what to do or passes for a part of its input.

    Args:
        sentence: From a document.
        asked: The question; a form that it has too is not counted.
    """
    text = sentence[:_LONGEST].replace("’", "'")
    return any(form.search(text) and not form.search(asked) for form in _forms())


def without_orders(hits: Iterable[Hit], *, asked: str) -> tuple[Hit, ...]:
    """Return the hits without sentences that give orders; a hit of nothing else is left out."""
    kept = []
    for hit in hits:
        sentences = tuple(
            s for s in hit.sentences if not gives_orders(s.sentence.text, asked=asked)
        )
        if len(sentences) == len(hit.sentences):
            kept.append(hit)
        elif sentences:
            kept.append(replace(hit, sentences=sentences))
    return tuple(kept)


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    source = files("rag").joinpath("data/orders.toml").read_text(encoding="utf-8")
    return tuple(re.compile(form, re.IGNORECASE) for form in tomllib.loads(source)["forms"])
