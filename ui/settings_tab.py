"""The tab Settings: what answers, and from how much."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gradio as gr

    from rag import Assistant


def build(assistant: "Assistant", *, app: "gr.Blocks", tab: "gr.Tab") -> None:
    """Show which model answers, from how many passages; call it inside the tab."""
    import gradio as gr

    del app, tab
    settings = assistant.settings
    gr.Markdown(f"# Settings\nModel: `{settings.llm}`, passages: {settings.k}.")
