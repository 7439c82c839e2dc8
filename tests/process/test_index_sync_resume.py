"""An interrupted `add` goes on where it was killed: no text is embedded twice."""

import signal
from collections import Counter
from pathlib import Path

import forks
import pytest

_CHILD = """
import os, signal, sys
from pathlib import Path
from index.store.library import open_library
from index.sync.folders import sync
from rag.testing import HashEmbedder

library, folder, log, die_at, moment = sys.argv[1:]
begun = []

def die(now):
    if moment == now and len(begun) == int(die_at):
        os.kill(os.getpid(), signal.SIGKILL)

class Logging(HashEmbedder):
    def embed(self, texts, *, on_progress=None):
        with open(log, "a") as file:
            file.writelines(text + "\\n" for text in texts)
        die("before its commit")
        return super().embed(texts, on_progress=on_progress)

def on_step(step):
    begun.extend([step] * (step == "embed"))
    die("between commits")

library = open_library(Path(library), model="hash", load=Logging, on_step=on_step)
sync(library, [folder], prune=False, on_progress=lambda done, total: None)
"""


def run(tmp_path: Path, *, die_at: int, moment: str = "") -> int:
    places = [tmp_path / name for name in ("library", "notes", "log")]
    return forks.run(_CHILD, *places, die_at, moment).code


def embedded(tmp_path: Path) -> Counter[str]:
    return Counter((tmp_path / "log").read_text(encoding="utf-8").splitlines())


@pytest.fixture
def notes(tmp_path: Path) -> set[str]:
    """Write 40 files with 1,600 sentences, no two alike, and return these."""
    (tmp_path / "notes").mkdir()
    lines = [[f"Line {n} of file {file} is here." for n in range(40)] for file in range(40)]
    for file, texts in enumerate(lines):
        (tmp_path / "notes" / f"{file}.txt").write_text("\n\n".join(texts), encoding="utf-8")
    return {line for texts in lines for line in texts}


@pytest.mark.parametrize("die_at", [2, 4])
def test_a_kill_between_two_commits_makes_no_text_be_embedded_twice(
    tmp_path: Path, notes: set[str], die_at: int
) -> None:
    assert run(tmp_path, die_at=die_at, moment="between commits") == -signal.SIGKILL
    assert run(tmp_path, die_at=0) == 0
    assert embedded(tmp_path) == Counter(notes)


def test_a_kill_before_a_commit_costs_that_commits_texts_only(
    tmp_path: Path, notes: set[str]
) -> None:
    assert run(tmp_path, die_at=3, moment="before its commit") == -signal.SIGKILL
    assert run(tmp_path, die_at=0) == 0
    assert embedded(tmp_path).keys() == notes
    assert sum(count == 2 for count in embedded(tmp_path).values()) == 512
    assert max(embedded(tmp_path).values()) == 2


def test_killed_again_and_again_it_ends_with_every_text_embedded_once(
    tmp_path: Path, notes: set[str]
) -> None:
    while run(tmp_path, die_at=2, moment="between commits"):
        pass
    assert embedded(tmp_path) == Counter(notes)
