"""Serves the page behind its guards, to this machine unless users log in; see `ui.page`."""

import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from rag import MisuseError, OperationError
from ui.assets import fonts, head
from ui.page import build_app
from ui.server.guard import Guard
from ui.server.limits import MOST_FILE, BodyLimit, LoginLimit
from ui.server.users import may_enter

if TYPE_CHECKING:
    import gradio as gr

    from rag import Assistant

Users = Mapping[str, str]
"""Password by name."""

LOOPBACK = ("127.0.0.1", "localhost")
_ANY = ("", "0.0.0.0", "::")
"""Addresses that listen everywhere; no name of a host."""
_LOOKING_SECONDS = 0.2
_FOLDER = Path(__file__).parent
_FIRST_PORT, _LAST_PORT = 7860, 7959
"""Ports that Gradio tries when none is named."""


def serve(
    assistant: "Assistant",
    *,
    host: str,
    port: int | None,
    users: Users | None = None,
    names: Sequence[str] = (),
    mcp: bool = False,
) -> None:
    """Serve the page until it is interrupted or told to end.

    Args:
        assistant: What answers.
        host: Address to listen on: one of `LOOPBACK`, or any with users.
        port: 1 to 65535; None takes the first free one from 7860.
        users: Who may log in; None for no login.
        names: Host names under which other machines reach the page.
        mcp: Whether MCP clients are answered too.

    Raises:
        MisuseError: Others could reach the page without a login, or `mcp` is not installed or
            goes with users.
        OperationError: The port is taken.
    """
    _require(host, users=users, mcp=mcp)
    app = build_app(assistant)
    url = launch(app, host=host, port=port, users=users, names=names, mcp=mcp)
    try:
        with _listening() as told:
            print(f"Footnote is at {url} (Ctrl+C stops it)", flush=True)  # noqa: T201
            while not told:
                time.sleep(_LOOKING_SECONDS)
    finally:
        app.close(verbose=False)


def launch(
    app: "gr.Blocks",
    *,
    host: str,
    port: int | None,
    users: Users | None = None,
    names: Sequence[str] = (),
    mcp: bool = False,
) -> str:
    """Start a server in a thread of its own and return the address of the page.

    Arguments and errors are those of `serve`.
    """
    _require(host, users=users, mcp=mcp)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before Gradio reads it, to ask nobody
    import gradio as gr
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    known = [*LOOPBACK, host, socket.gethostname(), *names]
    guards = [
        Middleware(TrustedHostMiddleware, allowed_hosts=[n for n in known if n not in _ANY]),
        Middleware(Guard),
        Middleware(BodyLimit),
        Middleware(LoginLimit),
    ]
    try:
        _, url, _ = app.launch(
            server_name=host,
            server_port=port,
            prevent_thread_lock=True,
            quiet=True,
            share=False,
            inbrowser=False,
            show_error=False,
            ssr_mode=False,
            mcp_server=mcp,
            auth=partial(may_enter, users) if users else None,
            pwa=False,
            enable_monitoring=False,
            run_history=False,
            footer_links=[],
            max_file_size=MOST_FILE,
            state_session_capacity=200,
            app_kwargs={
                "middleware": guards,
                "routes": [fonts()],
                "docs_url": None,
                "redoc_url": None,
                "openapi_url": None,
            },
            theme=gr.themes.Base(font=["ui-sans-serif", "system-ui", "sans-serif"]),
            # Not `css_paths`: Gradio rewrites that style sheet and loses its light and dark.
            head=head(),
            favicon_path=_FOLDER / "data" / "favicon.svg",
        )
    except OSError as error:
        raise OperationError(_taken(host, port)) from error
    return url


def _require(host: str, *, users: Users | None, mcp: bool) -> None:
    if host not in LOOPBACK and not users:
        raise MisuseError(
            f"--host {host!r} would let anyone who reaches this machine read your articles: name a "
            "file of users with --auth FILE, or leave --host at 127.0.0.1"
        )
    if mcp and users:
        raise MisuseError("--mcp does not go with --auth: MCP clients cannot log in")
    if mcp and find_spec("mcp") is None:
        raise MisuseError('--mcp needs a package more: run `pip install "footnote[mcp]"`')


@contextmanager
def _listening() -> Iterator[list[int]]:
    """Collect Ctrl+C and SIGTERM, so that the private folder is removed at either.

    No exception: one raised while a finalizer runs gets lost.
    """
    told: list[int] = []
    ends = (signal.SIGINT, signal.SIGTERM)
    before = [(end, signal.signal(end, lambda number, _: told.append(number))) for end in ends]
    try:
        yield told
    finally:
        for end, handler in before:
            signal.signal(end, handler)


def _taken(host: str, port: int | None) -> str:
    if port is None:
        return (
            f"every port of {host} from {_FIRST_PORT} to {_LAST_PORT} is taken: name another "
            "with --port"
        )
    return f"port {port} of {host} is taken or not yours to use: name another with --port"
