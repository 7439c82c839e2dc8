"""Compares a claim with the sentence that seems to bear it out: what is plainly otherwise in it.

Numbers, dates, times of day and names are compared as values; a bound ("up to"), a time relation
("until") and whether something is so, may be or is to be as words. All but the hours of a timetable
count only where the sentence has most of the claim's other words: what is retold in other words no
list of words can judge.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from rag.verification.parse import (
    Date,
    Reading,
    Word,
    agrees,
    conflicts,
    lists,
    read,
    stems_of,
    titles,
    weekdays,
)
from rag.verification.values import Value, comparable, same

Kind = Literal["number", "date", "name", "modality", "quote", "negation", "frame"]

_CLOSE = 0.6
"""Share of a claim's words in a sentence from which its values stand for the claim's."""
_NAMES = 3
"""Most words of a name that may stand for another."""
_BEFORE = 16
"""Characters before a date that may hold what relates it."""
_RELATION = re.compile(r"(before|after|until|till|since|by|from)(?:\s+(?:the|about|around))?\s*$")
_NOT = re.compile(r"\bnot\b|n['’]t\b")
_PART = re.compile(r"[,;:] | (?:and|but|while) ")
_CLAUSE = re.compile(r"[;:()—]|\b(?:and|or|but|while|whereas|although|though|because|when)\b")
_TURNS = ("negators", "deniers", "conditions", "possible", "intended")
_BESIDE = re.compile(r"\b(?:and|or|with|from|than|of|in)\b|,")
_OF = re.compile(r"\b(?:the|an?) \w+ of(?: the)? $")
"""Says before a name what it names: "sued the city of Halden"."""
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|being|got|gets) \S+(?: \S+){0,6}? by\b", re.IGNORECASE
)
_SAYS = "say|answer|reply|respond|print|output|write|state|repeat|mention|append|insert"
_TO_SAY = re.compile(
    rf"(?:^|[.:;,!?“\"(] ?|\b(?:please|always|just|only|simply|then|and|must|or) )(?:with )?"
    rf"(?:{_SAYS})\b(?P<what>[^.,;]{{1,200}})",
    re.IGNORECASE,
)
_SAYING = re.compile(rf"\b(?:{_SAYS}|said|wrote|writing|written|stating|replie)", re.IGNORECASE)
_PLACES = frozenset({"in", "of", "over", "at", "near", "on", "under", "across", "to"})
"""Before a name that only says where or of what a thing is, as in "the bridge over the Elbe"."""
_AHEAD = 40
"""Characters before a name in which such a word is looked for."""
_PAST = frozenset({"was", "were", "had", "did"})
_SAYS_OTHER = re.compile(
    r"(?:^|; )the source says (?P<source>[^;]{1,200}?), not (?P<claim>[^;]{1,200})(?=;|$)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that a sentence says otherwise than a claim."""

    kind: Kind
    note: str
    """For a reader."""


def differences(
    claim: Reading, held: Reading, around: Sequence[Reading] = ()
) -> tuple[Difference, ...]:
    """Return what a sentence says otherwise than a claim; empty where it is of something else.

    Args:
        claim: What is compared.
        held: The sentence.
        around: What stands beside it, as its title: what is there too is no difference.
    """
    found = list(_hours(claim, held))
    if shared(claim, held) >= _CLOSE:
        found += _numbers(claim, held)
        found += _dates(claim, held, around)
        found += _names(claim, held, around)
        found += _modality(claim, held)
        found += _roles(claim, held)
        found += _only_told(claim, held)
    return tuple(dict.fromkeys(found))


def shared(claim: Reading, held: Reading) -> float:
    """Return the share of a claim's words that a sentence has, 0 to 1; 1 without any."""
    found = [word.stem in held.stems for word in claim.words]
    return sum(found) / len(found) if found else 1.0


