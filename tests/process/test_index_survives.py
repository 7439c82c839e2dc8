"""A sample of the runs that `python -m benchmarks.crash` and `many_readers` make by hundreds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def bench(name: str, *arguments: str) -> str:
    """Run a bench in a process of its own, since a process that has opened Chroma must not fork."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *arguments],
        capture_output=True, encoding="utf-8", timeout=300, check=False, cwd=ROOT,
        env=dict(os.environ) | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "arguments",
    [("--runs", "60", "--disk", "0", "--damage", "0", "--sample", "3"),
     ("--runs", "0", "--disk", "2", "--damage", "0"),
     ("--runs", "0", "--disk", "0", "--damage", "1", "--sample", "4", "--files", "vectors")],
    ids=["case 9: killed", "full disk", "case 12: damaged"],
)  # fmt: skip
def test_a_library_survives(arguments: tuple[str, ...]) -> None:
    assert ", 0 failed" in bench("crash", *arguments)


def test_case_10_readers_beside_a_writer_get_right_answers_and_no_errors() -> None:
    told = bench("many_readers", "--readers", "2", "--documents", "20")
    assert "| WRONG: stale | 0 |" in told
    assert "| twin2 is cited in the end | 1 |" in told
