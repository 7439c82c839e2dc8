"""Serves the real page for the browser tests in a process that may reach no other machine.

Arguments: the library's folder and a port. All is real.
"""

import socket
import sys

from rag import Assistant, Settings
from ui import build_app
from ui.launch import launch

look_up = socket.getaddrinfo


def look_up_here(host, *rest, **named):
    assert host in ("127.0.0.1", "localhost", None), f"looked up {host!r}"
    return look_up(host, *rest, **named)


def main(folder, port):
    socket.getaddrinfo = look_up_here
    with Assistant.open(Settings(library=folder)) as assistant:
        launch(build_app(assistant), host="127.0.0.1", port=int(port))
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
