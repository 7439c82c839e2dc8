"""Hands the page the text of one article; all it takes and gives is JSON, whoever asks."""

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag import Assistant

MISSING = {"missing": True}


def fetching(assistant: "Assistant") -> Callable[[object], dict[str, Any]]:
    """Return `article` of one assistant, under the name by which scripts call it."""

    def fetch(wanted: object) -> dict[str, Any]:
        return article(assistant, wanted)

    fetch.__name__ = "article"
    return fetch


def reading(assistant: "Assistant") -> Callable[[object], dict[str, Any]]:
    """Return `text` of one assistant, under the name by which scripts call it."""

    def fetch(wanted: object) -> dict[str, Any]:
        return text(assistant, wanted)

    fetch.__name__ = "text"
    return fetch


def text(assistant: "Assistant", wanted: object) -> dict[str, Any]:
    """Return an article's text and its hash by `{"id": ...}`; `MISSING` for no such id.

    Without its sentences, which are most of the time that `article` takes for a long one.
    """
    from rag import FootnoteError

    known = wanted.get("id") if isinstance(wanted, dict) else None
    if not isinstance(known, str):
        return dict(MISSING)
    try:
        found = assistant.text(known)
    except FootnoteError:
        return dict(MISSING)
    digest = hashlib.sha256(found.encode("utf-8")).hexdigest()
    return {"text": found, "sha256": digest}


def article(assistant: "Assistant", wanted: object) -> dict[str, Any]:
    """Return an article's title, source, date and text by `{"id": ...}`; `MISSING` for no such id.

    `note` says what became of its file since it was indexed; empty where it is as it was.
    """
    from rag import FootnoteError

    known = wanted.get("id") if isinstance(wanted, dict) else None
    if not isinstance(known, str):
        return dict(MISSING)
    try:
        document = assistant.document(known)
    except FootnoteError:
        return dict(MISSING)
    card = document.summary
    return {
        "id": card.id,
        "title": card.title,
        "source": place(card.source, card.url),
        "published": card.published or "",
        "sha256": card.sha256,
        "text": document.text,
        "note": document.source_note,
        "sentences": [[s.start, s.end] for s in document.sentences],
    }


def place(source: str, url: str | None) -> str:
    """Return where an article is from in one line: its source, and a saved page's own address."""
    return f"{source} · {url}" if url else source
