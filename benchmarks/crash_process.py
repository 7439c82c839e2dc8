"""Runs a piece of work in a forked process that may be killed, crash, hang or hit a full disk."""

import contextlib
import json
import os
import resource
import select
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from index.errors import FootnoteError
from index.store.sqlite import SqliteCatalog

How = Literal["done", "said", "raised", "killed", "hung"]
_PATIENCE = 120.0
_WRITES = ("INSERT INTO introductions", "DELETE FROM introductions", "COMMIT")
_FILE_EVENTS = ("open", "os.rename", "os.remove")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the work ended.

    done: `value` is what it returned. said: it raised one of our errors, `value` is the sentence.
    raised: it raised something else. killed: a signal ended it, `value` is its number. hung: it
    took two minutes.
    """

    how: How
    value: Any


def in_child(
    work: Callable[[], object], *, kill_after: float | None = None, largest_file: int | None = None
) -> Outcome:
    """Run work in a fork of this process, which must never have opened Chroma itself.

    Args:
        work: What to do; its value must be JSON.
        kill_after: Seconds after its beginning at which it gets SIGKILL.
        largest_file: Bytes that no file may grow beyond, as on a full disk.
    """
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        _be_child(work, write, largest_file)
    os.close(write)
    said = _read(read, pid, kill_after)
    os.close(read)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if said is None:
        return Outcome(how="hung", value=None)
    if status < 0:
        return Outcome(how="killed", value=-status)
    how, value = json.loads(said[1:])
    return Outcome(how=how, value=value)


def steps_of(folder: Path, on_step: Callable[[str], None]) -> None:
    """Tell of what this process, which should be a child, is about to write from now on.

    Args:
        folder: Files are told of that are opened, renamed or removed in it.
        on_step: Called before that, and before each statement that writes an introduction.
    """
    plain = SqliteCatalog.execute

    def execute(db: SqliteCatalog, statement: str, /, *given: Any) -> sqlite3.Cursor:  # noqa: ANN401
        if statement.startswith(_WRITES):
            on_step(statement)
        return plain(db, statement, *given)

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _FILE_EVENTS and str(arguments[0]).startswith(str(folder)):
            on_step(event)

    SqliteCatalog.execute = execute  # type: ignore[assignment,method-assign]
    sys.addaudithook(heard)


def _be_child(work: Callable[[], object], write: int, largest_file: int | None) -> None:
    if largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    os.write(write, b"!")
    try:
        result: tuple[How, object] = ("done", work())
    except FootnoteError as error:
        result = ("said", str(error))
    except BaseException as error:  # noqa: BLE001  # whatever it is, it is the finding
        result = ("raised", f"{type(error).__name__}: {error}")
    with os.fdopen(write, "wb") as pipe:
        pipe.write(json.dumps(result).encode())
    os._exit(0)


def _read(pipe: int, pid: int, kill_after: float | None) -> bytes | None:
    """Return all that a child writes, having killed it when its time had come; None: it hung."""
    said = os.read(pipe, 1)
    if kill_after is not None:
        time.sleep(kill_after)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + _PATIENCE
    while True:
        if not select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))[0]:
            os.kill(pid, signal.SIGKILL)
            return None
        if not (piece := os.read(pipe, 1 << 16)):
            return said
        said += piece
