"""Answers with the stored words themselves: no language model, no network.

Each retrieved sentence gets a probability of holding the answer: a logistic regression over the
measures of `rag.answer.features`, fitted by `benchmarks/fit_extractive.py` on public
question-answering sets (`rag/data/extractive.json` says which and how well). The best are then
read by `rag.reader`, which finds the exact words, and weighed anew.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np

from index.data_files import data_text
from index.terms import content_terms
from index.types import Hit, Sentence
from rag.answer.clause import cut
from rag.answer.confidence import Read, probabilities, weights
from rag.answer.features import NAMES, Candidate, candidates
from rag.question import Question, holds
from rag.reader.onnx_reader import ReadSentence
from rag.reader.spans import parts
from rag.reader.windows import Window, choose
from rag.types import Draft, DraftSentence, Evidence

_MOST_OF_A_LIST = 4
"""Sentences in the answer to a question that asks for several things."""
_MOST_OF_A_FACT = 2
"""Sentences in any other answer: a second one only where it is almost as probable."""
_RANKED = 10
"""Sentences named in `Answer.ranked`."""
_SAME = 0.95
"""Share of words from which a sentence says nothing beyond one already chosen."""

_EVEN = 0.5
"""Probability from which words are right more often than not."""

_NEAR = 0.5
"""Share of the shorter sentence's terms that another must have to be compared with it at all."""

