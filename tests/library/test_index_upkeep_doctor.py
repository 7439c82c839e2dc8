"""What the doctor finds, and what a repair leaves."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from searching import search

from index.errors import LibraryError
from index.store.catalog import transaction
from index.store.library import Library, open_library
from index.store.migrations import store_tags
from index.store.queries import tag_counts
from index.sync import ingest
from index.sync.file_state import folders, write_folder
from index.sync.intake import Article, read_articles
from index.types import Checkup, Folder
from index.upkeep import doctor
from index.upkeep.doctor import check
from index.upkeep.repair import repair
from index.upkeep.transfer import export_library
from rag.library import OpenLibrary
from rag.testing import HashEmbedder

Make = Callable[..., Library]


@pytest.fixture
def make_library(make_folder_library: Make) -> Make:
    """Open the same library as often as wanted, its vectors in Chroma: they matter."""
    return make_folder_library


@pytest.fixture
def library(make_library: Make) -> Library:
    library = make_library()
    texts = {f"doc{n}": f"Report {n} is about topic{n}. It has two sentences." for n in range(20)}
    ingest.add(
        library, read_articles(Article(source=s, title=s, text=text) for s, text in texts.items())
    )
    return library


def mended(library: Library) -> Checkup:
    return repair(library, on_progress=lambda done, total: None)


def test_an_introduction_that_cannot_be_read_is_found_and_made_anew(library: Library) -> None:
    opened = OpenLibrary(library, seeds=False, on_progress=lambda done, total: None)
    first, second = opened.not_introduced(2)
    for damage in (
        *("overview = '[[0'", "overview = '[[0, 99999999999]]'", "questions = '[1]'"),
        f"questions = '{'[' * 9000}'",
    ):
        opened.introduce({first: ["What is it?"], second: ["And this?"]})
        change(library, f"UPDATE introductions SET {damage} WHERE questions LIKE '%What%'")
        assert [*opened.introductions(first, second)] == [second]
        (finding,) = check(library).findings
        assert finding.problem.startswith("1 introductions of documents cannot be read")
        assert finding.repairable
        assert mended(library).findings == ()
        assert first in opened.not_introduced()
        assert [*opened.introductions(first, second)] == [second]


def catalog(library: Library) -> Path:
    return library.folder / "catalog.db"


def change(library: Library, statement: str) -> None:
    db = sqlite3.connect(catalog(library))
    db.execute(statement)
    db.commit()
    db.close()


def found(library: Library) -> str:
    return search(library, "topic7", k=1)[0].passage.text


def test_a_name_in_the_schema_that_is_no_text_is_damage_and_mended(library: Library) -> None:
    data = bytearray(catalog(library).read_bytes())
    for name in (b"tablepassagespassages", b"CREATE TABLE passages"):
        data[data.index(name) + name.index(b"passages")] = 0xEE
    catalog(library).write_bytes(data)
    with pytest.raises(LibraryError, match=r"is damaged \(a name in it is no text: .*--repair`"):
        library.summaries()
    assert "a name in it is no text" in check(library).findings[0].problem
    assert mended(library).findings == ()
    assert found(library).startswith("Report 7 is about topic7.")


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE documents SET tags = '[' WHERE source = 'doc7'",
        "UPDATE documents SET left_out = '3' WHERE source = 'doc7'",
        "UPDATE documents SET page_starts = '[\"x\"]' WHERE source = 'doc7'",
        "UPDATE documents SET section_starts = 'nope' WHERE source = 'doc7'",
        "UPDATE documents SET title = X'ff' WHERE source = 'doc7'",
        "UPDATE documents SET title = CAST(X'ff41' AS TEXT) WHERE source = 'doc7'",
        "UPDATE documents SET original_sha256 = X'ff' WHERE source = 'doc7'",
        "UPDATE documents SET added_at = X'ff' WHERE source = 'doc7'",
        "UPDATE sentences SET start = 'x'",
        "UPDATE vectors SET vector = 'abc'",
        "UPDATE meta SET value = 'x' WHERE name = 'dimension'",
        "UPDATE meta SET value = 'x' WHERE name = 'generation'",
        "UPDATE meta SET name = CAST(X'ff' AS TEXT) WHERE name = 'cards'",
    ],
)
def test_a_cell_that_is_damaged_raises_nothing_else_is_told_and_loses_no_text(
    library: Library, make_library: Make, tmp_path: Path, damage: str
) -> None:
    change(library, damage)
    assert check(make_library()).findings != ()
    for use in (
        lambda: search(make_library(), "topic7", k=1),
        lambda: [make_library().document(one.id) for one in make_library().summaries()],
        lambda: export_library(make_library(), tmp_path / "out.zip"),
    ):
        with suppress(LibraryError):
            use()
    assert mended(make_library()).findings == ()
    assert len(make_library().summaries()) == 20
    assert found(make_library()).startswith("Report 7 is about topic7.")


@pytest.mark.parametrize("value", ["X'ff'", "CAST(X'ff41' AS TEXT)"])
def test_a_text_that_is_none_is_told_as_lost_and_the_others_stay(
    library: Library, make_library: Make, value: str
) -> None:
    change(library, f"UPDATE documents SET text = {value} WHERE source = 'doc3'")
    assert check(library).findings != ()
    assert [one.problem for one in mended(make_library()).findings] == [
        "'doc3' could not be saved from the damaged catalog: add it again"
    ]
    assert len(make_library().summaries()) == 19


@pytest.mark.parametrize(
    ("damage", "kept"),
    [
        ("DROP TABLE document_tags", ["/a", "/b"]),
        ("UPDATE document_tags SET name = x'ff'", ["/a", "/b"]),
        ("UPDATE folders SET path = x'ff' WHERE key = 1", ["/b"]),
        ("UPDATE folders SET looked_at = x'ff'", ["/a", "/b"]),
        ("DROP TABLE folders", []),
    ],
)
def test_damaged_tags_and_folders_are_found_and_mended(
    library: Library, damage: str, kept: list[str]
) -> None:
    with library.catalog.writing() as db, transaction(db):
        for path in ("/a", "/b"):
            write_folder(db, Folder(path=path, added_at="2026-01-01"))
        store_tags(db, 1, ["owls"])
    change(library, damage)
    assert check(library).findings
    told = [finding.problem for finding in mended(library).findings]
    assert told == [] if len(kept) == 2 else told[0].startswith("registered folders could not")
    assert check(library).findings == ()
    with library.reading() as db:
        assert [folder.path for folder in folders(db)] == kept
        assert tag_counts(db) == {"owls": 1}


def test_a_sound_library_has_no_findings(library: Library) -> None:
    checkup = check(library)
    assert (checkup.documents, checkup.sentences, checkup.vectors) == (20, 40, 21)
    assert checkup.findings == ()


def test_an_absent_library_is_sound_and_empty(make_library: Make) -> None:
    assert check(make_library()) == Checkup(documents=0, sentences=0, vectors=0)


def test_vectors_that_chroma_lost_are_found_and_rebuilt(library: Library) -> None:
    library.close()
    (index,) = library.folder.glob("vectors/*/chroma.sqlite3")
    db = sqlite3.connect(index)
    db.execute("DELETE FROM embeddings WHERE rowid <= 5")
    db.commit()
    db.close()
    assert "lacks 5 of 21 vectors" in check(library).findings[0].problem
    assert mended(library).findings == ()
    assert found(library).startswith("Report 7")


def test_a_gap_in_the_full_text_search_is_found_and_mended(library: Library) -> None:
    change(library, "DELETE FROM sentence_terms WHERE rowid <= 3")
    assert "lacks 3 sentences" in check(library).findings[0].problem
    assert mended(library).findings == ()


def test_vectors_of_an_interrupted_run_are_found_and_dropped(library: Library) -> None:
    change(library, "INSERT INTO vectors (hash, vector) SELECT 'x', vector FROM vectors LIMIT 1")
    assert "left 1 vectors" in check(library).findings[0].problem
    assert mended(library).findings == ()


def test_a_library_of_another_model_is_embedded_again(library: Library) -> None:
    other = open_library(
        library.folder, model="other", load=lambda: HashEmbedder("other", dimension=32)
    )
    assert "'hash'" in check(other).findings[0].problem
    assert mended(other).findings == ()
    assert found(other).startswith("Report 7")
    assert [c.added_at for c in other.summaries()] == [c.added_at for c in library.summaries()]


def test_a_catalog_cut_short_gives_back_the_documents_that_can_be_read(library: Library) -> None:
    ingest.add(
        library, read_articles([Article(source="last", title="last", text="The last one. " * 9000)])
    )
    library.close()
    os.truncate(catalog(library), catalog(library).stat().st_size * 3 // 4)
    assert "damaged" in check(library).findings[0].problem
    left = [f.problem for f in mended(library).findings]
    assert all("could not be saved from the damaged catalog" in problem for problem in left)
    assert found(library).startswith("Report 7")
    assert list(library.folder.glob("catalog-before-*.db"))


@pytest.mark.parametrize("content", [b"not a database" * 100, b""])
def test_a_catalog_that_is_no_database_leaves_an_empty_library_and_the_file(
    library: Library, content: bytes
) -> None:
    catalog(library).write_bytes(content)
    assert "damaged" in check(library).findings[0].problem
    left = mended(library)
    assert left.documents == 0
    assert [one.problem for one in left.findings] == [
        "what the damaged catalog listed could not be saved: add your articles again, and register "
        "your folders"
    ]
    (kept,) = library.folder.glob("catalog-before-*.db")
    assert kept.read_bytes() == content


def test_a_changed_text_is_found_and_left_out_by_a_repair(library: Library) -> None:
    change(library, "UPDATE documents SET text = text || ' Forged.' WHERE source = 'doc3'")
    (finding,) = check(library).findings
    assert "'doc3'" in finding.problem
    assert [f.problem for f in mended(library).findings] == [
        "'doc3' could not be saved from the damaged catalog: add it again"
    ]
    assert check(library).findings == ()
    assert "doc3" not in {c.card.source for c in library.summaries()}


def test_a_forged_vector_is_refused_and_mended(library: Library) -> None:
    change(library, "UPDATE vectors SET vector = zeroblob(256)")
    with pytest.raises(LibraryError, match="`footnote doctor --repair`"):
        found(library)
    assert "21 stored vectors" in check(library).findings[0].problem
    assert mended(library).findings == ()
    assert found(library).startswith("Report 7")


def test_a_sentence_that_is_not_at_its_place_is_refused_and_mended(library: Library) -> None:
    change(library, "UPDATE sentences SET start = start + 1 WHERE ordinal = 0")
    with pytest.raises(LibraryError, match="a sentence is not what was added"):
        found(library)
    assert mended(library).findings == ()
    assert found(library).startswith("Report 7")


def test_full_text_search_that_does_not_fit_its_terms_is_found_and_mended(
    library: Library,
) -> None:
    change(library, "UPDATE sentence_terms_content SET c0 = 'forged' WHERE id = 3")
    assert "full-text search is damaged" in check(library).findings[0].problem
    assert mended(library).findings == ()


def test_a_writer_need_not_wait_for_the_doctor(library: Library) -> None:
    with library.catalog.snapshot() as db:
        assert list(doctor.full_text(db)) == []
        change(library, "UPDATE documents SET title = 'new' WHERE source = 'doc3'")


def test_case_12_a_catalog_that_lost_its_last_byte_is_refused(library: Library) -> None:
    library.close()
    os.truncate(catalog(library), catalog(library).stat().st_size - 1)
    with pytest.raises(LibraryError, match="its file was cut short"):
        found(library)


@pytest.mark.parametrize("file", ["data_level0.bin", "link_lists.bin", "index_metadata.pickle"])
def test_case_12_a_damaged_index_file_of_chroma_never_answers(
    make_library: Make, file: str
) -> None:
    library = make_library()
    text = "\n\n".join(f"Line {n} of ship {n}." for n in range(1100))
    ingest.add(library, read_articles([Article(source="ships", title="ships", text=text)]))
    before = search(library, "ship 700", k=3)
    library.close()
    (path,) = library.folder.glob(f"vectors/*/*/{file}")
    path.write_bytes(bytes(path.stat().st_size))
    assert "was changed since it was published" in check(library).findings[0].problem
    assert search(library, "ship 700", k=3) == before
    assert check(library).findings == ()
