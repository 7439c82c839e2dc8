"""A library goes out into one archive and comes back elsewhere."""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from moved_library import filled, moved, rewrite
from searching import search

from index.card import Card
from index.errors import ArchiveError, LibraryError, MisuseError
from index.store.library import Library
from index.sync import ingest
from index.sync.folders import sync
from index.sync.intake import Article, read_articles
from index.sync.prepare import Incoming, document_id
from index.types import Document, Extract
from index.upkeep import archive
from index.upkeep.doctor import check
from index.upkeep.transfer import export_library
from rag import Settings
from rag.articles import Aging
from rag.testing import HashEmbedder, open_assistant, open_library

Make = Callable[..., Library]


@pytest.fixture
def library(make_library: Make) -> Library:
    return filled(make_library())


@pytest.fixture
def packed(library: Library, tmp_path: Path) -> Path:
    export_library(library, tmp_path / "moved.zip")
    return tmp_path / "moved.zip"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Library:
    return open_library(tmp_path / "elsewhere")


def test_a_moved_library_has_the_same_ids_cards_and_answers(
    library: Library, packed: Path, elsewhere: Library
) -> None:
    moved(elsewhere, packed)
    assert {one.card.imported for one in elsewhere.summaries()} == {"moved.zip"}
    with elsewhere.catalog.writing() as db:
        db.execute("UPDATE documents SET imported = ''")
    assert elsewhere.summaries() == library.summaries()
    assert elsewhere.document(document_id("/a/paper.pdf")) == library.document(
        document_id("/a/paper.pdf")
    )
    for question in ("topic3", "next page", "漢字"):
        assert search(elsewhere, question, k=5) == search(library, question, k=5)
    assert check(elsewhere).findings == ()


