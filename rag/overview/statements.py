"""Which sentences of a document can be quoted alone, and which of them are chosen.

A heading, a caption, a question and what stands on every page of a site state nothing; each
statement is told what it leans on. They are chosen greedily: the best that says something new comes
next.

How central a sentence is among others is told by LexRank (Erkan and Radev, 2004): the stationary
distribution of a walk from sentence to like sentence; the likeness is the cosine of stored vectors.
Maximal marginal relevance (Carbonell and Goldstein, 1998): each choice weighs how much a sentence
is worth against how near it is to what is chosen already.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from index.full_text import Content
from index.types import Sentence
from rag.llm.prompting import gives_orders
from rag.overview.topic import data
from rag.question import names
from rag.verification.parse import Date, conflicts, read_dates
from rag.verification.values import Value, comparable, read_values, same

_HEAD, _EARLY, _EARLY_LED = 80, 3, 6
"""Characters in which a sentence's first words are, and how many of them may be the pronoun: more
where a preposition leads, as in "In children under 13 it fell"."""
_FEWEST, _LEAST_WORDS, _MOST_WORDS = 2, 4, 70
"""Words of a statement at least, in a document that has no longer one; in others; and at most."""
_ENOUGH = 10
_HEADING_WORDS = 6
_STATES = re.compile(r"\?$|^(?:\S+ ){3,}\S+[.!…]$")
"""A question, or four words that end as a sentence does."""
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
    heading: Sentence | None = None
    """The few words that it stands under, in its own line or above; None for none."""

    @property
    def text(self) -> str:
        """The sentence."""
        return self.sentence.text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heading:
    """The few words that stand over sentences."""

    sentence: Sentence
    paragraph: int
    """That it stands in."""
    runs_on: bool
    """Whether text follows in its own line."""


def statements(content: Content) -> tuple[Statement, ...]:
    """Return the statements of a document in order; empty where it has none."""
    return tuple(each_statement(content)) or tuple(each_statement(content, least=_FEWEST))


def each_statement(content: Content, *, least: int = _LEAST_WORDS) -> Iterator[Statement]:
    """Yield the statements of a document in order, those of so many words at least."""
    text, paragraph = content.document.text, 0
    before: Sentence | None = None
    stated = False
    heading: _Heading | None = None
    for place, sentence in enumerate(content.sentences):
        gap = text[before.end : sentence.start] if before else "\n"
        paragraph += bool(before) and "\n" in gap
        heading = _heading(heading, sentence, paragraph)
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
                heading=heading.sentence if heading else None,
            )
            stated = True
        before = sentence


def _heading(now: _Heading | None, sentence: Sentence, paragraph: int) -> _Heading | None:
    """Return the heading that stands over a sentence; the sentence itself where it is one.

    One that text follows in its line ("3. Pontoon. It was opened ...") ends with its paragraph,
    another at the next heading.
    """
    words = len(_WORD.findall(sentence.text))
    if 1 <= words <= _HEADING_WORDS and not _STATES.search(sentence.text.rstrip()):
        return _Heading(sentence=sentence, paragraph=paragraph, runs_on=False)
    if now is None or (now.runs_on and paragraph != now.paragraph):
        return None
    return replace(now, runs_on=now.runs_on or paragraph == now.paragraph)


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


_NOVELTY = 0.4
"""What nearness to a chosen sentence takes off a sentence's worth."""
_SAME_PARAGRAPH = 0.2
_AGAIN = 0.8
"""Cosine from which a sentence says a chosen one again in other words."""
_DAMPING = 0.15
"""Share of steps that go to any sentence, as in the paper's figures."""
_FLOOR = 0.1
"""Cosine below which two sentences have nothing in common."""
_STEPS = 50
_ALIKE = 0.75
"""Cosine from which two statements may tell the same."""


