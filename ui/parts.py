"""Makes the parts of the page: an empty element, the script that draws it, and its listeners."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from ui import assets

if TYPE_CHECKING:
    import gradio as gr

Sent = Mapping[str, Any]
"""What a script, or whoever speaks its protocol, sent with an event; nothing in it is certain."""
Value = dict[str, Any]
"""What a script draws: JSON."""
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
"""How listeners are added: in no list of endpoints, and without greying out what they update."""


def part(name: str, **more: Any) -> "gr.HTML":  # noqa: ANN401  # gr.HTML's own parameters
    """Return a part that `data/<name>.js` draws its values in.

    The template is constant, for what a template shows is compiled as a program; values reach the
    script as JSON, and it makes text nodes of them.
    """
    import gradio as gr

    return gr.HTML(
        {},
        elem_id=name,
        html_template=f'<div class="{name}"></div>',
        js_on_load=assets.script(f"{name}.js"),
        apply_default_css=False,
        **more,
    )


def answering(act: Callable[[Sent], Value | None]) -> Callable[..., Value | None]:
    """Return a listener that hands on what was sent."""
    import gradio as gr

    def listener(event: gr.EventData) -> Value | None:
        return act(_sent(event))

    return listener


def streaming(
    act: Callable[[Sent], AsyncGenerator[Value, None]],
) -> Callable[..., AsyncGenerator[Value, None]]:
    """Return a listener as `answering` does, of values that end when it is cancelled."""
    import gradio as gr

    async def listener(event: gr.EventData) -> AsyncGenerator[Value, None]:
        async with aclosing(act(_sent(event))) as values:
            async for value in values:
                yield value

    return listener


def _sent(event: "gr.EventData") -> Sent:
    return event._data if isinstance(event._data, dict) else {}
