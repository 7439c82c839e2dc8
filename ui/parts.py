"""Makes the parts of the page: an empty element, the script that draws it, styles and fonts."""

import re
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from rag import FootnoteError
from rag.internal import data_file, data_text
from ui.guard import ASKER, OWNER, is_from_here, user_of

if TYPE_CHECKING:
    import gradio as gr
    from starlette.routing import Mount


Sent = Mapping[str, Any]
"""What a script, or whoever speaks its protocol, sent with an event; nothing in it is certain."""
Value = dict[str, Any]
"""What a script draws: JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sent an event, as the server knows it."""

    owner: bool = False
    """Whether who uses this machine sent it, to a page that nobody else is meant to reach."""
    user: str = ""
    """Who logged in; empty where nobody has to."""
    address: str = ""

    @property
    def is_known(self) -> bool:
        """Whether what is kept of this sender's is found by nobody else."""
        return self.owner or bool(self.user)


NOBODY = Sender()
_HALVES = re.compile("[\ud800-\udfff]")
"""Of surrogate pairs, as a browser sends an emoji that was cut."""
_LARGEST = 2**53
"""Beyond it no browser counts, and no answer that repeats a number can be sent."""
QUIET: dict[str, Any] = {
    "api_visibility": "private",
    "show_progress": "hidden",
    "trigger_mode": "multiple",
}
"""How listeners are added: in no list of endpoints, without greying out what they update, and heard
each time. By itself Gradio drops an event, unsaid, while an earlier one of its kind still runs."""
_STYLES = (
    "page.css",
    "ask.css",
    "source.css",
    "answer.css",
    "rail.css",
    "desk.css",
    "library.css",
    "evaluation.css",
    "settings.css",
    "start.css",
    "print.css",
)
"""In this order: a later one may lean on an earlier one's colours."""
_BEFORE = {
    "log.js": ("answer.js", "again.js"),
    "pane.js": ("text.js",),
    "library.js": ("text.js",),
}
"""Scripts that a part's own is read after."""
_THEME = "document.documentElement.dataset.theme = localStorage.getItem('footnote-theme') || ''"
"""What was chosen before is there before anything is drawn."""


def part(name: str, *, elem_id: str = "", **more: Any) -> "gr.HTML":  # noqa: ANN401  # gr.HTML's own parameters
    """Return a part that `data/<name>.js` draws its values in.

    The template is constant, for what a template shows is compiled as a program; values reach the
    script as JSON, and it makes text nodes of them.
    """
    import gradio as gr

    offered = [_of_whole(function) for function in more.pop("server_functions", ())]
    return gr.HTML(
        {},
        elem_id=elem_id or name,
        html_template=f'<div class="{name}"></div>',
        js_on_load=script(f"{name}.js"),
        apply_default_css=False,
        **(more | {"server_functions": offered} if offered else more),
    )


def answering(act: Callable[[Sent], Value | None]) -> Callable[..., Value | None]:
    """Return a listener that hands on what was sent."""
    import gradio as gr

    def listener(event: gr.EventData) -> Value | None:
        with telling():
            return act(sent_with(event))

    return listener


def sentence(said: object) -> str:
    """Return what went wrong as a sentence of its own."""
    text = str(said)
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


@contextmanager
def telling() -> Iterator[None]:
    """Tell what is wrong with an event to who sent it, in one sentence, and nothing to the log.

    Every listener that names a library needs it: what a page names may be offered no more.
    """
    import gradio as gr

    try:
        yield
    except FootnoteError as error:
        raise gr.Error(sentence(error), print_exception=False) from error


def answering_sender(act: Callable[[Sent, Sender], Value | None]) -> Callable[..., Value | None]:
    """Return a listener as `answering` does, told also who sent it."""
    import gradio as gr

    def listener(event: gr.EventData, request: gr.Request) -> Value | None:
        with telling():
            return act(sent_with(event), _sender(request))

    return listener


