"""What an older version read is read again where its file is there, by add, watch and the page."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from documents import pdf
from older import age
from painted import lines, nameless_pdf, painted

from index.card import Card
from index.store.catalog import transaction
from index.store.library import Library
from index.sync import ingest
from index.sync.file_state import note_reader
from index.sync.folders import read_again, sync
from index.sync.intake import Article, read_articles, read_named
from index.sync.prepare import Incoming
from index.sync.watch import watch
from index.types import AddReport, Change, Extract
from rag import Assistant
from rag.articles import Aging, not_read_again
from rag.cli import terminal
from rag.testing import HashEmbedder
from ui.api import read_again as read_again_at_start

Make = Callable[..., Library]
LONG_AGO = 1_000_000_000
WRAPPED = "The quay was dredged in the spring of 2024 by\nthe town.\nIt was not repaired."
MENDED = "The quay was dredged in the spring of 2024 by the town.\nIt was not repaired."


def kept(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def add_as_before(library: Library, path: Path, text: str, *, source: str = "") -> str:
    """Add a file with the text that an older version read of it; return the document's id."""
    read = Extract(card=Card(title="Quay", media_type="application/pdf"), text=text)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    item = Incoming(source=source or str(path), extract=read, file_sha256=digest)
    (change,) = ingest.add(library, [item]).changes
    assert change.document_id is not None
    return change.document_id


def add(library: Library, *paths: Path) -> AddReport:
    return sync(library, paths, prune=False, on_progress=lambda done, total: None)


def again(library: Library) -> AddReport:
    return read_again(library, on_progress=lambda done, total: None)


@pytest.fixture
def quay(tmp_path: Path) -> Path:
    return kept(tmp_path / "quay.pdf", pdf(WRAPPED))


@pytest.fixture
def old(make_library: Make, quay: Path) -> Library:
    """Give a library of the version before cards, with one document, whose text was not joined."""
    library = make_library()
    add_as_before(library, quay, WRAPPED)
    with library.catalog.writing() as db:
        age(db, "before cards")
    return make_library()


def test_adding_another_file_reads_it_again_and_keeps_its_id(
    old: Library, tmp_path: Path, embedder: HashEmbedder
) -> None:
    (before,), embedded = old.summaries(), embedder.embedded
    report = add(old, kept(tmp_path / "new.txt", b"Cats sleep."))
    assert [(c.kind, c.read_again) for c in report.changes] == [("added", False), ("changed", True)]
    after = next(d for d in old.summaries() if d.id == before.id)
    assert old.document(after.id).text == MENDED
    assert (after.card.reader, after.added_at) == ("pdf 6", before.added_at)
    # "It was not repaired." has its vector already.
    assert embedder.embedded - embedded == report.embedded == 2
    assert "1 document that an older version of Footnote had read: read again, 1 changed." in (
        terminal.report(report, model="")
    )


def test_what_is_read_again_elsewhere_gets_no_tag_of_the_files_that_are_added(
    old: Library, tmp_path: Path
) -> None:
    new = kept(tmp_path / "new.txt", b"Cats sleep.")
    sync(old, [new], prune=False, tags=["pets"], on_progress=lambda done, total: None)
    assert {d.card.title: d.card.tags for d in old.summaries()} == {"quay": (), "new": ("pets",)}


def test_it_is_read_again_once(old: Library, quay: Path) -> None:
    assert [c.kind for c in again(old).changes] == ["changed"]
    assert again(old) == AddReport(changes=())
    assert [c.kind for c in add(old, quay).changes] == ["unchanged"]


def test_adding_its_own_file_reads_it_again(old: Library, quay: Path) -> None:
    assert [(c.kind, c.read_again) for c in add(old, quay).changes] == [("changed", True)]


