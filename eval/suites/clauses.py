"""Takes an English statement apart: subject, verb and the rest, by word order and lists of verbs.

It also tells whether a question reads well by itself.

The lists are `eval/data/turning.toml`. A statement of another form is not taken apart.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from rag.internal import data_toml

NAME = (
    r"(?:[A-ZÀ-Þ][\w’'.\-]*)"
    r"(?: (?:of|for|de|van|von|der|al|bin)(?: the)?(?= [A-ZÀ-Þ])| [A-ZÀ-Þ][\w’'.\-]*)*"
)
"""A form of a name in a sentence: capitalised words, and small ones between them."""
_WORD = re.compile(r"[^\W_]+(?:[’'\-][^\W_]+)*")
_FEWEST, _MOST = 4, 24
"""Words of a question."""
_MODALS = frozenset({"can", "could", "will", "would", "may", "might", "should", "must"})
_PAST = re.compile(r"[a-z]{2,}[^e\W\d]ed")
"""A form that a verb outside of the lists has in the past; "need" and "indeed" are none."""
_OPENING = ("The", "A", "An", "In", "On", "Then", "At", "By", "Some", "About")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A statement taken apart."""

    subject: str
    """As it stands inside a question."""
    auxiliary: str
    """"did" or "does" where the statement has none; empty for a past of which no base is known."""
    verb: str
    """As it stands behind the subject of a question; as told where no auxiliary is known."""
    told: str
    """Auxiliary and verb as the statement has them."""
    rest: str
    """Behind the verb; empty where nothing is."""

    def asked(self, rest: str) -> str:
        """Return what follows the word that asks."""
        words = (self.auxiliary, self.subject, self.verb, rest)
        return " ".join(word for word in words if word)


def clause_of(told: str) -> Clause | None:
    """Take the first clause of a statement apart; None where its form is another."""
    told = re.sub(r", (?:who|which) [^,]+,(?= [a-z])|,? for the first time since \S+", "", told)
    words = told.split()
    for at in range(1, min(len(words), 12)):
        word = words[at]
        if word.lower() in listed("turns"):
            return None
        if word in listed("auxiliary") or (_is_finite(word) and _ends_subject(words, at)):
            behind = first_clause(words[at:])
            repeated = any(word in listed("auxiliary") for word in behind[1:])
            if not behind or repeated or not _is_subject(words[:at]):
                return None
            subject = re.sub(r", [^,]+,$", "", " ".join(words[:at]))
            return _taken_apart(lowered(subject), behind)
    return None


def _is_subject(words: list[str]) -> bool:
    """Tell whether words are one noun phrase, with at most one aside in it."""
    commas = sum(word.endswith(",") for word in words)
    fits = commas == 0 or (commas == 2 and words[-1].endswith(","))
    verb = any(is_verb(word.strip(",")) for word in words)
    return fits and not verb and words[0].lower() not in listed("preposition")


def first_clause(words: list[str]) -> list[str]:
    """Return the words from the verb up to where another clause begins; none if that is unsure."""
    for at, word in enumerate(words[1:], 1):
        more = words[at + 1 :]
        dated = bool(more) and (more[0][:1].isdigit() or more[0].lower() in listed("calendar"))
        if word.strip(",") in listed("cuts") and not dated:
            return words[:at]
        if word.strip(",").lower() in listed("turns") and not dated:
            return []
        if word in ("and", "or") and any(is_verb(w) or w.endswith("ed") for w in more):
            return [] if "between" in words[:at] else words[:at]
        last = re.fullmatch(NAME, " ".join(more).strip(",")) is not None
        if word.endswith(",") and not last and not (more and more[0][:1].isdigit()):
            return [*words[:at], word.rstrip(",")]
    return words


def _ends_subject(words: list[str], at: int) -> bool:
    """Tell whether the word at this place is the verb and no participle of the subject."""
    before = words[at - 1]
    sure = words[at] in verbs() and not _is_participle(words[at])
    return sure or before[:1].isupper() or before.endswith(",")


def _taken_apart(subject: str, words: list[str]) -> Clause | None:
    first, rest = words[0], words[1:]
    second = rest[0] if rest else ""
    perfect = first in ("has", "have", "had")
    if perfect and second.endswith("ly"):
        return None
    if first in listed("auxiliary") and not (perfect and not _is_participle(second)):
        verb = second if _is_participle(second) or first in _MODALS else ""
        more = rest[1:] if verb else rest
        told = f"{first} {verb}".strip()
        return Clause(subject=subject, auxiliary=first, verb=verb, told=told, rest=" ".join(more))
    base = verbs().get(first)
    if base is None:
        return Clause(subject=subject, auxiliary="", verb=first, told=first, rest=" ".join(rest))
    helper = "does" if first in _presents() else "did"
    return Clause(subject=subject, auxiliary=helper, verb=base, told=first, rest=" ".join(rest))


