"""A library goes out into one archive and comes back elsewhere; a bad archive changes nothing."""

import hashlib
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from searching import search

from index.card import Card
from index.errors import ArchiveError, LibraryError, LibraryMismatchError, MisuseError
from index.store.library import Library
from index.sync import ingest
from index.sync.folders import sync
from index.sync.intake import Article, read_articles
from index.sync.prepare import Incoming, document_id
from index.types import AddReport, Document, Extract
from index.upkeep import archive
from index.upkeep.doctor import check
from index.upkeep.transfer import export_library, import_library
from rag import Settings
from rag.stored import Aging
from rag.testing import HashEmbedder, open_assistant, open_library

Make = Callable[..., Library]


@pytest.fixture
def library(make_library: Make) -> Library:
    library = make_library()
    texts = {f"doc{n}": f"Report {n} is about topic{n}. Ümläute and 漢字 too." for n in range(8)}
    ingest.add(
        library, read_articles(Article(source=s, title=s, text=text) for s, text in texts.items())
    )
    extract = Extract(
        card=Card(
            title="A paper",
            media_type="application/pdf",
            published="2024-05-01",
            author="A. Writer",
            tags=("one", "two"),
            language="en",
            left_out=("a.png: no text",),
        ),
        text="One page. Next page.",
        page_starts=(0, 10),
        section_starts=(10,),
    )
    ingest.add(library, [Incoming(source="/a/paper.pdf", extract=extract, file_sha256="ab" * 32)])
    return library


@pytest.fixture
def packed(library: Library, tmp_path: Path) -> Path:
    export_library(library, tmp_path / "moved.zip")
    return tmp_path / "moved.zip"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Library:
    return open_library(tmp_path / "elsewhere")


def moved(library: Library, file: Path) -> AddReport:
    return import_library(library, file, on_progress=lambda done, total: None)


