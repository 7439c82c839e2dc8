"""Ctrl-C while a model is silent ends the command at once."""

import atexit
import os
import signal
import subprocess
import sys
import threading
import time
from importlib.abc import MetaPathFinder
from pathlib import Path

import pytest
from wire_server import Served, WireServer

import rag
from rag.cli.__main__ import _leave, start
from rag.cli.main import main


def test_an_interrupt_stops_a_silent_model_at_once(tmp_path: Path) -> None:
    with WireServer(Served(wait=60.0)) as server:
        environment = dict(os.environ) | {
            "PYTHONPATH": str(Path(rag.__file__).parents[1]),
            "FOOTNOTE_LIBRARY": str(tmp_path / "library"),
            "FOOTNOTE_LLM": "openai-like:m",
            "FOOTNOTE_LLM_BASE_URL": server.url,
        }
        command = [sys.executable, "-m", "rag.cli", "ask", "Which missile will Japan co-produce?"]
        process = subprocess.Popen(
            command, env=environment, cwd=tmp_path, stderr=subprocess.PIPE, text=True
        )
        while not server.requests:
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert said == "footnote: interrupted; the library is sound\n"
    assert time.monotonic() - began < 15  # the model would be silent for a minute


class Interrupted(MetaPathFinder):
    """Is interrupted where the module of all commands is looked for."""

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        if name == "rag.cli.main":
            raise KeyboardInterrupt


def test_an_interrupt_while_modules_load_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    left: list[int] = []
    monkeypatch.setattr("rag.cli.__main__._leave", left.append)
    monkeypatch.delitem(sys.modules, "rag.cli.main")
    monkeypatch.setattr(sys, "meta_path", [Interrupted(), *sys.meta_path])
    assert start() == 130
    assert left == [130]
    assert capsys.readouterr().err == "footnote: interrupted; the library is sound\n"


@pytest.mark.parametrize(("code", "daemon", "at_once"), [
    (130, True, True), (130, False, True), (0, True, True), (0, False, False),
])  # fmt: skip
def test_a_process_does_not_end_under_threads_that_nothing_waits_for(
    code: int, daemon: bool, at_once: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, let_go = [], threading.Event()
    thread = threading.Thread(target=let_go.wait, daemon=daemon)
    monkeypatch.setattr(os, "_exit", ended.append)
    monkeypatch.setattr(atexit, "_run_exitfuncs", lambda: ended.append("tidied"))
    monkeypatch.setattr(threading, "_shutdown", lambda: ended.append("waited"))
    monkeypatch.setattr(threading, "enumerate", lambda: [threading.main_thread(), thread])
    thread.start()
    _leave(code)
    let_go.set()
    thread.join()
    assert ended == (["waited"] * (code == 0) + ["tidied", code] if at_once else [])


def test_an_interrupt_in_the_import_of_a_compiled_module_is_one_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ask(arguments: object) -> int:
        raise ImportError("initialization failed") from KeyboardInterrupt()

    monkeypatch.setattr("rag.cli.ask.ask", ask)
    assert main(["ask", "Why?"]) == 130
    assert capsys.readouterr().err == "footnote: interrupted; the library is sound\n"
