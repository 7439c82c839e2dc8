"""Reads a question: what kind of answer it asks for, and whether a sentence holds that kind.

Rules over English surface forms, in the manner of the answer types of question classification
(Li and Roth, "Learning Question Classifiers", 2002); the words are data. No model, and no
knowledge of any document.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from index.data_files import data_toml
from index.terms import Query

AnswerType = Literal[
    "person", "place", "date", "duration", "amount", "money", "reason", "manner", "yes_no", "any"
]

_BLANKS = re.compile(r"\s+")
_WORD = re.compile(r"[\w’'\-]+")
_NAME = re.compile(r"(?<![\w’'])[A-ZÀ-Þ][\w’'\-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as it is searched for, with what it asks for."""

    query: Query
    expects: AnswerType
    several: bool
    """Whether it asks for several things."""
    open_ended: bool
    """Whether it asks what was said, done or planned: whole sentences answer it."""

    @property
    def text(self) -> str:
        """The question in words: NFC, one line, no control characters."""
        return self.query.text

    @property
    def is_empty(self) -> bool:
        """Whether there is no word in it."""
        return self.query.is_empty


def read_question(text: str) -> Question:
    """Clean a question and tell what it asks for; empty text gives an empty question."""
    query = read_query(text)
    plain = query.text.replace("’", "'")
    fitting = (kind for kind, form in _forms() if form.search(plain))
    expects: AnswerType = next(fitting, "any")
    open_ended = bool(_open_ended().search(plain))
    several = open_ended or bool(_several().search(plain))
    return Question(query=query, expects=expects, several=several, open_ended=open_ended)


def read_query(text: str) -> Query:
    """Clean what is searched for, a question or not, without telling what it asks for."""
    visible = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    cleaned = _BLANKS.sub(" ", unicodedata.normalize("NFC", visible)).strip()
    return Query.of(cleaned)


def holds(expects: AnswerType, sentence: str, *, asked: str) -> bool:
    """Say whether a sentence holds something of the expected type that the question lacks.

    Types without a surface form (`any`, `manner`, `yes_no`) are always held.
    """
    if expects in ("any", "manner", "yes_no"):
        return True
    if expects in ("person", "place"):
        return bool(names(sentence) - words(asked))
    pattern = _signs()[expects]
    found = _found(pattern, sentence)
    # "How many years" names the unit of its answer.
    return bool(found if expects == "duration" else found - _found(pattern, asked))


def hedges(sentence: str, *, asked: str) -> int:
    """Count the words by which a sentence only intends or supposes what it says.

    Cues of speculation in the manner of the CoNLL-2010 shared task (Farkas et al., 2010); those
    that the question has too are not counted.
    """
    found = words(sentence) & _hedges()
    return len(found - words(asked)) if found else 0


def names(sentence: str) -> frozenset[str]:
    """Return the capitalised words of a sentence, folded, without plain words that open one."""
    openers = _words()["names"]["opener"].split()
    found = (_folded(match.group()) for match in _NAME.finditer(sentence))
    return frozenset(name for name in found if name not in openers)


def words(text: str) -> frozenset[str]:
    """Return all words of a text, folded, however they are written."""
    return frozenset(_folded(word) for word in _WORD.findall(text))


@lru_cache(maxsize=65536)
def _folded(word: str) -> str:
    return word.replace("’", "'").removesuffix("'s").rstrip("'").casefold()


def _found(pattern: re.Pattern[str], text: str) -> set[str]:
    return {match.group().casefold() for match in pattern.finditer(text)}


@cache
def _hedges() -> frozenset[str]:
    return frozenset(_words()["hedges"]["intention"].split())


@cache
def _words() -> dict[str, dict[str, str]]:
    return data_toml("rag", "question_words.toml")


def _any_of(table: str, name: str) -> str:
    return f"(?:{'|'.join(re.escape(word) for word in _words()[table][name].split())})"


