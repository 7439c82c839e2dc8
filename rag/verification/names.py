"""Compares names: initials, surnames, and what a pronoun may stand for."""

import re
from collections.abc import Mapping

from rag.verification.context import Context
from rag.verification.lexicon import lists, titles
from rag.verification.parse import (
    Reading,
    Word,
    read,
    stems_of,
)
from rag.verification.roles import is_verb, speaker

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
