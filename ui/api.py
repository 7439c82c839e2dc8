"""The three public endpoints: `ask`, `search` and `documents`, for programs and for MCP clients."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from rag import Assistant, DocumentSummary, FootnoteError, Hit, MisuseError
from rag.internal import as_json

_AT_ONCE = 4
_MOST_PASSAGES = 100
_MOST_DOCUMENTS = 1000


def build(assistant: Assistant) -> None:
    """Add the endpoints; call it inside the app. Gradio takes their types and docstrings as told.

    They answer as the page was started, whatever somebody chose on the tab Settings.
    """
    import gradio as gr

    endpoints = _Endpoints(assistant)
    for endpoint in (endpoints.ask, endpoints.search, endpoints.documents):
        gr.api(  # type: ignore[attr-defined]
            endpoint,
            api_name=endpoint.__name__,
            concurrency_id="answer",
            concurrency_limit=_AT_ONCE,
        )


class _Endpoints:
    """What each endpoint does; errors reach the client as one sentence."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def ask(self, question: str) -> dict[str, Any]:
        """Answer a question from the articles of the library, every sentence with its footnotes.

        Args:
            question: The question, in words, at most 2,000 characters.

        Returns:
            The answer: its `status` (`answered` or `abstained`), the `short` answer or null, its
            `text`, its `sentences` with the numbers of their citations, and its `citations`, each a
            literal `quote` with the article's title and the characters where it stands. What a
            language model wrote where the articles are quoted in its place is in `set_aside`.
        """
        with _told():
            return cast(dict[str, Any], as_json(self._assistant.ask(_text(question))))

    def search(self, question: str, k: int = 8) -> list[dict[str, Any]]:
        """Find the passages of the library that are nearest to a question, best first.

        Args:
            question: What to look for, in words, at most 2,000 characters.
            k: How many passages, 1 to 100.

        Returns:
            The passages, each with its article's title and source, its text and its score.
        """
        with _told():
            self._assistant.library.seed()
            hits = self._assistant.search(_text(question), k=_number(k))
        return [_passage(hit) for hit in hits]

    def documents(self, containing: str = "") -> list[dict[str, Any]]:
        """List the articles of the library, newest first, at most 1,000.

        Args:
            containing: Words that title, source or author must have; empty for all articles.

        Returns:
            The articles, each with its id, title, source, dates, author and number of sentences.
        """
        with _told():
            words = _text(containing).casefold().split()
            self._assistant.library.seed()
            found = self._assistant.library.documents()
        return [
            _article(document)
            for document in reversed(found)
            for card in [document.card]
            if all(word in f"{card.title} {card.source} {card.author}".casefold() for word in words)
        ][:_MOST_DOCUMENTS]


def _passage(hit: Hit) -> dict[str, Any]:
    return {
        "document": hit.passage.document_id,
        "title": hit.card.title,
        "source": hit.card.source,
        "page": hit.page,
        "page_label": hit.page_label,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "text": hit.passage.text,
        "score": hit.score,
    }


def _article(document: DocumentSummary) -> dict[str, Any]:
    card = document.card
    return {
        "id": document.id,
        "title": card.title,
        "source": card.source,
        "published": card.published,
        "author": card.author,
        "added_at": document.added_at,
        "sentences": document.sentences,
    }


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise MisuseError(f"a text is needed, not {given!r}: send a string")
    return given


def _number(given: object) -> int:
    if not isinstance(given, int) or isinstance(given, bool):
        raise MisuseError(f"k cannot be {given!r}: send a whole number, 1 to {_MOST_PASSAGES}")
    return given


@contextmanager
def _told() -> Iterator[None]:
    """Raise our errors as ones whose sentence reaches the client; of others only that they were."""
    import gradio as gr

    try:
        yield
    except FootnoteError as error:
        raise gr.Error(str(error), print_exception=False) from error
