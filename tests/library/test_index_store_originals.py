"""What was uploaded or fetched is kept by its hash: shared, verified, removed with it."""

import hashlib
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import ArchiveError, LibraryError, ReadError, UnknownDocumentError
from index.store import originals
from index.store.library import Library
from index.sync import ingest
from index.sync.folders import sync
from index.sync.intake import Article, read_articles, read_named
from index.types import Checkup
from index.upkeep.doctor import check
from index.upkeep.repair import compact, repair
from index.upkeep.transfer import export_library, import_library
from rag.cli import terminal
from rag.testing import open_library

Make = Callable[..., Library]
CATS = b"# Cats\n\nCats sleep all day.\n"
SHA = hashlib.sha256(CATS).hexdigest()


def upload(library: Library, folder: Path, content: bytes = CATS, name: str = "cats.md") -> str:
    """Upload a file, which is gone afterwards, and return its document's id."""
    path = folder / name
    path.write_bytes(content)
    files = {f"uploads/{hashlib.sha256(content).hexdigest()[:8]}/{name}": path}
    (change,) = ingest.add(library, read_named(files, on_read=lambda source: None)).changes
    path.unlink()
    assert change.document_id is not None, change
    return change.document_id


def kept(library: Library) -> list[str]:
    return sorted(os.listdir(library.folder / "originals"))


def test_an_upload_is_kept_by_its_hash_and_given_back(make_library: Make, tmp_path: Path) -> None:
    library = make_library()
    document = upload(library, tmp_path)
    assert kept(library) == [SHA]
    assert library.original_bytes(document[:6]) == CATS
    assert library.document(document).summary.card.original_sha256 == SHA


def test_equal_uploads_share_one_until_the_last_is_removed(
    make_library: Make, tmp_path: Path
) -> None:
    library = make_library()
    first, second = upload(library, tmp_path), upload(library, tmp_path, name="copy.md")
    assert kept(library) == [SHA]
    library.remove([first])
    assert library.original_bytes(second) == CATS
    library.remove([second])
    assert kept(library) == []


def test_a_file_on_disk_is_opened_where_it_lies_and_not_kept(
    make_library: Make, tmp_path: Path
) -> None:
    library, path = make_library(), tmp_path / "cats.md"
    path.write_bytes(CATS)
    (change,) = sync(library, [path], prune=False, on_progress=lambda done, total: None).changes
    document = change.document_id or ""
    assert library.original_bytes(document) == CATS
    assert not (library.folder / "originals").exists()
    moved = path.rename(tmp_path / "pets.md")
    os.link(moved, tmp_path / "cats2.md")
    assert library.original_bytes(document) == CATS
    for other in (moved, tmp_path / "cats2.md"):
        other.unlink()
    with pytest.raises(ReadError, match="is not there: put it back"):
        library.original_bytes(document)
    path.write_bytes(b"Cats wake.")
    with pytest.raises(ReadError, match="was edited since it was read: add it again"):
        library.original_bytes(document)


def test_an_article_given_as_text_is_its_text(make_library: Make) -> None:
    library = make_library()
    given = Article(source="note", title="Note", text="Ça va.\r\nBien.")
    (change,) = ingest.add(library, read_articles([given])).changes
    assert library.original_bytes(change.document_id or "") == "Ça va.\nBien.".encode()
    with pytest.raises(UnknownDocumentError):
        library.original_bytes("ffffffffffff")


def test_none_is_kept_where_the_setting_says_so_and_that_is_told(
    make_library: Make, tmp_path: Path
) -> None:
    library = make_library()
    library.keeps_originals = False
    document = upload(library, tmp_path)
    assert not (library.folder / "originals").exists()
    with pytest.raises(ReadError, match=r"no original of 'uploads/.*' was kept: add it again"):
        library.original_bytes(document)
    library.keeps_originals = True
    assert upload(library, tmp_path) == document
    assert library.original_bytes(document) == CATS


def test_a_changed_page_keeps_its_newest_bytes_only(make_library: Make, tmp_path: Path) -> None:
    library = make_library()
    page = "<html><!-- {} --><body><p>Cats sleep all day.</p></body></html>"
    for clock in ("10:00", "10:01"):
        path = tmp_path / "page.html"
        path.write_text(page.format(clock), encoding="utf-8")
        files = {"https://example.org/page.html": path}
        report = ingest.add(library, read_named(files, on_read=lambda source: None))
    (change,) = report.changes
    assert (change.kind, report.embedded) == ("unchanged", 0)
    assert library.original_bytes(change.document_id or "") == page.format("10:01").encode()
    assert len(kept(library)) == 1


def test_a_link_in_its_place_is_not_followed(make_library: Make, tmp_path: Path) -> None:
    library = make_library()
    document = upload(library, tmp_path)
    place = library.folder / "originals" / SHA
    (tmp_path / "secret").write_bytes(CATS)
    place.unlink()
    place.symlink_to(tmp_path / "secret")
    with pytest.raises(LibraryError, match=r"cannot be used \(a link is in its place\): run `foo"):
        library.original_bytes(document)
    library.remove([document])
    assert (tmp_path / "secret").read_bytes() == CATS
    assert kept(library) == []


