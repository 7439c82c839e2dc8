"""The command `footnote`, run as a user runs it: a process, real files, the real model."""

import json
import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import forks
import pytest

import rag
from rag.cli.session import progress
from rag.internal import seed_paths

QUESTION = "Which missile will Japan co-produce?"
TITLE = "Japan and US Defense Ministers United in Countering China"
COMMANDS = ["ask", "search", "add", "list", "show", "remove", "doctor", "eval"]
FOOTNOTE = [sys.executable, "-m", "rag.cli"]


@dataclass(frozen=True)
class Home:
    """A user's home with a library in it, and the command in that home."""

    folder: Path

    @property
    def library(self) -> Path:
        return self.folder / "library"

    def environment(self, **extra: str) -> dict[str, str]:
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("FOOTNOTE_", "NO_COLOR"))}
        own = {"HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder / "data")}
        code = {"PYTHONPATH": str(Path(rag.__file__).parents[1]), "TERM": "xterm"}
        return kept | own | code | {"FOOTNOTE_LIBRARY": str(self.library)} | extra

    def run(self, *arguments: str, code: int = 0, **extra: str) -> str:
        """Run a command whose stderr must stay empty, and return what it prints."""
        environment = self.environment(**extra)
        done = forks.footnote(*arguments, environment=environment, folder=self.folder)
        assert (done.code, done.said) == (code, "")
        return done.printed

    def in_terminal(self, *arguments: str, **extra: str) -> str:
        """Run a command with a terminal for all its streams, and return all that it shows."""
        master, slave = pty.openpty()
        environment = self.environment(COLUMNS="80", **extra)
        process = subprocess.Popen(
            [*FOOTNOTE, *arguments],
            stdin=slave, stdout=slave, stderr=slave, env=environment, cwd=self.folder,
        )  # fmt: skip
        os.close(slave)
        shown = b"".join(_pieces(master))
        assert process.wait(120) == 0
        return shown.decode("utf-8").replace("\r\n", "\n")


def _pieces(master: int) -> Iterator[bytes]:
    # Linux tells the end of a terminal by an input/output error.
    with suppress(OSError):
        while piece := os.read(master, 65536):
            yield piece
    os.close(master)


@pytest.fixture(scope="module")
def first_use(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, str]:
    """Ask in a home where nothing is yet; give the home and what was printed."""
    home = Home(tmp_path_factory.mktemp("home"))
    return home, home.run("ask", QUESTION)


@pytest.fixture(scope="module")
def seeded(first_use: tuple[Home, str]) -> Home:
    """Give a home with the seed article; tests only read in it."""
    return first_use[0]


@pytest.fixture
def home(seeded: Home, tmp_path: Path) -> Home:
    """Give a home of one's own that begins with the seed article."""
    shutil.copytree(seeded.library, tmp_path / "own" / "library")
    return Home(tmp_path / "own")


def write(folder: Path, **texts: str) -> list[str]:
    paths = [folder / f"{name}.txt" for name in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    return [str(path) for path in paths]


def seed_text() -> str:
    return seed_paths()[0].read_text(encoding="utf-8")


def test_the_first_ask_indexes_the_seed_and_prints_answer_title_place_and_quote(
    first_use: tuple[Home, str],
) -> None:
    short, gap, answer, _, head, quote = first_use[1].split("\n")[:6]
    words = re.fullmatch(r"(.+) \[1\]", answer).group(1)  # type: ignore[union-attr]
    start, end = map(
        int, re.fullmatch(rf"\[1\] {TITLE}, characters (\d+)-(\d+)", head).groups()  # type: ignore[union-attr]
    )  # fmt: skip
    said = re.fullmatch(r"    “(.+)”", quote).group(1)  # type: ignore[union-attr]
    assert words == said
    assert (short, gap) == ("AMRAAM", "")
    assert short in said
    assert said in seed_text()
    assert end - start == len(said)


def test_json_is_the_whole_answer(seeded: Home) -> None:
    answer = json.loads(seeded.run("ask", QUESTION, "--json", "--k", "2"))
    assert list(answer) == [
        "question", "status", "reason", "text", "sentences", "citations", "confidence", "hits",
        "model", "usage", "seconds", "ranked", "searched", "prompts", "short",
        "parts", "is_overview", "fallback", "set_aside",
        "scope", "scope_named", "scope_note", "steps",
    ]  # fmt: skip
    assert (answer["question"], answer["status"], answer["model"]) == (
        QUESTION, "answered", "extractive",
    )  # fmt: skip
    cited = answer["citations"][0]
    assert cited["quote"] in seed_text()
    assert len(answer["hits"]) == 2


def test_a_question_needs_no_quotes(seeded: Home) -> None:
    answer = json.loads(seeded.run("ask", "--json", *QUESTION.split()))
    assert answer["question"] == QUESTION


def test_show_hits_also_prints_the_passages_with_their_scores(seeded: Home) -> None:
    printed = seeded.run("ask", QUESTION, "--show-hits", "--k", "3")
    ranks = re.findall(
        rf"^(\d)\. 0\.\d{{3}}  {TITLE} \([0-9a-f]{{12}}:\d\)$", printed, re.MULTILINE
    )
    assert ranks == ["1", "2", "3"]


def test_the_library_option_wins_over_the_variable(home: Home, tmp_path: Path) -> None:
    (path,) = write(tmp_path, cats="Cats sleep all day.")
    home.run("add", path, "--library", str(tmp_path / "other"))
    assert "cats" in home.run("list", "--library", str(tmp_path / "other"))
    assert "cats" in home.run("list", FOOTNOTE_LIBRARY=str(tmp_path / "other"))
    assert "cats" not in home.run("list")


def test_without_option_and_variable_the_library_is_in_the_data_folder(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.run("list", FOOTNOTE_LIBRARY="")
    assert (tmp_path / "data" / "footnote" / "library" / "catalog.db").is_file()


def test_piped_output_has_no_escape_sequences(seeded: Home) -> None:
    for arguments in (["ask", QUESTION, "--show-hits"], ["list"], ["doctor"]):
        assert "\x1b" not in seeded.run(*arguments)


def test_a_terminal_gets_colour_and_lines_that_fit(seeded: Home) -> None:
    shown = seeded.in_terminal("ask", QUESTION, "--show-hits")
    assert "\x1b[1m[1] Japan and US" in shown
    assert max(map(len, re.sub(r"\x1b\[\d+m", "", shown).split("\n"))) <= 80


@pytest.mark.parametrize("off", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colour_can_be_turned_off(seeded: Home, off: dict[str, str]) -> None:
    assert "\x1b" not in seeded.in_terminal("list", **off)


def test_an_empty_no_color_turns_nothing_off(seeded: Home) -> None:
    assert "\x1b[1m" in seeded.in_terminal("list", NO_COLOR="")


def test_a_short_indexing_shows_no_bar(home: Home, tmp_path: Path) -> None:
    shown = home.in_terminal("add", *write(tmp_path, cats="Cats sleep all day."))
    assert "Indexing" not in shown
    assert "1 added; 1 sentence embedded" in shown


class Screen(StringIO):
    """A stderr that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_bar_appears_once_a_second_has_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    now, screen, seen = [0.0], Screen(), []
    monkeypatch.setattr("tqdm.std.time", lambda: now[0])
    monkeypatch.setattr(sys, "stderr", screen)
    with progress("Indexing", unit=" sentences") as show:
        for now[0], done in ((5.0, 1), (5.2, 20), (5.9, 30), (6.3, 40)):
            show(done, 100)
            seen.append("Indexing" in screen.getvalue())
    assert seen == [False, False, False, True]


def test_no_bar_is_shown_where_stderr_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("tqdm.std.time", lambda: now[0])
    monkeypatch.setattr(sys, "stderr", StringIO())
    with progress("Indexing", unit=" sentences") as show:
        for now[0] in (1.0, 9.0):
            show(int(now[0]), 10)
    assert sys.stderr.getvalue() == ""  # type: ignore[attr-defined]


def test_add_tells_what_became_of_each_file(home: Home, tmp_path: Path) -> None:
    cats, dogs, empty = write(tmp_path, cats="Cats sleep.", dogs="Dogs bark.", empty="")
    report = home.run("add", cats, dogs, empty).splitlines()
    assert [re.sub(r"[0-9a-f]{12}", "ID", line) for line in report] == [
        f"added    ID  {cats}",
        f"added    ID  {dogs}",
        f"skipped  {empty}: it is empty (0 bytes); there is nothing to quote from",
        "2 added, 1 skipped; 2 sentences embedded",
    ]
    write(tmp_path, dogs="Dogs bark. They run.")
    assert home.run("add", cats, dogs).splitlines()[-1] == (
        "1 changed, 1 unchanged; 1 sentence embedded"
    )


def test_add_takes_folders_and_patterns(home: Home, tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    write(tmp_path / "in", one="One is here.")
    write(tmp_path / "in" / "deep", two="Two is here.")
    write(tmp_path, three="Three is here.", four="Four is here.")
    report = json.loads(home.run("add", "--json", str(tmp_path / "in"), f"{tmp_path}/t*.txt"))
    names = [(change["kind"], Path(change["source"]).stem) for change in report["changes"]]
    assert names == [("added", "two"), ("added", "one"), ("added", "three")]


def test_list_show_and_remove_work_with_the_beginning_of_an_id(home: Home, tmp_path: Path) -> None:
    home.run("add", *write(tmp_path, pets="Cats sleep all day. Dogs bark.\n\nBirds sing."))
    listed = home.run("list").splitlines()
    document = next(line.split()[0] for line in listed if line.endswith("pets.txt"))
    assert f"{document}      3 sentences  pets  {tmp_path}/pets.txt" in listed
    assert home.run("show", document[:6]).splitlines()[2:] == [
        "", "1  Cats sleep all day.", "2  Dogs bark.", "3  Birds sing.",
    ]  # fmt: skip
    assert home.run("remove", document[:6]) == f"removed  {document}  pets\n"
    assert document not in home.run("list")


def test_search_ranks_passages_without_answering(seeded: Home) -> None:
    printed = seeded.run("search", "missile co-production", "--k", "2")
    scores = [float(score) for score in re.findall(r"^\d\. (\d\.\d{3})", printed, re.MULTILINE)]
    assert len(scores) == 2
    assert scores == sorted(scores, reverse=True)
    assert "AMRAAM" in printed.split("\n2. ")[0]


def test_doctor_finds_nothing_in_a_sound_library(seeded: Home) -> None:
    assert seeded.run("doctor") == "1 document, 22 sentences, 22 vectors: all sound.\n"


def test_doctor_tells_what_is_wrong_and_repair_mends_it(home: Home) -> None:
    shutil.rmtree(home.library / "vectors")
    wrong = home.run("doctor", code=1)
    assert wrong.startswith("1 document, 22 sentences, 0 vectors: 1 problem.\n- vectors folder ")
    assert wrong.endswith("\nRun `footnote doctor --repair` to mend it.\n")
    assert home.run("doctor", "--repair").endswith(": all sound.\n")


def test_version_is_that_of_the_package(seeded: Home) -> None:
    assert re.fullmatch(
        r"footnote \d+\.\d+\.\d+ \(reader 3cbc23ad4403\)\n", seeded.run("--version")
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(seeded: Home, command: str) -> None:
    printed = seeded.run(command, "--help")
    assert re.search(rf"^examples?:\s+footnote {command}\b", printed, re.MULTILINE)


def test_the_help_names_every_command(seeded: Home) -> None:
    named = re.findall(r"^    (\w+) ", seeded.run("--help"), re.MULTILINE)
    assert set(named) >= set(COMMANDS)
