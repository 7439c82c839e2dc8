"""Serves a page whose answerer waits for company, for the tests of endpoints and of logins.

Arguments: the library's folder, a port, and a file of users, or `-` to answer MCP clients instead.
A question that holds `together` is answered only once two of them are there at once.
"""

import sys
import threading
from pathlib import Path

from rag import Article, Assistant, Settings
from rag.testing import HashEmbedder, ScriptedAnswerer
from ui import build_app
from ui.app import launch
from ui.server.guard import load_users


class Together(ScriptedAnswerer):
    """Answers with one sentence."""

    def __init__(self):
        super().__init__("The bridge is closed.")
        self._both = threading.Barrier(2)

    def draft(self, question, hits):
        if "together" in question:
            self._both.wait(timeout=20)
        return super().draft(question, hits)


def main(folder, port, users):
    settings = Settings(library=folder, seeds=False)
    with Assistant.open(settings, embedder=HashEmbedder(), answerer=Together()) as assistant:
        text = "The bridge is closed. In May."
        assistant.add_articles([Article(source="bridge.txt", title="The bridge", text=text)])
        known = None if users == "-" else load_users(Path(users))
        launch(
            build_app(assistant), host="127.0.0.1", port=int(port), users=known, mcp=users == "-"
        )
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
