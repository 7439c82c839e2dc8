"""The library on disk: adding, changing, removing, reading beside a writer."""

import errno
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import forks
import pytest
from searching import search

from index.errors import (
    LibraryBusyError,
    LibraryError,
    LibraryFullError,
    LibraryMismatchError,
    UnknownDocumentError,
)
from index.store import catalog
from index.store.folder_backend import writing
from index.store.library import Library, open_library
from index.sync import ingest
from index.sync.intake import Article, read_articles
from index.types import AddReport
from index.upkeep.doctor import check
from rag.testing import HashEmbedder

Make = Callable[..., Library]


def add(library: Library, **texts: str) -> AddReport:
    articles = [Article(source=name, title=name, text=text) for name, text in texts.items()]
    return ingest.add(library, read_articles(articles))


def best(library: Library, question: str) -> str:
    hits = search(library, question, k=1)
    return hits[0].passage.text if hits else ""


def kinds(report: AddReport) -> list[str]:
    return [change.kind for change in report.changes]


def test_an_added_document_is_found(make_library: Make) -> None:
    library = make_library()
    assert kinds(add(library, a="Cats sleep all day.", b="Dogs bark at night.")) == ["added"] * 2
    assert best(library, "Who barks?") == "Dogs bark at night."


def test_adding_the_same_again_embeds_and_writes_nothing(
    make_library: Make, embedder: HashEmbedder, tmp_path: Path
) -> None:
    add(make_library(), a="Cats sleep.")
    embedder.embedded = 0
    before = sorted(p.name for p in (tmp_path / "library" / "vectors").iterdir())
    assert kinds(add(make_library(), a="Cats sleep.")) == ["unchanged"]
    assert embedder.embedded == 0
    assert sorted(p.name for p in (tmp_path / "library" / "vectors").iterdir()) == before


def test_a_changed_document_replaces_its_old_version(make_library: Make) -> None:
    library = make_library()
    add(library, a="The bridge is closed.")
    assert kinds(add(library, a="The bridge is open.")) == ["changed"]
    assert best(library, "bridge") == "The bridge is open."
    assert len(library.summaries()) == 1


def test_a_change_embeds_only_the_sentences_that_are_new(
    make_library: Make, embedder: HashEmbedder
) -> None:
    library = make_library()
    add(library, a="One stays here. Two goes away.")
    embedder.embedded = 0
    assert add(library, a="One stays here. Three has come.").embedded == 1
    assert embedder.embedded == 1


def test_case_8_a_removed_document_is_not_found_and_its_twin_still_is(make_library: Make) -> None:
    library = make_library()
    add(library, a="The same words.", b="The same words.")
    removed, kept = (card.id for card in library.summaries())
    library.remove([removed])
    assert [hit.passage.document_id for hit in search(library, "same words", k=5)] == [kept]


def test_removing_one_unknown_id_removes_nothing(make_library: Make) -> None:
    library = make_library()
    add(library, a="Cats sleep.")
    with pytest.raises(UnknownDocumentError, match="no document 'zzz'"):
        library.remove([library.summaries()[0].id, "zzz"])
    assert len(library.summaries()) == 1


def test_the_last_document_can_be_removed_and_the_library_used_again(make_library: Make) -> None:
    library = make_library()
    add(library, a="Cats sleep.")
    library.remove([library.summaries()[0].id])
    assert search(library, "cats", k=3) == ()
    add(library, b="Dogs bark.")
    assert best(library, "dogs") == "Dogs bark."


def test_case_8_an_open_reader_sees_what_another_process_adds_and_removes(
    make_library: Make, tmp_path: Path
) -> None:
    reader = make_library()
    add(reader, a="Cats sleep.")
    assert best(reader, "cats") == "Cats sleep."
    other_process(tmp_path, "add(library, b='Dogs bark.')")
    assert best(reader, "dogs") == "Dogs bark."
    other_process(
        tmp_path, "library.remove([c.id for c in library.summaries() if c.card.title == 'b'])"
    )
    assert best(reader, "dogs") == "Cats sleep."


def other_process(tmp_path: Path, code: str) -> None:
    script = (
        "from pathlib import Path\n"
        "from index.sync import ingest\n"
        "from index.sync.intake import Article, read_articles\n"
        "from index.store.library import open_library\n"
        "from rag.testing import HashEmbedder\n"
        "def add(library, **texts):\n"
        "    ingest.add(library, read_articles([Article(source=n, title=n, text=t)"
        " for n, t in texts.items()]))\n"
        f"place = Path({str(tmp_path / 'library')!r})\n"
        "library = open_library(place, model='hash', load=HashEmbedder)\n"
        f"{code}\n"
    )
    assert forks.run(script).code == 0


def test_a_short_write_behind_is_waited_for(make_library: Make, tmp_path: Path) -> None:
    library = make_library()
    add(library, a="Cats sleep.")
    with ExitStack() as held:
        held.enter_context(writing(tmp_path / "library"))
        ending = threading.Timer(0.2, held.close)
        ending.start()
        add(library, b="Dogs bark.")
        ending.join()
    assert len(library.summaries()) == 2


def test_case_10_a_second_writer_is_told_so_soon(make_library: Make, tmp_path: Path) -> None:
    library = make_library()
    add(library, a="Cats sleep.")
    with (
        writing(tmp_path / "library"),
        pytest.raises(LibraryBusyError, match=f"process {os.getpid()}"),
    ):
        add(library, b="Dogs bark.")
    assert len(library.summaries()) == 1


