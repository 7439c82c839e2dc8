"""Cuts passages into windows of whole sentences, with the title and the sentence before."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.splitting.sentences import split
from index.terms import content_terms
from training.near import Terms, best

_HEADING = 90
"""Most characters of a first line that is taken as the title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A text with its sentences and their terms."""

    text: str
    document: str
    sentences: tuple[tuple[int, int], ...]
    terms: tuple[frozenset[str], ...]
    """Of each sentence."""
    title: str
    """Empty where none is known."""

    def said(self, first: int, last: int) -> str:
        """Return the text from one sentence to another."""
        return self.text[self.sentences[first][0] : self.sentences[last][1]]

    def lacking(self, answers: Iterable[str]) -> frozenset[int]:
        """Return the sentences that hold none of the answers' words."""
        folded = [answer.casefold() for answer in answers]
        return frozenset(
            n
            for n in range(len(self.sentences))
            if not any(answer in self.said(n, n).casefold() for answer in folded)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The text that is read, and where it stands."""

    text: str
    begin: int
    """Where the passage's text begins in the window's, behind title and sentence before."""
    start: int
    """Where that is in the passage."""

    def placed(self, span: tuple[int, int]) -> tuple[int, int]:
        """Return a passage's characters as those of the window."""
        return span[0] - self.start + self.begin, span[1] - self.start + self.begin


def passage_of(text: str, document: str, title: str = "") -> Passage | None:
    """Return a text as sentences; None where it has none."""
    spans = tuple((span.start, span.end) for span in split(text))
    if not spans:
        return None
    terms = tuple(frozenset(content_terms(text[a:b])) for a, b in spans)
    first = text[spans[0][0] : spans[0][1]]
    heading = len(first) <= _HEADING and first[-1:].isalnum() and len(spans) > 1
    return Passage(
        text=text,
        document=document,
        sentences=spans,
        terms=terms,
        title=title or (first if heading else ""),
    )


def grown(
    passage: Passage,
    at: int,
    characters: int,
    chance: random.Random,
    allowed: frozenset[int] | None = None,
) -> tuple[int, int]:
    """Return first and last sentence of a window grown by chance around one, while it fits."""
    first = last = at
    sides = [-1, 1]
    while sides:
        side = chance.choice(sides)
        new = first - 1 if side < 0 else last + 1
        low, high = min(first, new), max(last, new)
        fits = (
            0 <= new < len(passage.sentences)
            and (allowed is None or new in allowed)
            and passage.sentences[high][1] - passage.sentences[low][0] <= characters
        )
        if fits:
            first, last = low, high
        else:
            sides.remove(side)
    return first, last


def window_of(passage: Passage, first: int, last: int, *, title: bool, before: bool) -> Window:
    """Return the window of some sentences, with the title and the sentence before if wanted."""
    parts = []
    if title and passage.title and first > 0:
        parts.append(passage.title.rstrip(".") + ".")
    if before and first > 1:
        parts.append(passage.said(first - 1, first - 1))
    head = " ".join(parts) + " " if parts else ""
    return Window(
        text=head + passage.said(first, last), begin=len(head), start=passage.sentences[first][0]
    )


class Library:
    """All passages, found by the terms that they share with a question."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        """Index the terms of the passages."""
        self.passages = passages
        self._terms = Terms([frozenset().union(*passage.terms) for passage in passages])

    def near(self, asked: Sequence[str], own: str) -> list[Passage]:
        """Return the passages, of other texts, that share the rarest terms."""
        found = [self.passages[n] for n in best(self._terms.scores(asked))]
        return [passage for passage in found if passage.text != own]

    def nearest_sentence(
        self,
        passage: Passage,
        asked: Sequence[str],
        chance: random.Random,
        allowed: frozenset[int] | None = None,
    ) -> int | None:
        """Return the sentence that shares most with a question; None where none is allowed."""
        places = [n for n in range(len(passage.terms)) if allowed is None or n in allowed]
        if not places:
            return None
        scores = {n: chance.random() / 10 for n in places}
        for term in asked:
            for n in places:
                if term in passage.terms[n]:
                    scores[n] += self._terms.weight(term)
        return max(places, key=lambda n: scores[n])
