"""Puts what articles of different days say in order: the newest first, older ones as "earlier"."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from index.data_files import data_toml
from index.search import Found, search
from index.store.library import Moment
from index.store.queries import DocumentRow
from index.terms import Query
from index.types import Hit
from rag.answer.extractive import OTHERWISE
from rag.question import Question, words
from rag.types import Draft, DraftSentence

_SPARE = 5
"""Passages searched for each one wanted, where newer articles are left out."""
_YEAR = re.compile(r"\b(?:1[0-9]|20)\d\d\b")
_WHO = re.compile(r"^(?:who|what|which \w+) \w+s\b", re.IGNORECASE)


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


def in_time(draft: Draft, question: Question, texts: Mapping[str, str]) -> Draft:
    """Return a draft in which the newest article speaks first, where its value changes over time.

    What another article said before is no disagreement then: "Earlier, on 2023-05-02, another
    document said: ...". Of a year that is asked for the article of that year answers alone.

    Args:
        draft: An answer; any but one with what another document says otherwise comes back as it is.
        question: What is asked.
        texts: The whole text of each document, by `Hit.card.sha256`.
    """
    if len(draft.sentences) < 2 or not draft.sentences[1].text.startswith(OTHERWISE):
        return draft
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
    earlier = f"Earlier, on {day.isoformat()}, another document said: {old.text}"
    told = replace(old, text=earlier, span=None)
    return _first(draft, new, told, swapped=not newest_first)


def _first(draft: Draft, first: DraftSentence, *others: DraftSentence, swapped: bool) -> Draft:
    """Return a draft of these sentences; the words of the second are as sure as the first's."""
    words = first.text[slice(*first.span)] if first.span and draft.short else None
    return replace(draft, sentences=(first, *others), short=words if swapped else draft.short)


def _alone(sentence: DraftSentence) -> DraftSentence:
    """Return what another document says without what leads it in."""
    text = sentence.evidence[0].text
    shift = len(sentence.text) - len(text)
    span = (sentence.span[0] - shift, sentence.span[1] - shift) if sentence.span else None
    return replace(sentence, text=text, span=span)


def _changes(question: Question) -> bool:
    """Say whether it asks how something is, which time changes, and not how it once was."""
    said = words(question.text)
    asks = data_toml("rag", "timeline.toml")["asks"]
    present = said & set(asks["present"].split()) or _WHO.match(question.text)
    past = said & set(asks["past"].split())
    return bool(present) and not past and question.expects != "date"


def _day(hit: Hit, texts: Mapping[str, str]) -> date | None:
    """Return the day that a hit's article is from, as its card or its head says."""
    from rag.overview.dating import article_date  # 0.1 s that few questions need

    text = texts.get(hit.card.sha256, "")
    row = DocumentRow(id=hit.passage.document_id, card=hit.card, text=text, page_starts=())
    return article_date(row)
