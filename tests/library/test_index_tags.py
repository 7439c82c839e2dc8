"""Tags of documents: what a file says, what a person gave and took away, and where they stay."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from older import age
from searching import search

from index.card import Card
from index.errors import UnknownDocumentError
from index.store import queries
from index.store.library import Library
from index.store.migrations import has
from index.store.protocols import TermsSearch
from index.sync import ingest
from index.sync.folders import sync
from index.sync.intake import Article, read_articles
from index.sync.prepare import Incoming
from index.types import AddReport, DocumentSummary, Extract
from index.upkeep.doctor import check
from index.upkeep.repair import repair
from index.upkeep.transfer import export_library, import_library

HARBOUR = TermsSearch(table="passage_terms", terms=["harbour"], limit=9, title_weight=1)

Make = Callable[..., Library]
FERRY = "The ferry to Lindvik runs again from May."


@pytest.fixture
def library(make_library: Make) -> Library:
    library = make_library()
    said = [Article(source=s, title=s, text=f"{FERRY} {s}.") for s in ("a", "b", "c")]
    ingest.add(library, read_articles(said))
    return library


def named(library: Library, source: str) -> DocumentSummary:
    return next(d for d in library.summaries() if d.card.source == source)


def quiet(done: int, total: int) -> None:
    """Show nothing."""


def add_file(library: Library, path: Path, tags: str) -> AddReport:
    path.write_text(f"---\ntags: [{tags}]\n---\n# Ferry\n\n{FERRY}\n", encoding="utf-8")
    return sync(library, [path], prune=False, on_progress=quiet)


class StoppedError(Exception):
    """What stands for a crash."""


@pytest.mark.parametrize(("step", "there"), [("write", {}), ("commit", {}), ("clean", {"sea": 3})])
def test_files_that_are_added_with_a_tag_are_there_with_it_or_not_at_all(
    make_library: Make, tmp_path: Path, step: str, there: dict[str, int]
) -> None:
    for name in ("known", "lost"):
        (tmp_path / f"{name}.txt").write_text(f"{FERRY} It is {name}.", encoding="utf-8")
    files = [tmp_path / f"{name}.txt" for name in ("known", "lost", "new")]
    sync(make_library(), files[:2], prune=False, on_progress=quiet)
    files[1] = files[1].rename(tmp_path / "moved.txt")
    files[2].write_text("The tram runs.", encoding="utf-8")

    def stop(at: str) -> None:
        if at == step:
            raise StoppedError

    with pytest.raises(StoppedError):
        sync(make_library(stop), files, prune=False, tags=["sea"], on_progress=quiet)
    assert make_library().tags() == there
    assert len(make_library().summaries()) == (3 if there else 2)


def test_a_tag_is_given_to_files_that_did_not_change_and_nothing_is_written_twice(
    make_library: Make, tmp_path: Path
) -> None:
    steps: list[str] = []
    (tmp_path / "a.txt").write_text(FERRY, encoding="utf-8")
    for tags in ([], ["sea"], ["Sea"]):
        library = make_library(steps.append)
        report = sync(library, [tmp_path / "a.txt"], prune=False, tags=tags, on_progress=quiet)
        assert report.changes[0].kind == ("unchanged" if tags else "added")
    assert library.tags() == {"sea": 1}
    assert steps.count("commit") == 2
    assert not check(library).findings


def test_tags_are_given_taken_counted_and_spelled_as_they_first_were(library: Library) -> None:
    a, b = named(library, "a").id, named(library, "b").id
    library.tag([a], add=["Größe", "Sea"])
    told = library.tag([b, a], add=["GRÖSSE"])
    assert [d.card.tags for d in told] == [("Größe",), ("Größe", "Sea")]
    assert library.tags() == {"Größe": 2, "Sea": 1}
    library.tag([a, b], remove=["grösse"])
    assert library.tags() == {"Sea": 1}


def test_an_id_that_names_none_changes_nothing(library: Library) -> None:
    with pytest.raises(UnknownDocumentError, match="no document 'nope': `footnote list`"):
        library.tag([named(library, "a").id, "nope"], add=["sea"])
    assert library.tags() == {}


def test_a_document_is_found_by_a_tag_until_it_is_taken_away(library: Library) -> None:
    library.tag([named(library, "b").id], add=["harbour"])
    with library.moment() as moment:
        assert moment.db.search_terms(HARBOUR).keys()
        assert queries.documents_of_tag(moment.db, "HARBOUR") == set(
            queries.document_keys(moment.db, [named(library, "b").id]).values()
        )
    assert search(library, "harbour", k=1)[0].card.source == "b"
    library.tag([named(library, "b").id], remove=["harbour"])
    with library.moment() as moment:
        assert not moment.db.search_terms(HARBOUR)


def test_a_file_read_again_brings_its_own_tags_and_leaves_those_of_a_person(
    library: Library, tmp_path: Path
) -> None:
    file = tmp_path / "ferry.md"
    add_file(library, file, "sea, Boats, dull")
    (ferry,) = library.tag([named(library, str(file)).id], add=["mine"], remove=["dull", "BOATS"])
    assert ferry.card.tags == ("sea", "mine")
    (change,) = add_file(library, file, "boats, Dull, new").changes
    card = named(library, str(file)).card
    assert (change.kind, card.tags, card.tags_given) == ("changed", ("new", "mine"), ("mine",))
    (change,) = add_file(library, file, "boats, Dull, new").changes
    assert change.kind == "unchanged"
    moved = file.rename(tmp_path / "other.md")
    sync(library, [tmp_path], prune=True, on_progress=quiet)
    assert named(library, str(moved)).card.tags == ("new", "mine")


def test_tags_are_in_an_archive_and_join_those_of_the_library_it_comes_to(
    library: Library, tmp_path: Path
) -> None:
    library.tag([d.id for d in library.summaries()], add=["old", "away"])
    library.tag([named(library, "a").id], remove=["away"])
    export_library(library, tmp_path / "x.zip")
    library.tag([named(library, "a").id], add=["here", "away"], remove=["old"])
    library.remove([named(library, "c").id])
    import_library(library, tmp_path / "x.zip", on_progress=quiet)
    assert named(library, "a").card.tags == ("old", "here")
    library.tag([named(library, "b").id], remove=["old"])
    import_library(library, tmp_path / "x.zip", on_progress=quiet)
    assert named(library, "b").card.tags == ("old", "away")
    assert named(library, "c").card.tags_given == ("old", "away")


def test_a_repair_keeps_tags_and_mends_their_index(library: Library, make_library: Make) -> None:
    library.tag([named(library, "a").id], add=["sea"])
    with library.changing() as db:
        db.execute("UPDATE document_tags SET folded = 'land'")
    (finding,) = check(library).findings
    assert finding.problem == "the index of tags differs from the documents in 2 places"
    assert repair(library, on_progress=quiet).findings == ()
    with library.changing() as db:
        db.execute("DELETE FROM passage_terms")
    assert repair(make_library(), on_progress=quiet).findings == ()
    card = named(make_library(), "a").card
    assert (make_library().tags(), card.tags_given) == ({"sea": 1}, ("sea",))


def test_a_change_of_tags_gives_another_edition_and_saying_it_again_does_not(
    library: Library,
) -> None:
    seen = [library.edition()]
    for _ in range(2):
        library.tag([named(library, "a").id], add=["sea"])
        seen.append(library.edition())
    assert seen[0] != seen[1] == seen[2]


def test_a_tag_without_a_library_names_no_document(make_library: Make) -> None:
    with pytest.raises(UnknownDocumentError, match="the library is empty"):
        make_library().tag(["3f2a"], add=["sea"])
    assert make_library().tags() == {}


def test_the_tags_of_a_library_of_the_version_before_are_counted_and_indexed(
    make_library: Make,
) -> None:
    library = make_library()
    cards = [Card(title=s, tags=(t, "x" * 99)) for s, t in (("a", "Sea, land"), ("b", "sea"))]
    items = [
        Incoming(source=c.title, extract=Extract(card=replace(c), text=FERRY + c.title))
        for c in cards
    ]
    ingest.add(library, items)
    with library.changing() as db:
        age(db, "before tags")
    expected = {"land": 1, "Sea": 2, "x" * 60: 2}
    assert make_library().tags() == expected
    with make_library().moment() as moment:
        assert not has(moment.db, "tags")
        assert len(queries.documents_of_tag(moment.db, "SEA")) == 2
    with make_library().changing():
        assert make_library().tags() == expected
    assert check(make_library()).findings == ()
