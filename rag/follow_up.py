"""Puts a follow-up question into a form that stands alone, by rules; nothing is looked up.

The rules carry over what is missing and no more: the entity that a pronoun stands for, the question
that "And Germany?" or "Why?" leans on. A question that leans on nothing stays as it is, so that a
new subject does not drag the old one along. What comes out is shown as `Answer.searched`.

In the manner of the simplest question rewriting of conversational search (Elgohary et al., "Can
You Unpack That?", 2019: most rewrites replace a pronoun or complete an ellipsis).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from index.data_files import data_toml
from index.terms import content_terms, terms
from rag.question import Question, names, read_question
from rag.types import Turn

_LEAD = re.compile(
    r"^(?:(?:and|but|so|or|then)[ ,]+)?(?P<about>(?:what|how) about |and )?"
    r"(?P<rest>.(?:.*\w)?)\W*$",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^(?P<asks>(?:(?:in|at|on|to|from|for|with|by|of|since|until) )?"
    r"(?:who|whom|whose|what|when|where|why|which|how(?: \w+)?))\b(?P<rest>.*)$",
    re.IGNORECASE,
)
_RUN = re.compile(
    r"(?<![\w’'\-])[A-ZÀ-Þ][\w’'\-]*(?:(?: (?:of|for|de|von|van|al|the|and))?"
    r" (?=[A-ZÀ-Þ0-9])[\w’'\-]+)*"
)
_IDENTITY = re.compile(r"^who(?: is| was|['’]s) (?P<name>.(?:.*\w)?)\W*$", re.IGNORECASE)
"""As in "Who is Ada Lovelace?", which names whom it is about; "Who is the mayor?" does not."""
_YEAR = re.compile(r"\b(?:1[0-9]|20)\d\d\b")
_WORD = re.compile(r"[\w’'\-]+")


def stand_alone(question: Question, history: Sequence[Turn]) -> Question:
    """Return a question with what it takes from the conversation put in.

    Args:
        question: The follow-up.
        history: The turns before it, oldest first; none gives the question back.
    """
    asked = question.text
    if not history or not asked:
        return question
    before = history[-1]
    put = _completed(asked, before) or _resolved(asked, before)
    return read_question(put) if put else question


def _completed(asked: str, before: Turn) -> str | None:
    """Complete "And Germany?", "What about 2019?" and "Why?" by the question before."""
    lead = _LEAD.match(asked)
    if lead is None:
        return None
    rest = lead["rest"]
    asks = _ASKS.match(rest)
    if asks and not content_terms(rest) and len(_WORD.findall(rest)) <= 3 and not leans(rest):
        return _asked_of(rest, before.question)
    opened = rest != asked.rstrip(" ?!.") or rest.split()[0].casefold() in _set("preposition")
    elliptic = opened and asks is None and not _has_verb(rest)
    return _exchanged(before, rest) if elliptic else None


def _asked_of(asks: str, question: str) -> str:
    """Return the question before as one of "why" or "when": "When will it open?"."""
    asks = asks[0].upper() + asks[1:]
    old = _ASKS.match(question.rstrip(" ?"))
    words = old["rest"].split() if old else []
    place = next((n for n, word in enumerate(words) if word.casefold() in _set("auxiliary")), None)
    if place is None or place == len(words) - 1:
        return f"{asks}: {question}"
    noun = " ".join(words[:place])
    clause = " ".join(words[place:])
    return f"{asks} {clause} the {noun}?" if noun else f"{asks} {clause}?"


def _exchanged(before: Turn, part: str) -> str:
    """Return the question before with a part in the place of its like: a year, name or phrase."""
    bare = before.question.rstrip(" ?")
    year = _YEAR.search(part)
    if year and _YEAR.search(bare):
        return _YEAR.sub(year.group(), bare, count=1) + "?"
    first = part.split()[0].casefold()
    runs = _runs(bare)
    if first in _set("preposition"):
        part = first + part[len(first) :]
        like = next((f"{first} {r}" for r in runs if f" {first} {r}" in bare), None)
        return bare.replace(like, part) + "?" if like else f"{bare} {part}?"
    phrase = _phrase(before) if first in _set("determiner") and not _runs(part) else None
    alike = [run for run in runs if _shape(run) == _shape(part)] if _runs(part) else []
    old = phrase or next(iter(alike), None)
    return bare.replace(old, part, 1) + "?" if old and old in bare else f"{bare}: {part}?"


def _shape(name: str) -> bool:
    """Tell designations such as SM-6 and 737 from other names."""
    return any(character.isdigit() for character in name)


def _resolved(asked: str, before: Turn) -> str | None:
    """Put in what the first pronoun stands for; None where the question has none."""
    pronoun = leans(asked)
    if pronoun is None:
        return None
    word = pronoun.group().casefold()
    found = next(find for kind, find in _FINDERS if word in _set(kind))(before)
    if found is None or found.casefold() in asked.casefold():
        return None
    if word in _set("pointing") or word in _set("place"):
        return f"{asked.rstrip(' ?')} ({found})?"
    owns = word in _set("possessive") and re.match(r" \w", asked[pronoun.end() :])
    end = ("'" if found.endswith("s") else "'s") if owns else ""
    return asked[: pronoun.start()] + found + end + asked[pronoun.end() :]


def leans(asked: str) -> re.Match[str] | None:
    """Return the pronoun that stands for something outside of the question."""
    if re.search(_table("follow_up")["empty"], asked, re.IGNORECASE):
        return None
    for match in _WORD.finditer(asked):
        word = match.group().casefold()
        if word in _set("person") | _set("people") | _set("thing") | _set("place") or (
            word in _set("pointing") and _stands_alone(asked, match)
        ):
            # A name before it is what it stands for, as in "Did Hegseth say that he agrees?".
            return None if _runs(asked[: match.start()]) else match
    return None


def _stands_alone(asked: str, pointing: re.Match[str]) -> bool:
    """Say whether "this" or "that" is a subject or the end, not before a clause or a noun."""
    before = _WORD.findall(asked[: pointing.start()])
    after = _WORD.findall(asked[pointing.end() :])
    return not after or (
        bool(before) and before[-1].casefold() in _set("auxiliary") and bool(after)
    )


def _person(before: Turn) -> str | None:
    """Return the person that was asked about, or who was the answer; None where neither is one."""
    asked, said = _runs(before.question), _persons(_runs(before.text))
    identity = _IDENTITY.match(before.question)
    if _asks_who(before) and not (identity and identity["name"] in asked):
        return next(iter([*_new(said, before.question), *_persons(asked)]), None)
    return next(iter([*_persons(asked), *said]), None)


def _people(before: Turn) -> str | None:
    """Return the two who were the answer, or what was asked about."""
    new = _new(_runs(before.text), before.question) if _asks_who(before) else []
    return " and ".join(new[:2]) or _thing(before)


def _asks_who(before: Turn) -> bool:
    return read_question(before.question).expects == "person"


def _thing(before: Turn) -> str | None:
    """Return what was asked about: its noun phrase, else its first name, else the answer's."""
    return _phrase(before) or next(iter([*_runs(before.question), *_runs(before.text)]), None)


