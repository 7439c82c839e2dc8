"""Every snippet of the README runs and prints what the README says."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from rag.cli.main import main

README = Path(__file__).parents[2] / "README.md"
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def after(kind: str, start: str) -> str:
    """Return the text block that follows the first block of a kind that holds some words."""
    place = next(n for n, (k, body) in enumerate(BLOCKS) if k == kind and start in body)
    assert BLOCKS[place + 1][0] == "text"
    return BLOCKS[place + 1][1]


def test_the_first_command_prints_what_the_readme_shows() -> None:
    command = [sys.executable, "-m", "rag.cli", "ask", "Which missile will Japan co-produce?"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == after("", "footnote ask")


@pytest.mark.parametrize("snippet", [body for kind, body in BLOCKS if kind == "python"])
def test_a_python_snippet_prints_what_the_readme_shows(snippet: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", snippet],
        capture_output=True, text=True, timeout=120, check=True, cwd=tmp_path,
    )  # fmt: skip
    assert done.stdout == after("python", snippet[:40])


@pytest.mark.parametrize(
    "line", [line for kind, body in BLOCKS if kind == "" for line in body.splitlines()]
)
def test_a_commands_name_and_options_are_known(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for part in line.split("&&"):
        words = shlex.split(part, comments=True)
        if words and words[0] == "footnote":
            with pytest.raises(SystemExit) as ended:
                main([words[1], "--help"])
            assert ended.value.code == 0
            help_ = capsys.readouterr().out
            assert all(word in help_ for word in words if word.startswith("--"))
