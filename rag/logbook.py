"""What is told of questions beside their answers: a local log, and spans for tracing.

The log is off unless a setting switches it on: what was asked, how it went. Spans tell
OpenTelemetry and LlamaIndex what is done and how much of it, with text only when asked to; they are
`retrieve`, `generate` and `verify`, their attributes counts and seconds. Either library is used
only where the program has loaded it already: a question pays for no import.
"""

import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.data_files import read_named
from index.errors import OperationError
from rag.settings import Settings
from rag.types import Answer, Status

if TYPE_CHECKING:
    from llama_index.core.instrumentation.events import BaseEvent

_LOGGER = logging.getLogger("footnote")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedQuestion:
    """A question that was asked; its answer's text is not kept."""

    question: str
    """As it was searched: a follow-up in full."""
    status: Status
    confidence: float
    asked_at: str
    """UTC, ISO 8601, to the second."""


def question_log(settings: Settings) -> Path | None:
    """Return the log's file: beside the library, or where the setting says; None if it is off."""
    if settings.log is True:
        return settings.beside.with_name(f"{settings.beside.name}.questions.jsonl")
    return settings.log or None


def log_question(answer: Answer, settings: Settings) -> None:
    """Add a finished answer's question to the log, readable by its owner only, if that is on.

    A log that cannot be written never costs an answer: a warning goes to the logger `footnote`.
    """
    path = question_log(settings)
    if path is None:
        return
    row = {
        "question": answer.searched or answer.question,
        "status": answer.status,
        "confidence": round(answer.confidence, 4),
        "asked_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    line = (json.dumps(row) + "\n").encode("ascii")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # One write to a file opened for appending is not torn by another process's.
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)
    except OSError as error:
        _LOGGER.warning("the question log %r cannot be written: %s", str(path), error)


def logged_questions(settings: Settings) -> tuple[LoggedQuestion, ...]:
    """Return the logged questions, oldest first; empty where the log is off or not there.

    Lines that are no entries, such as one cut short by a full disk, are passed over.

    Raises:
        OperationError: The log cannot be read.
    """
    path = question_log(settings)
    if path is None or not path.exists():
        return ()
    try:
        lines = read_named(path).decode("utf-8", "replace").splitlines()
    except OSError as error:
        raise OperationError(
            f"the question log {str(path)!r} cannot be read ({error.strerror}): mend that, or "
            "remove it"
        ) from error
    return tuple(entry for entry in map(_entry, lines) if entry)


def _entry(line: str) -> LoggedQuestion | None:
    try:
        row = json.loads(line)
        return LoggedQuestion(
            question=str(row["question"]),
            status="answered" if row["status"] == "answered" else "abstained",
            confidence=float(row["confidence"]),
            asked_at=str(row["asked_at"]),
        )
    except (ValueError, KeyError, TypeError):
        return None


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
