"""Cuts an answer out of its sentence where a reader would, so that it reads by itself.

It finds no answer. Words, numbers and names stay whole; a word that only ties the answer to its
sentence ("at" before a place, "on" before a day) is left out. Asked for a reason or a way, the word
that leads its clause ("because", "by") belongs to the answer.
"""

import re
from functools import cache
from typing import Literal

from index.data_files import data_toml
from index.terms import content_terms
from rag.question import AnswerType

Lead = Literal["plain", "open"]
"""What leads the answer: a word for its kind, or one that means other things too."""

_JOINED = re.compile(r"(?<=\w)[-‐‑’'](?=[a-z])|(?<=\d)[.,:/–-](?=\d)")
"""What stands inside one word or number."""
_SIGN = re.compile(r"(?:\b[A-Z]{1,3})?[$€£¥₹~]\s?$")
"""What stands before an amount and belongs to it."""
_NAME = re.compile(r"(?: [^\W\d_]\.)*(?: (?=[^\W\d_])[^a-z\W][\w’'\-]*)+")
"""The rest of a name."""
_CAPITAL = re.compile(r"(?<![\w’'.\-])[^\W\d_a-z][\w’'.\-]*$")
_SPELT = re.compile(
    r"(?:,?\s(?:(?:and|of|for|the|in|on)\s){0,2}[A-Z][\w’'\-]*){1,8}(?=\s\((?P<letters>[A-Z]{2,})\))"
)
_DAY_OF = re.compile(
    r"(?<![\w.,])\d{1,2}(?:st|nd|rd|th)?(?: of)? (?=(?:January|February|March|April|May|June|July"
    r"|August|September|October|November|December)\b)"
)
_LETTERS = re.compile(r"\s\((?P<letters>[A-Z]{2,10})\)")
_BEFORE_NAME = re.compile(r"(?:[A-Z][\w’'\-]{1,30},?\s(?:(?:and|of|for|the|in|on)\s){0,2}){1,8}$")
_NAME_REACH = 200
"""Characters before an answer in which its name may begin."""
_OF_WHAT = re.compile(r"\sof\s(?:the\s)?[A-Z][\w’'\-]{1,30}")
"""What a share is of, where that has a name: "2% of GDP"."""
_INITIAL = re.compile(r"\b[A-Z](?=[\w’'])")
_LONGEST = 20
"""Words that a clause may have with what stands before it."""
_BREAK = re.compile(r"[,;:()–—]|\.(?=\s|$)|$")
_CODE = re.compile(r"(?![AI] )[A-Z]{1,4}[ ‑-]?")
"""Letters that a number begins with which is a name: "B 47", "SK 1204"."""
_NAME_AND_ROLE = re.compile(
    r"(?P<who>[A-ZÀ-Þ][\w’'\-]{0,30}\.?(?: [A-ZÀ-Þ][\w’'\-]{0,30}\.?){1,4})"
    r" \((?:the |our |its |their )?(?P<role>[a-zà-ÿ][^()\d]{2,40})\)"
)
"""A name with what they are behind it: "Ida Moe (treasurer)"."""
_GOES_ON = re.compile(r"\s([a-z][\w’'\-]*)")
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_RECURS = re.compile(
    rf"\b(?:the (?:first|second|third|fourth|last) {_DAY} (?:of|in) (?:each|every|the) month"
    rf"|every {_DAY}|{_DAY}s(?:(?:,| and| to) {_DAY}s)?),? (?:from |between )$"
)
"""Days that come again, before the months or hours in which they do."""
_COUNTED: tuple[AnswerType, ...] = ("amount", "money")
_MEASURED: tuple[AnswerType, ...] = ("amount", "money", "duration")
_POSSESSIVE = re.compile(r"(?<=\w)['’]s$")
_WORD = re.compile(r"[\w’']+(?:-\w+)*")
_EDGE = " \t\n,;:.–—-"
_PAIRS = (("(", ")"), ("[", "]"), ("“", "”"))
_BETWEEN = {"plain": r"\s+(?:[\w’'\-]+\s+){0,2}$", "open": r"\s+$"}
"""What may stand between the leading word and what the reader found."""
_BREAKS = re.compile(r"[,;:()–—]")
_SHORTENED = re.compile(r"(?:\b\w\.){2,4}$|\b(?:Jr|Sr|Inc|Ltd|Corp|Co)\.$")
"""Ends with a full stop of its own."""