def test_one_that_reads_the_same_is_marked_and_embeds_nothing(
    make_library: Make, quay: Path, embedder: HashEmbedder
) -> None:
    library = make_library()
    add_as_before(library, quay, MENDED)
    embedded = embedder.embedded
    (change,) = again(library).changes
    assert change.read_again
    (document,) = library.summaries()
    assert (document.card.reader, embedder.embedded) == ("pdf 6", embedded)


def test_one_whose_file_is_gone_or_edited_stays_and_is_told(make_library: Make, tmp_path) -> None:
    library = make_library()
    gone, edited = (kept(tmp_path / name, pdf(WRAPPED)) for name in ("a.pdf", "b.pdf"))
    ids = [add_as_before(library, path, f"{path.name} says.\nText.") for path in (gone, edited)]
    add_as_before(library, edited, "A page.\nText.", source="https://example.org/a.pdf")
    gone.unlink()
    kept(edited, pdf("Other."))
    report = again(library)
    assert report.changes == ()
    assert [change.reason.partition(":")[0] for change in report.outdated] == [
        "its file is not there", "its file was edited",
        "it is a page of the web, of which nothing was kept",
    ]  # fmt: skip
    assert "not again" in terminal.report(report, model="")
    assert library.document(ids[0]).text == "a.pdf says.\nText."
    note = Aging(library.some_records).document(library.document(ids[0])).source_note
    assert note == "source deleted since indexed"


def upload(library: Library, path: Path, source: str) -> str:
    (change,) = ingest.add(library, read_named({source: path}, on_read=lambda one: None)).changes
    path.unlink()
    assert change.document_id is not None
    return change.document_id


def as_if_before(library: Library, document: str, text: str) -> None:
    """Make of a document what an older version had read of its file."""
    with library.catalog.writing() as db, transaction(db):
        note_reader(db, {document: ""})
        digest = hashlib.sha256(text.encode()).hexdigest()
        db.execute(
            "UPDATE documents SET text = ?, sha256 = ? WHERE id = ?", (text, digest, document)
        )


@pytest.mark.parametrize("source", ["uploads/1a2b3c4d/quay.pdf", "https://example.org/?id=7"])
def test_what_was_uploaded_or_fetched_is_read_again_from_its_original(
    make_library: Make, quay: Path, source: str
) -> None:
    library, content = make_library(), quay.read_bytes()
    document = upload(library, quay, source)
    as_if_before(library, document, WRAPPED)
    report = again(library)
    assert [(c.document_id, c.kind, c.read_again) for c in report.changes] == [
        (document, "changed", True)
    ]
    assert (library.document(document).text, report.outdated) == (MENDED, ())
    assert library.original_bytes(document) == content
    assert again(library) == AddReport(changes=())


def test_an_upload_of_the_version_before_is_told_until_it_is_uploaded_again(
    make_library: Make, quay: Path, tmp_path: Path
) -> None:
    library, content, source = make_library(), quay.read_bytes(), "uploads/1a2b3c4d/quay.pdf"
    document = add_as_before(library, quay, WRAPPED, source=source)
    with library.catalog.writing() as db:
        age(db, "before cards")
    told = "it was uploaded, and its original was not kept: add it again"
    assert [c.reason for c in again(library).outdated] == [told]
    kept(tmp_path / "other.pdf", pdf("Other."))
    watched = watch(tmp_path, lambda _: add(library, tmp_path / "other.pdf"), every=0.1)
    assert [(c.kind, getattr(c, "reason", "")) for c in (next(watched), next(watched))] == [
        ("added", ""), ("skipped", told),
    ]  # fmt: skip
    quay.write_bytes(content)
    assert upload(library, quay, source) == document
    assert (library.document(document).text, again(library).outdated) == (MENDED, ())


def test_one_whose_original_is_damaged_stays_and_is_not_given_up(
    make_library: Make, quay: Path
) -> None:
    library = make_library()
    document = upload(library, quay, "uploads/1a2b3c4d/quay.pdf")
    as_if_before(library, document, WRAPPED)
    (original,) = (library.folder / "originals").iterdir()
    content = original.read_bytes()
    original.write_bytes(b"%PDF-1.4 other")
    (told,) = again(library).outdated
    assert "cannot be used (it is not what was kept: its sha256 differs)" in told.reason
    original.write_bytes(content)
    assert [c.kind for c in again(library).changes] == ["changed"]


