"""Readers that a writer overtakes: they go on, and stand in nobody's way."""

from collections.abc import Callable
from pathlib import Path

import pytest
from searching import search

from index.store import catalog
from index.store.library import Library
from index.sync import ingest
from index.sync.intake import Article, read_articles

Make = Callable[..., Library]


@pytest.fixture
def make_library(make_folder_library: Make) -> Make:
    """Open the same library as often as wanted, its vectors in Chroma: they matter."""
    return make_folder_library


def add(library: Library, **texts: str) -> None:
    ingest.add(library, read_articles(Article(source=s, title=s, text=t) for s, t in texts.items()))


def best(library: Library, question: str) -> str:
    return search(library, question, k=1)[0].passage.text


def test_a_reader_that_comes_late_does_not_keep_a_writer_from_beginning(
    make_library: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = make_library()
    add(library, a="Cats sleep.")
    real, names = catalog.generation, iter(["000000"])
    monkeypatch.setattr(catalog, "generation", lambda db: next(names, None) or real(db))
    locked: list[str] = []
    monkeypatch.setattr(
        "index.store.folder_backend.writing", lambda *_, **__: locked.append("taken")
    )
    assert best(library, "cats") == "Cats sleep."
    assert locked == []


def test_a_panic_in_chroma_does_not_stop_a_question(
    make_library: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PanicException(BaseException):  # pyo3 names it so
        pass

    def panic(folder: Path) -> None:
        raise PanicException("unable to open database file")

    library = make_library()
    add(library, a="Cats sleep.")
    monkeypatch.setattr("index.store.chroma._client", panic)
    assert [best(library, "cats") for _ in range(2)] == ["Cats sleep."] * 2
