"""What `from eval import …` promises, and runs that go on beside each other."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = import_module("eval")


@pytest.mark.parametrize("name", PACKAGE.__all__)
def test_every_promised_name_is_there(name):
    assert getattr(PACKAGE, name).__doc__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        PACKAGE.nothing  # noqa: B018


def test_the_old_name_of_the_gate_works_and_names_the_new_one():
    with pytest.warns(DeprecationWarning, match="eval.gate now"):
        assert PACKAGE.judge is PACKAGE.gate


def test_promised_names_and_homes_agree():
    assert sorted(name for names in PACKAGE._HOMES.values() for name in names.split()) == sorted(
        PACKAGE.__all__
    )


def test_two_runs_at_once_do_not_disturb_each_other(tmp_path):
    environment = dict(os.environ) | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "rag.cli", "eval", "--limit", "12", "--seed", "3"]
    command += ["--fail-under", "0", "--html"]
    pair = [
        subprocess.Popen(
            [*command, str(tmp_path / f"{n}.html")],
            cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True,
        )
        for n in (1, 2)
    ]  # fmt: skip
    texts = [process.communicate(timeout=300)[0] for process in pair]
    assert [process.returncode for process in pair] == [0, 0]
    # All but the times is equal.
    first, second = (text.partition("measure")[2] for text in texts)
    assert first == second
    assert len(list(tmp_path.glob("*.html"))) == 2
