"""Reads the numbers of a text as values: amount, kind and unit; dates are read by `parse`.

`27,000` is `twenty-seven thousand`, `3.5m` is `3,500,000`, `2%` is `two per cent`.
"""

import re
from collections import deque
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, Literal

from index.data_files import data_toml


@cache
def quantities() -> dict[str, dict]:  # type: ignore[type-arg]  # tables of a TOML file
    """Return the tables of `rag/data/quantities.toml`."""
    return data_toml("rag", "quantities.toml")


def minutes(match: re.Match[str]) -> float:
    """Return the minutes since midnight of a match with the groups of a time of day."""
    word = match["clock"].lower()
    if word in ("noon", "midday"):
        return 720
    if word == "midnight":
        return 0
    if match["hour24"]:
        return int(match["hour24"]) * 60 + int(match["minute24"])
    hour = int(match["hour"]) % 12 + (0 if _is_morning(match["half"]) else 12)
    return hour * 60 + int(match["minute"] or 0)


def _is_morning(half: str) -> bool:
    lower = half.lower()
    return lower.endswith("morning") or (lower[0] == "a" and not lower.startswith("at"))


def ordinal(word: str) -> float:
    """Return what `third`, `21st` or `twenty-first` counts."""
    if word[0].isdigit():
        return float(re.sub(r"\D", "", word))
    tables = quantities()
    tens, _, one = word.rpartition("-")
    return float(tables["tens"].get(tens, 0) + tables["ordinals"][one])


def spelt(words: str) -> float:
    """Return the number that words such as `two million three hundred thousand` spell."""
    tables = quantities()
    total = current = 0.0
    half = words.lower().endswith(" and a half")
    for word in re.findall(r"[a-z]+", words.lower().removesuffix(" and a half")):
        if word in ("a", "an"):
            current += 1
        elif word == "hundred":
            current = max(1.0, current) * 100
        elif word in tables["scales"]:
            current = (max(1.0, current) + 0.5 * half) * tables["scales"][word]
            total, current, half = total + current, 0.0, False
        else:
            current += tables["ones"].get(word, 0) + tables["tens"].get(word, 0)
    return total + current + 0.5 * half


Kind = Literal["number", "percent", "money", "time", "ordinal"]
Bound = Literal["", "about", "over", "under"]

_CLOSE = 0.06
"""Relative distance that "about" allows."""
_FAR = 0.5
"""Relative distance beyond which "more than" or "less than" no longer tells the value."""
_SAME = 1e-6
"""Relative distance of the same value in two units of a kind: what arithmetic loses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A number in a text."""

    kind: Kind
    amount: float
    """In the base unit of its dimension, percent, the currency, minutes of the day, or a count."""
    raw: float
    """As written, before its unit is taken into account."""
    unit: str
    """Dimension or currency; empty for a bare number."""
    bound: Bound
    start: int
    end: int
    """Offsets of the words that spell it, unit and currency included."""
    text: str
    told: str
    """`text` with the words that bound it."""


def read_values(text: str, *, taken: tuple[tuple[int, int], ...] = ()) -> tuple[Value, ...]:
    """Return the values of a text in order, but those that overlap a taken span (a date)."""
    found: list[Value] = []
    at = 0
    spans = deque(sorted(taken))
    for match in _pattern().finditer(text):
        start, end = match.span()
        while spans and spans[0][1] <= start:
            spans.popleft()
        if start < at or (spans and spans[0][0] < end):
            continue
        value = _value(match, text)
        if value is not None:
            found.append(value)
            at = value.end
    return _ranges(found, text)


def same(claimed: Value, held: Value) -> bool:
    """Say whether a source that holds one value bears out a claim of the other.

    A claim may round where it says so, and bound what the source gives exactly, but not at the
    very value: 310 is not "under 310" or "at least 310". The source's "about" may be left out, its
    "more than" or "less than" may not.
    """
    if not comparable(claimed, held):
        return False
    a, b = claimed.amount, held.amount
    if not (claimed.unit and held.unit):
        a, b = claimed.raw, held.raw
    if claimed.kind == "time":
        return a == b or (a % 720 == b % 720 and "m" not in claimed.text + held.text)
    if abs(a - b) <= _SAME * max(abs(a), abs(b)):
        one, other = ("" if v.bound == "about" else v.bound for v in (claimed, held))
        return one == other
    return _is_rough(claimed.bound, held.bound, a, b)


def _is_rough(claimed: Bound, held: Bound, a: float, b: float) -> bool:
    """Tell whether a claim's "about", "over" or "under" a is true of b, and tells something."""
    if claimed == "about":
        return held in ("", "about") and abs(a - b) <= _CLOSE * max(abs(a), abs(b))
    if claimed == "over":
        return held in ("", "about") and a <= b <= a / _FAR
    return claimed == "under" and held in ("", "about") and a * _FAR <= b <= a


