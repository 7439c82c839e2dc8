"""The form that makes a gold question of an answer: what was right, and which sentences say it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from ui.library.articles import fetching
from ui.parts import QUIET, Sent, Value, answering, part

if TYPE_CHECKING:
    import gradio as gr

    from eval import Quote
    from rag import Answer, Assistant, Document

AnswerOf = Callable[[Sent], "Answer | None"]
"""Given what a thumb sent: the answer that it is about; None where there is none."""

_TITLES = 500
"""Articles that the form offers, those of the answer first."""
_MOST_PICKS = 50
_LONGEST = 2000
"""Characters of the question and of the answers."""


def build(assistant: "Assistant", *, log: "gr.HTML", answer_of: AnswerOf) -> None:
    """Add the form, which opens at the event 'thumb' of the conversation's part `log`."""
    questions = GoldQuestions(assistant, answer_of=answer_of)
    form = part("gold", server_functions=[fetching(assistant)])
    log.thumb(answering(questions.open), None, form, **QUIET)
    form.save(answering(questions.save), None, form, **QUIET)


class GoldQuestions:
    """Prepares the form and writes what comes back from it; whoever sends it, all is checked."""

    def __init__(self, assistant: "Assistant", *, answer_of: AnswerOf) -> None:
        self._assistant = assistant
        self._answer_of = answer_of

    def open(self, sent: Sent) -> Value:
        """Return the form, filled in from the answer that a thumb was given to."""
        from rag import FootnoteError

        answer = self._answer_of(sent)
        if answer is None:
            return {"problem": "The answer is not kept any more: ask the question again."}
        good = sent.get("good") is True
        try:
            return {
                "form": {
                    "good": good,
                    "question": answer.searched or answer.question,
                    "answer": _said(answer) if good and answer.status == "answered" else "",
                    "abstain": good and answer.status == "abstained",
                    "documents": self._titles(answer),
                    "picks": list(self._cited(answer)) if good else [],
                }
            }
        except FootnoteError as error:
            return {"problem": str(error)}

    def save(self, sent: Sent) -> Value:
        """Add what the form says to the file of gold questions; say so, or what is wrong."""
        from eval import add_case
        from rag import FootnoteError

        question = str(sent.get("question") or "")[:_LONGEST].strip()
        abstain = sent.get("abstain") is True
        answers = str(sent.get("answer") or "")[:_LONGEST].splitlines()
        given = [] if abstain else [line.strip() for line in answers if line.strip()]
        if not question:
            return {"problem": "The question is empty: write what should be asked."}
        if not abstain and not given:
            return {"problem": "Write what it should have said, or choose that it should abstain."}
        path = self._assistant.settings.gold_file
        try:
            evidence = () if abstain else tuple(self._quotes(sent.get("picks")))
            add_case(
                path,
                self._assistant,
                question=question,
                answers=given,
                evidence=evidence,
                answerable=not abstain,
            )
        except FootnoteError as error:
            return {"problem": str(error)}
        return {"saved": f"Saved to {path.name}. The next run asks it."}

    def _titles(self, answer: "Answer") -> list[Value]:
        near = [*(c.document_id for c in answer.citations)]
        near += [hit.passage.document_id for hit in answer.hits]
        order = {known: place for place, known in reversed([*enumerate(near)])}
        cards = sorted(
            reversed(self._assistant.documents()), key=lambda card: order.get(card.id, len(order))
        )
        return [{"id": card.id, "title": card.title} for card in cards[:_TITLES]]

    def _cited(self, answer: "Answer") -> Iterator[tuple[str, int]]:
        """Give document and place of each sentence that the answer's citations touch."""
        for citation in answer.citations:
            for sentence in self._assistant.document(citation.document_id).sentences:
                if sentence.start < citation.end and citation.start < sentence.end:
                    yield sentence.document_id, sentence.ordinal

    def _quotes(self, picks: object) -> "Iterator[Quote]":
        """Give the picked sentences as evidence; those that follow each other are one quote."""
        from eval import Quote

        for document_id, places in _by_document(picks).items():
            document = self._assistant.document(document_id)
            name = PurePath(document.summary.source).name
            for first, last in _runs(places, within=len(document.sentences)):
                yield Quote(document=name, quote=_text(document, first, last))


def _said(answer: "Answer") -> str:
    return " ".join(sentence.text for sentence in answer.sentences)


def _by_document(picks: object) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for pick in picks[:_MOST_PICKS] if isinstance(picks, list) else ():
        match pick:
            case [str(document), int(place)] if not isinstance(place, bool):
                found.setdefault(document, set()).add(place)
    return found


def _runs(places: Iterable[int], *, within: int) -> Sequence[tuple[int, int]]:
    """Return first and last of each run of consecutive places from 0 to less than `within`."""
    runs: list[tuple[int, int]] = []
    for place in sorted(place for place in places if 0 <= place < within):
        if runs and runs[-1][1] == place - 1:
            runs[-1] = runs[-1][0], place
        else:
            runs.append((place, place))
    return runs


def _text(document: "Document", first: int, last: int) -> str:
    return document.text[document.sentences[first].start : document.sentences[last].end]