@cache
def _forms() -> tuple[tuple[AnswerType, re.Pattern[str]], ...]:
    """Return the forms of questions by what they ask for; the first that fits counts."""
    lead = (
        rf"^(?:(?:{_any_of('asks', 'lead')}|tell me|do you know|can you tell me)\b[^?]{{0,60}}?\b)?"
    )
    which = r"(?:what|which) (?:\w+ )?"
    money = rf"how much\b.*\b{_any_of('asks', 'money_verb')}\b|how much money|how expensive"
    priced = rf"{_any_of('asks', 'money_noun')}s?\b"
    forms: tuple[tuple[AnswerType, str], ...] = (
        ("money", rf"{lead}(?:{money}|what (?:is|was|will be|are|were) the (?:\w+ )?{priced})"),
        ("date", rf"{lead}(?:when\b|{which}{_any_of('asks', 'date_noun')}s?\b|how recently\b)"),
        (
            "duration",
            rf"{lead}(?:how (?:long|often|soon|late|early)\b"
            rf"|how many {_any_of('holds', 'duration')}\b)",
        ),
        (
            "amount",
            rf"{lead}(?:how {_any_of('asks', 'amount_adjective')}\b"
            rf"|{which}{_any_of('asks', 'amount_noun')}\b)",
        ),
        ("person", rf"{lead}(?:who|whom|whose)\b"),
        ("place", rf"{lead}(?:where\b|{which}{_any_of('asks', 'place_noun')}\b)"),
        (
            "reason",
            rf"{lead}(?:why\b|how come\b|what (?:is|was|were|are) the (?:reason|cause|purpose)"
            rf"|what {_any_of('asks', 'cause_verb')}\b)",
        ),
        ("manner", rf"{lead}how (?:to|{_any_of('asks', 'auxiliary')})\b"),
        ("yes_no", rf"^{_any_of('asks', 'auxiliary')}\b"),
    )
    return tuple((kind, re.compile(form, re.IGNORECASE)) for kind, form in forms)


@cache
def _several() -> re.Pattern[str]:
    """Return the forms of questions that ask for several things by a plural.

    "What makes the bread rise" has none: a word that follows a verb tells.
    """
    plural = (
        r"(?:other |different |kinds? of |types? of )?"
        rf"(?!(?:was|does|has) |\w+ {_any_of('asks', 'after_verb')}\b)"
        r"\w{2,}(?<!us)(?<!ss)(?<!is)s "
        r"(?!is |was |does |has )"
    )
    return re.compile(
        r"^(?:and |but )?(?:list\b|enumerate\b|name (?:all|the|some|two|three|four|five)\b"
        rf"|(?:what|which|who) (?:all )?(?:are|were)\b|(?:what|which) {plural}"
        r"|what (?:else|things|topics)\b)",
        re.IGNORECASE,
    )


@cache
def _open_ended() -> re.Pattern[str]:
    """Return the form of questions that ask what was said, done or planned."""
    return re.compile(
        rf"^(?:and |but )?what (?:did|do|does|have|has|will)\b.*\b{_any_of('asks', 'open_verb')}"
        rf"(?: to)?(?: {_any_of('asks', 'open_about')}\b.*)?\??$",
        re.IGNORECASE,
    )


@cache
def _signs() -> dict[AnswerType, re.Pattern[str]]:
    """Return what each type of answer looks like in a text."""
    day = rf"{_any_of('holds', 'month_beside_a_day')}[a-z]*\.?"
    number = r"(?<![\w\-])\d[\d.,]*"
    signs: dict[AnswerType, str] = {
        "date": rf"\b(?:1[0-9]\d\d|20\d\d)s?\b|\b{day} \d|\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {day}"
        rf"|\b(?:{_any_of('holds', 'month')}|{_any_of('holds', 'weekday')}"
        rf"|{_any_of('holds', 'date')}|\d+(?::\d\d)? ?[ap]\.?m\.?)\b",
        "duration": rf"\b{_any_of('holds', 'duration')}\b",
        "amount": rf"{number}|\b(?:{_any_of('holds', 'number')}"
        rf"|{_any_of('holds', 'quantity')})\b",
        "money": rf"[$€£¥₹]|{number}|\b(?:{_any_of('holds', 'currency')}"
        rf"|{_any_of('holds', 'number')})\b",
        "reason": rf"\b{_any_of('holds', 'reason')}\b",
    }
    return {kind: re.compile(sign, re.IGNORECASE) for kind, sign in signs.items()}
