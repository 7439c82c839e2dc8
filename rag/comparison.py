"""Tells the two sides of a comparison, and what their plain figures say of each other.

"Which is longer, the Karsund bridge or the Lune bridge?" asks how long either is. The sides are
searched like the parts of a question; a relation is said only of two figures of one unit that
nothing makes vague, and else the sides stand beside each other.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Literal

from index.data_files import data_toml, filled
from index.terms import terms
from rag.compound import LONGEST_READ, Part
from rag.question import Question, numbers, read_question

Kind = Literal["which", "whether", "difference", "gap", "moved", "none"]
"""What is asked of two values: whose is the greater, whether the first is, by how much it is, how
far apart they are, whether the second rose or fell."""
_NUMBER = re.compile(r"(?P<sign>[$€£¥₹])?\s?(?P<number>\d[\d,]*(?:\.\d+)?)\s?(?P<after>.*)$")
_THINGS = ("which ", "what ", "is the ", "was the ", "are the ", "were the ", "how much ")
"""Begin comparisons of things that have no age but were built: "Which bridge is older?"."""
_INSIDE = 4
"""Characters of a question behind which a "who" no longer asks."""
_AROUND = 2
"""Words to either side of a figure that may make it vague."""
_EDGE = '.,;:()–—-"“”'


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The two things that are compared, each as a question of its own."""

    parts: tuple[Part, Part]
    kind: Kind
    names: tuple[str, str]
    """As the question names them."""
    less: bool = False
    """Whether the smaller value is asked for: "cheaper"."""
    named: bool = False
    """Whether the question names both by themselves, so that one alone says something."""
    elsewhere: bool = False
    """Whether the second side is asked of other articles than the one that the first is found in,
    as of "Which of the two bridges is longer?"."""
    dated: bool = False
    """Whether years are values: of what is older, or was first, the smaller counts as more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A plain figure."""

    number: Decimal
    sign: str
    """A currency's sign before it; mostly empty."""
    scale: str
    """As "million"; mostly empty."""
    unit: str
    """The words behind it; empty for a bare number."""

    @property
    def is_year(self) -> bool:
        """Whether it may be a year: a bare number of four digits."""
        return not (self.sign or self.scale or self.unit) and bool(
            _form("year").fullmatch(str(self.number))
        )


def sides_of(question: Question) -> Sides | None:
    """Return the sides of a comparison that names both; None for any other question."""
    if len(question.text) > LONGEST_READ:
        return None
    plain = question.text.replace("’", "'").rstrip(" ?.!")
    for form, make in _asked():
        match = form.match(plain)
        if match:
            return make(match)
    return None


def sets_beside(text: str) -> bool:
    """Say whether a question seems to set things of two places beside each other."""
    return bool(_form("beside").search(text))


def hints_at_two(text: str) -> int:
    """Return how many words of a question hint at what came before or after: "still"."""
    return len(_form("hints").findall(text))


def refers(text: str) -> bool:
    """Say whether a question says of something which it is: "the man who kept the keys"."""
    return any(match.start() >= _INSIDE for match in _form("refers").finditer(text))


def relation(sides: Sides, first: str, second: str) -> str | None:
    """Return what two values say of each other; None where that is not certain.

    Args:
        sides: What is compared.
        first: The exact words that answer the first side.
        second: The same of the second.
    """
    one, other = figure(first), figure(second)
    if one is None or other is None or not _alike(one, other):
        return None
    more = one.number - other.number
    years = one.is_year and other.is_year
    if sides.kind == "none" or not more or (years and not sides.dated):
        return None
    more = -more if years else more
    if sides.kind == "moved":
        return "Rose" if more < 0 else "Fell"
    wins = (more > 0) != sides.less
    if sides.kind in ("difference", "gap"):
        if not wins and sides.kind == "difference":
            return None
        return f"{abs(more)} years" if years else _told(abs(more), one, other)
    if sides.kind == "whether":
        return "Yes" if wins else "No"
    return sides.names[0] if wins else sides.names[1]


