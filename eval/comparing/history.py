"""Keeps whole runs beside their suite, a file each, and finds them again; it draws nothing.

A kept run is a baseline file that also says when it ran and which questions it had right, before
the cases, so that a history of many is read without its cases.
"""

import hashlib
import json
import os
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import platformdirs

from eval.comparing.comparison import (
    Baseline,
    BaselineError,
    baseline_of,
    baseline_text,
    load_baseline,
)
from eval.reports.suite import Past, SuiteRun
from eval.results import case_from_row
from eval.suites.files import suite_name
from rag import MisuseError, OperationError
from rag.internal import open_named, read_named, whole_file

MOST = 500
"""Runs of a suite that are kept; of more, the oldest are removed."""
MOST_BYTES = 200_000_000
"""What they take on the disk at most, the newest run excepted."""
_PACKAGE = Path(__file__).parents[1]
_NAME = re.compile(r"(\d{8}T\d{6}Z)-([0-9a-f]{6})")
_CASES = b' "cases": [\n'
_END = b"\n]}\n"
_LEFT_BEHIND = 3600
"""Seconds after which the part of a file is that of a run that was killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRun:
    """What is known of a kept run without its cases."""

    id: str
    """When it ended, in UTC, and six hexadecimal digits: `20261129T202217Z-3f9a1c`."""
    at: datetime
    """When it ended, in UTC."""
    suite: str
    path: Path
    passed: bool
    """Whether its gate passed."""
    fingerprint: Mapping[str, str]
    right: tuple[str, ...]
    """Ids of the questions that were answered right, in the suite's order; like `wrong`."""
    wrong: tuple[str, ...]

    @property
    def digits(self) -> str:
        """The end of its id, by which it can be named too."""
        return self.id.rpartition("-")[2]

    @property
    def share(self) -> float:
        """Share of its questions that were answered right, 0 to 1; 0 for no questions."""
        asked = len(self.right) + len(self.wrong)
        return len(self.right) / asked if asked else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChange:
    """What became of a suite's questions from one kept run to the next."""

    facts: tuple[str, ...]
    """Names of what the runs depend on and that differs."""
    now_right: tuple[str, ...]
    now_wrong: tuple[str, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The kept runs of a suite, oldest first."""

    suite: str
    folder: Path
    runs: tuple[KeptRun, ...]
    damaged: tuple[str, ...]
    """A sentence for each file that is left out because it cannot be read."""


def runs_beside(suite: Path) -> Path:
    """Return the folder of a suite's kept runs: `.footnote/runs/NAME` beside the suite's file.

    Those of suites that come with Footnote lie in the user's data folder.
    """
    shipped = Path(os.path.realpath(suite)).is_relative_to(_PACKAGE)
    root = Path(platformdirs.user_data_dir("footnote", appauthor=False))
    return (root if shipped else suite.parent / ".footnote") / "runs" / suite_name(suite)


def keep_run(suite: Path, run: SuiteRun, *, at: datetime | None = None) -> KeptRun:
    """Keep a run beside its suite, whole or not at all, and remove the oldest beyond the limits.

    The limits are `MOST` runs and `MOST_BYTES` bytes a suite. Several processes may keep runs at
    once.

    Args:
        suite: the gold file.
        run: what was run, of all its questions.
        at: when it ended; None is now.

    Raises:
        OperationError: it cannot be written; what was kept before stays.
    """
    folder = runs_beside(suite)
    when = (at or datetime.now(UTC)).astimezone(UTC)
    cases = run.report.cases
    head = {
        "at": when.isoformat(),
        "passed": run.gate.passed,
        "right": [case.id for case in cases if case.passed],
        "wrong": [case.id for case in cases if not case.passed],
    }
    text = baseline_text(baseline_of(run.report), run=head).encode("utf-8")
    name = f"{when:%Y%m%dT%H%M%SZ}-{hashlib.sha256(text).hexdigest()[:6]}"
    try:
        _make(folder)
        with whole_file(folder / f"{name}.json") as part:
            part.write_bytes(text)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OperationError(
            f"the run cannot be kept in {str(folder)!r} ({reason}): make the folder writable, or "
            "leave runs unkept with --no-keep"
        ) from error
    kept = _read(folder / f"{name}.json")
    _trim(folder)
    return kept


def kept_runs(suite: Path) -> History:
    """Return the kept runs of a suite, oldest first; none where none was kept.

    A file that is no whole kept run is left out, with a sentence that says so.
    """
    folder = runs_beside(suite)
    runs, damaged = [], []
    for path in sorted(folder.glob("*.json")):
        try:
            runs.append(_read(path))
        except FileNotFoundError:
            continue  # Another process removed it as one of the oldest.
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            reason = str(error).partition("\n")[0] or type(error).__name__
            damaged.append(f"{str(path)!r} is no kept run ({reason}): it is left out; remove it")
    runs.sort(key=lambda run: (run.at, run.id))
    return History(suite=suite_name(suite), folder=folder, runs=tuple(runs), damaged=tuple(damaged))


def past_runs(suite: Path) -> tuple[Past, ...]:
    """Return how the kept runs of a suite went, oldest first, in this machine's time zone."""
    return tuple(
        Past(
            at=run.at.astimezone(),
            right=len(run.right),
            asked=len(run.right) + len(run.wrong),
            passed=run.passed,
        )
        for run in kept_runs(suite).runs
    )


def find_run(history: History, name: str) -> KeptRun:
    """Return the kept run that `latest`, `previous`, an id, or an id's beginning or end names.

    Raises:
        MisuseError: there is none, or the name fits several; the message says which there are.
    """
    runs = history.runs
    place = {"latest": 1, "previous": 2}.get(name)
    if place:
        if len(runs) < place:
            raise MisuseError(
                f"{name!r} needs {place} kept {'run' if place == 1 else 'runs'} of "
                f"{history.suite!r}, and {str(history.folder)!r} has {len(runs) or 'none'}: each "
                "`footnote eval` of the whole suite keeps one"
            )
        return runs[-place]
    found = [run for run in runs if name and (run.id.startswith(name) or run.digits == name)]
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(run.id for run in found[:5]) + ", ..." * (len(found) > 5)
        raise MisuseError(f"{name!r} fits {len(found)} kept runs, {listed}: name more of it")
    raise MisuseError(
        f"{name!r} is no kept run of {history.suite!r} and no file: name `latest`, `previous`, an "
        "id that `footnote eval history` lists, a baseline, or a file that --json wrote"
    )


def change_between(before: KeptRun, now: KeptRun) -> RunChange:
    """Tell what became of a suite's questions, by their ids, from one kept run to a later one."""
    was, has = ({*run.right, *run.wrong} for run in (before, now))
    right, wrong = set(before.right), set(before.wrong)
    return RunChange(
        facts=tuple(
            name
            for name in dict.fromkeys([*before.fingerprint, *now.fingerprint])
            if before.fingerprint.get(name) != now.fingerprint.get(name)
        ),
        now_right=tuple(name for name in now.right if name in wrong),
        now_wrong=tuple(name for name in now.wrong if name in right),
        new=tuple(name for name in (*now.right, *now.wrong) if name not in was),
        gone=tuple(name for name in (*before.right, *before.wrong) if name not in has),
    )


def load_results(path: Path, *, suite: str = "") -> Baseline:
    """Read the results of a run from a baseline, a kept run, or what `footnote eval --json` wrote.

    Args:
        path: the file.
        suite: which suite to take, where a --json output has several.

    Raises:
        MisuseError: it cannot be read, is none of these, or has several suites and not this one.
    """
    try:
        content = json.loads(read_named(path))
    except (OSError, ValueError, RecursionError) as error:
        raise MisuseError(
            f"{str(path)!r} cannot be read as results ({error}): name a baseline, a kept run, or a "
            "file that `footnote eval --json` wrote"
        ) from error
    if not isinstance(content, dict) or "suites" not in content:
        return load_baseline(path)
    return _of_output(content["suites"], path, suite)


def _of_output(suites: object, path: Path, suite: str) -> Baseline:
    try:
        found = {str(one["suite"]): one for one in suites}  # type: ignore[attr-defined]
        if len(found) > 1 and suite not in found:
            raise MisuseError(f"{str(path)!r} has the suites {', '.join(found)}: name one as SUITE")
        one = found[suite] if suite in found else next(iter(found.values()))
        return Baseline(
            suite=str(one["suite"]),
            fingerprint={str(name): str(value) for name, value in one["fingerprint"].items()},
            cases=tuple(case_from_row(row) for row in one["cases"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration) as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise BaselineError(
            f"{str(path)!r} is no output of `footnote eval --json` ({reason}): write it anew"
        ) from error


def _make(folder: Path) -> None:
    """Make the folder of a suite's runs, which git ignores unless somebody says otherwise."""
    if folder.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    ignored = folder.parent / ".gitignore"
    if not ignored.exists():
        ignored.write_text("*\n", encoding="utf-8")


def _trim(folder: Path) -> None:
    """Remove the oldest runs beyond the limits, and parts of files that a killed run left.

    Only files that are named as runs are; what cannot be removed stays.
    """
    number = size = 0
    names = (path for path in folder.glob("*.json") if _NAME.fullmatch(path.stem))
    for path in sorted(names, reverse=True):
        with suppress(OSError):
            number, size = number + 1, size + path.stat().st_size
            if number > 1 and (number > MOST or size > MOST_BYTES):
                path.unlink()
    for part in folder.glob(".*.part"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > _LEFT_BEHIND:
                part.unlink()


def _read(path: Path) -> KeptRun:
    """Read what stands before the cases, and see that the file has its end."""
    head = list[bytes]()
    with open_named(path) as file:
        for line in file:
            if line == _CASES:
                break
            head.append(line)
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - len(_END)))
        if file.read() != _END:
            raise ValueError("its end is missing")
    row = json.loads(b"".join(head).rstrip().removesuffix(b",") + b"}")
    run = row["run"]
    return KeptRun(
        id=path.stem,
        at=datetime.fromisoformat(run["at"]).astimezone(UTC),
        suite=str(row["suite"]),
        path=path,
        passed=bool(run["passed"]),
        fingerprint={str(name): str(value) for name, value in row["fingerprint"].items()},
        right=_ids(run["right"]),
        wrong=_ids(run["wrong"]),
    )


def _ids(found: Sequence[object]) -> tuple[str, ...]:
    if not isinstance(found, list):
        raise TypeError("its questions are no list")
    return tuple(map(str, found))
