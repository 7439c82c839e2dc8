"""The sub-command `footnote ui`: what it refuses and what it says."""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from forks import ROOT
from ui_server import part, upload

from rag import Article, Assistant, MisuseError, OperationError, Settings
from rag.named_libraries import add_name, names_file
from ui.command import register

MILL = "The mill of Kirkby was closed in 1987. Later it was a school."


def footnote(*arguments):
    parser = argparse.ArgumentParser(prog="footnote")
    register(parser.add_subparsers())
    args = parser.parse_args(["ui", *arguments])
    return args.run(args)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.org", "", "127.0.0.1.x"])
def test_an_address_that_others_reach_is_refused_without_a_login(host):
    with pytest.raises(MisuseError, match="would let anyone who reaches this machine read"):
        footnote("--host", host)


def test_an_address_that_others_reach_needs_a_file_of_users_that_holds_some(tmp_path):
    with pytest.raises(MisuseError, match=r"the users file .* cannot be read"):
        footnote("--host", "0.0.0.0", "--auth", str(tmp_path / "none"))


def test_mcp_clients_and_a_login_do_not_go_together(tmp_path):
    users = tmp_path / "users"
    users.write_text("ana:12345678", encoding="utf-8")
    users.chmod(0o600)
    with pytest.raises(MisuseError, match="MCP clients cannot log in"):
        footnote("--mcp", "--auth", str(users))


@pytest.fixture
def offered(monkeypatch):
    """Give what the page would offer to choose from."""
    seen = []
    monkeypatch.setattr("ui.app.serve", lambda _, **named: seen.append(named["libraries"].names))

    def offered(*arguments):
        assert footnote(*arguments) == 0
        return seen.pop()

    return offered


def test_who_uses_this_machine_may_choose_all_named_libraries_others_those_of_also(
    offered, tmp_path
):
    assert offered() == ("default",)
    add_name("work")
    add_name("garden", str(tmp_path / "beds"))
    assert offered() == ("default", "garden", "work")
    assert offered("--library", str(tmp_path / "beds")) == ("garden", "work")
    assert offered("--library", str(tmp_path / "other")) == ("other", "garden", "work")
    assert offered("--name", "notes.lan") == ("default",)
    assert offered("--name", "notes.lan", "--also", "work") == ("default", "work")
    assert offered("--also", "garden", "--library", "work") == ("work", "garden")


def test_a_library_that_has_no_name_cannot_be_offered():
    add_name("work")
    with pytest.raises(MisuseError, match=r"--also 'wrk' is the name of no library: .* are work"):
        footnote("--also", "wrk")


def test_a_damaged_file_of_names_is_told_and_takes_the_choice_alone(offered, capsys):
    names_file().parent.mkdir(parents=True)
    names_file().write_text("{", encoding="utf-8")
    assert offered() == ("library",)
    assert "libraries.json' is damaged: mend it" in capsys.readouterr().err
    with pytest.raises(OperationError, match="is damaged"):
        footnote("--also", "work")


@pytest.mark.parametrize("command", ["ui", "serve", "mcp"])
def test_a_library_on_a_server_keeps_its_address(command):
    parser = argparse.ArgumentParser(prog="footnote")
    register(parser.add_subparsers())
    args = parser.parse_args([command, "--library", "postgresql://here/notes"])
    assert args.library == "postgresql://here/notes"


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "٧٨٦٠"])
def test_what_is_no_port_exits_with_2(port, capsys):
    with pytest.raises(SystemExit) as caught:
        footnote(f"--port={port}")
    assert caught.value.code == 2
    assert "give a number from 1 to 65535" in capsys.readouterr().err


def test_help_shows_an_example(capsys):
    with pytest.raises(SystemExit):
        footnote("--help")
    assert "example: footnote ui --port 7870" in capsys.readouterr().out


def test_loading_the_command_imports_neither_gradio_nor_the_library():
    code = (
        "import sys\nfrom ui.command import register\n"
        "heavy = ('rag', 'index', 'gradio', 'ui.app')\n"
        "print([name for name in sys.modules if name in heavy])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root)
    assert done.stdout == "[]\n", done.stderr


@contextmanager
def started(library, *rest):
    """Start `footnote ui` as a user does; a test that fails leaves none behind."""
    words = [sys.executable, "-m", "rag.cli", "ui", "--library", str(library), *rest]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        words, stdout=pipe, stderr=pipe, text=True, cwd=ROOT, env=environment
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def test_the_command_says_where_the_page_is_follows_folders_and_ends_with_an_interrupt(tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "cats.txt").write_text("Cats sleep all day.", encoding="utf-8")
    with (
        Assistant.open(Settings(library=tmp_path / "library")) as assistant,
        started(tmp_path / "library") as running,
    ):
        assistant.library.add_articles([Article(source="mill", title="Mill", text=MILL)])
        assistant.library.folders.register(tmp_path / "notes")
        told = running.stdout.readline()
        assert told.startswith("Footnote is at http://127.0.0.1:7")
        port = int(told.split("/")[2].rpartition(":")[2])
        (path,) = json.loads(upload(port, part("a.txt", b"abc"))[2])
        assert Path(path).read_bytes() == b"abc"
        until = time.monotonic() + 60
        while len(found := assistant.library.documents()) < 2:
            assert time.monotonic() < until
            time.sleep(0.05)
        # Before anybody opened the page.
        while not assistant.library.introductions(found[0].id):
            assert time.monotonic() < until
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=20) == 0
        assert running.stderr.read() == ""
    # The private folder is gone when the server is.
    assert not next(p for p in Path(path).parents if p.name.startswith("footnote-page-")).exists()


def test_a_taken_port_is_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with started(tmp_path / "library", "--port", str(port)) as running:
            told = f"footnote: port {port} of 127.0.0.1 is taken or not yours to use"
            assert running.stderr.read().startswith(told)
            assert running.wait(timeout=20) == 1
