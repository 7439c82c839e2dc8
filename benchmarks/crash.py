"""Kills, fills and damages libraries in many runs, and counts what does not survive.

    python -m benchmarks.crash --runs 200

Every run begins with a copy of the same library of 40 articles and two uploads, some of them
tagged and introduced, a registered folder, and two articles that were removed and can be had
back. After it, the library must answer exactly as one built anew from what was committed, or say in
one sentence what is broken and which command helps; after a repair it must answer as one built
anew, and what was removed must come back. Each run is told once it is over.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib import import_module
from itertools import chain, islice
from pathlib import Path
from typing import Any

from benchmarks import crash_library as work_on
from benchmarks.crash_process import Outcome, in_child, steps_of

_AT_STEPS = 9
"""Of a change, among them its first and its last."""
_PAGE = 4096
"""Bytes by which a tmpfs fills: a copy of the library must fit at least."""
_DAMAGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "emptied": lambda data, dice: b"",
    "cut at a random place": lambda data, dice: data[: dice.randrange(len(data))],
    "last byte lost": lambda data, dice: data[:-1],
    "16 random bytes at one place": lambda data, dice: _scattered(data, dice, places=1),
    "16 random bytes at 20 places": lambda data, dice: _scattered(data, dice, places=20),
    "all of it random": lambda data, dice: dice.randbytes(len(data)),
}


class Bench:
    """The runs, with the template they copy and what each state of it has to answer.

    Args:
        folder: Where to work.
        seed: Of the random moments and bytes.
    """

    def __init__(self, folder: Path, *, seed: int) -> None:
        self.folder = folder
        tempfile.tempdir = str(folder)  # not on the disk that is filled
        self.dice = random.Random(seed)
        self.counts: Counter[tuple[str, str]] = Counter()
        self.bad: list[str] = []
        self._expected: dict[str, object] = {}
        in_child(lambda: work_on.make_archive(folder))
        work_on.make_folders(folder)
        self.changes = work_on.changes(folder)
        self.template, self.old = folder / "template", work_on.at_first(folder)
        in_child(lambda: work_on.build(self.old, work_on.opened(self.template)))
        self._import_ahead()
        self.before = self.expected(self.old)

    def _import_ahead(self) -> None:
        """Import what the children need: of 7 s of processor time a kill, 4 went into that."""
        for name in self._value(in_child(lambda: work_on.modules_of(self.fresh()))):
            with suppress(ImportError):
                import_module(name)

    def expected(self, kept: work_on.Kept) -> object:
        """Return what a library built anew with all this says."""
        parts = (kept.texts.items(), kept.tags.items(), kept.folders, kept.introduced.items())
        key = json.dumps([*map(sorted, parts), [*map(sorted, kept.removed)]])
        if key not in self._expected:
            clean = self.folder / "clean"
            shutil.rmtree(clean, ignore_errors=True)
            in_child(lambda: work_on.build(kept, work_on.opened(clean)))
            self._expected[key] = self._value(in_child(lambda: work_on.state(clean)))
        return self._expected[key]

    def fresh(self, folder: Path | None = None) -> Path:
        """Return a copy of the template."""
        copy = (folder or self.folder) / "library"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.template, copy)
        return copy

    def count(self, kind: str, result: str, *, bad: str = "") -> None:
        """Count a run; `bad` says what was wrong with it."""
        self.counts[kind, "FAILED" if bad else result] += 1
        if bad:
            self.bad.append(f"{kind}: {bad}")
        told = f"FAILED: {bad[:500]}" if bad else result
        print(f"{self.counts.total()}, {len(self.bad)} failed; {kind}: {told}", flush=True)

    def kill_at_steps(self) -> Iterator[Callable[[], None]]:
        """Yield runs for each change, each killed at another step: up to `_AT_STEPS` of them."""
        for name, (change, _) in self.changes.items():
            steps = len(self._value(in_child(lambda change=change: _steps(change, self.fresh()))))
            apart = max(1.0, (steps - 1) / (_AT_STEPS - 1))
            for number in range(min(steps, _AT_STEPS)):
                at = 1 + round(number * apart)
                yield lambda name=name, at=at: self._kill(name, at_step=at)

    def kill_at_random(self) -> Iterator[Callable[[], None]]:
        """Yield runs without end, each killed at a random moment of a change."""
        seconds = {}
        for name, (change, _) in self.changes.items():
            library = self.fresh()
            took = in_child(lambda change=change, library=library: _seconds(change, library))
            seconds[name] = self._value(took)
        while True:
            for name, most in seconds.items():
                yield lambda name=name, most=most: self._kill(
                    name, after=self.dice.uniform(0.0, 1.1 * most)
                )

    def _kill(self, name: str, *, at_step: int | None = None, after: float | None = None) -> None:
        change, kept = self.changes[name]
        library = self.fresh()
        kind = f"kill at each step: {name}" if at_step else f"kill at random: {name}"
        dying = _dying(at_step)
        killed = in_child(lambda: _change(change, library, dying), kill_after=after)
        then = in_child(lambda: work_on.state(library))
        after_change = self.expected(kept)
        wanted = [after_change] if killed.how == "done" else [self.before, after_change]
        if then.how != "done" or then.value not in wanted:
            return self.count(kind, "", bad=f"{killed.how}, then {_differs(then, wanted)}")
        result = "new" if then.value == after_change != self.before else "old"
        if self.dice.random() < 0.5:
            mended = in_child(lambda: work_on.repaired(library))
            if mended.value != [[], then.value]:
                return self.count(kind, "", bad=f"repair: {_differs(mended, [then.value])}")
        last = in_child(lambda: work_on.changed(library, change))
        if last.value != [[], after_change]:
            return self.count(kind, "", bad=f"again: {_differs(last, [after_change])}")
        if kept.removed and (bad := self._not_had_back(library, kept)):
            return self.count(kind, "", bad=bad)
        return self.count(kind, result)

    def _not_had_back(
        self, library: Path, kept: work_on.Kept, *, damaged: Path = Path("none")
    ) -> str:
        """Undo every removal; say what is wrong then, if anything is."""
        undone = in_child(lambda: work_on.had_back(library))
        wanted = self.expected(kept.had_back)
        if undone.how == "done" and all(map(_is_loss, undone.value[0])):
            if self._spared(damaged, undone.value[1], wanted):
                return ""
            gone = self.expected(replace(kept, removed=()))
            if damaged.parent.name == "removed" and self._spared(damaged, undone.value[1], gone):
                return ""
        return f"undo: {_differs(undone, [wanted])}"

    def fill(self) -> None:
        """Let a change meet a full disk, a real one where this may mount one."""
        name = self.dice.choice(list(self.changes))
        change, kept = self.changes[name]
        size = sum((path.stat().st_size // _PAGE + 2) * _PAGE for path in self.template.rglob("*"))
        with _small_disk(self.folder / "disk", size + self.dice.randrange(size // 3)) as disk:
            library = self.fresh(disk)
            limit = None if disk else self.dice.randrange(4096, size)
            kind = f"disk full ({'tmpfs' if disk else 'RLIMIT_FSIZE'})"
            done = in_child(lambda: change(work_on.opened(library)), largest_file=limit)
            wanted = [self.expected(kept)] if done.how == "done" else [self.before]
            then = in_child(lambda: work_on.state(library))
            if done.how not in ("done", "said") or then.value not in wanted:
                return self.count(kind, "", bad=f"{name}: {done}, then {_differs(then, wanted)}")
            if disk:
                _remount(disk)
            last = in_child(lambda: work_on.changed(library, change))
            if last.value != [[], self.expected(kept)]:
                bad = _differs(last, [self.expected(kept)])
                return self.count(kind, "", bad=f"{name}: again: {bad}")
        return self.count(kind, "it fitted" if done.how == "done" else "said so, kept the old")

    def damage(self, among: str) -> Iterator[Callable[[], None]]:
        """Yield a run for each kind of damage to each file that has a word in its path."""
        files = [p.relative_to(self.template) for p in self.template.rglob("*") if p.is_file()]
        for file in sorted(file for file in files if among in file.as_posix()):
            for name in _DAMAGES:
                yield lambda file=file, name=name: self._damage(file, name)

    def _damage(self, file: Path, name: str) -> None:
        library = self.fresh()
        data = (library / file).read_bytes()
        if not data:
            return
        (library / file).write_bytes(_DAMAGES[name](data, self.dice))
        kind = f"{file.name} {name}"
        then = in_child(lambda: work_on.state(library))
        if then.how == "said" and "`footnote " in then.value and "\n" not in then.value:
            result = "said so"
        elif then.how == "done" and self._spared(file, then.value, self.before):
            result = "answered"
        else:
            return self.count(kind, "", bad=_differs(then, [self.before]))
        mended = in_child(lambda: work_on.repaired(library))
        if file.parent.name == "originals":
            mended = in_child(lambda: work_on.changed(library, work_on.add(work_on.OLD)))
        if mended.how != "done" or not all(map(_is_loss, mended.value[0])):
            return self.count(kind, "", bad=f"{result}, repair: {str(mended)[:300]}")
        kept = self._left(*mended.value)
        if not self._spared(file, mended.value[1], self.expected(kept)):
            return self.count(kind, "", bad=f"repaired: {_differs(mended, [self.expected(kept)])}")
        bad = self._not_had_back(library, kept, damaged=file)
        if file.parent.name == "removed" and bad.startswith("undo: said: "):
            return self.count(kind, f"{result}, a removal is lost and said so")
        lost = ", some lost" if len(kept.texts) < len(work_on.OLD) else ""
        return self.count(kind, f"{result}, repaired{lost}", bad=bad)

    def _left(self, problems: list[str], there: Any) -> work_on.Kept:  # noqa: ANN401  # JSON
        """Return what a library still holds, where a repair told what else it lost."""
        kept = self.old.only(there["cards"])
        if any("folders" in problem for problem in problems):
            return replace(kept, folders=tuple(there["cards"]["registered"]))
        return kept

    @staticmethod
    def _spared(file: Path, there: Any, wanted: Any) -> bool:  # noqa: ANN401  # JSON
        """Say whether nothing but what may be lost is: introductions, and a damaged removal."""
        told = there["introductions"]
        may_lack = [{**wanted, "introductions": told}]
        if file.parent.name == "removed":
            may_lack.append({**may_lack[0], "cards": {**wanted["cards"], "removed": []}})
        return there in may_lack and all(
            wanted["introductions"].get(source) == said for source, said in told.items()
        )

    def _value(self, outcome: Outcome) -> Any:  # noqa: ANN401  # JSON
        if outcome.how != "done":
            raise RuntimeError(f"the bench itself failed: {outcome}")
        return outcome.value


def _is_loss(problem: str) -> bool:
    """Say whether a finding tells of lost documents, or of what is left of one."""
    return "could not be saved" in problem or "originals that no document names" in problem


def _same(mine: Any, theirs: Any, source: str) -> bool:  # noqa: ANN401  # JSON
    return bool(mine["cards"].get(source) == theirs["cards"].get(source))


def _dying(at_step: int | None) -> Callable[[str], None]:
    import os
    import signal

    seen: list[str] = []

    def on_step(step: str) -> None:
        seen.append(step)
        if len(seen) == at_step:
            os.kill(os.getpid(), signal.SIGKILL)

    return on_step


def _change(change: work_on.Change, folder: Path, on_step: Callable[[str], None]) -> object:
    steps_of(folder / "removed", on_step)
    return change(work_on.opened(folder, on_step))


def _steps(change: work_on.Change, folder: Path) -> list[str]:
    seen: list[str] = []
    _change(change, folder, seen.append)
    return seen


def _seconds(change: work_on.Change, folder: Path) -> float:
    start = time.monotonic()
    change(work_on.opened(folder))
    return time.monotonic() - start


def _scattered(data: bytes, dice: random.Random, *, places: int) -> bytes:
    damaged = bytearray(data)
    for _ in range(places):
        start = dice.randrange(max(1, len(data) - 16))
        damaged[start : start + 16] = dice.randbytes(16)
    return bytes(damaged[: len(data)])


def _differs(outcome: Outcome, wanted: list[Any]) -> str:
    """Say in short how a state is not one of those wanted."""
    if outcome.how != "done" or not wanted:
        return f"{outcome.how}: {str(outcome.value)[:300]}"
    there: Any = outcome.value
    best = wanted[-1]
    if isinstance(there, list):
        if there[0]:
            return f"the doctor finds {there[0]}"
        there = there[1]
    if there["cards"] != best["cards"]:
        odd = [s for s in there["cards"].keys() | best["cards"] if not _same(there, best, s)]
        return f"{len(odd)} differ, as {min(odd)!r}: {there['cards'].get(min(odd))}"
    if there["introductions"] != best["introductions"]:
        return f"{len(there['introductions'])} introduced, of {len(best['introductions'])}"
    for mine, theirs in zip(there["answers"], best["answers"], strict=True):
        keys = [key for key in theirs if mine[key] != theirs[key]]
        if keys:
            return f"{theirs['question']!r} differs in {keys}: {mine['text'][:80]!r}"
    return "the same"


@contextmanager
def _small_disk(folder: Path, size: int) -> Iterator[Path | None]:
    folder.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    mounted = not subprocess.run(mount, capture_output=True, check=False).returncode
    try:
        yield folder if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _remount(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)


def main() -> int:
    """Run and print the table; 1 where a run failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="runs that are killed")
    parser.add_argument("--disk", type=int, default=40, help="runs on a full disk")
    parser.add_argument("--damage", type=int, default=4, help="times each file gets each damage")
    parser.add_argument("--files", default="", help="damage only what has this in its path")
    parser.add_argument("--sample", type=int, help="of each kind, take so many at random")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), seed=arguments.seed)
        kills = list(islice(chain(bench.kill_at_steps(), bench.kill_at_random()), arguments.runs))
        bench.dice.shuffle(kills)  # so that a run which is cut short has some of each
        fills = [bench.fill] * arguments.disk
        damages = [run for _ in range(arguments.damage) for run in bench.damage(arguments.files)]
        for runs in (kills, fills, damages):
            chosen = runs
            if arguments.sample is not None:
                chosen = bench.dice.sample(runs, min(arguments.sample, len(runs)))
            for run in chosen:
                run()
    for (kind, result), number in sorted(bench.counts.items()):
        print(f"| {kind} | {result} | {number} |")
    total = sum(bench.counts.values())
    print(f"{total} runs, {len(bench.bad)} failed")
    return 1 if bench.bad else 0


if __name__ == "__main__":
    sys.exit(main())
