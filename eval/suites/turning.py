"""Turns a statement of an article into questions that it answers, by word order and lists.

English only. A question is made where its form is sure: its words are the statement's, and who
reads it alone knows what it is about. Most sentences give none. Others try if it is answered.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from eval.suites.clauses import (
    NAME,
    Clause,
    bases,
    clause_of,
    first_clause,
    is_verb,
    listed,
    lowered,
    opened,
    pasts,
    verbs,
)
from rag.internal import data_toml

_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = (
    rf"(?:{_DAY} {_MONTH} \d{{4}}|{_MONTH} {_DAY},? \d{{4}}|{_DAY} {_MONTH}|{_MONTH} {_DAY}"
    rf"|{_MONTH} \d{{4}}|(?:1[0-9]|20)\d\d)"
)
_WHEN = re.compile(
    r"(?:in|on)(?: the (?:night|morning|evening|afternoon) of)?(?: \w+day,?)?"
    rf"(?: the)? (?P<date>(?:(?:spring|summer|autumn|fall|winter) of )?{_DATE})"
    r"(?! ?(?:and|or|to)\b|-|–)\b"
)
_LEAD = re.compile(rf"^(?:then, )?(?P<when>(?i:{_WHEN.pattern})),? (?P<rest>.+)$")
_MONEY = (
    r"(?:[£$€¥] ?\d[\d,.]*\d?(?: (?:million|billion|thousand|bn|m)\b)?"
    r"|\d[\d,.]*(?: (?:million|billion|thousand))? (?:euros|dollars|pounds|crowns|yen|francs)\b)"
)
_COUNT = (
    r"(?P<number>\d{1,3}(?:,\d{3})+|\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
)
_THINGS = (
    r"(?P<things>(?!million|billion|thousand|per\b)(?:[a-z\-]+ ){0,2}?"
    r"(?:people|children|[a-z\-]+s))"
)
_ASIDE = re.compile(r" \([^()]{1,80}\)")
_WORD = re.compile(r"[^\W_]+(?:[’'\-][^\W_]+)*")
_LONGEST = 400
"""Characters of a sentence that is read; forms of names are sought from each of its words."""
_FEWEST, _MOST = 4, 24
"""Words of a question."""
_LONGEST_ANSWER = 12
"""Words."""
_MOST_COMMAS = 4
"""In a sentence that is no list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """A question and the words of the statement that answer it."""

    question: str
    answer: str


def turned(sentence: str, *, article: str) -> tuple[Turned, ...]:
    """Return the questions that a sentence answers; mostly none.

    Args:
        sentence: of an article.
        article: its whole text, which tells who is a person.
    """
    plain = _ASIDE.sub("", " ".join(sentence.split()))
    if (
        not plain.endswith(".")
        or len(plain) > _LONGEST
        or re.search(r"[\"“”„«»:;!?\[\]|*#–—]", plain)
    ):
        return ()
    found = [*_relative(plain), *_roles(plain)]
    told = opened(plain, article).rstrip(".")
    lead = _LEAD.match(told)
    date, when, told = (lead["date"], lead["when"], lead["rest"]) if lead else ("", "", told)
    found += _counted(told or plain.rstrip("."))
    clause = clause_of(told)
    if clause is not None:
        found += _of_clause(clause, date, when, article)
    whole = (one for one in found if is_whole(one.question) and _is_short(one))
    return tuple(dict.fromkeys(whole))


def _of_clause(clause: Clause, date: str, when: str, article: str) -> Iterator[Turned]:
    behind = f" {lowered(when)}" if when else ""
    yield from _dated(clause, date)
    yield from _amounts(clause, behind)
    yield from _agent(clause, behind)
    yield from _place(clause)
    yield from _definition(clause, article)
    yield from _first(clause)
    if clause.verb and clause.rest and _is_person(clause.subject, article):
        yield Turned(
            question=f"Who {clause.told} {clause.rest}{behind}?", answer=_bare(clause.subject)
        )


def _dated(clause: Clause, date: str) -> Iterator[Turned]:
    since = re.search(rf"^(?P<before>.*?) ?\bsince (?P<date>{_DATE})$", clause.rest)
    if since and clause.auxiliary in ("has", "have") and clause.verb:
        yield Turned(question=f"Since when {clause.asked(since['before'])}?", answer=since["date"])
    if clause.auxiliary not in ("was", "were", "did", "will"):
        return
    if not clause.verb and clause.rest.startswith(("the ", "a ", "an ")):
        return
    alone = clause.auxiliary != "did" or clause.verb in listed("alone")
    match = _WHEN.search(clause.rest)
    if date and (clause.rest or alone) and not re.search(rf"\b{_DATE}\b", clause.rest):
        yield Turned(question=f"When {clause.asked(clause.rest)}?", answer=date)
    elif match and not date:
        before = clause.rest[: match.start()].strip(" ,")
        after = clause.rest[match.end() :].strip(" ,")
        sure = bool(before or alone) and not any(is_verb(word) for word in before.split())
        if sure and (not after or after.split()[0] in listed("preposition") - {"of", "to"}):
            question = f"When {clause.asked(f'{before} {after}'.strip())}?"
            yield Turned(question=question, answer=match["date"])


