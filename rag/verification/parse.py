"""Reads a sentence into what can be compared: values, dates, and words with their polarity.

Numbers and dates are left out of the words. Names that mean the same get one stem. A word is
negated by a negator, or by a verb of denial, that stands before it in its clause.
"""

import re
from collections import deque
from dataclasses import dataclass
from functools import lru_cache

from index.terms import stop_words, terms
from rag.verification.dates import Date, read_dates
from rag.verification.lexicon import aliases, base_forms, is_known, lists, phrasal
from rag.verification.values import Value, read_values

_TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?"
    r"|[^\W_]+(?:['’&][^\W_]+)*(?:[-‐‑/][^\W_]+(?:['’][^\W_]+)*)*|[,;:()—–\"“”]"
)
_BREAKS = frozenset(",;:()—–")
_SCOPE = 6
"""Content words that one negator can turn."""
_HEDGED = 4
"""Content words that one hedge can weaken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A content word or name of a sentence."""

    stem: str
    """Its term, or `=` and a term that names of one meaning share."""
    text: str
    start: int
    end: int
    name: bool
    weight: float
    clause: int
    negated: int
    """The negator before it in its clause, from 1; 0 where there is none."""
    reach: int
    """Content words from the negator to it, itself included; 0 where there is none."""
    denied: bool
    """Turned by a verb of denial before it in its clause."""
    hedge: str
    """`possible`, `intended`, `uncertain` or empty: what weakens it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One sentence, read."""

    text: str
    words: tuple[Word, ...]
    stems: frozenset[str]
    values: tuple[Value, ...]
    dates: tuple[Date, ...]
    plain: frozenset[str]
    """All tokens in lower case."""


@lru_cache(maxsize=4096)
def read(text: str) -> Reading:
    """Read a sentence; the latest 4096 are kept."""
    dates = read_dates(text)
    values = read_values(text, taken=tuple((d.start, d.end) for d in dates))
    tokens = list(_TOKEN.finditer(text))
    taken = [*((d.start, d.end) for d in dates), *((v.start, v.end) for v in values)]
    words = tuple(_words(text, tokens, taken))
    return Reading(
        text=text,
        words=words,
        stems=frozenset(w.stem for w in words),
        values=values,
        dates=dates,
        plain=frozenset(m[0].lower().replace("’", "'") for m in tokens),
    )


class _Scope:
    """What turns and weakens the words that follow, until the clause ends."""

    def __init__(self) -> None:
        self.clause = -1
        self._negators = 0
        self.end()

    def end(self) -> None:
        self.clause += 1
        self._left = {"negated": 0, "denied": 0, "hedge": 0}
        self._hedge = ""

    def meet(self, lower: str) -> None:
        """Take note of a negator or a hedge; a second negator takes the first back."""
        if lower in lists()["negators"] or lower.endswith("n't"):
            close = self._left["negated"] >= _SCOPE - 1
            self._left["negated"] = 0 if close else _SCOPE
            self._negators += 1
        if lower == "only":  # "not only" says yes
            self._left["negated"] = 0
        for hedge in ("uncertain", "possible", "intended"):
            if lower in lists()[hedge]:
                if self._left["hedge"] <= 0 or hedge != "intended":
                    self._hedge = hedge
                self._left["hedge"] = _HEDGED

    def deny(self) -> None:
        """Take note of a verb that says no to what follows."""
        self._left["denied"] = _SCOPE

    def spend(self, *, counts: bool = True) -> tuple[int, int, bool, str]:
        """Return what holds for the next content word: negated, reach, denied, hedge."""
        left = self._left
        negator = self._negators if left["negated"] > 0 else 0
        reach = _SCOPE + 1 - left["negated"] if negator else 0
        state = negator, reach, left["denied"] > 0, self._hedge if left["hedge"] > 0 else ""
        if counts:  # an adverb or a light verb stands between a negator and what it turns
            self._left = {name: n - 1 for name, n in left.items()}
        return state


@lru_cache(maxsize=8192)
def stems_of(text: str) -> frozenset[str]:
    """Return the terms of a text; less than `read` does, and faster."""
    return frozenset(terms(text))


