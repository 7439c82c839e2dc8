"""A migration that is killed: the library is the old one or the new one, and whole."""

import signal
from collections.abc import Callable
from itertools import count

from forks import run
from older import age, schema
from searching import search

from index.store.library import Library
from index.sync import ingest
from index.sync.intake import Article, read_articles
from index.upkeep.doctor import check

_MIGRATE = """
import os, signal, sys
from pathlib import Path
from index.store import catalog, migrations

class Dying:
    def __init__(self, db, die_at):
        self.db, self.left = db, die_at
    def __getattr__(self, name):
        found = getattr(self.db, name)
        if name not in ("execute", "begin"):
            return found
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

with catalog.connected(Path(sys.argv[1])) as db:
    migrations.prepare_catalog(Dying(db, int(sys.argv[2])))
"""


def test_a_migration_killed_at_any_statement_leaves_the_old_library_or_the_new(
    make_library: Callable[..., Library],
) -> None:
    library = make_library()
    ingest.add(library, read_articles([Article(source="a", title="a", text="Cats sleep all day.")]))
    with library.catalog.snapshot() as db:
        new = schema(db)
    listed = library.summaries()
    with library.catalog.writing() as db:
        age(db, "the first")
        old = schema(db)
    for die_at in count(1):
        ended = run(_MIGRATE, library.folder, die_at)
        with library.catalog.snapshot() as db:
            found = schema(db)
        assert library.summaries() == listed
        assert search(library, "Who sleeps?", k=1)[0].passage.text == "Cats sleep all day."
        if ended.code == 0:
            break
        assert (ended.code, found) == (-signal.SIGKILL, old)
    assert (found, die_at) == (new, 39)
    assert check(library).findings == ()
