"""Bad input: one clear sentence, the right exit code, and nothing lost."""

import os
import re
from collections import Counter

import pytest
from command_desk import FAILURE, MISUSE, SOUND, Desk, Here, ordinary_user

from rag import Article, Assistant


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "nope.txt"], "nothing is at 'nope.txt'; check the spelling"),
        (["add", "no*.md"], "no file matches 'no*.md'; check the pattern"),
        (["add", "red\x1b[31m"], r"no file matches 'red\\x1b[31m'; check the pattern"),
        (["ask", "a" * 100_000], "the question has 100000 characters, at most 2000 are allowed"),
        (["ask", ""], "The question is empty: ask it in words."),
        (["ask", "😀😀"], "The question is empty: ask it in words."),
        (["search", " "], "The question is empty: ask it in words."),
        (["show", "zzz"], "no document 'zzz': `footnote list` shows the ids"),
        (["remove", "zzz"], "no document 'zzz': `footnote list` shows the ids"),
        (["show", ""], "no document '': `footnote list` shows the ids"),
        (["ask", "x", "--k", "0"], "argument --k: '0' is not a whole number from 1 to 100: see"),
        (["ask", "x", "--k", "x"], "argument --k: 'x' is not a whole number from 1 to 100: see"),
        (["ask"], "the following arguments are required: question: see `footnote ask --help`"),
        (
            ["--library", "l", "add", "a.txt"],
            "'--library' stands before the command: write `footnote add` first, then its options",
        ),
        (["--library=l", "ask", "Who?"], "'--library=l' stands before the command"),
        (["aks", "x"], "unknown command 'aks': did you mean `footnote ask`? The commands are ask"),
        (["list", "--foo"], "unknown option '--foo' of `footnote list`: see `footnote list --h"),
        (["list", "foo"], "unknown argument 'foo' of `footnote list`: see `footnote list --help`"),
        (["list", "--library", ""], "setting 'library' cannot be '': it is empty; set library or"),
        (["list", "--library", "~nobody-has-this-name/x"], "setting 'library' cannot be '~nobody"),
    ],
)
def test_misuse_is_one_sentence_and_loses_nothing(
    desk: Desk, here: Here, arguments: list[str], said: str
) -> None:
    done = here(*arguments)
    assert (done.code, done.printed) == (MISUSE, "")
    assert done.said.startswith(said)
    assert desk.titles() == ["Cats"]


def test_the_process_exits_with_the_code_of_misuse(desk: Desk) -> None:
    assert desk.run("add", "nope.txt").code == MISUSE
    assert desk.run("ask", "x", "--nope").said.startswith("unknown option '--nope' of")


def test_without_a_command_all_of_them_are_named(here: Here) -> None:
    done = here()
    assert (done.code, done.printed) == (MISUSE, "")
    assert done.said.startswith("name a command, one of ask, ")
    assert done.said.endswith(", mcp: see `footnote --help`")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FOOTNOTE_LIBARY", "x", "unknown variable FOOTNOTE_LIBARY: did you mean FOOTNOTE_LIB"),
        ("FOOTNOTE_K", "many", "setting 'k' cannot be 'many': input should be a valid integer"),
    ],
)
def test_a_wrong_variable_is_misuse(desk: Desk, name: str, value: str, said: str) -> None:
    done = desk.run("list", **{name: value})
    assert done.code == MISUSE
    assert done.said.startswith(said)


@pytest.mark.parametrize("question", ["the of and is", "What is the weather like in Paris?"])
def test_what_the_documents_do_not_say_is_an_abstention(desk: Desk, question: str) -> None:
    done = desk.run("ask", question)
    assert (done.code, done.said) == (SOUND, "")
    assert done.printed.startswith("No answer found")


def test_a_nul_in_a_question_separates_words(desk: Desk) -> None:
    with Assistant.open(library=desk.library) as assistant:
        answer = assistant.ask("When do\0dogs\x00\x1b[31m bark?")
    assert answer.question == "When do dogs [31m bark?"
    assert "\0" not in answer.text


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.txt", b"", "it is empty (0 bytes)"),
        ("blank.txt", b" \n\t\n", "it is empty but for blanks"),
        ("binary.txt", bytes(range(256)) * 20, "not text"),
    ],
)
def test_a_file_that_cannot_be_read_as_text_is_a_failure(
    desk: Desk, here: Here, name: str, content: bytes, reason: str
) -> None:
    path = desk.write(name, content)
    done = here("add", path)
    assert (done.code, done.printed) == (FAILURE, "")
    assert done.said.startswith(f"{str(path)!r} was not added: ")
    assert reason in done.said
    assert desk.titles() == ["Cats"]


def test_an_unreadable_file_is_a_failure(desk: Desk) -> None:
    path = desk.write("secret.txt", "It is secret.")
    path.chmod(0)
    done = desk.run("add", path, before=ordinary_user)
    assert done.code == FAILURE
    assert done.said.endswith("cannot be opened: Permission denied; check its permissions")


def test_a_symlink_loop_is_a_failure(desk: Desk) -> None:
    (desk.folder / "loop").symlink_to("loop")
    done = desk.run("add", "loop")
    assert done.code == FAILURE
    assert done.said.endswith("a symlink in a circle; mend or remove it")


