"""Serves the page in a process of its own, and speaks to it by plain HTTP; for tests."""

import http.client
import json
import os
import socket
import time
from contextlib import contextmanager
from importlib import import_module

import forks

_SECONDS = 60


def _serve(script, ended, folder, port, options):
    import_module(script).main(folder, port, until=ended.wait, **options)


@contextmanager
def served(script, folder, *, at=0, **options):
    """Give the port at which `main` of `tests/support/SCRIPT.py` serves a library; 0 takes any."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", at))
        port = taken.getsockname()[1]
    ended = forks.CONTEXT.Event()
    environment = {**os.environ, "HOME": str(folder.parent)}
    server = forks.start(_serve, script, ended, folder, port, options, environment=environment)
    try:
        _wait_for(server, port)
        yield port
        ended.set()
        server.join(timeout=_SECONDS)
        assert server.exitcode == 0
    finally:
        server.kill()
        server.join()
        server.close()


def _wait_for(server, port):
    until = time.monotonic() + _SECONDS
    while True:
        assert server.is_alive(), "the server stopped"
        assert time.monotonic() < until, "the server did not come up"
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        server.join(timeout=0.02)


def send(port, method, path, headers=(), body=None):
    """Send one request; return the answer's status, headers and text."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.sock = socket.create_connection(("127.0.0.1", port))
    connection.request(method, path, body=body, headers=dict(headers))
    with connection.getresponse() as response:
        found = response.status, response.headers, response.read().decode("utf-8", "replace")
    connection.close()
    return found


def join(port, events, *, name="", headers=()):
    """Send events to listeners as any program can, all at once; return all that is told of them.

    Each event is the number of its listener, its data, and what the event itself says.
    """
    session = f"s{time.monotonic_ns()}"
    kind, joined, refused = {"Content-Type": "application/json", **dict(headers)}, 0, ""
    for function, data, event in events:
        told = {"fn_index": function, "data": data, "session_hash": session, "event_data": event}
        status, _, text = send(
            port, "POST", f"{name}/gradio_api/queue/join", kind, json.dumps(told)
        )
        joined += status == 200
        refused += "" if status == 200 else f"{status} {text}"
    if not joined:
        return refused
    path = f"{name}/gradio_api/queue/data?session_hash={session}"
    return refused + send(port, "GET", path, headers)[2]


def listeners(port, name="", headers=(), events=None):
    """Return number and count of inputs of each listener that runs on the server.

    Where events are named, those of the others are left out.
    """
    config = json.loads(send(port, "GET", f"{name}/config", headers)[2])
    return [
        (one["id"], len(one["inputs"]))
        for one in config["dependencies"]
        if one["backend_fn"]
        and (events is None or {event for _, event in one["targets"]} & set(events))
    ]


def part(name, content):
    """Return one file of an upload, as it is sent."""
    head = f'--x\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    return head.encode() + content + b"\r\n"


def upload(port, *parts, headers=()):
    """Send files; return the answer's status, headers and text."""
    kind = {"Content-Type": "multipart/form-data; boundary=x", **dict(headers)}
    return send(port, "POST", "/gradio_api/upload", kind, b"".join(parts) + b"--x--\r\n")
