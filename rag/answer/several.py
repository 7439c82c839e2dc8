"""Chooses the sentences that answer together: all of a list, and of a fact mostly one.

That a further sentence belongs to a list is weighed three ways: beside the first one's probability,
by what the reader prefers to no answer, and by whether the sentence says its words as the answer.
The limits are fitted by `benchmarks/fit_lists.py`.
"""

import math
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cache

from index.data_files import data_fitted
from index.terms import content_terms, terms
from rag.answer.confidence import Weighed, weights
from rag.answer.items import is_new, mentioned_in, of_noun, words_of_lists
from rag.answer.ranking import Candidate, Reader
from rag.answer.yes_no import bears_out
from rag.comparison import hints_at_two, refers, sets_beside
from rag.question import Question

_MOST_OF_A_LIST = 6
"""Sentences in the answer to a question that asks for several things."""
_TRIED = 8
"""Sentences that may belong to a list."""
_LOOKED_AT = 30
"""Sentences of which further ones of a list are chosen."""
_EXTREME, _UNREAD, _LEAST_SHARE, _TINY = 12.0, -5.0, -9.0, 1e-7
"""Between what measures are kept: logits, those of a sentence that was not read, logarithms of a
share, and probabilities."""
_MOST_OF_A_FACT = 2
"""Sentences in any other answer: a second one only where it is almost as probable."""
_NAMES_THEM = re.compile(r"(?:They|These|Those|The \w+) (?:are|were)\b")
_FILLING, _FILLED = 14, 4
"""Sentences that may fill in words of a question, and most such words that count."""
_CUES = 3
"""Most hints in a question that count."""
_SAME = 0.95
"""Share of words from which a sentence says nothing beyond one already chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From what on a sentence belongs to a list."""

    share: float
    """Of the first sentence's probability."""
    span: float
    """Logits of its words over no answer."""
    span_of_noun: float
    """The same where the noun of the question stands at its words."""
    said: float
    """Probability that it says its words as the answer."""
    span_of_more: float
    said_of_more: float
    """The same of a sentence that says that it adds to the one before, as by "also"."""
    sure: float
    """Of the first sentence's probability, where words that the reader prefers are no doubt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """Weights of what tells that a sentence belongs to a list, in log odds."""

    span: float
    """Of the logits of its words over no answer."""
    span_beside: float
    """Of these less the first sentence's."""
    probability_beside: float
    """Of the logarithm of its probability over the first one's."""
    similarity_beside: float
    coverage_beside: float
    same_paragraph: float
    near: float
    """Of one by its distance in sentences, in the same paragraph."""
    same_article: float
    adds: float
    """Of an "also" in the same paragraph."""
    of_noun: float
    place: float
    """Of the logarithm of its rank."""
    intercept: float
    least: float
    """Log odds from which it is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Two:
    """Weights of what tells that a question needs a second article, in log odds."""

    sets_beside: float
    filled: float
    """Of each word that the first article lacks and a sentence of another has."""
    hints: float
    """Of each word like "still" and "in the end"."""
    refers: float
    """Of a clause with "who" or "that" inside the question."""
    words: float
    """Of each word of the question."""
    probability_beside: float
    said: float
    """Of the logits that the other sentence's window says the question."""
    span: float
    """Of the logits of the first sentence's words over no answer."""
    answered: float
    """Of the log odds that the question is answered at all."""
    held: float
    """Of the share of its words that the other sentence has and the first has not."""
    intercept: float
    least: float


@cache
def of_two() -> Two:
    """Return the weights that ship."""
    return data_fitted("rag", "of_two.json", Two)


@cache
def further() -> Further:
    """Return the weights that ship."""
    return data_fitted("rag", "further.json", Further)


@cache
def limits() -> Limits:
    """Return the limits that ship."""
    return data_fitted("rag", "lists.json", Limits)


def chosen(weighed: Sequence[Weighed], question: Question, reader: Reader) -> list[Weighed]:
    """Return the first sentence, and those that answer beside it.

    To a question for several things these are all that belong to the list; to one for what was
    said or done all whose words the reader prefers to no answer; to one that sets two things
    beside each other the best of another article; to any other one that is nearly as probable, or
    else the one of another article that has words of the question which the first's has not.

    Args:
        weighed: Most probable first; at least one.
        question: What is asked.
        reader: Tells whether a sentence says that its words answer.
    """
    mentioned = [one for one in weighed if not is_heading(one) and mentioned_in(one.text, question)]
    if mentioned:
        return mentioned[:_MOST_OF_A_LIST]
    found = [_first(weighed, question)]
    most = _MOST_OF_A_LIST if question.several else _MOST_OF_A_FACT
    for place, one in enumerate(weighed):
        if len(found) == most:
            break
        if one is found[0] or _is_beside_it(one, found[0], question):
            continue
        repeats = any(_repeats(one.candidate, other.candidate) for other in found)
        tried = question.open_ended or not question.several or place < _TRIED
        if tried and not repeats and _answers(one, found, question, reader):
            found.append(one)
    if len(found) == 1 and not question.several:
        found += of_two_articles(weighed, found[0], question)
    return found


