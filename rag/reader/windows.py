"""What the reader reads of a passage, and the spans of it that its scores choose.

It reads windows: whole sentences, led by the article's title. The probability of a span is the
softmax of its score over all spans of the sentence. A longer span holds every answer inside it, so
it is surer by the sum of theirs: where the best span may have ended too soon, some wider one has
not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.types import Hit, Sentence

_MOST = 6
"""Windows that are read for a question."""
_CHARACTERS = 700
"""Of a window; a longer sentence is read alone."""
_TOGETHER = 2800
"""Characters of all windows for a question, about 600 tokens of English prose."""
_TOGETHER_OF_A_LIST = 7000
"""The same where several things are asked for."""
_TITLE = 120
"""Most characters of a title that is read; a longer one is no title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Neighbouring sentences of one hit, with what is read before them."""

    hit: Hit
    sentences: tuple[Sentence, ...]
    lead: str = ""
    """Tells what the sentences are about; no answer is found in it."""

    @property
    def start(self) -> int:
        """Offset of the sentences in the document's text."""
        return self.sentences[0].start

    @property
    def text(self) -> str:
        """The sentences, without the lead."""
        begin = self.hit.passage.start
        return self.hit.passage.text[self.start - begin : self.sentences[-1].end - begin]


def window_of(hit: Hit, sentences: Sequence[Sentence] = ()) -> Window:
    """Return a passage, or neighbouring sentences of it, as a window.

    Its article's title leads it, but at the start of the article, which says it itself.
    """
    chosen = tuple(sentences) or tuple(scored.sentence for scored in hit.sentences)
    title = hit.card.title.strip().rstrip(".")
    told = chosen[0].start > 0 and 0 < len(title) <= _TITLE
    return Window(hit=hit, sentences=chosen, lead=f"{title}. " if told else "")


def alone(text: str, hit: Hit) -> Window:
    """Return a sentence that was written about a passage as a window, with nothing round it."""
    passage = replace(hit.passage, start=0, end=len(text), text=text)
    own = Sentence(document_id=passage.document_id, ordinal=0, start=0, end=len(text), text=text)
    return Window(hit=replace(hit, passage=passage), sentences=(own,))


def choose(ranked: Sequence[tuple[Hit, Sentence]]) -> list[Window]:
    """Return windows around the best sentence of each passage, the best passage first.

    A window grows to both sides in turn, within its passage, until it is full; there are at most
    so many that all together are not more than is read for a question, and at least one.

    Args:
        ranked: Sentences with their passages, best first.
    """
    best: dict[str, tuple[Hit, Sentence]] = {}
    for hit, sentence in ranked:
        best.setdefault(hit.passage.id, (hit, sentence))
    windows: list[Window] = []
    left = _TOGETHER
    for hit, sentence in best.values():
        window = window_of(hit, _around(hit, sentence))
        left -= len(window.text)
        if windows and (left < 0 or len(windows) == _MOST):
            break
        windows.append(window)
    return windows


def whole(ranked: Sequence[tuple[Hit, Sentence]]) -> list[Window]:
    """Return windows over every sentence of the passages, the best passage first.

    For a list, whose parts stand in sentences that are not the best of their passage. The last
    windows are left out where they are more than is read for a list.

    Args:
        ranked: Sentences with their passages, best first.
    """
    hits = {hit.passage.id: hit for hit, _ in ranked}
    windows: list[Window] = []
    left = _TOGETHER_OF_A_LIST
    for hit in hits.values():
        for run in _runs([scored.sentence for scored in hit.sentences]):
            window = window_of(hit, run)
            left -= len(window.text)
            if windows and left < 0:
                return windows
            windows.append(window)
    return windows


def _runs(members: Sequence[Sentence]) -> list[list[Sentence]]:
    """Cut sentences into runs that fill a window each."""
    runs: list[list[Sentence]] = []
    for member in members:
        if runs and member.end - runs[-1][0].start <= _CHARACTERS:
            runs[-1].append(member)
        else:
            runs.append([member])
    return runs


def with_the_one_before(hit: Hit, sentence: Sentence) -> Window:
    """Return a sentence and the one before it in its passage, which may name what it tells of."""
    members = [scored.sentence for scored in hit.sentences]
    at = next(n for n, member in enumerate(members) if member.start == sentence.start)
    return window_of(hit, members[max(0, at - 1) : at + 1])


def _around(hit: Hit, sentence: Sentence) -> list[Sentence]:
    members = [scored.sentence for scored in hit.sentences]
    first = last = next(n for n, member in enumerate(members) if member.start == sentence.start)
    sides = [-1, 1]
    while sides:
        side = sides.pop(0)
        low, high = (first - 1, last) if side < 0 else (first, last + 1)
        fits = low >= 0 and high < len(members)
        if fits and members[high].end - members[low].start <= _CHARACTERS:
            first, last = low, high
            sides.append(side)
    return members[first : last + 1]


