"""Builds the page, its bar and its tabs, and serves it, to this machine unless users log in."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from rag import Assistant, MisuseError, OperationError
from rag.internal import conversations_here, data_file
from ui import api, evaluation, library, settings
from ui.articles import Libraries
from ui.chat import ask_tab
from ui.chat.ask_tab import Room
from ui.gradio_fixes import Frontend, OneStream, Pace, tell_all
from ui.guard import LOOPBACK, App, Guard, Roles, Users, WholeText, known_hosts
from ui.limits import MOST_CONNECTIONS, MOST_FILE, BodyLimit, LoginLimit, Unhurried
from ui.parts import QUIET, Sent, Value, answering, fonts, head, only_asks, part

if TYPE_CHECKING:
    import gradio as gr


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What goes on behind a page, kept with its app for the server that is started with it."""

    pace: Pace
    begin: Callable[[], None]
    """Has the first library seeded and introduced; nobody waits for it."""


_BEHIND = "footnote_behind"
"""Where an app keeps that."""


_AT_ONCE = 4
"""Events handled at the same time; more wait their turn, too many are told to come back."""
_WAITING = 32
_CLEANED_SECONDS, _KEPT_SECONDS = 3600, 86_400
"""How often Gradio's folder of files is cleaned, and how old a file gets."""
_LOOKING_SECONDS = 0.2
_FIRST_PORT, _LAST_PORT = 7860, 7959
"""Ports that Gradio tries when none is named."""


def build_app(assistant: Assistant, *, libraries: Libraries | None = None) -> "gr.Blocks":
    """Return the page as a Gradio app; `ui.app` adds its style and guards.

    Nothing is asked of the assistant before the page is opened in a browser. Every tab is built by
    a `build` of its own, called inside its `gr.Tab`; no listener of theirs is public, and
    each takes any input, for private ones answer plain HTTP too.

    Args:
        assistant: What answers, and what programs ask.
        libraries: What a visitor may choose from, the assistant's first; None: there is no choice.
    """
    import gradio as gr

    app = gr.Blocks(
        title="Footnote",
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(_CLEANED_SECONDS, _KEPT_SECONDS),
    )
    offered = libraries or Libraries(assistant)
    kept = conversations_here() if assistant.settings.history else None
    pace = Pace()
    room = offered.each(partial(Room, store=kept, pace=pace))
    with app:
        api.build(assistant)  # first, so that no listener takes the names of the endpoints
        bar = part("bar")
        bar.open(answering(partial(_bar, offered)), None, bar, **QUIET)
        with gr.Tabs(elem_id="nav"):
            with gr.Tab("Ask", id="ask"):
                ask_tab.build(offered, room=room)
            with gr.Tab("Library", id="library") as tab, gr.Column(elem_classes="page"):
                library.build(offered, app=app, tab=tab, bar=bar)
            with gr.Tab("Evaluation", id="evaluation") as tab, gr.Column(elem_classes="page"):
                evaluation.build(offered, tab=tab, bar=bar)
            with gr.Tab("Settings", id="settings"), gr.Column(elem_classes="page"):
                settings.build(lambda sent: room(sent).choosing)
    # Mounted in another server, Gradio takes an app as not launched, and then reads any file that a
    # request names.
    app.has_launched = True
    vars(app)[_BEHIND] = Behind(pace=pace, begin=lambda: room({}).chat.start.begin())
    tell_all(app)
    app.queue(default_concurrency_limit=_AT_ONCE, max_size=_WAITING, api_open=False)
    return app


def _bar(libraries: Libraries, sent: Sent) -> Value:
    """Return what the bar shows: the libraries to choose from, and which one the page asks."""
    names = libraries.names
    chosen = sent.get("library") if sent.get("library") in names else names[0]
    if len(names) < 2:
        return {"asks": only_asks()}
    counted = [[name, libraries.count(name)] for name in names]
    return {"asks": only_asks(), "libraries": counted, "library": chosen}


