"""Lets a run of all tests use several processes, each of which takes whole files of them.

A test marked `quiet` measures time: it waits for the tests that run, and none begins beside it.
"""

import fcntl
import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

_MOST = 4
"""Processes; each holds a model, and may hold a browser and two servers."""
_DOOR, _HALL = Path(__file__), Path(__file__).parents[1] / "conftest.py"
"""Files that are locked, so that other processes see it: who waits for quiet shuts the door."""


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "quiet: measures time, so no test runs beside it")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return a process for each core, or 0 where files are named: those are over sooner alone."""
    if any(".py" in argument for argument in config.args):
        return 0
    return min(len(os.sched_getaffinity(0)), _MOST)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run a test beside others, or alone if it is marked."""
    quiet = item.get_closest_marker("quiet") is not None
    with ExitStack() as held:
        with _locked(_DOOR, fcntl.LOCK_EX):
            held.enter_context(_locked(_HALL, fcntl.LOCK_EX if quiet else fcntl.LOCK_SH))
        return (yield)


@contextmanager
def _locked(path: Path, how: int) -> Iterator[None]:
    with path.open("rb") as file:
        fcntl.flock(file, how)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)  # a fork of this process may have the file open too
