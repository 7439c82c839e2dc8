"""The word lists of the sentence splitter, read once from package data; no rule lives here."""

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """Lower-case words without their last stop; what each set is for stands in the data file."""

    never: frozenset[str]
    titles: frozenset[str]
    either: frozenset[str]
    states: frozenset[str]
    before_number: frozenset[str]
    before_number_capitalised: frozenset[str]
    weekdays: frozenset[str]
    months: frozenset[str]
    letter_nouns: frozenset[str]
    after_time: frozenset[str]
    marked_names: frozenset[str]
    domains: frozenset[str]
    speech_verbs: frozenset[str]
    starters: frozenset[str]


@cache
def lexicon() -> Lexicon:
    """Return the lists of `index/data/abbreviations.toml`; the file is read on the first call."""
    source = files("index") / "data" / "abbreviations.toml"
    lists: dict[str, list[str]] = tomllib.loads(source.read_text(encoding="utf-8"))
    return Lexicon(**{each.name: frozenset(lists[each.name]) for each in fields(Lexicon)})
