"""Serves the real page for the browser tests in a process that may reach no other machine.

Arguments: the library's folder, a port, and a JSON file of a scripted model's replies and pause, if
a model is to answer. All else is real.
"""

import json
import socket
import sys
from pathlib import Path

from rag import Assistant, Settings
from rag.testing import ScriptedModel
from ui import build_app
from ui.launch import launch

look_up = socket.getaddrinfo


def look_up_here(host, *rest, **named):
    assert host in ("127.0.0.1", "localhost", None), f"looked up {host!r}"
    return look_up(host, *rest, **named)


def main(folder, port, script=None):
    socket.getaddrinfo = look_up_here
    model = None
    if script is not None:
        told = json.loads(Path(script).read_text(encoding="utf-8"))
        model = ScriptedModel(*told["replies"], pause=told["pause"])
    with Assistant.open(Settings(library=folder), model=model) as assistant:
        launch(build_app(assistant), host="127.0.0.1", port=int(port))
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