def is_plain(sentence: str, words: str) -> bool:
    """Say whether words stand once in a sentence, and nothing at their sides makes them vague."""
    if not words or sentence.count(words) != 1:
        return False
    before, _, after = sentence.partition(words)
    near = [*before.split()[-_AROUND:], *after.split()[:_AROUND]]
    return not {word.strip(_EDGE).casefold() for word in near} & {
        *_words("vague"),
        *_words("range"),
    }


def figure(text: str) -> Figure | None:
    """Read words that are one plain figure with its unit; None for any others."""
    words = text.strip(" .,;").split()
    lead = [word for word in words if word.casefold() not in ("a", "an", "the", "only", "in")]
    while lead and lead[-1].casefold() in _data()["more"].values():
        lead.pop()
    if set(w.casefold() for w in words) & set(_words("vague")) or not lead:
        return None
    spelt = numbers(lead[0]) if lead[0].isalpha() else frozenset()
    plain = " ".join([next(iter(spelt)), *lead[1:]] if spelt else lead)
    match = _NUMBER.match(plain)
    if match is None or re.search(r"\d", match["after"]):
        return None
    try:
        number = Decimal(match["number"].replace(",", ""))
    except InvalidOperation:
        return None
    scale, _, unit = match["after"].partition(" ")
    if scale.casefold() not in _words("scale"):
        scale, unit = "", match["after"]
    return Figure(number=number, sign=match["sign"] or "", scale=scale, unit=unit.strip())


def _alike(one: Figure, other: Figure) -> bool:
    """Say whether two figures are of one unit; a bare number counts what the other counts."""
    if (one.sign, one.scale) != (other.sign, other.scale):
        return False
    own, others = terms(one.unit), terms(other.unit)
    return own[:1] == others[:1] or (not one.sign and not (own and others) and not one.scale)


def _told(number: Decimal, one: Figure, other: Figure) -> str:
    unit = one.unit or other.unit
    shown = f"{number.normalize():,f}"
    return " ".join(filter(None, [f"{one.sign}{shown}", one.scale, unit]))


_Make = Callable[[re.Match[str]], Sides]


def _sides(
    first: str,
    second: str,
    *,
    kind: Kind,
    names: tuple[str, str],
    less: bool = False,
    named: bool = False,
    dated: bool = False,
) -> Sides:
    one, other = (f"{text[:1].upper()}{text[1:].rstrip(' ?,')}?" for text in (first, second))
    return Sides(
        parts=(
            Part(asked=one, question=read_question(one)),
            Part(asked=other, question=read_question(other)),
        ),
        kind=kind,
        names=names,
        less=less,
        named=named,
        dated=dated,
    )


def _of_words(kind: Kind) -> _Make:
    """Make the sides of "Which is longer, A or B?" and "Is A longer than B?"."""

    def make(match: re.Match[str]) -> Sides:
        word, be = match["word"].casefold(), match["be"].casefold()
        names = (match["a"].strip(" ,"), match["b"].strip(" ,"))
        asks, less = _asked_by(word, be)
        dated = asks.startswith("how old")
        if dated and match.group().casefold().startswith(_THINGS):
            asks = "when was {what} built"
        first, second = (asks.format(what=name) for name in names)
        return _sides(first, second, kind=kind, names=names, less=less, named=True, dated=dated)

    return make


def _of_two(match: re.Match[str]) -> Sides:
    """Make the sides of "Which of the two bridges is longer?": the same of two articles."""
    asks, _ = _asked_by(match["word"].casefold(), match["be"].casefold())
    asked = asks.format(what=f"the {match['noun']}")
    return replace(_sides(asked, asked, kind="none", names=("", "")), elsewhere=True)


def _asked_by(word: str, be: str) -> tuple[str, bool]:
    """Return the question for a side, and whether the smaller one is meant."""
    for less, table in ((False, "more"), (True, "less")):
        if word in _data()[table]:
            return f"how {_data()[table][word]} {be} {{what}}", less
    does = "did" if be in ("was", "were") else "does"
    less = word in _data()["costs"]["less"].split() or word.startswith("less")
    return f"how much {does} {{what}} cost", less


