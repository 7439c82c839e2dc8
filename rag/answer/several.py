"""Chooses the sentences that answer together: all of a list, and of a fact mostly one.

That a further sentence belongs to a list is weighed three ways: beside the first one's probability,
by what the reader prefers to no answer, and by whether the sentence says its words as the answer.
The limits are fitted by `benchmarks/fit_lists.py`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from index.data_files import data_fitted
from index.terms import content_terms, terms
from rag.answer.confidence import Weighed
from rag.answer.features import Candidate
from rag.answer.items import is_new, mentioned_in, of_noun, words_of_lists
from rag.answer.ranking import Reader
from rag.answer.stated import bears_out
from rag.answer.weights import weights
from rag.comparison import sets_beside
from rag.question import Question

_MOST_OF_A_LIST = 6
"""Sentences in the answer to a question that asks for several things."""
_TRIED = 8
"""Sentences that may belong to a list."""
_MOST_OF_A_FACT = 2
"""Sentences in any other answer: a second one only where it is almost as probable."""
_NAMES_THEM = re.compile(r"(?:They|These|Those|The \w+) (?:are|were)\b")
_FILLING, _FILLED = 14, 2
"""Sentences that may fill in words of a question, and words from which one does."""
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
    beside: float
    """Logits over no answer of words in another article that stand beside the first ones."""


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
        if one is found[0]:
            continue
        repeats = any(_repeats(one.candidate, other.candidate) for other in found)
        tried = question.open_ended or not question.several or place < _TRIED
        if tried and not repeats and _answers(one, found, question, reader):
            found.append(one)
    if len(found) == 1 and not question.several:
        found += _filling(weighed, question)
    return found


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
    if sets_beside(question.text) and stands_beside(one, first, limits=limits()):
        return True
    return one.probability >= weights().close * first.probability


def _filling(weighed: Sequence[Weighed], question: Question) -> list[Weighed]:
    """Return the sentence of another article that has the words which the first's leaves out.

    "What became of the man who kept the notebook?" is answered where his name is, and told of in
    another article. On 209 such questions of families set aside two words or more were filled in
    for 15, 11 of them at the right place; of 96 that one article answers, for 4.
    """
    home = weighed[0].candidate.hit.card.sha256
    own = [one for one in weighed if one.candidate.hit.card.sha256 == home]
    known = {term for one in own for term in terms(one.text)}
    known |= set(terms(weighed[0].candidate.hit.card.title))
    missing = set(content_terms(question.text)) - known
    others = [one for one in weighed[:_FILLING] if one.candidate.hit.card.sha256 != home]
    filled = [(len(missing & set(terms(one.text))), one) for one in others]
    most, best = max(filled, key=lambda pair: pair[0], default=(0, weighed[0]))
    return [best] if most >= _FILLED else []


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


def stands_beside(one: Weighed, first: Weighed, *, limits: Limits) -> bool:
    """Say whether a sentence of another article may be what the first is compared with."""
    apart = one.candidate.hit.card.sha256 != first.candidate.hit.card.sha256
    return apart and one.reading is not None and one.reading.span >= limits.beside


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