def test_case_11_another_model_is_refused_with_the_command_that_helps(
    make_library: Make, tmp_path: Path
) -> None:
    add(make_library(), a="Cats sleep.")
    other = open_library(
        tmp_path / "library", model="other", load=lambda: HashEmbedder("other", dimension=32)
    )
    with pytest.raises(LibraryMismatchError, match=r"'hash' \(64 .*'other' \(32.*doctor --repair"):
        search(other, "cats", k=1)
    with pytest.raises(LibraryMismatchError):
        add(other, b="Dogs bark.")


def test_case_11_another_format_is_refused_with_the_command_that_helps(
    make_library: Make, tmp_path: Path
) -> None:
    add(make_library(), a="Cats sleep.")
    with closing(sqlite3.connect(tmp_path / "library" / "catalog.db")) as db, db:
        db.execute("UPDATE meta SET value = '0' WHERE name = 'format'")
    with pytest.raises(LibraryMismatchError, match=r"format '0'.*doctor --repair"):
        search(make_library(), "cats", k=1)


def test_a_deleted_vectors_folder_is_built_anew_without_embedding(
    make_library: Make, embedder: HashEmbedder, tmp_path: Path
) -> None:
    add(make_library(), a="Cats sleep.", b="Dogs bark.")
    embedder.embedded = 0
    shutil.rmtree(tmp_path / "library" / "vectors")
    assert best(make_library(), "dogs") == "Dogs bark."
    assert embedder.embedded == 0


def test_case_12_a_truncated_catalog_is_one_sentence(make_library: Make, tmp_path: Path) -> None:
    add(make_library(), a="Cats sleep.")
    path = tmp_path / "library" / "catalog.db"
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(LibraryError, match=r"is damaged .*doctor --repair"):
        search(make_library(), "cats", k=1)


def test_a_lost_catalog_is_not_taken_for_a_new_library(make_library: Make, tmp_path: Path) -> None:
    add(make_library(), a="Cats sleep.")
    (tmp_path / "library" / "catalog.db").unlink()
    with pytest.raises(LibraryError, match=r"no catalog\.db"):
        make_library().summaries()


def test_case_12_a_foreign_embedding_function_is_refused_before_it_is_opened(
    make_library: Make, tmp_path: Path
) -> None:
    add(make_library(), a="Cats sleep.")
    (database,) = (tmp_path / "library" / "vectors").glob("*/chroma.sqlite3")
    poison = '{"embedding_function": {"type": "known", "name": "sentence_transformer"}}'
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("UPDATE collections SET config_json_str = ?", (poison,))
    problems = [f.problem for f in check(make_library()).findings]
    assert "names a foreign embedding function 'sentence_transformer'" in problems[0]


def test_case_13_more_sentences_than_chroma_takes_at_once_are_added(make_library: Make) -> None:
    steps: list[str] = []
    library = make_library(steps.append)
    add(library, a="\n\n".join(f"Line {number} is here." for number in range(5600)))
    assert check(library).vectors == 5600
    assert steps.count("add") == 12, "no other thread of Python runs while Chroma is given some"


def test_many_threads_may_ask_while_one_adds(make_library: Make) -> None:
    library = make_library()
    add(library, a="Cats sleep all day.")
    answers: list[str] = []
    asking = [
        threading.Thread(target=lambda: answers.extend(best(library, "cats") for _ in range(20)))
        for _ in range(4)
    ]
    for thread in asking:
        thread.start()
    for number in range(5):
        add(library, **{f"b{number}": f"Dog number {number} barks."})
    for thread in asking:
        thread.join()
    assert answers == ["Cats sleep all day."] * 80


def test_a_library_path_that_is_a_file_is_one_sentence(make_library: Make, tmp_path: Path) -> None:
    (tmp_path / "library").write_text("", encoding="utf-8")
    with pytest.raises(LibraryError, match="is a file: name a folder"):
        add(make_library(), a="Cats sleep.")


def test_a_catalog_of_an_interrupted_creation_does_not_stay_in_the_way(
    make_library: Make, tmp_path: Path
) -> None:
    (tmp_path / "library").mkdir()
    catalog.catalog_path(tmp_path / "library").with_suffix(".new").write_bytes(b"half")
    add(make_library(), a="Cats sleep.")
    assert best(make_library(), "cats") == "Cats sleep."


def test_a_reader_that_comes_late_follows_a_busy_writer_without_waiting(
    make_library: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = make_library()
    add(library, a="Cats sleep.")
    real, names = catalog.generation, iter(["000000"])
    # The first look sees a generation that the writer has replaced and removed since.
    monkeypatch.setattr(catalog, "generation", lambda db: next(names, None) or real(db))
    with writing(tmp_path / "library"):
        assert best(library, "cats") == "Cats sleep."


class Failing:
    """Has the first copy of a generation fail, and keeps the steps from there on."""

    def __init__(self, code: int) -> None:
        self.steps: list[str] = []
        self._code = code

    def __call__(self, step: str) -> None:
        if step == "copy" or self.steps:
            self.steps.append(step)
        if self.steps == ["copy"]:
            raise OSError(self._code, os.strerror(self._code))


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_at_once_and_nothing_is_built_anew(
    make_library: Make, code: int
) -> None:
    add(make_library(), a="Cats sleep all day.")
    failing = Failing(code)
    with pytest.raises(LibraryFullError, match="is full: nothing was changed; free some space"):
        add(make_library(failing), b="Dogs bark at night.")
    assert failing.steps == ["copy"]
    assert best(make_library(), "cats") == "Cats sleep all day."


def test_a_copy_that_fails_otherwise_is_built_anew(make_library: Make) -> None:
    add(make_library(), a="Cats sleep all day.")
    failing = Failing(errno.EIO)
    add(make_library(failing), b="Dogs bark at night.")
    assert failing.steps[:2] == ["copy", "add"]
    assert best(make_library(), "Who barks?") == "Dogs bark at night."
