"""Proposes gold cases from the articles of a library; whether one is kept is for a person to say.

A proposal is a question that a sentence answers in a few words, and that the product answers today
from that very sentence. What fails today is not proposed: whoever knows of it, adds it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Protocol

from eval.metrics import contains_answer, token_f1
from eval.running.asking import plain_text
from eval.running.suite import Asked
from eval.suites.append import same_question
from eval.suites.cases import Quote, file_name
from eval.suites.turning import Turned, turned
from rag import Answer, Document
from rag.internal import places

_LEAST = 0.5
"""F1 of the words of the product's short answer with those that are expected, from which it is
the same; and the confidence from which the product is sure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A question with its answer and the sentence that has it."""

    question: str
    answers: tuple[str, ...]
    evidence: Quote
    document_id: str
    ordinal: int
    """Of the sentence in the document, from 0."""
    title: str
    """Of the document."""


class Maker(Protocol):
    """What makes questions of a sentence: `eval.suites.turning.turned`, or a model."""

    def __call__(self, sentence: str, *, article: str) -> Collection[Turned]:
        """Return questions that the sentence answers, with the words that answer."""


def proposals(
    assistant: Asked,
    *,
    documents: Collection[str] | None = None,
    known: Collection[str] = (),
    make: Maker = turned,
) -> Iterator[Proposal]:
    """Yield proposals in the order of the articles, each when it is found.

    A sentence gives one for each of the answers that it has.

    Args:
        assistant: whose articles they are about, and who must answer them.
        documents: ids of the articles; None takes all.
        known: questions that are not proposed again.
        make: what makes questions.

    Raises:
        OperationError: the library cannot be used.
    """
    asked = {same_question(question) for question in known}
    for summary in assistant.library.documents():
        if documents is not None and summary.id not in documents:
            continue
        document = assistant.library.document(summary.id)
        for ordinal in range(len(document.sentences)):
            given = set[tuple[str, ...]]()
            for one in _of_sentence(assistant, document, ordinal, make):
                if same_question(one.question) not in asked and one.answers not in given:
                    asked.add(same_question(one.question))
                    given.add(one.answers)
                    yield one


def _of_sentence(
    assistant: Asked, document: Document, ordinal: int, make: Maker
) -> Iterator[Proposal]:
    sentence, card = document.sentences[ordinal], document.summary.card
    name = file_name(card.source)
    if not name or len(places(document.text, sentence.text)) != 1:
        return
    for one in make(sentence.text, article=document.text):
        answer = assistant.ask(one.question)
        if _says(answer, one, document.summary.id, (sentence.start, sentence.end)):
            yield Proposal(
                question=one.question,
                answers=(one.answer,),
                evidence=Quote(document=name, quote=sentence.text),
                document_id=document.summary.id,
                ordinal=ordinal,
                title=card.title,
            )


def _says(answer: Answer, wanted: Turned, document_id: str, span: tuple[int, int]) -> bool:
    """Tell whether an answer gives these words, surely, and from this sentence first."""
    first = answer.citations[0] if answer.citations else None
    return (
        answer.status == "answered"
        and first is not None
        and first.document_id == document_id
        and first.start < span[1]
        and span[0] < first.end
        and answer.confidence >= _LEAST
        and contains_answer(plain_text(answer), (wanted.answer,))
        and token_f1(answer.short or "", (wanted.answer,)) >= _LEAST
    )
