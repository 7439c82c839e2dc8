"""Finds what stands beside a sentence and belongs to it: what leads it, and what it announces.

A sentence before names what "she" or "the museum" at a sentence's head stands for: it is not
claimed who that is, a reader sees it. "Visitors can:" announces the list below it, and "Three
events are planned." the three sentences that follow. Nothing is read: the form of the text tells.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from typing import NamedTuple

from index.terms import content_terms, terms
from index.types import Hit, ScoredSentence, Sentence
from rag.answer.confidence import Weighed
from rag.answer.items import MARK, words_of_lists
from rag.answer.several import is_heading
from rag.question import Question, any_of, names, numbers, words
from rag.types import DraftSentence, Evidence

_PRONOUN = re.compile(
    r"[\"'“‘(]?(?:(?:In|On|At|By|Since|After|Before|During|From|For|However|Later|Then|Today)\b"
    r"[^,.;:]{0,40},\s+)?(?:(?:and|but|so|yet|then)\s+)?"
    r"(?:he|she|it|they|this|these|his|her|its|their|the (?:former|latter)|"
    r"the (?:first|second|third)(?= (?:is|was|has|had|will|grew|came|[a-z]{3,}ed)\b))(?=[\s'’])",
    re.IGNORECASE,
)
"""A pronoun that a sentence begins with, perhaps behind "In 1964, " or "But "."""
_NOTHING = re.compile(
    r"[\"'“‘(]?(?:but\s+)?it(?:\s(?:is|was|will be|has been|seems|seemed|appears|takes|took)\b"
    r"|['’]s\b)[^.;:]{0,60}?\s(?:that|to|whether|for|because|when|until)\b",
    re.IGNORECASE,
)
"""An "it" that stands for nothing: "It is not known whether"."""
BAR = " | "
"""What parts the cells of a row in an article."""
_NUMBERED = re.compile(r"(?:1[5-9]|20)\d\d|\([^()]{1,20}\)")
_LONGEST_NAME = 40
"""Characters of a column's name in an article."""
_FAR = 3
"""Sentences that are looked back, as long as each begins with a pronoun itself."""

_FARTHEST = 12
"""Sentences that are looked back for one that names "the museum"."""

_Found = Mapping[tuple[str, int], tuple[Hit, Sentence]]
"""Sentences of the hits, by their document and number."""
_MOST = 10
"""Lines, or sentences, that are shown."""
_LINES_APART, _PARAGRAPH = 3, 1
"""Characters between two lines of a list, and between two sentences of a paragraph."""
_LIKELY = 8
"""Sentences of which one stands under the heading."""
_NEAR = 3
"""Words between how many there are and what there is: "three new events"."""
_WORD = re.compile(r"[\w'’\-]+")

_Places = Mapping[tuple[str, int], Weighed]
"""Sentences that were weighed, by their document and number."""


class Below(NamedTuple):
    """A row of a table inside of an article."""

    hit: Hit
    scored: ScoredSentence
    names: tuple[str, ...]
    """Of its columns."""
    named_by: Evidence
    """The row that has these."""
    is_whole: bool
    """Whether all rows of the table were found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A sentence with what it announces."""

    lead: Weighed
    items: tuple[Weighed, ...]
    """In order, at least two; each line's text begins with its mark where `are_lines`."""
    are_lines: bool


def with_names(
    sentences: Sequence[DraftSentence], hits: Sequence[Hit]
) -> tuple[DraftSentence, ...]:
    """Return sentences, each that begins with a pronoun with the one before that has a name.

    One that begins with "the museum" comes with the nearest before that has this word and a name,
    a row of a table in an article with the names of its columns.
    None is added that is quoted anyway, and for a pronoun none of another paragraph.

    Args:
        sentences: As they are shown; what has no evidence is left as it is.
        hits: What was retrieved: the sentence before may lie in another passage.
    """
    places = _found(hits)
    above = {
        (row.hit.passage.document_id, row.scored.sentence.start): row.named_by
        for row in rows_below_names(hits)
    }
    quoted = {(e.hit.passage.document_id, e.start) for s in sentences for e in s.evidence}
    return tuple(
        replace(sentence, context=found)
        if (found := _context(sentence, places) or _columns(sentence, above))
        and (found.hit.passage.document_id, found.start) not in quoted
        else sentence
        for sentence in sentences
    )