def _amounts(clause: Clause, behind: str) -> Iterator[Turned]:
    money = re.match(
        rf"(?:about |around |nearly |over )?(?P<sum>{_MONEY})(?P<more>.*)$", clause.rest
    )
    if money and clause.verb:
        more = money["more"].strip()
        if not more or more.split()[0].lower() in listed("preposition") - {"of"}:
            yield Turned(question=f"How much {clause.asked(more)}{behind}?", answer=money["sum"])
    count = re.match(
        rf"(?:about |around |nearly |over |some |more than )?{_COUNT} "
        rf"{_THINGS}\b(?P<more>.*)$",
        clause.rest,
    )
    if count and clause.verb and not re.match(rf"{_MONEY}", clause.rest):
        more = count["more"].strip()
        if not more or more.split()[0].lower() in listed("preposition") - {"of"}:
            yield Turned(
                question=f"How many {count['things']} {clause.asked(more)}{behind}?",
                answer=f"{count['number']}",
            )


def _counted(told: str) -> Iterator[Turned]:
    """Turn "There are 1,500 wolves in Poland" and "23 people fell ill" into how many."""
    about = r"(?:[Aa]bout |[Aa]round |[Nn]early |[Oo]ver |[Ss]ome |[Mm]ore than |an estimated )?"
    things = rf"{about}{_COUNT} {_THINGS}\b"
    there = re.match(
        rf"[Tt]here (?P<be>are|were)(?: now)? {things}(?P<more>(?: (?!of\b).*)?)$", told
    )
    if there:
        question = f"How many {there['things']} {there['be']} there{there['more']}?"
        yield Turned(question=question, answer=there["number"])
    count = re.match(rf"{things} (?P<told>(?P<verb>\w+)(?: .*)?)$", told)
    if count and (count["verb"] in listed("auxiliary") or count["verb"] in verbs()):
        behind = first_clause(count["told"].split())
        if behind:
            question = f"How many {count['things']} {' '.join(behind)}?"
            yield Turned(question=question, answer=count["number"])


def _agent(clause: Clause, behind: str) -> Iterator[Turned]:
    """Turn "was founded in 2007 by Hugh Petrie" into who founded it."""
    past = pasts().get(clause.verb)
    agent = rf"(?>(?:the [a-z]+ )?{NAME})"
    match = re.match(
        rf"(?P<more>.*?)\bby (?P<agent>{agent})(?P<tail>(?: (?!of\b|and\b|et\b).*)?)$", clause.rest
    )
    if past and match and " by " not in match["tail"] and clause.auxiliary in ("was", "were"):
        more = f"{match['more']}{match['tail'].strip()}".strip()
        question = " ".join(filter(None, ["Who", past, clause.subject, more]))
        yield Turned(question=f"{question}{behind}?", answer=match["agent"])


def _place(clause: Clause) -> Iterator[Turned]:
    match = re.match(rf"(?:in|at|near) (?P<place>(?:the )?{NAME})(?P<more>.*)$", clause.rest)
    if match and clause.verb in listed("located") and clause.auxiliary in ("was", "were", "is"):
        more = match["more"].strip(" ,")
        if not more or _WHEN.fullmatch(more):
            yield Turned(question=f"Where {clause.asked('')}?", answer=match["place"])


def _definition(clause: Clause, article: str) -> Iterator[Turned]:
    match = re.match(r"(?P<what>an? [^,]+)$", clause.rest)
    named = re.fullmatch(rf"(?:the )?{NAME}", clause.subject)
    if match and named and not clause.verb and clause.auxiliary in ("is", "was"):
        called = any(word.lower() in listed("role") for word in match["what"].split())
        word = "Who" if called or _is_person(clause.subject, article) else "What"
        yield Turned(question=f"{word} {clause.auxiliary} {clause.subject}?", answer=match["what"])


def _first(clause: Clause) -> Iterator[Turned]:
    """Turn "Sweden was the first country in Europe to do it" into what was the first."""
    match = re.match(r"the (?:first|last|only|most|\w+est)\b .+$", clause.rest)
    named = re.fullmatch(rf"(?:the )?{NAME}", clause.subject)
    if match and named and not clause.verb and clause.auxiliary in ("is", "was"):
        person = any(word.strip(",").lower() in listed("role") for word in clause.rest.split())
        word = "Who" if person else "What"
        yield Turned(question=f"{word} {clause.auxiliary} {clause.rest}?", answer=clause.subject)


