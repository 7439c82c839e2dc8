"""What is removed comes back as it was for a day, and a crash at any moment loses nothing."""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from index.errors import ArchiveError, LibraryError, MisuseError, UnknownDocumentError
from index.upkeep import removed
from rag import Article


@pytest.fixture
def heron(assistant, tmp_path):
    """Add an upload with its original and two tags; give its document."""
    file = tmp_path / "heron.md"
    head = "---\ntags: birds\n---\n# The heron"
    file.write_text(f"{head}\n\nThe heron stood still.", encoding="utf-8")
    (change,) = assistant.library.add_files({"uploads/0f/heron.md": file}).changes
    assistant.library.tag([change.document_id], add=["Mine"])
    return assistant.library.document(change.document_id)


def test_what_was_removed_comes_back_as_it_was(assistant, heron):
    library = assistant.library
    gone = library.removals.remove([heron.summary.id])
    assert (gone.titles, gone.documents) == (("The heron",), 1)
    assert (library.documents(), library.tags()) == ((), {})
    assert library.removals.all() == (gone,)
    (back,) = library.removals.put_back(gone.id).changes
    assert (back.kind, back.document_id) == ("added", heron.summary.id)
    assert library.document(heron.summary.id) == heron
    assert library.tags() == {"birds": 1, "Mine": 1}
    assert library.original_bytes(heron.summary.id).startswith(b"---\ntags: birds")
    assert library.removals.all() == ()
    with pytest.raises(MisuseError, match="cannot be undone any more"):
        library.removals.put_back(gone.id)


def test_of_two_removals_the_later_one_is_told_first(assistant, heron):
    article = Article(source="a", title="A", text="A cat.")
    for _ in range(3):  # within a second, too
        (added,) = assistant.library.add_articles([article]).changes
        first = assistant.library.removals.remove([added.document_id])
        second = assistant.library.removals.remove([heron.summary.id])
        assert assistant.library.removals.all()[:2] == (second, first)
        assistant.library.removals.put_back(second.id)
        assistant.library.removals.let_go(first.id)


def test_the_original_comes_back_also_where_none_are_kept_any_more(assistant, heron):
    assistant.library.keep_originals(False)
    gone = assistant.library.removals.remove([heron.summary.id])
    assistant.library.removals.put_back(gone.id)
    assert assistant.library.original_bytes(heron.summary.id).startswith(b"---\ntags: birds")


def test_what_is_let_go_of_leaves_no_word_on_the_disk(assistant, heron, tmp_path):
    gone = assistant.library.removals.remove([heron.summary.id])
    assert len(list(tmp_path.rglob(f"{gone.id}*"))) == 2
    assistant.library.removals.let_go(gone.id)
    assert list(tmp_path.rglob(f"{gone.id}*")) == []
    article = Article(source="a", title="A", text="A cat.")
    (added,) = assistant.library.add_articles([article]).changes
    gone = assistant.library.removals.remove([added.document_id])
    assistant.library.removals.let_go_of_all()
    assert (assistant.library.removals.all(), list(tmp_path.rglob(f"{gone.id}*"))) == ((), [])


def test_a_crash_before_the_removal_leaves_the_document_and_nothing_to_undo(
    assistant, heron, monkeypatch
):
    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(type(assistant.library._library), "remove", killed)
    with pytest.raises(KeyboardInterrupt):
        assistant.library.removals.remove([heron.summary.id])
    assert [one.id for one in assistant.library.documents()] == [heron.summary.id]
    assert assistant.library.removals.all() == ()


def test_who_looks_while_something_is_being_removed_takes_nothing_away(
    assistant, heron, monkeypatch
):
    """A page looks every few seconds; what is kept and not removed yet looks like a leftover."""
    library, removing = assistant.library, type(assistant.library._library).remove
    looked = []

    def watched(*given):
        looked.append(library.removals.all())
        return removing(*given)

    monkeypatch.setattr(type(library._library), "remove", watched)
    gone = library.removals.remove([heron.summary.id])
    assert (looked, library.removals.all()) == ([()], (gone,))
    library.removals.put_back(gone.id)
    assert library.document(heron.summary.id) == heron


def test_a_crash_after_documents_came_back_leaves_nothing_to_undo(assistant, heron, monkeypatch):
    gone = assistant.library.removals.remove([heron.summary.id])
    monkeypatch.setattr(removed.Removals, "let_go", lambda *_: None)
    assistant.library.removals.put_back(gone.id)
    monkeypatch.undo()
    assert assistant.library.removals.all() == ()
    assert assistant.library.document(heron.summary.id) == heron