def _phrase(before: Turn) -> str | None:
    """Return the noun phrase that a question is about, such as "the bridge over the Elbe".

    "Which missile" gives "the missile". None where it has neither that nor a determiner.
    """
    words = _WORD.findall(before.question)
    folded = [word.casefold() for word in words]
    nouns = _until_auxiliary(words[1:]) if folded[:1] in (["which"], ["what"]) else []
    if nouns and nouns != words[1:]:
        noun = f"the {' '.join(nouns)}"
        name = next(iter(_runs(before.question)), "")
        return f"{noun} of {name}" if name and name not in noun else noun
    start = next((n for n, word in enumerate(folded) if word in _set("determiner")), None)
    if start is None or start + 1 == len(words):
        return None
    end = _end_of_phrase(words, start + 1, said=before.text)
    return " ".join(["the", *words[start + 1 : end]])


def _end_of_phrase(words: Sequence[str], first: int, *, said: str) -> int:
    """Return where a noun phrase ends: after its nouns and what prepositions hang on them.

    A clause needs a verb: where none would be left, the last of the nouns is one, as in "was the
    old bridge closed". A phrase goes on over words that the answer has in the same company.
    """
    folded = [word.casefold() for word in words]
    linking = _set("preposition") | _set("determiner")
    known = f" {' '.join(_WORD.findall(said)).casefold()} "

    def ends(n: int) -> bool:
        return n == len(words) or folded[n] in linking or words[n][0].isupper()

    nouns = next(n for n in range(first + 1, len(words) + 1) if ends(n))
    end = nouns
    while end < len(words) and folded[end] in linking:
        while end < len(words) and folded[end] in linking:
            end += 1
        while end < len(words) and (words[end][0].isupper() or folded[end - 1] in linking):
            end += 1
    while end < len(words) and f" {folded[end - 1]} {folded[end]} " in known:
        end += 1
    has_subject = first > 1 and folded[first - 2] in _set("auxiliary")
    return nouns - 1 if has_subject and end == len(words) and nouns - first > 1 else end


