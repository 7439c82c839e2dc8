"""Every example runs as it is and prints what its first lines say."""

import ast
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import forks
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SCRIPTS = sorted(p for p in EXAMPLES.glob("*.py") if not p.name.startswith("test_"))


def test_there_are_scripts_and_the_list_of_examples_names_them() -> None:
    listed = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert len(SCRIPTS) >= 6
    assert [p.name for p in SCRIPTS if f"]({p.name})" not in listed] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_an_example_prints_what_it_says(script: Path, tmp_path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or ""
    code = "import runpy, sys\nrunpy.run_path(sys.argv[1], run_name='__main__')"
    done = forks.run(code, script, environment=os.environ, folder=tmp_path)
    assert done.code == 0, done.said
    assert done.printed.strip() == textwrap.dedent(docstring.partition("Prints:\n")[2]).strip()


def test_the_example_of_pytest_passes(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-o", "addopts=", str(EXAMPLES / "test_my_articles.py")],
        capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert (done.returncode, "3 passed" in done.stdout) == (0, True), done.stdout
