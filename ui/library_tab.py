"""The tab Library: the articles that answers are drawn from."""

from typing import TYPE_CHECKING

from ui import render

if TYPE_CHECKING:
    import gradio as gr

    from rag import Assistant


def build(assistant: "Assistant", *, app: "gr.Blocks", tab: "gr.Tab") -> None:
    """Show the articles of the library anew whenever the tab is chosen; call it inside the tab."""
    import gradio as gr

    listed = gr.HTML("", elem_id="library", js_on_load=None, apply_default_css=False)

    def titles() -> str:
        from rag import FootnoteError

        try:
            return render.library(assistant.documents())
        except FootnoteError as error:
            return render.problem(str(error))

    for show in (app.load, tab.select):
        show(titles, None, listed, api_visibility="private", show_progress="hidden")