def moved(text: str, *, start: int, end: int, expects: AnswerType) -> tuple[int, int]:
    """Return where the answer begins and ends as a unit; equal where nothing is left of it.

    Args:
        text: A sentence.
        start: Of the answer in it.
        end: Of the answer, exclusive; more than `start`.
        expects: What is asked for.
    """
    start, end = _without_speaker(text, *_whole(text, start, end))
    start, end = _with_measure(text, start, end)
    start, end = _spelt_out(text, start, end)
    start = next((day.start() for day in _DAY_OF.finditer(text) if day.end() == start), start)
    if expects == "date" and (days := _RECURS.search(text, 0, start)):
        start = days.start()
    if expects in _MEASURED and (before := _bound().search(text, 0, start)):
        start = before.start()
    if expects in _COUNTED:
        found = _amount().search(text, start, end)
        named = found is not None and _CODE.fullmatch(text, start, found.start())
        start = found.start() if found and not named else start
    return _untied(text, start, _finished(text, start, end), expects)


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


def end_of_name(text: str, *, start: int, end: int) -> int:
    """Return where the name ends in which a span ends; `end` where it ends in none, or with it."""
    if not _CAPITAL.search(text, start, end):
        return end
    rest = _NAME.match(text, end)
    return rest.end() if rest else end


def beside_role(text: str, *, asked: str) -> tuple[int, int] | None:
    """Return where the name is beside which the very role stands in brackets that is asked for.

    The longest such role counts: "the tenant's agent" where the agent is asked for.
    """
    wanted, found = set(content_terms(asked)), []
    for named in _NAME_AND_ROLE.finditer(text):
        role, first = set(content_terms(named["role"])), named["who"].partition(" ")[0]
        start = named.start("who") + (0 if content_terms(first) else len(first) + 1)
        found += [(len(role), (start, named.end("who")))] if role and role <= wanted else []
    most = max((size for size, _ in found), default=0)
    fits = [span for size, span in found if size == most]
    return fits[0] if len(fits) == 1 else None