@pytest.mark.parametrize(
    ("other", "told"), [(b"Dogs bark.", "its sha256 differs"), (None, "it is gone")]
)
def test_other_content_is_not_served(
    make_library: Make, tmp_path: Path, other: bytes | None, told: str
) -> None:
    library = make_library()
    document = upload(library, tmp_path)
    place = library.folder / "originals" / SHA
    place.unlink() if other is None else place.write_bytes(other)
    with pytest.raises(LibraryError, match=told):
        library.original_bytes(document)


def test_a_catalog_that_names_a_path_for_a_hash_opens_no_file(
    make_library: Make, tmp_path: Path
) -> None:
    library = make_library()
    document = upload(library, tmp_path)
    (tmp_path / "secret").write_bytes(CATS)
    with library.catalog.writing() as db:
        db.execute("UPDATE documents SET original_sha256 = '../../secret'")
    with pytest.raises(LibraryError, match="its hash is none"):
        library.original_bytes(document)
    assert mended(library).findings == ()
    assert (tmp_path / "secret").exists()


def test_a_pipe_in_its_place_does_not_block(make_library: Make, tmp_path: Path) -> None:
    library = make_library()
    document = upload(library, tmp_path)
    place = library.folder / "originals" / SHA
    place.unlink()
    os.mkfifo(place)
    with pytest.raises(LibraryError, match="something else is in its place"):
        library.original_bytes(document)


def test_a_folder_of_originals_that_is_a_link_is_neither_read_nor_written(
    make_library: Make, tmp_path: Path
) -> None:
    library = make_library()
    document = upload(library, tmp_path)
    folder = library.folder / "originals"
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LibraryError, match="is a link or a file: remove it"):
        library.original_bytes(document)
    with pytest.raises(LibraryError, match="is a link or a file: remove it"):
        upload(library, tmp_path, b"Dogs bark.", "dogs.md")
    assert os.listdir(tmp_path / "elsewhere") == [SHA]


def outcome(checkup: Checkup) -> list[str]:
    return [finding.problem for finding in checkup.findings]


def mended(library: Library) -> Checkup:
    return repair(library, on_progress=lambda done, total: None)


def test_a_check_tells_how_many_bytes_are_kept(make_library: Make, tmp_path: Path) -> None:
    library = make_library()
    assert (check(library).originals, check(library).original_bytes) == (0, 0)
    upload(library, tmp_path)
    upload(library, tmp_path, name="copy.md")
    checkup = check(library)
    assert (checkup.originals, checkup.original_bytes, checkup.findings) == (1, len(CATS), ())
    assert terminal.checkup(checkup).startswith(
        "2 documents, 4 sentences, 2 vectors, 1 original of 28 bytes"
    )


@pytest.mark.parametrize("other", [b"Dogs bark.", None])
def test_a_lost_original_is_told_marked_by_a_repair_and_comes_with_another_upload(
    make_library: Make, tmp_path: Path, other: bytes | None
) -> None:
    library = make_library()
    document = upload(library, tmp_path)
    place = library.folder / "originals" / SHA
    place.unlink() if other is None else place.write_bytes(other)
    (problem,) = outcome(check(library))
    assert problem.startswith(f"the original that was kept of 'uploads/{SHA[:8]}/cats.md' cannot")
    assert mended(library).findings == ()
    assert kept(library) == []
    card = library.document(document).summary.card
    assert (card.original_sha256, card.left_out) == (
        "",
        ("its original: it was damaged or gone, so it cannot be opened; add it again",),
    )
    assert upload(library, tmp_path) == document
    assert library.original_bytes(document) == CATS
    assert library.document(document).summary.card.left_out == ()


