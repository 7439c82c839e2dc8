"""Reads a question: what kind of answer it asks for, and whether a sentence holds that kind.

Rules over English surface forms, in the manner of the answer types of question classification
(Li and Roth, "Learning Question Classifiers", 2002); the words are data. No model, and no
knowledge of any document.
"""

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import cache, lru_cache
from typing import Any, Literal

from index.data_files import data_toml, filled
from index.terms import Query, terms

AnswerType = Literal[
    "person", "place", "date", "duration", "amount", "money", "reason", "manner", "yes_no", "any"
]

_BLANKS = re.compile(r"\s+")
_WORD = re.compile(r"[\w’'\-]+")
_LEAST_PART, _LEAST_NAME, _LEAST_SLIP = 3, 4, 6
"""Letters from which part of a name, a name in another form, and a miswritten one are known."""
_SLIP = 0.88
"""Share of letters in common from which a name is miswritten; one changed letter in eight."""
_MAY = re.compile(r"(?<=[\w,;] )May\b")
"""The month, which is no "may"."""
_NAME = re.compile(r"(?<![\w’'])[A-ZÀ-Þ][\w’'\-]+")
_WHO_IS = re.compile(r"[Ww]ho(?:['’]s| is| was) (?P<name>[A-ZÀ-Þ][\w’'\- .]{1,60}?)\s?\?")
"""Who somebody is, by the name: what is told of them behind it answers too."""
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" if month[3:] else month for month in _MONTHS)
_AS_OF = re.compile(
    rf"[ ,]{{0,3}}\bas (?:of|at) (?:the end of )?(?:"
    rf"(?P<iso>\d{{4}}-\d\d-\d\d)"
    rf"|(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?)?(?P<month>{_MONTH})\.?"
    rf"(?: (?P<day_after>\d{{1,2}})(?:st|nd|rd|th)?,?)? (?P<year>\d{{4}})"
    rf"|(?P<whole>\d{{4}}))\b,? {{0,3}}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as it is searched for, with what it asks for."""

    query: Query
    expects: AnswerType
    several: bool
    """Whether it asks for several things."""
    open_ended: bool
    """Whether it asks what was said, done or planned: whole sentences answer it."""
    until: date | None = None
    """Day up to which articles count, from an "as of" that `text` leaves out; mostly None."""

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
    told, until = split_as_of(_cleaned(text))
    query = Query.of(told)
    plain = query.text.replace("’", "'")
    asking = plain[asks_from(plain) :]
    fitting = (kind for kind, form in _kinds() if form.search(asking))
    expects: AnswerType = next(fitting, "any")
    open_ended = bool(_form("open_ended").search(asking))
    several = open_ended or bool(_form("several").search(asking))
    return Question(
        query=query, expects=expects, several=several, open_ended=open_ended, until=until
    )


def split_as_of(question: str) -> tuple[str, date | None]:
    """Return a question without its "as of DATE", and the last day of that date.

    Without one, and where there is no such day, the question comes back as it is, with None.
    """
    match = _AS_OF.search(question)
    day = _day(match) if match else None
    if match is None or day is None:
        return question, None
    before, after = question[: match.start()], question[match.end() :]
    joined = f"{before} {after}" if after[:1].isalnum() and before else f"{before}{after}"
    return joined[:1].upper() + joined[1:], day


def _day(match: re.Match[str]) -> date | None:
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        if match["whole"]:
            return date(int(match["whole"]), 12, 31)
        month = next(
            n for n, name in enumerate(_MONTHS, 1) if name[:3] == match["month"][:3].lower()
        )
        year = int(match["year"])
        day = match["day"] or match["day_after"] or monthrange(year, month)[1]
        return date(year, month, int(day))
    except ValueError:
        return None


def read_query(text: str) -> Query:
    """Clean what is searched for, a question or not, without telling what it asks for."""
    return Query.of(_cleaned(text))


def _cleaned(text: str) -> str:
    visible = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", visible)).strip()


def holds(expects: AnswerType, sentence: str, *, asked: str) -> bool:
    """Say whether a sentence holds something of the expected type that the question lacks.

    Types without a surface form (`any`, `manner`, `yes_no`) are always held.
    """
    if expects in ("any", "manner", "yes_no"):
        return True
    if expects in ("person", "place") and names(sentence) - words(asked):
        return True
    if expects == "person" and (who := _WHO_IS.fullmatch(asked)):
        told = rf"{re.escape(who['name'])}(?:,? \(?(?:aged )?\d{{1,3}}\)?)?,? (?:who|whose)\b"
        if re.search(told, sentence):
            return True
    if expects == "person" and _form("of_payers").search(asked):
        return bool(_form("payers").search(sentence))
    pattern = _signs()[expects]
    found = _found(pattern, sentence)
    # "How many years" names the unit of its answer.
    return bool(found if expects == "duration" else found - _found(pattern, asked))


def hedges(sentence: str, *, asked: str) -> int:
    """Count the words by which a sentence only intends or supposes what it says.

    Cues of speculation in the manner of the CoNLL-2010 shared task (Farkas et al., 2010); those
    that the question has too are not counted.
    """
    found = words(_MAY.sub("", sentence)) & _hedges()
    return len(found - words(asked)) if found else 0


def names(sentence: str) -> frozenset[str]:
    """Return the capitalised words of a sentence, folded, without plain words that open one."""
    openers = _words()["names"]["opener"].split()
    found = (_folded(match.group()) for match in _NAME.finditer(sentence))
    return frozenset(name for name in found if name not in openers)


def words(text: str) -> frozenset[str]:
    """Return all words of a text, folded, however they are written."""
    return frozenset(_folded(word) for word in _WORD.findall(text))


def numbers(text: str) -> frozenset[str]:
    """Return the numbers of a text in digits; of those that it spells two to ninety."""
    spelt = _spelt()
    return frozenset(spelt.get(t, t) for t in terms(text) if t[:1].isdigit() or t in spelt)


def is_named(name: str, seen: frozenset[str]) -> bool:
    """Say whether a text names what a question does, perhaps in another form.

    "Ethiopia" is named where Ethiopians are, Siemens by "Siemens-led" and the other way round; a
    slip of the pen in a long name is let pass.

    Args:
        name: As `names` gives it.
        seen: The text's words, as `words` gives them.
    """
    if name in seen:
        return True
    parts = [part for part in name.split("-") if len(part) >= _LEAST_PART] or [name]
    return any(_is_like(part, other) for part in parts for word in seen for other in _parts(word))


@cache
def countries() -> frozenset[str]:
    """Return the words of the names of countries, and of others that have several forms."""
    lines = data_toml("rag", "names.toml")["same"]
    return frozenset(word for line in lines for name in line.split() for word in name.split("_"))


def may_ask_of_all(question: str) -> bool:
    """Say whether a question has a word that one for an overview has: whether to look closer."""
    return bool(_form("of_all").search(question))


def may_name_articles(question: str) -> bool:
    """Say whether a question may name the articles that it is asked of: whether to look closer."""
    return bool(_form("names_articles").match(question))


def listed(table: str, name: str) -> list[str]:
    """Return the words of a list in `rag/data/question_words.toml`."""
    found: str = _words()[table][name]
    return found.split()


def any_of(table: str, name: str) -> str:
    """Return the form of any word of a list in `rag/data/question_words.toml`."""
    return f"(?:{'|'.join(map(re.escape, listed(table, name)))})"


def asks_from(text: str) -> int:
    """Return where a question comes to the word that asks, after what leads it in; 0 for no such.

    "When the lake had burst, what happened?" asks what; a clause with "when" that goes before is
    told from a question by its order of words.
    """
    begins = list(_form("begins").finditer(text))
    if not begins:
        return 0
    first = begins[0]
    led_in = first.start() or (len(begins) > 1 and _form("background").match(text, first.end()))
    return (begins[-1] if led_in else first).end()


@lru_cache(maxsize=65536)
def _parts(word: str) -> tuple[str, ...]:
    return tuple(word.split("-")) if "-" in word else (word,)


def _is_like(name: str, word: str) -> bool:
    """Say whether two words are one name: the same, of it, or miswritten."""
    if name == word:
        return True
    short, long = sorted((name, word), key=len)
    if len(short) < _LEAST_NAME or short[:2] != long[:2]:
        return False
    pairs = enumerate(zip(short, long, strict=False))
    shared = next((n for n, (a, b) in pairs if a != b), len(short))
    if shared >= max(_LEAST_NAME, len(short) - 2) and long[shared:] in _derived():
        return True
    if len(short) < _LEAST_SLIP or len(long) - len(short) > 2:
        return False
    return SequenceMatcher(None, short, long, autojunk=False).ratio() >= _SLIP


@lru_cache(maxsize=65536)
def _folded(word: str) -> str:
    bare = word.replace("’", "'").removesuffix("'s").rstrip("'").casefold()
    if bare.isascii():
        return bare
    return "".join(c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c))