def streaming(
    act: Callable[[Sent, Sender], AsyncGenerator[Value, None]],
) -> Callable[..., AsyncGenerator[Value, None]]:
    """Return a listener as `answering_sender` does, of values that end when it is cancelled."""
    import gradio as gr

    async def listener(event: gr.EventData, request: gr.Request) -> AsyncGenerator[Value, None]:
        with telling():
            async with aclosing(act(sent_with(event), _sender(request))) as values:
                async for value in values:
                    yield value

    return listener


def only_asks() -> bool:
    """Say whether the event that is answered now was sent by who may ask and read, no more.

    What changes anything asks this first; it is False outside of an event.
    """
    return _scope().get(ASKER) is True


def is_handed_on() -> bool:
    """Say whether the event that is answered now came through a proxy, or from elsewhere."""
    scope = _scope()
    return bool(scope) and not is_from_here(scope)


def asking() -> Sender:
    """Return who asks what is answered now, an event or a part's own function; else nobody."""
    scope = _scope()
    if not scope:
        return NOBODY
    address = (scope.get("client") or ("", 0))[0]
    return Sender(owner=scope.get(OWNER) is True, user=user_of(scope) or "", address=address)


def _scope() -> Mapping[str, Any]:
    """Return the ASGI scope of what is answered now, an event or a part's own function; or {}."""
    from gradio.context import LocalContext

    request = LocalContext.request.get(None)
    # For a part's own function Gradio keeps the request of the server, not one of its own.
    sender = getattr(request, "request", request)
    return {} if sender is None else sender.scope


def head() -> str:
    """Return what stands in the page's head: styles, light or dark, and what watches requests."""
    from eval import section_style

    # Not Gradio's `css_paths`: it rewrites style sheets and loses light and dark.
    styles = "\n".join((*map(_text, _STYLES), section_style("#evaluation")))
    theme = f"try {{ {_THEME} }} catch {{ }}"
    return f"<style>{styles}</style><script>{theme}\n{_text('reach.js')}</script>"


def fonts() -> "Mount":
    """Return the route `/fonts`: those that the evaluation's reports come with, and licences."""
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    return Mount("/fonts", StaticFiles(directory=data_file("eval", "reports/fonts")))


def _sender(request: "gr.Request") -> Sender:
    sent = request.request
    if sent is None:
        return NOBODY
    return Sender(
        owner=sent.scope.get(OWNER) is True,
        user=request.username or "",
        address=sent.client.host if sent.client else "",
    )


def sent_with(event: "gr.EventData") -> Sent:
    """Return what a script sent with its event; empty where that is no mapping.

    Half of a surrogate pair is U+FFFD, and a number beyond what a browser counts is None: an answer
    that repeats one cannot be sent, nor any after it.
    """
    sent: Sent = _whole(event._data) if isinstance(event._data, dict) else {}
    return sent


def script(name: str) -> str:
    """Return the script of a part, after the functions that all of them use."""
    return "\n".join(map(_text, ("dom.js", "token.js", *_BEFORE.get(name, ()), name)))


def _of_whole(act: Callable[[object], Value]) -> Callable[[object], Value]:
    """Return what a script calls, told what is sent as `sent_with` reads it."""

    @wraps(act)
    def called(wanted: object) -> Value:
        return act(_whole(wanted))

    return called


def _whole(sent: Any) -> Any:  # noqa: ANN401  # JSON
    if isinstance(sent, str):
        return _HALVES.sub("\ufffd", sent)
    if isinstance(sent, list):
        return [_whole(one) for one in sent]
    if isinstance(sent, dict):
        return {_whole(name): _whole(one) for name, one in sent.items()}
    if isinstance(sent, int | float) and not -_LARGEST <= sent <= _LARGEST:  # nor is NaN
        return None
    return sent


def _text(name: str) -> str:
    return data_text("ui", name)
