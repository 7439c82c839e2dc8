"""Tells what a figure was moved or corrected to, and what a message quotes of an older one.

"Moved from 20 June to 27 June" does not say that the party is on 20 June, and "at 14:15, not at
13:00" denies nothing of 14:15. By form alone: whether it is the thing asked of, others tell.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Literal

from index.terms import terms
from index.types import Hit
from rag.answer.measures import Figure, figures
from rag.question import any_of, listed, words

_NO_MORE = re.compile(
    r"\b(?:not|instead of|rather than|no longer|in place of)(?: the| on| at)? $", re.I
)
_BEFORE_DAY = re.compile(
    r"\b(?P<day>(?:mon|tues|wednes|thurs|fri|satur|sun)day,? (?:the )?)$", re.I
)
_INSTEAD = re.compile(
    r"(?P<new>\d[\w.:/]{0,15}(?: [A-Za-z]{1,12}){0,2}?)(?P<old>,? (?:and |but )?"
    r"(?:not|no longer|instead of|rather than|\((?:previously|formerly|before|until now|was|not)"
    r"[:,]?)(?: (?:at|on|the|for|from|by|in)){0,2}"
    r" [$€£]?\d[\d.:,]{0,12}(?<![.,:])(?:st|nd|rd|th)?)"
)
"""A figure and what it is no longer: "at 14:15, not at 13:00", "6.10 (previously 6.30)"."""
_LIVED = re.compile(r"(?P<born>[^()–—]{4,30}?)\s?(?:[–—]| - |\bto\b)\s?(?P<died>[^()–—]{4,30})")
_BORN, _DIED = re.compile(r"\bborn\b", re.I), re.compile(r"\b(?:die|died|death|dead)\b", re.I)
_EXPECTED = {"date": "year", "money": "money", "duration": "time"}
"""What measure a kind of question asks for, where it asks for one."""
_CLAUSES = re.compile(r"[;:] |, (?:but |and )?(?=(?:now|since|from|today|currently)\b)|, but ")
_UNTIL = re.compile(r"\b(?:until|till|up to|used to|previously|formerly)\b", re.IGNORECASE)
"""Leads what holds no more, where another clause tells what does "now"."""
_FROM_NOW = re.compile(r"\bfrom (?=[A-Z\d])")


def is_quoted(hit: Hit, start: int) -> bool:
    """Say whether what starts there stands in a line that a message quotes: "> We meet at 8"."""
    text, at = hit.passage.text, start - hit.passage.start
    return text[text.rfind("\n", 0, at) + 1 :].lstrip().startswith(">")


def without_quoted(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Return hits without the sentences that a message quotes of older ones."""
    own = (
        replace(
            hit, sentences=tuple(s for s in hit.sentences if not is_quoted(hit, s.sentence.start))
        )
        for hit in hits
    )
    return tuple(hit for hit in own if hit.sentences)


def asks_of_past(asked: str) -> bool:
    """Say whether it is asked how something was, or was before."""
    return bool(words(asked) & set(listed("changes", "past")))


def is_what_was(text: str, start: int, end: int, *, asked: str) -> bool:
    """Say whether a span is what something was changed from, and it is asked what it is.

    "Moved from 20 June to 27 June" does not say that the party is on 20 June, nor does what holds
    "until" a day where another clause tells what does "now". Of 34,001 answers of training
    questions 3 are called so.
    """
    if _asks_before(asked):
        return False
    if any(one.start("old") <= start and end <= one.end("old") for one in _change().finditer(text)):
        return True
    cuts = [0, *(cut.end() for cut in _CLAUSES.finditer(text)), len(text)]
    clauses = [(a, text[a:b]) for a, b in pairwise(cuts)]
    own = next(clause for at, clause in reversed(clauses) if at <= start)
    return (
        bool(_UNTIL.search(own))
        and not _says("now").search(own)
        and any(
            _says("now").search(clause) and figures(clause)
            for _, clause in clauses
            if clause != own
        )
    )


def without_corrected(text: str) -> str:
    """Return a text without what a figure is told to be no longer: ", not at 13:00"."""
    return _INSTEAD.sub(r"\g<new>", text)


