"""How reports call things (reports/words.toml) and write numbers; any text made fit to show."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from rag.internal import data_toml

# What XML 1.0 cannot hold, which is also what HTML shows as nothing or as something else.
_UNFIT = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LONGEST = 4000
r"""Characters of one text that a report shows; the JSON output has all."""


NOT_ASKED = "not asked: its proof is not in the documents as the gold file has it"
"""What came of a case whose evidence is outdated."""

Kind = Literal["metric", "standing", "fact", "reason", "kind", "verdict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """How a metric is shown."""

    name: str
    """The technical one, as thresholds and the JSON output have it."""
    label: str
    meaning: str
    """One sentence; empty for a metric without an entry."""

    @property
    def named(self) -> str:
        """The words with the technical name beside them."""
        return _beside(self.label, self.name)


def label_of(metric: str) -> Label:
    """Return how a metric is shown; one without an entry goes by its own name."""
    entry = _words()["metric"].get(metric, {})
    return Label(name=metric, label=entry.get("label", metric), meaning=entry.get("meaning", ""))


def in_words(kind: Kind, name: str) -> str:
    """Return a name of this kind in words; one without an entry as it is."""
    return _words()[kind].get(name, {}).get("label", name)


def named(kind: Kind, name: str) -> str:
    """Return a name of this kind in words, with itself beside them."""
    return _beside(in_words(kind, name), name)


def percent(value: float) -> str:
    """Return a share, 0 to 1, in whole per cent; only all is 100 % and only none 0 %."""
    rounded = round(100 * value)
    if rounded == 100 and value < 1:
        return ">99 %"
    return "<1 %" if rounded == 0 and value > 0 else f"{rounded} %"


def between(low: float, high: float) -> str:
    """Return an interval of shares, 0 to 1, in whole per cent: `74 to 85 %`."""
    return f"{round(100 * low)} to {round(100 * high)} %"


def counted(count: int, one: str, many: str) -> str:
    """Return a number with its noun: `1 question`, `2 questions`."""
    return f"{count:,} {one if count == 1 else many}"


def points(difference: float) -> str:
    """Return a difference of shares in percentage points, with its sign; `0` for none."""
    rounded = f"{100 * difference:+.1f}"
    return "0" if float(rounded) == 0 else rounded.removesuffix(".0").replace("-", "−")


def probability(p_value: float) -> str:
    """Return a p value with three decimals; one that would read as 0 is said to be less."""
    return "<0.001" if p_value < 0.0005 else f"{p_value:.3f}"


def fit(text: str) -> str:
    r"""Return the text with each character that XML or UTF-8 cannot hold as its Python escape.

    NUL becomes the four characters `\x00`, a lone surrogate `\ud800`. All else stays as it is.
    """
    return _UNFIT.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def cut(text: str, longest: int = LONGEST) -> str:
    """Return the text, or its beginning and how much was left out where it is longer."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]} … ({len(text) - longest:,} more characters)"


def one_line(text: str) -> str:
    """Return the text with every run of white space as one space, and nothing unprintable."""
    printable = "".join(mark if mark.isprintable() else " " for mark in text)
    return " ".join(printable.split())


def _beside(words: str, name: str) -> str:
    return words if words == name else f"{words} ({name})"


@cache
def _words() -> dict[str, dict[str, dict[str, str]]]:
    return data_toml("eval", "reports/words.toml")
