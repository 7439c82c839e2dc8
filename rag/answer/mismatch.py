"""Tells when a sentence is of something else than its words suggest: other days, roles, opposites.

"The pool is open from 7 to 21 on weekdays" does not answer when it is open on Sundays, nor does its
manager's name who owns it. A sentence that names no day, or no role of the table, is let pass.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final

from index.data_files import data_toml
from index.terms import content_terms, terms
from index.types import Hit
from rag.answer.items import MARK
from rag.answer.measures import figures
from rag.answer.rows import is_called, kinds, labelled, left_of
from rag.answer.yes_no import is_negated
from rag.question import AnswerType, Question, any_of, countries, is_named, listed, names, words

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
_THING = re.compile(
    r"\b[Tt]he (?:(?:[a-z]{1,30}|M[SV]|SS) )?(?P<name>[A-Z][\w’'\-]{1,30})"
    r"(?= (?!of\b)[a-z]|[,.;:?!)]|$)"
)
"""A name with an article, which ends there: "the old Havbris was", no "the Bank of England"."""
_THING_ASKED = re.compile(
    r"(?P<before>\b(?:does|did|do|is|was|has|had|will|can) )?[Tt]he (?:(?:[a-z]{1,30}|M[SV]|SS) )?"
    r"(?P<name>[A-Z][\w’'\-]{1,30})(?(before)(?= [a-z]{2,20}[?.!]{0,2}$|[?.!]|$)|(?=[,?.!]|$))"
)
"""The same in a question, before its end or behind its "does": no "the Oakham centre"."""
_DID = re.compile(
    r"\b(?:did|does|do|has|have|had|will|would|can) "
    r"(?P<name>[A-ZÀ-Þ][a-zà-ÿ’'\-]{1,30}(?: [A-ZÀ-Þ][a-zà-ÿ’'\-]{1,30}){0,2})"
    r" (?P<frame>[a-z]{3,30})"
)
_DOING = re.compile(
    r"\b(?P<name>[A-ZÀ-Þ][a-zà-ÿ’'\-]{1,30}) (?:(?:has|had|also|then|will|would) )?"
    r"(?P<frame>[a-z]{3,30})"
)
_IS_NOW = re.compile(
    r"who(?:'s| is| are) (?!.*\b(?:former|previous|last)\b)(?P<rest>.{1,200})", re.I
)
_FORMER = re.compile(
    r"\b(?:former|previous|outgoing|retired|ex)[ -](?P<role>[a-z]{3,30})", re.IGNORECASE
)
_WHO_DOES = re.compile(
    r"who (?:(?:has|have|had|will|would|can|could|also|still|all) ){0,2}(?P<verb>[a-z]{3,20})\b",
    re.I,
)
_DENIED = re.compile(
    r"(?:n['’]t|(?<!was )(?<!were )\b(?:not|never|no longer|refused to|declined to))"
    r"(?: (?:yet|really|ever|even))? $",
    re.IGNORECASE,
)
"""What stands before a verb that is denied."""
_FIGURES: Final[frozenset[AnswerType]] = frozenset({"amount", "money", "duration", "date"})
_LONGEST_LINE = 8
"""Words of what a line of a form says, where it is no sentence of its own."""
_OF_KIND: Final = frozenset({"long", "often", "high", "hot", "old", "big", "larg", "heavi", "far"})
"""Terms that only say the kind of a question."""
_STANDS_FOR = ("one", "ones")  # the noun before: "the northern apiary and the southern one"
_SPOKEN = re.compile(r"[A-Za-z][\w’'\-]*|[.,;:]")
"""A word, or a mark between two."""
_WHEN = re.compile(r"(?:and |until |till |from )?(?:when|what time|how late)\b", re.IGNORECASE)
_UNTIL = re.compile(r"\b(?:until|till) ", re.IGNORECASE)
_EVERY = re.compile(
    r"\b(?:daily|every day|each day|all week|seven days|any day|other days|all days)\b",
    re.IGNORECASE,
)


def is_of_other_days(sentence: str, *, asked: str) -> bool:
    """Say whether both name days of the week and none in common.

    "Monday to Friday" names five days, "weekdays" too, "daily" all seven.
    """
    wanted = days_of(asked)
    if not wanted:
        return False
    told = days_of(sentence)
    return bool(told) and not wanted & told


@lru_cache(maxsize=4096)
def days_of(text: str) -> frozenset[int]:
    """Return the days of the week that a text names, 0 for Monday to 6; "daily" names all."""
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
    """Say whether who is asked for by one role, and a sentence has words of other roles alone.

    Or has nothing of the rank that is asked for: "the vice chair" is no chair.
    """
    rank = _rank_asked().match(asked)
    if rank and rank["rank"].casefold() not in words(sentence):
        return True
    who = _who().match(asked)
    wanted = _roles(tuple(terms(who["role"]))) if who else frozenset[str]()
    if len(wanted) != 1:
        return False
    told = _roles(tuple(terms(sentence)))
    role = next(iter(wanted))
    return bool(told) and role not in told and not told & _implied_by()[role]


def is_opposite(sentence: str, *, asked: str) -> bool:
    """Say whether a sentence has the opposite of what is asked, and not that itself.

    "Of the 80 boxes 61 were occupied" does not answer how many were empty. Where there is a "not"
    nothing is said, nor of "open until 5" where it is asked when it closes. Of 31,938 sentences
    that answer, of training questions, 49 are called opposite.
    """
    wanted, told = _sides_of(asked), _sides_of(sentence)
    ends = _WHEN.match(asked) and _UNTIL.search(sentence)
    apart = any(
        len(sides) == 1 and pair in told and not told[pair] & sides
        for pair, sides in wanted.items()
        if not ends or pair[1]
    )
    return apart and not (is_negated(asked) or is_negated(sentence))


def is_former(sentence: str, *, asked: str) -> bool:
    """Say whether it is asked who is something, and it is told who was: "the former mayor"."""
    role = _IS_NOW.match(asked)
    told = _FORMER.search(sentence) if role else None
    return bool(role and told and told["role"].casefold() in words(role["rest"]))


def tells_doing(sentence: str, *, asked: str) -> bool | None:
    """Say whether a sentence tells who does what it is asked who does, or only who does not.

    None where it has no word of it, or the question is another. "Ida Moe does not share the worry"
    does not answer who shares it. Of 14,733 sentences that answer who, of training questions, 4 are
    taken to tell only who does not.
    """
    found = None if is_negated(asked) else _WHO_DOES.match(asked)
    verb = terms(found["verb"]) if found else []
    if not verb or (found and found["verb"].casefold() in listed("asks", "auxiliary")):
        return None
    said = [word.start() for word in _SPOKEN.finditer(sentence) if terms(word.group()) == verb]
    return not all(_DENIED.search(sentence, 0, at) for at in said) if said else None


def has_side_of(sentence: str, *, asked: str) -> bool:
    """Say whether a sentence has the side that a question asks of, of any pair of opposites."""
    told = _sides_of(sentence)
    return any(sides & told.get(pair, frozenset()) for pair, sides in _sides_of(asked).items())


def is_of_other_thing(text: str, *, asked: str, around: str) -> bool:
    """Say whether a question has a thing or person by name, and a text another in its place alone.

    "The Havbris" is in the place of "the Solvind", "Mayor Sand" in that of "Mayor Moe", and where
    it is asked when Tiel protested, the Ede that did so is; but a country may be meant by its
    capital. Of 31,938 sentences that answer, of training questions, 14 are called so.

    Args:
        text: A sentence, with the ones before it that say what its pronoun stands for.
        asked: The question.
        around: The passages found: what they do not name at all, no sentence is blamed for.
    """
    seen, known = words(text), words(asked)
    told = {name for name in names(asked) if not _titles().fullmatch(name)}
    if any(is_named(name, seen) for name in told):
        return False
    things = _things(asked, _THING_ASKED)
    if things and things <= _things(around) and _things(text) - known:
        return True
    wanted = {
        frame
        for frame, name in _framed(asked, _DID, _titled())
        if name in told and name in words(around)
    }
    return bool(wanted) and any(
        frame in wanted and name in names(text) - known - countries()
        for frame, name in _framed(text, _DOING, _titled())
    )


def is_of_other_name(text: str, start: int, end: int, *, asked: str) -> bool:
    """Say whether a figure is told of one name, and another clause has one of that asked of.

    "The first, the Aurora, comes in May; the Borealis follows in June" has no May for the Borealis.
    """
    named, clauses = names(asked), text.split("; ")
    kinds = {one.kind for one in figures(text) if one.start < end and one.end > start}
    at = text.count("; ", 0, start)
    own = names(f"x {clauses[at]}")
    return bool(own and not own & named) and any(
        named & names(f"x {other}") and kinds & {one.kind for one in figures(other)}
        for other in clauses[:at] + clauses[at + 1 :]
    )


def is_of_other_line(text: str, question: Question, hit: Hit) -> bool:
    """Say whether a figure is asked for, and an item or line of a form has no word of the question.

    "- 600 g chard" does not tell how much sugar goes in, nor "Baking: 45 minutes" how long the
    dough rests. Of what the title says no item need say anything.
    """
    is_item = bool(MARK.match(text)) and text[-1:] not in ".!?"
    line = None if is_item else labelled(text)
    if line and len(line.text.split()) > _LONGEST_LINE:
        line = None
    if question.expects not in _FIGURES or not (is_item or line):
        return False
    asking = question.text.replace("’", "'")
    if line and any(k.asked.match(asking) and is_called(line.name, k) for k in kinds("line")):
        return False
    wanted = left_of(asking, hit, _OF_KIND)
    return bool(wanted) and not wanted & set(terms(text))


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


def _things(text: str, form: re.Pattern[str] = _THING) -> frozenset[str]:
    return frozenset(word for found in form.finditer(text) for word in words(found["name"]))


def _framed(text: str, *forms: re.Pattern[str]) -> list[tuple[tuple[str, ...], str]]:
    """Return names with the verb or the title beside each, by its terms."""
    return [
        (tuple(terms(found["frame"])), name)
        for form in forms
        for found in form.finditer(text)
        for name in words(found["name"].split()[-1])
    ]


@cache
def _titles() -> re.Pattern[str]:
    return re.compile(rf"{any_of('asks', 'person')}|{any_of('names', 'title')}", re.IGNORECASE)


@cache
def _titled() -> re.Pattern[str]:
    """Return the form of "Mayor Ida Sand"."""
    return re.compile(
        rf"\b(?P<frame>(?i:{_titles().pattern}))\.? "
        r"(?P<name>[A-ZÀ-Þ][\w’'\-]{1,30}(?: [A-ZÀ-Þ][\w’'\-]{1,30}){0,3})"
    )


@lru_cache(maxsize=4096)
def _sides_of(text: str) -> Mapping[tuple[str, str], frozenset[int]]:
    """Return which sides of each pair of opposites a text has, by line and by word behind it."""
    found: dict[tuple[str, str], frozenset[int]] = defaultdict(frozenset)
    spoken = [m.group() for m in _SPOKEN.finditer(text) if m.group().islower() or not m.start()]
    for word in spoken:
        for line, side in _opposites("anywhere").get(word.lower(), ()):
            found[line, ""] |= {side}
    for word, behind in pairwise(_SPOKEN.findall(text)):
        for line, side in _opposites("before").get(word.lower(), ()):
            same = [of for of in found if of[0] == line] if behind in _STANDS_FOR else []
            for of in (*same, (line, terms(behind)[-1] if terms(behind) else "")):
                found[of] |= {side}
    return found


@cache
def _opposites(name: str) -> Mapping[str, Sequence[tuple[str, int]]]:
    """Return the lines that each word stands in, and on which side."""
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for line in data_toml("rag", "opposites.toml")[name]:
        for side, same in enumerate(line.split(" | ")):
            for word in same.split():
                found[word].append((line, side))
    return found


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
def _rank_asked() -> re.Pattern[str]:
    return re.compile(
        rf"who(?:'s|’s| is| was| are| were) the (?:\w+ )?(?P<rank>{any_of('names', 'rank')})[ -]",
        re.IGNORECASE,
    )


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