def with_what_it_leans_on(cited: Evidence, hits: Sequence[Hit]) -> str:
    """Return a sentence with those before it that say what a pronoun at its head stands for."""
    places = _found(hits)
    own = next((s.sentence for s in cited.hit.sentences if s.sentence.start == cited.start), None)
    text = cited.text
    for _ in range(_FAR):
        before = places.get((own.document_id, own.ordinal - 1)) if own and leans(own.text) else None
        if own is None or before is None or own.start - before[1].end > _PARAGRAPH:
            break
        own = before[1]
        text = f"{own.text} {text}"
    return text


def leans(text: str) -> bool:
    """Say whether a sentence begins with a pronoun that stands for something."""
    return bool(_PRONOUN.match(text)) and not _NOTHING.match(text)


def announced(weighed: Sequence[Weighed], question: Question) -> Announced | None:
    """Return what is announced by the best sentence, or by one that announces it; mostly None.

    Args:
        weighed: Most probable first.
        question: Only one for several things has an announced answer.
    """
    if not question.several or not weighed:
        return None
    places = {_place(one): one for one in weighed}
    return (
        _lines(weighed, question, places)
        or _counted(weighed[0], question, places)
        or _headed(weighed, question, places)
    )


def rows_below_names(hits: Sequence[Hit], *, apart: Collection[str] = ()) -> Iterator[Below]:
    """Yield the rows of tables inside of articles that have a row of names above them.

    Args:
        hits: What was retrieved.
        apart: Media types of files that are tables, which have no such rows.
    """
    if not any(BAR in hit.passage.text for hit in hits):
        return
    found: dict[tuple[str, int], tuple[Hit, ScoredSentence]] = {}
    known: set[tuple[str, int]] = set()
    for hit in hits:
        for scored in hit.sentences if hit.card.media_type not in apart else ():
            own = scored.sentence
            known.add((own.document_id, own.ordinal))
            if BAR in own.text:
                found.setdefault((own.document_id, own.ordinal), (hit, scored))
    places = sorted(found)

    def run(place: tuple[int, tuple[str, int]]) -> tuple[str, int, int]:
        number, (document, ordinal) = place
        width = found[document, ordinal][1].sentence.text.count(BAR)
        return document, ordinal - number, width

    for _, group in groupby(enumerate(places), run):
        table = [place for _, place in group]
        document, last = table[-1]
        is_whole = {(document, last + 1), (document, table[0][1] - 1)} <= known
        yield from _with_names([found[place] for place in table], is_whole=is_whole)


def _with_names(table: Sequence[tuple[Hit, ScoredSentence]], *, is_whole: bool) -> Iterator[Below]:
    (hit, first), *rows = table
    names = first.sentence.text.split(BAR)
    if not all(map(_is_name, names)):
        return
    named_by = Evidence(hit=hit, start=first.sentence.start, end=first.sentence.end)
    for own, scored in rows:
        yield Below(own, scored, tuple(names), named_by, is_whole)


def _is_name(text: str) -> bool:
    """Say whether a cell may be a column's name: short, no number but a year, or in brackets."""
    plain = _NUMBERED.sub("", text).strip()
    short = 0 < len(text.strip()) <= _LONGEST_NAME
    return short and not any(map(str.isdigit, plain)) and text.strip()[-1:] not in ".!?"


def _found(hits: Sequence[Hit]) -> _Found:
    return {
        (scored.sentence.document_id, scored.sentence.ordinal): (hit, scored.sentence)
        for hit in hits
        for scored in hit.sentences
    }


def _columns(sentence: DraftSentence, above: Mapping[tuple[str, int], Evidence]) -> Evidence | None:
    """Return the row of names above a row of a table in an article."""
    cited = sentence.evidence[0] if sentence.evidence else None
    return above.get((cited.hit.passage.document_id, cited.start)) if cited else None


