"""The tab Ask: its parts, and which event goes where; `ui.chat.answers` answers, scripts draw."""

from typing import TYPE_CHECKING

from ui.chat.answers import Room
from ui.evaluation import gold_form
from ui.library.articles import reading
from ui.parts import QUIET, answering, part, streaming

if TYPE_CHECKING:
    from rag import Assistant

_AT_ONCE = 4
"""Questions answered at the same time."""


def build(assistant: "Assistant", *, room: Room) -> None:
    """Build the conversation at the left and its sources at the right; call it inside the tab."""
    import gradio as gr

    with gr.Row(elem_id="room"):
        with gr.Column(elem_id="talk"):
            log = part("log")
            composer = part("composer")
        with gr.Column(elem_id="sources"):
            pane = part("pane", server_functions=[reading(assistant)])
    # Gradio drops an event while an earlier one of the same kind still runs, as one does that looks
    # for follow-up questions.
    together = {"concurrency_id": "answer", "concurrency_limit": _AT_ONCE}
    shared = QUIET | together | {"trigger_mode": "multiple"}
    log.open(streaming(room.open), None, log, **QUIET)
    pane.open(answering(room.shelf), None, pane, **QUIET)
    asked = [
        log.ask(streaming(room.ask), None, log, **shared),
        log.retry(streaming(room.retry), None, log, **shared),
    ]
    composer.stop(answering(room.stop), None, log, cancels=asked, queue=False, **QUIET)
    log.forget(answering(room.forget), None, None, cancels=asked, queue=False, **QUIET)
    gold_form.build(assistant, log=log, answer_of=room.answer)