def _found(pattern: re.Pattern[str], text: str) -> set[str]:
    return {match.group().casefold() for match in pattern.finditer(text)}


@cache
def _derived() -> frozenset[str]:
    return frozenset(("", *_words()["names"]["derived"].split()))


@cache
def _spelt() -> dict[str, str]:
    """Return the number words up to ninety with their digits."""
    spelt = _words()["holds"]["number"].split()
    values = [*range(2, 21), *range(30, 100, 10)]
    return {terms(word)[0]: str(value) for word, value in zip(spelt[1:], values, strict=False)}


@cache
def _hedges() -> frozenset[str]:
    return frozenset(_words()["hedges"]["intention"].split())


@cache
def _kinds() -> tuple[tuple[AnswerType, re.Pattern[str]], ...]:
    kinds: dict[AnswerType, str] = _words()["kinds"]
    return tuple(
        (k, re.compile(f"^(?:{filled(form, _hole)})", re.IGNORECASE)) for k, form in kinds.items()
    )


@cache
def _signs() -> dict[AnswerType, re.Pattern[str]]:
    signs: dict[AnswerType, str] = _words()["signs"]
    return {kind: re.compile(filled(sign, _hole), re.IGNORECASE) for kind, sign in signs.items()}


@cache
def _form(name: str) -> re.Pattern[str]:
    return re.compile(_hole(name), re.IGNORECASE)


def _hole(name: str) -> str:
    """Return what stands for `<name>` in a form: another one, or any word of a list."""
    table, _, words = name.partition(".")
    if words:
        return any_of(table, words)
    form = _words()["forms"][name]
    return filled(form if isinstance(form, str) else "|".join(form), _hole)


@cache
def _words() -> dict[str, Any]:
    return data_toml("rag", "question_words.toml")
