"""A question put in full, and what was retrieved for it or for its parts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import zip_longest

from index.scope import EVERYTHING, Scope
from index.search import Found
from index.store.library import Moment
from index.types import Hit, Sentence
from rag import refusal
from rag.comparison import Sides
from rag.compound import Part
from rag.drafting import Drafted, Drafting, OfPart, part_of, told_apart
from rag.llm.sources import without_orders
from rag.over_time import found_until
from rag.question import Question, read_question
from rag.types import Draft, DraftPart, Usage

_A_STEP = 2
"""Passages that a language model reads for each search."""


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
    scope: Scope = EVERYTHING
    """Which articles are searched."""


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
    steps: tuple[DraftPart, ...] = ()
    """What was looked up one by one, where a language model took the question apart."""


def obeying_none(found: Found, question: Question) -> Sources:
    """Leave out the sentences that give orders."""
    hits, orders = without_orders(found.hits, asked=question.text)
    return Sources(found=replace(found, hits=hits), orders=orders)


def together(parts: Sequence[Part], each: Sequence[Sources], sides: Sides | None) -> Sources:
    """Return what was retrieved for all parts as one: the best passage of each, then the next."""
    if not parts:
        return each[0]
    hits = [one.found.hits for one in each]
    return replace(
        merged(each),
        parts=tuple(OfPart(part=p, hits=h) for p, h in zip(parts, hits, strict=False)),
        sides=sides,
        whole=hits[-1],
    )


def merged(each: Sequence[Sources]) -> Sources:
    """Return what was retrieved by several searches: the best passage of each, then the next."""
    first: dict[str, Hit] = {}
    for rank in zip_longest(*(one.found.hits for one in each)):
        for hit in rank:
            if hit is not None:
                first.setdefault(hit.passage.id, hit)
    found = reduce(Found.joined, [one.found for one in each])
    return Sources(
        found=replace(found, hits=tuple(first.values())),
        orders=tuple(dict.fromkeys(order for one in each for order in one.orders)),
    )


def looked_up(
    searches: Sequence[str], sources: Sources, moment: Moment, *, drafting: Drafting, k: int
) -> Sources:
    """Search one by one, and return what was found beside what one search gave.

    Args:
        searches: As `rag.llm.planning.read_searches` gives them.
        sources: What one search gave.
        moment: The library.
        drafting: Answers each search.
        k: Passages of a search.

    Raises:
        LibraryError: The library cannot be read.
    """
    from rag.llm.planning import filled

    steps: list[Drafted] = []
    each: list[Sources] = []
    for search in searches:
        text = filled(search, ["" if s.reason else s.draft.short or "" for s in steps])
        question = read_question(text or search)
        found = found_until(question.query, moment, k=k, until=question.until) if text else Found()
        own = obeying_none(found, question)
        draft, reason = drafting.whole(question, own.found.hits)
        steps.append(Drafted(asked=question.text, draft=draft, reason=reason))
        hits = by_answer(own.found.hits, draft.ranked)
        each.append(replace(own, found=replace(own.found, hits=hits)))
    whole = merged([sources, *each])
    best = merged([*each, sources]).found.hits[: max(k, _A_STEP * len(steps))]
    return replace(
        sources,
        found=replace(whole.found, hits=best),
        orders=whole.orders,
        steps=_once(map(part_of, told_apart(steps))),
    )


def _once(steps: Iterable[DraftPart]) -> tuple[DraftPart, ...]:
    """Leave out a step that found what one before it found."""
    kept: dict[object, DraftPart] = {}
    for step in steps:
        places = tuple((e.hit.passage.document_id, e.start) for e in step.evidence)
        kept.setdefault((step.text, places) if step.text else step.asked, step)
    return tuple(kept.values())


def by_answer(hits: tuple[Hit, ...], ranked: Sequence[Sentence]) -> tuple[Hit, ...]:
    """Return the hits by their most probable sentence; those without a ranked one come last."""
    place = {(sentence.document_id, sentence.start): n for n, sentence in enumerate(ranked)}

    def best(hit: Hit) -> int:
        members = (scored.sentence for scored in hit.sentences)
        known = [place[key] for s in members if (key := (s.document_id, s.start)) in place]
        return min(known, default=len(place))

    return tuple(sorted(hits, key=best))
