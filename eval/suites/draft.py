"""Proposes gold cases from the articles of a library; whether one is kept is for a person to say.

A proposal is a question that a sentence answers in a few words, and that the product answers today
from that very sentence. What fails today is not proposed: whoever knows of it, adds it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Protocol

from eval.metrics.answers import contains_answer, token_f1
from eval.running.asking import plain_text
from eval.running.suite import Asked
from eval.suites.cases import Quote, file_name, same_question
from eval.suites.turning import Turned, is_whole, turned
from rag import Answer, Document, LanguageModel, Settings
from rag.internal import draft_messages, places

_SHORTEST, _AROUND = 30, 600
"""Characters of a sentence that a model is asked about, and before and behind it."""
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


class ModelMaker:
    """Asks a language model for a question to a sentence, then turns the sentence by itself.

    What a model writes is held to the same: it reads alone, and its answer is the sentence's words.

    Args:
        model: what is asked, once a sentence.
        settings: name the folder of a user's own prompts.
    """

    def __init__(self, model: LanguageModel, *, settings: Settings) -> None:
        self._model = model
        self._settings = settings

    def __call__(self, sentence: str, *, article: str) -> tuple[Turned, ...]:
        """Return the model's question, if it is one, and those that the sentence gives turned.

        Raises:
            ModelError: the model does not reply.
            SettingsError: the prompt cannot be used.
        """
        own = turned(sentence, article=article)
        if len(sentence) < _SHORTEST:
            return own
        at = article.find(sentence)
        around = article[max(0, at - _AROUND) : at + len(sentence) + _AROUND]
        messages = draft_messages(sentence, around=around, settings=self._settings)
        reply = self._model.complete(messages).text.strip().splitlines()
        lines = [line.strip() for line in reply if line.strip()]
        if len(lines) != 2 or not lines[0].endswith("?") or not is_whole(lines[0]):
            return own
        if not contains_answer(sentence, lines[1:]):
            return own
        return Turned(question=lines[0], answer=lines[1]), *own


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
        and (_is_written(answer) or token_f1(answer.short or "", (wanted.answer,)) >= _LEAST)
    )


def _is_written(answer: Answer) -> bool:
    """Tell whether a language model wrote the answer, which then has no short one."""
    return bool(answer.prompts) and answer.short is None
