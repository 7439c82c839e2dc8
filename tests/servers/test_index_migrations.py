"""A library of a version before on servers: it answers, and becomes today's in one transaction."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from older import VERSIONS, age, schema
from searching import search

from index.store import migrations
from index.store.library import Library
from index.store.protocols import OpenCatalog
from index.sync import ingest
from index.sync.intake import Article, read_articles

Make = Callable[..., Library]


class Failing:
    """An open catalog that is interrupted at one of its statements."""

    def __init__(self, db: OpenCatalog, fail_at: int) -> None:
        self._db = db
        self._left = fail_at

    def __getattr__(self, name: str) -> Any:
        if name in ("execute", "begin"):
            self._left -= 1
            if self._left == 0:
                raise KeyboardInterrupt
        return getattr(self._db, name)


def add(library: Library, **texts: str) -> None:
    ingest.add(library, read_articles(Article(source=s, title=s, text=t) for s, t in texts.items()))


@pytest.mark.parametrize("version", VERSIONS)
def test_an_old_database_answers_as_it_is_and_is_migrated_whole_or_not_at_all(
    make_server_library: Make, version: str
) -> None:
    library = make_server_library()
    add(library, a="Cats sleep all day.")
    listed = library.summaries()
    with library.catalog.writing() as db:
        new = schema(db)
        age(db, version)
        old = schema(db)
    assert library.summaries() == listed
    assert search(library, "Who sleeps?", k=1)[0].card.title == "a"
    for fail_at in count(1):
        with library.catalog.writing() as db:
            try:
                migrations.prepare_catalog(Failing(db, fail_at))  # type: ignore[arg-type]
            except KeyboardInterrupt:
                db.execute("ROLLBACK")
                assert schema(db) == old
            else:
                assert schema(db) == new
                break
    assert fail_at > 5
    add(library, b="Dogs bark.")
    assert {c.card.source for c in library.summaries()} == {"a", "b"}