_OTHERWISE = "But another document says:"
"""Leads the sentence of another document that says otherwise than the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """The fitted weights, as stored in the package."""

    weights: tuple[float, ...]
    """One for each of `rag.answer.features.NAMES`."""
    intercept: float


@cache
def weighing() -> Weighing:
    """Return the weights that ship with the package."""
    stored = json.loads(data_text("rag", "extractive.json"))
    return Weighing(
        weights=tuple(stored["weights"][name] for name in NAMES),
        intercept=stored["intercept"],
    )


class Reader(Protocol):
    """What finds the exact answer inside sentences; `rag.reader` has the one that ships."""

    def read(self, question: str, windows: Sequence[Window]) -> Sequence[ReadSentence]:
        """Return the best span of each sentence of the windows, in their order."""


class Comparison(Protocol):
    """What compares sentences with each other and with a question; `rag.pipeline` brings it."""

    def decide(self, question: Question, hits: Sequence[Hit]) -> tuple[str, Evidence] | None:
        """Return yes or no with the sentence that says so; None where that is not plain."""

    def conflict(self, one: Evidence, other: Evidence, *, words: tuple[str, str]) -> bool:
        """Tell whether two sentences, with the words in each that answer, contradict each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A sentence with its probability of answering and what the reader said of it."""

    probability: float
    candidate: Candidate
    reading: ReadSentence | None
    """None where it was not read."""


class ExtractiveAnswerer:
    """Proposes what answers, most direct first: the exact words for a fact, sentences otherwise."""

    name = "extractive"

    def __init__(
        self, reader: Reader | None = None, *, comparison: Comparison | None = None
    ) -> None:
        """Answer with this reader; None takes the one that ships, loaded at the first question.

        Args:
            reader: What finds the exact answer.
            comparison: What finds a plain yes or no, and what another document says otherwise;
                None has neither.
        """
        self._reader = reader
        self._comparison = comparison

    def draft(self, question: Question, hits: Sequence[Hit]) -> Draft:
        """Choose sentences of the hits, and in the first the exact answer where that is sure.

        Args:
            question: What is asked.
            hits: Retrieved for it, best first; none gives an empty draft of confidence 0.

        Returns:
            A draft whose confidence is the probability of its first sentence.

        Raises:
            EmbeddingError: The reader's file or the base model's is missing or damaged.
        """
        weighed = weigh(question, rank(question, hits), self._reader or shipped_reader())
        if not weighed:
            return Draft(sentences=(), confidence=0.0)
        return Draft(
            sentences=_answered(question, hits, weighed, self._comparison),
            confidence=weighed[0].probability,
            ranked=tuple(one.candidate.scored.sentence for one in weighed[:_RANKED]),
        )


@cache
def shipped_reader() -> Reader:
    """Return the reader that ships, one for all answerers of the process."""
    from rag.reader.onnx_reader import OnnxReader

    return OnnxReader()


def weigh(
    question: Question, ranked: Sequence[tuple[float, Candidate]], reader: Reader
) -> list[Weighed]:
    """Return the ranked sentences anew, those read first, each by its new probability.

    A sentence that was not read keeps its probability, at most that of the last one read.
    """
    read = read_best(question, ranked, reader)
    known = {_key(reading.sentence) for _, _, reading in read}
    rest = [(p, c) for p, c in ranked if _key(c.scored.sentence) not in known]
    new = probabilities(read)
    weighed = [
        Weighed(probability=float(p), candidate=candidate, reading=reading)
        for p, (_, candidate, reading) in zip(new, read, strict=True)
    ]
    weighed.sort(key=lambda one: -one.probability)
    last = weighed[-1].probability if weighed else 1.0
    return weighed + [
        Weighed(probability=min(p, last), candidate=candidate, reading=None)
        for p, candidate in rest
    ]


def read_best(
    question: Question, ranked: Sequence[tuple[float, Candidate]], reader: Reader
) -> list[Read]:
    """Read around the best ranked sentences and return those that were read, in their order."""
    windows = choose([(c.hit, c.scored.sentence) for _, c in ranked])
    readings = {_key(reading.sentence): reading for reading in reader.read(question.text, windows)}
    return [
        (p, c, readings[_key(c.scored.sentence)])
        for p, c in ranked
        if _key(c.scored.sentence) in readings
    ]


def _key(sentence: Sentence) -> tuple[str, int]:
    return sentence.document_id, sentence.start


def rank(question: Question, hits: Sequence[Hit]) -> list[tuple[float, Candidate]]:
    """Return the sentences of the hits with their probability of answering, best first.

    Ties keep the order of hits and text.
    """
    found = [c for c in candidates(question, hits) if _may_answer(question, c)]
    if not found:
        return []
    fitted = weighing()
    scores = np.array([c.measures for c in found]) @ np.array(fitted.weights) + fitted.intercept
    probabilities = 1.0 / (1.0 + np.exp(-scores))
    order = np.argsort(-probabilities, kind="stable")
    return [(float(probabilities[n]), found[n]) for n in order]


def _may_answer(question: Question, candidate: Candidate) -> bool:
    """Leave out sentences without any number where the question is how much money.

    On the sets that the weights were fitted and checked on, none of 8 such sentences that ranked
    first was right; for dates and other amounts a sentence without one often is.
    """
    text = candidate.scored.sentence.text
    return question.expects != "money" or holds("money", text, asked=question.text)


def _chosen(weighed: Sequence[Weighed], question: Question) -> list[Weighed]:
    best = weighed[0].probability
    chosen = [weighed[0]]
    share = weights().also if question.several else weights().close
    most = _MOST_OF_A_LIST if question.several else _MOST_OF_A_FACT
    for one in weighed[1:]:
        if one.probability < share * best or len(chosen) == most:
            break
        if not any(_repeats(one.candidate, other.candidate) for other in chosen):
            chosen.append(one)
    return chosen


def _answered(
    question: Question,
    hits: Sequence[Hit],
    weighed: Sequence[Weighed],
    comparison: Comparison | None,
) -> tuple[DraftSentence, ...]:
    """Return what answers, and what another document says otherwise."""
    if comparison is None:
        return _quoted(question, weighed)
    decided = _decided(question, hits, comparison)
    told = [one for one in weighed if not decided or _evidence(one) == decided[-1].evidence[0]]
    other = _contrary(told[0], weighed, comparison) if told and not question.several else None
    if other is None:
        return decided or _quoted(question, weighed)
    said = f"{_OTHERWISE} {other.candidate.scored.sentence.text}"
    differs = DraftSentence(text=said, evidence=(_evidence(other),))
    return (*(decided or (_direct(told[0], question),)), differs)


def _contrary(
    answer: Weighed, weighed: Sequence[Weighed], comparison: Comparison
) -> Weighed | None:
    """Return the most probable sentence of another document that was read and says otherwise."""
    own = answer.reading.words if answer.reading else ""
    for one in weighed:
        if one.reading is None or one.probability < weights().threshold:
            continue
        words = (own, one.reading.words)
        if _are_near(answer, one) and comparison.conflict(
            _evidence(answer), _evidence(one), words=words
        ):
            return one
    return None


def _are_near(answer: Weighed, one: Weighed) -> bool:
    """Tell whether comparing is worth while: what compares takes 0.2 s to load the first time."""
    if one.candidate.hit.card.sha256 == answer.candidate.hit.card.sha256:
        return False
    texts = (other.candidate.scored.sentence.text for other in (answer, one))
    mine, yours = (set(content_terms(text)) for text in texts)
    return len(mine & yours) >= _NEAR * min(len(mine), len(yours))


def _decided(
    question: Question, hits: Sequence[Hit], comparison: Comparison
) -> tuple[DraftSentence, ...]:
    """Return yes or no and the sentence that says so, nothing where that is not plain."""
    decided = comparison.decide(question, hits) if question.expects == "yes_no" else None
    if decided is None:
        return ()
    word, evidence = decided
    begin = evidence.hit.passage.start
    quote = evidence.hit.passage.text[evidence.start - begin : evidence.end - begin]
    return tuple(DraftSentence(text=text, evidence=(evidence,)) for text in (f"{word}.", quote))


def _quoted(question: Question, weighed: Sequence[Weighed]) -> tuple[DraftSentence, ...]:
    """Quote the chosen sentences, or the exact words where all of them answer with the same."""
    chosen = _chosen(weighed, question)
    any_of_them = 1.0 - math.prod(1.0 - one.probability for one in chosen)
    words = [_words(one, question, probability=any_of_them) for one in chosen]
    if words[0] and len({(text or "").casefold() for text in words}) == 1:
        return (DraftSentence(text=words[0], evidence=tuple(map(_evidence, chosen))),)
    return tuple(_sentence(one, question) for one in chosen)


def _direct(one: Weighed, question: Question) -> DraftSentence:
    words = _words(one, question, probability=one.probability)
    if words is None:
        return _sentence(one, question)
    return DraftSentence(text=words, evidence=(_evidence(one),))


def _words(one: Weighed, question: Question, *, probability: float) -> str | None:
    """Return the words that hold the answer surely, and answer more often than not.

    None where there are no such; the probability is that the sentence answers.
    """
    if probability <= _EVEN:
        return None
    span = _span(one, question, holding=max(weights().exact, _EVEN / probability))
    return one.candidate.scored.sentence.text[slice(*span)] if span else None


def _sentence(one: Weighed, question: Question) -> DraftSentence:
    """Quote a sentence, its likely words marked where they are not most of it."""
    text = one.candidate.scored.sentence.text
    span = _span(one, question, holding=_EVEN)
    if span and 2 * (span[1] - span[0]) > len(text):
        span = None
    return DraftSentence(text=text, evidence=(_evidence(one),), span=span)


def _span(one: Weighed, question: Question, *, holding: float) -> tuple[int, int] | None:
    """Return the shortest span that so probably holds the answer: never for yes or no.

    None for an open question; a pronoun, or words of the question, tell nothing alone.
    """
    if question.open_ended or question.expects == "yes_no" or one.reading is None:
        return None
    text, begin = one.reading.sentence.text, one.reading.sentence.start
    for part in parts(one.reading.tokens):
        span = cut(text, start=part.start - begin, end=part.end - begin, expects=question.expects)
        if span and part.holds >= holding:
            told = set(content_terms(text[slice(*span)])) - set(content_terms(question.text))
            return span if told else None
    return None


def _repeats(candidate: Candidate, other: Candidate) -> bool:
    words = set(candidate.scored.sentence.text.casefold().split())
    seen = set(other.scored.sentence.text.casefold().split())
    return len(words & seen) >= _SAME * len(words)


def _evidence(one: Weighed) -> Evidence:
    sentence = one.candidate.scored.sentence
    return Evidence(hit=one.candidate.hit, start=sentence.start, end=sentence.end)