def _is_beside_it(one: Weighed, first: Weighed, question: Question) -> bool:
    """Say whether a second answer to a question for one thing has no word of it, unlike the first.

    And is of another article, or an item of a list: "Under 5: free" of what a family pays.
    """
    asked = set(content_terms(question.text))
    if question.several or question.open_ended or asked & set(terms(one.text)):
        return False
    is_item = one.text[-1:] not in ".!?"
    apart = is_item or one.evidence.hit.card.sha256 != first.evidence.hit.card.sha256
    return apart and bool(asked & set(terms(first.text)))


def measures(
    one: Weighed, first: Weighed, question: Question, *, place: int
) -> tuple[float, ...] | None:
    """Return what tells that a sentence belongs to a list, in the order of `Further`.

    None for one that was not read, or is a heading.

    Args:
        one: The sentence.
        first: The first sentence of the list.
        question: What is asked.
        place: Rank of the sentence, from 0.
    """
    if one.reading is None or is_heading(one):
        return None
    mine, best = one.candidate.scored, first.candidate.scored
    span = _kept(one.reading.span)
    other = _kept(first.reading.span) if first.reading else _UNREAD
    apart = abs(mine.sentence.ordinal - best.sentence.ordinal)
    beside = _share_paragraph(one, first)
    return (
        span,
        span - other,
        max(_LEAST_SHARE, math.log(max(one.probability, _TINY) / max(first.probability, _TINY))),
        mine.similarity - best.similarity,
        mine.coverage - best.coverage,
        float(beside),
        1.0 / apart if beside and apart else 0.0,
        float(mine.sentence.document_id == best.sentence.document_id),
        float(beside and bool(_adds().search(one.text))),
        float(of_noun(one, question)),
        math.log1p(place),
    )


def likely_further(
    weighed: Sequence[Weighed], found: Sequence[Weighed], question: Question
) -> list[Weighed]:
    """Return sentences that may belong to a list, the likeliest first; none for another question.

    They are quoted behind those that surely do, and name no items.
    """
    if not question.several or question.open_ended:
        return []
    fitted = further()
    weights = [getattr(fitted, name) for name in Further.__slots__[:-2]]
    scored: list[tuple[float, int]] = []
    for place, one in enumerate(weighed[:_LOOKED_AT]):
        told = measures(one, found[0], question, place=place)
        if told is not None and all(one is not other for other in found):
            odds = fitted.intercept + sum(w * t for w, t in zip(weights, told, strict=True))
            scored.append((-odds, place))
    kept = list(found)
    for odds, place in sorted(scored):
        one = weighed[place]
        if -odds < fitted.least or len(kept) == _MOST_OF_A_LIST:
            break
        if not any(_repeats(one.candidate, other.candidate) for other in kept):
            kept.append(one)
    return kept[len(found) :]


def _kept(logits: float) -> float:
    return max(-_EXTREME, min(_EXTREME, logits))


def _share_paragraph(one: Weighed, other: Weighed) -> bool:
    """Say whether two sentences stand in one paragraph of a passage."""
    passage = one.candidate.hit.passage
    if passage.id != other.candidate.hit.passage.id:
        return False
    spans = sorted((w.candidate.scored.sentence.start - passage.start) for w in (one, other))
    return "\n" not in passage.text[spans[0] : spans[1]].rstrip()


def _first(weighed: Sequence[Weighed], question: Question) -> Weighed:
    """Return the most probable sentence; of a list no heading, where there is another."""
    if not question.several or not is_heading(weighed[0]):
        return weighed[0]
    return next((one for one in weighed[:_TRIED] if not is_heading(one)), weighed[0])


def is_heading(one: Weighed) -> bool:
    """Say whether a sentence ends without a stop."""
    return one.text[-1:].isalnum()


def _answers(one: Weighed, found: Sequence[Weighed], question: Question, reader: Reader) -> bool:
    """Say whether a sentence answers beside the first, and beside those that were found since."""
    first = found[0]
    if question.open_ended:
        return one.reading is not None and one.reading.span > 0
    if question.several:
        return (
            _goes_on(one, first, question)
            or belongs(one, first, question, reader, limits=limits())
            or _adds_more(one, found, question, reader, limits=limits())
        )
    return one.probability >= weights().close * first.probability


