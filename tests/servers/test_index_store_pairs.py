"""What a library promises, over all pairs of stores: a folder, one with its vectors in memory, and
PostgreSQL with Chroma."""

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from searching import search

from index import full_text
from index.errors import (
    LibraryBusyError,
    LibraryError,
    LibraryMismatchError,
    LibraryMissingError,
    UnknownDocumentError,
)
from index.store import catalog, queries, writes
from index.store.introductions import Introduction
from index.store.library import Library
from index.store.protocols import RowSearch, TermsSearch
from index.sync import ingest
from index.sync.intake import Article, read_articles, read_named
from index.sync.watch import Folders
from index.upkeep.doctor import check
from index.upkeep.repair import repair
from rag import Assistant, Settings
from rag.cli.libraries import library_status
from rag.library import OpenLibrary
from rag.named_libraries import add_name, named_libraries
from rag.testing import HashEmbedder, open_library

Make = Callable[..., Library]


@pytest.fixture(params=["make_folder_library", "make_memory_library", "make_server_library"])
def make(request: pytest.FixtureRequest) -> Make:
    return request.getfixturevalue(request.param)


def add(library: Library, **texts: str) -> None:
    ingest.add(library, read_articles(Article(source=s, title=s, text=t) for s, t in texts.items()))


def found(library: Library, question: str) -> list[str]:
    return [hit.passage.text for hit in search(library, question, k=3)]


def fail_at(step: str) -> Callable[[str], None]:
    def on_step(name: str) -> None:
        if name == step:
            raise KeyboardInterrupt

    return on_step


def test_what_was_added_is_found_listed_and_whole(make: Make) -> None:
    add(make(), a="Cats sleep all day. They purr.", b="Dogs bark.")
    library = make()
    assert found(library, "Who barks?")[0] == "Dogs bark."
    assert {c.card.source: c.sentences for c in library.summaries()} == {"a": 2, "b": 1}
    assert check(library).findings == ()


def test_what_introduces_a_document_is_kept_in_its_own_words(make: Make) -> None:
    library = make()
    add(library, a="The mill was closed in 1987. It was big.")
    opened = OpenLibrary(library, seeds=False, on_progress=lambda done, total: None)
    (known,) = opened.not_introduced()
    opened.introduce({known: ["When was the mill closed?"]})
    assert opened.introductions(known) == {
        known: Introduction(
            overview=("The mill was closed in 1987.",), questions=("When was the mill closed?",)
        )
    }
    opened.remove(known)
    assert opened.introductions(known) == {}


def test_a_changed_document_takes_the_place_of_the_old_one(make: Make) -> None:
    library = make()
    add(library, a="Cats sleep all day.", b="Dogs bark.")
    add(library, a="Fish swim in the sea.")
    assert "Cats sleep all day." not in found(library, "Do cats sleep all day?")
    assert found(library, "Who swims in the sea?")[0] == "Fish swim in the sea."
    assert check(library).findings == ()


def test_a_removed_document_leaves_nothing_behind(make: Make) -> None:
    library = make()
    add(library, a="Cats sleep all day.", b="Dogs bark.")
    gone = library.remove([next(c.id for c in library.summaries() if c.card.source == "a")])
    assert [c.card.source for c in gone] == ["a"]
    assert found(library, "Do cats sleep all day?") == ["Dogs bark."]
    assert (check(library).vectors, check(library).findings) == (1, ())
    with library.moment() as moment:
        assert moment.db.passage_counts(["cat", "dog"]) == {"dog": 1}


def test_an_id_is_found_by_its_beginning_only_if_that_is_unambiguous(make: Make) -> None:
    library = make()
    add(library, a="Cats sleep.", b="Dogs bark.")
    first = library.summaries()[0]
    assert library.document(first.id[:6]).summary == first
    with pytest.raises(UnknownDocumentError):
        library.document("")


