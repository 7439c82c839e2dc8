"""Measures the sentences that were found as possible answers, ranks them, has the best ones read.

The measures are few and named, so that a fitted weight can be read; they are computed from the
question, the hits and nothing else. A cheap first pass weighs them and decides what is read:
windows around the best sentence of each passage, then the best sentences once more with the one
before, so that every sentence of the passages found has its chance. Both readings count alike.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.data_files import data_toml
from index.terms import content_terms, terms
from index.types import Hit, ScoredSentence, Sentence
from rag.answer.holder import is_byline, is_signature, may_be_told_by_byline
from rag.answer.yes_no import Teller
from rag.question import (
    AnswerType,
    Question,
    any_of,
    holds,
    is_named,
    listed,
    names,
    numbers,
    words,
)
from rag.reader.onnx_reader import ReadSentence
from rag.reader.windows import Window, choose, whole, with_the_one_before

NAMES = (
    "similarity",
    "coverage",
    "passage_coverage",
    "hit_score",
    "hit_margin",
    "similarity_margin",
    "neighbour",
    "holds_value",
    "lacks_value",
    "lacks_name",
    "missing_names",
    "missing_numbers",
    "new_terms",
    "heading",
)
"""The measures, in the order of a candidate's vector."""
FIRST = (
    "similarity", "coverage", "hit_score", "hit_margin", "similarity_margin", "passage_coverage",
    "neighbour", "holds_value", "lacks_value", "lacks_name", "missing_numbers", "new_terms",
    "heading",
)  # fmt: skip
"""Of a sentence; what the first pass weighs: measures of `NAMES` alone."""

