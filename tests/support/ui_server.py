"""Starts the page in a process of its own, and speaks to it by plain HTTP; for tests."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def served(script, folder, *rest):
    """Give the port at which `tests/SCRIPT` serves a library."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    command = [
        sys.executable,
        str(ROOT / "tests" / "support" / script),
        str(folder),
        str(port),
        *rest,
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder.parent)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, cwd=ROOT) as server:
        for _ in range(600):
            assert server.poll() is None, "the server stopped"
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
        server.stdin.close()
        server.wait(timeout=20)


def send(port, method, path, headers=(), body=None):
    """Send one request; return the answer's status, headers and text."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.sock = socket.create_connection(("127.0.0.1", port))
    connection.request(method, path, body=body, headers=dict(headers))
    with connection.getresponse() as response:
        found = response.status, response.headers, response.read().decode("utf-8", "replace")
    connection.close()
    return found


def join(port, events, *, name=""):
    """Send events to listeners as any program can, all at once; return all that is told of them.

    Each event is the number of its listener, its data, and what the event itself says.
    """
    session = f"s{time.monotonic_ns()}"
    kind, joined, refused = {"Content-Type": "application/json"}, 0, ""
    for function, data, event in events:
        told = {"fn_index": function, "data": data, "session_hash": session, "event_data": event}
        status, _, text = send(
            port, "POST", f"{name}/gradio_api/queue/join", kind, json.dumps(told)
        )
        joined += status == 200
        refused += "" if status == 200 else f"{status} {text}"
    if not joined:
        return refused
    return refused + send(port, "GET", f"{name}/gradio_api/queue/data?session_hash={session}")[2]


def listeners(port, name=""):
    """Return number and count of inputs of each listener that runs on the server."""
    config = json.loads(send(port, "GET", f"{name}/config")[2])
    return [(one["id"], len(one["inputs"])) for one in config["dependencies"] if one["backend_fn"]]