def serve(
    assistant: Assistant,
    *,
    libraries: Libraries | None = None,
    host: str,
    port: int | None,
    users: Users | None = None,
    names: Sequence[str] = (),
    proxies: Sequence[str] = (),
    mcp: bool = False,
) -> None:
    """Serve the page until it is interrupted or told to end.

    Args:
        assistant: What answers, and what programs ask.
        libraries: What a visitor may choose from; None: there is no choice.
        host: Address to listen on: one of `ui.guard.LOOPBACK`, or any with users.
        port: 1 to 65535; None takes the first free one from 7860.
        users: Who may log in; None for no login.
        names: Host names under which other machines reach the page.
        proxies: Addresses of those that hand requests on and may say for whom; what others say
            of that is not believed.
        mcp: Whether MCP clients are answered too.

    Raises:
        MisuseError: Others could reach the page without a login, or `mcp` is not installed or
            goes with users.
        OperationError: The port is taken.
    """
    _require(host, users=users, mcp=mcp)
    app = build_app(assistant, libraries=libraries)
    url = launch(app, host=host, port=port, users=users, names=names, proxies=proxies, mcp=mcp)
    try:
        with _listening() as told:
            print(f"Footnote is at {url} (Ctrl+C stops it)", flush=True)  # noqa: T201
            api.read_again_behind(assistant)
            _behind(app).begin()
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
    proxies: Sequence[str] = (),
    mcp: bool = False,
) -> str:
    """Start a server in a thread of its own and return the address of the page.

    Arguments and errors are those of `serve`.
    """
    _require(host, users=users, mcp=mcp)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before Gradio reads it, to ask nobody
    try:
        with _own_server(app, proxies):
            _, url, _ = app.launch(
                server_name=host,
                server_port=port,
                mcp_server=mcp,
                auth=users.may_enter if users else None,
                app_kwargs=_server(host, names, users=users),
                **_always(),
            )
    except OSError as error:
        raise OperationError(_taken(host, port)) from error
    return url


def _behind(app: "gr.Blocks") -> Behind:
    found: Behind = vars(app)[_BEHIND]
    return found


@contextmanager
def _own_server(page: "gr.Blocks", proxies: Sequence[str]) -> Iterator[None]:
    """Set up the server that Gradio starts: `launch` hands none of this on."""
    import uvicorn
    from gradio import http_server

    def config(app: App, **more: Any) -> uvicorn.Config:  # noqa: ANN401  # Gradio's own
        return uvicorn.Config(
            Frontend(app, page.config, pace=_behind(page).pace),
            **more,
            http=Unhurried,
            limit_concurrency=MOST_CONNECTIONS,
            proxy_headers=bool(proxies),
            forwarded_allow_ips=[*proxies],
        )

    theirs = vars(http_server)
    before = theirs["uvicorn"]
    theirs["uvicorn"] = SimpleNamespace(Config=config, Server=uvicorn.Server)
    try:
        yield
    finally:
        theirs["uvicorn"] = before


def _server(host: str, names: Sequence[str], *, users: Users | None) -> dict[str, Any]:
    """Return the arguments of the server itself: its guards, its fonts, and no pages about it."""
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    guards = [
        Middleware(TrustedHostMiddleware, allowed_hosts=known_hosts(host, names)),
        Middleware(Guard, alone=host in LOOPBACK and not users and not names),
        *([Middleware(Roles, users=users)] if users else []),
        Middleware(BodyLimit),
        Middleware(WholeText),
        Middleware(LoginLimit),
        Middleware(OneStream),
    ]
    off = dict.fromkeys(("docs_url", "redoc_url", "openapi_url"))
    return {"middleware": guards, "routes": [fonts()], **off}


def _always() -> dict[str, Any]:
    """Return the arguments that are the same wherever the page is served."""
    import gradio as gr

    return {
        "prevent_thread_lock": True,
        # Else Gradio asks itself for the page, and gives up where a busy machine takes 3 s for it.
        "_frontend": False,
        "quiet": True,
        "share": False,
        "inbrowser": False,
        "show_error": False,
        "ssr_mode": False,
        "pwa": False,
        "enable_monitoring": False,
        "run_history": False,
        "footer_links": [],
        "max_file_size": MOST_FILE,
        "state_session_capacity": 200,
        "theme": gr.themes.Base(font=["ui-sans-serif", "system-ui", "sans-serif"]),
        # Not `css_paths`: Gradio rewrites that style sheet and loses its light and dark.
        "head": head(),
        "favicon_path": data_file("ui", "favicon.svg"),
    }


def _require(host: str, *, users: Users | None, mcp: bool) -> None:
    if host not in LOOPBACK and not users:
        raise MisuseError(
            f"--host {host!r} would let anyone who reaches this machine read your articles: name a "
            "file of users with --auth FILE, or leave --host at 127.0.0.1"
        )
    if mcp and users:
        raise MisuseError("--mcp does not go with --auth: MCP clients cannot log in")
    if mcp and find_spec("mcp") is None:
        raise MisuseError(f"--mcp needs a package more: {api.MCP_EXTRA}")


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
