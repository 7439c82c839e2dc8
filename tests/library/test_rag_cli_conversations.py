"""Conversations at the command line: asked, continued, listed, found, deleted and exported."""

import io
import json
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_desk import FAILURE, MISUSE, QUESTION, SOUND, Desk, Done, Here

from rag import Article, Assistant
from rag.cli.main import main
from rag.conversations.store import conversations_here

BARK = "Dogs bark at night."


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Pipe lines to the next command."""

    def pipe(*lines: str) -> None:
        text = io.TextIOWrapper(io.BytesIO("".join(f"{x}\n" for x in lines).encode()), "utf-8")
        monkeypatch.setattr(sys, "stdin", text)

    return pipe


def listed(here: Here) -> list[dict[str, str]]:
    return json.loads(here("conversations", "--json").printed)


def test_a_question_whose_answer_is_piped_is_kept_nowhere(here: Here) -> None:
    assert here("ask", QUESTION).code == SOUND
    assert listed(here) == []


@pytest.mark.parametrize(("history", "kept"), [("false", []), ("true", [QUESTION])])
def test_a_question_asked_in_a_terminal_is_kept_unless_that_is_off(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, history: str, kept: list[str]
) -> None:
    monkeypatch.setenv("FOOTNOTE_HISTORY", history)
    monkeypatch.setattr(sys, "stdout", Screen())
    assert main(desk.command("ask", QUESTION)[3:]) == SOUND
    assert [one.name for one in conversations_here().newest()] == kept


def test_a_question_goes_on_with_the_last_conversation_of_its_library(here: Here) -> None:
    here("ask", "--continue", QUESTION)
    told = here("ask", "--continue", "And cats?")
    assert "Searched: When do cats bark?" in told.printed
    (one,) = listed(here)
    assert (one["name"], one["turns"]) == (QUESTION, 2)


def test_an_id_behind_continue_names_the_conversation(here: Here) -> None:
    here("ask", "--continue", QUESTION)
    (one,) = listed(here)
    here("ask", "What", "sleeps?", "--continue", one["id"][:8])
    assert listed(here)[0]["turns"] == 2
    for wrong, words in (("abc123", ["--continue", "abc123"]), ("last", ["--continue=last"])):
        done = here("ask", "Why?", *words)
        assert (done.code, done.said) == (
            MISUSE,
            f"no conversation begins with '{wrong}': name one by its id, as `footnote "
            "conversations` lists them",
        )


def test_a_conversation_of_another_library_is_not_gone_on_with(here: Here) -> None:
    here("ask", "--continue", QUESTION)
    (one,) = listed(here)
    Path("other").mkdir()
    done = here("ask", "Why?", "--continue", one["id"], "--library", "other")
    assert done.code == MISUSE
    assert "is of the library" in done.said
    assert json.loads(here("conversations", "--json", "--library", "other").printed) == []
    everywhere = here("conversations", "--all", "--library", "other").printed
    assert everywhere.startswith(one["id"][:8])


def test_nothing_is_gone_on_with_where_nothing_is_kept(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_HISTORY", "false")
    done = here("ask", "--continue", "Why?")
    assert done.code == MISUSE
    assert "while FOOTNOTE_HISTORY is off" in done.said


def test_a_question_is_needed(here: Here) -> None:
    for words in ([], ["--continue"]):
        assert here("ask", *words) == Done(
            code=MISUSE,
            printed="",
            said="the following arguments are required: question: see `footnote ask --help`",
        )


def test_a_chat_understands_what_leans_on_the_question_before(
    here: Here, typed: Callable[..., None]
) -> None:
    typed(QUESTION, "", "And cats?", "/new", QUESTION, "/sources", "/quit", "What sleeps?")
    done = here("chat")
    assert done.code == SOUND
    assert "Searched: When do cats bark?" in done.printed
    assert done.printed.count(f"    “{BARK}”") == 4
    assert "Cats sleep" not in done.printed
    assert [one["turns"] for one in listed(here)] == [1, 2]


def test_a_chat_over_a_tag_that_no_article_has_ends_before_a_question(here: Here) -> None:
    done = here("chat", "--tag", "boats")
    assert (done.code, done.printed) == (MISUSE, "")
    assert done.said.startswith("no article has the tag 'boats'")


@pytest.mark.parametrize(("key", "code"), [(EOFError, SOUND), (KeyboardInterrupt, 130)])
def test_a_chat_in_a_terminal_ends_with_ctrl_d_and_ctrl_c(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, key: type[BaseException], code: int
) -> None:
    screen, typed = Screen(), iter([QUESTION, ""])

    def line(prompt: str) -> str:
        assert prompt == "> "
        for text in typed:
            return text
        raise key

    monkeypatch.setattr("builtins.input", line)
    monkeypatch.setattr(sys, "stdin", Screen())
    monkeypatch.setattr(sys, "stdout", screen)
    assert main(desk.command("chat")[3:]) == code
    assert BARK in screen.getvalue()
    assert [one.turns for one in conversations_here().newest()] == [1]


def test_a_chat_says_what_is_no_command_and_goes_on(here: Here, typed: Callable[..., None]) -> None:
    typed("/sources", "/find", QUESTION)
    done = here("chat")
    assert "No source was cited: ask a question first." in done.printed
    assert done.said.startswith("unknown command '/find': /new begins another conversation")
    assert BARK in done.printed


def test_a_chat_of_a_program_prints_an_object_a_line_and_tells_of_a_failure(
    here: Here, typed: Callable[..., None]
) -> None:
    typed(QUESTION, "word " * 500)
    done = here("chat", "--json")
    assert done.code == FAILURE
    assert json.loads(done.printed)["text"] == f"{BARK} [1]"
    assert "at most 2000 are allowed" in done.said


def test_a_chat_keeps_nothing_where_that_is_off(
    here: Here, typed: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_HISTORY", "false")
    typed(QUESTION, "And cats?")
    assert "Searched: When do cats bark?" in here("chat").printed
    assert not conversations_here().path.exists()


@pytest.fixture
def kept(here: Here) -> str:
    """Keep a conversation of one question; give the beginning of its id."""
    here("ask", "--continue", QUESTION)
    return str(listed(here)[0]["id"][:8])


def test_a_conversation_is_shown_as_it_was_answered(here: Here, kept: str) -> None:
    told = here("conversations", "show", kept).printed
    assert f"\n\n> {QUESTION}\n\n{BARK} [1]\n" in told


def test_a_conversation_says_what_became_of_its_articles(desk: Desk, here: Here, kept: str) -> None:
    with Assistant.open(library=desk.library) as assistant:
        text = "Cats sleep all day. Dogs bark at noon."
        assistant.library.add_articles([Article(source="cats", title="Cats", text=text)])
        edited = here("conversations", "show", kept).printed
        assert "article edited since: this does not stand in it any more" in edited
        assistant.library.remove(assistant.library.documents()[0].id)
    removed = here("conversations", "export", kept).printed
    assert "(article removed from the library since)" in removed


def test_a_conversation_of_another_library_is_compared_with_that(here: Here, kept: str) -> None:
    told = here("conversations", "show", kept, "--library", "other")
    assert "since" not in told.printed
    assert told.said == ""


def test_words_are_searched_for(here: Here, kept: str) -> None:
    assert here("conversations", "search", "bark", "night").printed.startswith(f"{kept}  When do")
    assert here("conversations", "search", "zebra").printed == (
        "No conversation of this library (--all: of every library) has these words.\n"
    )


def test_a_conversation_gets_a_name(here: Here, kept: str) -> None:
    here("conversations", "rename", kept, "About", "dogs")
    assert listed(here)[0]["name"] == "About dogs"


def test_a_deleted_conversation_is_had_back_or_gone_from_the_file(here: Here, kept: str) -> None:
    said = here("conversations", "delete", kept).printed
    assert "`footnote conversations restore ID` has it back for 60 seconds" in said
    assert listed(here) == []
    here("conversations", "restore", kept)
    assert len(listed(here)) == 1
    gone = here("conversations", "delete", kept, "--now").printed
    assert gone.endswith("Nothing of that is left in the file.\n")
    assert here("conversations", "restore", kept).code == MISUSE
    assert b"bark" not in conversations_here().path.read_bytes()


def test_compact_takes_a_deleted_conversation_out_of_the_file(here: Here, kept: str) -> None:
    here("conversations", "delete", kept)
    assert b"bark" in conversations_here().path.read_bytes()
    here("compact")
    assert b"bark" not in conversations_here().path.read_bytes()


def test_an_export_is_a_new_file_of_its_owners(desk: Desk, here: Here, kept: str) -> None:
    here("conversations", "export", kept, "-o", "talk.html")
    file = desk.folder / "talk.html"
    assert file.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = here("conversations", "export", kept, "-o", "talk.html")
    assert (again.code, again.said) == (
        MISUSE, "'talk.html' is there already: name another file",
    )  # fmt: skip
    here("conversations", "export", kept, "-o", "cited.bib")
    assert (desk.folder / "cited.bib").read_text("utf-8").startswith("@misc{")
    assert here("conversations", "export", kept).printed.startswith(f"# {QUESTION}\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["lst"], "'lst' is nothing that is done with conversations: list, show, rename"),
        (["show"], "write `footnote conversations show ID`"),
        (["show", "aaaa", "bbbb"], "write `footnote conversations show ID`"),
        (["rename", "aaaa"], "write `footnote conversations rename ID NAME`"),
        (["show", "aaaa"], "no conversation begins with 'aaaa'"),
        (["delete", "aaaa"], "no conversation begins with 'aaaa'"),
        (["search", "?"], "'?' has no word to search for"),
        (["list", "-o", "x"], "--format and --output go with `footnote conversations export`"),
        (["export", "aaaa", "--format", "pdf"], "argument --format: invalid choice: 'pdf'"),
    ],
)
def test_what_is_asked_wrongly_is_one_sentence(here: Here, words: list[str], said: str) -> None:
    done = here("conversations", *words)
    assert done.code == MISUSE
    assert done.said.startswith(said)


def test_a_damaged_file_costs_no_answer(desk: Desk, here: Here, typed: Callable[..., None]) -> None:
    file: Path = conversations_here().path
    file.parent.mkdir(parents=True)
    file.write_bytes(b"no database" * 1000)
    typed(QUESTION, QUESTION)
    done = here("chat")
    assert done.code == SOUND
    assert done.printed.count(f"{BARK} [1]") == 2
    assert done.said.startswith("the kept conversations were damaged")
    assert listed(here)[0]["turns"] == 2
