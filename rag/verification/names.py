"""Compares names, and who did what to whom."""

import re
from collections.abc import Iterator, Mapping, Sequence

from index.terms import terms
from rag.verification.differences import Context, Fault, differs
from rag.verification.lexicon import base_forms, lists, titles
from rag.verification.parse import (
    Reading,
    Word,
    read,
    stems_of,
)

_NEAR = 3
"""Content words before a verb among which its subject stands."""
_BEHIND = 2
"""Characters between a verb of speech and who speaks, where he is named behind it."""
_LIGHT = 0.5
"""Weight up to which a word says little."""
_BY = re.compile(r"(?: \S+){0,3}? by ")
"""Between a verb and who did it, in the passive voice."""


def swapped(claim: Reading, held: Reading, pairs: Mapping[int, int]) -> Iterator[Fault]:
    """Yield a fault where a shared verb has another subject than in the claim.

    The subject is the name before the verb. It is another one where the sentence has the claim's
    subject only behind its verb, and before it a name that the claim has behind or not at all.
    """
    yield from _of_other_clause(claim, held, pairs)
    yield from _done_by_another(claim, held, pairs)
    back = {p: n for n, p in pairs.items()}
    for n, p in pairs.items():
        mine, other = claim.words[n], held.words[p]
        if mine.name or not (is_verb(mine) or is_verb(other)) or mine.stem in lists()["symmetric"]:
            continue
        turned = _is_passive(claim, n) != _is_passive(held, p)
        subject = _subject(claim, n)
        places = [pairs[i] for i in subject if i in pairs]
        if not places or (any(i < p for i in places) if not turned else any(i > p for i in places)):
            continue
        there = range(p) if not turned else range(p + 1, len(held.words))
        rivals = [i for i in there if held.words[i].name and back.get(i, len(claim.words)) > n]
        if not rivals and not turned and mine.text.lower() not in lists()["speech"]:
            rivals = [i for i in there[-_BEHIND:] if i not in back and _is_noun(held, i, p)]
        if rivals:
            name = " ".join(held.words[i].text for i in rivals[-2:])
            yield differs(name, " ".join(claim.words[i].text for i in subject), "name")
            return


def _of_other_clause(claim: Reading, held: Reading, pairs: Mapping[int, int]) -> Iterator[Fault]:
    """Yield a fault where the sentence says a word of another subject, in a clause of its own."""
    taken = set(pairs.values())
    for n, p in pairs.items():
        clause = held.words[p].clause
        mine = [i for i in _subject(claim, n) if i in pairs]
        if (
            held.words[p].name
            or not mine
            or any(held.words[pairs[i]].clause == clause for i in mine)
        ):
            continue
        own = [i for i in range(max(0, p - _NEAR), p) if held.words[i].clause == clause]
        names = [i for i in own if held.words[i].name and not _behind_preposition(held, i)]
        if names and taken.isdisjoint(names):
            name = " ".join(held.words[i].text for i in names)
            yield differs(name, " ".join(claim.words[i].text for i in mine), "name")
            return


def _is_noun(held: Reading, at: int, verb: int) -> bool:
    """Tell whether a word looks like what a verb of its clause is said of."""
    word = held.words[at]
    return word.clause == held.words[verb].clause and word.weight > _LIGHT and not is_verb(word)


def _done_by_another(claim: Reading, held: Reading, pairs: Mapping[int, int]) -> Iterator[Fault]:
    """Yield a fault where the sentence names who did it, and the claim another who is not in it."""
    for n, p in pairs.items():
        if claim.words[n].name or held.words[p].name:
            continue
        if not is_verb(claim.words[n]) and not is_verb(held.words[p]):
            continue
        mine = _doer(claim, n) or _subject(claim, n)
        others = _doer(held, p) or _subject(held, p)
        if mine and others and pairs.keys().isdisjoint(mine) and not _shared(pairs, others):
            name = " ".join(held.words[i].text for i in others)
            yield differs(name, " ".join(claim.words[i].text for i in mine), "name")
            return


def _shared(pairs: Mapping[int, int], places: Sequence[int]) -> bool:
    return not set(pairs.values()).isdisjoint(places)


def _doer(reading: Reading, verb: int) -> list[int]:
    """Return the indices of the name that "by" gives shortly behind a verb."""
    word = reading.words[verb]
    by = _BY.match(reading.text, word.end)
    if by is None:
        return []
    found: list[int] = []
    for n in range(verb + 1, len(reading.words)):
        other = reading.words[n]
        if other.start < by.end():
            continue
        if other.name and (not found or other.start - reading.words[found[-1]].end <= _BEHIND):
            found.append(n)
        elif found or n > verb + _NEAR + 1:
            break
    return found


def speaker(reading: Reading) -> Word | None:
    """Return the name beside the first verb of speech: "X said", "said X"; None without one."""
    lower = f" {reading.text.lower()} "
    names = [w for w in reading.words if w.name]
    for verb in sorted(lists()["speech"] & reading.plain):
        at = lower.find(f" {verb} ")
        if at < 0:
            continue
        end = at + len(verb)
        before = [w for w in names if at - 2 <= w.end <= at]
        behind = [w for w in names if 0 <= w.start - end <= _BEHIND]
        if before or behind:
            return (before or behind)[0]
    return None