def _until_auxiliary(words: Sequence[str]) -> list[str]:
    kept = []
    for word in words:
        if word.casefold() in _set("auxiliary"):
            break
        kept.append(word)
    return kept


def _runs(text: str) -> list[str]:
    """Return the names of a text in order: runs of capitalised words without plain openers."""
    known = names(text)
    runs = []
    for match in _RUN.finditer(text.replace("’", "'")):
        words = match.group().split()
        while words and words[0].removesuffix("'s").casefold() not in known:
            words = words[1:]
        if words:
            runs.append(" ".join(words).removesuffix("'s"))
    return runs


def _new(runs: Sequence[str], question: str) -> list[str]:
    """Leave out the names whose every term the question has, as in "Minister of Defense"."""
    known = set(terms(question))
    return [run for run in runs if not known.issuperset(content_terms(run))]


def _has_verb(part: str) -> bool:
    """Say whether a fragment has an auxiliary: then it is a question of its own."""
    return any(word.casefold() in _set("auxiliary") for word in _WORD.findall(part))


def _persons(names: Iterable[str]) -> list[str]:
    """Return the names that may be one person's each, in order; "Ann Lee and Bo Li" gives two.

    Left out are countries and organisations that are known, abbreviations, names with a number or
    an "of" in them, days and months, and names that end like a place or an institution.
    """
    parts = (part for name in names for part in name.split(" and "))
    return [part for part in parts if _may_be_one(part)]


def _may_be_one(name: str) -> bool:
    words = name.split()
    folded = [word.casefold() for word in words]
    known = "_".join(folded) in _known_names() or folded[-1] in _person_words("institution")
    linked = _person_words("linking").intersection(folded)
    odd = any(_is_odd(word) for word in words)
    return not (known or linked or odd or _person_words("calendar").intersection(folded))


def _is_odd(word: str) -> bool:
    """Tell abbreviations and designations, such as US and F-35, from words."""
    return any(c.isdigit() for c in word) or (len(word) > 1 and word.isupper())


@cache
def _person_words(kind: str) -> frozenset[str]:
    return frozenset(_table("persons")[kind].split())


@cache
def _known_names() -> frozenset[str]:
    """Return the forms of the names of countries and organisations; `_` between words."""
    return frozenset(form for line in _table("names")["same"] for form in line.split())


_FINDERS = (
    ("person", _person),
    ("people", _people),
    ("thing", _thing),
    ("pointing", _thing),
    ("place", _thing),
)


@cache
def _set(kind: str) -> frozenset[str]:
    return frozenset(_table("follow_up")[kind].split())


@cache
def _table(name: str) -> Mapping[str, Any]:
    return data_toml("rag", f"{name}.toml")
