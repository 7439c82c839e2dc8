"""Splits the words that answer a question for several things into the things, and finds lists.

"the Javelin 3 and a drone called Harrier" gives "Javelin 3" and "Harrier". Two names of one thing
are told by their terms: "AMRAAM" is in "mid-range air to air missile called AMRAAM".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import NamedTuple

from index.data_files import data_toml
from index.terms import content_terms, terms
from index.types import Hit, Sentence
from rag.answer.confidence import Weighed
from rag.question import Question, names, numbers
from rag.reader.windows import parts
from rag.types import DraftPart, Evidence

_EVEN = 0.5
"""Probability from which sentences answer more often than not."""
_HOLDS = 0.8
"""Probability from which words hold all that a sentence names."""
_LONGEST = 8
"""Words of an item; more are a clause and no thing."""
_AND = r"(?:and|or|as well as)\s{1,3}"
_JOINT = re.compile(rf"\s{{0,3}}[,;]\s{{1,3}}(?:{_AND})?|\s{{1,3}}{_AND}")
_NAMES = re.compile(r"[A-Z0-9]")
"""What a name has and another thing mostly has not."""
_OWN = r"[A-Z][\w'’\-]{1,30}"
_OWN_AND = re.compile(rf"{_OWN} (?:of|for) {_OWN} and {_OWN}$")
"""A name with an "and" of its own: "Ministry of Trade and Industry"."""
_CALLED = re.compile(r"\b(?:called|named|known as|nicknamed)\s+(?=\S)")
_MENTIONED = re.compile(r"\b(?:are|were|is|was) (?:mentioned|named|listed)\b", re.IGNORECASE)
"""Asks for all things of a kind, of which no sentence says more than that they are."""
_A_NAME = r"(?:[A-Z][\w'’\-]{0,30}|[\w\-]{0,12}\d[\w\-]{0,12})"
_NAME_AND_NOUN = re.compile(
    rf"\b(?P<name>{_A_NAME}(?: {_A_NAME}){{0,4}})"
    r"(?: [a-z]+-[a-z]+)?[ \-](?P<noun>[A-Za-z]{3,30})\b"
)
"""A name before a noun, perhaps with a kind between: "TOW missile", "Kite anti-tank missile"."""
_NOUN_AND_NAME = re.compile(
    rf"\b(?P<noun>[A-Za-z]{{3,30}})(?:,| called| named)? (?P<name>{_A_NAME}(?: {_A_NAME}){{0,4}})"
    r"(?=[,.;:)]|$)"
)
"""A noun before its name: "a drone called Hornet", "surface to air missile, SM-6"."""
_NAMED_BEHIND = re.compile(
    rf"(?:,|:)?\s(?:at|in|of|on|called|named|like|such as)?\s?(?P<names>(?:the )?{_A_NAME}"
    rf"(?:(?:, (?:and )?| and | )(?:the )?{_A_NAME}){{1,12}})"
)
_NEAR = 2
"""Words between a thing and the noun that the question has for it."""
_NAMES_THEM = re.compile(r"(?:They|These|Those|The \w+) (?:are|were)\b")
_NOUN = re.compile(r"\b(?:what|which) (?:(?:kinds?|types?|sorts?) of )?(\w+)", re.IGNORECASE)
_NUMBER = re.compile(r"\W{0,5}\d[\d.,]{0,20}\W{0,5}")
_WORD = re.compile(r"[\w'’\-]+")
MARK = re.compile(r"\s{0,3}(?:[-*•‣–]|\d{1,2}[.)])\s{1,3}(?=\S)")
"""What a line of a list begins with."""
_LONGEST_HEADING, _LONGEST_ITEM = 8, 10
"""Words of a heading, and of an item without a mark."""
_MOST_ITEMS = 30
"""Of a list under a heading that is asked for by its name."""
_EDGE = " \t\n,;:.–—-\"“”'‘’"


class Place(NamedTuple):
    """A sentence, and the passage that it was found in."""

    hit: Hit
    sentence: Sentence

    @property
    def evidence(self) -> Evidence:
        """The sentence as what an answer rests on."""
        return Evidence(hit=self.hit, start=self.sentence.start, end=self.sentence.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list under a heading, or what of it stands under a lead of its own."""

    heading: Place
    lead: Place | None
    """As "For the dough:"."""
    items: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One of several things."""

    text: str
    start: int
    end: int
    """Offsets in the sentence that names it."""


def listed(
    found: Sequence[Weighed], question: Question, *, probability: float
) -> tuple[DraftPart, ...]:
    """Return the things that sentences name, each with its sentence; empty for fewer than two.

    Args:
        found: The sentences that answer together.
        question: What is asked.
        probability: That they answer.
    """
    if question.open_ended or not question.several or probability <= _EVEN:
        return ()
    holding = max(_HOLDS, _EVEN / probability)
    things: list[DraftPart] = []
    for one in found:
        items = mentioned_in(one.text, question) or _named_in(one, question, holding=holding)
        new = once(items, [thing.text for thing in things])
        things += [DraftPart(asked="", text=i.text, evidence=(one.evidence,)) for i in new]
    named = [thing for thing in things if _is_name(thing.text)]
    kept = named if 2 * len(named) > len(things) else things
    return tuple(kept) if len(kept) > 1 else ()


def _named_in(one: Weighed, question: Question, *, holding: float) -> list[Item]:
    """Return the things that the reader's words in a sentence name, where these hold them all."""
    if one.reading is None or asks_for_mentioned(question):
        return []
    begin = one.reading.sentence.start
    sure = (part for part in parts(one.reading.tokens) if part.holds >= holding)
    for part in islice(sure, 1):
        best = (one.reading.start - begin, one.reading.end - begin)
        wide = (part.start - begin, part.end - begin)
        start, end = wide if _JOINT.search(one.text, *wide) else best
        return _places_of(one.text, best, question) or items_in(
            one.text, start=start, end=end, best=best[0], question=question
        )
    return []