def _behind_preposition(reading: Reading, at: int) -> bool:
    before = reading.text[max(0, reading.words[at].start - 16) : reading.words[at].start]
    words = [w for w in before.lower().split() if w not in ("the", "a", "an", "its", "their")]
    return bool(words) and words[-1] in lists()["prepositions"]


def _stem(word: str) -> str:
    return next(iter(terms(word)), "")


def _is_passive(reading: Reading, verb: int) -> bool:
    """Tell whether a form of "be" stands shortly before a verb and "by" shortly behind."""
    word = reading.words[verb]
    before = reading.text[max(0, word.start - 24) : word.start].lower().split()
    behind = reading.text[word.end : word.end + 24].lower().split()
    return bool(lists()["be"].intersection(before[-3:])) and "by" in behind[:3]


def is_verb(word: Word) -> bool:
    """Tell whether a word looks like a verb that tells what was done."""
    lower = word.text.lower()
    known = lists()
    return not word.name and (
        lower.endswith("ed") or _stem(lower) in base_forms() or lower in known["present"]
    )


def _subject(reading: Reading, verb: int) -> list[int]:
    """Return the indices of the words of the name next before a verb, in its clause."""
    found: list[int] = []
    for n in range(verb - 1, -1, -1):
        if reading.words[n].name:
            found.insert(0, n)
        elif found:
            break
    return found


_TOKEN = re.compile(r"\W*(\w+)")


def in_names(claimed: Word, held: Word) -> bool:
    """Say whether a word of a claim's name is a word of a source's name, or its initial."""
    if not claimed.name:
        return False
    if claimed.stem == held.stem:
        return True
    one, other = claimed.text.rstrip("."), held.text
    return held.name and len(one) == 1 and one.isupper() and other[:1] == one


def near(
    claim: Reading, at: int, held: Reading, context: Context, pairs: Mapping[int, int]
) -> bool:
    """Say whether what stands around a sentence bears out a word of the claim that it lacks.

    A name only where the sentence refers back and has no other subject, or where it completes a
    name that the sentence has in short.
    """
    word = claim.words[at]
    if not word.name:
        around = (*context.before, context.title, context.after)
        return not is_verb(word) and any(word.stem in stems_of(text) for text in around)
    if word.text.lower() in titles():
        return word.text.lower() in context.document.lower()
    if _completes(claim, at, context, pairs):
        return True
    if any(other.stem == word.stem for other in read(context.title).words):
        return True
    return _refers(claim, held, pairs) and _named_before(word, held, context)


def _completes(claim: Reading, at: int, context: Context, pairs: Mapping[int, int]) -> bool:
    """Tell whether a neighbouring word of the same name is there, and both stand together."""
    for other in (at - 1, at + 1):
        if other in pairs and 0 <= other < len(claim.words) and claim.words[other].name:
            first, last = sorted((at, other))
            name = f"{claim.words[first].text} {claim.words[last].text}"
            if name.lower() in context.document.lower():
                return True
    return False


def _refers(claim: Reading, held: Reading, pairs: Mapping[int, int]) -> bool:
    """Tell whether a sentence refers back, without a subject or speaker that the claim lacks.

    It must hold at least half of the claim's words itself.
    """
    taken = set(pairs.values())
    shared = [p for p in taken if not held.words[p].name]
    plain = sum(not w.name for w in claim.words)
    if 2 * len(shared) < plain:
        return False
    first = min(shared, default=len(held.words))
    if any(w.name and n not in taken for n, w in enumerate(held.words[:first])):
        return False
    says = speaker(held)
    if (
        says is not None
        and held.words.index(says) not in taken
        and (claim.plain & lists()["speech"] or not held.plain & lists()["others"])
    ):
        return False
    return refers_back(held)


def refers_back(sentence: Reading) -> bool:
    """Say whether a sentence has a pronoun, or begins with a definite thing."""
    return sentence.text[:4].lower() == "the " or bool(sentence.plain & lists()["pronouns"])


def _named_before(word: Word, held: Reading, context: Context) -> bool:
    """Tell whether the nearest sentence before that names anything names this.

    "He" and "she" at the beginning stand for who speaks there, else for the first name.
    """
    for text in context.before:
        sentence = read(text)
        names = [w for w in sentence.words if w.name]
        if is_of_one(held):
            names = subject(sentence)
        if names:
            return any(in_names(word, other) for other in names)
    return False


def is_of_one(sentence: Reading) -> bool:
    """Say whether a sentence begins with "he" or "she"."""
    first = _TOKEN.match(sentence.text)
    return first is not None and first[1].lower() in ("he", "she")


def subject(sentence: Reading) -> list[Word]:
    """Return the words of the name of who speaks, else of the first one; none without names."""
    names = [w for w in sentence.words if w.name]
    if not names:
        return []
    first = speaker(sentence) or names[0]
    found = [first]
    for word in names[names.index(first) + 1 :]:
        if sentence.text[found[-1].end : word.start].strip():
            break
        found.append(word)
    before = [w for w in names[: names.index(first)] if w.end + 1 == found[0].start]
    return [*before[-1:], *found]
