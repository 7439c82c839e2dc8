"""Puts an answer into its question as a statement, and has its sentence told of that.

"Who may vote?" is not answered by "Members under 18" where they may not: the statement "Members
under 18 may vote." is denied. A question with "not" is put without it and told the other way round,
since that a thing was opened in 1988 denies plainly that it was in 1964, and says less plainly that
it was not.
"""

import re
from functools import cache

from index.types import Hit, Sentence
from rag.answer.yes_no import Teller, clauses
from rag.question import any_of, asks_from
from rag.reader.onnx_reader import ReadSentence, Telling
from rag.reader.windows import window_of

_NOT = re.compile(r"(?<!ca)n['’]t\b|(?<=can)['’]t\b|(?<=can)not\b|\s(?:not|never)\b", re.IGNORECASE)
"""What makes a question one of what is not; "can't" keeps its "can"."""


def bears_out(question: str, found: ReadSentence, hit: Hit, reader: Teller) -> Telling:
    """Return what is said of the words that were found, by their clause where there are several.

    Nothing is said of words that reach over two clauses, of which one may deny what the other says.
    Takes about half as long as reading a passage: a sentence is short.

    Args:
        question: As it was asked.
        found: Words in a sentence of the hit.
        hit: Its title leads the sentence.
        reader: Tells it.

    Raises:
        EmbeddingError: A file of the base model or of the reader is missing or damaged.
    """
    part = clause_of(found.sentence, found.start, found.end)
    if part is None:
        return Telling(said=0.0, denied=0.0, open=1.0)
    window = window_of(hit, (part,))
    if not is_negated(question):
        return reader.tell(put(question, found.words), [window])[0]
    plain = put(_NOT.sub("", question), found.words)
    turned = reader.tell(plain, [window])[0]
    return Telling(said=turned.denied, denied=turned.said, open=turned.open)


def clause_of(sentence: Sentence, start: int, end: int) -> Sentence | None:
    """Return the clause, or the sentence of one, that a span of the text lies in; else None."""
    parts = clauses(sentence) or [sentence]
    return next((part for part in parts if part.start <= start and end <= part.end), None)


def is_negated(text: str) -> bool:
    """Say whether there is a "not" in a question or sentence, or a word that does as much."""
    return bool(_negation().search(text.replace("’", "'")))


def put(question: str, answer: str) -> str:
    """Return a question as a statement, its answer in the place of the words that ask.

    "Who may vote?" and "Members" give "Members may vote."; where nothing asks, the answer follows.
    The order of words stays: "In 1964 was it built." is told as well as the other way round.
    """
    plain = question.replace("’", "'").rstrip(" ?.!")
    at = asks_from(plain)
    asks = _asks().match(plain, at)
    if asks is None:
        return f"{plain}: {answer.rstrip(' .')}."
    before, after = plain[:at], plain[asks.end() :]
    told = f"{before}{answer.rstrip(' .')} {after.strip()}".strip()
    return f"{told[0].upper()}{told[1:]}."


@cache
def _negation() -> re.Pattern[str]:
    return re.compile(rf"n't\b|\b{any_of('asks', 'negation')}\b", re.IGNORECASE)


@cache
def _asks() -> re.Pattern[str]:
    """Return the form of the words that an answer replaces, the noun behind "which" included."""
    auxiliary = any_of("asks", "auxiliary")
    noun = rf"(?:(?!{auxiliary}\b)[\w'\-]+ )"
    return re.compile(
        rf"(?:(?:which|what|whose) {noun}{{1,4}}?(?={auxiliary}\b)|(?:which|whose) {noun}"
        rf"|how {any_of('asks', 'amount_adjective')}\b|{any_of('asks', 'pronoun')}\b)",
        re.IGNORECASE,
    )
