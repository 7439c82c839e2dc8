"""After a removal and a compaction nothing of a document is left in the library's files."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import forks
import pytest
from searching import search

from index.errors import LibraryBusyError, LibraryError
from index.store import catalog
from index.store.generation_files import stored
from index.store.library import Library, open_library
from index.sync import ingest
from index.sync.intake import Article, read_articles
from index.upkeep.doctor import check
from index.upkeep.repair import compact, repair
from rag.testing import HashEmbedder

Make = Callable[..., Library]
CANARY = "Zyxwvutsrq"
STEM = "zyxwvutsrq"
_SECRET = f"The {CANARY}s are hidden in {CANARY}ville. Nobody knows of {CANARY}."


def add(library: Library, **texts: str) -> None:
    ingest.add(
        library, read_articles(Article(source=s, title=s, text=text) for s, text in texts.items())
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a library with a secret, which no test changes."""
    folder = tmp_path_factory.mktemp("made") / "library"
    with closing(open_library(folder, model="hash", load=HashEmbedder)) as library:
        fill(library)
    return folder


def fill(library: Library) -> None:
    add(library, **{f"other{n}": f"Dog {n} barks. It is loud." for n in range(30)})
    add(library, secret=_SECRET, twin="The twin says hello.")
    add(library, later="A later one. It came after the secret.")


@pytest.fixture
def library(made: Path, make_library: Make, tmp_path: Path) -> Library:
    """Open a copy of the library with a secret."""
    shutil.copytree(made, tmp_path / "library")
    return make_library()


def remove(library: Library, source: str) -> None:
    library.remove([c.id for c in library.summaries() if c.card.source == source])


def files_with(folder: Path, word: str) -> list[str]:
    needles = [
        text.encode(encoding)
        for text in (word, word.lower(), word.upper())
        for encoding in ("utf-8", "utf-16-le", "utf-16-be")
    ]
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if any(n in path.read_bytes() for n in needles)]


def terms_like(folder: Path, stem: str) -> list[str]:
    found = []
    with closing(sqlite3.connect(folder / "catalog.db")) as db:
        for table in ("passage_terms", "sentence_terms"):
            db.execute(f"CREATE VIRTUAL TABLE temp.v_{table} USING fts5vocab (main, {table}, row)")
            rows = db.execute(f"SELECT term FROM v_{table} WHERE term LIKE ?", (f"{stem[:6]}%",))
            found += [row[0] for row in rows]
    return found


def test_a_canary_is_in_the_files_before_and_nowhere_after(library: Library) -> None:
    assert "catalog.db" in files_with(library.folder, CANARY)
    assert terms_like(library.folder, STEM)
    remove(library, "secret")
    compact(library)
    assert files_with(library.folder, CANARY) == []
    assert terms_like(library.folder, STEM) == []


def test_case_8_a_removed_article_leaves_no_vector_and_no_hash_of_it(library: Library) -> None:
    with catalog.snapshot(library.folder) as db:
        before = {row[0] for row in db.execute("SELECT hash FROM vectors")}
    remove(library, "secret")
    compact(library)
    with catalog.snapshot(library.folder) as db:
        gone = before - {row[0] for row in db.execute("SELECT hash FROM vectors")}
    assert len(gone) == 2
    assert [files_with(library.folder, digest) for digest in gone] == [[], []]
    assert len(list((library.folder / "vectors").iterdir())) == 1


def test_nothing_of_the_memory_is_written_behind_the_vectors(make_library: Make) -> None:
    library = make_library()
    fill(library)
    for name in ("data_level0.bin", "length.bin"):
        (file,) = library.folder.glob(f"vectors/000003/*/{name}")
        count, size = stored(file.with_name("header.bin"))
        used = count * (size if name == "data_level0.bin" else 4)
        data = file.read_bytes()
        assert any(data[:used])
        assert len(data) > used
        assert not any(data[used:])


def test_case_8_an_identical_twin_of_a_removed_article_stays_answerable(
    make_library: Make,
) -> None:
    library = make_library()
    add(library, one=_SECRET, two=_SECRET)
    remove(library, "one")
    compact(library)
    assert [hit.card.source for hit in search(library, STEM, k=3)] == ["two"]
    assert check(library).findings == ()


def test_what_stays_answers_as_before(library: Library) -> None:
    remove(library, "secret")
    before = search(library, "dog 7", k=5)
    report = compact(library)
    assert search(library, "dog 7", k=5) == before
    assert check(library).findings == ()
    assert 0 < report.bytes_after < report.bytes_before


def test_a_reader_that_was_open_all_the_time_goes_on(library: Library, make_library: Make) -> None:
    reader = make_library()
    assert search(reader, "dog 7", k=1)
    remove(library, "secret")
    compact(library)
    assert search(reader, "dog 7", k=1) == search(library, "dog 7", k=1)
    assert all(hit.card.source != "secret" for hit in search(reader, STEM, k=8))


def test_a_question_in_progress_is_not_cut_off(
    library: Library, make_library: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = make_library()
    monkeypatch.setattr("index.store.catalog._BUSY_SECONDS", 0.1)
    with reader.moment() as moment:
        remove(library, "secret")
        with pytest.raises(LibraryBusyError, match="run `footnote compact` again"):
            compact(library)
        assert moment.nearest(library.embedder().embed_question(STEM), 3)
    compact(library)
    assert files_with(library.folder, CANARY) == []


def test_a_damaged_catalog_that_a_repair_kept_is_named(library: Library) -> None:
    library.close()
    path = library.folder / "catalog.db"
    os.truncate(path, path.stat().st_size * 3 // 4)
    repair(library, on_progress=lambda done, total: None)
    (kept,) = library.folder.glob("catalog-before-*.db")
    assert str(kept) in compact(library).kept


def test_without_a_library_it_says_so(make_library: Make) -> None:
    with pytest.raises(LibraryError, match="no library at"):
        compact(make_library())


_CHILD = """
import os, signal, sys
from pathlib import Path
from index.upkeep.repair import compact
from index.store.library import open_library
from rag.testing import HashEmbedder

seen = []
def on_step(step):
    seen.append(step)
    if len(seen) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

compact(open_library(Path(sys.argv[1]), model="hash", load=HashEmbedder, on_step=on_step))
print(",".join(seen))
"""


@pytest.mark.parametrize("die_at", [2, 4, 5, 7, 8, 9])
def test_a_kill_at_any_step_leaves_a_sound_library(library: Library, die_at: int) -> None:
    remove(library, "secret")
    before = search(library, "dog 7", k=5)
    library.close()
    assert forks.run(_CHILD, library.folder, die_at).code == -9
    assert search(library, "dog 7", k=5) == before
    compact(library)
    assert files_with(library.folder, CANARY) == []
    assert check(library).findings == ()