def is_copied(claim: Reading, held: Reading) -> bool:
    """Say whether a sentence has all that a claim says, in its order, and nothing that turns it.

    What it says between may be of no one else: no other name stands there, unless it says where
    or of what a thing is, and no other clause.
    """
    if not _tokens(claim) or not _turns_alike(claim, held):
        return False
    last: int | None = None
    given = iter(_tokens(held))
    for token in _tokens(claim):
        other = next((other for other in given if _is_one(token, other)), None)
        if other is None or (last is not None and _parts(held, last, other.start)):
            return False
        last = other.start
    return True


def is_near(claim: Reading, held: Reading) -> bool:
    """Say whether a sentence has most of a claim's words, its limits among them.

    Where one is named, they stand in one order: in another, other ones may do it to others, but
    where just one of the two says "by" whom it is done.
    """
    if shared(claim, held) < _CLOSE or not _has_limits(claim, held):
        return False
    if not any(word.name for word in claim.words) or ("by" in claim.plain) != ("by" in held.plain):
        return True
    starts = {word.stem: word.start for word in reversed(held.words)}
    places = [starts[word.stem] for word in claim.words if word.stem in starts]
    return all(one <= other for one, other in pairwise(places))


def _turns_alike(claim: Reading, held: Reading) -> bool:
    """Say whether both turn what they say alike, and a sentence has a claim's limits."""
    alike = all(claim.has(kind) == held.has(kind) for kind in _TURNS)
    return alike and _has_limits(claim, held)


def _has_limits(claim: Reading, held: Reading) -> bool:
    return (claim.has("future") | claim.has("limits")) <= held.plain


def _parts(held: Reading, start: int, end: int) -> bool:
    """Say whether between two places of a sentence another clause begins or one is named."""
    if _CLAUSE.search(held.text, start, end):
        return True
    named = (word.start for word in held.words if word.name and start < word.start < end)
    return any(not _says_where(held.text[max(start, at - _AHEAD) : at]) for at in named)


def _says_where(before: str) -> bool:
    """Say whether the words before a name, those of its own and "the" left out, place a thing."""
    plain = [word for word in before.split() if word.islower() and word != "the"]
    return plain[-1:] != [] and plain[-1] in _PLACES


def turned(claim: Reading, held: Reading) -> Iterator[Difference]:
    """Find that one of two sentences says no and the other does not."""
    if bool(claim.has("negators")) != bool(held.has("negators")):
        yield Difference(kind="negation", note="one says no to it")


def _otherwise(source: str, claim: str, kind: Kind) -> Iterator[Difference]:
    if source.casefold() != claim.casefold():
        yield Difference(kind=kind, note=f"the source says {source}, not {claim}")


def corrections(note: str) -> tuple[tuple[str, str], ...]:
    """Return what a note puts right: words of the claim, each with the source's; mostly one.

    Empty for a note on anything but words in the place of others.
    """
    return tuple((found["claim"], found["source"]) for found in _SAYS_OTHER.finditer(note))


def _tokens(reading: Reading) -> list[Word | Value | Date]:
    return sorted((*reading.words, *reading.values, *reading.dates), key=lambda t: t.start)


def _is_one(one: Word | Value | Date, other: Word | Value | Date) -> bool:
    if isinstance(one, Word):
        return isinstance(other, Word) and one.stem == other.stem
    if isinstance(one, Value):
        return isinstance(other, Value) and same(one, other)
    return isinstance(other, Date) and agrees(one, other)


def _numbers(claim: Reading, held: Reading) -> Iterator[Difference]:
    """Find numbers that the sentence has otherwise: of the same kind, unit and noun."""
    missing = [v for v in claim.values if not _has(held, v)]
    for value in missing:
        rivals = [
            other
            for other in held.values
            if comparable(value, other)
            and value.kind == other.kind
            and _is_of_same(value, other, claim, held)
            and not any(same(mine, other) for mine in claim.values)
        ]
        if rivals:
            best = min(
                rivals, key=lambda v: (-_shares(v, claim, held), abs(v.amount - value.amount))
            )
            yield from _otherwise(best.told, value.told, "number")


