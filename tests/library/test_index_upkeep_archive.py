"""What an archive holds, and a bad one, which is refused and changes nothing."""

import hashlib
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from moved_library import filled, moved, refused, rewrite

from index.card import Card
from index.errors import ArchiveError, LibraryMismatchError
from index.store.library import Library
from index.sync.prepare import Incoming, document_id
from index.types import Extract
from index.upkeep import archive
from index.upkeep.transfer import export_library
from rag.testing import HashEmbedder, open_library

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


def test_an_archive_with_a_source_that_is_too_long_is_refused(
    tmp_path: Path, elsewhere: Library
) -> None:
    long = Incoming(source="x" * 5000, extract=Extract(card=Card(title="x"), text="Short."))
    archive.write(tmp_path / "x.zip", [long], model="hash")
    assert "5,000 characters, and 4,096 are allowed" in refused(elsewhere, tmp_path / "x.zip")


@pytest.mark.parametrize("field", ["published", "media_type", "language", "reader"])
def test_a_card_that_says_more_than_a_word_or_two_is_refused(
    tmp_path: Path, elsewhere: Library, field: str
) -> None:
    card = Card(title="x", **{field: "9" * 501})
    odd = Incoming(source="x", extract=Extract(card=card, text="Short."))
    archive.write(tmp_path / "x.zip", [odd], model="hash")
    assert f"{field} of document " in (told := refused(elsewhere, tmp_path / "x.zip"))
    assert "has 501 characters" in told


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