def comparable(one: Value, other: Value) -> bool:
    """Say whether two values measure the same: kinds agree, and units where both have one."""
    kinds = {one.kind, other.kind}
    if len(kinds) > 1 and not (kinds == {"number", "money"} and not (one.unit and other.unit)):
        return False
    return not one.unit or not other.unit or one.unit == other.unit


@cache
def _pattern() -> re.Pattern[str]:
    tables = quantities()
    ones, tens = "|".join(tables["ones"]), "|".join(tables["tens"])
    small = rf"(?:(?:{tens})(?:[ -](?:{ones}))?|{ones})"
    group = rf"(?:(?:{small}|an?)[ -]hundred(?:[ ](?:and[ ])?{small})?|{small})"
    big = "thousand|million|billion|trillion|dozen|lakh|crore"
    spelt = (
        rf"(?:(?:{group}|an?)[ -](?:{big})(?:,?[ ](?:and[ ])?{group}[ -](?:thousand|million))?"
        rf"(?:,?[ ](?:and[ ])?{group}\b(?![ -](?:{big})))?|{group})(?:[ ]and[ ]a[ ]half)?"
    )
    shares = "|".join(s.replace(" ", "[ -]") for s in sorted(tables["shares"], key=len)[::-1])
    return re.compile(
        rf"""
        (?P<clock> (?<![\w.,:]) (?P<hour>\d{{1,2}})(?:[:.](?P<minute>\d\d))?[ ]?
              (?P<half>[ap]\.?m\b\.?|in[ ]the[ ](?:morning|afternoon|evening)\b|at[ ]night\b)
            | (?<![\w.,:]) (?P<hour24>[01]?\d|2[0-3]):(?P<minute24>[0-5]\d) (?![\w:])
            | \b(?:noon|midday|midnight)\b )
        | (?P<share> (?<![\w-]) (?:{shares}) (?![\w-]) (?![ ](?:million|billion|an?[ ])))
        | (?P<nth> (?<![\w.,-]) (?:\d{{1,3}}(?:st|nd|rd|th)
            | (?:(?:{tens})-)?(?:{"|".join(tables["ordinals"])})) (?![\w-]) )
        | (?: (?P<money> US\$|[$€£¥₹₩] ) [ ]? )?
          (?: (?<![\w.,]) (?<![A-Za-z]-) 
              (?P<digits> (?: (?<!\S)(?<!\d[ ])[-−–] | \bminus[ ] )?
                (?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)? )
            | (?<![\w-]) (?P<spelt> {spelt}) (?![\w]) )
          (?: [ -]?(?P<scale> hundred|thousand|million|billion|trillion|dozen|lakh|crore
              |mn|mln|bn|tn|trn|k|m|b )(?![\w]) )?
        """,
        re.VERBOSE | re.IGNORECASE,
    )


def _value(match: re.Match[str], text: str) -> Value | None:
    start, end = match.start(), match.end()
    start += len(match[0]) - len(match[0].lstrip())
    if match["clock"]:
        return _make("time", minutes(match), "", start, end, text)
    if match["share"]:
        amount = quantities()["shares"][" ".join(re.split(r"[ -]", match["share"].lower()))]
        return _make("percent", amount, "", start, end, text)
    if match["nth"]:
        return _make("ordinal", ordinal(match["nth"].lower()), "", start, end, text)
    amount = (
        float(_MINUS.sub("-", match["digits"].replace(",", "")))
        if match["digits"]
        else spelt(match["spelt"])
    )
    if match["spelt"] and match["spelt"].lower() == "one" and not match["scale"]:
        return None if not _counts(text, end) else _with_unit("number", 1, "", start, end, text)
    scale = (match["scale"] or "").lower()
    if scale == "m" and not match["money"] and not re.match(r"[\w.]*m", match[0].strip()[-2:]):
        scale = ""
        end = match.end("digits")
    amount *= quantities()["scales"].get(scale, 1)
    if match["money"]:
        currency = _currencies()[match["money"].lower()]
        return _with_currency_name(amount, currency, start, end, text)
    return _with_unit("number", amount, scale, start, end, text)


def _counts(text: str, end: int) -> bool:
    """Tell whether "one" counts: a unit or a share follows."""
    after = _AFTER.match(text, end)
    word = after["word"].lower() if after and after["word"] else ""
    return word in _units() or word in _currencies() or bool(after and after["percent"])


