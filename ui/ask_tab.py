"""The tab Ask: which part shows what, and what happens on which event; no HTML is made here."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ui import render
from ui.examples import MOST, example_questions

if TYPE_CHECKING:
    import gradio as gr
    from gradio.components import Component
    from gradio.events import Dependency

    from rag import Assistant
    from ui.conversation import Turn

    Trigger = Callable[..., Dependency]

_LONGEST = 2000
"""Characters of a question, as `Assistant.ask` allows them."""
_SECONDS_KEPT = 3600
_AT_ONCE = 4
"""Questions answered at the same time."""
_FORGET_CHOICE = "() => { if (location.hash) location.hash = ''; }"
"""A source chosen by its link stays chosen; a new question shows its own sources."""
_SHOW_LAST = "() => document.querySelector('.turn:last-of-type').scrollIntoView({block: 'nearest'})"


def build(assistant: "Assistant", *, app: "gr.Blocks", tab: "gr.Tab") -> None:
    """Build the conversation at the left and its sources at the right; call it inside the tab."""
    import gradio as gr

    del tab
    handlers = _Handlers(assistant)
    turns = gr.State((), time_to_live=_SECONDS_KEPT)
    with gr.Row(elem_id="room"):
        with gr.Column(elem_id="talk"):
            talk = _html(render.conversation(()), "conversation")
            with gr.Row(elem_id="examples", visible=False) as examples:
                offers = [gr.Button("", visible=False) for _ in range(MOST)]
            with gr.Row(elem_id="composer"):
                box, send = _composer()
        with gr.Column(elem_id="sources"):
            pane = _html("", "pane")
    shown = [turns, talk, pane, box, examples]
    _on_question([box.submit, send.click], handlers, box, turns, shown)
    for offer in offers:
        _on_question([offer.click], handlers, offer, turns, shown)
    app.load(
        handlers.open,
        turns,
        [pane, examples, *offers],
        api_visibility="private",
        show_progress="hidden",
    )


class _Handlers:
    """What the page asks of the assistant, and what each part shows then."""

    def __init__(self, assistant: "Assistant") -> None:
        self._assistant = assistant

    def open(self, turns: "tuple[Turn, ...]") -> "list[object]":
        """Return the library's titles and the questions to begin with."""
        import gradio as gr

        from rag import FootnoteError

        try:
            documents = self._assistant.documents()
        except FootnoteError as error:
            return [render.problem(str(error)), gr.skip(), *[gr.skip()] * MOST]
        questions = example_questions(documents)
        offers = [gr.update(value=question, visible=True) for question in questions]
        rest = [gr.skip()] * (MOST - len(offers))
        pane = gr.skip() if turns else render.library(documents)
        return [pane, gr.update(visible=bool(questions) and not turns), *offers, *rest]

    def ask(self, question: object, turns: "tuple[Turn, ...]") -> "Iterator[list[object]]":
        """Yield the conversation, its sources and the emptied box as an answer grows."""
        import gradio as gr

        from ui.conversation import moments, with_turn

        asked = str(question or "").strip()
        if not asked:
            yield [gr.skip()] * 5
            return
        number = turns[-1].number + 1 if turns else 1
        for turn in moments(self._assistant, asked, number=number, earlier=turns):
            now = with_turn(turns, turn)
            yield [now, render.conversation(now), render.sources(now), "", gr.update(visible=False)]


def _on_question(
    triggers: "list[Trigger]",
    handlers: _Handlers,
    asked: "gr.Textbox | gr.Button",
    turns: "gr.State",
    shown: "list[Component]",
) -> None:
    import gradio as gr

    gr.on(triggers, None, js=_FORGET_CHOICE, api_visibility="private")
    gr.on(
        triggers,
        handlers.ask,
        [asked, turns],
        shown,
        show_progress="hidden",
        api_visibility="private",
        concurrency_id="answer",
        concurrency_limit=_AT_ONCE,
    ).then(None, js=_SHOW_LAST, api_visibility="private")


def _composer() -> "tuple[gr.Textbox, gr.Button]":
    import gradio as gr

    box = gr.Textbox(
        label="Your question",
        show_label=False,
        placeholder="Ask about your articles",
        lines=1,
        max_lines=6,
        max_length=_LONGEST,
        container=False,
        autofocus=True,
        elem_id="question",
    )
    return box, gr.Button("Ask", variant="primary", elem_id="send")


def _html(value: str, elem_id: str) -> "gr.HTML":
    import gradio as gr

    return gr.HTML(value, elem_id=elem_id, js_on_load=None, apply_default_css=False)
