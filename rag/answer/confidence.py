"""How sure an answer is, and when it is not shown.

That the documents answer a question and that a sentence is the one that does are two things, and
each has its probability. The documents answer where they speak of what is asked at all, and answer
it and do not only share its words: two logistic regressions over what the reader said and how well
the sentences were found, of which the weaker one counts. `weigh` gives each sentence of the hits
its own. `benchmarks/fit_answering.py` fits the weights on questions that the reader was not trained
on, and writes `rag/data/answering.json`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.data_files import data_json
from index.terms import content_terms, terms
from index.types import Hit
from rag.answer.ranking import (
    FIRST,
    NAMES,
    Candidate,
    Linear,
    Read,
    Reader,
    first_measures,
    rank,
    read,
)
from rag.answer.yes_no import Told, decides, told
from rag.question import Question
from rag.reader.onnx_reader import ReadSentence
from rag.types import Draft, Evidence, Reason

SENTENCE = ("span", "answers", "said", "span_margin", "again", *FIRST)
"""Of a sentence that was read: what tells that it is the one that answers."""
QUESTION = (
    "span", "answers", "said", "denied", "best_answers", "best_said", "span_margin", "similarity",
    "best_similarity", "coverage", "best_coverage", "passage_coverage", "hit_score",
    "missing_names", "missing_numbers", "lacks_value", "lacks_name", "share_near_best",
)  # fmt: skip
"""Of a question: what was said of its best sentence, then of all that were read."""
DECIDES = ("passage", "sentence")
"""Log odds that a passage decides a yes/no question, and its surest sentence: of the best one."""
_EXTREME = 12.0
"""Logits beyond which a measure says no more."""
_INSTEAD = 0.01
"""Share of the best sentence's probability from which one of another article may take its place."""
_OF_TITLE = 0.1
"""The same, where its article's title has a word of the question that the best one's has not."""
_NEAR_BEST = 1.0
"""Logits under the best window's within which another one answers about as surely."""
_PLACE = {name: n for n, name in enumerate(NAMES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The fitted weights."""

    first: Linear
    """Of `FIRST`: that a sentence answers, before it is read."""
    sentence: Linear
    """Of `SENTENCE`: that a sentence answers, in odds against its neighbours."""
    answers: Linear
    """Of `QUESTION`: that the documents answer what is asked and do not only share its words."""
    about: Linear
    """Of `QUESTION`: that they speak of it at all."""
    decides: Linear
    """Of `DECIDES`: that they decide a yes/no question; it stands in for `answers`."""
    scale: float
    shift: float
    """Make a probability of the weaker of these two, whose odds are even at the threshold."""
    threshold: float
    """Confidence under which a question is not answered, where the settings name none."""
    exact: float
    """Worth from which words are the short answer, as `benchmarks/fit_short.py` fits it."""
    close: float
    """Share of the best probability from which a second sentence is too close to leave out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """What is believed of the sentences that were read."""

    answered: float
    """Probability that the documents answer the question, 0 to 1; 0 where nothing was read."""
    sentences: NDArray[np.float64]
    """(sentences,): probability that each is the one that does, if they do; they add up to 1."""


@cache
def weights() -> Weights:
    """Return the weights that ship with the package."""
    return read_weights(data_json("rag", "answering.json"))


def read_weights(stored: Mapping[str, Any]) -> Weights:
    """Return weights as the file has them.

    Raises:
        KeyError: A measure has no weight.
    """

    def linear(name: str, measures: Sequence[str]) -> Linear:
        fitted = stored[name]
        return Linear(
            weights=np.array([fitted["weights"][measure] for measure in measures]),
            intercept=fitted["intercept"],
        )

    return Weights(
        first=linear("first", FIRST),
        sentence=linear("sentence", SENTENCE),
        answers=linear("answers", QUESTION),
        about=linear("about", QUESTION),
        decides=linear("decides", DECIDES),
        scale=stored["scale"],
        shift=stored["shift"],
        threshold=stored["threshold"],
        exact=stored["exact"],
        close=stored["close"],
    )


def believe(read: Sequence[Read], *, decides: NDArray[np.float64] | None = None) -> Belief:
    """Return the probabilities of what was read; nothing read gives no sentence and 0.

    Args:
        read: The sentences.
        decides: Measures of how far the passages decide a yes/no question, (len(DECIDES),).
    """
    if not read:
        return Belief(answered=0.0, sentences=np.zeros(0))
    fitted = weights()
    scores = fitted.sentence.scores(sentence_measures(read))
    of_question = question_measures(read, best=int(scores.argmax()))[None]
    odds = np.exp(scores - scores.max())
    rows = None if decides is None else decides[None]
    return Belief(
        answered=float(answered(of_question, fitted, decides=rows)[0]),
        sentences=odds / odds.sum(),
    )


def sentence_measures(read: Sequence[Read]) -> NDArray[np.float64]:
    """Return what tells which sentence answers, (sentences, len(SENTENCE)); at least one."""
    said = _said(read)
    order = np.sort(said["span"])
    second = order[-2] if len(order) > 1 else order[-1]
    others = np.where(said["span"] == order[-1], second, order[-1])
    again = np.array([float(one.again) for one in read])
    columns = [said["span"], said["answers"], said["said"], said["span"] - others, again]
    found = first_measures([one.candidate for one in read])
    measured: NDArray[np.float64] = np.column_stack([*columns, found])
    assert measured.shape[1] == len(SENTENCE)
    return measured


def question_measures(read: Sequence[Read], *, best: int) -> NDArray[np.float64]:
    """Return what tells whether the documents answer, (len(QUESTION),).

    Args:
        read: The sentences, at least one.
        best: The place of the most probable one.
    """
    said = _said(read)
    found = np.array([one.candidate.measures for one in read])
    order = np.sort(said["span"])
    answers = said["answers"]
    values = {name: float(column[best]) for name, column in said.items()}
    values |= {name: float(found[best, place]) for name, place in _PLACE.items()}
    values |= {
        "best_answers": answers.max(),
        "best_said": said["said"].max(),
        "span_margin": order[-1] - order[-2] if len(order) > 1 else 0.0,
        "best_similarity": found[:, _PLACE["similarity"]].max(),
        "best_coverage": found[:, _PLACE["coverage"]].max(),
        "hit_score": found[:, _PLACE["hit_score"]].max(),
        "share_near_best": float(np.mean(answers > answers.max() - _NEAR_BEST)),
    }
    return np.array([values[name] for name in QUESTION])


def weaker(
    measures: NDArray[np.float64], fitted: Weights, *, decides: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return the weaker of the two log odds, (questions,).

    Args:
        measures: Rows of `QUESTION`.
        fitted: The weights.
        decides: Rows of `DECIDES`, where the questions are for yes or no.
    """
    own = fitted.answers.scores(measures) if decides is None else fitted.decides.scores(decides)
    found: NDArray[np.float64] = np.minimum(own, fitted.about.scores(measures))
    return found


def answered(
    measures: NDArray[np.float64], fitted: Weights, *, decides: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return the probability that the documents answer, (questions,); arguments as of `weaker`.

    The log odds are scaled as probabilities are (Platt, "Probabilistic outputs for support vector
    machines", 1999).
    """
    odds = fitted.scale * weaker(measures, fitted, decides=decides) + fitted.shift
    probability: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-odds))
    return probability


def why_abstain(
    question: Question, hits: Sequence[Hit], draft: Draft, *, threshold: float | None
) -> Reason | None:
    """Return why a draft is not shown, or None where it is.

    Args:
        question: What is asked.
        hits: Retrieved for it; none means that the library is empty, or has nothing so old. Who
            left hits out must say so instead: this knows only what is left.
        draft: What the answerer proposes.
        threshold: Confidence under which nothing is answered, 0 to 1; None takes the one that was
            calibrated with the reader.
    """
    if question.is_empty:
        return "empty_question"
    if not hits:
        return "no_match" if question.until else "empty_library"
    # A byline, which is read and not weighed, shares no word with "Who wrote this?".
    certain = draft.confidence >= 1.0
    shared = certain or any(scored.coverage > 0 for hit in hits for scored in hit.sentences)
    if not draft.sentences or not shared or not content_terms(question.text):
        return "no_match"
    wanted = weights().threshold if threshold is None else threshold
    return "weak_match" if draft.confidence < wanted else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A sentence with its probability of answering and what the reader said of it."""

    probability: float
    candidate: Candidate
    reading: ReadSentence | None
    """None where it was not read."""

    @property
    def text(self) -> str:
        """The sentence."""
        return self.candidate.scored.sentence.text

    @property
    def evidence(self) -> Evidence:
        """The whole sentence as what an answer rests on."""
        sentence = self.candidate.scored.sentence
        return Evidence(hit=self.candidate.hit, start=sentence.start, end=sentence.end)


def weigh(question: Question, hits: Sequence[Hit], reader: Reader) -> tuple[list[Weighed], float]:
    """Return the sentences of the hits, most probable first, and how sure it is that they answer.

    A sentence that was not read is as probable as the least probable one that was, and follows it.

    Args:
        question: What is asked.
        hits: Retrieved for it.
        reader: What reads.
    """
    ranked = rank(question, hits, weights().first)
    done = read(question, ranked, reader)
    belief = believe(done)
    return _of_the_subject(_weighed(ranked, done, belief), question), belief.answered


def weigh_told(
    question: Question, hits: Sequence[Hit], reader: Reader
) -> tuple[list[Weighed], float, list[Told]]:
    """Return the same of a question for yes or no, and what its sentences say, best first.

    How sure it is that the documents answer comes of what the best of these says.
    """
    ranked = rank(question, hits, weights().first)
    done = read(question, ranked, reader)
    shares = believe(done).sentences
    by_place = {
        (one.reading.sentence.document_id, one.reading.sentence.start): float(share)
        for one, share in zip(done, shares, strict=True)
    }
    said = told(question.text, hits, reader, shares=by_place)
    belief = believe(done, decides=decides(said) if said else None)
    return _weighed(ranked, done, belief), belief.answered, said


def _of_the_subject(weighed: Sequence[Weighed], question: Question) -> list[Weighed]:
    """Return sentences, none first whose article does not speak of what another's title names.

    "Boil the vinegar with salt" does not tell how much salt goes into the sourdough, where another
    article is on that. Asked why, none whose article speaks of nothing that is asked: "Because a
    pipe had to be dug up" is no reason why the quarry was given up, where another speaks of one.
    """
    asked = set(content_terms(question.text))
    if not weighed:
        return []
    known: dict[str, set[str]] = {}
    titled: dict[str, set[str]] = {}
    for one in weighed:
        title = titled.setdefault(_article(one), asked & set(terms(one.candidate.hit.card.title)))
        known.setdefault(_article(one), set(title)).update(asked & set(terms(one.text)))
    own = known[_article(weighed[0])]
    if question.expects == "reason" and not own:
        return _put_first(weighed, [one for one in weighed if known[_article(one)]], _INSTEAD)
    named = {article for article, title in titled.items() if title - own}
    shares = (one for one in weighed if _article(one) in named and asked & set(terms(one.text)))
    return _put_first(weighed, list(shares), _OF_TITLE)


def _put_first(weighed: Sequence[Weighed], own: Sequence[Weighed], share: float) -> list[Weighed]:
    """Return sentences, the first of some as the first where it is probable enough beside it."""
    first = weighed[0]
    if not own or own[0].probability < share * first.probability:
        return list(weighed)
    taken = {id(first): own[0].probability, id(own[0]): first.probability}
    told = (replace(one, probability=taken.get(id(one), one.probability)) for one in weighed)
    return sorted(told, key=lambda one: -one.probability)


def _article(one: Weighed) -> str:
    return one.candidate.hit.card.sha256


def _weighed(ranked: Sequence[Candidate], done: Sequence[Read], belief: Belief) -> list[Weighed]:
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
    return weighed + [Weighed(probability=least, candidate=c, reading=None) for c in rest]


def _said(read: Sequence[Read]) -> dict[str, NDArray[np.float64]]:
    """Return what the reader said of each sentence, by name, each (sentences,)."""
    return {
        name: np.array([getattr(one.reading, name) for one in read]).clip(-_EXTREME, _EXTREME)
        for name in ("span", "answers", "said", "denied")
    }
