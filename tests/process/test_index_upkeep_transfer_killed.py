"""An import that is killed changes nothing, and goes on when it is begun again."""

import signal
from collections.abc import Callable
from pathlib import Path

import forks
import pytest
from searching import search

from index.store.library import Library, open_library
from index.sync import ingest
from index.sync.intake import Article, read_articles
from index.upkeep.doctor import check
from index.upkeep.transfer import export_library, import_library
from rag.testing import HashEmbedder

Make = Callable[..., Library]


def add(library: Library, **texts: str) -> None:
    articles = (Article(source=s, title=s, text=text) for s, text in texts.items())
    ingest.add(library, read_articles(articles))


@pytest.fixture
def packed(make_library: Make, tmp_path: Path) -> Path:
    library = make_library()
    add(library, **{f"doc{n}": f"Report {n} is about topic{n}." for n in range(9)})
    export_library(library, tmp_path / "moved.zip")
    return tmp_path / "moved.zip"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Library:
    return open_library(tmp_path / "elsewhere", model="hash", load=HashEmbedder)


_CHILD = """
import os, signal, sys
from pathlib import Path
from index.store.library import open_library
from index.upkeep.transfer import import_library
from rag.testing import HashEmbedder

def on_step(step):
    if step == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)

library = open_library(Path(sys.argv[1]), model="hash", load=HashEmbedder, on_step=on_step)
import_library(library, Path(sys.argv[2]), on_progress=lambda done, total: None)
"""


@pytest.mark.parametrize("step", ["embed", "add", "sync", "write", "commit"])
def test_a_kill_during_an_import_leaves_the_old_library(
    packed: Path, elsewhere: Library, step: str
) -> None:
    ingest.add(
        elsewhere, read_articles([Article(source="old", title="old", text="It was here before.")])
    )
    before = elsewhere.summaries()
    assert forks.run(_CHILD, elsewhere.folder, packed, step).code == -signal.SIGKILL
    assert elsewhere.summaries() == before
    assert search(elsewhere, "here before", k=1)[0].card.source == "old"
    import_library(elsewhere, packed, on_progress=lambda done, total: None)
    assert len(elsewhere.summaries()) == 10
    assert check(elsewhere).findings == ()
