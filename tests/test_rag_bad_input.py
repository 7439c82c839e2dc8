"""Bad input and a bad world: one clear sentence, the right exit code, and nothing lost."""

import ctypes
import json
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import rag
from rag import Article, Assistant
from rag.cli import main
from rag.testing import HashEmbedder

SOUND = 0
FAILURE = 1
MISUSE = 2
_CATS = "Cats sleep all day. Dogs bark at night."
_QUESTION = "When do dogs bark?"
_ANSWER = "“Dogs bark at night.”"


def ordinary_user() -> None:
    """Take from a child the privilege of root to read and write what file modes forbid."""
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        _LIBC.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP; a user who is not root has none


def small_files() -> None:
    """Let a child write no file beyond 400 kB, as on a full disk or over a quota."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))


_LIBC = ctypes.CDLL(None)


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    printed: str
    said: str
    """On stderr, without the name in front."""


@dataclass(frozen=True)
class Desk:
    """A folder with a library of one document, and the command at it."""

    folder: Path

    @property
    def library(self) -> Path:
        return self.folder / "library"

    def command(self, *arguments: str | Path) -> list[str]:
        library = [] if "--library" in arguments else ["--library", str(self.library)]
        named = library if arguments and not str(arguments[0]).startswith("-") else []
        return [sys.executable, "-m", "rag.cli", *map(str, arguments), *named]

    def environment(self, **extra: str) -> dict[str, str]:
        code = {"PYTHONPATH": str(Path(rag.__file__).parents[1])}
        return dict(os.environ) | {"HOME": str(self.folder)} | code | extra

    def run(
        self,
        *arguments: str | Path,
        before: Callable[[], None] | None = None,
        stdout: int = subprocess.PIPE,
        **extra: str,
    ) -> Done:
        done = subprocess.run(
            self.command(*arguments),
            stdout=stdout, stderr=subprocess.PIPE, encoding="utf-8", timeout=120, check=False,
            env=self.environment(**extra), cwd=self.folder, preexec_fn=before,
        )  # fmt: skip
        said = done.stderr.removeprefix("footnote: ").removesuffix("\n")
        assert (done.stderr == "") == (said == "")
        assert "\n" not in said
        assert "internal error" not in said
        return Done(code=done.returncode, printed=done.stdout or "", said=said)

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """Start a command and return once it holds the writer's lock."""
        process = subprocess.Popen(
            self.command(*arguments),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
            env=self.environment(), cwd=self.folder,
        )  # fmt: skip
        holder = self.library / "writer.pid"
        deadline = time.monotonic() + 60
        while holder.read_text(encoding="ascii") != str(process.pid):
            assert process.poll() is None
            assert time.monotonic() < deadline
        return process

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

    def titles(self) -> list[str]:
        with Assistant.open(library=self.library) as assistant:
            return [card.title for card in assistant.documents()]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    with Assistant.open(library=folder / "library") as assistant:
        assistant.add_articles([Article(source="cats", title="Cats", text=_CATS)])
    return folder


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Desk:
    shutil.copytree(made / "library", tmp_path / "desk" / "library")
    return Desk(tmp_path / "desk")


@pytest.fixture
def here(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Done]:
    """Run the command at the desk in this process: the same code, a second less of imports."""
    monkeypatch.chdir(desk.folder)

    def run(*arguments: str | Path) -> Done:
        code = main(desk.command(*arguments)[3:])
        captured = capsys.readouterr()
        said = captured.err.removeprefix("footnote: ").removesuffix("\n")
        assert "\n" not in said
        assert "internal error" not in said
        return Done(code=code, printed=captured.out, said=said)

    return run


Here = Callable[..., Done]


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


def test_without_a_command_the_help_is_named(desk: Desk) -> None:
    done = desk.run()
    assert done.code == MISUSE
    assert done.said == "the following arguments are required: COMMAND: see `footnote --help`"


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
    assert done.printed.startswith("The documents do not say")


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
        assistant.add_articles(articles)
        starts = Counter(card.id[0] for card in assistant.documents())
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


def truncate(library: Path) -> None:
    path = library / "catalog.db"
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize(
    "arguments",
    [["ask", "x"], ["search", "x"], ["list"], ["show", "c"], ["remove", "c"], ["add", "."]],
)
def test_every_command_says_that_the_catalog_is_truncated(
    desk: Desk, here: Here, arguments: list[str]
) -> None:
    truncate(desk.library)
    done = here(*arguments)
    assert (done.code, done.printed) == (FAILURE, "")
    assert re.search(r" is damaged \(.+\): run `footnote doctor --repair` to save", done.said)


def test_doctor_finds_a_truncated_catalog_and_repair_keeps_the_old_one(desk: Desk) -> None:
    truncate(desk.library)
    done = desk.run("doctor")
    assert done.code == FAILURE
    assert "1 problem.\n- the catalog of library" in done.printed
    assert desk.run("doctor", "--repair").code == SOUND
    assert list(desk.library.glob("catalog-before-*.db"))


def test_a_deleted_vectors_folder_heals_at_the_next_question(desk: Desk) -> None:
    shutil.rmtree(desk.library / "vectors")
    assert desk.run("ask", _QUESTION).printed.count(_ANSWER) == 1
    assert list(desk.library.glob("vectors/*/chroma.sqlite3"))


