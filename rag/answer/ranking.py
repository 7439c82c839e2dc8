"""Ranks the sentences that were found as possible answers, and has the best of them read.

A cheap first pass weighs the measures of `rag.answer.features` and decides what is read: windows
around the best sentence of each passage, then the best sentences once more with the one before, so
that every sentence of the passages found has its chance. Both readings count alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.types import Hit, Sentence
from rag.answer.features import NAMES, Candidate, candidates
from rag.answer.weights import FIRST, Linear, weights
from rag.answer.yes_no import Teller
from rag.question import Question, holds
from rag.reader.onnx_reader import ReadSentence
from rag.reader.windows import Window, choose, whole, with_the_one_before

_AGAIN = 3
"""Sentences that are read a second time."""
_FIRST = [NAMES.index(name) for name in FIRST]


class Reader(Teller, Protocol):
    """What finds the exact answer inside sentences; `rag.reader` has the one that ships."""

    def read(self, question: str, windows: Sequence[Window]) -> Sequence[ReadSentence]:
        """Return the best span of each sentence of the windows, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A sentence that was read."""

    candidate: Candidate
    reading: ReadSentence
    again: bool
    """Whether it was read a second time."""


def rank(question: Question, hits: Sequence[Hit], first: Linear | None = None) -> list[Candidate]:
    """Return the sentences of the hits by the first pass, best first; ties keep their order.

    Args:
        question: What is asked.
        hits: Retrieved for it.
        first: Weighs the measures of `rag.answer.weights.FIRST`; None takes what ships.
    """
    found = [c for c in candidates(question, hits) if _may_answer(question, c)]
    if not found:
        return []
    scores = (first or weights().first).scores(first_measures(found))
    return [found[n] for n in np.argsort(-scores, kind="stable")]


def read(question: Question, ranked: Sequence[Candidate], reader: Reader) -> list[Read]:
    """Return the sentences that were read, in the order in which they were ranked."""
    chosen = whole if question.several and not question.open_ended else choose
    windows = chosen([(c.hit, c.scored.sentence) for c in ranked])
    found = {_key(one.sentence): one for one in reader.read(question.text, windows)}
    known = {_key(c.scored.sentence): c for c in ranked}
    best = sorted((key for key in found if key in known), key=lambda key: -found[key].span)
    once_more = [with_the_one_before(known[key].hit, found[key].sentence) for key in best[:_AGAIN]]
    seen = [window.sentences for window in windows]
    wanted = [window for window in once_more if window.sentences not in seen]
    second = {_key(one.sentence): one for one in reader.read(question.text, wanted)}
    again = {_key(window.sentences[-1]) for window in wanted} & second.keys()
    for key in again:
        found[key] = found[key].and_again(second[key])
    return [
        Read(candidate=c, reading=found[key], again=key in again)
        for key, c in known.items()
        if key in found
    ]


def first_measures(found: Sequence[Candidate]) -> NDArray[np.float64]:
    """Return what the first pass weighs, (sentences, len(FIRST)); at least one sentence."""
    return np.array([candidate.measures for candidate in found])[:, _FIRST]


def _key(sentence: Sentence) -> tuple[str, int]:
    return sentence.document_id, sentence.start


def _may_answer(question: Question, candidate: Candidate) -> bool:
    """Leave out sentences without any number where the question is how much money.

    On the sets that the weights were fitted and checked on, none of 8 such sentences that ranked
    first was right; for dates and other amounts a sentence without one often is.
    """
    text = candidate.scored.sentence.text
    return question.expects != "money" or holds("money", text, asked=question.text)
