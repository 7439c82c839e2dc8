"""What was uploaded or fetched is kept by its hash: shared, verified, removed with it."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import LibraryError, ReadError, UnknownDocumentError
from index.store.library import Library
from index.sync import ingest
from index.sync.folders import sync
from index.sync.intake import Article, read_articles, read_named

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
