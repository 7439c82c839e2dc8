"""Turns a statement of an article into questions that it answers, by word order and lists.

English only. A question is made where its form is sure: its words are the statement's, and who
reads it alone knows what it is about. Most sentences give none. Others try if it is answered.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from eval.suites.clauses import (
    NAME,
    Clause,
    clause_of,
    first_clause,
    institutions,
    is_told,
    is_verb,
    is_whole,
    listed,
    lowered,
    opened,
    pasts,
    reads_within,
    verbs,
)

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
_NUMBER = (
    r"(?:\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?"
    r"|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
)
_COUNT = f"(?P<number>{_NUMBER})"
_TIME = "(?:year|month|week|day|hour|minute|second)s?"
_THINGS = (
    r"(?P<things>(?!million|billion|thousand|per\b)(?:[a-z\-]+ ){0,2}?"
    r"(?:people|children|[a-z\-]+s))"
)
_ASIDE = re.compile(r" \([^()]{1,80}\)")
_LONGEST = 400
"""Characters of a sentence that is read; forms of names are sought from each of its words."""
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
    found = _found(sentence, article)
    return tuple(one for one in found if is_whole(one.question) and _is_short(one))


def turned_within(sentence: str, *, article: str) -> tuple[Turned, ...]:
    """Return the questions that a sentence answers to who knows which article is asked.

    They need name nothing: "When does the work begin?" is one.

    Args:
        sentence: of the article.
        article: its whole text, which tells who is a person.
    """
    found = _found(sentence, article)
    return tuple(one for one in found if reads_within(one.question) and _is_short(one))


def _found(sentence: str, article: str) -> tuple[Turned, ...]:
    """Return all questions of known forms, whether they read well or not."""
    plain = _ASIDE.sub("", " ".join(sentence.split()))
    if not re.search(r"[\"“”„«»]", plain):
        plain = re.sub(r"(?<=\w) ?(?:[:;–—]| - ).*$", ".", plain)
    if (
        not plain.endswith(".")
        or len(plain) > _LONGEST
        or re.search(r"[\"“”„«»:;!?\[\]|*#–—<>]", plain)
    ):
        return ()
    found = [*_relative(plain), *_roles(plain)]
    told = opened(plain, article).rstrip(".")
    lead = _LEAD.match(told)
    date, when, told = (lead["date"], lead["when"], lead["rest"]) if lead else ("", "", told)
    found += _counted(told or plain.rstrip("."))
    found += _saying(told, article)
    clause = clause_of(told)
    if clause is not None:
        found += _of_clause(clause, date, when, article, told)
    return tuple(dict.fromkeys(found))


def _of_clause(clause: Clause, date: str, when: str, article: str, told: str) -> Iterator[Turned]:
    behind = f" {lowered(when)}" if when else ""
    yield from _dated(clause, date)
    yield from _amounts(clause, behind)
    yield from _agent(clause, behind)
    yield from _place(clause)
    yield from _definition(clause, article)
    yield from _first(clause)
    one = not re.match(r"(?:are|were|have)\b", clause.told)
    if one and clause.verb and clause.rest and _is_person(clause.subject, article):
        yield Turned(
            question=f"Who {clause.told} {clause.rest}{behind}?", answer=_bare(clause.subject)
        )
    yield from _reason(clause, told)
    yield from _extent(clause)


def _dated(clause: Clause, date: str) -> Iterator[Turned]:
    since = re.search(rf"^(?P<before>.*?) ?\bsince (?P<date>{_DATE})$", clause.rest)
    if since and clause.auxiliary in ("has", "have") and clause.verb:
        yield Turned(question=f"Since when {clause.asked(since['before'])}?", answer=since["date"])
    if clause.auxiliary not in ("was", "were", "did", "will", "does", "is", "are"):
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
        sure = sure and not re.search(rf"\b{_DATE}\b", f"{before} {after}")
        if sure and (not after or after.split()[0] in listed("preposition") - {"of", "to"}):
            question = f"When {clause.asked(f'{before} {after}'.strip())}?"
            yield Turned(question=question, answer=match["date"])


def _amounts(clause: Clause, behind: str) -> Iterator[Turned]:
    if not clause.auxiliary:
        return
    money = re.match(
        rf"(?:about |around |nearly |over )?(?P<sum>{_MONEY})(?P<more>.*)$", clause.rest
    )
    if money:
        more = money["more"].strip()
        if not more or more.split()[0].lower() in listed("preposition") - {"of"} | {"a"}:
            more = "" if more.startswith("a ") or not clause.verb else more
            yield Turned(question=f"How much {clause.asked(more)}{behind}?", answer=money["sum"])
    count = re.match(
        rf"(?:about |around |nearly |over |some |more than )?{_COUNT} "
        rf"{_THINGS}\b(?P<more>.*)$",
        clause.rest,
    )
    when = count and re.match(rf"{_TIME}\b", count["things"])
    if count and not when and clause.verb and not re.match(rf"{_MONEY}", clause.rest):
        more = count["more"].strip()
        if not more or more.split()[0].lower() in listed("preposition") - {"of"}:
            yield Turned(
                question=f"How many {count['things']} {clause.asked(more)}{behind}?",
                answer=f"{count['number']}",
            )


def _extent(clause: Clause) -> Iterator[Turned]:
    """Turn "was closed for two years" and "is 30 metres high" into how long and how high."""
    lasting = re.match(
        rf"(?P<before>.*?) ?\bfor (?P<time>(?:about |nearly |over |more than )?{_NUMBER} "
        rf"{_TIME})(?P<more>.*)$",
        clause.rest,
    )
    if (
        lasting
        and clause.verb
        and clause.auxiliary
        and not (lasting["more"] or is_verb(lasting["before"]))
    ):
        yield Turned(
            question=f"For how long {clause.asked(lasting['before'])}?", answer=lasting["time"]
        )
    large = re.match(
        rf"(?P<size>(?:about |nearly |over |more than )?{_NUMBER} [a-z]+) "
        r"(?P<how>long|high|tall|wide|deep|thick|heavy|old)$",
        clause.rest,
    )
    if large and not clause.verb and clause.auxiliary in ("is", "are", "was", "were"):
        question = f"How {large['how']} {clause.auxiliary} {clause.subject}?"
        yield Turned(question=question, answer=large["size"])


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
    share = re.match(
        rf"{about}(?P<share>\d[\d.,]*(?:%| per cent| percent)|[Aa] (?:third|quarter|fifth|tenth)"
        r"|[Hh]alf|[Tt]wo[ -]thirds|[Tt]hree[ -]quarters) of (?P<of>[\w ]+?) "
        r"(?P<told>(?P<verb>[a-z]+) .+)$",
        told,
    )
    if share and (share["verb"] in listed("auxiliary") or is_verb(share["verb"])):
        behind = first_clause(share["told"].split())
        if behind:
            question = f"What share of {share['of']} {' '.join(behind)}?"
            yield Turned(question=question, answer=share["share"])
    count = re.match(rf"{things} (?P<told>(?P<verb>\w+)(?: .*)?)$", told)
    if count and (count["verb"] in listed("auxiliary") or count["verb"] in verbs()):
        behind = first_clause(count["told"].split())
        if behind:
            question = f"How many {count['things']} {' '.join(behind)}?"
            yield Turned(question=question, answer=count["number"])


def _saying(told: str, article: str) -> Iterator[Turned]:
    """Turn "Convener Anna Reed said the mill was sold" into who said it."""
    said = re.match(
        rf"(?P<who>(?:[A-Z][\w.]* )?{NAME}(?:, [^,]+,)?) (?P<said>said|says|warned) "
        r"(?:that )?(?P<what>[^,]+)$",
        told,
    )
    states = said and any(is_verb(word) for word in said["what"].split())
    if said and states and _is_person(said["who"], article):
        yield Turned(question=f"Who {said['said']} {said['what']}?", answer=_bare(said["who"]))


def _reason(clause: Clause, told: str) -> Iterator[Turned]:
    """Turn "The fair was moved because the mill is closed" into why it was."""
    reason = re.search(r",? (?P<why>because .+)$", told)
    if reason and clause.verb and clause.auxiliary and " and " not in reason["why"]:
        question = f"Why {clause.asked(clause.rest.rstrip(','))}?"
        yield Turned(question=question, answer=reason["why"])


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
    if match and clause.auxiliary and (clause.verb or "located") in listed("located"):
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
    for match in re.finditer(
        rf"(?<!and )\b(?P<name>{NAME}), who (?P<told>[^,]+?)(?=,|\.$)", sentence
    ):
        first = match["told"].split()[0]
        if " " not in match["name"]:
            continue
        if first in listed("auxiliary") or first in verbs():
            yield Turned(question=f"Who {match['told']}?", answer=match["name"])


def _roles(sentence: str) -> Iterator[Turned]:
    """Turn "the Secretary of Defense of Japan, Gen Nakatani," into who that is."""
    forms = (
        rf"(?P<role>(?:[Tt]he )?[\w\-’' ]+), (?P<name>{NAME}),",
        rf"(?P<name>{NAME}), (?P<role>(?:the )?[\w\-’' ]+),",
    )
    if sentence.count(",") > _MOST_COMMAS:
        return
    for match in (found for form in forms for found in re.finditer(form, sentence)):
        role = re.split(r"\b(?:and|or) (?=the\b)", match["role"])[-1].strip()
        role = re.sub(r"^(?:[Tt]he |(?:But|And) (?=[A-Z]))", "", role)
        words = role.split()
        at = next((n for n, word in enumerate(words) if word.lower() in listed("role")), None)
        ends = at is not None and (at == len(words) - 1 or words[at + 1] in ("of", "at", "for"))
        plain = not any(is_verb(word) or word in ("and", "or") for word in words)
        alone = not any(word.lower() in listed("role") for word in match["name"].split()[1:])
        behind = sentence[match.end() :].split()[:1]
        on = listed("preposition") | {"and"}
        goes_on = bool(behind) and (is_verb(behind[0]) or behind[0] in on)
        name = re.sub(r"^(?:But|And) ", "", match["name"])
        known = words[:1] and words[0] not in ("A", "An", "a", "an")
        if ends and plain and alone and goes_on and known and len(name.split()) > 1:
            yield Turned(question=f"Who is the {role}?", answer=name)


def _is_person(subject: str, article: str) -> bool:
    name = re.search(rf"{NAME}$", subject.rstrip(","))
    if name is None or subject.count(",") not in (0, 2):
        return False
    words = [word.strip(",.").lower() for word in subject.split()]
    if any(word in listed("role") for word in words):
        return True
    first, called = (
        re.escape(word) for word in (name.group().split()[0], name.group().split()[-1])
    )
    says = "|".join(listed("says"))
    form = rf"(?:\b(?:{says}) {called}\b|\b{called} (?:{says})\b|\b{called}, who\b"
    form += rf"|\b{called},? \(?(?:aged )?\d\d\b|\b{called} \((?:{'|'.join(listed('role'))})\)"
    # Who has two names is called by the second alone later on.
    form += rf"|(?<!{first} )(?<!The )(?<!the )\b{called}\b(?! [A-Z]))" if first != called else ")"
    if any(word in institutions() for word in words):
        return False
    return re.fullmatch(NAME, subject) is not None and re.search(form, article) is not None


def _bare(subject: str) -> str:
    """Return the name in a subject, without "the engineer" before it."""
    name = re.search(rf"{NAME}$", subject.rstrip(","))
    return name.group() if name else subject


def _is_short(one: Turned) -> bool:
    words = one.answer.split()
    hanging = any(word.lower() in listed("hanging") for word in words)
    told = all(is_told(words, at) for at, word in enumerate(words) if word == "the")
    return 0 < len(words) <= _LONGEST_ANSWER and not hanging and told