def test_a_folder_with_a_fifo_is_added_without_it(desk: Desk) -> None:
    (desk.folder / "in").mkdir()
    os.mkfifo(desk.folder / "in" / "pipe")
    desk.write("in/birds.txt", "Birds sing at dawn.")
    done = desk.run("add", "in")
    assert (done.code, done.said) == (SOUND, "")
    assert f"skipped  {desk.folder}/in/pipe: a named pipe, not a file" in done.printed
    assert desk.titles() == ["Cats", "birds"]


def test_when_every_file_is_skipped_the_reasons_are_printed_and_it_fails(
    desk: Desk, here: Here
) -> None:
    one, two = desk.write("one.txt", b""), desk.write("two.txt", b"\0\1\2" * 99)
    done = here("add", one, two)
    assert done.code == FAILURE
    assert done.said == "nothing was added: every file was skipped, for the reasons above"
    assert re.findall(r"^skipped  (\S+): ", done.printed, re.MULTILINE) == [str(one), str(two)]


def test_an_ambiguous_id_names_the_documents(desk: Desk, here: Here) -> None:
    articles = [Article(source=s, title=s, text="Dogs bark.") for s in map(str, range(17))]
    with Assistant.open(library=desk.library) as assistant:
        assistant.library.add_articles(articles)
        starts = Counter(card.id[0] for card in assistant.library.documents())
    first, count = starts.most_common(1)[0]  # of 17 ids two must begin alike
    done = here("show", first)
    assert done.code == MISUSE
    assert done.said.startswith(f"{first!r} is the beginning of {count} document ids (")


@pytest.mark.parametrize("arguments", [["ask", "x"], ["list"], ["doctor"], ["doctor", "--repair"]])
def test_a_library_path_that_is_a_file_is_a_failure(
    desk: Desk, here: Here, arguments: list[str]
) -> None:
    path = desk.write("notes.txt", "These are notes.")
    done = here(*arguments, "--library", path)
    assert (done.code, done.printed) == (FAILURE, "")
    assert done.said == (
        f"library path {str(path)!r} is a file: name a folder with --library or FOOTNOTE_LIBRARY"
    )
    assert path.read_text(encoding="utf-8") == "These are notes."


class BrokenEntry:
    """A command of a package whose code is gone."""

    name = "lint"

    def load(self) -> object:
        raise ModuleNotFoundError("No module named 'lint'")


def test_a_command_that_cannot_be_loaded_leaves_the_others_working(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [BrokenEntry()])
    assert here("list").code == SOUND
    broken = here("lint", "--library", "x")
    assert broken.code == FAILURE
    assert broken.said.startswith("command 'lint' cannot be loaded (No module named 'lint')")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["eval", "PIPE"], MISUSE),
        (["eval", "lint", "PIPE"], FAILURE),
        (["eval", "GOLD", "--thresholds", "PIPE"], MISUSE),
        (["eval", "GOLD", "--baseline", "PIPE"], MISUSE),
        (["eval", "GOLD", "--replay", "PIPE"], MISUSE),
        (["eval", "GOLD", "--resume", "PIPE"], FAILURE),
        (["eval", "GOLD", "--html", "PIPE"], FAILURE),
        (["gold", "add", "PIPE", "Who barks?", "--abstain"], FAILURE),
        (["gold", "repair", "PIPE"], MISUSE),
        (["verify", "PIPE"], MISUSE),
        (["import", "PIPE"], MISUSE),
        (["evidence", "PIPE"], MISUSE),
        (["add", "PIPE"], FAILURE),
    ],
)
def test_a_pipe_is_one_sentence_and_not_waited_for(
    desk: Desk, here: Here, arguments: list[str], code: int
) -> None:
    gold = desk.write(
        "gold.jsonl", '{"id": "a", "question": "When do dogs bark?", "answers": ["night"]}'
    )
    os.mkfifo(desk.folder / "pipe")
    paths = {"PIPE": desk.folder / "pipe", "GOLD": gold}
    done = here(*(paths.get(argument, argument) for argument in arguments))
    assert done.code == code
    assert "pipe" in done.said + done.printed
    assert sorted(path.name for path in desk.folder.glob(".pipe*")) == []


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("a\0b", "an argument has a zero character, which no text and no name has"),
        ("\ud800", r"'\ud800' is no text: write it in UTF-8"),
    ],
)
def test_what_is_no_text_is_misuse(here: Here, argument: str, said: str) -> None:
    done = here("show", argument)
    assert (done.code, done.said) == (MISUSE, said)


def test_a_library_in_a_folder_that_is_not_utf_8_is_misuse(here: Here) -> None:
    done = here("list", "--library", "a\udcff")
    assert done.code == MISUSE
    assert "no library can lie in a folder whose name is not UTF-8" in done.said


def test_a_value_without_end_is_shown_by_its_ends(here: Here) -> None:
    done = here("ask", "Who?", "--k", "9" * 100_000)
    assert done.code == MISUSE
    assert len(done.said) < 300
    assert "argument --k: '9999" in done.said
    assert "is not a whole number from 1 to 100" in done.said
