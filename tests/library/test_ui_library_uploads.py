"""Uploads on their way into a library: each file's way, its reason, and what is left behind."""

import os
import stat
from email.message import EmailMessage

import pytest

from rag import Article
from rag.testing import HashEmbedder, open_assistant
from ui import guard
from ui.additions import adding, bringing
from ui.guard import private_folder

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.fixture
def upload(tmp_path):
    """Put a file where the page's uploads lie; give its path."""

    def put(name, content, under="one"):
        place = private_folder() / f"{tmp_path.name}-{under}"
        place.mkdir(exist_ok=True)
        path = place / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return put


def last(assistant, *paths):
    *_, jobs = adding(assistant, paths)
    return [(job.name, job.state, job.note) for job in jobs]


def test_a_file_becomes_an_article_and_is_gone_afterwards(assistant, upload):
    path = upload("note.txt", "The bridge is closed. It opens in May.")
    assert last(assistant, path) == [("note.txt", "added", "")]
    (stored,) = assistant.library.documents()
    assert stored.card.source.startswith("uploads/")
    assert stored.card.source.endswith("/note.txt")
    assert not os.path.exists(path)
    assert assistant.library.original_bytes(stored.id) == b"The bridge is closed. It opens in May."


def test_every_file_has_its_own_reason_and_stops_no_other(assistant, upload):
    found = last(assistant, upload("a.txt", PNG), upload("b.txt", ""), upload("c.txt", "A cat."))
    assert [(name, state) for name, state, _ in found] == [
        ("a.txt", "skipped"),
        ("b.txt", "skipped"),
        ("c.txt", "added"),
    ]
    assert "PNG" in found[0][2]
    assert "empty" in found[1][2]


def test_what_a_message_leaves_out_is_told_beside_it(assistant, upload):
    message = EmailMessage()
    message["Subject"] = "The bridge"
    message.set_content("The bridge is closed.")
    message.add_attachment(PNG, maintype="image", subtype="png", filename="bridge.png")
    ((_, state, note),) = last(assistant, upload("letter.eml", message.as_bytes()))
    assert state == "added"
    assert note.startswith("Left out: ")
    assert "bridge.png" in note


def test_the_jobs_are_told_from_waiting_to_the_end(assistant, upload):
    seen = list(adding(assistant, [upload("a.txt", "A cat sleeps."), upload("b.txt", PNG)]))
    assert [job.state for job in seen[0]] == ["waiting", "waiting"]
    assert [job.share for job in seen[-1]] == [1.0, 1.0]


def test_the_same_file_again_is_told_as_known(assistant, upload):
    last(assistant, upload("a.txt", "A cat."))
    assert last(assistant, upload("a.txt", "A cat.")) == [
        ("a.txt", "unchanged", "It is in the library already.")
    ]


def test_a_text_that_is_there_under_another_name_is_told_and_stored_once(assistant, upload):
    last(assistant, upload("ferry.txt", "The ferry sails at noon."))
    again = [upload("copy.txt", "The ferry sails at noon."), upload("a.txt", "A cat sleeps.")]
    *_, jobs = adding(assistant, [*again, upload("b.txt", "A cat sleeps.", "two")])
    assert [(job.state, job.note) for job in jobs] == [
        ("unchanged", "Its text is in the library already, as “ferry”."),
        ("added", ""),
        ("unchanged", "Its text is in the library already, as “a”."),
    ]
    assert [job.article and job.article["title"] for job in jobs] == ["ferry", None, "a"]
    *_, (pasted,) = bringing(assistant, {"text": "The ferry sails at noon.", "title": "Boats"})
    assert pasted.note == "Its text is in the library already, as “ferry”."
    assert len(assistant.library.documents()) == 2


def test_another_file_of_the_same_name_replaces_nothing(assistant, upload):
    last(assistant, upload("a.txt", "A cat."))
    assert last(assistant, upload("a.txt", "A dog.", "two"))[0][1] == "added"
    assert len(assistant.library.documents()) == 2


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../x", "\0", "", 7, None, {"path": "/etc/passwd"}]
)
def test_a_path_that_was_not_uploaded_is_not_touched(assistant, path):
    ((_, state, note),) = last(assistant, path)
    assert (state, note) == ("skipped", "It was not uploaded to this page.")
    assert assistant.library.documents() == ()
    assert os.path.exists("/etc/passwd")


