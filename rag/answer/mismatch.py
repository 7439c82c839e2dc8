"""Tells when a sentence is of something else than its words suggest: other days, roles, sides.

"The pool is open from 7 to 21 on weekdays" does not answer when it is open on Sundays, nor does its
manager's name who owns it. A sentence that names no day, or no role of the table, is let pass.
"""

import re
from functools import cache, lru_cache

from index.data_files import data_toml
from index.terms import content_terms, terms
from rag.question import any_of, names, words

_WHO_IS = re.compile(
    r"^who(?:'s| is| was| are| were) (?:now |currently )?the (?P<role>[a-z][a-z\- ]{1,60}?)"
    r"(?: of | in | at | for |[?.!\s]*$)",
    re.IGNORECASE,
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ALL = frozenset(range(7))
_WEEKEND = frozenset({5, 6})
_DAY = re.compile(rf"\b({'|'.join(_DAYS)})s?\b", re.IGNORECASE)
_RANGE = re.compile(
    rf"\b({'|'.join(_DAYS)})s?(?: ?(?:to|through|till|until|[-–—]) ?)({'|'.join(_DAYS)})s?\b",
    re.IGNORECASE,
)
_WEEKDAYS = re.compile(r"\b(?:weekdays?|working days?)\b", re.IGNORECASE)
_WEEKENDS = re.compile(r"\bweekends?\b", re.IGNORECASE)
_EVERY = re.compile(
    r"\b(?:daily|every day|each day|all week|seven days|any day|other days|all days)\b",
    re.IGNORECASE,
)


def is_of_other_days(sentence: str, *, asked: str) -> bool:
    """Say whether both name days of the week and none in common.

    "Monday to Friday" names five days, "weekdays" too, "daily" all seven.
    """
    wanted = _days(asked)
    if not wanted:
        return False
    told = _days(sentence)
    return bool(told) and not wanted & told


@lru_cache(maxsize=4096)
def _days(text: str) -> frozenset[int]:
    if _EVERY.search(text):
        return _ALL
    found = {_DAYS.index(match.group(1).casefold()) for match in _DAY.finditer(text)}
    for match in _RANGE.finditer(text):
        first, last = (_DAYS.index(day.casefold()) for day in match.groups())
        found |= {(first + n) % 7 for n in range((last - first) % 7 + 1)}
    if _WEEKDAYS.search(text):
        found |= _ALL - _WEEKEND
    if _WEEKENDS.search(text):
        found |= _WEEKEND
    return frozenset(found)


def is_of_other_role(sentence: str, *, asked: str) -> bool:
    """Say whether who is asked for by one role, and a sentence has words of other roles alone."""
    who = _who().match(asked)
    wanted = _roles(tuple(terms(who["role"]))) if who else frozenset[str]()
    if len(wanted) != 1:
        return False
    told = _roles(tuple(terms(sentence)))
    role = next(iter(wanted))
    return bool(told) and role not in told and not told & _implied_by()[role]


def is_of_other_side(sentence: str, *, asked: str) -> bool:
    """Say whether a sentence tells of no side, or not of the one that it is asked who took.

    "The Liberals abstained" does not answer who was against the plan, nor does "The mayor called it
    a gift"; "The Greens were against it; the Liberals abstained" does.
    """
    if not _took_side().search(asked):
        return False
    if _against().search(asked) and not _opposed().search(sentence):
        return True
    return bool(_took_none().search(sentence)) and not _sides().search(sentence)


def is_no_difference(sentence: str, *, asked: str) -> bool:
    """Say whether it is asked by how much two things differ, and a sentence tells of no difference.

    "The crossing takes 28 minutes instead of 22" has no number of minutes that it takes longer.
    """
    return bool(_differs().search(asked)) and not _difference().search(sentence)


def _roles(found: tuple[str, ...]) -> frozenset[str]:
    known = _role_of()
    return frozenset(role for term in found for role in known.get(term, ()))


def role_asked(asked: str) -> str:
    """Return the role of several words that a question asks the holder of; mostly empty.

    "Who is the prime minister?" asks for no other minister.
    """
    found = _WHO_IS.match(asked)
    role = found["role"].casefold() if found else ""
    return role if len(content_terms(role)) > 1 else ""


def holds_role(sentence: str, role: str, *, asked: str) -> bool:
    """Say whether a sentence has a role in the words asked for, and a name beside it."""
    return role in sentence.casefold() and bool(names(sentence) - words(asked))


def lacks_of_role(sentence: str, role: str) -> bool:
    """Say whether a sentence lacks a word of a role."""
    return not set(content_terms(role)) <= set(terms(sentence))


@cache
def _took_side() -> re.Pattern[str]:
    took = rf"(?:{any_of('sides', 'took')}|(?:was|were|is|are) {any_of('sides', 'stood')})"
    return re.compile(rf"^who\b(?!.*\babstain).*\b{took}\b", re.IGNORECASE)


@cache
def _sides() -> re.Pattern[str]:
    words = rf"(?:{any_of('sides', 'took')}|{any_of('sides', 'against')})"
    return re.compile(rf"\b{words}\b", re.IGNORECASE)


@cache
def _against() -> re.Pattern[str]:
    return re.compile(r"\b(?:against|opposed|objected|rejected)\b", re.IGNORECASE)


@cache
def _opposed() -> re.Pattern[str]:
    """Return the form of what tells that somebody is against a thing, words by how they begin."""
    return re.compile(rf"\b(?:{any_of('sides', 'opposed')}|no\b|nay\b)", re.IGNORECASE)


@cache
def _took_none() -> re.Pattern[str]:
    return re.compile(any_of("sides", "none"), re.IGNORECASE)


@cache
def _differs() -> re.Pattern[str]:
    """Return the form of "how much longer" and "how many more people"."""
    more = any_of("difference", "more")
    return re.compile(rf"\bhow (?:much|many)(?: [\w'-]+){{0,2}}? {more}\b", re.IGNORECASE)


@cache
def _difference() -> re.Pattern[str]:
    words = rf"(?:{any_of('difference', 'more')}|{any_of('difference', 'changed')})"
    return re.compile(rf"\b{words}\b", re.IGNORECASE)


@cache
def _who() -> re.Pattern[str]:
    """Return the form of "Who owns" and "Who was the first owner of", with the word of its role."""
    entries = data_toml("rag", "roles.toml").values()
    role = "|".join(word for entry in entries for word in entry["words"].split())
    things = "company|firm|group|person|man|woman|country|family|bank|party"
    between = r"(?: (?:is|was|are|were) the(?: \w+)?| has| had| will| first| once| now| also)?"
    return re.compile(
        rf"^(?:who|(?:which|what) (?:{things})){between} (?P<role>{role})\b", re.IGNORECASE
    )


@cache
def _role_of() -> dict[str, frozenset[str]]:
    """Return the roles that each term stands for."""
    roles: dict[str, frozenset[str]] = {}
    for role, entry in data_toml("rag", "roles.toml").items():
        for term in terms(entry["words"]):
            roles[term] = roles.get(term, frozenset()) | {role}
    return roles


@cache
def _implied_by() -> dict[str, frozenset[str]]:
    entries = data_toml("rag", "roles.toml").items()
    return {role: frozenset(entry["implied_by"].split()) for role, entry in entries}
