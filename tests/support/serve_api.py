"""Serves a page whose answerer waits for company, for the tests of endpoints and of logins.

A question that holds `together` is answered only once two of them are there at once.
"""

import threading

from rag import Article, Assistant, Settings
from rag.testing import HashEmbedder, ScriptedAnswerer
from ui import build_app
from ui.app import launch
from ui.guard import load_users


class Together(ScriptedAnswerer):
    """Answers with one sentence."""

    def __init__(self):
        super().__init__("The bridge is closed.")
        self._both = threading.Barrier(2)

    def draft(self, question, hits):
        if "together" in question.text:
            self._both.wait(timeout=20)
        return super().draft(question, hits)


def main(folder, port, *, until, users=None):
    """Serve a library at a port, to those in a file of users or else to MCP clients too."""
    settings = Settings(library=folder, seeds=False)
    with Assistant.open(settings, embedder=HashEmbedder(), answerer=Together()) as assistant:
        text = "The bridge is closed. In May."
        assistant.library.add_articles(
            [Article(source="bridge.txt", title="The bridge", text=text)]
        )
        app = build_app(assistant)
        known = None if users is None else load_users(users)
        launch(app, host="127.0.0.1", port=port, users=known, mcp=known is None)
        until()
        app.close(verbose=False)
