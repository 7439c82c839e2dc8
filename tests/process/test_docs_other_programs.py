"""What the page on other programs shows runs: its commands, its snippets and their output."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from service import service

from rag import Assistant, Settings
from rag.cli.main import main

PAGE = (Path(__file__).parents[2] / "docs" / "other-programs.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = {
    line
    for kind, body in BLOCKS
    if kind == ""
    for line in body.splitlines()
    if line.startswith("footnote ")
}


def of(kind):
    return [body for named, body in BLOCKS if named == kind]


@pytest.mark.parametrize("line", sorted(COMMANDS))
def test_a_commands_name_and_options_are_known(line, capsys):
    words = shlex.split(line)
    with pytest.raises(SystemExit) as ended:
        main([words[1], "--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert all(word in told for word in words if word.startswith("--"))


@pytest.mark.parametrize("snippet", of("json"))
def test_a_client_is_told_to_start_a_command_that_there_is(snippet, capsys):
    servers = json.loads(snippet)
    (server,) = (servers.get("mcpServers") or servers["servers"]).values()
    assert server["command"] == "footnote"
    with pytest.raises(SystemExit):
        main([*server["args"], "--help"])
    assert "Answer an MCP client" in capsys.readouterr().out


def test_the_snippets_print_what_the_page_says(tmp_path):
    (endpoint,) = yaml.safe_load(of("yaml")[0])["endpoints"]["custom"]
    (code,), (printed,) = of("python"), of("text")
    curl = next(body for body in of("") if body.startswith("curl"))
    with (
        Assistant.open(Settings(library=tmp_path / "library")) as assistant,
        service(assistant) as port,
    ):
        here = f"127.0.0.1:{port}"
        assert endpoint["baseURL"] == "http://127.0.0.1:8765/v1"
        done = subprocess.run(
            [sys.executable, "-c", code.replace("127.0.0.1:8765", here)],
            capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        assert done.stdout == printed
        words = shlex.split(curl.replace("127.0.0.1:8765", here).replace("\\\n", ""))
        said = subprocess.run([*words, "-sS"], capture_output=True, timeout=60, check=True)
        assert json.loads(said.stdout)["footnote"]["short"] == "AMRAAM"
