"""Processes of our own that start at once: forks of one that has imported what they need.

Each would import for a second otherwise, and three with Gradio. What is forked from has opened
nothing: no library, no Chroma, no thread.
"""

import atexit
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).parents[2]
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    ["index.store.chroma", "rag.answer.extractive", "serve_api", "serve_mounted", "serve_ui"]
)
_SECONDS = 60
_OUTPUTS = ("out", "err")


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a process ended."""

    code: int
    """Minus the signal's number where one killed it."""
    printed: str
    said: str
    """On stderr."""


def start(target: Callable[..., object], *arguments: object, **changes: str) -> ForkServerProcess:
    """Call a function of a module in a process of its own, with this one's environment, changed.

    It begins in the root of the checkout, and ends as a program does.
    """
    environment = {**os.environ, **changes}
    process = CONTEXT.Process(target=_call, args=(target, environment, arguments))
    with patch.dict(os.environ, {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}):
        process.start()
    return process


def _call(
    target: Callable[..., object], environment: Mapping[str, str], arguments: tuple[object, ...]
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    target(*arguments)
    atexit._run_exitfuncs()  # a fork ends without them


@contextmanager
def running(
    code: str, *arguments: object, folder: Path = Path(os.devnull)
) -> Iterator[ForkServerProcess]:
    """Run code as `python -c` does, with its outputs in a folder if one is named, until the end."""
    process = start(_run, code, [str(each) for each in arguments], folder)
    try:
        yield process
    finally:
        process.kill()
        process.join()
        process.close()


def run(code: str, *arguments: object) -> Ended:
    """Run code as `python -c` does until it ends."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        with running(code, *arguments, folder=folder) as process:
            process.join(timeout=_SECONDS)
            ended = process.exitcode
        assert ended is not None, "the process did not end"
        printed, said = ((folder / name).read_text("utf-8") for name in _OUTPUTS)
    return Ended(code=ended, printed=printed, said=said)


def _run(code: str, arguments: list[str], folder: Path) -> None:
    for number, name in enumerate(_OUTPUTS, start=1):
        path = folder / name if folder.is_dir() else folder
        opened = os.open(path, os.O_WRONLY | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    sys.argv = ["-c", *arguments]
    names: dict[str, Any] = {"__name__": "__main__"}
    try:
        exec(code, names)
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stdout.flush()
