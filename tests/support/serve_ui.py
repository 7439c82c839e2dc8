"""Serves the real page for the browser tests in a process that may reach no other machine."""

import socket

from rag import Assistant, Settings
from rag.testing import ScriptedAnswerer, ScriptedModel
from ui import build_app
from ui.app import launch
from ui.articles import Libraries
from ui.chat.start import Introducing
from ui.guard import load_users

look_up = socket.getaddrinfo


def look_up_here(host, *rest, **named):
    assert host in ("127.0.0.1", "localhost", None), f"looked up {host!r}"
    return look_up(host, *rest, **named)


def asked_itself(url):
    """Fail: where the answer takes Gradio too long, it gives up, with a traceback."""
    raise AssertionError(f"the server asks itself for {url}")


def main(
    folder,
    port,
    *,
    until,
    replies=(),
    pause=0.0,
    drafts=(),
    span=None,
    short=None,
    others=(),
    users=None,
):
    """Serve a library at a port until told to end.

    Answers are real but where they are scripted: the replies of a model with the pause before each
    word, or the sentences of an answerer. Other libraries may be chosen, each a folder beside it.
    """
    from gradio import networking

    socket.getaddrinfo = look_up_here
    networking.url_ok = asked_itself
    scripted = {}
    if replies:
        scripted["model"] = ScriptedModel(*replies, pause=pause)
    if drafts:
        scripted["answerer"] = ScriptedAnswerer(*drafts, span=span, short=short)
        # What is made of its answers would be kept in a library that other tests share.
        Introducing.begin = lambda self: None
    with Assistant.open(Settings(library=folder), **scripted) as assistant:
        beside = {name: Settings(library=folder.with_name(name)) for name in others}
        libraries = Libraries(assistant, name=folder.name, others=beside)
        app = build_app(assistant, libraries=libraries)
        known = None if users is None else load_users(users)
        launch(app, host="127.0.0.1", port=port, users=known)
        until()
        app.close(verbose=False)
        libraries.close()
