"""Puts a follow-up question into a form that stands alone, by rules; nothing is looked up.

The rules carry over what is missing and no more: the entity that a pronoun stands for, the question
that "And Germany?" or "Why?" leans on. A question that leans on nothing stays as it is, so that a
new subject does not drag the old one along. What comes out is shown as `Answer.searched`.

In the manner of the simplest question rewriting of conversational search (Elgohary et al., "Can
You Unpack That?", 2019: most rewrites replace a pronoun or complete an ellipsis).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from index.data_files import data_toml
from index.terms import content_terms, terms
from rag.ellipsis import compared, exchanged, head_of, is_one_of, noun_phrases, runs
from rag.question import Question, read_question
from rag.refusal import is_refusal, reply
from rag.types import Turn

_LEAD = re.compile(
    r"^(?:(?:and|but|so|or|then)[ ,]+)?(?P<about>(?:what|how) about |and )?"
    r"(?P<rest>.(?:.*\w)?)\W*$",
    re.IGNORECASE,
)
_OWN_NOUN = re.compile(
    r"^(?:what|when|where|why|who|whom|how|which)\b.{0,200}\b(?:the|an?) [\w-]{3,40}\b.{0,200}?"
    r"(?:,? and|,|;) (?:what|when|where|why|who|whom|how|which)\b",
    re.IGNORECASE,
)
"""The first part of a question that asks twice: what its noun is, "it" in the second part is."""
_ASKS = re.compile(
    r"^(?P<asks>(?:(?:in|at|on|to|from|for|with|by|of|since|until) )?"
    r"(?:who|whom|whose|what|when|where|why|which|how(?: \w+)?))\b(?P<rest>.*)$",
    re.IGNORECASE,
)
_IDENTITY = re.compile(r"^who(?: is| was|['’]s) (?P<name>.(?:.*\w)?)\W*$", re.IGNORECASE)
"""As in "Who is Ada Lovelace?", which names whom it is about; "Who is the mayor?" does not."""
_BARE = re.compile(
    r"^(?P<asks>when|where|why|how|since when|until when) (?:is|was|were|are|will|did) "
    r"(?:that|this)(?: be| happen)?$",
    re.IGNORECASE,
)
_ASIDE = re.compile(r",? (?:who|which) (?:is|are|was|were)\b.*$", re.IGNORECASE)
"""What is said besides of a part: "for my son, who is 14"."""
_HOW = re.compile(r"how (?P<adjective>\w+)", re.IGNORECASE)
_ONES = re.compile(r"\bones?\b", re.IGNORECASE)
_WHICH = re.compile(r"^which (?P<noun>[a-z]\w+) (?!of\b)", re.IGNORECASE)
_MANY = re.compile(r"^how many (?P<noun>[a-z]\w+)", re.IGNORECASE)
_SUBJECT = re.compile(
    r"^(?:who|(?:which|what) (?P<noun>[a-z][\w\-]+)) (?P<verb>\w+)", re.IGNORECASE
)
_MORE = re.compile(
    r"^(?:please )?(?:(?:can you |could you )?(?:tell|say) (?:me )?)?(?:some |a bit |a little )?"
    r"(?:more|more details|go on|elaborate)(?: (?:about|on) (?:it|that|this))?(?:,? please)?$",
    re.IGNORECASE,
)
_DEFINITE = re.compile(
    r"\b(?:the|this|that) (?P<noun>[a-z][\w\-]+)\b"
    r"(?! (?:of|over|in|at|near|between|from|for|on|with|that|which|who)\b)"
)
_GARBLED = re.compile(
    r"\b(?:the|a|an|its|his|her|their) (?:the|a|an|this|that)\b|\b(\w{3,}) \1\b|['’]s['’]s",
    re.IGNORECASE,
)
_LOOKED_BACK = 3
"""Turns in which it is looked what "the bridge" is."""
_WORD = re.compile(r"[\w’'\-]+")


def stand_alone(question: Question, history: Sequence[Turn]) -> Question:
    """Return a question with what it takes from the conversation put in.

    Args:
        question: The follow-up.
        history: The turns before it, oldest first; none gives the question back. Small talk is
            passed over, and no name is taken from a refusal.
    """
    asked = question.text
    turns = [_of_articles(turn) for turn in history if reply(turn.question) is None]
    if not turns or not asked:
        return question
    before = turns[-1]
    put = compared(asked, [_thing(turn) for turn in turns if not _ONES.search(turn.question)])
    put = put or _completed(asked, turns) or _resolved(asked, before) or _definite(asked, turns)
    return read_question(put) if put and not _is_garbled(put) else question


def _of_articles(turn: Turn) -> Turn:
    return replace(turn, text="") if is_refusal(turn.text) else turn


def _is_garbled(text: str) -> bool:
    """Say whether words stand twice that never do, as in "the the bridge" and "Per's's"."""
    return bool(_GARBLED.search(text))


def _completed(asked: str, turns: Sequence[Turn]) -> str | None:
    """Complete "And Germany?", "What about 2019?" and "Why?" by the question before."""
    before = turns[-1]
    lead = _LEAD.match(asked)
    if lead is None:
        return None
    rest = lead["rest"]
    if _MORE.match(rest):
        thing = _thing(before)
        return f"Tell me about {thing}." if thing else None
    if bare := _BARE.match(rest):
        return _asked_of(bare["asks"], before.question)
    how = _HOW.fullmatch(rest)
    if how and not _HOW.match(before.question) and is_one_of("dimension", how["adjective"]):
        thing = _thing(before)
        return f"How {how['adjective']} is {thing}?" if thing else None
    asks = _ASKS.match(rest)
    only_asks = not content_terms(rest) or how
    if asks and rest.casefold().startswith("which"):
        return None
    if asks and only_asks and len(_WORD.findall(rest)) <= 3 and not leans(rest):
        return _asked_of(rest, before.question)
    opened = rest != asked.rstrip(" ?!.") or is_one_of("preposition", rest.split()[0])
    named = asked.endswith("?") and runs(f"x {rest}") == [rest]
    elliptic = (opened or named) and asks is None and not _has_verb(_ASIDE.sub("", rest))
    if not elliptic:
        return None
    of_person = is_one_of("person", rest.split()[0])
    owner = _person(before) if of_person else _thing(before)
    return exchanged(rest, turns, thing=_thing(before), owner=owner)


def _definite(asked: str, turns: Sequence[Turn]) -> str | None:
    """Say which bridge "the bridge" is, where a question before spoke of one by more words."""
    for match in _DEFINITE.finditer(asked):
        for turn in reversed(turns[-_LOOKED_BACK:]):
            for phrase in noun_phrases(turn.question, said=turn.text):
                more = len(phrase.whole.split()) > len(match.group().split())
                if more and phrase.head == head_of(match["noun"]):
                    return asked[: match.start()] + phrase.whole + asked[match.end() :]
    return None


def _asked_of(asks: str, question: str) -> str:
    """Return the question before as one of "why" or "when": "When will it open?"."""
    asks = asks[0].upper() + asks[1:]
    bare = question.rstrip(" ?")
    old = _ASKS.match(bare)
    words = (old["rest"] if old else bare[:1].lower() + bare[1:]).split()
    place = next((n for n, word in enumerate(words) if word.casefold() in _set("auxiliary")), None)
    if place is None or place == len(words) - 1:
        return _of_event(asks, bare)
    noun = " ".join(words[:place])
    clause = " ".join(words[place:])
    return f"{asks} {clause} the {noun}?" if noun else f"{asks} {clause}?"


def _of_event(asks: str, question: str) -> str:
    """Return when, where or why it was that someone did what is asked who did it."""
    subject = _SUBJECT.match(question)
    if subject is None:
        return f"{asks}: {question}?"
    who = f"a {subject['noun']}" if subject["noun"] else "someone"
    verb = "is" if subject["verb"].endswith("s") else "was"
    return f"{asks} {verb} it that {who} {question[subject.start('verb') :]}?"


def _resolved(asked: str, before: Turn) -> str | None:
    """Put in what the first pronoun stands for; None where the question has none."""
    pronoun = leans(asked)
    if pronoun and _OWN_NOUN.search(asked[: pronoun.start()]):
        return None
    if pronoun is None:
        return None
    word = pronoun.group().casefold()
    which = _WHICH.match(before.question) if word == "its" else None
    found = f"the {which['noun']}" if which else None
    found = found or next(find for kind, find in _FINDERS if word in _set(kind))(before)
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
            return None if runs(asked[: match.start()]) else match
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
    asked, said = runs(before.question), _persons(runs(before.text))
    identity = _IDENTITY.match(before.question)
    if _asks_who(before) and not (identity and identity["name"] in asked):
        return next(iter([*_new(said, before.question), *_persons(asked)]), None)
    return next(iter([*_persons(asked), *said]), None)


def _people(before: Turn) -> str | None:
    """Return the two who were the answer, or what was asked about."""
    new = _new(runs(before.text), before.question) if _asks_who(before) else []
    many = _MANY.match(before.question)
    return " and ".join(new[:2]) or (f"the {many['noun']}" if many else _thing(before))


def _asks_who(before: Turn) -> bool:
    return read_question(before.question).expects == "person"


def _thing(before: Turn) -> str | None:
    """Return what was asked about: its noun phrase, else its first name, else the answer's."""
    named = [run for run in [*runs(before.question), *runs(before.text)] if not _is_moment(run)]
    return _phrase(before) or next(iter(named), None)


