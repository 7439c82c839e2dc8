"""What a language model reads of a question's passages: their sentences, numbered; what was found.

Passages stand in the order of their documents, not by rank: over the same passages the next
question then begins with the same words, which a model's server need not read again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index.types import Hit, Sentence
from rag.llm.prompting import inert, nonce_of
from rag.types import Answer, DraftPart
from rag.verification.claims import Claim

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

    def of_passages(self, claim: Claim) -> Claim:
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
