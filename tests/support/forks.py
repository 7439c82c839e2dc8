"""Processes of our own that start at once: forks of one that has imported what they need.

Each would import for a second otherwise, and three with Gradio. What is forked from has opened
nothing: no library, no Chroma, no thread.
"""

import atexit
import multiprocessing
import os
import signal
import sys
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
_SECONDS = 120
_OUTPUTS = ("out", "err")


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a process ended."""

    code: int
    """Minus the signal's number where one killed it."""
    printed: str
    said: str
    """On stderr."""


def start(
    target: Callable[..., object],
    *arguments: object,
    environment: Mapping[str, str] | None = None,
    folder: Path = ROOT,
) -> ForkServerProcess:
    """Call a function of a module in a process of its own, which ends as a program does.

    Its environment is this one's unless one is given.
    """
    environment = {**(os.environ if environment is None else environment)}
    process = CONTEXT.Process(target=_call, args=(target, environment, folder, arguments))
    with patch.dict(os.environ, {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}):
        process.start()
    return process


def _call(
    target: Callable[..., object],
    environment: Mapping[str, str],
    folder: Path,
    arguments: tuple[object, ...],
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        target(*arguments)
    finally:
        atexit._run_exitfuncs()  # a fork ends without them


@contextmanager
def running(code: str, *arguments: object) -> Iterator[ForkServerProcess]:
    """Run code as `python -c` does, at most for the length of a `with` block; nothing is shown."""
    process = start(_run, code, [str(each) for each in arguments], Path(os.devnull))
    try:
        yield process
    finally:
        process.kill()
        process.join()
        process.close()


def run(
    code: str,
    *arguments: object,
    environment: Mapping[str, str] | None = None,
    folder: Path = ROOT,
) -> Ended:
    """Run code as `python -c` does until it ends."""
    with TemporaryDirectory() as place:
        words, told = [str(each) for each in arguments], Path(place)
        process = start(_run, code, words, told, environment=environment, folder=folder)
        process.join(timeout=_SECONDS)
        ended = process.exitcode
        process.kill()
        process.join()
        process.close()
        assert ended is not None, "the process did not end"
        printed, said = ((told / name).read_text("utf-8") for name in _OUTPUTS)
    return Ended(code=ended, printed=printed, said=said)


def footnote(*arguments: object, environment: Mapping[str, str], folder: Path) -> Ended:
    """Run the command `footnote` until it ends."""
    code = "import sys\nfrom rag.cli.main import main\nsys.exit(main())"
    return run(code, *arguments, environment=environment, folder=folder)


def _run(code: str, arguments: list[str], told: Path) -> None:
    for number, name in enumerate(_OUTPUTS, start=1):
        path = told / name if told.is_dir() else told
        opened = os.open(path, os.O_WRONLY | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    sys.argv = ["-c", *arguments]
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(code, names)