def opened(sentence: str, article: str) -> str:
    """Return a sentence with a small first letter where its first word is no name.

    Empty where the article does not tell.
    """
    words = sentence.split()
    first = words[0].strip(",") if words else ""
    if first in _OPENING:
        return f"{sentence[:1].lower()}{sentence[1:]}"
    if "-" in first or first.lower() in listed("turns") | listed("cuts"):
        return ""
    small = re.search(rf"(?<![\w'’-]){re.escape(first.lower())}\b", article)
    often = len(re.findall(rf"\b{re.escape(first)}\b", article)) > 1
    inside = re.search(rf"[a-z,] {re.escape(first)}\b", article)
    if (len(words) > 1 and words[1][:1].isupper()) or inside or (often and not small):
        return sentence
    return f"{sentence[:1].lower()}{sentence[1:]}" if small else ""


def lowered(text: str) -> str:
    """Return a subject with a small first letter where it begins with an article or the like."""
    first, space, rest = text.partition(" ")
    small = first.lower() in {"the", "a", "an", "in", "on", "some", "about", "one"}
    return f"{first.lower()}{space}{rest}" if small else text


@cache
def listed(kind: str) -> frozenset[str]:
    """Return the words of a list."""
    return frozenset(str(data_toml("eval", "turning.toml")[kind]).split())


@cache
def verbs() -> Mapping[str, str]:
    """Return the base of each form that a statement's verb may have."""
    found = {past: base for base, past, _ in _irregular()} | dict(_presents())
    for base in listed("regular"):
        found |= dict.fromkeys(_ed(base), base)
    return {form: base for form, base in found.items() if form not in listed("auxiliary")} | {
        "has": "have",
        "had": "have",
    }


@cache
def _participles() -> frozenset[str]:
    regular = (form for base in listed("regular") for form in _ed(base))
    return frozenset({part for _, _, part in _irregular()} | set(regular))


@cache
def pasts() -> Mapping[str, str]:
    """Return the past of each participle."""
    found = {part: past for _, past, part in _irregular()}
    return found | {form: form for base in listed("regular") for form in _ed(base)}


def _is_finite(word: str) -> bool:
    return word in verbs() or _PAST.fullmatch(word) is not None


def _is_participle(word: str) -> bool:
    return word in _participles() or _PAST.fullmatch(word) is not None


@cache
def _presents() -> Mapping[str, str]:
    pairs = str(data_toml("eval", "turning.toml")["present"]).split(";")
    return {form: base for form, base in (pair.split() for pair in pairs)}


@cache
def _irregular() -> tuple[tuple[str, str, str], ...]:
    rows = (row.split() for row in str(data_toml("eval", "turning.toml")["irregular"]).split(";"))
    return tuple((base, past, part) for base, past, part in rows)


def _ed(base: str) -> tuple[str, ...]:
    if base.endswith("e"):
        return (f"{base}d",)
    if base.endswith("y") and base[-2] not in "aeou":
        return (f"{base[:-1]}ied",)
    return f"{base}ed", f"{base}{base[-1]}ed"


def is_verb(word: str) -> bool:
    """Tell whether a word is a form that a verb has in a statement."""
    return word in verbs() or word in _participles() or word in listed("auxiliary")


@cache
def bases() -> frozenset[str]:
    """Return the base forms of all verbs that are known."""
    return frozenset(verbs().values())


def is_whole(question: str) -> bool:
    """Tell whether a question stands alone: it names something, and nothing in it hangs."""
    words = _words_of(question)
    lowered = [word.lower() for word in words]
    if not reads_within(question):
        return False
    names = [w for w in words[1:] if w[:1].isupper() and w.lower() not in listed("calendar")]
    return bool(names) and all(is_told(words, at) for at, w in enumerate(lowered) if w == "the")


def reads_within(question: str) -> bool:
    """Tell whether nothing in a question hangs, for who knows the article."""
    words = _words_of(question)
    if not _FEWEST <= len(words) <= _MOST or re.search(
        r"[()\"“”:;—–%]|,(?! [A-Z])|\b[A-Z]\?$", question
    ):
        return False
    return not any(re.split("[’']", word)[0].lower() in listed("hanging") for word in words)


def _words_of(question: str) -> list[str]:
    return _WORD.findall(re.sub(r"\b(are|were) there\b", r"\1", question))


def is_told(words: list[str], at: int) -> bool:
    """Tell whether what "the" begins, the word at this place, is named or described well enough."""
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
            alone = n == at + 1 and word.lower() in institutions() and more != ["of"]
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
def institutions() -> frozenset[str]:
    """Return words of names that are no person's."""
    return frozenset(str(data_toml("rag", "persons.toml")["institution"]).split())
