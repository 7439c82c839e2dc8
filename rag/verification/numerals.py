"""Reads numbers that are spelt in words, ordinals and times of day; finds none in a text."""

import re
from functools import cache

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