def _is_moment(name: str) -> bool:
    return is_one_of("weekday", name) or is_one_of("month", name)


def _phrase(before: Turn) -> str | None:
    """Return the noun phrase that a question is about, such as "the bridge over the Elbe".

    "Which missile" gives "the missile". None where it has neither that nor a determiner.
    """
    words = _WORD.findall(before.question)
    folded = [word.casefold() for word in words]
    nouns = _nouns_asked_for(words, folded)
    if nouns:
        noun = f"the {' '.join(nouns)}"
        name = next(iter(runs(before.question)), "")
        return f"{noun} of {name}" if name and name not in noun else noun
    found = noun_phrases(before.question, said=before.text)
    return found[0].whole if found else None


def _nouns_asked_for(words: Sequence[str], folded: Sequence[str]) -> Sequence[str]:
    """Return what "which" asks for before an auxiliary; none where it has none."""
    if folded[:1] not in (["which"], ["what"]):
        return []
    nouns = _until_auxiliary(words[1:])
    if nouns != words[1:]:
        return nouns
    return []


def _until_auxiliary(words: Sequence[str]) -> list[str]:
    kept = []
    for word in words:
        if word.casefold() in _set("auxiliary"):
            break
        kept.append(word)
    return kept


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
    parts = (part for name in names for part in name.split(" and ") if part.strip())
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