def test_a_link_out_of_the_folder_is_not_followed(assistant, upload):
    path = upload("a.txt", "x")
    os.unlink(path)
    os.symlink("/etc/passwd", path)
    assert last(assistant, path)[0][1] == "skipped"
    assert assistant.library.documents() == ()


class Failing(HashEmbedder):
    def embed(self, texts, *, on_progress=None):
        raise ValueError("secret inside")


def test_an_error_inside_is_told_without_its_text_and_leaves_no_file(tmp_path, upload):
    from rag import Settings

    settings = Settings(library=tmp_path / "library", seeds=False)
    path = upload("a.txt", "A cat.")
    with open_assistant(settings, embedder=Failing()) as assistant:
        ((_, state, note),) = last(assistant, path)
    assert state == "skipped"
    assert note.startswith("Something went wrong inside Footnote")
    assert not os.path.exists(path)


def test_a_locked_library_is_told_in_its_own_words(assistant, upload, monkeypatch):
    from index.store.folder_backend import writing

    monkeypatch.setattr("ui.articles._PATIENCE", 0.0)
    assistant.library.add_articles([Article(source="a", title="a", text="A cat.")])
    with writing(assistant.settings.library):
        assert "is being written by process" in last(assistant, upload("b.txt", "A dog."))[0][2]


def test_an_upload_waits_for_who_writes_just_now(assistant, upload):
    from index.store.folder_backend import writing

    assistant.library.add_articles([Article(source="a", title="a", text="A cat.")])
    with writing(assistant.settings.library):
        jobs = adding(assistant, [upload("b.txt", "A dog.")])
        next(jobs)
        assert next(jobs)[0].state in ("waiting", "reading")
    assert [*jobs][-1][0].state == "added"


def test_the_folder_is_its_owners_alone_and_old_files_go(upload):
    assert stat.S_IMODE(private_folder().stat().st_mode) == 0o700
    path = upload("a.txt", "x")
    guard.sweep()
    assert os.path.exists(path)
    guard.sweep(now=os.stat(path).st_mtime + 3601)
    assert not os.path.exists(path)


def test_an_article_in_another_language_is_added_with_a_note(assistant, upload):
    german = (
        "Die Brücke über den Fluss wurde im Jahr 1931 eröffnet und ist seitdem für den Verkehr "
        "offen. Sie wird jedes Jahr von der Stadt geprüft, weil sie alt ist."
    )
    *_, (job,) = adding(assistant, [upload("bruecke.txt", german)])
    assert job.state == "added"
    assert job.note.startswith("1 article is not in English (German) and will hardly be found")


def brought(assistant, sent):
    *_, jobs = bringing(assistant, sent)
    return [(job.name, job.state, job.note) for job in jobs]


def test_a_pasted_text_is_known_by_its_title_or_its_first_line(assistant):
    text = "  The tern \n\nIt nests on the dike."
    assert brought(assistant, {"text": text}) == [("The tern", "added", "")]
    assert brought(assistant, {"text": f"{text} So it does.", "title": " Birds  of\nMay "}) == [
        ("Birds of May", "added", "")
    ]
    sources = [document.card.source for document in assistant.library.documents()]
    assert sorted(source.split("/")[0::2] for source in sources) == [
        ["pasted", "Birds of May"],
        ["pasted", "The tern"],
    ]
    assert brought(assistant, {"text": "x " * 50})[0][0] == f"{('x ' * 40)[:79].rstrip()}…"


@pytest.mark.parametrize(
    ("sent", "name", "why"),
    [
        ({"text": " \n"}, "Pasted text", "Paste a text of 1 to 1,000,000 characters"),
        ({"text": "x" * 1_000_001, "title": "T"}, "T", "a longer one as a file"),
        ({"address": "/etc/passwd"}, "/etc/passwd", "An address begins with http:// or https://."),
        ({"address": ""}, "?", "An address begins with http:// or https://."),
        ({"address": "http://user@a.example/"}, "http://user@a.example/", "a user name"),
    ],
)
def test_what_cannot_be_brought_is_one_sentence(assistant, sent, name, why):
    ((told, state, note),) = brought(assistant, sent)
    assert (told, state) == (name, "skipped")
    assert why in note


@pytest.mark.parametrize("sent", [{}, {"text": 3}, {"address": None}])
def test_what_is_sent_in_no_form_of_ours_does_nothing(assistant, sent):
    assert list(bringing(assistant, sent)) == []


def test_half_a_character_in_a_pasted_text_breaks_nothing(assistant):
    ((_, state, _),) = brought(assistant, {"text": "A tern \ud800 nests."})
    assert state in ("added", "skipped")
