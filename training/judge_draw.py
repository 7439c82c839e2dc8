"""Makes what the judge is shown: questions with a group of windows, and statements with one.

A group is one question with the window that answers it, if any, and windows that do not: of the
same article, of a related one, of one that shares rare words or is near in meaning, of any. The
judge chooses among them and "none". A statement's window says it, denies it, or does neither.
"""

import random
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from index.embedding import Embedder
from index.terms import content_terms
from training.encoded import CLS, SEP, Encoded, Example, encode, token_span
from training.judge_items import Group, Judged
from training.judge_questions import varied
from training.judge_rows import DENIED, OPEN, SAID, Statement, family_of
from training.judge_windows import Library, Passage, Window, grown, passage_of, window_of
from training.near import Meant
from training.restated import asked, shortened, told
from training.rows import Row
from training.swaps import Swaps

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_QUESTION_TOKENS = 96
_MOST_TOKENS = 352
"""Of question and window together."""
_SIZES = (200, 300, 420, 420, 600, 800, 1000, 1000)
"""Most characters of a question's window, drawn anew for each."""
_NEGATIVE_SIZES = (200, 420, 600, 1000)
_STATEMENT_SIZES = (420, 600, 1000)
_ALONE = 0.25
"""Share of answering windows that are one sentence; of the others it is more."""
_SWAPPED = 0.12
"""Share of the answerable questions that are shown once more, changed, without an answer."""
_TURNED = 0.4
"""Share of the statements with an auxiliary that are put as a question."""
_CHANGED, _WITHOUT = 0.42, 0.12
"""Shares of the sentences that are changed by a word, and that are shown with other sentences."""
_NUMBERED = 0.6
"""Share of the sentences that are drawn among those with a number, where there are any."""
_NUMBER = re.compile(r"\d")
_ELSEWHERE = 0.08
"""Share of statements that are shown with another article."""
_TITLED_SOURCES = ("squad2",)


class Encoder:
    """Turns texts into what the model reads."""

    def __init__(self, tokenizer: "Tokenizer", most: int = _MOST_TOKENS) -> None:
        """Take the base model's tokenizer and the most tokens of question and window together."""
        self._tokenizer, self._most = tokenizer, most

    def encode(
        self, asked: str, window: Window, answer: tuple[int, int] | None = None
    ) -> Example | None:
        """Return the tokens; None where the answer, characters of the passage, is cut off."""
        question, whole = encode(self._tokenizer, [asked, window.text])
        prompt = (CLS, *question.ids[:_QUESTION_TOKENS], SEP)
        room = self._most - 1 - len(prompt)
        read = Encoded(ids=whole.ids[:room], offsets=whole.offsets[:room])
        span = None
        if answer is not None:
            start, end = window.placed(answer)
            inside = token_span(read, start, end)
            if inside is None or read.offsets[inside[1]][1] < end:
                return None
            span = (inside[0] + len(prompt), inside[1] + len(prompt))
        return Example(ids=(*prompt, *read.ids, SEP), passage_from=len(prompt), span=span)


