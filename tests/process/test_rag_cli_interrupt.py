"""Ctrl-C while a model is silent ends the command at once."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from wire_server import Served, WireServer

import rag
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
    assert time.monotonic() - began < 5


def test_an_interrupt_in_the_import_of_a_compiled_module_is_one_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ask(arguments: object) -> int:
        raise ImportError("initialization failed") from KeyboardInterrupt()

    monkeypatch.setattr("rag.cli.ask.ask", ask)
    assert main(["ask", "Why?"]) == 130
    assert capsys.readouterr().err == "footnote: interrupted; the library is sound\n"
