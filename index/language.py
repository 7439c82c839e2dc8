"""Tells that a text is not English, and which language it is; it translates and splits nothing.

A script tells, or the function words do (Ingle, "A language identification table", 1976): a text
is called foreign only where words that English lacks are many and those that only English has are
few, so that foreign names and titles inside of English never make it foreign. Where two languages
fit as well, it is foreign and neither.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from index.data_files import data_toml

UNDETERMINED: Final = "und"
"""BCP 47's tag of a language that is not known: foreign, but which is open."""

READ = 4_000
"""Characters of a text that are looked at, from its beginning."""
_LEAST_WORDS = 20
"""Words of an article under which nothing is said of its language."""
_SHARE, _ENGLISH = 0.2, 0.04
"""Least share of an article's words that are a language's, and most that are only English."""
_ASKED_SHARE = 0.33
"""The same of a question that does not begin as questions of that language do."""
_ASKED_WORDS = 3
_OPENING = 2
"""Words of a question among which one that asks begins it: "Seit wann", "En quelle année"."""
_SPANISH_MARK = "¿"
_SCRIPT_SHARE = 0.5
_LEAST_LETTERS = 4
_SCRIPTS: Final[Mapping[str, tuple[str, str]]] = {
    "HIRAGANA": ("ja", "Japanese"),
    "KATAKANA": ("ja", "Japanese"),
    "HANGUL": ("ko", "Korean"),
    "CJK": ("zh", "Chinese"),
    "CYRILLIC": ("und-Cyrl", "a language in Cyrillic letters"),
    "ARABIC": ("und-Arab", "a language in Arabic letters"),
    "GREEK": ("el", "Greek"),
    "HEBREW": ("he", "Hebrew"),
    "THAI": ("th", "Thai"),
    "DEVANAGARI": ("und-Deva", "a language in Devanagari letters"),
    "BENGALI": ("bn", "Bengali"),
    "TAMIL": ("ta", "Tamil"),
    "GEORGIAN": ("ka", "Georgian"),
    "ARMENIAN": ("hy", "Armenian"),
}
"""By the first word of a letter's name in Unicode; some scripts are of several languages."""
_UNKNOWN: Final = "another language"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """The words of one language."""

    name: str
    own: frozenset[str]
    """Those that English lacks."""
    asks: frozenset[str]
    """Those of them that begin a question."""
    every: frozenset[str]
    """All of them."""
    english: frozenset[str]
    """English words that it lacks: they speak against it."""


def language_of(text: str) -> str:
    """Return the language of an article as BCP 47 has it: "de", "und-Cyrl", or "und".

    Empty for English, for a text of under 20 words and where it is not sure: of two languages in
    one text neither is called. Only the first 4,000 characters are looked at.
    """
    script = _script(text[:READ])
    if script:
        return script
    found = _words_of(text[:READ])
    if len(found) < _LEAST_WORDS:
        return ""
    counts = Counter(found)
    return _best(
        {
            code: own
            for code, words in _languages().items()
            if (own := _count(counts, words.own)) >= _SHARE * len(found)
            and _count(counts, words.english) <= _ENGLISH * len(found)
        }
    )


def language_asked_in(question: str) -> str:
    """Return the language of a question as `language_of` does; empty where it may be English.

    A question is foreign where it begins with a word that asks in that language and has another of
    its words, or where it has a question mark and three of its words, and a third of them, are of
    that language; a single word that only English has makes it none. A word counts once, as titles
    repeat theirs ("Les Plaisirs et les Jours").
    """
    found = _words_of(question)
    distinct = set(found)
    if script := _script(question):
        return script if distinct.isdisjoint(_english()) else ""
    if _SPANISH_MARK in question and distinct.isdisjoint(_languages()["es"].english):
        return "es"
    marked = "?" in question
    return _best(
        {
            code: len(distinct & words.own)
            for code, words in _languages().items()
            if distinct.isdisjoint(words.english) and _asks_in(found, words, marked=marked)
        }
    )


def language_name(code: str) -> str:
    """Return a language's name in English: "German", "a language in Cyrillic letters".

    "another language" for a code that is not one of ours.
    """
    named = {script: name for script, name in _SCRIPTS.values()}
    words = _languages().get(code)
    return words.name if words else named.get(code, _UNKNOWN)


def _asks_in(found: Sequence[str], words: _Words, *, marked: bool) -> bool:
    """Tell whether a question without an English word is of a language.

    Words that English has too ("was", "die") count beside the one that asks, where that is first.
    """
    own = len(words.own.intersection(found))
    if marked and own >= max(_ASKED_WORDS, _ASKED_SHARE * len(set(found))):
        return True
    if own >= 2 and any(word in words.asks for word in found[:_OPENING]):
        return True
    return found[:1] != [] and found[0] in words.asks and not words.every.isdisjoint(found[1:])


def _best(counts: Mapping[str, int]) -> str:
    """Return the language with the most words; undetermined where two have as many."""
    if not counts:
        return ""
    most = max(counts.values())
    first, *others = [code for code, count in counts.items() if count == most]
    return UNDETERMINED if others else first


def _count(counts: Counter[str], words: frozenset[str]) -> int:
    return sum(count for word, count in counts.items() if word in words)


def _words_of(text: str) -> list[str]:
    plain = unicodedata.normalize("NFC", text).lower().replace("’", "'")
    return _word().findall(plain)


def _script(text: str) -> str:
    """Return the language of a text whose letters are mostly of another script, else nothing."""
    if text.isascii():
        return ""
    letters = Counter(c for c in text if c.isalpha())
    counts: Counter[str] = Counter()
    for letter, times in letters.items():
        if (name := _script_of(letter)) in _SCRIPTS:
            counts[name] += times
    foreign = counts.total()
    if foreign < _LEAST_LETTERS or foreign < _SCRIPT_SHARE * letters.total():
        return ""
    kana = counts["HIRAGANA"] + counts["KATAKANA"]
    return "ja" if kana else _SCRIPTS[counts.most_common(1)[0][0]][0]


@cache
def _script_of(letter: str) -> str:
    return unicodedata.name(letter, "").replace("-", " ").partition(" ")[0]


@cache
def _word() -> re.Pattern[str]:
    """Return the form of a word; what is elided before another is a word of its own."""
    return re.compile(rf"\b(?:{_elided()})(?=[^\W\d_])|[^\W\d_]+(?:'[^\W\d_]+)*")


def _elided() -> str:
    words = {word for language in _languages().values() for word in language.own}
    return "|".join(sorted(word for word in words if word[-1] == "'"))


@cache
def _languages() -> Mapping[str, _Words]:
    stored = data_toml("index", "languages.toml")
    read = {
        code: (frozenset(one["asks"].split()), frozenset(one["words"].split()))
        for code, one in stored.items()
    }
    read.pop("en")
    english = _english()
    return {
        code: _Words(
            name=stored[code]["name"],
            own=_telling((asks | words) - english),
            asks=_telling(asks - english),
            every=asks | words,
            english=english - asks - words,
        )
        for code, (asks, words) in read.items()
    }


@cache
def _english() -> frozenset[str]:
    own = data_toml("index", "languages.toml")["en"]
    return frozenset(own["asks"].split()) | frozenset(own["words"].split())


def _telling(words: frozenset[str]) -> frozenset[str]:
    """Leave out single letters of ASCII: initials and labels are spelt with them."""
    return frozenset(word for word in words if len(word) > 1 or not word.isascii())
