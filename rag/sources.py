"""A question put in full, and what was retrieved for it or for its parts.

What articles of different days say is put in order: the newest first, older ones as "earlier".
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce
from itertools import zip_longest
from typing import Literal

from index.data_files import data_toml
from index.scope import EVERYTHING, Scope
from index.search import Found, search
from index.store.library import Moment
from index.store.queries import DocumentRow
from index.terms import Query, content_terms, terms
from index.types import Hit, Sentence
from rag import refusal
from rag.answer.changed import answered_by, asks_for_former, replaced
from rag.answer.otherwise import OTHERWISE
from rag.answer.rows import labelled
from rag.comparison import Sides
from rag.compound import Part
from rag.drafting import Drafted, Drafting, OfPart, part_of, told_apart
from rag.llm.prompting import without_orders
from rag.question import Question, read_question, words
from rag.types import Draft, DraftPart, DraftSentence, Evidence, Usage

_A_STEP = 2
"""Passages that a language model reads for each search."""
_EARLIER_LEAD = "Earlier, on {}, another document said: "
_EARLIER = re.compile(r"Earlier, on (\d{4}-\d\d-\d\d), another document said: ")
_SPARE = 5
"""Passages searched for each one wanted, where newer articles are left out."""
_YEAR = re.compile(r"\b(?:1[0-9]|20)\d\d\b")
_WHO = re.compile(r"^(?:who|what|which \w+) \w+s\b", re.IGNORECASE)


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
    for wanted in searches:
        text = filled(wanted, ["" if s.reason else s.draft.short or "" for s in steps])
        question = read_question(text or wanted)
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


def found_until(query: Query, moment: Moment, *, k: int, until: date | None) -> Found:
    """Return the k best passages of articles that are not newer than a day; None takes all.

    An article whose day is not known counts as not newer.

    Raises:
        LibraryError: The library cannot be read.
    """
    if until is None:
        return search(query, moment, k=k)
    found = search(query, moment, k=_SPARE * k)

    def is_older(hit: Hit) -> bool:
        day = _day(hit, found.texts)
        return day is None or day <= until

    return replace(found, hits=tuple(filter(is_older, found.hits))[:k])


def in_time(
    draft: Draft, question: Question, hits: Sequence[Hit], texts: Mapping[str, str]
) -> Draft:
    """Return a draft in which the newest article speaks first, where its value changes over time.

    What another article said before is no disagreement then: "Earlier, on 2023-05-02, another
    document said: ...". Of a year that is asked for the article of that year answers alone. So is
    a figure of minutes of March put right by those of May, which moved or corrected it.

    Args:
        draft: An answer.
        question: What is asked.
        hits: Retrieved for it.
        texts: The whole text of each document, by `Hit.card.sha256`.
    """
    if len(draft.sentences) > 1 and draft.sentences[1].text.startswith(OTHERWISE):
        corrected = _corrected(draft, question, hits, texts)
        return _newest_first(draft, question, texts) if corrected is draft else corrected
    if len(draft.sentences) > 1 and all(_is_titled_line(one) for one in draft.sentences):
        return _newest_line(draft, question, texts)
    return _corrected(draft, question, hits, texts)


def set_against(text: str) -> tuple[Literal["", "otherwise", "earlier"], str]:
    """Return how a sentence of an answer stands to the one before it, and the day of an earlier.

    Args:
        text: As it is shown; of one that stands for itself both are empty.
    """
    if text.startswith(OTHERWISE):
        return "otherwise", ""
    earlier = _EARLIER.match(text)
    return ("earlier", earlier[1]) if earlier else ("", "")


def _newest_first(draft: Draft, question: Question, texts: Mapping[str, str]) -> Draft:
    one, other = draft.sentences[0], _alone(draft.sentences[1])
    days = [_day(sentence.evidence[0].hit, texts) for sentence in (one, other)]
    if days[0] is None or days[1] is None or days[0] == days[1]:
        return draft
    newest_first = days[0] > days[1]
    year = _YEAR.search(question.text)
    if year and (int(year[0]) == days[0].year) != (int(year[0]) == days[1].year):
        right = one if int(year[0]) == days[0].year else other
        return _first(draft, right, swapped=right is other)
    if not _changes(question):
        return draft
    new, old, day = (one, other, days[1]) if newest_first else (other, one, days[0])
    lead = _EARLIER_LEAD.format(day.isoformat())
    span = (old.span[0] + len(lead), old.span[1] + len(lead)) if old.span else None
    told = replace(old, text=f"{lead}{old.text}", span=span)
    return _first(draft, new, told, swapped=not newest_first)


def _is_titled_line(sentence: DraftSentence) -> bool:
    """Say whether a sentence is the line of a form behind its article's title."""
    own = sentence.evidence[0] if sentence.evidence else None
    titled = own is not None and sentence.text == f"{own.hit.card.title}: {own.text}"
    return own is not None and titled and labelled(own.text) is not None