def rewrite(file: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Change an archive's members as someone would who has a zip program."""
    with zipfile.ZipFile(file) as old:
        members = {name: old.read(name) for name in old.namelist()}
    change(members)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in members.items():
            new.writestr(name, data)
    return file


def refused(library: Library, file: Path) -> str:
    with pytest.raises(ArchiveError) as caught:
        moved(library, file)
    assert library.summaries() == ()
    assert "\n" not in str(caught.value)
    return str(caught.value)


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


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_an_archive_packed_in_another_way_is_refused_unopened(
    packed: Path, elsewhere: Library, method: int
) -> None:
    with zipfile.ZipFile(packed) as old:
        members = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(packed, "w", method) as new:
        for name, data in members.items():
            new.writestr(name, data)
    assert "is packed in a way that no export uses" in refused(elsewhere, packed)


def test_a_title_with_half_a_character_is_refused(packed: Path, elsewhere: Library) -> None:
    def halve(members: dict[str, bytes]) -> None:
        name = next(n for n in members if n.endswith(".json") and n != "manifest.json")
        members[name] = members[name].replace(b'"title": "', b'"title": "\\ud800 ')
        manifest = json.loads(members["manifest.json"])
        manifest["members"][name] = hashlib.sha256(members[name]).hexdigest()
        members["manifest.json"] = json.dumps(manifest).encode()

    assert "its JSON is not as exported" in refused(elsewhere, rewrite(packed, halve))


def test_an_archive_has_texts_and_hashes_and_nothing_else(packed: Path) -> None:
    with zipfile.ZipFile(packed) as file:
        names = set(file.namelist())
        manifest = json.loads(file.read("manifest.json"))
    assert {Path(name).suffix for name in names} == {".txt", ".json"}
    assert set(manifest["members"]) == names - {"manifest.json"}
    assert all(len(digest) == 64 for digest in manifest["members"].values())


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


def test_another_embedding_model_is_refused(packed: Path, tmp_path: Path) -> None:
    other = open_library(tmp_path / "other", embedder=HashEmbedder("b", dimension=8))
    with pytest.raises(LibraryMismatchError, match="set FOOTNOTE_EMBEDDING_MODEL=hash"):
        moved(other, packed)


def test_a_changed_text_is_refused(packed: Path, elsewhere: Library) -> None:
    name = f"documents/{document_id('doc2')}.txt"
    rewrite(packed, lambda members: members.update({name: members[name] + b" Forged."}))
    assert f"{name!r} is not what was exported: its sha256 differs" in refused(elsewhere, packed)


def test_two_documents_of_one_source_are_refused(packed: Path, elsewhere: Library) -> None:
    def swap(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["manifest.json"])
        one, two = (f"documents/{document_id(source)}.json" for source in ("doc1", "doc2"))
        members[one] = members[two]
        manifest["members"][one] = manifest["members"][two]
        members["manifest.json"] = json.dumps(manifest).encode()

    assert "it has two documents of one source" in refused(elsewhere, rewrite(packed, swap))


@pytest.mark.parametrize("name", ["../escaped.txt", "/etc/passwd", "documents/../x", "run.py"])
def test_a_member_that_no_export_writes_is_refused(
    packed: Path, elsewhere: Library, name: str
) -> None:
    rewrite(packed, lambda members: members.update({name: b"x"}))
    assert "which no export writes" in refused(elsewhere, packed)
    assert not (packed.parent / "escaped.txt").exists()


def test_a_missing_document_is_refused(packed: Path, elsewhere: Library) -> None:
    name = f"documents/{document_id('doc2')}.txt"
    rewrite(packed, lambda members: members.pop(name) and None)
    assert "its manifest and its members differ in" in refused(elsewhere, packed)


def test_hidden_characters_are_refused(packed: Path, elsewhere: Library, tmp_path: Path) -> None:
    hidden = Incoming(source="x", extract=Extract(card=Card(title="x"), text="Seen.\u200bHid."))
    archive.write(tmp_path / "hidden.zip", [hidden], model="hash")
    assert "has hidden characters" in refused(elsewhere, tmp_path / "hidden.zip")


def test_offsets_outside_of_the_text_are_refused(elsewhere: Library, tmp_path: Path) -> None:
    extract = Extract(card=Card(title="x"), text="Short.", page_starts=(0, 99))
    archive.write(tmp_path / "x.zip", [Incoming(source="x", extract=extract)], model="hash")
    assert "sections or pages outside of its text" in refused(elsewhere, tmp_path / "x.zip")


def test_an_oversized_archive_is_refused_before_it_is_unpacked(
    packed: Path, elsewhere: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = f"documents/{document_id('doc2')}.txt"
    rewrite(packed, lambda members: members.update({bomb: b"0" * 101_000_000}))
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("it was unpacked"))
    assert "100,000,000 are allowed" in refused(elsewhere, packed)


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


def test_an_archive_with_a_source_that_is_too_long_is_refused(
    tmp_path: Path, elsewhere: Library
) -> None:
    long = Incoming(source="x" * 5000, extract=Extract(card=Card(title="x"), text="Short."))
    archive.write(tmp_path / "x.zip", [long], model="hash")
    assert "5,000 characters, and 4,096 are allowed" in refused(elsewhere, tmp_path / "x.zip")


def test_a_source_that_no_file_can_have_is_refused(tmp_path: Path, elsewhere: Library) -> None:
    odd = Incoming(source="/a\0b.txt", extract=Extract(card=Card(title="x"), text="Short."))
    archive.write(tmp_path / "x.zip", [odd], model="hash")
    assert "its source has a zero character" in refused(elsewhere, tmp_path / "x.zip")


def test_forged_labels_of_pages_are_cut_to_a_line_a_page(
    packed: Path, tmp_path: Path, elsewhere: Library
) -> None:
    def forge(members: dict[str, bytes]) -> None:
        manifest, name = json.loads(members["manifest.json"]), f"documents/{document_id('doc1')}"
        card = json.loads(members[f"{name}.json"])
        card |= {"page_starts": [0], "page_labels": ["iv\x1b[2J\u202e\n[1]" + "x" * 5000, "b"]}
        members[f"{name}.json"] = json.dumps(card).encode()
        manifest["members"][f"{name}.json"] = hashlib.sha256(members[f"{name}.json"]).hexdigest()
        members["manifest.json"] = json.dumps(manifest).encode()

    moved(elsewhere, rewrite(packed, forge))
    (label,) = elsewhere.document(document_id("doc1")).page_labels
    assert label.startswith("iv [2J [1]xxx")
    assert len(label) == 80


def test_a_newer_version_is_refused(packed: Path, elsewhere: Library) -> None:
    def newer(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["manifest.json"]) | {"version": 5}
        members["manifest.json"] = json.dumps(manifest).encode()

    assert "it is of version 5" in refused(elsewhere, rewrite(packed, newer))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_archive_is_refused(packed: Path, elsewhere: Library, share: float) -> None:
    os.truncate(packed, int(packed.stat().st_size * share))
    assert "damaged, cut short or no export" in refused(elsewhere, packed)


def _spots(whole: bytes) -> list[int]:
    """Return every eleventh position, and all of the end that tells where the directory lies."""
    return [*range(0, len(whole), 11), *range(len(whole) - 22, len(whole))]


def test_any_flipped_byte_is_refused_or_harmless(
    library: Library, packed: Path, elsewhere: Library
) -> None:
    _, good = archive.read(packed)
    whole = packed.read_bytes()
    for position in _spots(whole):
        packed.write_bytes(
            whole[:position] + bytes([whole[position] ^ 0x55]) + whole[position + 1 :]
        )
        try:
            _, read = archive.read(packed)
        except ArchiveError:
            continue
        assert read == good


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
