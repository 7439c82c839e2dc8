"""Serves Footnote to other programs from a thread, for the tests of what they are answered."""

import json
import threading
import time
from contextlib import contextmanager

import uvicorn
from ui_server import send

from rag import Article, Settings
from rag.testing import ScriptedAnswerer, open_assistant
from ui.guard import known_hosts
from ui.limits import Hurried
from ui.serve import Service

CHAT = "/v1/chat/completions"
QUESTION = {"role": "user", "content": "Is the bridge closed?"}
TEXT = "The bridge over the Lind is closed. It has 40 lamps."


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


class Waiting(ScriptedAnswerer):
    """Answers a question that holds `wait` only once it is let go."""

    def __init__(self):
        super().__init__("The bridge over the Lind is closed.")
        self.go = threading.Event()

    def draft(self, question, hits):
        if "wait" in question.text:
            assert self.go.wait(timeout=20)
        return super().draft(question, hits)


def opened(folder, **named):
    assistant = open_assistant(Settings(library=folder, seeds=False), **named)
    article = Article(source="https://lind.example/bridge", title="The bridge", text=TEXT)
    assistant.library.add_articles([article])
    return assistant


def post(port, value, path=CHAT, **headers):
    body = value if isinstance(value, bytes) else json.dumps(value)
    status, _, text = send(port, "POST", path, headers, body)
    return status, json.loads(text)


def asking(*messages, **more):
    return {"model": "footnote", "messages": list(messages), **more}
