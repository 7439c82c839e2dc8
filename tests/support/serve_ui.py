"""Serves the real page for the browser tests in a process that may reach no other machine.

Arguments: the library's folder, a port, and a JSON file if answers are scripted: the replies of a
model with the pause before each word, or the sentences of an answerer. All else is real.
"""

import json
import socket
import sys
from pathlib import Path

from rag import Assistant, Settings
from rag.testing import ScriptedAnswerer, ScriptedModel
from ui import build_app
from ui.app import launch

look_up = socket.getaddrinfo


def look_up_here(host, *rest, **named):
    assert host in ("127.0.0.1", "localhost", None), f"looked up {host!r}"
    return look_up(host, *rest, **named)


def main(folder, port, script=None):
    socket.getaddrinfo = look_up_here
    told = {} if script is None else json.loads(Path(script).read_text(encoding="utf-8"))
    scripted = {}
    if told.get("replies"):
        scripted["model"] = ScriptedModel(*told["replies"], pause=told["pause"])
    if told.get("drafts"):
        scripted["answerer"] = ScriptedAnswerer(*told["drafts"], span=told["span"])
    with Assistant.open(Settings(library=folder), **scripted) as assistant:
        launch(build_app(assistant), host="127.0.0.1", port=int(port))
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
