"""Chooses of a sentence's words those that answer, a unit by themselves.

The reader's best span is made a unit. It is worth the F1 of words that it may be expected to have
with all spans that the reader found, made units too, each with its probability. (Choosing the unit
that is worth most prefers longer ones, which hold two answers where the reader wavers: on questions
set aside it gives no F1 and costs 0.02 of exact matches.)
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answer.clause import cut
from rag.answer.edges import end_of_name, moved
from rag.question import AnswerType
from rag.reader.onnx_reader import ReadSentence
from rag.reader.spans import likely

_WORDS = re.compile(r"\S+")
_NO_WORD = re.compile(r"\W*(?:an?|the)?\W*", re.IGNORECASE)
"""What F1 does not count."""
_NAMED = 0.05
"""Share of the best span's probability from which it may go on to the end of a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Words of a sentence that may answer."""

    start: int
    end: int
    """Offsets in the sentence's text."""
    worth: float
    """F1 that they may be expected to have, if the sentence answers; 0 to 1."""


def best_unit(reading: ReadSentence, expects: AnswerType) -> Unit | None:
    """Return the unit of the reader's best words, or of the next that make one; None for none."""
    text, begin = reading.sentence.text, reading.sentence.start
    parts = likely(reading.tokens)
    found = [(part.start - begin, part.end - begin) for part in parts]
    shares = np.array([part.share for part in parts])
    best = _whole_name(text, (reading.start - begin, reading.end - begin), found, shares)
    made = [_unit(text, span, expects) for span in (best, *found)]
    unit = next((unit for unit in made if unit is not None), None)
    if unit is None:
        return None
    others = [own or span for own, span in zip(made[1:], found, strict=True)]
    return Unit(start=unit[0], end=unit[1], worth=float(_f1(text, unit, others) @ shares))


def _whole_name(
    text: str,
    best: tuple[int, int],
    found: Sequence[tuple[int, int]],
    shares: NDArray[np.float64],
) -> tuple[int, int]:
    """Return a span with the rest of a name, where the reader does not rule that out.

    It may: "the Grinch" is a name in "How the Grinch Stole Christmas".
    """
    whole = best[0], end_of_name(text, start=best[0], end=best[1])
    held = dict(zip(found, shares, strict=True))
    return whole if held.get(whole, 0.0) >= _NAMED * held.get(best, 1.0) else best


def _unit(text: str, span: tuple[int, int], expects: AnswerType) -> tuple[int, int] | None:
    start, end = moved(text, start=span[0], end=span[1], expects=expects)
    return cut(text, start=start, end=end, expects=expects) if start < end else None


def _f1(text: str, unit: tuple[int, int], others: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    """Return the F1 of words of a unit with each other, (others,)."""
    words = list(_WORDS.finditer(text))
    counted = [not _NO_WORD.fullmatch(word.group()) for word in words]
    before = np.concatenate([np.zeros(1), np.cumsum(counted)])
    spans = np.array([unit, *others])
    first = np.searchsorted([word.end() for word in words], spans[:, 0], side="right")
    last = np.searchsorted([word.start() for word in words], spans[:, 1], side="left")
    lengths = before[last] - before[first]
    begin = np.maximum(first[0], first[1:])
    shared = before[np.maximum(np.minimum(last[0], last[1:]), begin)] - before[begin]
    f1: NDArray[np.float64] = 2 * shared / np.maximum(lengths[0] + lengths[1:], 1)
    return f1