_AFTER = re.compile(
    r"[ -]?(?:(?P<percent>%|(?:percent|per[ ]cent|pc|percentage[ ]points?)\b)"
    r"|(?:square[ ](?=\w))?(?P<word>°?[A-Za-z]+(?:/h\b)?(?:-old\b)?))",
    re.IGNORECASE,
)


_SCALE = re.compile(r"thousand|million|billion|trillion|bn", re.IGNORECASE)


def _with_unit(kind: Kind, amount: float, scale: str, start: int, end: int, text: str) -> Value:
    after = _AFTER.match(text, end)
    if after is None:
        return _make(kind, amount, "", start, end, text)
    if after["percent"]:
        return _make("percent", amount, "", start, after.end(), text)
    word = after["word"].lower()
    if word in ("us", "u", "canadian", "australian", "american"):
        further = _AFTER.match(text, after.end())
        named = (further["word"] or "").lower() if further else ""
        if further and named in _currencies():
            return _make("money", amount, _currencies()[named], start, further.end(), text)
    if word in _currencies() and len(word) > 1:
        return _make("money", amount, _currencies()[word], start, after.end(), text)
    if word in _units() and (len(word) > 1 or text[end : end + 1] != " " or not scale):
        dimension, factor = _units()[word]
        squared = "square" in after[0].lower()
        if squared:
            dimension, factor = "area", factor * factor
        return _make(kind, amount, dimension, start, after.end(), text, factor)
    return _make(kind, amount, "", start, end, text)


def _with_currency_name(amount: float, currency: str, start: int, end: int, text: str) -> Value:
    after = _AFTER.match(text, end)
    if after and (after["word"] or "").lower() in _currencies():
        end = after.end()
    return _make("money", amount, currency, start, end, text)


_LARGEST: Final = 1e300
"""Of more digits a number is infinite, which equals any other and has no digits."""


def _make(
    kind: Kind, amount: float, unit: str, start: int, end: int, text: str, factor: float = 1.0
) -> Value:
    bound, phrase = _bound(text, start, end)
    amount = max(-_LARGEST, min(_LARGEST, amount))
    if _BELOW.match(text, end):
        amount = -abs(amount)
    return Value(
        kind=kind,
        amount=amount * factor,
        raw=amount,
        unit=unit,
        bound=bound,
        start=start,
        end=end,
        text=text[start:end],
        told=f"{phrase} {text[start:end]}".strip(),
    )


_MINUS = re.compile(r"[−–]|minus ", re.IGNORECASE)
_BELOW = re.compile(
    r"(?: (?:degrees?|celsius|fahrenheit)){0,2} below (?:zero|freezing)\b", re.IGNORECASE
)


def _bound(text: str, start: int, end: int) -> tuple[Bound, str]:
    """Return how a number is bounded, and by which words."""
    words = quantities()["approximate"]
    before = text[max(0, start - 24) : start].lower().rstrip()
    for suffix in (" a", " an", " the"):
        before = before.removesuffix(suffix)
    kinds: tuple[Bound, ...] = ("over", "under", "about")
    phrases = [(kind, phrase) for kind in kinds for phrase in words[f"{kind}_phrases"]]
    found = [(kind, phrase) for kind, phrase in phrases if before.endswith(phrase)]
    if found:
        return max(found, key=lambda one: len(one[1]))
    last = re.split(r"[\s(]", before)[-1]
    for kind in kinds:
        if last in words[kind].split():
            return kind, last
    return ("about", "") if text[end : end + 8].lower().startswith(" or so") else ("", "")


def _ranges(values: list[Value], text: str) -> tuple[Value, ...]:
    """Give the first number of a range the kind, unit and scale of the second: "10 to 15%"."""
    for n in range(len(values) - 1):
        one, other = values[n], values[n + 1]
        between = text[one.end : other.start].strip().lower()
        bare = one.kind == "number" and not one.unit
        if between not in ("-", "–", "to", "and", "or") or other.kind in ("time", "ordinal"):
            continue
        if bare and other.kind in ("percent", "money"):
            values[n] = one = replace(one, kind=other.kind, unit=other.unit)
        scale = _SCALE.search(other.text)
        if scale and one.amount < 1000 and not _SCALE.search(one.text):
            scaled = one.raw * quantities()["scales"][scale[0].lower()]
            values[n] = replace(one, amount=scaled, raw=scaled)
    return tuple(values)


@cache
def _currencies() -> dict[str, str]:
    return {w: name for name, words in quantities()["currencies"].items() for w in words.split()}


@cache
def _units() -> dict[str, tuple[str, float]]:
    return {
        word: (dimension, float(factor))
        for dimension, rows in quantities()["units"].items()
        for factor, words in rows
        for word in words.split()
    }
