"""What a run keeps in files: finished cases, to be resumed, and replies, to be replayed offline."""

import asyncio
import hashlib
import json
import threading
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

import filelock

from eval.results import CaseResult, case_from_row, case_to_json
from eval.suites.files import read_objects
from rag import LanguageModel, MisuseError, ModelResponseError, OperationError
from rag.internal import READER_SHA256, read_named
from rag.types import Message, Reply

_WAIT = 60.0
"""Seconds to wait for another process that adds a reply."""


_BEGINNING = '{"suite": '
"""Of each line of a journal."""


class Journal:
    """The finished cases of a run over one or more suites, a line each; for one process.

    Use it as a context manager. A last line that was cut short by a crash is dropped.

    Raises:
        MisuseError: the file is no journal, or its folder does not exist.
        OperationError: another process uses the file, or it cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = filelock.FileLock(f"{path}.lock")
        self._file: TextIO | None = None
        self._done: dict[tuple[str, str], CaseResult] = {}
        self._runs: dict[str, str] = {}

    def __enter__(self) -> Self:
        if not self._path.parent.is_dir():
            raise MisuseError(f"journal {str(self._path)!r}: name a file in a folder that exists")
        try:
            self._lock.acquire(timeout=0)
        except filelock.Timeout as error:
            raise OperationError(
                f"journal {str(self._path)!r} is used by another run: wait for it or name another"
            ) from error
        try:
            self._read()
            self._file = self._path.open("a", encoding="utf-8")
        except OSError as error:
            self._lock.release()
            raise OperationError(
                f"journal {str(self._path)!r} cannot be used ({error.strerror}): name another"
            ) from error
        except MisuseError:
            self._lock.release()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file:
            self._file.close()
        self._lock.release()

    def begin(self, suite: str, fingerprint: Mapping[str, str]) -> None:
        """Say what a suite's run depends on.

        Raises:
            MisuseError: the file's earlier run of the suite depended on something else.
        """
        digest = hashlib.sha256(json.dumps(dict(fingerprint), sort_keys=True).encode()).hexdigest()
        if self._runs.setdefault(suite, digest) != digest:
            raise MisuseError(
                f"journal {str(self._path)!r} is of a run with other settings, articles or "
                f"questions of {suite!r}: remove it or name another"
            )
        self._write(json.dumps({"suite": suite, "run": digest}))

    def finished(self, suite: str, case_id: str) -> CaseResult | None:
        """Return a finished case's result; None where there is none."""
        return self._done.get((suite, case_id))

    def add(self, suite: str, case: CaseResult) -> None:
        """Keep a result."""
        self._write(f'{{"suite": {json.dumps(suite)}, "case": {case_to_json(case)}}}')

    def _write(self, line: str) -> None:
        if self._file is None:
            raise OperationError(f"journal {str(self._path)!r} is not open")
        self._file.write(line + "\n")
        self._file.flush()

    def _read(self) -> None:
        if not self._path.exists():
            return
        try:
            text = read_named(self._path).decode("utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            number = error.object.count(b"\n", 0, error.start) + 1
            raise self._foreign(number) from error
        whole = text[: text.rfind("\n") + 1]
        if text and not whole and not _BEGINNING.startswith(text[: len(_BEGINNING)]):
            raise self._foreign(1)  # and would be emptied
        for number, line in enumerate(whole.split("\n")[:-1], start=1):
            self._take(line, number)
        if whole != text:
            self._path.write_text(whole, encoding="utf-8")

    def _take(self, line: str, number: int) -> None:
        try:
            row = json.loads(line)
            if "run" in row:
                self._runs[row["suite"]] = row["run"]
            else:
                case = case_from_row(row["case"])
                self._done[row["suite"], case.id] = case
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise self._foreign(number) from error

    def _foreign(self, number: int) -> MisuseError:
        return MisuseError(f"{self._path}:{number}: not the journal of a run: name another file")


class RecordingModel:
    """Asks a model and adds each reply to a JSON Lines file; safe to share between threads.

    A line holds name, parameters and messages of the request, their digest, the reply, and the
    SHA-256 of the trained reader that chose what was sent; keys and headers are no part of these.
    Replies that the file has already are not asked for again; those that the reader of today would
    ask for too are written down anew under its name.

    Args:
        model: what is asked.
        path: the file, made at the first reply.

    Raises:
        MisuseError: the file is there and holds something else.
    """

    def __init__(self, model: LanguageModel, path: Path) -> None:
        self._model = model
        self._path = path
        self._writing = threading.Lock()
        found = _read(path) if path.exists() else []
        self._replies = {one.key: one.reply for one in found}
        self._current = {one.key for one in found if one.reader == READER_SHA256}

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def context_window(self) -> int:
        """The model's."""
        return self._model.context_window

    @property
    def parameters(self) -> Mapping[str, str | int | float]:
        """The model's."""
        return self._model.parameters

    def complete(self, messages: Sequence[Message]) -> Reply:
        """Return the model's reply, recorded; raises as the model does."""
        return self._known(messages) or self._keep(messages, self._model.complete(messages))

    async def acomplete(self, messages: Sequence[Message]) -> Reply:
        """Return the model's reply, recorded; raises as the model does."""
        known = self._known(messages)
        if known:
            return known
        reply = await self._model.acomplete(messages)
        return await asyncio.to_thread(self._keep, messages, reply)

    def stream(self, messages: Sequence[Message]) -> Iterator[str | Reply]:
        """Yield the model's pieces, then its reply, which is recorded once it is whole."""
        known = self._known(messages)
        if known:
            yield from (known.text, known)
            return
        for piece in self._model.stream(messages):
            yield self._keep(messages, piece) if isinstance(piece, Reply) else piece

    async def astream(self, messages: Sequence[Message]) -> AsyncIterator[str | Reply]:
        """Yield as `stream` does, without blocking the event loop."""
        known = self._known(messages)
        if known:
            yield known.text
            yield known
            return
        async for piece in self._model.astream(messages):
            if isinstance(piece, Reply):
                piece = await asyncio.to_thread(self._keep, messages, piece)
            yield piece

    def _known(self, messages: Sequence[Message]) -> Reply | None:
        key = request_key(self.name, self.parameters, messages)
        if key in self._replies and key not in self._current:
            self._keep(messages, self._replies[key])
        return self._replies.get(key)

    def _keep(self, messages: Sequence[Message], reply: Reply) -> Reply:
        key = request_key(self.name, self.parameters, messages)
        row = {
            "key": key,
            "model": self.name,
            "context_window": self.context_window,
            "parameters": dict(self.parameters),
            "messages": [asdict(message) for message in messages],
            "reply": asdict(reply),
            "reader": READER_SHA256,
        }
        line = json.dumps(row) + "\n"
        try:
            with (
                self._writing,
                filelock.FileLock(f"{self._path}.lock", timeout=_WAIT),
                self._path.open("a", encoding="utf-8") as file,
            ):
                file.write(line)
        except OSError as error:
            raise OperationError(
                f"the reply cannot be recorded in {str(self._path)!r} ({error}): name another file"
            ) from error
        self._replies[key] = reply
        self._current.add(key)
        return reply


class ReplayedModel:
    """Answers from a file that `RecordingModel` wrote, with no key and no network.

    Its replies count no request.

    Args:
        path: the file.
        model: name of the recorded model; may be None where the file holds one model only.

    Raises:
        MisuseError: the file cannot be read, holds no reply of the model, or those of several
            while none is named.
    """

    def __init__(self, path: Path, *, model: str | None = None) -> None:
        recorded = [one for one in _read(path) if model in (None, one.model)]
        names = sorted({one.model for one in recorded})
        if len(names) != 1:
            held = f"those of {', '.join(names)}: name one with --llm" if names else "no such reply"
            raise MisuseError(f"recording {str(path)!r} holds {held}")
        self.name = names[0]
        self.context_window = recorded[-1].context_window
        self.parameters: Mapping[str, str | int | float] = recorded[-1].parameters
        self._path = path
        self._replies = {one.key: one.reply for one in recorded}
        self.reader = recorded[-1].reader
        """SHA-256 of the trained reader that it was last recorded with; empty if it is not said."""

    def complete(self, messages: Sequence[Message]) -> Reply:
        """Return the recorded reply.

        Raises:
            ModelResponseError: there is none; the message names the command that records it.
        """
        reply = self._replies.get(request_key(self.name, self.parameters, messages))
        if reply is None:
            raise ModelResponseError(
                f"recording {str(self._path)!r} has no reply to this prompt{self._why()}: record "
                f"it with `footnote eval --llm {self.name} --record {self._path}`"
            )
        return replace(reply, requests=0, first_token_seconds=None)

    def _why(self) -> str:
        if self.reader == READER_SHA256:
            return ""
        return ", and was made with another trained reader, which may have chosen other passages"

    async def acomplete(self, messages: Sequence[Message]) -> Reply:
        """Return as `complete` does."""
        return self.complete(messages)

    def stream(self, messages: Sequence[Message]) -> Iterator[str | Reply]:
        """Yield the recorded text in one piece, then the reply; raises as `complete` does."""
        reply = self.complete(messages)
        yield from (reply.text, reply)

    async def astream(self, messages: Sequence[Message]) -> AsyncIterator[str | Reply]:
        """Yield as `stream` does."""
        for piece in self.stream(messages):
            yield piece


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recorded:
    key: str
    model: str
    context_window: int
    parameters: Mapping[str, str | int | float]
    messages: tuple[Message, ...]
    reply: Reply
    reader: str = ""


def request_key(
    name: str, parameters: Mapping[str, str | int | float], messages: Sequence[Message]
) -> str:
    """Return the SHA-256 hex digest of what makes a reply: model, parameters and messages."""
    request = [name, dict(parameters), [[message.role, message.text] for message in messages]]
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode("ascii")).hexdigest()


def _read(path: Path) -> list[_Recorded]:
    from pydantic import TypeAdapter, ValidationError

    adapter, found = TypeAdapter(_Recorded), []
    for number, row in read_objects(path):
        try:
            found.append(adapter.validate_python(row))
        except ValidationError as error:
            raise MisuseError(
                f"{path}:{number}: not a recorded reply: name a file that --record wrote"
            ) from error
    return found
