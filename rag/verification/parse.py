"""Reads a sentence into what can be compared: words, names, values, dates and words that turn it.

Numbers and dates are left out of the words. Names that mean the same get one stem.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from index.data_files import data_toml
from index.terms import stop_words, terms
from rag.verification.dates import Date, read_dates
from rag.verification.values import Value, read_values

_TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?"
    r"|[^\W_]+(?:['’&][^\W_]+)*(?:[-‐‑/][^\W_]+(?:['’][^\W_]+)*)*"
)
_INSIDE = re.compile(r"(?<=[a-z,;] )[A-Z][^\W\d_]+")
"""A capital that no beginning of a sentence explains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A content word or name of a sentence."""

    stem: str
    """Its term, or `=` and a term that names of one meaning share."""
    text: str
    start: int
    name: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One sentence, read."""

    text: str
    words: tuple[Word, ...]
    stems: frozenset[str]
    values: tuple[Value, ...]
    dates: tuple[Date, ...]
    tokens: tuple[tuple[str, int], ...]
    """All words in lower case with where they stand, those of dates left out."""
    plain: frozenset[str]
    """The same words."""

    def has(self, kind: str) -> frozenset[str]:
        """Return the words of a list of `rag/data/verification_words.toml` that it has."""
        found = self.plain & lists()[kind]
        if kind == "negators":
            found |= {word for word in self.plain if word.endswith("n't")}
        return found


@lru_cache(maxsize=4096)
def read(text: str, names: frozenset[str] = frozenset()) -> Reading:
    """Read a sentence; the latest 4096 are kept.

    Args:
        text: One sentence.
        names: Stems that are names even where they begin the sentence; see `names_in`.
    """
    dates = read_dates(text)
    values = read_values(text, taken=tuple((d.start, d.end) for d in dates))
    tokens = list(_TOKEN.finditer(text))
    taken = [*((d.start, d.end) for d in dates), *((v.start, v.end) for v in values)]
    words = tuple(_words(tokens, taken, names))
    dated = {at for date in dates for at in range(date.start, date.end)}
    plain = tuple((_lower(m), m.start()) for m in tokens if m.start() not in dated)
    return Reading(
        text=text,
        words=words,
        stems=frozenset(w.stem for w in words),
        values=values,
        dates=dates,
        tokens=plain,
        plain=frozenset(lower for lower, _ in plain),
    )


def names_in(texts: Iterable[str]) -> frozenset[str]:
    """Return the stems that texts have with a capital inside a sentence."""
    return frozenset(
        stem for text in texts for word in _INSIDE.findall(text) for stem in terms(word)
    )


@lru_cache(maxsize=8192)
def stems_of(text: str) -> frozenset[str]:
    """Return the terms of a text; less than `read` does, and faster."""
    return frozenset(terms(text))


@cache
def lists() -> dict[str, frozenset[str]]:
    """Return the word lists of `rag/data/verification_words.toml`."""
    table = data_toml("rag", "verification_words.toml")
    return {name: frozenset(words.split()) for name, words in table.items()}


@cache
def titles() -> frozenset[str]:
    """Return the words that stand before a name without changing it, in lower case."""
    return frozenset(data_toml("rag", "names.toml")["titles"].split())


@cache
def _aliases() -> dict[str, str]:
    """Return the common stem of each known form of a name; forms of several words have `_`."""
    rows = data_toml("rag", "names.toml")["same"]
    return {form: f"={line.split()[0]}" for line in rows for form in line.split()}


def _words(
    tokens: Sequence[re.Match[str]], taken: Sequence[tuple[int, int]], names: frozenset[str]
) -> Iterator[Word]:
    skip = 0
    spans = sorted(taken, reverse=True)
    for n, token in enumerate(tokens):
        while spans and spans[-1][1] <= token.start():
            spans.pop()
        inside = bool(spans) and spans[-1][0] < token.end()
        if n < skip or inside:
            continue
        alias, length = _alias(tokens, n)
        if alias:
            skip = n + length
            text = " ".join(t[0] for t in tokens[n:skip])
            yield Word(stem=alias, text=text, start=token.start(), name=True)
            continue
        lower = _lower(token)
        stems = [] if _says_nothing(lower) else terms(token[0])
        for stem in stems[:-1] if len(stems) > 2 else stems[-1:]:
            capital = token[0][0].isupper() and (n > 0 or stem in names)
            yield Word(stem=stem, text=token[0], start=token.start(), name=capital)


def _lower(token: re.Match[str]) -> str:
    return token[0].lower().replace("’", "'")


def _says_nothing(lower: str) -> bool:
    bare = lower.removesuffix("'s").rstrip("'")
    return bare in stop_words() or lower.endswith("n't") or bare in _turning()


@cache
def _turning() -> frozenset[str]:
    return frozenset().union(*(lists()[kind] for kind in ("negators", "possible", "future")))


def _alias(tokens: Sequence[re.Match[str]], n: int) -> tuple[str, int]:
    """Return the common stem of a known name that begins at a token, and its length in tokens."""
    if not tokens[n][0][0].isupper():
        return "", 0
    known = _aliases()
    for length in (4, 3, 2, 1):
        if n + length > len(tokens):
            continue
        key = "_".join(_lower(t).removesuffix("'s") for t in tokens[n : n + length])
        if key in known and (length > 1 or len(key) > 2 or tokens[n][0].isupper()):
            return known[key], length
    return "", 0
