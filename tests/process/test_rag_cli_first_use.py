"""The first question of a new user, also when it is interrupted or asked twice at once."""

import signal
import subprocess
import sys
from pathlib import Path

import forks

_ASK = [sys.executable, "-m", "rag.cli", "ask", "Which missile will Japan co-produce?", "--library"]
_KILLED = """
import os, signal, sys
from pathlib import Path
from index.embedding import load_embedder
from index.sync import ingest
from index.sync.intake import read_articles
from index.store.library import open_library
from rag.library import seed_articles

def on_step(step):
    if step == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)

library = open_library(
    Path(sys.argv[1]), model="all-MiniLM-L6-v2", load=load_embedder, on_step=on_step
)
ingest.add(library, read_articles(seed_articles()))
"""


def test_a_first_use_that_was_killed_is_made_good_by_the_next(tmp_path: Path) -> None:
    assert forks.run(_KILLED, tmp_path / "library", "write").code == -signal.SIGKILL
    asked = subprocess.run(
        [*_ASK, str(tmp_path / "library")], capture_output=True, text=True, timeout=60, check=True
    )
    assert "AMRAAM" in asked.stdout


def test_three_who_ask_at_once_all_get_the_answer(tmp_path: Path) -> None:
    asking = [
        subprocess.Popen([*_ASK, str(tmp_path / "library")], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answers = [process.communicate(timeout=120)[0] for process in asking]
    assert [process.returncode for process in asking] == [0, 0, 0]
    assert all("AMRAAM" in answer for answer in answers)


def test_a_library_emptied_by_its_user_stays_empty(tmp_path: Path) -> None:
    library = ["--library", str(tmp_path / "library")]
    footnote = [sys.executable, "-m", "rag.cli"]
    listed = subprocess.run(
        [*footnote, "list", *library], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    subprocess.run([*footnote, "remove", listed.split()[0], *library], timeout=60, check=True)
    asked = subprocess.run(
        [*_ASK, library[1]], capture_output=True, text=True, timeout=60, check=True
    )
    assert asked.stdout.startswith("The library is empty")