def _context(sentence: DraftSentence, places: _Found) -> Evidence | None:
    if sentence.context or not sentence.evidence:
        return sentence.context
    cited = sentence.evidence[0]
    own = next((s.sentence for s in cited.hit.sentences if s.sentence.start == cited.start), None)
    body = _body().match(cited.text)
    if body and own:
        return _naming(body["noun"].casefold(), own, places)
    return _before(own, places) if own and leans(cited.text) else None


def _naming(noun: str, own: Sentence, places: _Found) -> Evidence | None:
    """Return the nearest sentence before that has a noun, such as "company", and a name."""
    for back in range(1, _FARTHEST + 1):
        before = places.get((own.document_id, own.ordinal - back))
        if before is None:
            continue
        hit, sentence = before
        if noun in words(sentence.text) and names(sentence.text) - {noun}:
            return Evidence(hit=hit, start=sentence.start, end=sentence.end)
    return None


def _before(found: Sentence, places: _Found) -> Evidence | None:
    """Return the sentence with a name before one with a pronoun, in the same paragraph."""
    own: Sentence | None = found
    for _ in range(_FAR):
        before = places.get((own.document_id, own.ordinal - 1)) if own else None
        if own is None or before is None or own.start - before[1].end > _PARAGRAPH:
            return None
        hit, own = before
        if not leans(own.text):
            return Evidence(hit=hit, start=own.start, end=own.end) if names(own.text) else None
    return None


def _lines(weighed: Sequence[Weighed], question: Question, places: _Places) -> Announced | None:
    """Return the list that the best sentence leads or lies in, or that all that is asked leads."""
    wanted = set(content_terms(question.text))
    leads = [one for one in weighed if one.text.endswith(":") and wanted & set(terms(one.text))]
    for lead in leads:
        items = _list_below(lead, places)
        whole = wanted <= set(terms(f"{lead.candidate.hit.card.title}\n{lead.text}"))
        if len(items) > 1 and (whole or weighed[0] is lead or weighed[0] in items):
            return Announced(lead=lead, items=items, are_lines=True)
    return None


def _list_below(lead: Weighed, places: _Places) -> tuple[Weighed, ...]:
    found: list[Weighed] = []
    for after in _following(lead, places, gap=_LINES_APART):
        if not MARK.match(after.text):
            break
        found.append(after)
    return tuple(found)


def _counted(first: Weighed, question: Question, places: _Places) -> Announced | None:
    """Return the sentences of which the best one, or one before it, says how many there are."""
    document, ordinal = _place(first)
    for before in range(_MOST):
        lead = places.get((document, ordinal - before))
        if lead is None:
            return None
        count = _count(lead.text, question, of_things=before == 0)
        if count:
            items = _sentences(lead, count, places)
            told = before > 0 or not _names_more(lead, question)
            held = before == 0 or first in items
            return (
                Announced(lead=lead, items=items, are_lines=False)
                if told and held and len(items) > 1
                else None
            )
    return None


def _headed(weighed: Sequence[Weighed], question: Question, places: _Places) -> Announced | None:
    """Return the sentences under a heading that is what is asked for: "Birds" or "The walks".

    One of the likeliest sentences must stand there.
    """
    noun = _noun().match(question.text)
    plural = [word for word in noun["thing"].split() if word.endswith("s")] if noun else []
    wanted = set(terms(" ".join(plural)))
    for one in weighed[:_LIKELY]:
        lead = _heading_of(one, places)
        said = set(content_terms(lead.text)) if lead else set()
        if lead and said and said <= wanted:
            items = _below(lead, places)
            lines = bool(items) and all(MARK.match(item.text) for item in items)
            return Announced(lead=lead, items=items, are_lines=lines) if items[1:] else None
    return None


