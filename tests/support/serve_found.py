"""Serves a page on a machine where a program with models runs, for the tests of who may look."""

from rag import Article, Assistant, Settings
from rag.llm import found_models
from rag.testing import HashEmbedder
from ui import build_app
from ui.app import launch


def main(folder, port, *, until, runs_at, names=()):
    """Serve a library at a port; at another, an OpenAI-like server is."""
    found_models.PLACES = (found_models.Place(program="LM Studio", port=runs_at),)
    settings = Settings(library=folder, seeds=False)
    with Assistant.open(settings, embedder=HashEmbedder()) as assistant:
        assistant.library.add_articles([Article(source="a", title="A", text="Dogs bark at night.")])
        app = build_app(assistant)
        launch(app, host="127.0.0.1", port=port, names=names)
        until()
        app.close(verbose=False)
