"""Tells which names may be a person's, by their form and by lists; nobody is looked up."""

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from rag.verification.lexicon import aliases


def persons(names: Iterable[str]) -> list[str]:
    """Return the names that may be one person's each, in order; "Ann Lee and Bo Li" gives two.

    Left out are countries and organisations that are known, abbreviations, names with a number or
    an "of" in them, days and months, and names that end like a place or an institution.
    """
    parts = (part for name in names for part in name.split(" and "))
    return [part for part in parts if _may_be_one(part)]


def _may_be_one(name: str) -> bool:
    words = name.split()
    folded = [word.casefold() for word in words]
    known = "_".join(folded) in aliases() or folded[-1] in _words("institution")
    linked = _words("linking").intersection(folded)
    odd = any(_is_odd(word) for word in words)
    return not (known or linked or odd or _words("calendar").intersection(folded))


def _is_odd(word: str) -> bool:
    """Tell abbreviations and designations, such as US and F-35, from words."""
    return any(c.isdigit() for c in word) or (len(word) > 1 and word.isupper())


@cache
def _words(kind: str) -> frozenset[str]:
    source = files("rag").joinpath("data/persons.toml").read_text(encoding="utf-8")
    return frozenset(tomllib.loads(source)[kind].split())