def _heading_of(one: Weighed, places: _Places) -> Weighed | None:
    """Return the nearest heading over a sentence, at most ten before it."""
    document, ordinal = _place(one)
    above = (places.get((document, ordinal - before)) for before in range(1, _MOST + 1))
    return next((lead for lead in above if lead and is_heading(lead)), None)


def _below(lead: Weighed, places: _Places) -> tuple[Weighed, ...]:
    """Return the sentences under a heading, up to the next one; of a list with marks its lines."""
    found: list[Weighed] = []
    for after in _following(lead, places, gap=_LINES_APART):
        ends = found and MARK.match(found[0].text) and not MARK.match(after.text)
        if ends or (is_heading(after) and not MARK.match(after.text)):
            break
        found.append(after)
    return tuple(found)


def _sentences(lead: Weighed, count: int, places: _Places) -> tuple[Weighed, ...]:
    """Return so many sentences behind one; what begins with a pronoun tells of the one before."""
    found = [one for one in _following(lead, places, gap=_PARAGRAPH) if not leans(one.text)]
    return tuple(found[:count])


def _names_more(lead: Weighed, question: Question) -> bool:
    """Say whether the reader found words in a sentence that tell more than how many there are."""
    if lead.reading is None:
        return False
    words = lead.reading.words
    said = [*words_of_lists("many"), *words_of_lists("things")]
    own = set(content_terms(words)) - set(content_terms(question.text)) - set(terms(" ".join(said)))
    return any(not numbers(term) for term in own)


def _count(text: str, question: Question, *, of_things: bool) -> int:
    """Return how many of what is asked for a sentence says there are, 2 to 10; 0 where it does not.

    "Three new events" counts what "Which events" asks for; "several" are as many as follow. Of
    things, reasons or people whatever is asked for may be said.
    """
    noun = _noun().match(question.text)
    direct = noun is not None and noun["direct"] is not None
    wanted = set(terms(noun["thing"])[-1:]) if noun and direct else set()
    wanted |= set(terms(" ".join(words_of_lists("things")))) if of_things else set()
    said = _WORD.findall(text)
    for place, word in enumerate(said):
        counted = [int(n) for n in numbers(word) if n.isdigit()]
        counted += [_MOST] if word.casefold() in words_of_lists("many") else []
        if counted and 1 < counted[0] <= _MOST:
            near = {term for after in said[place + 1 : place + 2 + _NEAR] for term in terms(after)}
            if wanted & near:
                return counted[0]
    return 0


def _following(one: Weighed, places: _Places, *, gap: int) -> list[Weighed]:
    """Return the sentences behind one as far as they stand close together."""
    found: list[Weighed] = []
    document, ordinal = _place(one)
    last = _sentence(one)
    while (after := places.get((document, ordinal + 1))) and len(found) < _MOST:
        if _sentence(after).start - last.end > gap:
            break
        found.append(after)
        last, ordinal = _sentence(after), ordinal + 1
    return found


def _sentence(one: Weighed) -> Sentence:
    return one.candidate.scored.sentence


def _place(one: Weighed) -> tuple[str, int]:
    return _sentence(one).document_id, _sentence(one).ordinal


@cache
def _body() -> re.Pattern[str]:
    """Return the form of a sentence about "The company", which does not name it itself."""
    return re.compile(rf"[\"'“‘(]?The (?P<noun>{any_of('names', 'body')})(?='s | [a-z])(?! of\b)")


@cache
def _noun() -> re.Pattern[str]:
    """Return the form of a question with what it asks for: "Which new events"."""
    stop = "in|at|on|of|for|from|with|by|to|that|which|who"
    own = rf"(?!{any_of('asks', 'auxiliary')}\b|(?:{stop})\b)[\w'’\-]+"
    return re.compile(
        r"(?:(?P<direct>(?:in |at |on |from )?(?:what|which))|(?:list|name)(?: all)?(?: the)?"
        r"|what (?:are|were)(?: all)? the(?: (?:different |main )?(?:names|kinds|types) of the)?)"
        rf" (?P<thing>{own}(?: {own}){{0,3}})",
        re.IGNORECASE,
    )