def _of_order(kind: Kind) -> _Make:
    """Make the sides of "Was A opened before B?" and "Which was opened first, A or B?"."""

    def make(match: re.Match[str]) -> Sides:
        names = (match["a"].strip(" ,"), match["b"].strip(" ,"))
        first, second = (f"when was {name} {match['verb']}" for name in names)
        less = match["order"].casefold() in ("after", "later", "last")
        return _sides(first, second, kind=kind, names=names, less=less, named=True, dated=True)

    return make


def _of_count(match: re.Match[str]) -> Sides:
    """Make the sides of "How many more boats sank in May than in June?"."""
    asks = f"how {match['much']} {match['noun'] or ''}".strip()
    main, other = match["main"], match["b"]
    preposition = other.split()[0].casefold()
    at = main.casefold().rfind(f" {preposition} ")
    if at >= 0:
        second = f"{asks} {main[:at]} {other}"
    elif _form("verb").search(other):
        second = f"{asks} {other}"
    else:
        second = f"{asks}: {other}"
    names = (main, other)
    less = match["how"].casefold() in ("fewer", "less")
    return _sides(f"{asks} {main}", second, kind="difference", names=names, less=less)


def _of_excess(match: re.Match[str]) -> Sides:
    """Make the sides of "By how much does A exceed B?"."""
    asks = f"how {match['much']} {match['noun'] or ''}".strip()
    names = (match["a"], match["b"])
    first, second = (f"{asks} was {name}" for name in names)
    if not match["noun"]:
        first, second = (f"what was {name}" for name in names)
    return _sides(first, second, kind="difference", names=names)


def _of_years(match: re.Match[str]) -> Sides:
    """Make the sides of "Did the price rise or fall between 2019 and 2021?"."""
    names = (match["a"], match["b"])
    first, second = (f"what was {match['what']} in {year}" for year in names)
    rises = match["move"].casefold().startswith(tuple(_words("rise")))
    falls = match["move"].casefold().startswith(tuple(_words("sink")))
    kind: Kind = "moved" if match["or"] else "none"
    if match["how"]:
        kind = "difference" if rises or falls else "gap"
    return _sides(first, second, kind=kind, names=names, less=rises, named=True)


def _of_pair(match: re.Match[str]) -> Sides:
    """Make the sides of "How does A compare with B?"."""
    names = (match["a"], match["b"])
    first, second = (f"what {match['be'] or 'was'} {name}" for name in names)
    return _sides(first, second, kind="none", names=names)


_MAKES: Mapping[str, _Make] = {
    "which": _of_words("which"),
    "of_two": _of_two,
    "whether": _of_words("whether"),
    "whether_before": _of_order("whether"),
    "which_first": _of_order("which"),
    "difference": _of_words("difference"),
    "count": _of_count,
    "excess": _of_excess,
    "years": _of_years,
    "pair": _of_pair,
}


@cache
def _asked() -> tuple[tuple[re.Pattern[str], _Make], ...]:
    """Return the forms of questions that compare, each with what makes its sides."""
    return tuple(
        (re.compile(f"^{filled(one['form'], _hole)}$", re.IGNORECASE), _MAKES[one["sides"]])
        for one in _data()["asked"]
    )


@cache
def _form(name: str) -> re.Pattern[str]:
    """Return a form of `rag/data/comparison.toml`."""
    return re.compile(_hole(name), re.IGNORECASE)


def _hole(name: str) -> str:
    """Return what stands for `<name>` in a form: another one, or the words of a list."""
    data = _data()
    if name in data["forms"]:
        return filled(data["forms"][name], _hole)
    if name == "comparative":
        return "|".join([*data["more"], *data["less"], *" ".join(data["costs"].values()).split()])
    return "|".join(_words(name))


def _words(name: str) -> list[str]:
    found: str = _data()["words"][name]
    return found.split(", ") if "," in found else found.split()


@cache
def _data() -> Mapping[str, Any]:
    return data_toml("rag", "comparison.toml")