def _relative(sentence: str) -> Iterator[Turned]:
    """Turn "Iqbal Rahmani, who has led the council since 2023," into who has."""
    for match in re.finditer(rf"(?P<name>{NAME}), who (?P<told>[^,]+?)(?=,|\.$)", sentence):
        first = match["told"].split()[0]
        if " " not in match["name"]:
            continue
        if first in listed("auxiliary") or first in verbs():
            yield Turned(question=f"Who {match['told']}?", answer=match["name"])


def _roles(sentence: str) -> Iterator[Turned]:
    """Turn "the Secretary of Defense of Japan, Gen Nakatani," into who that is."""
    forms = (
        rf"(?P<role>(?:[Tt]he )?[\w\- ]+), (?P<name>{NAME}),",
        rf"(?P<name>{NAME}), (?P<role>(?:the )?[\w\- ]+),",
    )
    if sentence.count(",") > _MOST_COMMAS:
        return
    for match in (found for form in forms for found in re.finditer(form, sentence)):
        role = re.split(r"\b(?:and|or) (?=the\b)", match["role"])[-1].strip()
        role = re.sub(r"^(?:[Tt]he )", "", role)
        words = role.split()
        at = next((n for n, word in enumerate(words) if word.lower() in listed("role")), None)
        ends = at is not None and (at == len(words) - 1 or words[at + 1] in ("of", "at", "for"))
        plain = not any(is_verb(word) or word in ("and", "or") for word in words)
        named = any(
            w[:1].isupper() and w.lower() not in listed("role") | listed("honour") for w in words
        )
        alone = not any(word.lower() in listed("role") for word in match["name"].split()[1:])
        behind = sentence[match.end() :].split()[:1]
        goes_on = bool(behind) and (is_verb(behind[0]) or behind[0] == "and")
        if ends and plain and named and alone and goes_on and len(match["name"].split()) > 1:
            yield Turned(question=f"Who is the {role}?", answer=match["name"])


def _is_person(subject: str, article: str) -> bool:
    name = re.search(rf"{NAME}$", subject.rstrip(","))
    if name is None or subject.count(",") not in (0, 2):
        return False
    words = [word.strip(",.").lower() for word in subject.split()]
    if any(word in listed("role") for word in words):
        return True
    called = re.escape(name.group().split()[-1])
    says = "|".join(listed("says"))
    form = rf"(?:\b(?:{says}) {called}\b|\b{called} (?:{says})\b|\b{called}, who\b)"
    return re.fullmatch(NAME, subject) is not None and re.search(form, article) is not None


def _bare(subject: str) -> str:
    """Return the name in a subject, without "the engineer" before it."""
    name = re.search(rf"{NAME}$", subject.rstrip(","))
    return name.group() if name else subject


def is_whole(question: str) -> bool:
    """Tell whether a question stands alone: it names something, and nothing in it hangs."""
    words = _WORD.findall(re.sub(r"\b(are|were) there\b", r"\1", question))
    lowered = [word.lower() for word in words]
    if not _FEWEST <= len(words) <= _MOST or re.search(
        r"[()\"“”:;—–%]|,(?! [A-Z])|\b[A-Z]\?$", question
    ):
        return False
    if any(re.split("[’']", word)[0] in listed("hanging") for word in lowered):
        return False
    names = [w for w in words[1:] if w[:1].isupper() and w.lower() not in listed("calendar")]
    return bool(names) and all(_is_told(words, at) for at, w in enumerate(lowered) if w == "the")


def _is_told(words: list[str], at: int) -> bool:
    """Tell whether what "the" begins is named or described well enough."""
    before, helped = "", words[0] in ("When", "How") and bool({"did", "does"} & set(words))
    for n, word in enumerate(words[at + 1 : at + 7], at + 1):
        more = words[n + 1 : n + 2]
        ends = (
            is_verb(word)
            or word.endswith("ed")
            or word in ("the", "a", "an", "and", "or")
            or word[:1].isdigit()
        )
        if word in listed("known"):
            return bool(more) and not is_verb(more[0])
        if word in listed("ranked"):
            return _is_ranked(words[n + 1 : n + 6])
        if word[:1].isupper():
            alone = n == at + 1 and word.lower() in _institutions() and more != ["of"]
            return not alone and before not in ("in", "at", "on", "to", "with")
        if (ends and (word != "the" or not before)) or (helped and word in bases()):
            return False
        before = word if word in listed("preposition") else before
    return False


def _is_ranked(words: list[str]) -> bool:
    """Tell whether it is said among what something is the first or the largest."""
    for word in words:
        if word in listed("among") or word[:1].isupper():
            return True
        if is_verb(word):
            return False
    return False


@cache
def _institutions() -> frozenset[str]:
    return frozenset(str(data_toml("rag", "persons.toml")["institution"]).split())


def _is_short(one: Turned) -> bool:
    words = one.answer.split()
    hanging = any(word.lower() in listed("hanging") for word in words)
    told = all(_is_told(words, at) for at, word in enumerate(words) if word == "the")
    return 0 < len(words) <= _LONGEST_ANSWER and not hanging and told
