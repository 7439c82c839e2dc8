"""A bad output: closed, full, of another charset, or steered by what a document holds."""

import json
import os
import sqlite3

import pytest
from command_desk import FAILURE, QUESTION, SOUND, Desk, Done, Here

from rag import Article, Assistant


@pytest.mark.parametrize("arguments", [["list"], ["ask", QUESTION, "--json"], ["--help"]])
def test_a_reader_that_left_the_pipe_is_no_error_to_show(desk: Desk, arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = desk.run(*arguments, stdout=writer)
    os.close(writer)
    assert done.said == ""


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_what_waits_for_a_pipe_that_was_left_is_no_error(desk: Desk, argument: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = desk.run(argument, stdout=writer, PYTHONUNBUFFERED="")
    os.close(writer)
    assert done.said == ""


def test_an_output_that_cannot_be_written_is_one_sentence(desk: Desk) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = desk.run("list", stdout=full.fileno())
    assert done.code == FAILURE
    assert done.said == "No space left on device: mend that and run the command again"


def test_a_closed_output_is_no_error(desk: Desk) -> None:
    assert desk.run("list", before=lambda: os.close(1)) == Done(code=SOUND, printed="", said="")


def test_text_beyond_ascii_is_shown_under_the_c_locale(desk: Desk) -> None:
    path = desk.write("naïve 日本.txt", "Le café coûte 3 €, dit Zoë 😀.")
    added = desk.run("add", path, LANG="C", LC_ALL="C")
    assert "naïve 日本.txt" in added.printed
    asked = desk.run("search", "café", "--k", "1", LANG="C", LC_ALL="C")
    assert "Le café coûte 3 €, dit Zoë 😀." in asked.printed


def test_an_output_without_the_characters_gets_them_escaped(desk: Desk) -> None:
    desk.run("add", desk.write("prix.txt", "Le café coûte 3 €, dit Zoë 😀."))
    shown = desk.run("search", "café", "--k", "1", PYTHONIOENCODING="ascii").printed
    assert r"Le caf\xe9 co\xfbte 3 \u20ac, dit Zo\xeb \U0001f600." in shown
    listed = desk.run("search", "café", "--k", "1", "--json", PYTHONIOENCODING="ascii").printed
    assert json.loads(listed)[0]["passage"]["text"] == "Le café coûte 3 €, dit Zoë 😀."


_STEERING = "\x1b]0;owned\x07 \x1b[2J \x9b31m \u202etxet\u2066 \x7f"


def steered(text: str) -> list[str]:
    return [c for c in text if c in "\x1b\x07\x9b\u202e\u2066\x7f"]


def test_articles_with_terminal_escapes_in_them_are_cleaned_when_added(desk: Desk) -> None:
    article = Article(source=f"s{_STEERING}", title=f"t{_STEERING}", text=f"Owls hoot{_STEERING}.")
    with Assistant.open(library=desk.library) as assistant:
        (change,) = assistant.library.add_articles([article]).changes
        document = assistant.library.document(str(change.document_id))
    assert steered(document.text + document.summary.card.title + document.summary.card.source) == []


@pytest.mark.parametrize("json_too", [[], ["--json"]])
@pytest.mark.parametrize("arguments", [["ask", QUESTION], ["list"], ["show", "{id}"]])
def test_a_foreign_library_with_terminal_escapes_cannot_steer_the_terminal(
    desk: Desk, here: Here, arguments: list[str], json_too: list[str]
) -> None:
    with sqlite3.connect(desk.library / "catalog.db") as db:
        (document,) = db.execute("SELECT id FROM documents").fetchone()
        db.execute("UPDATE documents SET title = ?, source = ?", (_STEERING, _STEERING))
    db.close()
    done = here(*(a.format(id=document) for a in arguments), *json_too)
    assert done.code == SOUND
    assert "owned" in done.printed
    assert steered(done.printed) == []
