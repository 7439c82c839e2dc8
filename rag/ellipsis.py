"""Completes a question that is only a part of one, as in "And the chess club?", by the one before.

The part takes the place of its like: a year of a year, a name of a name, a phrase of a phrase with
the same noun, "in winter" of "in summer". Nothing is looked up; see `rag.follow_up`.

Noun phrases are found by word order, such as "the bridge over the Elbe". No parser: a phrase runs
from its determiner to a preposition, an auxiliary or the verb. What the verb is, the auxiliary
before it tells, its ending, and how far the answer has the same words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from index.data_files import data_toml
from index.terms import content_terms, terms
from rag.question import names
from rag.types import Turn

_YEAR = re.compile(r"\b(?:1[0-9]|20)\d\d\b")
_RUN = re.compile(
    r"(?<![\w’'\-])[A-ZÀ-Þ][\w’'\-]*(?:(?: (?:of|for|de|von|van|al|the|and))?"
    r" (?=[A-ZÀ-Þ0-9])[\w’'\-]+)*"
)
_ONE = re.compile(r"^(?:the )?(?P<which>[\w\-]+) ones?$", re.IGNORECASE)
_OWNED = re.compile(r"^(?:its|his|her|their) (?P<noun>.+)$", re.IGNORECASE)
_WHICH = re.compile(
    r"^(?:and )?which (?:one |of (?:them|the two|these|those|both) )?(?P<verb>is|was|are) "
    r"(?:the )?(?P<more>\w+)\W*$",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^(?P<aux>(?:[\w ]+ )?(?:do|does|did|is|are|was|were|will|can|has|have|had)) "
    r"(?P<subject>(?-i:[a-z])[\w\-]+)(?= )",
    re.IGNORECASE,
)


_OBJECT = re.compile(r"(?<=\w )(?<!the )(?<!a )(?-i:[a-z])[\w\-]+s$")
"""A bare plural that ends a question, as in "Who grows roses"."""
_WORD = re.compile(r"[\w’'\-]+")
_PARTICIPLE = re.compile(r"\w{2,}(?:ed|en|ing|ened)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class NounPhrase:
    """A noun phrase and where it stands in its question."""

    text: str
    """From the determiner to the last noun, without what prepositions hang on it."""
    tail: str
    """What prepositions hang on it, such as "of the club"; empty where nothing does."""
    start: int
    end: int
    """Offsets of both together in the question."""

    @property
    def head(self) -> str:
        """The term of its last noun."""
        return head_of(self.text)

    @property
    def whole(self) -> str:
        """The phrase with its tail, said with "the"."""
        nouns = self.text.split(maxsplit=1)[1]
        return " ".join(filter(None, ["the", nouns, self.tail]))


def runs(text: str) -> list[str]:
    """Return the names of a text in order: runs of capitalised words without plain openers."""
    known = names(text)
    found = []
    for match in _RUN.finditer(text.replace("’", "'")):
        words = match.group().split()
        while words and (
            words[0].removesuffix("'s").casefold() not in known or is_one_of("auxiliary", words[0])
        ):
            words = words[1:]
        if words:
            found.append(" ".join(words).removesuffix("'s"))
    return found


def compared(asked: str, things: Sequence[str | None]) -> str | None:
    """Return "Which is longer, the one or the other?" with the two things last asked about.

    None where it asks for no comparison, or fewer than two things were asked about.
    """
    which = _WHICH.match(asked)
    two = list(dict.fromkeys(thing for thing in reversed(things) if thing))[:2]
    if which is None or len(two) != 2:
        return None
    return f"Which {which['verb'].lower()} {which['more']}, {two[1]} or {two[0]}?"


def exchanged(
    part: str, turns: Sequence[Turn], *, thing: str | None, owner: str | None
) -> str | None:
    """Return the question before with a part in the place of its like; None where nothing is.

    Args:
        part: What was asked, without "and" or "what about".
        turns: The conversation, at least one turn.
        thing: What the question before is about.
        owner: Whose a thing is that the part calls "its" or "her".
    """
    before = turns[-1]
    bare = before.question.rstrip(" ?!.")
    year = _YEAR.search(part)
    if year and _YEAR.search(bare):
        return _YEAR.sub(year.group(), bare, count=1) + "?"
    phrases = noun_phrases(before.question, said=before.text)
    one = _ONE.match(part)
    if one:
        found = _one(one["which"], phrases, turns)
        if found is None:
            return None
        part = found
    owned = _OWNED.match(part)
    if owned:
        return f"What is {_possessive(owner)} {owned['noun']}?" if owner else None
    if not content_terms(part):
        return None
    if moment := _moment(part):
        part = moment
    if is_one_of("preposition", part.split()[0]):
        return _with_phrase(bare, part[0].lower() + part[1:])
    return _with_noun(bare, part, phrases, thing=thing)


def _one(which: str, phrases: Sequence[NounPhrase], turns: Sequence[Turn]) -> str | None:
    """Return what "the other one" or "the new one" is; None where the other was never named."""
    if not phrases:
        return None
    mine = phrases[0]
    if which.casefold() != "other":
        return f"the {which} {mine.text.split()[-1]}"
    told = " ".join(f"{turn.question} {turn.text}" for turn in turns)
    others = {p.text.casefold(): p.text for p in noun_phrases(told) if p.head == mine.head}
    named = [text for text in others.values() if _names_more(text, mine.text)]
    return named[0] if len(named) == 1 else None


def _names_more(phrase: str, other: str) -> bool:
    """Say whether a phrase has a word of its own beside its noun that the other lacks."""
    return bool(set(terms(phrase)[1:-1]) - set(terms(other)))


def _moment(part: str) -> str:
    """Return "on Sundays" for "Sundays" and "in May" for "May"; empty where part is no moment."""
    words = part.split()
    if len(words) > 1:
        return ""
    if is_one_of("weekday", words[0]):
        return f"on {part}"
    return f"in {part}" if is_one_of("month", words[0]) else ""


def _with_phrase(bare: str, part: str) -> str:
    """Put "in winter" in the place of "in summer", or at the end."""
    preposition = part.split()[0]
    found = None
    for match in re.finditer(rf"\b{preposition} (?:(?:the|a|an) )?", bare, re.IGNORECASE):
        rest = re.match(r"[\w’'\-]+(?: (?!in |on |at |of |for |from |to |by |with )[\w’'\-]+)*",
                        bare[match.end() :])  # fmt: skip
        if rest is None:
            continue
        old = bare[match.start() : match.end() + rest.end()]
        if _is_moment(old) == _is_moment(part):
            found = (match.start(), old)
    if found is None:
        return f"{bare} {part}?"
    start, old = found
    if _has_name(part) and _has_name(old):
        name = next(iter(runs(f"x {old}")))
        end = start + old.index(name) + len(name)
        return f"{bare[:start]}{part}{bare[end:]}?"
    return f"{bare[:start]}{part}{bare[start + len(old) :]}?"


def _is_moment(phrase: str) -> bool:
    return any(
        is_one_of(kind, word) or bool(_YEAR.fullmatch(word))
        for word in phrase.split()
        for kind in ("weekday", "month", "moment")
    )


def _has_name(phrase: str) -> bool:
    return bool(runs(f"x {phrase}"))


def _with_noun(
    bare: str, part: str, phrases: Sequence[NounPhrase], *, thing: str | None
) -> str | None:
    """Put a noun phrase or name in the place of its like."""
    head = head_of(part)
    determined = is_one_of("determiner", part.split()[0])
    part = part[0].lower() + part[1:] if determined else part
    same = next((p for p in phrases if p.head == head and determined), None)
    if same:
        kept = f" {same.tail}" if same.tail.startswith("of ") else ""
        return f"{bare[: same.start]}{part}{kept}{bare[same.end :]}?"
    named = runs(f"x {part}")
    if not named and determined and is_one_of("attribute", part.split()[-1]) and thing:
        return f"What is {part} of {thing}?"
    old = [run for run in runs(bare) if _shape(run) == _shape(part)] if named else []
    if old:
        return _for_name(bare, part, old[0], phrases, determined=determined)
    if phrases and determined:
        first = phrases[0]
        kept = f" {first.tail}" if first.tail.startswith("to ") else ""
        return f"{bare[: first.start]}{part}{kept}{bare[first.end :]}?"
    subject = _SUBJECT.match(bare)
    bare_noun = not named and not determined and len(part.split()) == 1
    if subject and bare_noun and not is_one_of("determiner", subject["subject"]):
        return f"{subject['aux']} {part}{bare[subject.end() :]}?"
    last = _OBJECT.search(bare)
    if last and bare_noun:
        return f"{bare[: last.start()]}{part}?"
    return None


def _for_name(
    bare: str, part: str, old: str, phrases: Sequence[NounPhrase], *, determined: bool
) -> str | None:
    """Put a name in the place of another, or of the phrase around it: "the Talin bridge"."""
    place = bare.index(old) if old in bare else -1
    if place < 0:
        return None
    around = [p for p in phrases if p.start <= place < p.end and old in p.text]
    if determined and around:
        text = around[-1].text
        # Of "the Karsund bridge's length" the part takes the place of the owner.
        end = around[-1].start + (text.find("'s ") if "'s " in text else len(text))
        return f"{bare[: around[-1].start]}{part}{bare[end:]}?"
    owner = bare[place + len(old) :].startswith("'s")
    part = re.sub(r"['’]s$", "", part) if owner else part
    return f"{bare[:place]}{part}{bare[place + len(old) :]}?"


def _shape(name: str) -> bool:
    """Tell designations such as SM-6 and 737 from other names."""
    return any(character.isdigit() for character in name)


def _possessive(name: str) -> str:
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def head_of(phrase: str) -> str:
    """Return the term of the last word; empty for no word."""
    found = terms(phrase)
    return found[-1] if found else ""


def is_one_of(kind: str, word: str) -> bool:
    """Say whether a word is of a list in `rag/data/follow_up.toml`, whatever its case."""
    return word.casefold() in _set(kind)


def noun_phrases(question: str, *, said: str = "") -> list[NounPhrase]:
    """Return the phrases that begin with a determiner, in order, those inside a tail too.

    Args:
        question: In words.
        said: Its answer, whose words tell where a phrase ends.
    """
    matches = list(_WORD.finditer(question))
    words = [match.group() for match in matches]
    known = f" {' '.join(_WORD.findall(said)).casefold()} "
    found = []
    for n, word in enumerate(words[:-1]):
        if not is_one_of("determiner", word):
            continue
        core, end = _ends(words, n, known=known)
        if core > n + 1:
            found.append(
                NounPhrase(
                    text=question[matches[n].start() : matches[core - 1].end()],
                    tail=question[matches[core].start() : matches[end - 1].end()]
                    if end > core
                    else "",
                    start=matches[n].start(),
                    end=matches[end - 1].end(),
                )
            )
    return found


def _ends(words: Sequence[str], n: int, *, known: str) -> tuple[int, int]:
    """Return where the nouns of a phrase end, and where its tail does."""
    core = _stop(words, n + 1)
    end = core
    while end < len(words) - 1 and is_one_of("preposition", words[end]):
        nouns = end + 2 if is_one_of("determiner", words[end + 1]) else end + 1
        if _stop(words, nouns) == nouns:
            break
        end = _stop(words, nouns)
    before = words[n - 1].casefold() if n else ""
    if not is_one_of("auxiliary", before):
        return core, end
    if core - n > 2 and _is_verb(words[core - 1]):
        return core - 1, core - 1
    asks_if = n == 1
    if (
        is_one_of("copula", before)
        and not asks_if
        and not (end - n > 2 and _is_verb(words[end - 1]))
    ):
        return core, end
    last = _said(words, n, end, known=known)
    if last in (0, core):
        # The answer has mostly no more than the noun: what hangs on it goes up to the verb.
        last = max(end - 1, n + 2)
    return min(core, last), last


def _said(words: Sequence[str], n: int, end: int, *, known: str) -> int:
    """Return how far the answer has the phrase's words; 0 where not even the first noun."""
    for last in range(end, n + 1, -1):
        if f" {' '.join(words[n + 1 : last]).casefold()} " in known:
            return last if last < end else end - 1
    return 0


def _stop(words: Sequence[str], n: int) -> int:
    """Return the place of the first word from n on that is no noun or adjective."""
    while n < len(words) and not any(
        is_one_of(kind, words[n]) for kind in ("preposition", "determiner", "auxiliary", "joining")
    ):
        n += 1
    return n


def _is_verb(word: str) -> bool:
    return bool(_PARTICIPLE.match(word)) or is_one_of("participle", word)


@cache
def _set(kind: str) -> frozenset[str]:
    return frozenset(data_toml("rag", "follow_up.toml")[kind].split())