def _newest_line(draft: Draft, question: Question, texts: Mapping[str, str]) -> Draft:
    """Return lines of forms, the newest article's first, where it is asked how something is."""
    days = [_day(one.evidence[0].hit, texts) for one in draft.sentences]
    dated = sorted(
        ((day, one) for day, one in zip(days, draft.sentences, strict=True) if day),
        key=lambda told: told[0],
        reverse=True,
    )
    if len(dated) < len(days) or len(set(days)) < len(days) or not _is_of_now(question):
        return draft
    (_, newest), *others = [(day, _alone(one)) for day, one in dated]
    told = (
        replace(one, text=_EARLIER_LEAD.format(day.isoformat()) + one.text, span=None)
        for day, one in others
    )
    return _first(replace(draft, short=""), newest, *told, swapped=True)


def _corrected(
    draft: Draft, question: Question, hits: Sequence[Hit], texts: Mapping[str, str]
) -> Draft:
    """Return a draft led by a newer article that moved or corrected its figure, if there is one.

    A question for how it was at first is left as it is.
    """
    asks = question.expects != "yes_no" and not asks_for_former(question.text)
    if not draft.sentences or draft.parts or not draft.sentences[0].evidence or not asks:
        return draft
    first = draft.sentences[0]
    found = _replacing(first, question, hits)
    since = _day(first.evidence[0].hit, texts) if found else None
    if since is None:
        return draft
    days = {hit.card.sha256: _day(hit, texts) for hit, *_ in found}
    later = [(day, *one) for one in found if (day := days[one[0].card.sha256]) and day > since]
    if not later:
        return draft
    _, hit, sentence, span = max(later, key=lambda one: one[0])
    evidence = Evidence(hit=hit, start=sentence.start, end=sentence.end)
    new = DraftSentence(text=sentence.text, evidence=(evidence,), span=span)
    lead = _EARLIER_LEAD.format(since.isoformat())
    told = replace(first, text=f"{lead}{first.evidence[0].text}", span=None)
    return replace(draft, sentences=(new, told), short=sentence.text[slice(*span)])


def _replacing(
    first: DraftSentence, question: Question, hits: Sequence[Hit]
) -> list[tuple[Hit, Sentence, tuple[int, int]]]:
    """Return the sentences of other articles that move or correct a figure, with the new one."""
    cited = first.evidence[0]
    shift = len(first.text) - len(cited.text)
    start, end = first.span or (shift, shift)
    values = answered_by(cited.text, start - shift, end - shift, expects=question.expects)
    about = set(content_terms(question.text)) & set(terms(cited.text))
    return [
        (hit, scored.sentence, span)
        for hit in hits
        if values and hit.card.sha256 != cited.hit.card.sha256
        for scored in hit.sentences
        if (span := replaced(scored.sentence.text, cited.text, values, about=about))
    ]


def _first(draft: Draft, first: DraftSentence, *others: DraftSentence, swapped: bool) -> Draft:
    """Return a draft of these sentences; the words of the second are as sure as the first's."""
    words = first.text[slice(*first.span)] if first.span and draft.short is not None else None
    return replace(draft, sentences=(first, *others), short=words if swapped else draft.short)


def _alone(sentence: DraftSentence) -> DraftSentence:
    """Return what another document says without what leads it in."""
    text = sentence.evidence[0].text
    shift = len(sentence.text) - len(text)
    span = (sentence.span[0] - shift, sentence.span[1] - shift) if sentence.span else None
    return replace(sentence, text=text, span=span)


def _changes(question: Question) -> bool:
    """Say whether it asks how something is, which time changes, and not how it once was."""
    return _is_of_now(question) and question.expects != "date"


def _is_of_now(question: Question) -> bool:
    said = words(question.text)
    asks = data_toml("rag", "timeline.toml")["asks"]
    present = said & set(asks["present"].split()) or _WHO.match(question.text)
    past = said & set(asks["past"].split())
    return bool(present) and not past


def _day(hit: Hit, texts: Mapping[str, str]) -> date | None:
    """Return the day that a hit's article is from, as its card or its head says."""
    from rag.overview.dating import article_date  # 0.1 s that few questions need

    text = texts.get(hit.card.sha256, "")
    row = DocumentRow(id=hit.passage.document_id, card=hit.card, text=text, page_starts=())
    return article_date(row)
