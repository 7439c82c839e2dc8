"""Finds sentences that give orders to the program that reads them, instead of saying something.

Such a sentence is no evidence for an answer and is not shown to a language model. It stays stored
and searchable: this is a second line of defence behind the check of every claim, and a question
that uses the same words, about an article on such attacks, may still be answered with it.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from index.data_files import data_toml
from index.terms import content_terms, terms
from index.types import Hit

_LONGEST = 2000
"""Characters of a sentence that are looked at; the forms look at most some dozens ahead."""


def gives_orders(sentence: str, *, asked: str = "") -> bool:
    """Say whether a sentence tells a program what to do or passes for a part of its input.

    Args:
        sentence: From a document.
        asked: The question; a sentence of a form that it has too is what it asks about.
    """
    text = sentence[:_LONGEST].replace("’", "'")
    found = [form for form in _forms() if form.search(text)]
    return bool(found) and not any(form.search(asked) for form in found)


def without_orders(hits: Iterable[Hit], *, asked: str) -> tuple[tuple[Hit, ...], tuple[str, ...]]:
    """Take the sentences that give orders out of hits.

    Returns:
        The hits without them, those of nothing else left out, and the sentences taken out.
    """
    kept: list[Hit] = []
    orders: list[str] = []
    for hit in hits:
        sentences = []
        for scored in hit.sentences:
            if gives_orders(scored.sentence.text, asked=asked):
                orders.append(scored.sentence.text)
            else:
                sentences.append(scored)
        if len(sentences) == len(hit.sentences):
            kept.append(hit)
        elif sentences:
            kept.append(replace(hit, sentences=tuple(sentences)))
    return tuple(kept), tuple(orders)


def obeys(claim: str, orders: Iterable[str], *, known: Iterable[str]) -> bool:
    """Say whether a claim has a term that only an order has: it was told to say it.

    Args:
        claim: A sentence of a model's answer.
        orders: Sentences that give orders.
        known: The question and the sources, whose terms are anybody's.
    """
    told = {term for order in orders for term in content_terms(order)}
    if not told:
        return False
    return bool(told.difference(*(terms(text) for text in known)).intersection(terms(claim)))


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    forms = data_toml("rag", "orders.toml")["forms"]
    return tuple(re.compile(form, re.IGNORECASE) for form in forms)
