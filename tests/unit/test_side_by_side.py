"""Tests in several processes: most go side by side, what measures time goes alone."""

import threading
from types import SimpleNamespace

import pytest
import side_by_side


class Test:
    """One that runs in a thread, as in a process of its own, until it is told to end."""

    __test__ = False

    def __init__(self, *, quiet: bool) -> None:
        self.item = SimpleNamespace(get_closest_marker=lambda name: object() if quiet else None)
        self.began, self.end = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        running = side_by_side.pytest_runtest_protocol(self.item)
        next(running)
        self.began.set()
        self.end.wait(20)
        running.close()

    def waits(self) -> bool:
        return not self.began.wait(0.1)


@pytest.fixture(autouse=True)
def own_locks(tmp_path, monkeypatch):
    for name in ("_DOOR", "_HALL"):
        (tmp_path / name).touch()
        monkeypatch.setattr(side_by_side, name, tmp_path / name)


def test_what_measures_time_waits_for_others_and_they_for_it():
    one, other = Test(quiet=False), Test(quiet=False)
    assert one.began.wait(20)
    assert other.began.wait(20)
    quiet = Test(quiet=True)
    assert quiet.waits()
    late = Test(quiet=False)
    one.end.set()
    assert quiet.waits()
    assert late.waits()
    other.end.set()
    assert quiet.began.wait(20)
    assert late.waits()
    quiet.end.set()
    assert late.began.wait(20)
    late.end.set()


@pytest.mark.parametrize(
    ("named", "alone"),
    [(["tests"], False), (["tests/unit"], False), (["tests/unit/test_layout.py"], True)],
)
def test_a_run_of_named_files_is_one_process(named, alone):
    workers = side_by_side.pytest_xdist_auto_num_workers(SimpleNamespace(args=named))
    assert (workers == 0) == alone
    assert workers <= 4