def test_what_was_added_again_meanwhile_is_not_replaced(assistant, heron, tmp_path):
    gone = assistant.library.removals.remove([heron.summary.id])
    file = tmp_path / "heron.md"
    file.write_text("# The heron\n\nThe heron flew.", encoding="utf-8")
    other = tmp_path / "owl.txt"
    other.write_text("An owl.", encoding="utf-8")
    assistant.library.add_files({"uploads/0f/heron.md": file, "uploads/1f/owl.txt": other})
    assistant.library.removals.put_back(gone.id)
    (again,) = (d for d in assistant.library.documents() if d.card.title == "The heron")
    assert assistant.library.text(again.id) == "The heron\n\nThe heron flew."


def test_after_a_day_it_is_gone_and_what_a_crash_left_too(assistant, heron, tmp_path):
    gone = assistant.library.removals.remove([heron.summary.id])
    (note,) = tmp_path.rglob(f"{gone.id}.json")
    (file,) = tmp_path.rglob(f"{gone.id}.zip")
    half = file.with_name("00" * 8 + ".zip")
    half.write_bytes(b"PK")
    told = json.loads(note.read_text(encoding="utf-8"))
    told["removed_at"] = (datetime.now(UTC) - timedelta(days=1, minutes=1)).isoformat()
    note.write_text(json.dumps(told), encoding="utf-8")
    assert assistant.library.removals.all() == ()
    assert not file.exists()
    assert half.exists()
    os.utime(half, (0, 0))
    assistant.library.removals.all()
    assert not half.exists()


def test_what_a_killed_writer_left_of_a_text_goes_with_the_next_look(assistant, heron, tmp_path):
    gone = assistant.library.removals.remove([heron.summary.id])
    (file,) = tmp_path.rglob(f"{gone.id}.zip")
    parts = [file.with_name(f".{'ab' * 8}.{end}.1234.part") for end in ("zip", "json")]
    for part in parts:
        part.write_bytes(b"The heron stood still.")
    assert assistant.library.removals.all() == (gone,)
    assert [part.exists() for part in parts] == [False, False]
    parts[0].write_bytes(b"The heron stood still.")
    assistant.library.removals.let_go_of_all()
    assert {path.name for path in file.parent.iterdir()} == {".lock"}


@pytest.mark.parametrize("damage", ["cut", "emptied", "a folder"])
def test_what_cannot_be_had_back_any_more_is_told_in_a_sentence(assistant, heron, tmp_path, damage):
    gone = assistant.library.removals.remove([heron.summary.id])
    (file,) = tmp_path.rglob(f"{gone.id}.zip")
    data = file.read_bytes()
    file.unlink()
    if damage == "a folder":
        file.mkdir()
    else:
        file.write_bytes(data[:300] if damage == "cut" else b"")
    with pytest.raises(ArchiveError, match=r"cannot be undone, for .*: add the files") as told:
        assistant.library.removals.put_back(gone.id)
    assert str(tmp_path) not in str(told.value)
    assert assistant.library.removals.all() == (gone,)
    assert assistant.library.check().findings == ()


@pytest.mark.parametrize("told", ["", "yesterday", "2026-01-01T00:00:00", None, 7, "9" * 30])
def test_a_note_without_its_time_takes_no_archive_with_it(assistant, heron, tmp_path, told):
    gone = assistant.library.removals.remove([heron.summary.id])
    (note,) = tmp_path.rglob(f"{gone.id}.json")
    said = json.loads(note.read_text(encoding="utf-8")) | {"removed_at": told}
    note.write_text(json.dumps(said), encoding="utf-8")
    assert assistant.library.removals.all() == ()
    assistant.library.removals.put_back(gone.id)
    assert assistant.library.document(heron.summary.id) == heron


def test_a_removal_of_a_clock_that_was_wrong_is_not_kept_for_years(assistant, heron, tmp_path):
    gone = assistant.library.removals.remove([heron.summary.id])
    (note,) = tmp_path.rglob(f"{gone.id}.json")
    said = json.loads(note.read_text(encoding="utf-8")) | {"removed_at": "2999-01-01T00:00:00Z"}
    note.write_text(json.dumps(said), encoding="utf-8")
    assert assistant.library.removals.all() == ()
    assert not note.exists()


def test_what_cannot_be_kept_is_not_removed(assistant, heron, tmp_path):
    (tmp_path / "library" / "removed").write_text("a file is in its place", encoding="utf-8")
    with pytest.raises(LibraryError, match="nothing was removed, for it could not be kept"):
        assistant.library.removals.remove([heron.summary.id])
    assert len(assistant.library.documents()) == 1


@pytest.mark.parametrize("name", ["", "../catalog", "A" * 16, "0" * 15, "0" * 17, "0" * 15 + "/"])
def test_what_names_no_removal_touches_no_file(assistant, heron, name):
    with pytest.raises(MisuseError):
        assistant.library.removals.put_back(name)
    with pytest.raises(MisuseError):
        assistant.library.removals.let_go(name)
    with pytest.raises(UnknownDocumentError):
        assistant.library.removals.remove(["nothing"])
    assert len(assistant.library.documents()) == 1