@pytest.fixture
def read_only(desk: Desk) -> Iterator[Desk]:
    for path in [desk.library, *desk.library.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield desk
    for path in [desk.library, *desk.library.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def test_a_library_that_may_only_be_read_answers(read_only: Desk) -> None:
    done = read_only.run("ask", _QUESTION, before=ordinary_user)
    assert (done.code, done.said) == (SOUND, "")
    assert done.printed.count(_ANSWER) == 1
    assert "Cats" in read_only.run("list", before=ordinary_user).printed


@pytest.mark.parametrize("arguments", [["add", "new.txt"], ["remove", "{id}"]])
def test_a_library_that_may_only_be_read_is_not_changed(
    read_only: Desk, arguments: list[str]
) -> None:
    read_only.write("new.txt", "Birds sing.")
    with sqlite3.connect(f"file:{read_only.library}/catalog.db?immutable=1", uri=True) as db:
        (document,) = db.execute("SELECT id FROM documents").fetchone()
    done = read_only.run(*(a.format(id=document) for a in arguments), before=ordinary_user)
    assert (done.code, done.printed) == (FAILURE, "")
    assert " cannot be written (Permission denied): " in done.said


def test_a_library_that_may_not_be_looked_into_says_so(desk: Desk) -> None:
    desk.library.chmod(0)
    done = desk.run("list", before=ordinary_user)
    desk.library.chmod(0o755)
    assert done.code == FAILURE
    assert " cannot be opened (Permission denied): check its permissions" in done.said


def many_sentences(count: int) -> str:
    return "\n\n".join(f"Ship number {n} sails to port {n * 7919 % 1000}." for n in range(count))


def test_what_does_not_fit_on_the_disk_loses_nothing_and_can_be_added_later(desk: Desk) -> None:
    path = desk.write("ships.txt", many_sentences(300))
    done = desk.run("add", path, before=small_files)
    assert (done.code, done.printed) == (FAILURE, "")
    assert done.said.endswith("nothing was changed; free some space and run the command again")
    assert desk.titles() == ["Cats"]
    assert desk.run("ask", _QUESTION).printed.count(_ANSWER) == 1
    assert desk.run("add", path).code == SOUND
    assert desk.run("doctor").printed.endswith(": all sound.\n")


@pytest.fixture
def small_disk(made: Path, tmp_path: Path) -> Iterator[Desk]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    shutil.copytree(made / "library", disk / "library")
    yield Desk(disk)
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_on_a_full_disk_questions_are_answered_and_nothing_is_lost(
    small_disk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "birds.txt").write_text("Birds sing at dawn.", encoding="utf-8")
    with pytest.raises(OSError, match="No space left"):
        small_disk.write("rest", b"x" * 5_000_000)
    done = small_disk.run("add", tmp_path / "birds.txt")
    assert done.code == FAILURE
    assert done.said.endswith(
        "is full: nothing was changed; free some space and run the command again"
    )
    assert small_disk.run("ask", _QUESTION).printed.count(_ANSWER) == 1
    (small_disk.folder / "rest").unlink()
    assert small_disk.run("add", tmp_path / "birds.txt").code == SOUND
    assert small_disk.titles() == ["Cats", "birds"]


def test_a_second_writer_is_told_so_and_the_first_goes_on(desk: Desk) -> None:
    first = desk.start("add", desk.write("ships.txt", many_sentences(300)))
    first.send_signal(signal.SIGSTOP)
    done = desk.run("add", desk.write("birds.txt", "Birds sing."))
    asked = desk.run("ask", _QUESTION)
    first.send_signal(signal.SIGCONT)
    assert done.code == FAILURE
    assert f"is being written by process {first.pid}: wait until it has finished" in done.said
    assert asked.printed.count(_ANSWER) == 1
    assert first.communicate(timeout=120)[1] == ""
    assert desk.titles() == ["Cats", "ships"]


def test_an_interrupted_add_leaves_the_library_as_it_was(desk: Desk) -> None:
    path = desk.write("ships.txt", many_sentences(300))
    adding = desk.start("add", path)
    adding.send_signal(signal.SIGINT)
    printed, said = adding.communicate(timeout=120)
    assert (adding.returncode, printed) == (130, "")
    assert said == "footnote: interrupted; the library is sound\n"
    assert desk.titles() == ["Cats"]
    assert desk.run("ask", _QUESTION).printed.count(_ANSWER) == 1


@pytest.mark.parametrize("arguments", [["list"], ["ask", _QUESTION, "--json"], ["--help"]])
def test_a_reader_that_left_the_pipe_is_no_error_to_show(desk: Desk, arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = desk.run(*arguments, stdout=writer)
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
        (change,) = assistant.add_articles([article]).changes
        document = assistant.document(str(change.document_id))
    assert steered(document.text + document.summary.title + document.summary.source) == []


@pytest.mark.parametrize("json_too", [[], ["--json"]])
@pytest.mark.parametrize("arguments", [["ask", _QUESTION], ["list"], ["show", "{id}"]])
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


class BrokenEntry:
    """A command of a package whose code is gone."""

    name = "lint"

    def load(self) -> object:
        raise ModuleNotFoundError("No module named 'lint'")


def test_a_command_that_cannot_be_loaded_leaves_the_others_working(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.cli.entry_points", lambda group: [BrokenEntry()])
    assert here("list").code == SOUND
    broken = here("lint", "--library", "x")
    assert broken.code == FAILURE
    assert broken.said.startswith("command 'lint' cannot be loaded (No module named 'lint')")


def test_a_library_of_another_model_is_a_failure_that_names_both(
    desk: Desk, here: Here, tmp_path: Path
) -> None:
    with Assistant.open(library=tmp_path / "other", embedder=HashEmbedder()) as assistant:
        assistant.add_articles([Article(source="cats", title="Cats", text=_CATS)])
    done = here("ask", _QUESTION, "--library", tmp_path / "other")
    assert done.code == FAILURE
    assert "was built with model 'hash' (64 dimensions)" in done.said
