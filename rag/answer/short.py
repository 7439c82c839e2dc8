"""Finds the short answer in a sentence: the exact words that answer, a unit by themselves."""

from index.terms import content_terms
from rag.answer.clause import cut
from rag.answer.stated import clause_of, is_negated
from rag.answer.weighed import Weighed
from rag.answer.weights import weights
from rag.question import AnswerType, Question
from rag.reader.spans import parts

_EVEN = 0.5
"""Probability from which words are right more often than not."""
_NO_NUMBERS: frozenset[AnswerType] = frozenset({"person", "place", "reason", "manner"})
"""What a number alone is no answer to."""


def short(one: Weighed, question: Question, *, probability: float) -> tuple[int, int] | None:
    """Return where in a sentence the words are that answer, surely and more often than not.

    Args:
        one: The sentence.
        question: What is asked.
        probability: That the sentence answers.

    Returns:
        Offsets in the sentence's text; None where no words are sure enough to stand alone.
    """
    if probability <= _EVEN:
        return None
    return _span(one, question, holding=max(weights().exact, _EVEN / probability))


def marked(one: Weighed, question: Question) -> tuple[int, int] | None:
    """Return where the likely words are, to be marked; None where they are most of a sentence."""
    span = _span(one, question, holding=_EVEN)
    return None if span and 2 * (span[1] - span[0]) > len(one.text) else span


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
