"""The local log of questions, off unless a setting switches it on: what was asked, how it went."""

import json
import logging
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rag.settings import Settings
from rag.types import Answer, Status

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
    """
    path = question_log(settings)
    if path is None or not path.exists():
        return ()
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
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
