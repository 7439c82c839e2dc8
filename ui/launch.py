"""Serves the page on this machine only, behind the guard; the page itself is in `ui.page`."""

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rag import MisuseError, OperationError
from ui.assets import styles
from ui.guard import Guard
from ui.page import build_app

if TYPE_CHECKING:
    import gradio as gr

    from rag import Assistant

LOOPBACK = ("127.0.0.1", "localhost")
_LOOKING_SECONDS = 0.2
_FOLDER = Path(__file__).parent
_FIRST_PORT, _LAST_PORT = 7860, 7959
"""Ports that Gradio tries when none is named."""


def serve(assistant: "Assistant", *, host: str, port: int | None) -> None:
    """Serve the page until Ctrl+C is pressed.

    Args:
        assistant: What answers.
        host: One of `LOOPBACK`.
        port: 1 to 65535; None takes the first free one from 7860.

    Raises:
        MisuseError: The host is not this machine alone.
        OperationError: The port is taken.
    """
    require_loopback(host)
    _be_private()
    app = build_app(assistant)
    url = launch(app, host=host, port=port)
    print(f"Footnote is at {url} (Ctrl+C stops it)", flush=True)  # noqa: T201
    try:
        _wait_for_interrupt()
    finally:
        app.close(verbose=False)


def launch(app: "gr.Blocks", *, host: str, port: int | None) -> str:
    """Start a server in a thread of its own and return the address of the page.

    Raises:
        MisuseError: The host is not this machine alone.
        OperationError: The port is taken.
    """
    require_loopback(host)
    _be_private()
    import gradio as gr
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    guards = [Middleware(TrustedHostMiddleware, allowed_hosts=list(LOOPBACK)), Middleware(Guard)]
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
            mcp_server=False,
            pwa=False,
            enable_monitoring=False,
            run_history=False,
            footer_links=[],
            max_file_size=1,
            state_session_capacity=200,
            app_kwargs={
                "middleware": guards,
                "docs_url": None,
                "redoc_url": None,
                "openapi_url": None,
            },
            theme=gr.themes.Base(font=["ui-sans-serif", "system-ui", "sans-serif"]),
            # Not `css_paths`: Gradio rewrites that style sheet and loses its light and dark.
            head=f"<style>{styles()}</style>",
            favicon_path=_FOLDER / "data" / "favicon.svg",
        )
    except OSError as error:
        raise OperationError(_taken(host, port)) from error
    return url


def require_loopback(host: str) -> None:
    """Refuse an address that other machines can reach.

    Raises:
        MisuseError: It is not one of `LOOPBACK`.
    """
    if host not in LOOPBACK:
        raise MisuseError(
            f"--host cannot be {host!r}: only {' and '.join(LOOPBACK)} are allowed, since there is "
            "no login yet and anyone who reaches the page can read your articles"
        )


def _wait_for_interrupt() -> None:
    """Return at the first Ctrl+C. No exception: one raised while a finalizer runs gets lost."""
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        while not pressed:
            time.sleep(_LOOKING_SECONDS)
    finally:
        signal.signal(signal.SIGINT, before)


def _be_private() -> None:
    """Keep Gradio, which reads this variable, from calling its makers."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"


def _taken(host: str, port: int | None) -> str:
    if port is None:
        return (
            f"every port of {host} from {_FIRST_PORT} to {_LAST_PORT} is taken: name another "
            "with --port"
        )
    return f"port {port} of {host} is taken or not yours to use: name another with --port"
