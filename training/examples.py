"""Makes training examples of question answering: answered passages and near misses.

A passage is cut to a random window of tokens or to one sentence, because the reader later sees
both. A near miss (Rajpurkar et al., "Know What You Don't Know", 2018) is a question with a passage
that looks right and does not answer it: another passage with the same rare terms or a near meaning,
the same passage without its answer, another sentence of it, or a question in which a name, a number
or a word was swapped.
"""

import random
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from index.embedding import Embedder
from training import alone
from training.encoded import CLS, SEP, Encoded, Example, encode, token_span
from training.near import NearPassages
from training.rows import Row
from training.swaps import Swaps

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LONGEST = 192
"""Most tokens of question and window together, special ones counted."""
_QUESTION = 40
_WINDOWS = (48, 80, 112, 144)
"""Most tokens of a window, drawn anew for each example."""
_SHORTEST_MISS = 20
"""Fewest tokens left of a passage whose answer was cut away."""


class ExampleMaker:
    """Draws examples from rows; the same seed draws the same ones."""

    def __init__(
        self,
        rows: Sequence[Row],
        tokenizer: "Tokenizer",
        embedder: Embedder,
        *,
        seed: int,
        misses: float,
        alone_share: float = 0.0,
    ) -> None:
        """Tokenize the rows and index their passages.

        Args:
            rows: What to draw from, in the order in which they will be drawn.
            tokenizer: Of the base model, without truncation and padding.
            embedder: Of the base model, for passages that are near in meaning.
            seed: For all that is drawn.
            misses: Near misses made for each answered row, 0 to 1.
            alone_share: Share of the answered rows that are shown as single sentences, 0 to 1.
        """
        self._rows = rows
        self._misses = misses
        self._alone_share = alone_share
        self._random = random.Random(seed)
        self._contexts = list(dict.fromkeys(row.context for row in rows))
        self._place = {context: n for n, context in enumerate(self._contexts)}
        self._passages = encode(tokenizer, self._contexts)
        self._tokenizer = tokenizer
        self._near = NearPassages(self._contexts, embedder)
        self._swaps = Swaps([row.question for row in rows], seed=seed)

    def examples(self) -> Iterator[Example]:
        """Yield the examples of one pass, row by row."""
        for row in self._rows:
            question = self._question(row.question)
            passage = self._passages[self._place[row.context]]
            answer = self._answer(row, passage)
            if row.answers and answer is None:
                continue
            if answer is not None and self._random.random() < self._alone_share:
                yield from self._sentences(row, question, passage, answer)
                continue
            yield self._example(question, passage, answer)
            if answer is not None and self._random.random() < self._misses:
                yield self._miss(row, question, passage, answer)

    def _question(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids[:_QUESTION]

    def _answer(self, row: Row, passage: Encoded) -> tuple[int, int] | None:
        """Draw one annotator's answer as a span of tokens."""
        if not row.answers:
            return None
        return token_span(passage, *self._random.choice(row.answers))

    def _example(
        self, question: Sequence[int], passage: Encoded, answer: tuple[int, int] | None
    ) -> Example:
        """Cut a random window that holds the answer."""
        room = self._random.choice(_WINDOWS)
        first, last = answer or self._anywhere(passage)
        room = min(max(room, last - first + 1), LONGEST - 3 - len(question))
        last = min(last, first + room - 1)
        low, high = max(0, last - room + 1), min(first, max(0, len(passage.ids) - room))
        start = self._random.randint(min(low, high), max(low, high))
        return self._cut(question, passage, slice(start, start + room), answer and (first, last))

    def _cut(
        self,
        question: Sequence[int],
        passage: Encoded,
        window: slice,
        answer: tuple[int, int] | None,
    ) -> Example:
        ids = (CLS, *question, SEP, *passage.ids[window], SEP)
        begin = len(question) + 2
        shift = begin - window.start
        span = (answer[0] + shift, answer[1] + shift) if answer else None
        return Example(ids=ids, passage_from=begin, span=span)

    def _anywhere(self, passage: Encoded) -> tuple[int, int]:
        place = self._random.randrange(max(1, len(passage.ids)))
        return place, place

    def _miss(
        self,
        row: Row,
        question: Sequence[int],
        passage: Encoded,
        answer: tuple[int, int],
    ) -> Example:
        """Draw a near miss of one of the kinds, a random passage where the kind cannot be made."""
        kind = self._random.random()
        if kind < 0.25 and (without := self._without(question, passage, answer)):
            return without
        if kind < 0.65 and (swapped := self._swaps.swap(row.question, row.context)):
            return self._swapped(swapped, passage, answer)
        text = row.context[slice(*row.answers[0])]
        near: list[int] = []
        if kind < 0.92:
            find = self._near.by_terms if kind < 0.79 else self._near.by_meaning
            near = find(row.question, row.context, lacking=text)
        place = self._random.choice(near) if near else self._random.randrange(len(self._contexts))
        return self._example(question, self._passages[place], None)

    def _sentences(
        self, row: Row, question: Sequence[int], passage: Encoded, answer: tuple[int, int]
    ) -> Iterator[Example]:
        """Yield the answer's sentence and maybe a near miss; a window where none holds it whole."""
        own = alone.holding(row.context, passage, answer)
        if own is None:
            yield self._example(question, passage, answer)
            return
        yield self._cut(question, passage, own, answer)
        if self._random.random() < self._misses:
            yield from self._missing_sentence(row, question, passage, own)

    def _missing_sentence(
        self, row: Row, question: Sequence[int], passage: Encoded, own: slice
    ) -> Iterator[Example]:
        """Yield a sentence that does not answer, where one can be drawn."""
        kind = self._random.random()
        words = alone.said(row.context, passage, own)
        if kind < 0.4 and (swapped := self._swaps.swap(row.question, words)):
            yield self._cut(self._question(swapped), passage, own, None)
            return
        answer = row.context[slice(*row.answers[0])]
        context = row.context
        if kind >= 0.75:
            find = self._near.by_terms if kind < 0.9 else self._near.by_meaning
            near = find(row.question, row.context, lacking=answer)
            place = self._random.choice(near or range(len(self._contexts)))
            context, passage = self._contexts[place], self._passages[place]
        part = alone.lacking(row.question, context, passage, answer=answer, chance=self._random)
        if part:
            yield self._cut(question, passage, part, None)

    def _swapped(self, question: str, passage: Encoded, answer: tuple[int, int]) -> Example:
        """Show the passage around the answer that the question no longer asks for."""
        ids = self._question(question)
        shown = self._example(ids, passage, answer)
        return Example(ids=shown.ids, passage_from=shown.passage_from, span=None)

    def _without(
        self, question: Sequence[int], passage: Encoded, answer: tuple[int, int]
    ) -> Example | None:
        """Cut a window before or after the answer, if enough is left and it is not said again."""
        said = list(passage.ids[answer[0] : answer[1] + 1])
        room = self._random.choice(_WINDOWS)
        before = slice(max(0, answer[0] - room), answer[0])
        after = slice(answer[1] + 1, answer[1] + 1 + room)
        sides = [
            side
            for side in (before, after)
            if len(passage.ids[side]) >= _SHORTEST_MISS and not _within(said, passage.ids[side])
        ]
        if not sides:
            return None
        return self._cut(question, passage, self._random.choice(sides), None)


def _within(part: Sequence[int], whole: Sequence[int]) -> bool:
    size = len(part)
    return any(list(whole[n : n + size]) == part for n in range(len(whole) - size + 1))
