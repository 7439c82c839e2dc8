"""The tab Ask: its parts, which event goes where, and what each is answered for a conversation.

Everything that comes in was sent by a browser, or by whoever speaks its protocol: each part of it
is looked at before it is used.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from rag import Answer, Assistant, DocumentSummary, FootnoteError
from ui.articles import is_drawn, page_image, serving, text
from ui.chat.conversation import Sessions, Turn, moments
from ui.chat.questions import Offers, follow_ups
from ui.chat.turn_view import as_view, taken_back
from ui.evaluation import build_gold_form
from ui.parts import QUIET, Sent, Value, answering, part, streaming
from ui.settings import Chooser

_AT_ONCE = 4
"""Questions answered at the same time."""
_TITLES = 200
"""Of the library that are shown before anything was asked."""
_REPEATED = 2
"""Newest turns in each value: where two were asked at once, none misses its last update."""


class Chat:
    """Answers what the tab Ask sends; one for all conversations."""

    def __init__(self, assistant: Assistant, *, sessions: Sessions, chooser: Chooser) -> None:
        self._assistant = assistant
        self._sessions = sessions
        self._chooser = chooser
        self._offers = Offers()
        self._answering = 0

    def shelf(self, sent: Sent) -> Value:
        """Return the newest titles of the library, or why there are none."""
        del sent
        try:
            self._assistant.library.seed()
            documents = self._assistant.library.documents()
        except FootnoteError as error:
            return {"documents": [], "count": 0, "problem": str(error)}
        newest = documents[::-1][:_TITLES]
        return {"documents": [_spine(d) for d in newest], "count": len(documents)}

    async def open(self, sent: Sent) -> AsyncGenerator[Value, None]:
        """Yield the conversation that a page had before, then questions to begin with.

        What the page kept is taken back where the server does not know the conversation any more.
        """
        if sent.get("kept"):
            await asyncio.to_thread(self._take_back, sent)
        turns = self._sessions.turns(sent.get("token"))
        # What is not over was asked by a page that is gone, and nothing more of it will come here.
        ended = [turn if turn.is_over else replace(turn, stopped=True) for turn in turns]
        shown: Value = {"turns": [as_view(turn) for turn in ended]}
        yield shown | {"model": self._model(sent)}
        yield shown | {"examples": await asyncio.to_thread(self._offered)}

    async def ask(self, sent: Sent) -> AsyncGenerator[Value, None]:
        """Yield the conversation's newest turns as an answer grows, then with its follow-ups.

        The first holds the passages found: that a question is asked, its page has shown itself.
        """
        question, token = sent.get("question"), sent.get("token")
        if not isinstance(question, str) or not question.strip():
            return
        earlier = self._sessions.turns(token)
        number = self._sessions.begin(token, after=sent.get("after"))
        turn = None
        self._answering += 1
        choices = self._sessions.choices(token)
        growing = moments(
            lambda: self._chooser.assistant(choices),
            question.strip(),
            number=number,
            earlier=earlier,
        )
        try:
            async with aclosing(growing) as turns:
                async for turn in turns:
                    if not self._sessions.put(token, turn):
                        return
                    if turn.hits is not None or turn.is_over:
                        yield self._newest(token)
        finally:
            self._answering -= 1
            if turn is not None and not turn.is_over:
                self._sessions.put(token, replace(turn, stopped=True))
        if turn is not None and turn.answer is not None:
            asked = [*(past.question for past in earlier), turn.question]
            offered = await asyncio.to_thread(self._follow_ups, turn, asked)
            if offered and self._sessions.put(token, replace(turn, follow_ups=offered)):
                yield self._newest(token)

    async def retry(self, sent: Sent) -> AsyncGenerator[Value, None]:
        """Forget a turn and what came after it, and yield as `ask` does for its question."""
        token, number = sent.get("token"), sent.get("turn")
        found = next((t for t in self._sessions.turns(token) if t.number == number), None)
        if found is None:
            return
        self._sessions.drop(token, found.number)
        async with aclosing(self.ask({**sent, "question": found.question})) as values:
            async for value in values:
                yield value

    def stop(self, sent: Sent) -> Value:
        """Mark what is being answered as stopped, and return it."""
        stopped = self._sessions.stop(sent.get("token"))
        return {"turns": [as_view(turn) for turn in stopped]}

    def answer(self, sent: Sent) -> Answer | None:
        """Return the answer of a turn; None while there is none."""
        turns = self._sessions.turns(sent.get("token"))
        return next((turn.answer for turn in turns if turn.number == sent.get("turn")), None)

    def forget(self, sent: Sent) -> None:
        """Forget a whole conversation."""
        self._sessions.drop(sent.get("token"), 0)

    def _take_back(self, sent: Sent) -> None:
        try:
            turns = taken_back(self._assistant, sent.get("kept"))
        except FootnoteError:
            return  # The pane, which lists the library, says why.
        self._sessions.take_back(sent.get("token"), turns)

    def _newest(self, token: object) -> Value:
        newest = self._sessions.turns(token)[-_REPEATED:]
        return {"turns": [as_view(turn) for turn in newest]}

    def _model(self, sent: Sent) -> str:
        try:
            return self._chooser.assistant(self._sessions.choices(sent.get("token"))).model
        except FootnoteError:
            return "no model"

    def _is_quiet(self) -> bool:
        """Say whether nobody waits for an answer: only then questions to offer are looked for."""
        return self._answering == 0

    def _offered(self) -> list[str]:
        """Return questions to begin with."""
        try:
            self._assistant.library.seed()
            return list(self._offers.of_newest(self._assistant, wanted=self._is_quiet))
        except FootnoteError:
            return []  # The pane, which lists the library, says why.

    def _follow_ups(self, turn: Turn, asked: list[str]) -> tuple[str, ...]:
        cited = {c.document_id for c in turn.citations}
        hits = turn.hits or ()
        near = [
            scored.sentence.text
            for hit in hits
            if not cited or hit.passage.document_id in cited
            for scored in hit.sentences
        ]
        try:
            return follow_ups(self._assistant, near, asked, wanted=self._is_quiet)
        except FootnoteError:
            return ()


def _spine(document: DocumentSummary) -> Value:
    card = document.card
    return {
        "id": document.id,
        "title": card.title,
        "source": card.source,
        "pdf": is_drawn(card),
    }


def build(assistant: Assistant, *, chat: Chat) -> None:
    """Build the conversation at the left and its sources at the right; call it inside the tab."""
    import gradio as gr

    with gr.Row(elem_id="room"):
        with gr.Column(elem_id="talk"):
            log = part("log")
            composer = part("composer")
        with gr.Column(elem_id="sources"):
            pane = part(
                "pane", server_functions=[serving(assistant, find) for find in (text, page_image)]
            )
    # Gradio drops an event while an earlier one of the same kind still runs, as one does that looks
    # for follow-up questions.
    together = {"concurrency_id": "answer", "concurrency_limit": _AT_ONCE}
    shared = QUIET | together | {"trigger_mode": "multiple"}
    log.open(streaming(chat.open), None, log, **QUIET)
    pane.open(answering(chat.shelf), None, pane, **QUIET)
    asked = [
        log.ask(streaming(chat.ask), None, log, **shared),
        log.retry(streaming(chat.retry), None, log, **shared),
    ]
    composer.stop(answering(chat.stop), None, log, cancels=asked, queue=False, **QUIET)
    log.forget(answering(chat.forget), None, None, cancels=asked, queue=False, **QUIET)
    build_gold_form(assistant, log=log, answer_of=chat.answer)