def _places_of(text: str, best: tuple[int, int], question: Question) -> list[Item]:
    """Return the names that follow the noun of the question: "the libraries at Oak and Mill Lane".

    Empty where the reader's words do not begin with that noun.
    """
    noun = _NOUN.search(question.text)
    words = list(_WORD.finditer(text, *best))[: 1 + _NEAR]
    held = [word.end() for word in words if noun and terms(word.group()) == terms(noun[1])]
    behind = _NAMED_BEHIND.match(text, held[0]) if held else None
    if behind is None:
        return []
    start, end = behind.span("names")
    return items_in(text, start=start, end=end, best=0, question=question)


def lists_of(hits: Sequence[Hit]) -> list[Listing]:
    """Return the lists under headings among hits, in their order; each lead has its own.

    Items have marks, or are lines of a few words close together.
    """
    found: list[Listing] = []
    for document in _documents(hits):
        for number, place in enumerate(document):
            if _is_heading(place.sentence.text):
                found += _under(place, document[number + 1 :])
    return found


def heading_above(cited: Evidence | None) -> str:
    """Return the line above what is cited, in its passage, where that may be a heading; or ""."""
    if cited is None:
        return ""
    passage = cited.hit.passage
    above = passage.text[: cited.start - passage.start].rstrip().rpartition("\n")[2]
    return above if _is_heading(above) else ""


def item_of(line: str) -> tuple[int, int]:
    """Return where the words of a line of a list stand in it, without mark and stop."""
    mark = MARK.match(line)
    return mark.end() if mark else 0, len(line.rstrip(" .;,"))


def asks_for_mentioned(question: Question) -> bool:
    """Say whether all things of a kind are asked for, whatever is said of them."""
    return bool(_MENTIONED.search(question.text))


def mentioned_in(text: str, question: Question) -> list[Item]:
    """Return the names that a sentence gives to what a question wants all mentioned of.

    "A Spike missile missed its target" names one of "What missiles are mentioned?". Empty for any
    other question.
    """
    noun = _NOUN.search(question.text)
    if noun is None or not asks_for_mentioned(question):
        return []
    wanted = set(terms(noun[1]))
    found = []
    for match in (*_NAME_AND_NOUN.finditer(text), *_NOUN_AND_NAME.finditer(text)):
        if not wanted & set(terms(match["noun"])):
            continue
        name = _trimmed(text, *match.span("name"))
        if name is not None and names(name.text):
            found.append(name)
    return found


def of_noun(one: Weighed, question: Question) -> bool:
    """Say whether the words are a name with the noun of the question: "TOW missile"."""
    noun = _NOUN.search(question.text)
    if noun is None or one.reading is None:
        return False
    begin = one.reading.sentence.start
    start, end = one.reading.start - begin, one.reading.end - begin
    if not re.search(r"[A-Z0-9]", one.text[start:end]):
        return False
    before, after = one.text[:start].split()[-_NEAR:], one.text[end:].split()[:_NEAR]
    around = " ".join([*before, one.reading.words, *after])
    return bool(set(terms(noun[1])) & set(terms(around)))


def items_in(text: str, *, start: int, end: int, best: int, question: Question) -> list[Item]:
    """Return the things that a span of a sentence names; empty where one is no thing by itself.

    Args:
        text: The sentence.
        start: Of the span.
        end: Of the span, exclusive.
        best: Where the likeliest words begin: before them is no item.
        question: Its own words name nothing new.
    """
    found = []
    for a, b in _pieces(text, start, end):
        a = max(a, best) if a < best < b else a
        item = _trimmed(text, a, b)
        if item is None:
            continue
        if len(item.text.split()) > _LONGEST or _NUMBER.fullmatch(item.text):
            return []
        if is_new(item.text, question):
            found.append(item)
    return found


