"""What counts as a word, a query read once into words, and which language words are of.

A text becomes terms: case-folded, without accents, stemmed (Snowball's English stemmer, Porter
2001). Compounds give their parts and their joined form, so that `SM-6` and `SM6` meet while
`SM-6` and `SM-3` share only `sm`. Dotted initials (`U.S.`) join, thousands separators and
ordinal endings go (`27,000`, `30th`), possessive endings go.

It also tells that a text is not English, and which language it is. A script tells, or the function
words do (Ingle, "A language identification table", 1976): a text is called foreign only where words
that English lacks are many and those that only English has are few, so that foreign names and
titles inside of English never make it foreign. Where two languages fit as well, it is foreign and
neither.
"""

import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, Self

import Stemmer

from index.data_files import data_text, data_toml

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+(?:['’.,-][^\W_{_CJK}]+)*")
_TOKEN = re.compile(
    rf"[{_CJK}]"
    r"|\b(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?"
    r"|\d+(?:[.,]\d+)+[^\W_]*"
    rf"|[^\W_{_CJK}]+(?:['\-/&+][^\W_{_CJK}]+)*"
)
_SPLIT = re.compile(r"[\-/&+]")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
_SINGLE = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-", "–": "-", "−": "-"})
_DOUBLE = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_PHRASES = re.compile(r'"([^"]*)"|([^"\s]+)')
_LONGEST_TERM = 64
_stemmers = threading.local()
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
class Query:
    """A question, or a claim, as it is searched for."""

    text: str
    """Cleaned by who asks: NFC, one line, no control characters. It is what is embedded."""
    terms: tuple[str, ...]
    """Distinct terms without function words; all terms where it has no others."""

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a text that is clean."""
        return cls(text=text, terms=tuple(content_terms(text) or terms(text)))

    @property
    def is_empty(self) -> bool:
        """Whether there is no word to search for."""
        return not has_words(self.text)


def terms(text: str) -> list[str]:
    """Return the terms of a text in order; an empty list where it has no word or number."""
    return [term for token in _tokens(text) for term in _terms_of(token)]


def content_terms(question: str) -> list[str]:
    """Return the distinct terms of a question without function words, in order.

    Empty where the question has only function words or no word at all.
    """
    return list(
        dict.fromkeys(t for w in _tokens(question) if not _is_stop(w) for t in _terms_of(w))
    )


def wanted(text: str) -> list[tuple[tuple[str, ...], ...]]:
    """Return what a text that has to hold all of some words is to have, in order, each once.

    Words in quotes have to stand in a row. Function words are left out where there are others.

    Returns:
        For each word or phrase the runs of terms of which any will do: of `SM-6` its parts in a
        row, and `sm6`. Nothing where there is no word.
    """
    told: list[tuple[tuple[str, ...], ...]] = []
    small: list[tuple[tuple[str, ...], ...]] = []
    for phrase, word in _PHRASES.findall(text.translate(_DOUBLE)):
        tokens = _tokens(phrase or word)
        run = tuple(term for token in tokens for term in _terms_of(token))
        joined = (run[-1:],) if len(tokens) == 1 and len(run) > 1 else ()
        if run:
            is_small = not phrase and all(map(_is_stop, tokens))
            (small if is_small else told).append((run, *joined))
    return list(dict.fromkeys(told or small))


def places(text: str, words: str) -> list[tuple[int, int]]:
    """Return where a text says any of some words, in whatever form: start and end, in order."""
    meant = {term for runs in wanted(words) for run in runs for term in run}
    found = ((m.start(), m.end()) for m in _WORD.finditer(text))
    return [(start, end) for start, end in found if meant.intersection(terms(text[start:end]))]


def has_words(text: str) -> bool:
    """Say whether a text holds any letter or digit."""
    return any(character.isalnum() for character in text)


def _tokens(text: str) -> list[str]:
    if text.isascii():
        return _TOKEN.findall(text.lower())
    decomposed = unicodedata.normalize("NFKD", text.translate(_SINGLE)).casefold()
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _TOKEN.findall(unicodedata.normalize("NFC", bare))


@lru_cache(maxsize=65536)
def _terms_of(token: str) -> tuple[str, ...]:
    if token[0].isdigit() and ("." in token or "," in token):
        return (token.replace(",", "")[:_LONGEST_TERM],)
    token = token.replace(".", "")
    parts = tuple(_stem(part) for part in _SPLIT.split(token))
    return parts if len(parts) == 1 else (*parts, "".join(parts)[:_LONGEST_TERM])


def _stem(word: str) -> str:
    word = word.removesuffix("'s").replace("'", "")[:_LONGEST_TERM]
    ordinal = _ORDINAL.fullmatch(word)
    if ordinal:
        return ordinal[1]
    if not hasattr(_stemmers, "english"):
        # A stemmer is not safe to share between threads.
        _stemmers.english = Stemmer.Stemmer("english")
    return str(_stemmers.english.stemWord(word))


def _is_stop(token: str) -> bool:
    bare = token.removesuffix("'s").replace("'", "")
    # "us" is not among the stop words: folded, it is also the country.
    return bare in stop_words()


@cache
def stop_words() -> frozenset[str]:
    """Return the function words that a question's terms leave out."""
    lines = data_text("index", "stopwords.txt").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


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
