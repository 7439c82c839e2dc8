"""What a language model reads of passages: their sentences, numbered, but those that give orders.

Passages stand in the order of their documents, not by rank: over the same passages the next
question then begins with the same words, which a model's server need not read again.

A sentence that tells the program which reads it what to do, instead of saying something, is no
evidence for an answer either. It stays stored and searchable: this is a second line of defence
behind the check of every claim, and a question that uses the same words, about an article on such
attacks, may still be answered with it.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from index.data_files import data_toml
from index.terms import content_terms, terms
from index.types import Hit, Sentence
from rag.types import Answer, DraftPart

if TYPE_CHECKING:
    from rag.verification.claims import Claim

_MARK = 8
"""Characters of a mark, which begins many lines: two cost about a token."""
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


def nonce_of(*texts: str) -> str:
    """Return a mark that stands in none of the texts: nobody who wrote one could foresee it.

    It is made from the texts themselves, so that the same question over the same sources gives the
    same prompt and a recorded reply can be found again.
    """
    joined = "\0".join(texts)
    digest = hashlib.sha256(joined.encode("utf-8")).hexdigest()
    while digest[:_MARK] in joined:
        digest = hashlib.sha256(digest.encode("ascii")).hexdigest()
    return digest[:_MARK]


def inert(text: str) -> str:
    """Take from a text what a model's server may read as the beginning or end of a message."""
    return text.replace("<|", "< |").replace("[INST]", "[ INST]").replace("[/INST]", "[ /INST]")


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    forms = data_toml("rag", "orders.toml")["forms"]
    return tuple(re.compile(form, re.IGNORECASE) for form in forms)


_NEAREST = 3
"""Sentences that are named as the likeliest."""

Place = tuple[str, int]
"""A document's id and where a sentence of it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The sentences that a model is shown, each with its number from 1 on."""

    text: str
    """As a prompt has them, each passage under a line that begins with the nonce."""
    nonce: str
    sources: Mapping[int, int]
    """For each number that of its passage in the list of hits, from 1."""

    def of_passages(self, claim: "Claim") -> "Claim":
        """Return a claim whose numbers of sentences are those of their passages."""
        cited = dict.fromkeys(self.sources[n] for n in claim.cited if n in self.sources)
        return replace(claim, cited=tuple(cited))


def sheet(hits: Sequence[Hit], quoted: Answer | None, steps: Sequence[DraftPart] = ()) -> Sheet:
    """Number the sentences of passages, and say behind them what was found without a model.

    Args:
        hits: Best first.
        quoted: The answer without a model; None where there is none.
        steps: What was looked up one by one.
    """
    nonce = nonce_of(*sorted(hit.passage.text for hit in hits))
    lines: list[str] = []
    sources: dict[int, int] = {}
    numbers: dict[Place, int] = {}
    for place, hit in sorted(enumerate(hits, start=1), key=_in_reading_order):
        lines.append(f"{nonce} {inert(hit.card.title)}")
        for scored in hit.sentences:
            number = len(sources) + 1
            sources[number] = place
            numbers[scored.sentence.document_id, scored.sentence.start] = number
            lines.append(f"[{number}] {inert(' '.join(scored.sentence.text.split()))}")
    if quoted is not None:
        lines.append(f"{nonce} program: {inert(_found(quoted, numbers))}")
    lines += [f"{nonce} program: {inert(_looked_up(step, numbers))}" for step in steps]
    return Sheet(text="\n".join([*lines, f"{nonce} end"]), nonce=nonce, sources=sources)


def _in_reading_order(numbered: tuple[int, Hit]) -> tuple[str, int]:
    passage = numbered[1].passage
    return passage.document_id, passage.start


def _found(quoted: Answer, numbers: Mapping[Place, int]) -> str:
    """Return what is taken for the answer, and the sentences that most probably have it."""
    near = _named(quoted.ranked, numbers)
    if quoted.status == "abstained" or quoted.is_overview:
        return f"no sure answer. Nearest: {near}" if near else "no sure answer."
    places = [(c.document_id, c.start) for c in quoted.citations]
    rest = "".join(f"[{numbers[place]}]" for place in places if place in numbers)
    words = quoted.short or "; ".join(part.text for part in quoted.parts if part.text)
    return f'"{words}" {rest}' if words else rest or f"no sure answer. Nearest: {near}"


def _looked_up(step: DraftPart, numbers: Mapping[Place, int]) -> str:
    """Return a search with the words that answer it, and the sentences that have them."""
    places = [(e.hit.passage.document_id, e.start) for e in step.evidence]
    rest = "".join(f"[{numbers[place]}]" for place in places if place in numbers)
    return f'{step.asked} "{step.text}" {rest}' if step.text else f"{step.asked} no sure answer."


def _named(ranked: Sequence[Sentence], numbers: Mapping[Place, int]) -> str:
    known = (numbers.get((sentence.document_id, sentence.start)) for sentence in ranked)
    return "".join(f"[{number}]" for number in [n for n in known if n][:_NEAREST])
