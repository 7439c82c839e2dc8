"""Libraries of versions before: they answer as they lie, and become today's at the first write."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from older import VERSIONS, age, schema
from searching import search

from index.card import Card
from index.store import migrations
from index.store.library import Library
from index.store.protocols import OpenCatalog
from index.sync import ingest
from index.sync.intake import Article, read_articles
from index.sync.prepare import Incoming
from index.types import Extract
from rag.testing import HashEmbedder

Make = Callable[..., Library]
KEPT = Card(
    title="Bridge", source="/a/bridge.txt", media_type="text/plain", author="Jane Doe",
    tags=("river", "town"), language="en", reader="3", left_out=("a.png: no text",),
    original_sha256="ab", imported="old.zip",
)  # fmt: skip


@pytest.fixture(params=VERSIONS)
def old(make_library: Make, request: pytest.FixtureRequest) -> Library:
    library = make_library()
    add(library, pets="Cats sleep all day. Dogs bark.", bridge="The bridge is closed.")
    with library.catalog.writing() as db:
        age(db, request.param)
    return make_library()


def add(library: Library, **texts: str) -> None:
    ingest.add(library, read_articles(Article(source=s, title=s, text=t) for s, t in texts.items()))


def opened(library: Library) -> AbstractContextManager[OpenCatalog]:
    return library.catalog.snapshot()


def test_an_old_library_answers_and_is_listed_without_being_written(old: Library) -> None:
    with opened(old) as db:
        before = schema(db)
    (hit, *_) = search(old, "Who barks?", k=2)
    assert (hit.card.title, hit.passage.text) == ("pets", "Cats sleep all day. Dogs bark.")
    assert (hit.card.tags, hit.card.language, hit.card.url) == ((), "", None)
    assert [c.card.source for c in old.summaries()] == ["bridge", "pets"]
    with opened(old) as db:
        assert schema(db) == before


def test_an_old_library_becomes_todays_at_the_first_write_and_nothing_is_embedded_anew(
    old: Library, make_library: Make, embedder: HashEmbedder
) -> None:
    listed, before = old.summaries(), embedder.embedded
    add(old, fish="Fish swim.")
    assert embedder.embedded == before + 1
    assert set(old.summaries()) > set(listed)
    with opened(old) as db:
        now = schema(db)
        assert db.execute("SELECT count(*) FROM folders").fetchone()[0] == 0
    new = make_library()
    add(new, fish="Fish swim.")
    with opened(new) as db:
        assert schema(db) == now


def test_what_an_old_library_holds_is_not_read_as_another_version(old: Library) -> None:
    report = ingest.add(
        old,
        read_articles(
            [Article(source="pets", title="pets", text="Cats sleep all day. Dogs bark.")]
        ),
    )
    assert [change.kind for change in report.changes] == ["unchanged"]


def test_a_card_is_stored_and_read_back_field_by_field(make_library: Make) -> None:
    library = make_library()
    ingest.add(
        library, [Incoming(source=KEPT.source, extract=Extract(card=KEPT, text="It is closed."))]
    )
    (stored,) = library.summaries()
    (hit,) = search(library, "closed", k=1)
    assert stored.card == hit.card == library.records()[KEPT.source].card
    for field in ("title", "author", "tags", "language", "reader", "left_out", "imported"):
        assert getattr(stored.card, field) == getattr(KEPT, field)


def test_every_column_of_a_card_is_one_of_the_catalogs(make_library: Make) -> None:
    library = make_library()
    add(library, pets="Cats sleep.")
    with opened(library) as db:
        columns = ", ".join(migrations.FIELDS)
        row = db.execute(f"SELECT {columns} FROM documents").fetchone()
    assert migrations.stored_card(row).source == "pets"
