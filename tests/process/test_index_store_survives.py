"""A sample of the runs that `python -m benchmarks.crash` and `many_readers` make by hundreds."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def bench(name: str, folder: Path, *arguments: str) -> str:
    """Run a bench in a process of its own, since a process that has opened Chroma must not fork."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *arguments],
        capture_output=True, encoding="utf-8", timeout=300, check=False, cwd=ROOT,
        env=dict(os.environ) | {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_library_survives_kills_full_disks_and_damage(tmp_path: Path) -> None:
    sample = ("--runs", "8", "--disk", "1", "--damage", "1", "--files", "vectors", "--sample", "3")
    told = bench("crash", tmp_path, *sample)
    assert ", 0 failed" in told
    assert told.count("| kill at ") >= 1
    assert told.count("| disk full ") >= 1
    assert re.search(r"^\| \S+\.\w+ ", told, re.MULTILINE), "no file was damaged"


def test_case_10_readers_beside_a_writer_get_right_answers_and_no_errors(tmp_path: Path) -> None:
    told = bench("many_readers", tmp_path, "--readers", "2", "--documents", "20")
    assert "| WRONG: stale | 0 |" in told
    assert "| twin2 is cited in the end | 1 |" in told


def test_kept_conversations_survive_kills_of_two_writers_at_once(tmp_path: Path) -> None:
    told = bench("crash_conversations", tmp_path, "--runs", "5")
    assert re.fullmatch(r"5 runs, [1-9][\d,]* answers kept, 0 runs failed\n", told)