_VALUES: tuple[AnswerType, ...] = ("date", "duration", "amount", "money")
"""Types with a surface form of their own; a name can look like any other capitalised word."""
_NAMES: tuple[AnswerType, ...] = ("person", "place")
_BAR, _COLUMNS = " | ", 2
"""What parts the cells of a row in an article, and how many at least a row of names has."""
_AGAIN = 3
"""Sentences that are read a second time."""
_GREETING = re.compile(
    r"[\W_]{0,4}(?:(?:dear|hi|hello|hey) [^.!?,:\n]{1,60}[,:!]|(?:hi|hello|hey)[,:!]"
    r"|good (?:morning|afternoon|evening|day)(?: [^.!?,:\n]{1,40})?[,:!.]"
    r"|(?:yours|(?:kind(?:est)?|best|warm(?:est)?) (?:regards|wishes)|regards|sincerely|cheers"
    r"|(?:many )?thanks|all the best|love)(?: (?:sincerely|faithfully|truly))?[,.!])[\W_]{0,4}",
    re.IGNORECASE,
)
"""How a letter begins or ends."""
_TO_WHOM = frozenset({"letter", "mail", "email", "message", "addressed", "sent", "wrote"})
_FIRST = [NAMES.index(name) for name in FIRST]
_DID_ONE = re.compile(
    r"\b(?:did|does|do|was|were|is|are|has|have|had|will)"
    r" (?:he|she|they|(?:[A-ZÀ-Þ][\w’'\-]{1,30} ){0,3}[A-ZÀ-Þ][\w’'\-]{1,30})"
    r" (?P<verb>[a-z]{2,20})\b"
)
"""What it is asked somebody did."""
_WORD = re.compile(r"[\w'’\-]+")
_COSTS_ASKED = re.compile(
    r"^how much (?:does|do|did|is|are|was|were|will) (?:the |an? |my |one |each )?"
    r"(?P<what>[\w’'\- ]{2,50}?)(?: cost)?(?: now| today)?[?\s]*$",
    re.IGNORECASE,
)
_COSTS_TOLD = re.compile(
    r"(?P<who>[\w’'\- ]{2,60}?) (?:(?:now|also|only|will|would) )?costs?"
    r" (?=[$€£]?\d|about|around|only|just)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """A fitted sum of measures."""

    weights: NDArray[np.float64]
    intercept: float

    def scores(self, measures: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log odds of rows of measures, (rows,)."""
        scores: NDArray[np.float64] = measures @ self.weights + self.intercept
        return scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A sentence that may answer, with its measures."""

    hit: Hit
    scored: ScoredSentence
    measures: NDArray[np.float64]
    """(len(NAMES),)."""


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


def candidates(question: Question, hits: Sequence[Hit]) -> list[Candidate]:
    """Return every sentence of the hits with its measures, hit by hit, in text order.

    Empty for no hits.
    """
    asked = _Asked(question, hits)
    return [
        Candidate(hit=hit, scored=scored, measures=asked.measure(hit, position))
        for hit in hits
        for position, scored in enumerate(hit.sentences)
    ]


def rank(question: Question, hits: Sequence[Hit], first: Linear) -> list[Candidate]:
    """Return the sentences of the hits by the first pass, best first; ties keep their order.

    Args:
        question: What is asked.
        hits: Retrieved for it.
        first: Weighs the measures of `FIRST`.
    """
    found = [c for c in candidates(question, hits) if _may_answer(question, c)]
    if not found:
        return []
    scores = first.scores(first_measures(found))
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


def is_of_other_price(text: str, *, asked: str) -> bool:
    """Say whether a sentence tells what another thing costs: "spare jugs cost 19 euros".

    What is called a ticket, a fee or its like may be anything. Of 7,960 sentences that answer how
    many or how much, of training questions, 2 are called so.
    """
    found = _COSTS_ASKED.match(asked)
    what = set(content_terms(found["what"])) if found else set()
    told = next(_COSTS_TOLD.finditer(text), None)
    who = set(content_terms(told["who"])) if told else set()
    if not what or not who or (what | who | set(terms(told["who"] if told else ""))) & _any_price():
        return False
    apart = bool(what - who and who - what)
    return apart and (bool(what & who) or not what & set(terms(text)))


def is_of_kin(text: str, *, asked: str) -> bool:
    """Say whether all that a text tells of what one did is told of their kin: "her mother died".

    Of 15,205 sentences that answer what somebody did, of training questions, 8 are called so.
    """
    found = _DID_ONE.search(asked)
    if found is None or words(asked) & set(listed("names", "kin")):
        return False
    verb = terms(found["verb"])
    behind = [text[: w.start()] for w in _WORD.finditer(text) if terms(w.group()) == verb]
    told = [_kin().search(before) for before in behind]
    return bool(told) and all(kin and not words(kin["named"]) & words(asked) for kin in told)


def _key(sentence: Sentence) -> tuple[str, int]:
    return sentence.document_id, sentence.start


def is_mere_greeting(text: str, *, asked: str) -> bool:
    """Say whether a sentence only greets, and it is not asked whom a letter is to."""
    return bool(_GREETING.fullmatch(text)) and not words(asked) & _TO_WHOM


def _is_row_of_names(hit: Hit, own: Sentence) -> bool:
    """Say whether a sentence names the columns of a table in an article, with figures below it.

    Of three columns or more: in two the first row may be one like the others.
    """
    if own.text.count(_BAR) < _COLUMNS or any(map(str.isdigit, own.text)):
        return False
    table = [
        s.sentence for s in hit.sentences if s.sentence.text.count(_BAR) == own.text.count(_BAR)
    ]
    below = [row for row in table if row.ordinal > own.ordinal]
    told = (row.text.partition(_BAR)[2] for row in below)
    return table[0] == own and any(any(map(str.isdigit, row)) for row in told)


def _may_answer(question: Question, candidate: Candidate) -> bool:
    """Leave out sentences without any number where the question is how much money.

    On the sets that the weights were fitted and checked on, none of 8 such sentences that ranked
    first was right; for dates and other amounts a sentence without one often is. A byline tells
    who wrote the article and when, and nothing else; a letter's "Dear Ms Moe," whom it is to.
    """
    text = candidate.scored.sentence.text
    if is_byline(text) and not may_be_told_by_byline(question):
        return False
    own = candidate.scored.sentence
    if is_mere_greeting(text, asked=question.text) or _is_row_of_names(candidate.hit, own):
        return False
    asks_name = question.expects == "person" or "name" in words(question.text)
    if asks_name and is_signature(candidate.hit, candidate.scored.sentence):
        return False
    return question.expects != "money" or holds("money", text, asked=question.text)


class _Asked:
    """A question with what it takes from all hits together."""

    def __init__(self, question: Question, hits: Sequence[Hit]) -> None:
        self.question = question
        self.wanted = content_terms(question.text)
        self.names = names(question.text)
        self.numbers = numbers(question.text)
        everything = [s for hit in hits for s in hit.sentences]
        self.best_similarity = max((s.similarity for s in everything), default=0.0)
        self.best_score = max((hit.score for hit in hits), default=0.0)
        self.context = {hit.passage.id: self._context_of(hit) for hit in hits}

    def _context_of(self, hit: Hit) -> tuple[float, float, float]:
        card = hit.card
        said = (card.title, card.author, card.published, hit.passage.text)
        text = "\n".join(filter(None, said))
        held = set(terms(text))
        seen = words(text) if self.names else frozenset()
        counted = numbers(text) if self.numbers else frozenset()
        share = sum(t in held for t in self.wanted) / max(1, len(self.wanted))
        lost_names = sum(not is_named(n, seen) for n in self.names) / max(1, len(self.names))
        lost_numbers = len(self.numbers - counted) / max(1, len(self.numbers))
        return share, lost_names, lost_numbers

    def measure(self, hit: Hit, position: int) -> NDArray[np.float64]:
        """Return the measures of one sentence of a hit, (len(NAMES),)."""
        scored = hit.sentences[position]
        text = scored.sentence.text
        share, lost_names, lost_numbers = self.context[hit.passage.id]
        around = [
            hit.sentences[n] for n in (position - 1, position + 1) if 0 <= n < len(hit.sentences)
        ]
        value = self.question.expects in _VALUES
        name = self.question.expects in _NAMES
        fits = holds(self.question.expects, text, asked=self.question.text)
        new = len(set(terms(text)) - set(self.wanted))
        values = {
            "similarity": scored.similarity,
            "coverage": scored.coverage,
            "passage_coverage": share,
            "hit_score": hit.score,
            "hit_margin": hit.score - self.best_score,
            "similarity_margin": scored.similarity - self.best_similarity,
            "neighbour": max((s.similarity for s in around), default=0.0),
            "holds_value": float(value and fits),
            "lacks_value": float(value and not fits),
            "lacks_name": float(name and not fits),
            "missing_names": lost_names,
            "missing_numbers": lost_numbers,
            "new_terms": math.log1p(new),
            "heading": float(text[-1:].isalnum()),
        }
        return np.array([values[name] for name in NAMES])


@cache
def _any_price() -> frozenset[str]:
    """Return the terms by which any price may be told: "a ticket", "it"."""
    return frozenset(terms(data_toml("rag", "measures.toml")["any_price"]))


@cache
def _kin() -> re.Pattern[str]:
    """Return the form of somebody's kin before a verb: "her younger brother, Jo, was"."""
    return re.compile(
        r"(?<!and )(?:\b(?:her|his|their)|\b[A-Z][\w\-]{1,30}['’]s?) (?:[a-z]{1,20} )?"
        rf"{any_of('names', 'kin')}(?P<named>(?:,? [A-Z][\w\-]{{1,30}},?){{0,3}})"
        r" (?:(?:had|has|have|was|were|is|are|also|later|never) ){0,2}$",
        re.IGNORECASE,
    )