def test_tags_are_given_found_taken_and_mended(make: Make) -> None:
    library = make()
    add(library, a="Cats sleep.", b="Dogs bark.")
    first, second = (d.id for d in library.summaries())
    with pytest.raises(KeyboardInterrupt):
        make(fail_at("commit")).tag([first], add=["Pets"])
    assert library.tags() == {}
    library.tag([first, second], add=["Pets"])
    library.tag([second, first], add=["PETS", "x"])
    library.tag([first], remove=["X"])
    assert (library.tags(), library.edition()[-2:]) == ({"Pets": 2, "x": 1}, "-5")
    with library.moment() as moment:
        keys = queries.document_keys(moment.db, [second])
        assert queries.documents_of_tag(moment.db, "X") == set(keys.values())
        assert (
            len(
                moment.db.search_terms(
                    TermsSearch(table="passage_terms", terms=["pet"], limit=9, title_weight=1)
                )
            )
            == 2
        )
    with library.changing() as db:
        db.execute("DELETE FROM document_tags")
    (finding,) = repair(library, on_progress=lambda done, total: None).findings or (None,)
    assert (finding, make().tags()) == (None, {"Pets": 2, "x": 1})


def test_rows_are_found_by_terms_in_a_row(make: Make) -> None:
    library = make()
    add(library, cats="Cats sleep all day. They purr.", b="All day dogs bark. Cats do not.")
    with library.moment() as moment:
        cats = RowSearch(table="passage_terms", terms=["cat"])
        (first,) = moment.db.rows_with(replace(cats, terms=["cat", "sleep"])).tolist()
        all_day = RowSearch(table="sentence_terms", terms=["all", "day"])
        for wanted, expected in (
            (cats, 2),
            (replace(cats, terms=["day", "all"]), 0),
            (all_day, 2),
            (replace(all_day, among=(2, 4)), 1),
        ):
            assert len(moment.db.rows_with(wanted)) == expected
        assert first in moment.db.rows_with(cats).tolist()
        (best,) = full_text.find(moment.db, '"all day" purr').documents
        assert [s.text for s in best.sentences] == ["They purr.", "Cats sleep all day."]


def test_a_source_of_many_characters_is_kept(make: Make) -> None:
    library = make()
    add(library, **{f"https://example.org/{'x' * 4000}": "Cats sleep."})
    assert len(library.summaries()[0].card.source) == 4020


def test_an_upload_is_kept_shared_and_removed_with_its_last_document(
    make: Make, tmp_path: Path
) -> None:
    library = make()
    path = tmp_path / "cats.md"
    path.write_bytes(b"Cats sleep all day.")
    files = {"uploads/1/cats.md": path, "uploads/2/cats.md": path}
    report = ingest.add(library, read_named(files, on_read=lambda source: None))
    first, second = (change.document_id or "" for change in report.changes)
    library = make()
    assert library.original_bytes(first) == b"Cats sleep all day."
    library.remove([first])
    assert library.original_bytes(second) == b"Cats sleep all day."
    library.remove([second])
    with library.reading() as db:
        assert library.catalog.originals.sizes(db) == {}
    with pytest.raises(LibraryError, match="it is gone"), library.reading() as db:
        library.catalog.originals.read(db, "0" * 64)


def test_a_lost_original_is_told_and_marked_by_a_repair(make: Make, tmp_path: Path) -> None:
    library = make()
    path = tmp_path / "cats.md"
    path.write_bytes(b"Cats sleep all day.")
    ingest.add(library, read_named({"uploads/1/cats.md": path}, on_read=lambda source: None))
    assert (check(library).originals, check(library).original_bytes) == (1, 19)
    with library.catalog.writing() as db:
        library.catalog.originals.drop(db, library.catalog.originals.sizes(db))
        library.catalog.originals.keep(db, "0" * 64, b"left by a crash")
    problems = [finding.problem.partition(" cannot")[0] for finding in check(library).findings]
    assert problems == [
        "the original that was kept of 'uploads/1/cats.md'",
        "an interrupted run left 1 originals that no document names",
    ]
    assert repair(library, on_progress=lambda done, total: None).findings == ()
    assert check(library).originals == 0