def of_life(text: str, start: int, end: int, *, asked: str) -> tuple[int, int]:
    """Return a span of birth and death as the one that is asked for: "(1881 - 1959)"."""
    lived = _LIVED.search(text, start, end)
    born, died = _BORN.search(asked), _DIED.search(asked)
    if lived is None or bool(born) == bool(died):
        return start, end
    return lived.span("born" if born else "died")


def without_what_was(text: str, start: int, end: int, *, asked: str) -> tuple[int, int]:
    """Return a span without what something was before, where it has both and that is not asked.

    "7 June to 14 June" is the 14th where the open day was moved from the one to the other. Of a
    life it is the end that is asked for.
    """
    start, end = of_life(text, start, end, asked=asked)
    if _asks_before(asked):
        return start, end
    for one in _change().finditer(text):
        if start <= one.start("old") and one.end("old") + len(" to ") < end:
            start = one.end("old") + len(" to ")
    ends = (m.start("old") for m in _INSTEAD.finditer(text) if start < m.end("new") < end)
    return start, min([end, *ends])


def _asks_before(asked: str) -> bool:
    """Say whether it is asked what something was before: not what it is "from January" on."""
    return bool(_says("before").search(_FROM_NOW.sub("", asked)))


def asks_for_former(asked: str) -> bool:
    """Say whether it is asked how something was before it was changed: "originally"."""
    return bool(_says("original").search(asked))


def answered_by(text: str, start: int, end: int, *, expects: str) -> tuple[Figure, ...]:
    """Return the figures of a span that may be what answers; of an empty span all that fit.

    Args:
        text: A sentence.
        start: Of the words that answer.
        end: Of these, exclusive.
        expects: What is asked for, as `rag.question.Question` has it.
    """
    own = [one for one in figures(text) if start == end or (one.start < end and one.end > start)]
    kind = _EXPECTED.get(expects)
    return tuple(one for one in own if kind is None or one.kind == kind)


def replaced(
    text: str, old: str, values: Sequence[Figure], *, about: Collection[str]
) -> tuple[int, int] | None:
    """Return where a sentence has what a figure or a day was moved or corrected to; mostly None.

    "The balance was £3,142, not £3,412 as recorded" corrects 3,412, "was moved to 28 June" moves
    what it is said of. Only a figure of the same measure replaces one, and only where there is no
    other.

    Args:
        text: A sentence of a later article.
        old: The sentence that answers.
        values: Figures of `old` that answer.
        about: The terms of the question that `old` has.
    """
    found = figures(text)
    told = {_plain(old, one) for one in values}
    kinds = {one.kind for one in values}
    named = [one for one in found if _plain(text, one) in told]
    others = [one for one in found if one.kind in kinds and _plain(text, one) not in told]
    moved = [one for one in others if _moved_to().search(text[: one.start])]
    if named and others:
        no_more = any(_NO_MORE.search(text[: one.start]) for one in named)
        moved = moved or (others if no_more or _says("corrected").search(text) else [])
    elif not about or not set(about) <= set(terms(text)):
        return None
    if len(moved) != 1:
        return None
    weekday = _BEFORE_DAY.search(text[: moved[0].start]) if moved[0].kind == "year" else None
    return (weekday.start("day") if weekday else moved[0].start), moved[0].end


def _plain(text: str, figure: Figure) -> str:
    return " ".join(terms(text[figure.start : figure.end]))


@cache
def _moved_to() -> re.Pattern[str]:
    """Return the form of what stands before the new value: "was moved from 14 June to"."""
    verb = any_of("changes", "verb")
    day = rf"(?:{any_of('holds', 'weekday')},? )?(?:the )?"
    return re.compile(rf"\b{verb}\b[^.;:]{{0,60}}? (?:to|till|until) {day}$", re.IGNORECASE)


@cache
def _says(name: Literal["corrected", "original", "before", "now"]) -> re.Pattern[str]:
    return re.compile(rf"\b{any_of('changes', name)}\b", re.IGNORECASE)


@cache
def _change() -> re.Pattern[str]:
    verb = any_of("changes", "verb")
    return re.compile(
        rf"\b{verb}\b[^.;:]{{0,40}}? from (?P<old>[^.;,]{{1,40}}?) to [^.;,]", re.IGNORECASE
    )
