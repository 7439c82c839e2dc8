"""Tells when a sentence names who is something else to a thing: no owner, but its manager.

A table of roles and their words, and no more: a sentence without any of them is let pass.
"""

import re
from functools import cache

from index.data_files import data_toml
from index.terms import terms


def is_of_other_role(sentence: str, *, asked: str) -> bool:
    """Say whether who is asked for by one role, and a sentence has words of other roles alone."""
    who = _who().match(asked)
    wanted = _roles(tuple(terms(who["role"]))) if who else frozenset[str]()
    if len(wanted) != 1:
        return False
    told = _roles(tuple(terms(sentence)))
    role = next(iter(wanted))
    return bool(told) and role not in told and not told & _implied_by()[role]


def _roles(found: tuple[str, ...]) -> frozenset[str]:
    known = _role_of()
    return frozenset(role for term in found for role in known.get(term, ()))


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
