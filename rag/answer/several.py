"""Chooses the sentences that answer together: all of a list, and of a fact mostly one.

That a further sentence belongs to a list is weighed three ways: beside the first one's probability,
by what the reader prefers to no answer, and by whether the sentence says its words as the answer.
The limits are fitted by `benchmarks/fit_lists.py`.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from index.data_files import data_text
from index.terms import terms
from rag.answer.features import Candidate
from rag.answer.items import is_new
from rag.answer.ranking import Reader
from rag.answer.stated import bears_out
from rag.answer.weighed import Weighed
from rag.answer.weights import weights
from rag.comparison import sets_beside
from rag.question import Question

_MOST_OF_A_LIST = 6
"""Sentences in the answer to a question that asks for several things."""
_TRIED = 8
"""Sentences that may belong to a list."""
_MOST_OF_A_FACT = 2
"""Sentences in any other answer: a second one only where it is almost as probable."""
_SAME = 0.95
"""Share of words from which a sentence says nothing beyond one already chosen."""
_NEAR = 2
"""Words between a thing and the noun that the question has for it."""
_NAMES_THEM = re.compile(r"(?:They|These|Those|The \w+) (?:are|were)\b")
_NOUN = re.compile(r"\b(?:what|which) (?:(?:kinds?|types?|sorts?) of )?(\w+)", re.IGNORECASE)


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
    sure: float
    """Of the first sentence's probability, where words that the reader prefers are no doubt."""
    beside: float
    """Logits over no answer of words in another article that stand beside the first ones."""


@cache
def limits() -> Limits:
    """Return the limits that ship."""
    stored = json.loads(data_text("rag", "lists.json"))
    return Limits(**{name: stored[name] for name in Limits.__slots__})


def chosen(weighed: Sequence[Weighed], question: Question, reader: Reader) -> list[Weighed]:
    """Return the first sentence, and those that answer beside it.

    To a question for several things these are all that belong to the list; to one for what was
    said or done all whose words the reader prefers to no answer; to one that sets two things
    beside each other the best of another article; to any other one that is nearly as probable.

    Args:
        weighed: Most probable first; at least one.
        question: What is asked.
        reader: Tells whether a sentence says that its words answer.
    """
    found = [weighed[0]]
    beside = sets_beside(question.text)
    most = _MOST_OF_A_LIST if question.several else _MOST_OF_A_FACT
    for place, one in enumerate(weighed[1:], start=1):
        if len(found) == most:
            break
        if any(_repeats(one.candidate, other.candidate) for other in found):
            continue
        if question.open_ended:
            answers = one.reading is not None and one.reading.span > 0
        elif question.several:
            answers = place < _TRIED and (
                _goes_on(one, weighed[0], question)
                or belongs(one, weighed[0], question, reader, limits=limits())
            )
        elif beside and place < _TRIED and stands_beside(one, weighed[0], limits=limits()):
            answers = True
        else:
            answers = one.probability >= weights().close * weighed[0].probability
        if answers:
            found.append(one)
    return found


def belongs(
    one: Weighed, first: Weighed, question: Question, reader: Reader, *, limits: Limits
) -> bool:
    """Say whether a sentence names a further thing of a list."""
    if one.reading is None or one.probability < limits.share * first.probability:
        return False
    if one.reading.span > 0 and one.probability >= limits.sure * first.probability:
        return True
    least = limits.span_of_noun if of_noun(one, question) else limits.span
    if one.reading.span < least:
        return False
    return bears_out(question.text, one.reading, one.candidate.hit, reader).said >= limits.said


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


def of_noun(one: Weighed, question: Question) -> bool:
    """Say whether the words are a name with the noun of the question: "TOW missile"."""
    noun = _NOUN.search(question.text)
    if noun is None or one.reading is None:
        return False
    begin = one.reading.sentence.start
    start, end = one.reading.start - begin, one.reading.end - begin
    if not re.search(r"[A-Z0-9]", one.text[start:end]):
        return False
    before, after = one.text[:start].split()[-_NEAR:], one.text[end:].split()[:_NEAR]
    around = " ".join([*before, one.reading.words, *after])
    return bool(set(terms(noun[1])) & set(terms(around)))


def _repeats(candidate: Candidate, other: Candidate) -> bool:
    words = set(candidate.scored.sentence.text.casefold().split())
    seen = set(other.scored.sentence.text.casefold().split())
    return len(words & seen) >= _SAME * len(words)