@pytest.mark.parametrize("step", ["embed", "add", "write", "commit"])
def test_a_writer_that_stops_before_its_commit_changes_nothing(make: Make, step: str) -> None:
    add(make(), a="Cats sleep.")
    with pytest.raises(KeyboardInterrupt):
        add(make(fail_at(step)), a="Fish swim.", b="Dogs bark.")
    library = make()
    assert [c.card.source for c in library.summaries()] == ["a"]
    assert found(library, "Do fish swim?") == ["Cats sleep."]
    add(library, b="Dogs bark.")
    assert repair(library, on_progress=lambda done, total: None).findings == ()


def test_a_second_writer_is_told_who_writes(make: Make) -> None:
    library = make()
    add(library, a="Cats sleep.")
    with library.catalog.writing(), pytest.raises(LibraryBusyError, match=r"process \d+: wait"):
        add(make(), b="Dogs bark.")


def test_several_writers_that_wait_all_get_their_turn(make: Make) -> None:
    def work(name: str) -> None:
        article = Article(source=name, title=name, text=f"Number {name} was here.")
        ingest.add(make(), read_articles([article]), wait=60)

    threads = [threading.Thread(target=work, args=(str(n),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {c.card.source for c in make().summaries()} == {"0", "1", "2", "3"}
    assert check(make()).findings == ()


def test_a_view_stays_as_it_was_while_another_writes(make: Make) -> None:
    library = make()
    add(library, a="Cats sleep.")
    with library.moment() as moment:
        assert moment.db.passage_total() == 1
        add(make(), b="Dogs bark.")
        assert moment.db.passage_total() == 1
        assert moment.db.passage_counts(["dog"]) == {}


def test_a_library_of_another_model_or_format_is_refused(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = make()
    add(library, a="Cats sleep.")
    with library.catalog.writing() as db:
        db.execute("UPDATE meta SET value = '0' WHERE name = 'format'")
    with pytest.raises(LibraryMismatchError, match="has format '0'"):
        found(make(), "cats")
    with library.catalog.writing() as db:
        db.execute("UPDATE meta SET value = '1' WHERE name = 'format'")
        db.execute("UPDATE meta SET value = 'other' WHERE name = 'model'")
    with pytest.raises(LibraryMismatchError, match="was built with model 'other'"):
        add(make(), b="Dogs bark.")


def test_vectors_that_are_not_published_do_not_crowd_out_the_others(make: Make) -> None:
    add(make(), **{f"a{n}": f"Cat {n} sleeps." for n in range(70)})
    with pytest.raises(KeyboardInterrupt):
        add(make(fail_at("write")), **{f"b{n}": f"Dog {n} barks at night." for n in range(300)})
    library = make()
    question = library.embedder().embed_question("Dog 7 barks at night.")
    with library.moment() as moment:
        assert len(moment.nearest(question, 64)) == 64


def test_vectors_that_were_lost_are_built_anew_at_the_next_question(make: Make) -> None:
    library = make()
    add(library, a="Cats sleep.", b="Dogs bark.")
    with library.catalog.writing() as db, catalog.transaction(db):
        catalog.set_generation(db, catalog.generation(db).replace("00001", "00007"))
    assert found(make(), "Who barks?")[0] == "Dogs bark."
    assert check(make()).findings == ()


def test_a_check_counts_missing_vectors_and_a_repair_brings_them_back(make: Make) -> None:
    library = make()
    add(library, a="Cats sleep.", b="Dogs bark.")
    with library.catalog.writing() as db:
        key = "x" * 32
        writes.store_vectors(db, [key], np.full((1, 64), 0.125, np.float32))
    problems = [finding.problem for finding in check(library).findings]
    assert problems == ["an interrupted run left 1 vectors that no document uses"]
    assert repair(library, on_progress=lambda done, total: None).findings == ()


def test_all_pairs_give_the_same_passages_with_the_same_scores(
    make_folder_library: Make, make_server_library: Make, tmp_path: Path
) -> None:
    words = [
        "cats",
        "dogs",
        "fish",
        "sleep",
        "bark",
        "swim",
        "river",
        "night",
        "SM-6",
        "Kyoto",
        "27,000",
        "houses",
        "fly",
        "over",
    ]
    chosen = np.random.default_rng(5)
    texts = {
        f"s{n}": ". ".join(" ".join(chosen.choice(words, 8)).capitalize() for _ in range(6)) + "."
        for n in range(60)
    }
    libraries = make_folder_library(), make_server_library(), open_library(tmp_path / "memory")
    for library in libraries:
        add(library, **texts)
    for question in (
        "Which cats sleep?",
        "SM-6 over Kyoto",
        "the 27,000 houses",
        "night river fly",
    ):
        one, *others = (search(library, question, k=10) for library in libraries)
        for other in others:
            assert [hit.passage.id for hit in one] == [hit.passage.id for hit in other]
            assert [h.score for h in one] == pytest.approx([h.score for h in other], abs=1e-6)


def test_both_catalogs_rank_by_the_same_bm25(
    make_folder_library: Make, make_server_library: Make
) -> None:
    chosen = np.random.default_rng(6)
    words = [f"w{n}" for n in range(40)]
    texts = {
        f"w{n} title": " ".join(chosen.choice(words, chosen.integers(3, 90))) for n in range(50)
    }
    scores = []
    for library in (make_folder_library(), make_server_library()):
        add(library, **texts)
        with library.moment() as moment:
            scores.append(
                [
                    moment.db.search_terms(
                        TermsSearch(table=table, terms=asked, limit=20, title_weight=0.5)
                    )
                    for table in ("passage_terms", "sentence_terms")
                    for asked in (["w1"], ["w2", "w3", "titl"], ["w4", "nowhere"], [])
                ]
            )
    for one, other in zip(*scores, strict=True):
        assert list(one) == list(other)
        assert list(one.values()) == pytest.approx(list(other.values()), rel=1e-9)


def test_a_place_without_a_library_says_so(make: Make) -> None:
    library = make()
    with (
        pytest.raises(LibraryMissingError, match=r"no library at .*: add articles with"),
        library.catalog.snapshot(),
    ):
        pass


def test_a_place_without_a_library_is_read_as_one_without_documents(make: Make) -> None:
    library = make()
    assert (library.is_new(), library.summaries(), library.records()) == (True, (), {})
    assert found(library, "cats") == []
    with pytest.raises(UnknownDocumentError, match="no document '000000000000'"):
        library.document("000000000000")


def test_folders_are_registered_followed_and_told_and_their_states_are_kept(
    make: Make, tmp_path: Path
) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "cats.txt").write_text("Cats sleep all day.", encoding="utf-8")
    os.utime(tmp_path / "notes" / "cats.txt", (1, 1))
    folders = Folders(make(), on_progress=lambda done, total: None)
    assert folders.all() == ()
    (tmp_path / "notes" / "none.txt").write_text("", encoding="utf-8")
    os.utime(tmp_path / "notes" / "none.txt", (1, 1))
    folders.register(tmp_path / "notes")
    folders.sync()
    (unread,) = Folders(make(), on_progress=lambda done, total: None).all()
    assert (unread.unread[0][0], unread.unread_files) == ("none.txt", 1)
    (tmp_path / "notes" / "none.txt").unlink()
    (tmp_path / "notes").rename(tmp_path / "away")
    folders.sync()
    (told,) = Folders(make(), on_progress=lambda done, total: None).all()
    assert (told.path, told.problem) == (str(tmp_path / "notes"), "it is not there")
    assert told.changed_at
    assert found(make(), "Who sleeps?") == ["Cats sleep all day."]
    folders.unregister(tmp_path / "notes")
    assert (folders.all(), len(make().summaries())) == ((), 1)


def test_a_library_on_servers_that_has_a_name_is_listed_with_its_size(
    database: str, chroma_server: str
) -> None:
    add_name("pg", database, vectors=chroma_server)
    settings = Settings.load(library="pg")
    with Assistant.open(settings, embedder=HashEmbedder()) as assistant:
        assistant.library.add_articles([Article(source="a", title="a", text="Cats sleep.")])
    told = library_status(named_libraries()[1], Settings())
    assert (told.documents, told.problem, told.changed_at[:2]) == (1, "", "20")
    assert told.bytes is not None
    assert told.bytes > 10_000
    assert "se%3Acr" not in told.place
