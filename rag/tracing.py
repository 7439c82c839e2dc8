"""Tells OpenTelemetry and LlamaIndex what is done and how much of it; with text only when asked to.

The spans are `retrieve`, `generate` and `verify`; their attributes are counts and seconds. Either
library is used only where the program has loaded it already: a question pays for no import.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llama_index.core.instrumentation.events import BaseEvent

_INSTRUMENTATION = "llama_index.core.instrumentation"

Attributes = dict[str, int | float | str]


@contextmanager
def span(name: str, *, text: str) -> Iterator[Attributes]:
    """Trace what is done in a `with` block; the caller puts counts into what it is given.

    Args:
        name: `retrieve`, `generate` or `verify`.
        text: What it is done for; empty where the settings do not ask for text in traces.
    """
    attributes: Attributes = {}
    began = time.time_ns()
    try:
        yield attributes
    except BaseException as error:
        attributes["error"] = type(error).__name__
        raise
    finally:
        if text:
            attributes["text"] = text
        ended = time.time_ns()
        attributes["seconds"] = (ended - began) / 1e9
        _to_opentelemetry(name, attributes, began, ended)
        _to_llama_index(name, attributes)


def _to_opentelemetry(name: str, attributes: Attributes, began: int, ended: int) -> None:
    if "opentelemetry.trace" not in sys.modules:
        return
    from opentelemetry import trace

    told = trace.get_tracer("footnote").start_span(
        f"footnote.{name}",
        start_time=began,
        attributes={f"footnote.{key}": value for key, value in attributes.items()},
    )
    if "error" in attributes:
        told.set_status(trace.StatusCode.ERROR, str(attributes["error"]))
    told.end(end_time=ended)


def _to_llama_index(name: str, attributes: Attributes) -> None:
    if _INSTRUMENTATION in sys.modules:
        from llama_index_instrumentation import get_dispatcher

        get_dispatcher("footnote").event(_event()(name=name, attributes=attributes))


@cache
def _event() -> "Callable[..., BaseEvent]":
    """Return the class of our events; made here, since its base is LlamaIndex's."""
    from llama_index.core.instrumentation.events import BaseEvent

    class FootnoteEvent(BaseEvent):
        """What Footnote did: `retrieve`, `generate` or `verify`, and how much of it."""

        name: str
        attributes: dict[str, Any]

        @classmethod
        def class_name(cls) -> str:
            """Return the name that handlers tell events by."""
            return "FootnoteEvent"

    return FootnoteEvent