def of_two_articles(
    weighed: Sequence[Weighed], first: Weighed, question: Question
) -> list[Weighed]:
    """Return the best sentence of another article, where the question likely needs both.

    "What became of the man who kept the notebook?" is answered where his name is, and told of in
    another article. On families left out it is added to 0.47 of the questions that two articles
    answer, and to 0.08 of those that one does; the rules before it to 0.23 and 0.04.
    """
    told = two_measures(weighed, first, question)
    if told is None:
        return []
    other, row = told
    fitted = of_two()
    names = Two.__slots__[:-2]
    odds = fitted.intercept + sum(getattr(fitted, n) * m for n, m in zip(names, row, strict=True))
    return [other] if odds >= fitted.least else []


def two_measures(
    weighed: Sequence[Weighed], first: Weighed, question: Question
) -> tuple[Weighed, tuple[float, ...]] | None:
    """Return the best sentence of another article, and what tells that it is needed, as in `Two`.

    None where no sentence of another article was read.
    """
    home = first.candidate.hit.card.sha256
    apart = (one for one in weighed if one.candidate.hit.card.sha256 != home)
    other = next((one for one in apart if one.reading and not is_heading(one)), None)
    if other is None or other.reading is None:
        return None
    asked = set(content_terms(question.text))
    answered = sum(one.probability for one in weighed if one.reading)
    odds = math.log(max(answered, _TINY) / max(1.0 - answered, _TINY))
    return other, (
        float(sets_beside(question.text)),
        float(min(_FILLED, _most_filled(weighed, home, asked))),
        float(min(_CUES, hints_at_two(question.text))),
        float(refers(question.text)),
        float(len(asked)),
        max(_LEAST_SHARE, math.log(max(other.probability, _TINY) / max(first.probability, _TINY))),
        _kept(other.reading.said),
        _kept(first.reading.span) if first.reading else _UNREAD,
        max(_LEAST_SHARE, min(-_LEAST_SHARE, odds)),
        len((asked - set(terms(first.text))) & set(terms(other.text))) / max(1, len(asked)),
    )


def _most_filled(weighed: Sequence[Weighed], home: str, asked: Set[str]) -> int:
    """Return how many words that an article lacks a likely sentence of another has, at most."""
    own = [one for one in weighed if one.candidate.hit.card.sha256 == home]
    missing = asked - {term for one in own for term in terms(one.text)}
    missing -= set(terms(own[0].candidate.hit.card.title))
    others = (one for one in weighed[:_FILLING] if one.candidate.hit.card.sha256 != home)
    return max((len(missing & set(terms(one.text))) for one in others), default=0)


def belongs(
    one: Weighed, first: Weighed, question: Question, reader: Reader, *, limits: Limits
) -> bool:
    """Say whether a sentence names a further thing of a list."""
    if one.reading is None or one.probability < limits.share * first.probability:
        return False
    if is_heading(one):
        return False
    if one.reading.span > 0 and one.probability >= limits.sure * first.probability:
        return True
    least = limits.span_of_noun if of_noun(one, question) else limits.span
    if one.reading.span < least:
        return False
    return bears_out(question.text, one.reading, one.candidate.hit, reader).said >= limits.said


def adds(one: Weighed, found: Sequence[Weighed]) -> bool:
    """Say whether a sentence adds to one of those before it: "The first hundred also get a cup"."""
    own = one.candidate.scored.sentence
    before = (other.candidate.scored.sentence for other in found)
    follows = any(b.document_id == own.document_id and b.ordinal == own.ordinal - 1 for b in before)
    return follows and bool(_adds().search(one.text))


def _adds_more(
    one: Weighed, found: Sequence[Weighed], question: Question, reader: Reader, *, limits: Limits
) -> bool:
    if one.reading is None or one.reading.span < limits.span_of_more or not adds(one, found):
        return False
    told = bears_out(question.text, one.reading, one.candidate.hit, reader)
    return told.said >= limits.said_of_more


def _goes_on(one: Weighed, first: Weighed, question: Question) -> bool:
    """Say whether a sentence names what the one before counts: "Three firms bid. They are ..."."""
    if one.reading is None or first.reading is None or is_new(first.reading.words, question):
        return False
    own, other = one.reading.sentence, first.reading.sentence
    follows = own.document_id == other.document_id and own.ordinal == other.ordinal + 1
    return follows and bool(_NAMES_THEM.match(one.text))


def _repeats(candidate: Candidate, other: Candidate) -> bool:
    words = set(candidate.scored.sentence.text.casefold().split())
    seen = set(other.scored.sentence.text.casefold().split())
    return len(words & seen) >= _SAME * len(words)


@cache
def _adds() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words_of_lists('adds'))})\b", re.IGNORECASE)
