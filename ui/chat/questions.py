"""Makes questions to offer out of articles: about their people, things, speakers and names.

Only what the articles answer well is offered: each question is put to the extractive answerer
first, so no language model is asked and nothing is sent anywhere.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from rag import Answer, Assistant, DocumentSummary
from rag.internal import data_toml

MOST = 3
"""Questions offered at once."""
_TRIED = 8
"""Questions put to the answerer at most, about 50 ms each."""
_READ = 20_000
"""Characters of an article that names are looked for in."""
_ARTICLES = 3
"""Newest articles that questions to begin with are made of."""
_NAME = re.compile(r"\b[A-Z][\w’'-]{0,60}[a-z0-9](?:[ ][A-Z][\w’-]{1,60}){0,9}")
_ABBREVIATION = re.compile(r"\(([A-Z][A-Z0-9-]{1,8})\)")


_ENDS = (".", "!", "?", "”", "’", '"', "'", ")", "…")
"""Of a sentence that is no heading: in headings, words are capitalised that are no names."""
_OFTEN = 2
"""Times that a name of one word must be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Forms:
    thing: str
    person: str
    speaker: str
    name: str
    speech: tuple[str, ...]
    of_others: tuple[str, ...]
    not_names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Offers:
    """Questions to begin with, made once an article; safe to share between threads."""

    _made: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """By an article's id and the hash of its text."""

    def of_newest(
        self, assistant: Assistant, *, wanted: Callable[[], bool] = lambda: True
    ) -> tuple[str, ...]:
        """Return at most `MOST` questions that the newest articles answer.

        Args:
            assistant: What the questions are put to first.
            wanted: Asked before each; once it says no, those found so far are returned.

        Raises:
            LibraryError: The library cannot be read.
        """
        newest = assistant.library.documents()[::-1][:_ARTICLES]
        made = [self._of(assistant, summary, wanted) for summary in newest]
        # One of each article in turn, so that one long article does not fill the offer.
        in_turn = [q for rank in range(MOST) for of_one in made for q in of_one[rank : rank + 1]]
        return tuple(dict.fromkeys(in_turn))[:MOST]

    def _of(
        self, assistant: Assistant, summary: DocumentSummary, wanted: Callable[[], bool]
    ) -> tuple[str, ...]:
        key = (summary.id, summary.card.sha256)
        if key not in self._made:
            sentences = assistant.library.document(summary.id).sentences
            made = _questions(sentence.text for sentence in sentences)
            found = _answered(assistant, made, wanted)
            if not wanted():
                return found
            self._made[key] = found
        return self._made[key]


def follow_ups(
    assistant: Assistant,
    sentences: Iterable[str],
    asked: Sequence[str],
    *,
    wanted: Callable[[], bool] = lambda: True,
) -> tuple[str, ...]:
    """Return at most `MOST` questions about the names in sentences that nobody has asked about.

    Args:
        assistant: What the questions are put to first.
        sentences: Of the passages near the last answer, nearest first.
        asked: The questions so far; a name in one of them is not asked about again.
        wanted: Asked before each; once it says no, those found so far are returned.

    Raises:
        LibraryError: The library cannot be read.
    """
    said = " ".join(asked).casefold()
    made = _questions(sentences)
    new = (q for q in made if _name_in(q).casefold() not in said)
    return _answered(assistant, new, wanted)


def _questions(sentences: Iterable[str]) -> Iterator[str]:
    """Yield questions about sentences: one of each form in turn, the most told names first."""
    forms = _forms()
    told = " ".join(" ".join(one.split()) for one in sentences if one.rstrip().endswith(_ENDS))
    text = told[:_READ]
    speakers, names = _speakers(text), _names(text)
    often = [n for n in names if " " in n or text.count(n) >= _OFTEN]
    abbreviations = _ABBREVIATION.findall(text)
    lists = (
        [(forms.person, name) for name in names if " " in name and _is_person(name, text)],
        [(forms.thing, n) for n in dict.fromkeys((*abbreviations, *often)) if _is_thing(n, text)],
        [(forms.speaker, name) for name in speakers if " " in name or name in often],
        [(forms.name, name) for name in often if name not in speakers],
    )
    for rank in range(_TRIED):
        for made in lists:
            for form, name in made[rank : rank + 1]:
                yield form.format(name=name)