class ItemMaker:
    """Draws groups and statements; the same seed draws the same ones."""

    def __init__(
        self,
        questions: Sequence[Row],
        statements: Sequence[Statement],
        tokenizer: "Tokenizer",
        *,
        seed: int,
        embedder: Embedder | None = None,
        sentences: int = 0,
    ) -> None:
        """Cut the passages into sentences and index the terms of those that questions have.

        Args:
            questions: Answered ones and near misses, in the order in which they are drawn from.
            statements: The same of statements.
            tokenizer: Of the base model, without truncation and padding.
            seed: For all that is drawn.
            embedder: Finds windows that are near in meaning; without it none are drawn.
            sentences: Of the questions' passages, drawn as statements; some cannot stand alone.
        """
        self._questions, self._statements = questions, statements
        self._encoder = Encoder(tokenizer)
        self._chance = random.Random(seed)
        self._told = sentences
        self._passages: dict[str, Passage] = {}
        rows: list[Row | Statement] = [*questions, *statements]
        for row in rows:
            if row.context not in self._passages:
                title = row.document.replace("_", " ") if _titled(row) else ""
                passage = passage_of(row.context, row.document, title)
                if passage:
                    self._passages[row.context] = passage
        asked_of = {row.context for row in questions}
        self._library = Library([p for c, p in self._passages.items() if c in asked_of])
        self._sisters: dict[str, list[Passage]] = {}
        for passage in self._library.passages:
            if family := family_of(passage.document):
                self._sisters.setdefault(family, []).append(passage)
        self._meant = Meant([p.text for p in self._library.passages], embedder)
        self._swaps = Swaps([row.question for row in questions], seed=seed)

    def items(self) -> list[Group | Judged]:
        """Return all items of one run, shuffled."""
        found: list[Group | Judged] = [*self._groups(), *self._judged(), *self._sentences()]
        self._chance.shuffle(found)
        return found

    def _groups(self) -> Iterator[Group]:
        self._meant.ask([row.question for row in self._questions])
        for row in self._questions:
            passage = self._passages.get(row.context)
            if passage:
                yield from (self._answered if row.answers else self._unanswered)(row, passage)

    def _answered(self, row: Row, passage: Passage) -> Iterator[Group]:
        """Yield the answering window with some that do not answer, and maybe a changed question."""
        answer = self._chance.choice(row.answers)
        answers = [row.context[a:b] for a, b in row.answers]
        question = self._varied(row, passage, passage.lacking(answers))
        window = self._answering(passage, answer)
        gold = self._encoder.encode(question, window, answer) if window else None
        if gold is None or window is None:
            return
        found = [gold]
        for _ in range(self._chance.choice((1, 1, 2, 2))):
            other = self._negative(row, passage, answers)
            encoded = other and self._encoder.encode(question, other)
            if encoded and not any(encoded.ids == f.ids for f in found):
                found.append(encoded)
        yield Group(windows=tuple(found), answered=True)
        if self._chance.random() < _SWAPPED:
            swapped = self._swaps.swap(row.question, row.context)
            encoded = self._encoder.encode(swapped, window) if swapped else None
            if encoded:
                yield Group(windows=(encoded,), answered=False)

    def _unanswered(self, row: Row, passage: Passage) -> Iterator[Group]:
        """Yield a near miss with a window of its passage, and maybe one of another text."""
        every = frozenset(range(len(passage.sentences)))
        question = self._varied(row, passage, every)
        windows = [self._around(row.question, passage, every, _SIZES, nearest=0.75)]
        if self._chance.random() < 0.3 and row.kind != "other":
            windows.append(self._elsewhere(row, passage, []))
        encoded = [self._encoder.encode(question, window) for window in windows if window]
        if found := tuple(e for e in encoded if e):
            yield Group(windows=found, answered=False)

    def _varied(self, row: Row, passage: Passage, lacking: frozenset[int]) -> str:
        clause = passage.said(n, n) if (n := self._any(lacking)) is not None else ""
        return varied(row.question, clause, self._chance)

    def _any(self, places: frozenset[int]) -> int | None:
        return self._chance.choice(sorted(places)) if places else None

    def _answering(self, passage: Passage, answer: tuple[int, int]) -> Window | None:
        """Return a window with the sentences that hold the answer."""
        held = [n for n, (a, b) in enumerate(passage.sentences) if a < answer[1] and b > answer[0]]
        if not held:
            return None
        first, last = held[0], held[-1]
        if len(held) == 1 and self._chance.random() >= _ALONE:
            first, last = grown(passage, first, self._chance.choice(_SIZES), self._chance)
        return self._shown(passage, first, last)

    def _shown(self, passage: Passage, first: int, last: int, *, before: bool = True) -> Window:
        return window_of(
            passage,
            first,
            last,
            title=self._chance.random() < 0.5,
            before=before and self._chance.random() < 0.4,
        )

    def _negative(self, row: Row, passage: Passage, answers: list[str]) -> Window | None:
        """Draw a window that does not answer."""
        kind = self._chance.random()
        if kind < 0.35:
            window = self._around(
                row.question, passage, passage.lacking(answers), _NEGATIVE_SIZES, nearest=0.8
            )
            if window:
                return window
        if kind < 0.6 and (family := family_of(passage.document)):
            sisters = [p for p in self._sisters[family] if p.text != passage.text]
            if sisters:
                other = self._chance.choice(sisters)
                lacking = other.lacking(answers)
                return self._around(row.question, other, lacking, _NEGATIVE_SIZES, nearest=0.8)
        return self._elsewhere(row, passage, answers)

    def _elsewhere(self, row: Row, passage: Passage, answers: list[str]) -> Window | None:
        """Draw a window of a text that shares rare words, is near in meaning, or of any."""
        other = self._other(row.question, passage)
        lacking = other.lacking(answers)
        return self._around(row.question, other, lacking, _NEGATIVE_SIZES, nearest=0.6)

    def _other(self, asked: str, passage: Passage) -> Passage:
        """Draw a passage of another text and family."""
        family, kind = family_of(passage.document), self._chance.random()
        near = []
        if kind < 0.3:
            near = self._library.near(content_terms(asked), passage.text)
        elif kind < 0.65:
            near = [self._library.passages[n] for n in self._meant.near(asked)]
        for _ in range(20):
            other = self._chance.choice(near or self._library.passages)
            if other.text != passage.text and (not family or family_of(other.document) != family):
                break
            near = []
        return other

    def _around(
        self,
        asked: str,
        passage: Passage,
        allowed: frozenset[int],
        sizes: Sequence[int],
        *,
        nearest: float,
    ) -> Window | None:
        """Return a window of the allowed sentences, around the nearest or around any."""
        terms = content_terms(asked) if self._chance.random() < nearest else []
        at = self._library.nearest_sentence(passage, terms, self._chance, allowed)
        if at is None:
            return None
        first = last = at
        if self._chance.random() >= _ALONE:
            size = self._chance.choice(sizes)
            first, last = grown(passage, at, size, self._chance, allowed)
        return self._shown(passage, first, last, before=first - 1 in allowed)

    def _judged(self) -> Iterator[Judged]:
        for row in self._statements:
            passage = self._passages.get(row.context)
            if passage is None:
                continue
            allowed, every = row.allowed, frozenset(range(len(passage.sentences)))
            if len(every) > 2 and self._chance.random() < _ELSEWHERE:
                passage, allowed = self._other(row.statement, passage), (OPEN,)
            window = self._telling(row.statement, passage)
            turned = asked(row.statement) if self._chance.random() < _TURNED else None
            encoded = self._encoder.encode(self._typed(turned or row.statement), window)
            if encoded:
                yield Judged(window=encoded, allowed=allowed)

    def _sentences(self) -> Iterator[Judged]:
        """Yield sentences of the articles as statements: said, not said, or changed by a word."""
        for _ in range(self._told):
            passage = self._chance.choice(self._library.passages)
            at = self._sentence(passage)
            statement = told(passage.said(at, at))
            kind = self._chance.random()
            if statement and kind < _CHANGED:
                statement = self._swaps.swap(statement, passage.text)
            if statement is None:
                continue
            if kind > 1 - _WITHOUT:
                without = frozenset(range(len(passage.sentences))) - {at}
                window = self._around(statement, passage, without, _STATEMENT_SIZES, nearest=0.8)
            else:
                size = self._chance.choice(_STATEMENT_SIZES)
                window = self._shown(passage, *grown(passage, at, size, self._chance))
            said = _CHANGED <= kind <= 1 - _WITHOUT
            put = shortened(statement, self._chance) if said else statement
            if self._chance.random() < _TURNED:
                put = asked(put) or put
            encoded = window and self._encoder.encode(self._typed(put), window)
            if encoded:
                yield Judged(window=encoded, allowed=(SAID,) if said else (DENIED, OPEN))

    def _sentence(self, passage: Passage) -> int:
        """Draw a sentence, more often one with a number."""
        places = list(range(len(passage.sentences)))
        numbered = [n for n in places if _NUMBER.search(passage.said(n, n))]
        return self._chance.choice(
            numbered if numbered and self._chance.random() < _NUMBERED else places
        )

    def _typed(self, statement: str) -> str:
        return varied(statement, "", self._chance, keys=False)

    def _telling(self, statement: str, passage: Passage) -> Window:
        """Return a large window around the sentence nearest to a statement."""
        terms = content_terms(statement)
        at = self._library.nearest_sentence(passage, terms, self._chance) or 0
        size = self._chance.choice(_STATEMENT_SIZES)
        return self._shown(passage, *grown(passage, at, size, self._chance))


def _titled(row: Row | Statement) -> bool:
    return row.source.startswith(_TITLED_SOURCES)
