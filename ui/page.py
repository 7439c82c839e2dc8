"""The page: its bar, its tabs, and which module builds each; what they show is made in those."""

from typing import TYPE_CHECKING

from ui.chat import ask_tab
from ui.chat.answers import Room
from ui.chat.sessions import Sessions
from ui.evaluation import evaluation_tab
from ui.library import library_tab
from ui.parts import part
from ui.server import api
from ui.settings import settings_tab
from ui.settings.choices import Chooser

if TYPE_CHECKING:
    import gradio as gr

    from rag import Assistant

_AT_ONCE = 4
"""Events handled at the same time; more wait their turn, too many are told to come back."""
_WAITING = 32
_CLEANED_SECONDS, _KEPT_SECONDS = 3600, 86_400
"""How often Gradio's folder of files is cleaned, and how old a file gets."""


def build_app(assistant: "Assistant") -> "gr.Blocks":
    """Return the page as a Gradio app; `ui.server.launch` adds its style and guards.

    Nothing is asked of the assistant before the page is opened in a browser. Every tab is built by
    a `build` of its own, called inside its `gr.Tab`; no listener of theirs is public, and
    each takes any input, for private ones answer plain HTTP too.
    """
    import gradio as gr

    app = gr.Blocks(
        title="Footnote",
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(_CLEANED_SECONDS, _KEPT_SECONDS),
    )
    sessions, chooser = Sessions(), Chooser(assistant)
    room = Room(assistant, sessions=sessions, chooser=chooser)
    with app:
        api.build(assistant)  # first, so that no listener takes the names of the endpoints
        part("bar")
        with gr.Tabs(elem_id="nav"):
            with gr.Tab("Ask", id="ask"):
                ask_tab.build(assistant, room=room)
            with gr.Tab("Library", id="library") as tab, gr.Column(elem_classes="page"):
                library_tab.build(assistant, app=app, tab=tab)
            with gr.Tab("Evaluation", id="evaluation") as tab, gr.Column(elem_classes="page"):
                evaluation_tab.build(assistant, app=app, tab=tab)
            with gr.Tab("Settings", id="settings"), gr.Column(elem_classes="page"):
                settings_tab.build(assistant, sessions=sessions, chooser=chooser)
    # Mounted in another server, Gradio takes an app as not launched, and then reads any file that a
    # request names.
    app.has_launched = True
    app.queue(default_concurrency_limit=_AT_ONCE, max_size=_WAITING, api_open=False)
    return app
