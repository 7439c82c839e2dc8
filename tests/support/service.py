"""Serves Footnote to other programs from a thread, for the tests of what they are answered."""

import threading
import time
from contextlib import contextmanager

import uvicorn

from ui.guard import known_hosts
from ui.limits import Hurried
from ui.serve import Service


@contextmanager
def service(assistant, *, keys=(), names=(), http=Hurried, **more):
    """Give the port at which the programs' server answers for an assistant."""
    app = Service(assistant, keys=keys, hosts=known_hosts("127.0.0.1", names), **more)
    config = uvicorn.Config(
        app,
        port=0,
        http=http,
        lifespan="off",
        ws="none",
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server stopped"
            time.sleep(0.01)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
