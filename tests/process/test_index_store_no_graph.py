"""A library of very many sentences has no graph of its vectors: its questions take the signs."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index.search import search
from index.store import chroma
from index.store.library import Library
from index.sync import ingest
from index.sync.intake import Article, read_articles
from index.terms import Query
from index.upkeep.doctor import check

Make = Callable[..., Library]
TEXTS = {"a": "Cats sleep all day. Dogs bark.", "b": "Rain falls.", "c": "Ships sail."}


@pytest.fixture
def library(make_folder_library: Make, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.setattr(chroma, "LARGEST_GRAPH", 3)
    return make_folder_library()


def add(library: Library, texts: dict[str, str]) -> None:
    ingest.add(library, read_articles(Article(source=s, title=s, text=t) for s, t in texts.items()))


def graphs(library: Library) -> list[bool]:
    """Tell of each generation, the oldest first, whether it has a graph."""
    folders = sorted((library.folder / "vectors").iterdir())
    return [(folder / "chroma.sqlite3").exists() for folder in folders]


def best(library: Library, question: str) -> str:
    with library.moment() as moment:
        return search(Query.of(question), moment, k=1).hits[0].card.title


def test_a_library_that_grows_over_the_limit_leaves_its_graph_and_gets_one_again(
    library: Library,
) -> None:
    add(library, {"a": TEXTS["a"]})
    add(library, {"b": TEXTS["b"], "c": TEXTS["c"]})
    assert graphs(library) == [True, False]
    assert [best(library, q) for q in ("Who barks?", "What falls?", "What sails?")] == [*"abc"]
    assert check(library).findings == ()
    add(library, {"d": "Wind blows."})
    assert (graphs(library), best(library, "What blows?")) == ([False, False], "d")
    library.remove([one.id for one in library.summaries() if one.card.title in "ad"])
    assert (graphs(library), best(library, "What falls?")) == ([False, True], "b")
    assert check(library).findings == ()


def signs(library: Library) -> Path:
    (folder,) = (library.folder / "vectors").iterdir()
    return folder / "signs" / "signs.bin"


def test_damaged_signs_are_told_and_mended(library: Library, make_folder_library: Make) -> None:
    add(library, TEXTS)
    library.close()
    np.zeros(3, np.uint8).tofile(signs(library))
    (finding,) = check(library).findings
    assert "signs/signs.bin was changed since it was published" in finding.problem
    again = make_folder_library()
    assert best(again, "What falls?") == "b"
    assert check(again).findings == ()
