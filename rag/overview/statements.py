"""Which sentences of a document can be quoted alone: statements, and what each leans on.

A heading, a caption, a question and what stands on every page of a site state nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from index.contents import Content
from index.types import Sentence
from rag.llm.injection import gives_orders
from rag.overview.asked import data
from rag.question import names

_HEAD, _EARLY, _EARLY_LED = 80, 3, 6
"""Characters in which a sentence's first words are, and how many of them may be the pronoun: more
where a preposition leads, as in "In children under 13 it fell"."""
_FEWEST, _LEAST_WORDS, _MOST_WORDS = 2, 4, 70
"""Words of a statement at least, in a document that has no longer one; in others; and at most."""
_ENOUGH = 10
_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
_ENDS = re.compile(r"[.!…。！]['\"’”»)\]]*$")
_SPOKEN = re.compile(r"^[\"“„«‘'][^\"”“»]*[\"”“»’'](?!\w)[.,]?$")
_ENDS_ON = re.compile(r"\b(?:it|them|this|that|so)\W*$", re.IGNORECASE)
_PERSON = re.compile(r"\b(?:he|she)\b", re.IGNORECASE)
_QUOTES = ('"', "“", "„", "«")
_MARKS = "\"“„«‘'([—–- "


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence that states something."""

    content: Content
    """Of its document."""
    sentence: Sentence
    vector: NDArray[np.float32]
    """(dimensions,) float32 of length 1."""
    place: int
    """Among all sentences of its document, from 0."""
    paragraph: int
    """From 0."""
    opens: bool
    """Whether it is its paragraph's first."""
    leans: bool
    """Whether it is understood only after the sentence before it; a document's first is not."""
    before: Sentence | None
    """The sentence before it; None for the document's first."""

    @property
    def text(self) -> str:
        """The sentence."""
        return self.sentence.text


def statements(content: Content) -> tuple[Statement, ...]:
    """Return the statements of a document in order; empty where it has none."""
    return tuple(each_statement(content)) or tuple(each_statement(content, least=_FEWEST))


def each_statement(content: Content, *, least: int = _LEAST_WORDS) -> Iterator[Statement]:
    """Yield the statements of a document in order, those of so many words at least."""
    text, paragraph = content.document.text, 0
    before: Sentence | None = None
    stated = False
    for place, sentence in enumerate(content.sentences):
        gap = text[before.end : sentence.start] if before else "\n"
        paragraph += bool(before) and "\n" in gap
        if is_statement(sentence.text, least=least):
            yield Statement(
                content=content,
                sentence=sentence,
                vector=content.rows[place].vector,
                place=place,
                paragraph=paragraph,
                opens="\n" in gap,
                leans=stated and leans(sentence.text),
                before=before,
            )
            stated = True
        before = sentence


def is_statement(sentence: str, *, least: int = _LEAST_WORDS) -> bool:
    """Say whether a sentence states something: no heading, caption, question or order."""
    words = _WORD.findall(sentence)
    if not least <= len(words) <= _MOST_WORDS or "\n\n" in sentence:
        return False
    if not _ENDS.search(sentence.rstrip()) or not any(word.islower() for word in words):
        return False
    return not any(form.search(sentence) for form in _boilerplate()) and not gives_orders(sentence)


def leans(sentence: str) -> bool:
    """Say whether a sentence begins with a word that points back, as a pronoun does."""
    found = _WORD.findall(sentence.lstrip(_MARKS)[:_HEAD])
    led = found[:1] != [] and found[0].casefold() in _set("opening")
    found = found[: _EARLY_LED if led else _EARLY]
    words = [word.replace("’", "'").partition("'")[0].casefold() for word in found]
    first, second = (*words, "", "")[:2]
    if any(word in _set("pronoun") for word in words):
        return True
    if first in _set("counted"):
        return second in _set("counted_before")
    return first in _set("leaning") and second not in _set("unless")


def points_back(sentence: str) -> bool:
    """Say whether a sentence ends on "it" or says "he" of somebody whom it does not name."""
    return bool(_ENDS_ON.search(sentence) or (_PERSON.search(sentence) and not names(sentence)))


def is_spoken(sentence: str) -> bool:
    """Say whether a sentence is somebody's words and nothing else, or speaks as "I"."""
    bare = sentence.strip()
    if _SPOKEN.match(bare) or bare[:1] in _QUOTES or bare.count("“") != bare.count("”"):
        return True
    words = {word.casefold() for word in _WORD.findall(sentence)}
    return bool(words & _set("first_person"))


def shortness(sentence: str) -> float:
    """Return how much a sentence has too few words to tell much: 0 from ten words on, to 1."""
    return max(0.0, 1.0 - max(0, len(_WORD.findall(sentence)) - _FEWEST) / (_ENOUGH - _FEWEST))


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(data()["sentences"][name].split())


@cache
def _boilerplate() -> tuple[re.Pattern[str], ...]:
    forms = data()["sentences"]["boilerplate"]
    return tuple(re.compile(form, re.IGNORECASE) for form in forms)