def test_what_was_left_out_of_a_file_is_shown_with_it(make_library: Make, tmp_path: Path) -> None:
    tree = "/Names << /EmbeddedFiles << /Names [(a.txt) 9 0 R] >> >>"
    kept_file = b"<< /Type /Filespec /F (a.txt) /EF << /F 10 0 R >> >>"
    held = b"<< /Type /EmbeddedFile /Length 1 >>\nstream\nx\nendstream"
    data = painted(lines("Some text."), root=tree, more=(kept_file, held))
    library = make_library()
    add(library, kept(tmp_path / "a.pdf", data))
    (summary,) = library.summaries()
    shown = terminal.document(library.document(summary.id))
    assert "left out: a.txt: a file attached to it; save and add it" in shown


def test_one_that_is_refused_by_now_stays_is_marked_and_not_tried_again(
    make_library: Make, tmp_path: Path
) -> None:
    library = make_library()
    document = add_as_before(library, kept(tmp_path / "a.pdf", nameless_pdf(40)), "Garbage.")
    (kept_one,) = again(library).outdated
    assert "do not say which letters they show" in kept_one.reason
    assert again(library) == AddReport(changes=())
    assert library.document(document).text == "Garbage."
    note = Aging(library.some_records).document(library.document(document)).source_note
    assert note.startswith("read by an older version of Footnote; this one refuses its file")


def test_one_of_the_reader_before_this_is_read_again_and_one_of_the_next_is_not(
    make_library: Make, quay: Path
) -> None:
    library = make_library()
    add(library, quay)
    for reader, found in (("pdf 5", [True]), ("pdf 6", []), ("pdf 7", [])):
        with library.catalog.writing() as db, transaction(db):
            note_reader(db, {library.summaries()[0].id: reader})
        assert [c.read_again for c in again(library).changes] == found


def test_page_and_server_read_it_again_when_they_start(
    assistant: Assistant, quay: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assistant.library.add(quay)
    library = assistant.library._library
    with library.catalog.writing() as db, transaction(db):
        note_reader(db, {library.summaries()[0].id: ""})
    read_again_at_start(assistant)
    assert capsys.readouterr().out == (
        "1 document that an older version had read: read again, 0 changed\n"
    )
    read_again_at_start(assistant)
    assert capsys.readouterr().out == ""


def test_they_tell_what_they_could_not_read_again(
    assistant: Assistant, quay: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_as_before(assistant.library._library, quay, WRAPPED, source="uploads/1a2b3c4d/quay.pdf")
    read_again_at_start(assistant)
    assert capsys.readouterr().out == (
        "Read by an older version of Footnote, and not again: uploads/1a2b3c4d/quay.pdf (it was "
        "uploaded, and its original was not kept: add it again).\n"
    )


def test_each_reason_is_told_once_with_how_many_it_holds_for() -> None:
    outdated = [
        Change(kind="skipped", source=source, reason=reason)
        for source, reason in (("a", "gone"), ("b", "edited"), ("c", "edited"), ("d", "edited"))
    ]
    head = "Read by an older version of Footnote, and not again:"
    assert not_read_again(outdated) == [f"{head} b and 2 more (edited).", f"{head} a (gone)."]
    many = [Change(kind="skipped", source=str(n), reason=str(n)) for n in range(8)]
    assert not_read_again(many)[5:] == [
        "And 3 more for other reasons: `footnote show ID` tells of each."
    ]


def test_an_article_given_as_text_was_read_by_nobody_and_is_not_told_as_outdated(
    make_library: Make,
) -> None:
    library = make_library()
    ingest.add(library, read_articles([Article(source="a", title="A", text="Cats sleep.")]))
    assert again(library) == AddReport(changes=())
