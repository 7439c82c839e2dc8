"""What was called otherwise in version 0.1 still works, and tells the new name."""

import importlib
from pathlib import Path

import pytest

import rag
from rag import Article, Assistant, Settings
from rag.testing import HashEmbedder

_INTERNAL = (
    "LoggedQuestion as_json json_text judge_messages keep_setting log_question logged_questions "
    "seed_paths"
)
_TYPES = (
    "Answerer CompactReport Draft DraftSentence Embedder Event Evidence ExportReport Finding "
    "Message Notice PromptDigest Reason Reply ScoredSentence SourceState Span Status Usage Verdict"
)
_MOVED = [("rag.internal", name) for name in _INTERNAL.split()]
_MOVED += [("rag.types", name) for name in _TYPES.split()]
_CALLS = {
    "add": lambda a, folder: a.add(folder / "note.txt"),
    "add_articles": lambda a, folder: a.add_articles([Article(source="x", title="x", text="x")]),
    "add_files": lambda a, folder: a.add_files({"note": folder / "note.txt"}),
    "check": lambda a, folder: a.check(),
    "compact": lambda a, folder: a.compact(),
    "document": lambda a, folder: a.document(a.library.documents()[0].id),
    "documents": lambda a, folder: a.documents(),
    "edition": lambda a, folder: a.edition(),
    "export_to": lambda a, folder: a.export_to(folder / "all.zip"),
    "import_from": lambda a, folder: a.import_from(packed(a, folder)),
    "remove": lambda a, folder: a.remove(a.library.documents()[0].id),
    "repair": lambda a, folder: a.repair(),
    "text": lambda a, folder: a.text(a.library.documents()[0].id),
    "watch": lambda a, folder: a.watch(folder),
}


def packed(assistant: Assistant, folder: Path) -> Path:
    assistant.library.export_to(folder / "packed.zip")
    return folder / "packed.zip"


@pytest.fixture
def assistant(tmp_path: Path) -> Assistant:
    (tmp_path / "note.txt").write_text("Dogs bark at night.", encoding="utf-8")
    settings = Settings(library=tmp_path / "library", seeds=False)
    opened = Assistant.open(settings, embedder=HashEmbedder())
    opened.library.add_articles([Article(source="pets", title="Pets", text="Cats sleep.")])
    return opened


@pytest.mark.parametrize(("home", "name"), _MOVED)
def test_a_name_that_moved_is_found_where_it_was_with_a_warning(home: str, name: str) -> None:
    with pytest.warns(DeprecationWarning, match=rf"^rag\.{name} is now {home}\.{name};"):
        old = getattr(rag, name)
    assert old is getattr(importlib.import_module(home), name)


@pytest.mark.parametrize("name", _CALLS)
def test_a_method_of_the_library_works_on_the_assistant_with_a_warning(
    assistant: Assistant, tmp_path: Path, name: str
) -> None:
    told = rf"^Assistant\.{name} is now Assistant\.library\.{name};"
    with pytest.warns(DeprecationWarning, match=told):
        assert _CALLS[name](assistant, tmp_path) is not None


def test_a_name_that_never_was_is_no_name(assistant: Assistant) -> None:
    with pytest.raises(AttributeError, match="no attribute 'Answers'"):
        rag.Answers  # noqa: B018
    with pytest.raises(AttributeError, match="no attribute 'ad'"):
        assistant.ad  # type: ignore[attr-defined]  # noqa: B018


def test_listing_and_searching_put_nothing_into_a_new_library(tmp_path: Path) -> None:
    with Assistant.open(library=tmp_path / "library") as assistant:
        assert assistant.library.documents() == ()
        assert assistant.search("Which missile will Japan co-produce?") == ()
        assert not (tmp_path / "library").exists()


def test_a_question_puts_the_shipped_article_into_a_new_library(tmp_path: Path) -> None:
    with Assistant.open(library=tmp_path / "library") as assistant:
        assert assistant.ask("Which missile will Japan co-produce?").status == "answered"
        assert [one.card.source.partition("/")[0] for one in assistant.library.documents()] == [
            "seeds"
        ]
