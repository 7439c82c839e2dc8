"""The tab Evaluation: what is measured, and with which command."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gradio as gr

    from rag import Assistant

_WORDS = """# Evaluation
Run `footnote eval` in a terminal: it asks gold questions and says what fails."""


def build(assistant: "Assistant", *, app: "gr.Blocks", tab: "gr.Tab") -> None:
    """Show how to measure the answers; call it inside the tab."""
    import gradio as gr

    del assistant, app, tab
    gr.Markdown(_WORDS)