def test_an_original_that_may_not_be_read_now_is_not_given_up(
    make_library: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = make_library()
    document = upload(library, tmp_path)

    def refused(*_: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(originals, "_content", refused)
        assert outcome(check(library)) == [
            "originals cannot be checked: it cannot be read (Permission denied)"
        ]
        with pytest.raises(LibraryError, match="Permission denied"):
            mended(library)
    assert library.original_bytes(document) == CATS


@pytest.mark.parametrize("name", ["0" * 64, f".{SHA}.17.part"])
def test_what_a_crash_left_is_told_and_removed_by_a_repair_and_by_compacting(
    make_folder_library: Make, tmp_path: Path, name: str
) -> None:
    library = make_folder_library()
    upload(library, tmp_path)
    for clean in (mended, compact):
        (library.folder / "originals" / name).write_bytes(b"half")
        (library.folder / "originals" / "notes.txt").write_bytes(b"not ours")
        assert outcome(check(library)) == [
            "an interrupted run left 1 originals that no document names"
        ]
        clean(library)
        assert kept(library) == [SHA, "notes.txt"]
        assert check(library).findings == ()


def test_compacting_removes_all_where_none_are_to_be_kept(
    make_folder_library: Make, tmp_path: Path
) -> None:
    library = make_folder_library()
    document = upload(library, tmp_path)
    library.keeps_originals = False
    compact(library)
    assert kept(library) == []
    assert library.document(document).summary.card.original_sha256 == ""
    assert check(library).findings == ()


def test_a_repair_that_lost_documents_keeps_originals_that_nothing_names(
    make_library: Make, tmp_path: Path
) -> None:
    library = make_library()
    upload(library, tmp_path)
    upload(library, tmp_path, b"Dogs bark.", "dogs.md")
    with library.catalog.writing() as db:
        db.execute("UPDATE documents SET text = 'x' WHERE original_sha256 = ?", (SHA,))
    after = outcome(mended(library))
    assert any("could not be saved from the damaged catalog" in problem for problem in after)
    assert SHA in kept(library)


def test_originals_are_exported_once_and_imported(make_library: Make, tmp_path: Path) -> None:
    library, elsewhere = make_library(), open_library(tmp_path / "elsewhere")
    ids = [upload(library, tmp_path), upload(library, tmp_path, name="copy.md")]
    export_library(library, tmp_path / "moved.zip")
    with zipfile.ZipFile(tmp_path / "moved.zip") as archive:
        assert [n for n in archive.namelist() if "orig" in n] == [f"originals/{SHA}"]
    import_library(elsewhere, tmp_path / "moved.zip", on_progress=lambda done, total: None)
    assert [elsewhere.original_bytes(one) for one in ids] == [CATS, CATS]
    export_library(elsewhere, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == (tmp_path / "moved.zip").read_bytes()


def test_an_archive_of_the_version_before_originals_is_imported_without(
    make_library: Make, tmp_path: Path
) -> None:
    library, elsewhere = make_library(), open_library(tmp_path / "elsewhere")
    document = upload(library, tmp_path)
    export_library(library, tmp_path / "moved.zip")
    forge(tmp_path / "moved.zip", lambda members: members.pop(f"originals/{SHA}"), version=2)
    import_library(elsewhere, tmp_path / "moved.zip", on_progress=lambda done, total: None)
    assert elsewhere.document(document).summary.card.original_sha256 == ""
    assert check(elsewhere).findings == ()


def test_an_import_keeps_none_where_none_are_to_be_kept(make_library: Make, tmp_path: Path) -> None:
    library, elsewhere = make_library(), open_library(tmp_path / "elsewhere")
    document = upload(library, tmp_path)
    export_library(library, tmp_path / "moved.zip")
    elsewhere.keeps_originals = False
    import_library(elsewhere, tmp_path / "moved.zip", on_progress=lambda done, total: None)
    assert not (tmp_path / "elsewhere" / "originals").exists()
    assert elsewhere.document(document).summary.card.original_sha256 == ""


def test_a_damaged_original_is_not_exported(make_library: Make, tmp_path: Path) -> None:
    library = make_library()
    upload(library, tmp_path)
    (library.folder / "originals" / SHA).write_bytes(b"Dogs bark.")
    with pytest.raises(LibraryError, match="run `footnote doctor --repair` and add it again"):
        export_library(library, tmp_path / "moved.zip")
    assert not (tmp_path / "moved.zip").exists()


def forge(archive: Path, change: Callable[[dict[str, bytes]], object], *, version: int = 3) -> None:
    """Write an archive anew with other members, those of the manifest with their new hashes."""
    with zipfile.ZipFile(archive) as old:
        members = {name: old.read(name) for name in old.namelist()}
    manifest = json.loads(members.pop("manifest.json")) | {"version": version}
    change(members)
    manifest["members"] = {n: hashlib.sha256(data).hexdigest() for n, data in members.items()}
    with zipfile.ZipFile(archive, "w") as new:
        for name, data in (members | {"manifest.json": json.dumps(manifest).encode()}).items():
            new.writestr(name, data)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda m: m.update({f"originals/{SHA}": b"Dogs bark."}), "its sha256 differs"),
        (lambda m: m.pop(f"originals/{SHA}"), "its documents and its members differ"),
        (lambda m: m.update({f"originals/{'0' * 64}": b"x"}), "its documents and its members diff"),
        (lambda m: m.update({"originals/../x": b"x"}), "which no export writes"),
    ],
)
def test_a_forged_archive_brings_no_other_original(
    make_library: Make,
    tmp_path: Path,
    change: Callable[[dict[str, bytes]], None],
    told: str,
) -> None:
    library, elsewhere = make_library(), open_library(tmp_path / "elsewhere")
    upload(library, tmp_path)
    export_library(library, tmp_path / "moved.zip")
    forge(tmp_path / "moved.zip", change)
    with pytest.raises(ArchiveError, match=told):
        import_library(elsewhere, tmp_path / "moved.zip", on_progress=lambda done, total: None)
    assert not (tmp_path / "elsewhere").exists()
