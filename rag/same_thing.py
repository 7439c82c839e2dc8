"""Tells whether sentences of two documents are of one thing, by what titles and questions name.

A fee of the tennis club and one of the chess club are of two things, though only the titles tell
the clubs apart. No knowledge of what exists: only words that the one has and the other lacks.
"""

from itertools import pairwise

from index.terms import content_terms, terms
from rag.question import names
from rag.types import Evidence


def are_of_one_thing(asked: str, one: Evidence, other: Evidence) -> bool:
    """Tell whether what the question and the titles name is the same of both.

    A name in the question, or a word of it that is in a title, both passages have, or neither.
    Titles that tell two things apart do so of their sentences, unless the other names its own.
    """
    if not are_asked_alike(asked, one, other):
        return False
    told = bool(own_words(other, one) & set(terms(other.text)))
    return not are_two_things(one, other) or (told and not _names_apart(one, other))


def are_asked_alike(asked: str, one: Evidence, other: Evidence) -> bool:
    """Tell whether the question names neither rather than the other of two passages."""
    mine, yours = _held(one), _held(other)
    titles = _title(one) | _title(other)
    named = set(content_terms(" ".join(names(asked)))) | (set(content_terms(asked)) & titles)
    return not named & (mine ^ yours)


def are_two_things(one: Evidence, other: Evidence) -> bool:
    """Tell whether the titles name two things: each has a word that the other's passage lacks.

    Both kinds count: names, as of two bridges, and words before a common one, as of two clubs. What
    else differs in two titles may be news of one thing.
    """
    if _names_apart(one, other):
        return True
    mine, yours = _kinds(one), _kinds(other)
    held, theirs = _held(one), _held(other)
    return any(mine[noun] - theirs and yours[noun] - held for noun in mine.keys() & yours.keys())


def _kinds(sentence: Evidence) -> dict[str, frozenset[str]]:
    """Return the words of a title, each with those that stand before it, such as club: tennis."""
    words = terms(sentence.hit.card.title)
    own = _title(sentence)
    found: dict[str, frozenset[str]] = {}
    for before, noun in pairwise(words):
        if before in own and noun in own:
            found[noun] = found.get(noun, frozenset()) | {before}
    return found


def names_both(asked: str, one: Evidence, other: Evidence) -> bool:
    """Tell whether a question has a word that stands in both titles, as "the bridge" of two."""
    return bool(set(content_terms(asked)) & _title(one) & _title(other))


def own_words(one: Evidence, other: Evidence) -> frozenset[str]:
    """Return the terms of a title that another document's title and passage lack."""
    return _title(one) - _held(other)


def _names_apart(one: Evidence, other: Evidence) -> bool:
    """Tell whether each title has a name that the other document's title and passage lack."""
    mine, yours = _held(one), _held(other)
    named = [set(content_terms(" ".join(_title_names(e)))) for e in (one, other)]
    return not named[0] & named[1] and bool(named[0] - yours) and bool(named[1] - mine)


def _title_names(sentence: Evidence) -> frozenset[str]:
    """Return the capitalised words of a title that are names for sure.

    Its first word, which any title begins so, only where it is written as "TechMart" is; of a title
    in capitals none.
    """
    words = sentence.hit.card.title.split()
    if sum(word[:1].isupper() for word in words) > 1 + len(words) // 2:
        return frozenset()
    first = [word for word in words[:1] if any(c.isupper() for c in word[1:])]
    return names(f"x {' '.join([*first, *words[1:]])}")


def _held(sentence: Evidence) -> frozenset[str]:
    """Return the terms of a sentence's passage and its document's title."""
    return frozenset(terms(f"{sentence.hit.card.title}\n{sentence.hit.passage.text}"))


def _title(sentence: Evidence) -> frozenset[str]:
    """Return what a title says in words; a number in it only counts."""
    told = content_terms(sentence.hit.card.title)
    return frozenset(term for term in told if not term[:1].isdigit())