def _words(text: str, tokens: list[re.Match[str]], taken: list[tuple[int, int]]) -> list[Word]:
    found: list[Word] = []
    scope = _Scope()
    known = lists()
    skip = 0
    spans = deque(sorted(taken))
    for n, token in enumerate(tokens):
        lower = token[0].lower().replace("’", "'")
        if token[0] in _BREAKS or lower in known["contrasts"]:
            scope.end()
        while spans and spans[0][1] <= token.start():
            spans.popleft()
        inside = bool(spans) and spans[0][0] < token.end() and token.start() < spans[0][1]
        if n < skip or inside or not token[0][0].isalnum():
            continue
        alias, length = _alias(tokens, n)
        if alias:
            skip = n + length
            end = tokens[n + length - 1].end()
            negated, reach, denied, hedge = scope.spend()
            found.append(
                Word(
                    stem=alias, text=text[token.start() : end], start=token.start(), end=end,
                    name=True, weight=2.0, clause=scope.clause, negated=negated, reach=reach,
                    denied=denied, hedge=hedge,
                )
            )  # fmt: skip
            continue
        scope.meet(lower)
        found += _content(
            token,
            lower,
            scope,
            behind=_word_at(tokens, n + 1),
            first=_opens(text, token, tokens, n),
        )
        if lower == "against" and _word_at(tokens, n + 1).endswith("ing"):
            scope.deny()
    return found


def _content(
    token: re.Match[str], lower: str, scope: _Scope, *, behind: str, first: bool
) -> list[Word]:
    known = lists()
    bare = lower.removesuffix("'s").rstrip("'")
    stems = [] if _says_nothing(bare) or lower.endswith("n't") else terms(token[0])
    if not stems:
        return []
    name = token[0][0].isupper() and not (first and is_known(stems[0]))
    if not bare.endswith("ed"):  # "found" is of "find", "founded" is not
        stems[0] = base_forms().get(stems[0], stems[0])
    stems[0] = phrasal().get((stems[0], behind), stems[0])
    denies = stems[0] in known["deniers"] and (
        stems[0] not in known["deniers_before_to"] or behind == "to"
    )
    pieces = stems[:-1] if len(stems) > 2 and not any(c.isdigit() for c in token[0]) else stems[-1:]
    strict = bare in known["strict"]
    weights = [_weight(stem, name=name, strict=strict) for stem in pieces]
    state = [scope.spend(counts=w > 0.5 and not bare.endswith("ly")) for w in weights]
    if denies:
        scope.deny()
    return [
        Word(
            stem=stem, text=token[0], start=token.start(), end=token.end(), name=name,
            weight=weight, clause=scope.clause,
            negated=negated, reach=reach, denied=denied, hedge=hedge,
        )
        for stem, weight, (negated, reach, denied, hedge) in zip(
            pieces, weights, state, strict=True
        )
        if len(pieces) == 1 or (len(stem) > 1 and stem not in stop_words())
    ]  # fmt: skip


def _word_at(tokens: list[re.Match[str]], n: int) -> str:
    return tokens[n][0].lower() if n < len(tokens) else ""


def _says_nothing(lower: str) -> bool:
    """Tell whether a word is of grammar only, or heard as a negator, hedge or conjunction."""
    known = lists()
    if lower in stop_words() and lower not in known["strict"] | known["kept"]:
        return True
    kinds = ("be", "negators", "modal", "future", "causes", "contrasts")
    return any(lower in known[kind] for kind in kinds)


def _weight(stem: str, *, name: bool, strict: bool) -> float:
    if name:
        return 2.0
    if strict:
        return 1.2
    if (
        stem in lists()["light"]
        or stem in lists()["hopes"]
        or stem in lists()["kept"]
        or stem == "co"
    ):
        return 0.3
    return 0.8 if len(stem) < 5 else 1.0


def _opens(text: str, token: re.Match[str], tokens: list[re.Match[str]], n: int) -> bool:
    """Tell whether a capital may be there only because the sentence or a quotation begins."""
    begins = n == 0 or (tokens[n - 1][0] in '"“' and (n == 1 or tokens[n - 2][0] in _BREAKS))
    if not begins or (token[0].isupper() and len(token[0]) > 1):
        return False
    following = tokens[n + 1] if n + 1 < len(tokens) else None
    glued = following is not None and text[token.end() : following.start()] == " "
    return not (glued and following is not None and following[0][0].isupper())


def _alias(tokens: list[re.Match[str]], n: int) -> tuple[str, int]:
    """Return the common stem of a known name that begins at a token, and its length in tokens."""
    if not tokens[n][0][0].isupper():
        return "", 0
    known = aliases()
    for length in (4, 3, 2, 1):
        if n + length > len(tokens):
            continue
        words = [t[0].lower().replace("’", "'").removesuffix("'s") for t in tokens[n : n + length]]
        key = "_".join(words)
        if key in known and (length > 1 or len(key) > 2 or tokens[n][0].isupper()):
            return known[key], length
    return "", 0
