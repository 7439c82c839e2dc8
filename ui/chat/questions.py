"""Makes questions to offer out of articles: about their abbreviations, speakers and names.

Only what the articles answer is offered: each question is put to the extractive answerer first, so
no language model is asked and nothing is sent anywhere.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from rag import Assistant
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Forms:
    abbreviation: str
    speaker: str
    name: str
    speech: tuple[str, ...]
    not_names: frozenset[str]


def example_questions(
    assistant: Assistant, *, wanted: Callable[[], bool] = lambda: True
) -> tuple[str, ...]:
    """Return at most `MOST` questions that the newest articles answer.

    Args:
        assistant: What the questions are put to first.
        wanted: Asked before each; once it says no, those found so far are returned.

    Raises:
        LibraryError: The library cannot be read.
    """
    newest = assistant.library.documents()[::-1][:_ARTICLES]
    made = [list(_questions(assistant.library.document(card.id).text[:_READ])) for card in newest]
    # One of each article in turn, so that one long article does not fill the offer.
    in_turn = [q for rank in range(_TRIED) for of_one in made for q in of_one[rank : rank + 1]]
    return _answered(assistant, in_turn, wanted)


def follow_ups(
    assistant: Assistant,
    passages: Iterable[str],
    asked: Sequence[str],
    *,
    wanted: Callable[[], bool] = lambda: True,
) -> tuple[str, ...]:
    """Return at most `MOST` questions about the names in passages that nobody has asked about.

    Args:
        assistant: What the questions are put to first.
        passages: Texts near the last answer, nearest first.
        asked: The questions so far; a name in one of them is not asked about again.
        wanted: Asked before each; once it says no, those found so far are returned.

    Raises:
        LibraryError: The library cannot be read.
    """
    said = " ".join(asked).casefold()
    made = _questions("\n".join(passages)[:_READ])
    new = [q for q in made if _name_in(q).casefold() not in said]
    return _answered(assistant, new, wanted)


def _questions(text: str) -> Iterator[str]:
    """Yield questions about a text: one of each form in turn, the most told names first."""
    forms = _forms()
    speakers, names = _speakers(text), _names(text)
    lists = (
        [(forms.abbreviation, name) for name in dict.fromkeys(_ABBREVIATION.findall(text))],
        [(forms.speaker, name) for name in speakers],
        [(forms.name, name) for name in names if name not in speakers],
    )
    for rank in range(_TRIED):
        for made in lists:
            for form, name in made[rank : rank + 1]:
                yield form.format(name=name)


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
    forms = _forms()
    for form in (forms.name, forms.speaker, forms.abbreviation):
        before, after = form.split("{name}")
        if question.startswith(before) and question.endswith(after):
            return question[len(before) : len(question) - len(after)]
    return question


def _answered(
    assistant: Assistant, made: Iterable[str], wanted: Callable[[], bool]
) -> tuple[str, ...]:
    plain = assistant.adjusted(model="extractive")
    found: list[str] = []
    for question in list(dict.fromkeys(made))[:_TRIED]:
        if len(found) < MOST and wanted() and plain.ask(question).status == "answered":
            found.append(question)
    return tuple(found)


@cache
def _forms() -> _Forms:
    stored = data_toml("ui", "questions.toml")
    return _Forms(
        abbreviation=stored["abbreviation"],
        speaker=stored["speaker"],
        name=stored["name"],
        speech=tuple(stored["speech"]),
        not_names=frozenset(stored["not_names"]),
    )
