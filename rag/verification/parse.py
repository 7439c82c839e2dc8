"""Reads a sentence into what can be compared: words, names, values, dates and words that turn it.

Numbers and dates are left out of the words. Names that mean the same get one stem.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from index.data_files import data_toml
from index.terms import stop_words, terms
from rag.verification.values import Value, quantities, read_values

_TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?"
    r"|[^\W_]+(?:['’&][^\W_]+)*(?:[-‐‑/][^\W_]+(?:['’][^\W_]+)*)*"
)
_TO = re.compile(r"\s*(?:to|through|until|till|and|–|-)\s*")
_INSIDE = re.compile(r"(?<=[a-z,;] )[A-Z][^\W\d_]+")
"""A capital that no beginning of a sentence explains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """A date as far as a text gives it; None where it does not."""

    year: int | None
    month: int | None
    day: int | None
    weekday: int | None
    """0 is Monday."""
    decade: bool
    """Whether `year` stands for the ten years that it begins."""
    start: int
    end: int
    text: str


def read_dates(text: str) -> tuple[Date, ...]:
    """Return the dates of a text in order.

    `03/04` is left out because it has two readings; a bare year is one where it looks like one.
    """
    found = []
    for match in _pattern().finditer(text):
        date = _date(match)
        if date is not None:
            found.append(date)
    return tuple(found)


def agrees(claimed: Date, held: Date) -> bool:
    """Say whether a source's date bears out a claimed one: a missing year is no conflict."""
    if conflicts(claimed, held):
        return False
    told = [getattr(held, part) for part in ("month", "day") if getattr(claimed, part) is not None]
    if None in told or (held.decade and claimed.year is not None and not claimed.decade):
        return False
    shared = (
        (claimed.year, held.year),
        (claimed.month, held.month),
        (claimed.weekday, held.weekday),
    )
    return any(a is not None and b is not None for a, b in shared)


def conflicts(one: Date, other: Date) -> bool:
    """Say whether two dates give the same part differently."""
    parts = ((one.month, other.month), (one.day, other.day), (one.weekday, other.weekday))
    if any(a is not None and b is not None and a != b for a, b in parts):
        return True
    if one.year is None or other.year is None:
        return False
    if one.decade or other.decade:
        return one.year // 10 != other.year // 10
    return one.year != other.year


@cache
def _pattern() -> re.Pattern[str]:
    dates = quantities()["dates"]
    long = "|".join(w.title() for names in dates["months"] for w in names.split()[:1])
    short = "|".join(w.title() for names in dates["months"] for w in names.split()[1:])
    month = rf"(?:{long}|(?:{short})\b\.?)"
    weekday = "|".join(w.title() for names in dates["weekdays"] for w in names.split()[:1])
    day = r"\d{1,2}(?:st|nd|rd|th)?"
    year = r"(?:1[4-9]\d\d|20\d\d|21\d\d)"
    lead = "in|of|by|since|from|until|during|after|before|and|to|last|next|early|late|mid|this|each"
    lead += "|In|Of|By|Since|From|Until|During|After|Before|Last|Next|Early|Late|Mid"
    # "May" and "March" begin sentences too, and count only behind one of these.
    alone = "|".join(m for m in long.split("|") if m not in ("May", "March"))
    return re.compile(
        rf"""
        (?<![\w.,$€£]) (?P<iso>(?P<iy>{year})-(?P<im>\d\d)-(?P<id>\d\d)) (?!\w)
        | (?<![\w/]) (?P<slash>(?P<s1>\d{{1,2}})/(?P<s2>\d{{1,2}})(?:/(?P<s3>{year}|\d\d))?)
          (?![\w/])
        | \b(?:(?P<wd>{weekday})s?,?[ ])?(?:the[ ])?
          (?: (?P<d1>{day})(?:[ ]of)?[ ](?P<m1>{month})\b
            | (?P<m2>{month})[ ](?:the[ ])?(?P<d2>{day})(?![\d,.]*\d) )
          (?:,?[ ](?P<y1>{year})\b)?
        | \b(?P<m3>{month})(?:[ ]of)?[ ](?P<y2>{year})\b
        | (?<![\w.,$€£-]) (?P<decade>(?P<dy>1[4-9]\d0|20\d0)s)\b
        | \b(?P<wd2>{weekday})s?\b
        | \b(?:{lead})[ -](?P<m4>{month})\b (?![ ](?:of[ ])?\d)
        | \b(?P<m5>{alone})\b
        | (?<![\w.,$€£/-]) (?P<y3>{year}) (?![\w%/]|[.,]\d|-\d)
        """,
        re.VERBOSE,
    )


def _date(match: re.Match[str]) -> Date | None:
    group = match.groupdict()
    year = group["iy"] or group["y1"] or group["y2"] or group["y3"] or group["dy"]
    month = group["m1"] or group["m2"] or group["m3"] or group["m4"] or group["m5"]
    day = group["id"] or group["d1"] or group["d2"]
    number = _names("months")[month.rstrip(".").lower()] + 1 if month else None
    if group["im"]:
        number = int(group["im"])
    if group["slash"]:
        read = _slashed(int(group["s1"]), int(group["s2"]))
        if read is None:
            return None
        number, day = read[1], str(read[0])
        year = group["s3"] and (group["s3"] if len(group["s3"]) == 4 else f"20{group['s3']}")
    weekday = group["wd"] or group["wd2"]
    return Date(
        year=int(year) if year else None,
        month=number,
        day=int(re.sub(r"\D", "", day)) if day else None,
        weekday=_names("weekdays")[weekday.lower()] if weekday else None,
        decade=bool(group["decade"]),
        start=match.start("m4") if group["m4"] else match.start(),
        end=match.end(),
        text=group["m4"] or match[0],
    )


def _slashed(one: int, other: int) -> tuple[int, int] | None:
    """Return (day, month) where only one reading is possible."""
    if one == other and one <= 12:
        return one, other
    if one <= 12 < other <= 31:
        return other, one
    if other <= 12 < one <= 31:
        return one, other
    return None


@cache
def _names(table: str) -> dict[str, int]:
    rows = quantities()["dates"][table]
    return {word: n for n, names in enumerate(rows) for word in names.split()}


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


def weekdays(held: Reading) -> set[int]:
    """Return the days of the week that a sentence names or spans: "from Monday to Friday"."""
    named = [d for d in held.dates if d.weekday is not None]
    days = {d.weekday for d in named if d.weekday is not None}
    for one, other in pairwise(named):
        if _TO.fullmatch(held.text[one.end : other.start]) and one.weekday is not None:
            last = other.weekday or 0
            days |= {day % 7 for day in range(one.weekday, last + 1 + 7 * (last < one.weekday))}
    return days


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
