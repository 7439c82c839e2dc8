"""The sub-command `footnote ui`: what it refuses and what it says."""

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from rag import MisuseError
from ui.command import register


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
