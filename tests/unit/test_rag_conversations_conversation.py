"""Kept answers: read again, compared with their articles as they are now, and exported."""

import json
from dataclasses import replace
from pathlib import Path

from kept_talks import HERE, ONE, TEXT, answered, keep

from rag import (
    Card,
    Citation,
    Scope,
    Settings,
)
from rag.conversations.conversation import (
    compared,
    exported,
    library_name,
    read_answer,
    stored_answer,
    with_comparison,
)
from rag.conversations.store import ConversationStore


def test_an_answer_keeps_its_scope_and_one_that_is_none_is_no_answer() -> None:
    scoped = replace(answered("Why?"), scope=Scope(tags=("castle",), since="2024"))
    stored = stored_answer(scoped)
    assert read_answer(stored) == scoped
    assert read_answer(stored.replace("2024", "then")) is None


def test_what_a_later_version_adds_to_an_answer_is_passed_over() -> None:
    later = json.dumps(json.loads(stored_answer(answered("Why?"))) | {"mood": "good"})
    assert read_answer(later) == answered("Why?")


def test_a_library_is_named_without_its_password(tmp_path: Path) -> None:
    address = "postgresql://ann:secret@db.example:5433/notes?sslmode=require"
    settings = Settings(library=address, vectors="http://127.0.0.1:8000")
    assert library_name(settings) == "postgresql://ann@db.example:5433/notes"
    several = "postgresql://ann:secret@One:5432,two:5433/notes"
    settings = Settings(library=several, vectors="http://127.0.0.1:8000")
    assert library_name(settings) == "postgresql://ann@one:5432,two:5433/notes"
    (tmp_path / "link").symlink_to(tmp_path)
    assert library_name(Settings(library=tmp_path / "link" / "x")) == str(tmp_path / "x")


def test_a_quote_is_compared_with_what_its_article_says_now() -> None:
    from hashlib import sha256

    (citation,) = answered("How many towers?").citations
    card = Card(title="Lune", sha256=sha256(TEXT.encode()).hexdigest())
    citation = Citation(
        number=1, document_id="d", card=card, page=None, start=0, end=len(TEXT), quote=TEXT
    )

    def note(text: str) -> str:
        return compared([citation], {"d": text}.__getitem__)[0].source_note

    assert note(TEXT) == ""
    assert note(f"Long ago. {TEXT}") == "article edited since: this still stands in it"
    edited = "The castle of Lune has five towers."
    assert note(edited) == "article edited since: this does not stand in it any more"


def test_an_article_that_is_gone_is_said_to_be_removed(store: ConversationStore) -> None:
    from rag import UnknownDocumentError

    def gone(document_id: str) -> str:
        raise UnknownDocumentError(document_id)

    keep(store, "How many towers?")
    (turn,) = with_comparison(store.turns(ONE), gone)
    assert turn.answer is not None
    assert turn.answer.citations[0].source_note == "article removed from the library since"


def test_an_export_has_footnotes_numbered_through_and_one_bibliography(
    store: ConversationStore,
) -> None:
    keep(store, "How many towers?", "And *gates*?")
    text = exported(store.newest()[0], store.turns(ONE), form="md")
    assert text.startswith("# How many towers?\n\nAsked on 1970-01-12, from library.\n\n")
    assert f"## And \\*gates\\*?\n\n{TEXT}[^2]\n\n[^2]: “{TEXT}” Lune, characters 0–35." in text
    assert text.endswith("## Bibliography\n\n- *Lune*. (lune.txt)\n")
    html = exported(store.newest()[0], store.turns(ONE), form="html")
    assert "<cite>Lune</cite>. lune.txt</p>" in html
    assert "anna" not in text + html


HOSTILE = '<script>alert("x")</script>'


def test_an_export_as_html_shows_hostile_text_as_it_is(store: ConversationStore) -> None:
    store.keep(ONE, answered(HOSTILE, HOSTILE), library=HERE)
    store.rename(ONE, HOSTILE)
    text = exported(store.newest()[0], store.turns(ONE), form="html")
    assert "<script" not in text
    assert text.count("&lt;script&gt;") == 5
    assert '<article id="note-1"' in text
    assert '"title": "Lune"' in exported(store.newest()[0], store.turns(ONE), form="csl")