def _without_speaker(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without ", he said," in it: the longer of what stands before and behind.

    A span of nothing else stays: it may be asked who said it.
    """
    found = _speaker().search(text, max(0, start - 2), end)
    if found is None or found.end() <= start:
        return start, end
    before, behind = text[start : found.start()], text[found.end() : end]
    if not (_WORD.search(before) or _WORD.search(behind)):
        return start, end
    if len(before.split()) >= len(behind.split()):
        return start, found.start()
    return found.end(), end


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    while start > 0 and _is_inside(text, start):
        start -= 1
    while end < len(text) and _is_inside(text, end):
        end += 1
    return start, end


def _is_inside(text: str, place: int) -> bool:
    """Say whether what stands before a place and what stands after it are of one word."""
    if _JOINED.match(text, place - 1) or _JOINED.match(text, place):
        return True
    return text[place - 1].isalnum() and text[place].isalnum()


def _spelt_out(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where a name begins and ends that letters in brackets behind it stand for.

    "Board of Trade", and "Roads and Ports" too, are whole where "Board of Trade, Roads and Ports
    (BTRP)" is written.
    """
    rest = _SPELT.match(text, end)
    if rest and _initials(text, start, rest.end()).startswith(rest.group("letters")):
        return start, rest.end()
    letters = _LETTERS.match(text, end)
    reach = max(0, start - _NAME_REACH)
    before = _BEFORE_NAME.search(text, reach, start) if letters else None
    if letters is None or before is None:
        return start, end
    begins = (one.start() for one in _INITIAL.finditer(text, before.start(), start))
    named = (one for one in begins if _initials(text, one, end).startswith(letters["letters"]))
    return next(named, start), end


def _initials(text: str, start: int, end: int) -> str:
    return "".join(_INITIAL.findall(text, start, end))


def _with_measure(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span that begins or ends with a number with its sign, scale or per cent."""
    sign = _SIGN.search(text, 0, start) if text[start].isdigit() else None
    start = sign.start() if sign else start
    while (scale := _scale().match(text, end)) and _ends_in_number(text[start:end]):
        end = scale.end()
    share = _OF_WHAT.match(text, end) if text[start:end].endswith(("%", "per cent")) else None
    return start, share.end() if share else end


def _ends_in_number(text: str) -> bool:
    return text[-1].isdigit() or bool(_number_word().search(text))


def _finished(text: str, start: int, end: int) -> int:
    """Return where a span ends that breaks off in a clause: with that, or before it.

    "The day after Ishiba" is no answer where "took part" follows.
    """
    leads = list(_leads().finditer(text, start + 1, end))
    goes_on = _GOES_ON.match(text, end)
    if not leads or not goes_on or goes_on.group(1) in _closing():
        return end
    whole = _clause_end(text, start=start, end=end)
    return leads[-1].start() if whole is None else whole


def _untied(text: str, start: int, end: int, expects: AnswerType) -> tuple[int, int]:
    """Return a span without the words at its begin that only tie it to its sentence."""
    if _bounded().match(text, start):
        return start, end
    ties = _ties(expects)
    while (first := _WORD.match(text, start, end)) is None or first.group().casefold() in ties:
        if first is None and text[start : start + 1] not in _EDGE:
            break
        start = start + 1 if first is None else first.end()
        if start >= end:
            return end, end
    tail = None if expects in _MEASURED else _POSSESSIVE.search(text[start:end])
    return start, start + tail.start() if tail and text[end:].strip() else end


def _led(text: str, start: int, end: int, expects: AnswerType) -> int | None:
    """Return where the clause starts, its leading word included; None where none leads it."""
    leads: tuple[Lead, ...] = ("plain", "open")
    for lead in leads if expects in ("reason", "manner") else ():
        before, begins = _leading(expects, lead)
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
    return _clause_end(text, start=start, end=end) or end


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
    last = _words("never")["last"].split()
    while True:
        text = text if _SHORTENED.search(text) else text.rstrip(_EDGE)
        *_, word = text.split() or [""]
        if word.casefold() not in last:
            return text
        text = text[: len(text) - len(word)]


def _clause_end(text: str, *, start: int, end: int) -> int | None:
    """Return where the clause ends that goes on behind a span; None where none does.

    None too where it would be longer, with the span, than an answer may be.
    """
    goes_on = _GOES_ON.match(text, end)
    if not goes_on or goes_on.group(1) in _closing():
        return None
    stop = _BREAK.search(text, end)
    whole = stop.start() if stop else len(text)
    return whole if len(text[start:whole].split()) <= _LONGEST else None


@cache
def _ties(expects: AnswerType) -> frozenset[str]:
    words = _words("edges")
    return frozenset(words["ties"].split()) - frozenset(words.get(expects, "").split())


@cache
def _speaker() -> re.Pattern[str]:
    """Return the form of ", he said," and "said the mayor," behind what they said."""
    name = r"[A-Z][\w’'\-]{1,30}"
    who = rf"(?:he|she|they|it|the [a-z]{{1,30}}(?: [a-z]{{1,30}})?|{name}(?: {name}){{0,2}})"
    said = "|".join(_words("edges")["said"].split())
    return re.compile(
        rf"[,”\"]{{1,3}}\s(?:{who} (?:{said})|(?:{said}) {who})(?:[,.;:]\s*[“\"]?|(?=\s*$))"
    )


@cache
def _leads() -> re.Pattern[str]:
    words = "|".join(_words("edges")["leads"].split())
    return re.compile(rf"\s(?:{words})\s")


@cache
def _closing() -> frozenset[str]:
    """Return the words that follow a clause that is whole."""
    return frozenset(_words("edges")["closing"].split())


@cache
def _scale() -> re.Pattern[str]:
    words = "|".join(_words("edges")["scales"].split())
    return re.compile(rf"\s?(?:%|°\s?[CF]?)|[ -](?:{words})\b", re.IGNORECASE)


@cache
def _number_word() -> re.Pattern[str]:
    words = "|".join((*_words("edges")["numbers"].split(), *_words("edges")["scales"].split()))
    return re.compile(rf"\b(?:{words})$", re.IGNORECASE)


@cache
def _amount() -> re.Pattern[str]:
    words = _words("edges")
    bounds = "|".join(re.escape(one) for one in words["bounds"].split(", "))
    numbers = "|".join(words["numbers"].split())
    return re.compile(
        rf"(?:\b(?:{bounds})\s(?:an?\s|the\s)?){{0,3}}(?:[$€£¥₹~]\s?)?(?:(?<![\w.])\d|\b(?:{numbers})\b)",
        re.IGNORECASE,
    )


@cache
def _bounded() -> re.Pattern[str]:
    bounds = "|".join(re.escape(one) for one in _words("edges")["strict"].split(", "))
    return re.compile(rf"(?:{bounds})\s", re.IGNORECASE)


@cache
def _bound() -> re.Pattern[str]:
    """Return what before a number makes it another one: "nine" is not "up to nine"."""
    bounds = "|".join(re.escape(one) for one in _words("edges")["strict"].split(", "))
    return re.compile(rf"\b(?:{bounds})\s(?=$)", re.IGNORECASE)


@cache
def _leading(expects: AnswerType, lead: Lead) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the leading words as they stand before an answer, and as it begins with them."""
    kinds = _words(expects)[lead].split(", ")
    words = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in kinds)
    before = rf"(?<!\b{_words('never')['before']}\s)\b(?:{words}){_BETWEEN[lead]}"
    return re.compile(before, re.IGNORECASE), re.compile(rf"(?:{words})\s", re.IGNORECASE)


@cache
def _clausal() -> re.Pattern[str]:
    """Return the words that lead a clause with a verb of its own: no "because of"."""
    words = "|".join(_words("never")["alone"].split(", "))
    return re.compile(rf"(?:{words})\s(?!of\b)", re.IGNORECASE)


@cache
def _aim() -> re.Pattern[str]:
    return re.compile(rf"\b{_words('never')['twice']}\s+[a-z]")


@cache
def _words(table: str) -> dict[str, str]:
    words: dict[str, str] = data_toml("rag", "clauses.toml")[table]
    return words