def _shares(value: Value, claim: Reading, held: Reading) -> int:
    """Count the words of a claim in a value's part of a sentence, or before all values of it.

    Of "The warranty is two years, and five years for the frame" five are the frame's.
    """
    first, breaks = min(v.start for v in held.values), _PART.finditer(held.text)
    places = [found.start() for found in breaks]
    start = max((at for at in places if at < value.start), default=0)
    end = min((at for at in places if at > value.start), default=len(held.text))
    told = {w.stem for w in held.words if w.start < first or start <= w.start < end}
    return len(told & {word.stem for word in claim.words})


def _has(held: Reading, value: Value) -> bool:
    """Say whether a sentence has a number: as one, as a year, or as a word for one or two."""
    if any(same(value, other) for other in held.values):
        return True
    if any(date.year == value.raw for date in held.dates):
        return True
    words = {1: {"a", "an", "one", "single", "only"}, 2: lists()["pairs"]}
    return not value.bound and bool(held.plain & words.get(int(value.amount), set()))


def _is_of_same(value: Value, other: Value, claim: Reading, held: Reading) -> bool:
    """Say whether two values may count the same: by their unit, or by the noun behind them."""
    if value.unit or value.kind != "number":
        return True
    return _noun(value, claim) == _noun(other, held)


def _noun(value: Value, reading: Reading) -> str:
    """Return the stem of the word right behind a value; empty where none follows."""
    behind = (w.stem for w in reading.words if 0 <= w.start - value.end <= 1)
    return next(behind, "")


def _dates(claim: Reading, held: Reading, around: Sequence[Reading]) -> Iterator[Difference]:
    known = [d for text in around for d in text.dates]
    days = weekdays(held)
    for date in claim.dates:
        equal = [other for other in held.dates if agrees(date, other)]
        if not equal and date.weekday in days and date.day is None:
            continue
        if equal:
            yield from _relations(date, equal, claim, held)
            continue
        if any(v.raw == date.year for v in held.values) or any(agrees(date, d) for d in known):
            continue
        rivals = [
            other
            for other in held.dates
            if conflicts(date, other) and not any(agrees(mine, other) for mine in claim.dates)
        ]
        if rivals:
            yield from _otherwise(rivals[0].text, date.text, "date")


def _relations(
    date: Date, equal: Sequence[Date], claim: Reading, held: Reading
) -> Iterator[Difference]:
    """Find a date that the claim relates otherwise: "until 1964" for "in 1964"."""
    mine = _relation(claim.text, date.start)
    theirs = [_relation(held.text, other.start) for other in equal]
    if mine in ("since", "from") and mine in held.plain:
        return
    if mine not in theirs and (mine or {"before", "after"}.issuperset(theirs)):
        told = f"{theirs[0]} {equal[0].text}".strip()
        yield from _otherwise(told, f"{mine} {date.text}".strip(), "date")


def _relation(text: str, at: int) -> str:
    """Return how what stands before a date or time relates it; empty where it is just then."""
    before = text[max(0, at - _BEFORE) : at].lower()
    found = _RELATION.search(before)
    if found is None or (found[1] == "until" and _NOT.search(text[:at])):
        return ""
    return "until" if found[1] == "till" else found[1]


def _hours(claim: Reading, held: Reading) -> Iterator[Difference]:
    """Find what a claim says of a time of day and the sentence says of another."""
    times = [v for v in held.values if v.kind == "time"]
    for value in (v for v in claim.values if v.kind == "time"):
        own = next((n for n, other in enumerate(times) if same(value, other)), None)
        if own is None:
            continue
        mine = _relation(claim.text, value.start)
        theirs = _relation(held.text, times[own].start)
        if mine != theirs:
            told, said = (f"{word} {value.text}".strip() for word in (theirs, mine))
            yield from _otherwise(told, said, "number")
        end = times[own + 1].start if own + 1 < len(times) else len(held.text)
        days = weekdays(read(held.text[times[own].end : end]))
        wanted = weekdays(claim)
        if days and wanted and not wanted <= days:
            yield Difference(kind="date", note=f"the source says {value.text} of other days")