def test_the_same_library_gives_the_same_bytes(
    packed: Path, elsewhere: Library, tmp_path: Path
) -> None:
    moved(elsewhere, packed)
    export_library(elsewhere, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == packed.read_bytes()


def test_importing_twice_changes_nothing_more(packed: Path, elsewhere: Library) -> None:
    moved(elsewhere, packed)
    again = moved(elsewhere, packed)
    assert (len(again.of("unchanged")), again.embedded) == (9, 0)


def test_what_the_library_has_stays_and_its_old_versions_are_replaced(
    packed: Path, elsewhere: Library
) -> None:
    mine = [Article(source="mine", title="mine", text="Mine stays."),
            Article(source="doc3", title="doc3", text="An older report.")]  # fmt: skip
    ingest.add(elsewhere, read_articles(mine))
    report = moved(elsewhere, packed)
    assert [change.source for change in report.of("changed")] == ["doc3"]
    assert {"mine", "doc3", "/a/paper.pdf"} <= {c.card.source for c in elsewhere.summaries()}
    assert search(elsewhere, "topic3", k=1)[0].card.source == "doc3"


def shown(library: Library) -> Document:
    (summary,) = library.summaries()
    return Aging(library.some_records).document(library.document(summary.id))


def add_file(library: Library, path: Path) -> list[str]:
    report = sync(library, [path], prune=False, on_progress=lambda done, total: None)
    return [change.kind for change in report.changes]


def exported(folder: Path, file: Path, text: str) -> Path:
    """Write an archive in which a file of this disk has another text under its right hash."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    extract = Extract(card=Card(title="Bridge", media_type="text/plain"), text=text)
    item = Incoming(source=str(file), extract=extract, file_sha256=digest)
    archive.write(folder / "forged.zip", [item], model="hash")
    return folder / "forged.zip"


TOLD = "as the archive forged.zip has it: its source was not read here"


@pytest.mark.parametrize("known", [True, False])
def test_a_forged_text_of_a_file_that_lies_here_is_told_and_goes_when_the_file_is_added(
    tmp_path: Path, elsewhere: Library, known: bool
) -> None:
    bridge = tmp_path / "bridge.txt"
    bridge.write_text("The bridge opened in 2019.", encoding="utf-8")
    os.utime(bridge, (1_000_000_000, 1_000_000_000))
    if known:
        assert add_file(elsewhere, bridge) == ["added"]
    moved(elsewhere, exported(tmp_path, bridge, "The bridge opened in 2099."))
    assert (shown(elsewhere).text, shown(elsewhere).source_note) == (
        "The bridge opened in 2099.", TOLD,
    )  # fmt: skip
    assert add_file(elsewhere, bridge) == ["changed"]
    assert (shown(elsewhere).text, shown(elsewhere).source_note) == (
        "The bridge opened in 2019.", "",
    )  # fmt: skip


def test_a_true_text_is_marked_until_its_file_is_added(tmp_path: Path, elsewhere: Library) -> None:
    bridge = tmp_path / "bridge.txt"
    bridge.write_text("The bridge opened in 2019.", encoding="utf-8")
    moved(elsewhere, exported(tmp_path, bridge, "The bridge opened in 2019."))
    assert shown(elsewhere).source_note == TOLD
    embedded = elsewhere.embedder().embedded  # type: ignore[attr-defined]
    assert add_file(elsewhere, bridge) in (["changed"], ["unchanged"])
    assert shown(elsewhere).source_note == ""
    assert elsewhere.embedder().embedded == embedded  # type: ignore[attr-defined]


def test_a_citation_of_an_imported_text_says_so(tmp_path: Path) -> None:
    bridge = tmp_path / "bridge.txt"
    bridge.write_text("The bridge opened in 2019.", encoding="utf-8")
    settings = Settings(library=tmp_path / "library", seeds=False)
    with open_assistant(settings, embedder=HashEmbedder()) as assistant:
        assistant.library.import_from(
            exported(tmp_path, bridge, "The bridge opened in 2099. It is long.")
        )
        answer = assistant.ask("When did the bridge open?")
        notes = [(c.quote, c.source_state, c.source_note) for c in answer.citations]
        assert notes == [("The bridge opened in 2099.", "current", TOLD)]


def test_an_existing_file_is_not_overwritten(library: Library, packed: Path) -> None:
    with pytest.raises(ArchiveError, match="is there already: name another file"):
        export_library(library, packed)


def test_an_export_to_a_missing_folder_is_one_sentence(library: Library, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"cannot be written \(No such file or directory\)"):
        export_library(library, tmp_path / "no" / "moved.zip")


def test_a_library_with_a_damaged_text_is_not_exported(library: Library, tmp_path: Path) -> None:
    from index.store import catalog

    with catalog.connected(library.folder) as db:
        db.execute("UPDATE documents SET text = text || '!' WHERE source = 'doc2'")
    with pytest.raises(LibraryError, match=r"'doc2' .* is damaged.*`footnote doctor`"):
        export_library(library, tmp_path / "moved.zip")
    assert list(tmp_path.glob("moved*")) == []


def test_an_archive_of_the_version_before_is_imported(
    library: Library, packed: Path, elsewhere: Library
) -> None:
    def older(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["manifest.json"]) | {"version": 1}
        for name in [n for n in members if n.startswith("documents/") and n.endswith(".json")]:
            row = json.loads(members[name])
            card = row.pop("card")
            names = ("source", "title", "media_type", "published", "author", "url")
            members[name] = json.dumps(row | {n: card[n] for n in names}).encode()
            manifest["members"][name] = hashlib.sha256(members[name]).hexdigest()
        members["manifest.json"] = json.dumps(manifest).encode()

    moved(elsewhere, rewrite(packed, older))
    plain = {"tags": (), "language": "", "left_out": (), "imported": "moved.zip"}
    expected = [replace(d, card=replace(d.card, **plain)) for d in library.summaries()]
    assert list(elsewhere.summaries()) == expected


def test_an_archive_that_says_nothing_of_a_persons_tags_is_imported(
    library: Library, packed: Path, elsewhere: Library
) -> None:
    def older(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["manifest.json"]) | {"version": 3}
        for name in [n for n in members if n.startswith("documents/") and n.endswith(".json")]:
            row = json.loads(members[name])
            del row["card"]["tags_given"], row["card"]["tags_taken"]
            members[name] = json.dumps(row).encode()
            manifest["members"][name] = hashlib.sha256(members[name]).hexdigest()
        members["manifest.json"] = json.dumps(manifest).encode()

    moved(elsewhere, rewrite(packed, older))
    assert elsewhere.tags() == library.tags() == {"one": 1, "two": 1}


def test_a_file_that_is_not_there_is_one_sentence(elsewhere: Library, tmp_path: Path) -> None:
    with pytest.raises(MisuseError, match=r"there is no file .*: name an archive that"):
        moved(elsewhere, tmp_path / "none.zip")
    assert elsewhere.is_new()


def test_the_date_of_adding_is_kept(library: Library, packed: Path, tmp_path: Path) -> None:
    _, documents = archive.read(packed)
    older = [replace(document, added_at="2020-01-01T00:00:00+00:00") for document in documents]
    archive.write(tmp_path / "older.zip", older, model="hash")
    elsewhere = open_library(tmp_path / "elsewhere")
    moved(elsewhere, tmp_path / "older.zip")
    assert {card.added_at for card in elsewhere.summaries()} == {"2020-01-01T00:00:00+00:00"}