def lexrank(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return how central each sentence is, (n,) float64, the most central 1, the least 0.

    Args:
        vectors: (n, dimensions) float32, rows of length 1; none gives (0,).
    """
    count = len(vectors)
    if count == 0:
        return np.zeros(0)
    near = np.clip((vectors @ vectors.T).astype(np.float64), 0.0, 1.0)
    near[near < _FLOOR] = 0.0
    np.fill_diagonal(near, 1.0)
    step = near / near.sum(axis=1, keepdims=True)
    rank = np.full(count, 1.0 / count)
    for _ in range(_STEPS):
        rank = _DAMPING / count + (1.0 - _DAMPING) * (rank @ step)
    spread = float(rank.max() - rank.min())
    if spread == 0.0:
        return np.ones(count)
    central: NDArray[np.float64] = (rank - rank.min()) / spread
    return central


def choose(
    statements: Sequence[Statement],
    worth: NDArray[np.float64],
    *,
    most: int,
    first: Sequence[int] = (),
    alone: Collection[int] = (),
) -> list[int]:
    """Return the places of the chosen statements, in the order in which they were chosen.

    A statement that leans on the sentence before it is chosen only after that one. One that says a
    chosen one again is left out, unless it is of another document and has other numbers or dates.

    Args:
        statements: What is chosen from.
        worth: Of each; what is minus infinity is not chosen.
        most: Statements at most.
        first: Places that are chosen before all others.
        alone: Places of statements that may be chosen without the sentence that they lean on.
    """
    chosen = list(dict.fromkeys(first))[:most]
    vectors = np.array([one.vector for one in statements], dtype=np.float32)
    while len(chosen) < most:
        open_ = [n for n in range(len(statements)) if n not in chosen]
        fit = [
            n
            for n in open_
            if np.isfinite(worth[n])
            and (n in alone or _stands(n, chosen, statements))
            and _is_new(n, chosen, statements, vectors)
        ]
        if not fit:
            break
        chosen.append(max(fit, key=lambda n: (_gain(n, chosen, statements, vectors, worth), -n)))
    return chosen


def differ(one: Statement, other: Statement) -> bool:
    """Say whether two near-alike statements of two documents have other numbers or dates."""
    if one.content.document.id == other.content.document.id:
        return False
    return _other_dates(one.text, other.text) or _other_values(one.text, other.text)


def twins(
    chosen: Sequence[Statement], every: Sequence[Statement]
) -> list[tuple[Statement, Statement]]:
    """Return for chosen statements what another document tells with other numbers, one for each."""
    found = []
    taken: list[Statement] = []
    for one in chosen:
        if any(one is other for other in taken):
            continue
        alike = [o for o in every if float(o.vector @ one.vector) >= _ALIKE and differ(one, o)]
        if alike:
            other = max(alike, key=lambda o: float(o.vector @ one.vector))
            taken.append(other)
            found.append((one, other))
    return found


def _stands(n: int, chosen: Sequence[int], statements: Sequence[Statement]) -> bool:
    one = statements[n]
    return not one.leans or one.before in [statements[m].sentence for m in chosen]


def _is_new(
    n: int, chosen: Sequence[int], statements: Sequence[Statement], vectors: NDArray[np.float32]
) -> bool:
    one = statements[n]
    same = [m for m in chosen if float(vectors[n] @ vectors[m]) >= _AGAIN]
    return all(differ(one, statements[m]) for m in same)


def _gain(
    n: int,
    chosen: Sequence[int],
    statements: Sequence[Statement],
    vectors: NDArray[np.float32],
    worth: NDArray[np.float64],
) -> float:
    one = statements[n]
    near = max((float(vectors[n] @ vectors[m]) for m in chosen), default=0.0)
    paragraphs = [(statements[m].content.document.id, statements[m].paragraph) for m in chosen]
    beside = (one.content.document.id, one.paragraph) in paragraphs
    return float(worth[n]) - _NOVELTY * max(0.0, near) - _SAME_PARAGRAPH * beside


def _other_dates(one: str, other: str) -> bool:
    mine, theirs = read_dates(one), read_dates(other)
    return any(_unmatched(date, theirs) for date in mine)


def _unmatched(date: Date, others: tuple[Date, ...]) -> bool:
    return bool(others) and all(conflicts(date, held) for held in others)


def _other_values(one: str, other: str) -> bool:
    mine, theirs = _values(one), _values(other)
    return any(_unheld(value, theirs) for value in mine)


def _unheld(value: Value, others: tuple[Value, ...]) -> bool:
    alike = [held for held in others if comparable(value, held)]
    return bool(alike) and not any(same(value, held) for held in alike)


def _values(text: str) -> tuple[Value, ...]:
    return read_values(text, taken=tuple((date.start, date.end) for date in read_dates(text)))