_LONGEST_ANSWER = 30
"""Tokens."""
_LONGEST_PART = 15
"""Tokens. Words this many are no quicker to read than the sentence is."""
_LIKELY = 40
"""Spans that are weighed against each other; all others together are hardly ever a tenth."""
_LEAST = 1e-4
"""Probability under which a span is not worth weighing."""
_COST_OF_A_TOKEN = 0.05
"""In logits: of two spans that score the same the shorter is the answer. On SQuAD's part it gives
0.012 of F1 and 0.017 of EM; 0.1 gives 0.002 more of both, and 0.2 less."""
_TEMPERATURE = 0.7
"""Of the softmax over spans (Guo et al., "On Calibration of Modern Neural Networks", 2017). At 1
the best spans of SQuAD's part hold an accepted answer more often than their probability says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A span of tokens, the last one included."""

    first: int
    last: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Words that may hold the answer."""

    start: int
    end: int
    """Offsets in the document's text."""
    holds: float
    """Probability that the answer lies in it, given that it lies in the sentence; 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """Words that may be the answer."""

    start: int
    end: int
    """Offsets in the document's text."""
    share: float
    """Probability that they are it, given that it lies in the sentence; 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenScores:
    """What was scored of a sentence's tokens, of which there is at least one."""

    offsets: Sequence[tuple[int, int]]
    """Of each token in the document's text."""
    starts: NDArray[np.float32]
    """(tokens,) logits that an answer starts there."""
    ends: NDArray[np.float32]
    """(tokens,) logits that it ends there."""


def best_span(scores: TokenScores) -> Span:
    """Return the best span of at most 30 tokens.

    Each token costs 0.05 in the choice, and nothing of the score.
    """
    more, allowed, total = _grid(scores)
    place = int(np.where(allowed, total - _COST_OF_A_TOKEN * more, -np.inf).argmax())
    first, last = divmod(place, len(more))
    return Span(first=first, last=last, score=float(total[first, last]))


def parts(scores: TokenScores) -> list[Part]:
    """Return the best span and then wider ones around it, shortest first.

    Of each length it is the one that holds the answer most probably, and it is left out where a
    shorter one is as sure. None but the first is longer than 15 tokens.
    """
    best, held = best_span(scores), _held(scores)
    found = [_part(scores, held, best.first, best.last)]
    for length in range(best.last - best.first + 2, _LONGEST_PART + 1):
        firsts = np.arange(max(0, best.last - length + 1), best.first + 1)
        lasts = firsts + length - 1
        firsts, lasts = firsts[lasts < len(held)], lasts[lasts < len(held)]
        if len(firsts):
            most = held[firsts, lasts].argmax()
            wider = _part(scores, held, int(firsts[most]), int(lasts[most]))
            found += [wider] if wider.holds > found[-1].holds else []
    return found


def likely(scores: TokenScores) -> list[Likely]:
    """Return the most probable spans, at most 40, the most probable first."""
    _, allowed, total = _grid(scores)
    logits = np.where(allowed, total / _TEMPERATURE, -np.inf).astype(np.float64)
    weights = np.exp(logits - logits.max())
    shares = weights / weights.sum()
    worth = np.flatnonzero(shares >= _LEAST)
    order = worth[np.argsort(-shares.flat[worth], kind="stable")[:_LIKELY]]
    places = [divmod(int(place), len(shares)) for place in order]
    return [
        Likely(
            start=scores.offsets[first][0],
            end=scores.offsets[last][1],
            share=float(shares[first, last]),
        )
        for first, last in places
    ]


def _part(scores: TokenScores, held: NDArray[np.float64], first: int, last: int) -> Part:
    return Part(
        start=scores.offsets[first][0],
        end=scores.offsets[last][1],
        holds=float(held[first, last]),
    )


def _grid(
    scores: TokenScores,
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.float32]]:
    """Return, by first and last token: tokens after the first, whether it is a span, its score."""
    places = np.arange(len(scores.ends))
    more = places[None, :] - places[:, None]
    allowed = (more >= 0) & (more < _LONGEST_ANSWER)
    return more, allowed, scores.starts[:, None] + scores.ends[None, :]


def _held(scores: TokenScores) -> NDArray[np.float64]:
    """Return, by first and last token, the probability of all spans inside."""
    _, allowed, total = _grid(scores)
    logits = np.where(allowed, total / _TEMPERATURE, -np.inf).astype(np.float64)
    weights = np.exp(logits - logits.max())
    inside = np.cumsum(np.cumsum(weights[::-1], axis=0)[::-1], axis=1)
    held: NDArray[np.float64] = inside / weights.sum()
    return held
