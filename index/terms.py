"""What counts as a word, and a query read once into words: one rule for documents and questions.

A text becomes terms: case-folded, without accents, stemmed (Snowball's English stemmer, Porter
2001). Compounds give their parts and their joined form, so that `SM-6` and `SM6` meet while
`SM-6` and `SM-3` share only `sm`. Dotted initials (`U.S.`) join, thousands separators and
ordinal endings go (`27,000`, `30th`), possessive endings go.
"""

import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Self

import Stemmer

from index.data_files import data_text

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
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
