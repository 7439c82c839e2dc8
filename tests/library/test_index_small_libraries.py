"""A library stays about as large as its texts, whatever a document says of itself."""

from collections.abc import Callable
from pathlib import Path

import pytest
from documents import epub
from searching import search

from index.card import Card
from index.reading.registry import read_bytes
from index.store.library import Library
from index.sync import ingest
from index.sync.intake import Article, read_articles
from index.sync.prepare import Incoming
from index.types import Extract

Make = Callable[..., Library]
_STORY = "".join(f"<p>Sentence {n} tells of the old bridge again.</p>" for n in range(2000))


def size(library: Library) -> int:
    return sum(path.stat().st_size for path in Path(library.folder).rglob("*") if path.is_file())


def test_a_book_by_an_author_of_a_million_letters_makes_a_small_library(
    make_library: Make,
) -> None:
    metadata = f"<dc:title>{'t ' * 9}</dc:title><dc:creator>{'ab ' * 300_000}</dc:creator>"
    data = epub(_STORY, metadata=metadata)
    library = make_library()
    extract = read_bytes(data, name="a.epub")
    ingest.add(library, [Incoming(source="a", extract=extract)])
    (stored,) = library.summaries()
    assert stored.card.author == ("ab " * 167)[:499] + "…"
    assert size(library) < 3_000_000


@pytest.mark.parametrize("said", ["title", "source"])
def test_an_article_of_a_hostile_title_or_source_makes_a_small_library(
    make_library: Make, said: str
) -> None:
    library = make_library()
    given = {"source": "a", "title": "b"} | {said: "word " * 200_000}
    text = "\n\n".join(f"Sentence {n} tells of the bridge." for n in range(2000))
    (change,) = ingest.add(library, read_articles([Article(text=text, **given)])).changes
    assert change.kind == ("added" if said == "title" else "skipped")
    assert len(change.source) <= 4096
    assert size(library) < 3_000_000


def test_many_small_passages_have_no_long_title_each(make_library: Make) -> None:
    lines = [f"Heading{n}" for n in range(3000)]
    starts = tuple(n * 2 + sum(map(len, lines[:n])) for n in range(len(lines)))
    card = Card(title="bridge " + "long words of title " * 30, author="an author " * 60)
    extract = Extract(card=card, text="\n\n".join(lines), section_starts=starts)
    library = make_library()
    ingest.add(library, [Incoming(source="a", extract=extract)])
    with library.catalog.snapshot() as db:
        rows = db.execute("SELECT title FROM passage_terms").fetchall()
    assert len(rows) == 3000
    assert sum(len(title) for (title,) in rows) < 150_000
    assert len(search(library, "bridge", k=3)) == 3