def _is_person(name: str, text: str) -> bool:
    """Say whether a role may stand beside a name; a ship or a firm has an article before it."""
    named = re.escape(name)
    beside = re.search(
        rf"{named}(?:, | (?:is|was) |, who (?:is|was) )(?:an? |the |[a-z]+ of )|\b[a-z]+ {named}\b",
        text,
    )
    return beside is not None and not re.search(rf"\b[Tt]he {named}\b", text)


def _is_thing(name: str, text: str) -> bool:
    """Say whether a text tells beside a name what it is: an abbreviation, or "X is a"."""
    named = re.escape(name)
    return re.search(rf"\({named}\)|{named} (?:is|was) (?:an?|the) ", text) is not None


def _speakers(text: str) -> list[str]:
    found = (_without_start(before or after) for before, after in _beside().findall(text))
    return [name for name, _ in Counter(name for name in found if name).most_common(_TRIED)]


@cache
def _beside() -> re.Pattern[str]:
    """Return the form of a name with a verb of speech before or behind it."""
    verbs = "|".join(_forms().speech)
    return re.compile(rf"(?:\b(?:{verbs}) ({_NAME.pattern}))|(?:({_NAME.pattern}) (?:{verbs})\b)")


def _names(text: str) -> list[str]:
    found = (_without_start(name) for name in _NAME.findall(text))
    # A word that is written small elsewhere is no name, but began a sentence or stood in a title.
    small = set(re.findall(r"\b[a-z]+\b", text))
    counted = Counter(name for name in found if len(name) > 3 and name.lower() not in small)
    # A name of several words says more than one word, which may only begin a sentence.
    ranked = sorted(counted, key=lambda name: (-counted[name] * (1 + (" " in name)), name))
    return ranked[:_TRIED]


def _without_start(name: str) -> str:
    """Return a name without the words that only begin its sentence; empty where none is left."""
    words = name.removesuffix("’s").removesuffix("'s").split()
    while words and words[0] in _forms().not_names:
        words = words[1:]
    return " ".join(words)


def _name_in(question: str) -> str:
    return next((name for _, name in _read(question)), question)


def _read(question: str) -> Iterator[tuple[str, str]]:
    """Yield the form that a question has, with its name; nothing for one of no form of ours."""
    forms = _forms()
    for form in (forms.name, forms.speaker, forms.person, forms.thing):
        before, after = form.split("{name}")
        if question.startswith(before) and question.endswith(after):
            yield form, question[len(before) : len(question) - len(after)]


def _answered(
    assistant: Assistant, made: Iterable[str], wanted: Callable[[], bool]
) -> tuple[str, ...]:
    plain = assistant.adjusted(model="extractive")
    found: list[str] = []
    for question in list(dict.fromkeys(made))[:_TRIED]:
        name = _name_in(question)
        if len(found) >= MOST or any(name in other for other in found) or not wanted():
            continue
        if _is_good(question, plain.ask(question)):
            found.append(question)
    return tuple(found)


def _is_good(question: str, answer: Answer) -> bool:
    """Say whether an answer is whole: of who or what something is, the words beside its name."""
    if answer.status != "answered":
        return False
    forms = _forms()
    form, name = next(_read(question))
    if form not in (forms.person, forms.thing):
        return True
    short = answer.short or ""
    if not short or short.split()[0].lower() in forms.of_others:
        return False
    named, words = re.escape(name), re.escape(short)
    behind = rf"{named}(?:,| is| was|, who is|, who was) {words}"
    beside = re.compile(rf"{behind}|{words},? {named}|{words} \({named}\)")
    return any(beside.search(sentence.text) for sentence in answer.sentences)


@cache
def _forms() -> _Forms:
    stored = data_toml("ui", "questions.toml")
    return _Forms(
        thing=stored["thing"],
        person=stored["person"],
        speaker=stored["speaker"],
        name=stored["name"],
        speech=tuple(stored["speech"]),
        of_others=tuple(stored["of_others"]),
        not_names=frozenset(stored["not_names"]),
    )
