"""A question put in full, and what was retrieved for it or for its parts."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import zip_longest

from index.search import Found
from index.types import Hit
from rag import refusal
from rag.comparison import Sides
from rag.compound import Part
from rag.drafting import OfPart
from rag.llm.injection import without_orders
from rag.question import Question
from rag.types import Draft, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question put in full."""

    original: str
    """As it was asked, cleaned."""
    question: Question
    """As it is searched for: it stands alone."""
    started: float
    """When it was asked, as `time.perf_counter` counts."""
    usage: Usage
    """What a language model took to put it in full."""
    failure: str
    """Why the language model could not, and cannot be asked for an answer; empty otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What was retrieved for a question, without the sentences that give orders."""

    found: Found
    """Of a question of several parts the passages of all of them, the best of each first."""
    orders: tuple[str, ...] = ()
    """Those sentences."""
    parts: tuple[OfPart, ...] = ()
    """Of a question of several parts, or the sides of a comparison; empty for any other."""
    sides: Sides | None = None
    """What is compared; None where nothing is."""
    whole: tuple[Hit, ...] = ()
    """Of a comparison, what was retrieved for it as it stands."""
    searched: refusal.Searched = field(default_factory=refusal.Searched)
    """What was looked up for a refusal, should there be one."""
    told: Draft | None = None
    """The overview that the question asks for, without sentences where nothing is to be told;
    None where the question asks for something else."""


def obeying_none(found: Found, question: Question) -> Sources:
    """Leave out the sentences that give orders."""
    hits, orders = without_orders(found.hits, asked=question.text)
    return Sources(found=replace(found, hits=hits), orders=orders)


def together(parts: Sequence[Part], each: Sequence[Sources], sides: Sides | None) -> Sources:
    """Return what was retrieved for all parts as one: the best passage of each, then the next."""
    if not parts:
        return each[0]
    hits = [one.found.hits for one in each]
    first: dict[str, Hit] = {}
    for hit in (hit for rank in zip_longest(*hits) for hit in rank if hit is not None):
        first.setdefault(hit.passage.id, hit)
    return Sources(
        found=replace(
            reduce(Found.joined, [one.found for one in each]),
            hits=tuple(first.values()),
        ),
        orders=tuple(dict.fromkeys(order for one in each for order in one.orders)),
        parts=tuple(OfPart(part=p, hits=h) for p, h in zip(parts, hits, strict=False)),
        sides=sides,
        whole=hits[-1],
    )
