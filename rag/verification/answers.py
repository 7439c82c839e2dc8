"""Compares what answers a question: a plain yes or no, and what says otherwise.

Two sentences conflict where each bears out the other's words and they differ in one kind of thing:
in the number, date or name that answers, or in a no. A question for yes or no is put as a statement
by leaving its auxiliary out ("Did the council reject the plan?" asks whether "the council reject
the plan"), and that is compared with the sentences found. Words are compared by stem, so the verb's
form does not matter.
"""

import re
from collections.abc import Sequence
from typing import Literal

import numpy as np

from index.terms import content_terms
from index.types import Hit, Sentence
from rag.question import Question
from rag.types import Evidence
from rag.verification.candidates import Compared, compare, literal, rest
from rag.verification.claims import Claim
from rag.verification.compare import fit
from rag.verification.differences import Context
from rag.verification.parse import Reading, read
from rag.verification.verdict import judge

YesNo = Literal["Yes", "No"]

_ASKS = re.compile(
    r"(?:is|are|was|were|do|does|did|has|have|had|will)\s+(?P<rest>\S(?:.*[^?\s])?)[?\s]*$",
    re.IGNORECASE,
)
"""Auxiliaries that claim nothing of their own; what may, can or should be is not asked by them."""
_OPEN = re.compile(r"\b(?:or|not|never|any|anyone|anything|ever|likely|possible)\b", re.IGNORECASE)
"""Words that make a question's yes or no mean something else than its statement."""
_FEWEST_WORDS = 3
_LITERAL = 0.7
"""Share of the statement's words that a sentence which denies it must have as they are."""

_SAME = 0.8
"""Share of each sentence's other words that the other bears out."""
_VALUES = frozenset({"number", "date", "name"})


def decide(question: Question, hits: Sequence[Hit]) -> tuple[YesNo, Evidence] | None:
    """Return yes or no with the sentence that says so; None where that is not plain.

    Args:
        question: As `rag.question.read_question` gives it.
        hits: Retrieved for it; none decides nothing.
    """
    statement = _statement(question)
    if statement is None or not hits:
        return None
    cosines = {_key(s.sentence): s.similarity for hit in hits for s in hit.sentences}

    def similarity(_: str, sentences: Sequence[Sentence]) -> np.ndarray:
        return np.array([cosines.get(_key(s), 0.0) for s in sentences], dtype=np.float32)

    claim = Claim(text=statement, cited=(), start=0, end=len(statement))
    judged = judge(claim, hits, similarity=similarity)
    said = read(statement)
    for found in compare(said, hits, set(), similarity):
        if found.evidence not in judged.evidence or found.fit.missing:
            continue
        if judged.verdict == "supported" and not _turns(said, found):
            return "Yes", found.evidence
        denied = {fault.kind for fault in found.fit.faults} == {"negation"}
        if judged.verdict == "altered" and denied and literal(said, found.fit) >= _LITERAL:
            return "No", found.evidence
    return None


def conflict(one: Evidence, other: Evidence, *, words: tuple[str, str]) -> bool:
    """Tell whether a sentence of another document says otherwise; never where the texts are one.

    Args:
        one: The sentence that answers.
        other: A sentence of another document.
        words: Exact words of each that answer; empty where none stand out.
    """
    if other.hit.card.sha256 == one.hit.card.sha256:
        return False
    kinds = _differing(one, other)
    if kinds is None or kinds != _differing(other, one) or len(kinds) != 1:
        return False
    return kinds == {"negation"} or (kinds <= _VALUES and _answers_differ(*words))


def _turns(said: Reading, found: Compared) -> bool:
    """Say whether the sentence has a word of the statement behind a no.

    "There was no fall in crime rates, and 6% fewer prisoners" is no yes to whether rates fell.
    """
    held = read(found.hit.sentences[found.position].sentence.text)
    return any(word.negated and word.stem in said.stems for word in held.words)


def _statement(question: Question) -> str | None:
    """Return what a yes would say; None for questions whose yes says something else."""
    found = _ASKS.match(question.text)
    if question.expects != "yes_no" or not found or _OPEN.search(question.text):
        return None
    rest = found["rest"]
    if len(rest.split()) < _FEWEST_WORDS:
        return None
    return f"{rest[0].upper()}{rest[1:]}."


def _key(sentence: Sentence) -> tuple[str, int]:
    return sentence.document_id, sentence.start


def _text(sentence: Evidence) -> str:
    passage = sentence.hit.passage
    return passage.text[sentence.start - passage.start : sentence.end - passage.start]


def _answers_differ(one: str, other: str) -> bool:
    """Tell whether both answer and neither merely says more than the other."""
    mine, yours = set(content_terms(one)), set(content_terms(other))
    return bool(mine - yours) and bool(yours - mine)


def _differing(claim: Evidence, held: Evidence) -> frozenset[str] | None:
    """Return the kinds of things that differ; None where the sentences are of something else."""
    said = read(_text(claim))
    text = held.hit.passage.text
    around = Context(before=(), after="", title=held.hit.card.title, document=text)
    found = fit(said, read(_text(held)), around)
    if found.lacks or rest(said, found) < _SAME:
        return None
    return frozenset(fault.kind for fault in found.faults)
