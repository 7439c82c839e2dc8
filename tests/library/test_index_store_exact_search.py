"""The exact scan: what answers when the vectors folder can be neither used nor mended."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from searching import search

from index.errors import LibraryBusyError, LibraryError
from index.store import catalog, vector_search
from index.store.folder_backend import writing
from index.store.library import Library, open_library
from index.sync import ingest
from index.sync.intake import Article, read_articles
from index.types import Hit

Make = Callable[..., Library]


@pytest.fixture
def make_library(make_folder_library: Make) -> Make:
    """Open the same library as often as wanted, its vectors in Chroma: they matter."""
    return make_folder_library


_TEXTS = {"a": "Cats sleep all day.", "b": "Dogs bark at night.", "c": "Birds sing at dawn."}


@pytest.fixture
def library(make_library: Make) -> Library:
    library = make_library()
    ingest.add(
        library, read_articles(Article(source=s, title=s, text=t) for s, t in _TEXTS.items())
    )
    return library


def ranked(library: Library) -> list[tuple[str, float]]:
    hits: tuple[Hit, ...] = search(library, "Who barks at night?", k=3)
    return [(hit.passage.text, round(hit.score, 6)) for hit in hits]


def test_it_returns_the_nearest_first_and_no_more_than_asked(library: Library) -> None:
    question = library.embedder().embed_question("Dogs bark at night.")
    with catalog.snapshot(library.folder) as db:
        nearest = vector_search.nearest(db, question, 2)
        first = db.execute("SELECT vector FROM vectors WHERE hash = ?", nearest[:1]).fetchone()[0]
        assert len(nearest) == 2
        assert np.allclose(np.frombuffer(first, np.float32), question)


def test_it_leaves_out_vectors_that_no_sentence_uses(library: Library) -> None:
    with catalog.connected(library.folder) as db:
        db.execute("INSERT INTO vectors (hash, vector) VALUES ('x', zeroblob(256))")
        assert "x" not in vector_search.nearest(db, np.zeros(64, np.float32), 9)


def test_questions_are_answered_while_broken_vectors_cannot_be_mended(
    library: Library, make_library: Make
) -> None:
    before = ranked(library)
    shutil.rmtree(library.folder / "vectors")
    with writing(library.folder):  # another writer is what keeps it from being mended
        assert ranked(make_library()) == before
    assert not (library.folder / "vectors").exists()


def test_a_library_under_a_name_that_a_uri_would_read_otherwise_is_opened(
    tmp_path: Path, library: Library, make_library: Make
) -> None:
    before = ranked(library)
    library.close()
    odd = tmp_path / "100%41 of ? and #"
    library.folder.rename(odd)
    moved = open_library(odd, model="hash", load=library.embedder)
    assert ranked(moved) == before


def test_a_writer_that_cannot_lock_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with (
        pytest.raises(LibraryError, match="cannot be written") as caught,
        writing(tmp_path / "file"),
    ):
        pass
    assert not isinstance(caught.value, LibraryBusyError)


def test_what_a_failed_writer_built_is_removed(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(LibraryError, match="is full: nothing was changed; free some space"):
        ingest.add(library, read_articles([Article(source="d", title="d", text="Fish swim.")]))
    assert [folder.name for folder in (library.folder / "vectors").iterdir()] == ["000001"]
    assert len(library.summaries()) == 3


def grow(library: Library) -> None:
    with catalog.connected(library.folder) as db:
        db.execute("PRAGMA max_page_count = 1")
        for number in range(1000):
            db.execute("INSERT INTO vectors (hash, vector) VALUES (?, zeroblob(4096))", (number,))


def test_a_catalog_that_cannot_grow_is_not_called_damaged(library: Library) -> None:
    with pytest.raises(LibraryError, match="is full: nothing was changed"):
        grow(library)