def _names(claim: Reading, held: Reading, around: Sequence[Reading]) -> Iterator[Difference]:
    """Find a name in whose place the sentence has another."""
    known = held.stems.union(*(text.stems for text in around))
    lost = [w for w in claim.words if w.name and w.stem not in known]
    lost = [w for w in lost if w.text.lower() not in titles()]
    others = _runs([w for w in held.words if w.name and w.stem not in claim.stems])
    if lost and others and len(lost) <= _NAMES:
        said = " ".join(_runs(lost))
        if len(others) == 1:
            yield from _otherwise(others[0], said, "name")
        else:
            yield Difference(kind="name", note=f"the source does not say it of {said}")


def _roles(claim: Reading, held: Reading) -> Iterator[Difference]:
    """Find two names of which a claim has one do what in the sentence the other does to it."""
    names = [w for w in claim.words if w.name]
    for one, other in pairwise(names):
        between = _OF.sub("", claim.text[one.start + len(one.text) : other.start])
        if _BESIDE.search(between):
            continue
        for verb in (w for w in claim.words if one.start < w.start < other.start and not w.name):
            mine, theirs = (_does(r, one.stem, verb.stem, other.stem) for r in (claim, held))
            if mine and theirs and mine != theirs:
                note = f"the source has {one.text} and {other.text} the other way round"
                yield Difference(kind="name", note=note)
                return


def _does(reading: Reading, one: str, verb: str, other: str) -> str:
    """Return which of two names, that stand on both sides of a verb, does it; empty if not so.

    Who stands before it, but where it is said "by" whom it is done: "was bought by Fjordia".
    """
    at = {stem: [w.start for w in reading.words if w.stem == stem] for stem in (one, verb, other)}
    if not all(at.values()):
        return ""
    first, last = (one, other) if min(at[one]) < min(at[other]) else (other, one)
    behind = [start for start in at[verb] if max(at[first]) < start < min(at[last])]
    if not behind:
        return ""
    passive = _PASSIVE.search(reading.text, max(at[first]), min(at[last]))
    return last if passive and passive.start() <= behind[0] < passive.end() else first


def _only_told(claim: Reading, held: Reading) -> Iterator[Difference]:
    """Find that a sentence only tells somebody to say or write what a claim says."""
    if _SAYING.search(claim.text):
        return
    for told in _TO_SAY.finditer(held.text):
        if claim.stems and claim.stems <= stems_of(told["what"]):
            yield Difference(kind="modality", note="the source only tells somebody to say so")
            return


def _runs(words: Sequence[Word]) -> list[str]:
    """Return names of several words as one text each, in order."""
    found: list[tuple[str, int]] = []
    for word in words:
        end = word.start + len(word.text)
        if found and word.start - found[-1][1] == 1:
            found[-1] = f"{found[-1][0]} {word.text}", end
        elif not found or word.start >= found[-1][1]:
            found.append((word.text, end))
    return [text for text, _ in found]


def _modality(claim: Reading, held: Reading) -> Iterator[Difference]:
    """Find what one side says is so or will be, and the other only may be or is intended."""
    for kind in ("possible", "intended"):
        hedges = _hedging(held, kind)
        if claim.has(kind) or claim.stems.isdisjoint(hedges):
            continue
        word = next(word for stem, word in hedges.items() if stem in claim.stems)
        yield Difference(kind="modality", note=f"the source says “{word}”")
        return
    hedges = _hedging(claim, "possible") if not held.has("possible") | held.has("intended") else {}
    if not held.has("future") and held.plain & _PAST:
        hedges |= _hedging(claim, "future")
    for stem, word in hedges.items():
        if stem in held.stems:
            yield Difference(kind="modality", note=f"the source does not say “{word}”")
            return


def _hedging(reading: Reading, kind: str) -> dict[str, str]:
    """Return the words of a list, by the stem of the first content word behind each."""
    found = {}
    known = reading.has(kind)
    for word, at in reading.tokens:
        if word in known:
            behind = (w.stem for w in reading.words if w.start >= at + len(word))
            found[next(behind, "")] = word
    return found