def once(items: Sequence[Item], known: Sequence[str]) -> list[Item]:
    """Leave out what was named before, in these words or in others that hold them."""
    seen = [frozenset(terms(text)) for text in known]
    kept = []
    for item in items:
        own = frozenset(content_terms(item.text) or terms(item.text))
        if not any(own <= other or other <= own for other in seen):
            kept.append(item)
            seen.append(own)
    return kept


def joined(texts: Sequence[str]) -> str:
    """Return "A, B and C"; empty for none."""
    *others, last = texts or [""]
    return f"{', '.join(others)} and {last}" if others else last


def words_of_lists(kind: str) -> list[str]:
    """Return the words of `rag/data/items.toml` of one kind."""
    found: str = data_toml("rag", "items.toml")[kind]
    return found.split()


def _documents(hits: Sequence[Hit]) -> list[list[Place]]:
    """Return the sentences of hits by document, in their order."""
    found: dict[str, dict[int, Place]] = {}
    for hit in hits:
        own = found.setdefault(hit.passage.document_id, {})
        own |= {s.sentence.ordinal: Place(hit, s.sentence) for s in hit.sentences}
    return [[own[ordinal] for ordinal in sorted(own)] for own in found.values()]


def _is_heading(text: str) -> bool:
    words = text.split()
    return len(words) <= _LONGEST_HEADING and not MARK.match(text) and text[-1:] not in ".!?,;"


def _under(heading: Place, behind: Sequence[Place]) -> list[Listing]:
    """Return what a heading leads: nothing where no item stands right below it."""
    parts: list[tuple[Place | None, list[Place]]] = [(None, [])]
    last = heading.sentence
    marked = None
    for place in behind:
        own = place.sentence
        if own.ordinal != last.ordinal + 1 or len(parts[-1][1]) == _MOST_ITEMS:
            break
        is_marked = bool(MARK.match(own.text))
        if own.text.endswith(":") and not is_marked:
            parts.append((place, []))
        elif marked is None or (marked and is_marked):
            if not is_marked and not _is_plain_item(own.text):
                break
            marked = is_marked
            parts[-1][1].append(place)
        elif not marked and _is_plain_item(own.text) and own.start - last.end == 1:
            parts[-1][1].append(place)
        else:
            break
        last = own
    return [
        Listing(heading=heading, lead=lead, items=tuple(items))
        for lead, items in parts
        if items and (marked or len(items) > 1)
    ]


def _is_plain_item(text: str) -> bool:
    return len(text.split()) <= _LONGEST_ITEM and text[-1:] not in ".!?:"


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the offsets between commas and "and"; the whole where an "and" is a name's own."""
    if _OWN_AND.search(text[start:end].strip(_EDGE)) and "," not in text[start:end]:
        return [(start, end)]
    cuts = [(m.start(), m.end()) for m in _JOINT.finditer(text, start, end)]
    starts = [start, *(b for _, b in cuts)]
    ends = [*(a for a, _ in cuts), end]
    return list(zip(starts, ends, strict=True))


def _trimmed(text: str, start: int, end: int) -> Item | None:
    """Return what is left of a piece without its lead, and without a clause that follows it."""
    called = [match.end() for match in _CALLED.finditer(text, start, end)]
    start = called[-1] if called else start
    while lead := _lead().match(text, start, end):
        start = lead.end()
    follows = _follows().search(text, start, end)
    end = follows.start() if follows else end
    while start < end and text[start] in _EDGE:
        start += 1
    while start < end and text[end - 1] in _EDGE:
        end -= 1
    return Item(text=text[start:end], start=start, end=end) if start < end else None


def _is_name(text: str) -> bool:
    """Say whether words are a name, or hold one: not "Two soldiers"."""
    first, _, rest = text.partition(" ")
    return bool(_NAMES.search(rest if numbers(first) and rest else text))


def is_new(text: str, question: Question) -> bool:
    """Say whether words name something beyond what is asked and how many: not "two ships"."""
    own = set(content_terms(text)) - set(content_terms(question.text))
    counted = numbers(text)
    spelt = {term for term in own if numbers(term)}
    return bool(own - counted - spelt)


@cache
def _lead() -> re.Pattern[str]:
    return re.compile(rf"\s{{0,3}}(?:{'|'.join(words_of_lists('lead'))})\s{{1,3}}", re.IGNORECASE)


@cache
def _follows() -> re.Pattern[str]:
    return re.compile(rf"\s{{1,4}}(?:{'|'.join(words_of_lists('follows'))})\b")
