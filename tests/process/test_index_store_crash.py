"""A kill at any moment leaves a library that opens and answers, and the next run heals it."""

import shutil
import signal
import time
from collections.abc import Callable
from contextlib import closing
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import forks
import pytest
from searching import search

from index.store.library import Library, open_library
from index.sync import ingest
from index.sync.intake import Article, read_articles, read_named
from index.upkeep.doctor import check
from index.upkeep.repair import repair
from rag.testing import HashEmbedder

Make = Callable[..., Library]

_CHILD = """
import os, signal, sys
from pathlib import Path
from index.sync import ingest
from index.sync.intake import Article, read_articles
from index.store.library import open_library
from rag.testing import HashEmbedder

seen = []
def on_step(step):
    seen.append(step)
    if len(seen) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

library = open_library(Path(sys.argv[1]), model="hash", load=HashEmbedder, on_step=on_step)
exec(sys.argv[3])
print(",".join(seen))
"""
_OLD = "The bridge is closed."
_NEW = "The bridge is open again. Cars may use it."
_CHANGE = (
    f"ingest.add(library, read_articles([Article(source='a', title='a', text={_NEW!r}),"
    "Article(source='b', title='b', text='Dogs bark.')]))"
)
_UPLOAD = (
    "from index.sync.intake import read_named; "
    "ingest.add(library, read_named({'uploads/1/a.txt': Path(sys.argv[1]).with_name('a.txt')},"
    "on_read=lambda source: None))"
)
_REMOVE = "library.remove([c.id for c in library.summaries() if c.card.source == 'a'])"


def run_child(library: Path, *, die_at: int, code: str) -> forks.Ended:
    return forks.run(_CHILD, library, die_at, code)


def add(library: Library, source: str, text: str) -> None:
    ingest.add(library, read_articles([Article(source=source, title=source, text=text)]))


def told(library: Library, question: str) -> str:
    return search(library, question, k=1)[0].passage.text


def steps(tmp_path: Path, make: Make, code: str) -> list[str]:
    add(make(), "a", _OLD)
    done = run_child(tmp_path / "library", die_at=0, code=code)
    return done.printed.strip().split(",")


def test_the_steps_that_are_killed_below_are_all_there_are(
    make_library: Make, tmp_path: Path
) -> None:
    assert steps(tmp_path, make_library, _CHANGE) == [
        "embed", "add", "sync", "write", "commit", "clean",
    ]  # fmt: skip


@pytest.mark.parametrize("die_at", range(1, 7))
def test_case_9_a_kill_at_any_step_of_a_change_leaves_the_old_or_the_new(
    make_library: Make, tmp_path: Path, die_at: int
) -> None:
    add(make_library(), "a", _OLD)
    killed = run_child(tmp_path / "library", die_at=die_at, code=_CHANGE)
    assert killed.code == -signal.SIGKILL
    assert told(make_library(), "bridge") == (_NEW if die_at == 6 else _OLD)
    assert {c.card.source for c in make_library().summaries()} == (
        {"a", "b"} if die_at == 6 else {"a"}
    )
    healed = run_child(tmp_path / "library", die_at=0, code=_CHANGE)
    assert healed.code == 0, healed.said
    assert told(make_library(), "bridge") == _NEW
    assert check(make_library()).findings == ()


@pytest.fixture(scope="module")
def seven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a library of seven documents, each added alone, which no test changes."""
    folder = tmp_path_factory.mktemp("seven") / "library"
    with closing(open_library(folder, model="hash", load=HashEmbedder)) as library:
        add(library, "a", _OLD)
        for number in range(6):
            add(library, f"other{number}", f"Dog {number} barks.")
    return folder


@pytest.mark.parametrize("die_at", range(1, 7))
def test_case_9_a_kill_at_any_step_of_a_removal_leaves_the_document_or_not(
    seven: Path, make_library: Make, tmp_path: Path, die_at: int
) -> None:
    shutil.copytree(seven, tmp_path / "library")
    run_child(tmp_path / "library", die_at=die_at, code=_REMOVE)
    sources = {c.card.source for c in make_library().summaries()}
    assert (told(make_library(), "bridge closed") == _OLD) == ("a" in sources)
    run_child(tmp_path / "library", die_at=0, code=f"{_REMOVE} if {'a' in sources} else None")
    assert "a" not in {c.card.source for c in make_library().summaries()}
    assert check(make_library()).findings == ()


def upload(library: Library, path: Path, content: str) -> str:
    path.write_text(content, encoding="utf-8")
    (change,) = ingest.add(library, read_named({"uploads/1/a.txt": path}, on_read=print)).changes
    assert change.document_id is not None
    return change.document_id


@pytest.mark.parametrize("die_at", range(1, 8))
def test_a_kill_at_any_step_of_an_upload_leaves_each_document_with_its_own_original(
    make_library: Make, tmp_path: Path, die_at: int
) -> None:
    document = upload(make_library(), tmp_path / "a.txt", _OLD)
    (tmp_path / "a.txt").write_text(_NEW, encoding="utf-8")
    killed = run_child(tmp_path / "library", die_at=die_at, code=_UPLOAD)
    assert killed.code == -signal.SIGKILL, "there are fewer steps than are killed here"
    left = make_library()
    assert left.document(document).text == left.original_bytes(document).decode()
    assert left.original_bytes(document).decode() == (_NEW if die_at == 7 else _OLD)
    assert repair(left, on_progress=lambda done, total: None).findings == ()
    assert upload(left, tmp_path / "a.txt", _NEW) == document
    assert left.original_bytes(document).decode() == _NEW
    assert len(list((tmp_path / "library" / "originals").iterdir())) == 1


@pytest.mark.parametrize("file", ["data_level0.bin", "header.bin", "link_lists.bin", "length.bin"])
def test_a_kill_in_chromas_persist_window_loses_nothing(
    make_library: Make, tmp_path: Path, file: str
) -> None:
    # Chroma writes these files in place after 1,000 vectors; torn ones lose vectors silently.
    add(make_library(), "a", "\n\n".join(f"Old line {n} is here." for n in range(1100)))
    code = (
        "ingest.add(library, read_articles([Article(source='b', title='b',"
        "text='\\n\\n'.join(f'New line {n} is there.' for n in range(2500)))]))"
    )
    with forks.running(_CHILD, tmp_path / "library", 0, code) as child:
        kill_when_written(child, tmp_path / "library" / "vectors" / "000002", file)
    assert check(make_library()).vectors == 1100
    assert told(make_library(), "Old line 700").count("Old line 700 is here.") == 1
    assert run_child(tmp_path / "library", die_at=0, code=code).code == 0
    assert check(make_library()).vectors == 3600
    # What the killed run left unused (vectors embedded, folders half built) is gone or in use.
    assert check(make_library()).findings == ()


def kill_when_written(child: ForkServerProcess, generation: Path, file: str) -> None:
    """Kill a process as soon as it writes a file of Chroma's index for the second time."""
    deadline = time.monotonic() + 60
    first = None
    while time.monotonic() < deadline and child.is_alive():
        for path in generation.glob(f"*/{file}"):
            try:
                written = path.stat().st_mtime_ns
            except FileNotFoundError:
                continue
            # The copy keeps the old time; a newer one is the persist that we wait for.
            if first is None:
                first = written
            elif written != first:
                child.kill()
                child.join()
                assert child.exitcode == -signal.SIGKILL
                return
    raise AssertionError(f"{file} was never written again")
