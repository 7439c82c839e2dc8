"""Cuts an answer out of its sentence so that it reads by itself; it does not find the answer.

The reader says where the answer lies. Asked for a reason or a way, the word that leads its clause
("because", "by") belongs to the answer.
"""

import re
from functools import cache
from typing import Literal

from index.data_files import data_toml
from rag.answer.edges import clause_end
from rag.question import AnswerType

Lead = Literal["plain", "open"]
"""What leads the answer: a word for its kind, or one that means other things too."""

_PAIRS = (("(", ")"), ("[", "]"), ("“", "”"))
_BETWEEN = {"plain": r"\s+(?:[\w’'\-]+\s+){0,2}$", "open": r"\s+$"}
"""What may stand between the leading word and what the reader found."""
_BREAKS = re.compile(r"[,;:()–—]")
_SHORTENED = re.compile(r"(?:\b\w\.){2,4}$|\b(?:Jr|Sr|Inc|Ltd|Corp|Co)\.$")
"""Ends with a full stop of its own."""
_EDGE = " \t\n,;:.–—-"


def cut(text: str, *, start: int, end: int, expects: AnswerType) -> tuple[int, int] | None:
    """Return start and end of the words to show; None where they cannot stand alone.

    Brackets and quotation marks in them are in pairs.

    Args:
        text: A sentence.
        start: Of the answer in it.
        end: Of the answer, exclusive.
        expects: What is asked for; words that lead a clause are looked for where it is a reason or
            a manner.
    """
    clause = _led(text, start, end, expects)
    if clause is not None and _is_chained(text, clause):
        return None
    start = start if clause is None else clause
    end = _with_verb(text, start, end)
    paired = _paired(text, start, end)
    if paired is None:
        return None
    start, end = paired
    if any(character.isalnum() for character in text[end:]):
        end = start + len(_without_tail(text[start:end]))
    return (start, end) if start < end else None


def _led(text: str, start: int, end: int, expects: AnswerType) -> int | None:
    """Return where the clause starts, its leading word included; None where none leads it."""
    leads: tuple[Lead, ...] = ("plain", "open")
    for lead in leads if expects in ("reason", "manner") else ():
        before, begins = _leads(expects, lead)
        found = before.search(text, 0, start)
        if found:
            return found.start()
        if begins.match(text, start, end):
            return start
    return None


def _with_verb(text: str, start: int, end: int) -> int:
    """Return where "because owls" ends when it is whole: "because owls hunt there"."""
    if not _clausal().match(text, start, end):
        return end
    return clause_end(text, start=start, end=end) or end


def _is_chained(text: str, start: int) -> bool:
    """Say whether an aim stands behind another in one clause: whose aim it is, is open then.

    "It agreed to sell the mill to save money." On questions for a reason, three of six such clauses
    held the answer, and 25 of 26 other aims.
    """
    aim = _aim()
    return bool(aim.match(text, start) and aim.search(_BREAKS.split(text[:start])[-1]))


def _paired(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the span with the ends of what opens in it; None where a mark has no other."""
    for opening, closing in _PAIRS:
        inside = text[start:end]
        more = inside.count(opening) - inside.count(closing)
        if more < 0 and inside.rstrip(_EDGE).endswith(closing):
            return _paired(text, start, start + inside.rindex(closing))
        at = text.find(closing, end)
        if more < 0 or (more and at < 0):
            return None
        end = at + 1 if more else end
    if text.count('"', start, end) % 2:
        at = text.find('"', end)
        return None if at < 0 or text.count('"', 0, start) % 2 else (start, at + 1)
    return start, end


def _without_tail(text: str) -> str:
    last = _words()["never"]["last"].split()
    while True:
        text = text if _SHORTENED.search(text) else text.rstrip(_EDGE)
        *_, word = text.split() or [""]
        if word.casefold() not in last:
            return text
        text = text[: len(text) - len(word)]


@cache
def _leads(expects: AnswerType, lead: Lead) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the leading words as they stand before an answer, and as it begins with them."""
    kinds = _words()[expects][lead].split(", ")
    words = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in kinds)
    before = rf"(?<!\b{_words()['never']['before']}\s)\b(?:{words}){_BETWEEN[lead]}"
    return re.compile(before, re.IGNORECASE), re.compile(rf"(?:{words})\s", re.IGNORECASE)


@cache
def _clausal() -> re.Pattern[str]:
    """Return the words that lead a clause with a verb of its own: no "because of"."""
    words = "|".join(_words()["never"]["alone"].split(", "))
    return re.compile(rf"(?:{words})\s(?!of\b)", re.IGNORECASE)


@cache
def _aim() -> re.Pattern[str]:
    return re.compile(rf"\b{_words()['never']['twice']}\s+[a-z]")


@cache
def _words() -> dict[str, dict[str, str]]:
    return data_toml("rag", "clauses.toml")
