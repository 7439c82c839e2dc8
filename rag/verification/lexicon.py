"""The words of the verification, read once from package data: lists, synonyms and opposites.

Which words may stand for one another in a true retelling is from Princeton WordNet 3.1 by
`benchmarks/make_thesaurus.py`, with lists of our own for the news.
"""

from collections import defaultdict
from functools import cache, lru_cache

from index.data_files import data_text, data_toml

_PAIRS = 65536
"""Pairs of stems whose relation is kept."""
_NOT = ("un", "in", "im", "dis", "non", "ir")
"""Beginnings that turn a word into its opposite."""


@lru_cache(maxsize=_PAIRS)
def retells(claimed: str, held: str) -> bool:
    """Say whether a source's stem bears out another stem of a claim; equal ones do."""
    if claimed == held:
        return True
    common, related = _own(), _wordnet()[0]
    if common.get(claimed, frozenset()) & common.get(held, frozenset()):
        return True
    return claimed in related.get(held, ()) or held in related.get(claimed, ())


def is_known(stem: str) -> bool:
    """Say whether a stem is of a common word, so that a capital does not make it a name."""
    return stem in _wordnet()[0] or stem in _own()


@lru_cache(maxsize=_PAIRS)
def opposite(one: str, other: str) -> bool:
    """Say whether two stems exclude each other."""
    short, long = sorted((one, other), key=len)
    return other in _opposites().get(one, ()) or any(long == p + short for p in _NOT)


@cache
def _own() -> dict[str, frozenset[int]]:
    groups: dict[str, set[int]] = defaultdict(set)
    for number, line in enumerate(phrases("same")):
        for stem in line.split():
            groups[base_forms().get(stem, stem)].add(number)
    return {stem: frozenset(numbers) for stem, numbers in groups.items()}


@cache
def _opposites() -> dict[str, frozenset[str]]:
    pairs: dict[str, set[str]] = defaultdict(set)
    base = base_forms()
    for pair in [*_wordnet()[1], *(line.split() for line in phrases("opposites"))]:
        one, other = (base.get(stem, stem) for stem in pair)
        pairs[one].add(other)
        pairs[other].add(one)
    return {stem: frozenset(others) for stem, others in pairs.items()}


@cache
def _wordnet() -> tuple[dict[str, frozenset[str]], list[list[str]]]:
    source = data_text("rag", "thesaurus.txt")
    related: dict[str, frozenset[str]] = {}
    opposites: list[list[str]] = []
    for line in source.splitlines():
        if line.startswith("! "):
            opposites.append(line[2:].split())
        else:
            stem, _, words = line.partition(": ")
            related[stem] = frozenset(words.split())
    return related, opposites


@cache
def lists() -> dict[str, frozenset[str]]:
    """Return the word lists of `rag/data/verification_words.toml` that are written as words."""
    return {
        name: frozenset(words.split())
        for name, words in _table("verification_words").items()
        if isinstance(words, str)
    }


@cache
def phrases(name: str) -> tuple[str, ...]:
    """Return a list of `rag/data/verification_words.toml` that is written as strings."""
    return tuple(_table("verification_words")[name])


@cache
def titles() -> frozenset[str]:
    """Return the words that stand before a name without changing it, in lower case."""
    return frozenset(_table("names")["titles"].split())


@cache
def aliases() -> dict[str, str]:
    """Return the common stem of each known form of a name; forms of several words have `_`."""
    return {
        form: f"={line.split()[0]}" for line in _table("names")["same"] for form in line.split()
    }


@cache
def base_forms() -> dict[str, str]:
    """Return the stem of the base form of each irregular form of a verb."""
    rows = (row.split() for row in phrases("irregular"))
    return {form: base for base, *forms in rows for form in forms}


@cache
def phrasal() -> dict[tuple[str, str], str]:
    """Return the stem that a verb's stem and the particle behind it mean."""
    rows = (row.split() for row in phrases("phrasal"))
    return {(form.split("_")[0], form.split("_")[1]): meant for form, meant in rows}


def _table(name: str) -> dict:  # type: ignore[type-arg]  # tables of a TOML file
    return data_toml("rag", f"{name}.toml")
