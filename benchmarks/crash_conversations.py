"""Kills writers of conversations at random moments and counts what of the kept answers is lost.

    python -m benchmarks.crash_conversations --runs 100

Two processes write to one file at once, one of them deletes and cleans too; both are killed. Every
answer that was kept before the kill must be there, in full, and no text of a cleaned one.
"""

import argparse
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TextIO

from rag import Answer
from rag.conversations.store import ConversationStore
from rag.types import Usage

_LONGEST = 0.5
"""Seconds that the writers have before they are killed, once both have kept an answer."""
_CANARY = "zebrafish7291"


def answered(question: str) -> Answer:
    """Return an answer to be kept, without citations."""
    return Answer(
        question=question,
        status="answered",
        reason=None,
        text=f"An answer to {question} " * 20,
        sentences=(),
        citations=(),
        confidence=0.5,
        hits=(),
        model="extractive",
        usage=Usage(),
        seconds=0.1,
    )


def write(file: Path, name: str) -> None:
    """Keep answers without end, and print the number of each once it is kept.

    A writer whose name begins with `d` deletes a conversation of its own after each and cleans, and
    prints a line of that.
    """
    store, own = ConversationStore(file), f"{ord(name[0]):032x}"
    for number in range(1, 1_000_000):
        store.keep(own, answered(f"{name} {number}"), library="/l")
        print(number, flush=True)
        if name.startswith("d"):
            other = f"f{number:031x}"
            store.keep(other, answered(f"{_CANARY} {number}"), library="/l")
            store.delete([other])
            if store.purge(at_once=True):
                print("clean", flush=True)


def run(folder: Path, dice: random.Random) -> tuple[int, str]:
    """Kill two writers once; return how many answers they kept and what is wrong."""
    file = folder / "conversations.db"
    writers = {name: _forked(file, name) for name in ("add", "delete")}
    first = dice.choice(sorted(writers))  # the other one may be making the file
    begun = {first: writers[first][1].readline()}
    time.sleep(dice.uniform(0.0, _LONGEST))
    kept = {}
    for process, _ in writers.values():
        os.kill(process, signal.SIGKILL)
    for name, (process, told) in writers.items():
        os.waitpid(process, 0)
        with told:
            kept[name] = _last(begun.get(name, "") + told.read())
    return sum(kept.values()), _wrong(file, kept)


def _forked(file: Path, name: str) -> tuple[int, TextIO]:
    """Return a process that writes, and what it prints."""
    reads, writes = os.pipe()
    process = os.fork()
    if not process:
        os.close(reads)
        os.dup2(writes, 1)
        try:
            write(file, name)
        finally:
            os._exit(1)
    os.close(writes)
    return process, open(reads, encoding="ascii")


def _last(text: str) -> int:
    return max((int(line) for line in text.splitlines() if line.isdigit()), default=0)


def _wrong(file: Path, kept: dict[str, int]) -> str:
    if not file.exists():
        return "" if not any(kept.values()) else "the file is gone"
    store = ConversationStore(file)
    for name, last in kept.items():
        turns = store.turns(f"{ord(name[0]):032x}")
        numbers = [turn.number for turn in turns]
        if numbers[:last] != list(range(1, last + 1)) or len(numbers) > last + 1:
            return f"{name}: {last} kept, {numbers[-3:]} found"
        if any(turn.answer is None for turn in turns):
            return f"{name}: an answer cannot be read"
    store.delete([one.id for one in store.newest() if one.id.startswith("f")])
    if not store.purge(at_once=True):
        return "it cannot be cleaned"
    if any(_CANARY.encode() in path.read_bytes() for path in file.parent.iterdir()):
        return "deleted text is left"
    with closing(sqlite3.connect(file)) as db:
        found = db.execute("PRAGMA integrity_check").fetchone()[0]
        db.execute("INSERT INTO words (words) VALUES ('integrity-check')")
    return "" if found == "ok" else str(found)


def main() -> int:
    """Run the command; 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    dice, bad, total = random.Random(arguments.seed), 0, 0
    for number in range(arguments.runs):
        with tempfile.TemporaryDirectory() as folder:
            kept, wrong = run(Path(folder), dice)
            total += kept
            if wrong:
                bad += 1
                print(f"run {number}: {wrong}", flush=True)
    print(f"{arguments.runs} runs, {total:,} answers kept, {bad} runs failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
