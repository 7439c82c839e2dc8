"""Answers with the stored words themselves: no language model, no network.

`rag.answer.ranking` has the best sentences read and `rag.answer.confidence` says how probable each
of them is; here it is decided what of them is shown.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Protocol

from index.terms import content_terms, terms
from index.types import Hit
from rag.answer.clause import cut
from rag.answer.confidence import believe
from rag.answer.features import Candidate
from rag.answer.ranking import Reader, rank, read
from rag.answer.stated import bears_out, clause_of, is_negated
from rag.answer.weights import weights
from rag.answer.yes_no import Told, decide, decides, told
from rag.question import AnswerType, Question
from rag.reader.onnx_reader import ReadSentence, Telling
from rag.reader.spans import parts
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

_NO_NUMBERS: frozenset[AnswerType] = frozenset({"person", "place", "reason", "manner"})
"""What a number alone is no answer to."""
_INSTEAD = 0.01
"""Share of the first sentence's probability from which another may answer in its place."""
_TRIED = 4
"""Sentences that may answer a question with a "not"."""
_BORNE_OUT = 0.4
"""Probability from which such a sentence says that its words answer."""
_OTHERWISE = "But another document says:"
"""Leads the sentence of another document that says otherwise than the answer."""


class Comparison(Protocol):
    """What compares sentences with each other; `rag.pipeline` brings it."""

    def conflict(
        self, asked: str, one: Evidence, other: Evidence, *, words: tuple[str, str]
    ) -> bool:
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
            comparison: What finds what another document says otherwise; without it neither that
                nor a yes or no is said.
        """
        self._reader = reader
        self._comparison = comparison

    def draft(self, question: Question, hits: Sequence[Hit]) -> Draft:
        """Choose sentences of the hits, and in the first the exact answer where that is sure.

        Args:
            question: What is asked.
            hits: Retrieved for it, best first; none gives an empty draft of confidence 0.

        Returns:
            A draft whose confidence is the probability that the documents answer.

        Raises:
            EmbeddingError: The reader's file or the base model's is missing or damaged.
        """
        reader = self._reader or shipped_reader()
        asks = question.expects == "yes_no"
        said = told(question.text, hits, reader) if asks and self._comparison else ()
        weighed, answered = weigh(question, hits, reader, told=said)
        if not weighed:
            return Draft(sentences=(), confidence=0.0)
        kept = _undenied(question, weighed, reader)
        ranked = dict.fromkeys(one.candidate.scored.sentence for one in (*kept, *weighed))
        return Draft(
            sentences=_answered(question, said, kept, reader, self._comparison),
            confidence=answered,
            ranked=tuple(ranked)[:_RANKED],
        )


@cache
def shipped_reader() -> Reader:
    """Return the reader that ships, one for all answerers of the process."""
    from rag.reader.onnx_reader import OnnxReader

    return OnnxReader()


def weigh(
    question: Question, hits: Sequence[Hit], reader: Reader, *, told: Sequence[Told] = ()
) -> tuple[list[Weighed], float]:
    """Return the sentences of the hits, most probable first, and how sure it is that they answer.

    A sentence that was not read is as probable as the least probable one that was, and follows it.

    Args:
        question: What is asked.
        hits: Retrieved for it.
        reader: What reads.
        told: What the passages say of a question for yes or no.
    """
    ranked = rank(question, hits)
    done = read(question, ranked, reader)
    belief = believe(done, decides=decides(told) if told else None)
    weighed = [
        Weighed(
            probability=belief.answered * float(p), candidate=one.candidate, reading=one.reading
        )
        for p, one in zip(belief.sentences, done, strict=True)
    ]
    weighed.sort(key=lambda one: -one.probability)
    least = weighed[-1].probability if weighed else 0.0
    known = {id(one.candidate) for one in done}
    rest = [c for c in ranked if id(c) not in known]
    unread = [Weighed(probability=least, candidate=c, reading=None) for c in rest]
    return weighed + unread, belief.answered


def _undenied(question: Question, weighed: Sequence[Weighed], reader: Reader) -> list[Weighed]:
    """Return the sentences that may answer where a "not" is in play, in question or sentence.

    Words that their own sentence denies as an answer are not shown alone; a question with a "not"
    is answered of those sentences alone that bear their words out.
    """
    first, *others = weighed
    negated = is_negated(question.text)
    text = first.candidate.scored.sentence.text
    if question.expects == "yes_no" or question.open_ended or not (negated or is_negated(text)):
        return list(weighed)
    if not negated:
        told = _told(question, first, reader)
        denied = told is not None and told.said <= told.denied
        return [replace(first, reading=None) if denied else first, *others]
    least = _INSTEAD * first.probability
    likely = [one for one in weighed[:_TRIED] if one.probability >= least]
    tried = [(one, _told(question, one, reader)) for one in likely]
    kept = [one for one, told in tried if told and told.said >= max(_BORNE_OUT, 2 * told.denied)]
    on_it = [one for one, told in tried if told]
    return kept or [replace(on_it[0], reading=None)] if on_it else list(weighed)


def _told(question: Question, one: Weighed, reader: Reader) -> Telling | None:
    """Return what a sentence says of its words as an answer; None where it was not read.

    None also where it has no word of the question: what it denies is something else.
    """
    shared = set(content_terms(question.text)) & set(terms(one.candidate.scored.sentence.text))
    if one.reading is None or not shared:
        return None
    return bears_out(question.text, one.reading, one.candidate.hit, reader)


def _chosen(weighed: Sequence[Weighed], question: Question) -> list[Weighed]:
    """Return the first sentence, and those that answer beside it.

    To a question for several things these are all whose words the reader prefers to no answer; to
    any other one that is nearly as probable.
    """
    chosen = [weighed[0]]
    most = _MOST_OF_A_LIST if question.several else _MOST_OF_A_FACT
    for one in weighed[1:]:
        if len(chosen) == most:
            break
        if question.several:
            answers = one.reading is not None and one.reading.span > 0
        else:
            answers = one.probability >= weights().close * weighed[0].probability
        if answers and not any(_repeats(one.candidate, other.candidate) for other in chosen):
            chosen.append(one)
    return chosen


def _answered(
    question: Question,
    told: Sequence[Told],
    weighed: Sequence[Weighed],
    reader: Reader,
    comparison: Comparison | None,
) -> tuple[DraftSentence, ...]:
    """Return what answers, and what another document says otherwise."""
    if comparison is None:
        return _quoted(question, weighed)
    decided = _decided(question, told, reader)
    own = [one for one in weighed if not decided or _evidence(one) == decided[-1].evidence[0]]
    single = own and not question.several
    other = _contrary(question, own[0], weighed, comparison) if single else None
    if other is None:
        return decided or _quoted(question, weighed)
    said = f"{_OTHERWISE} {other.candidate.scored.sentence.text}"
    differs = DraftSentence(text=said, evidence=(_evidence(other),))
    return (*(decided or (_direct(own[0], question),)), differs)


def _contrary(
    question: Question, answer: Weighed, weighed: Sequence[Weighed], comparison: Comparison
) -> Weighed | None:
    """Return the most probable sentence of another document that was read and says otherwise."""
    own = answer.reading.words if answer.reading else ""
    for one in weighed:
        if one.reading is None:
            continue
        words = (own, one.reading.words)
        if _are_near(answer, one) and comparison.conflict(
            question.text, _evidence(answer), _evidence(one), words=words
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


def _decided(question: Question, told: Sequence[Told], reader: Reader) -> tuple[DraftSentence, ...]:
    """Return yes or no and the sentence that says so, nothing where that is not plain."""
    decided = decide(question, told, reader)
    if decided is None:
        return ()
    evidence = decided.evidence
    texts = (f"{decided.word}.", evidence.text)
    return tuple(DraftSentence(text=text, evidence=(evidence,)) for text in texts)


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

    None for an open question; a pronoun, or words of the question, tell nothing alone. Nor does a
    number who or where, nor do words of two clauses where there is a "not" in one.
    """
    if question.open_ended or question.expects == "yes_no" or one.reading is None:
        return None
    sentence = one.reading.sentence
    text, begin = sentence.text, sentence.start
    for part in parts(one.reading.tokens):
        if is_negated(text) and clause_of(sentence, part.start, part.end) is None:
            continue
        span = cut(text, start=part.start - begin, end=part.end - begin, expects=question.expects)
        if span and part.holds >= holding:
            told = set(content_terms(text[slice(*span)])) - set(content_terms(question.text))
            number = question.expects in _NO_NUMBERS and all(term.isdigit() for term in told)
            return span if told and not number else None
    return None


def _repeats(candidate: Candidate, other: Candidate) -> bool:
    words = set(candidate.scored.sentence.text.casefold().split())
    seen = set(other.scored.sentence.text.casefold().split())
    return len(words & seen) >= _SAME * len(words)


def _evidence(one: Weighed) -> Evidence:
    sentence = one.candidate.scored.sentence
    return Evidence(hit=one.candidate.hit, start=sentence.start, end=sentence.end)
