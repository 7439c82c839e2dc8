"""Reads files, and draws pages, in processes that may die of a file without anything being lost.

A process is kept for the next file, since starting one takes a third of a second, and replaced
when it dies. It and its parent speak in lines of JSON, bytes behind the first.
"""

import base64
import json
import os
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import index
from index.card import card_of
from index.errors import ReadError
from index.reading.references import Reference
from index.types import Extract

_CLOCK = 3
"""Times the processor seconds that may pass on the clock: other programs run, too."""
MAX_REPLY = 200_000_000
"""Bytes of a reply: the text of a file, with every character of it as an escape."""

_REST_SECONDS = 60.0

_idle: list["_Child"] = []
_guard = threading.Lock()
_ending: threading.Timer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may take in the process that reads it."""

    seconds: float = 60.0
    """Of processor time; three times as many may pass on the clock."""
    memory: int = 1 << 30
    """Bytes of address space, of which Python with its libraries takes about 100 million."""


Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which page of a PDF is to be drawn, and what is to be framed on it."""

    page: int
    """From 1."""
    text: str = ""
    """The page's text as it is stored."""
    start: int = 0
    end: int = 0
    """Offsets in it of what is framed; equal for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A page as a picture."""

    png: bytes
    width: int
    height: int
    """Pixels."""
    scale: float
    """Pixels a point (1/72 inch)."""
    boxes: tuple[Box, ...]
    """What was framed, a box a line: left, top, right, bottom in pixels from the upper left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The entries of a list of references."""

    references: tuple[Reference, ...]


def read_apart(data: bytes, *, name: str, limits: Limits) -> Extract:
    """Read one file's content in another process. Safe to call from several threads.

    Raises:
        ReadError: As `index.reading.registry.read_bytes`, or the process ran out of its limits.
    """
    reply = _asked(data, {"name": name}, limits=limits, instead="save its text as .txt")
    try:
        return Extract(
            card=card_of(reply["card"]),
            text=reply["text"],
            section_starts=tuple(reply["section_starts"]),
            page_starts=tuple(reply["page_starts"]),
            page_labels=tuple(reply["page_labels"]),
        )
    except (ValueError, TypeError, KeyError) as error:
        raise ReadError(_NO_REPLY) from error


def list_apart(data: bytes, *, name: str, limits: Limits) -> tuple[Reference, ...]:
    """Read a list of references in another process. Safe to call from several threads.

    Raises:
        ReadError: As `index.reading.references.read_references`, or the process ran out of its
            limits.
    """
    reply = _asked(data, {"name": name, "list": True}, limits=limits, instead="export less of it")
    try:
        return tuple(
            Reference(record=each["record"], files=tuple(map(tuple, each["files"])))
            for each in reply["references"]
        )
    except (ValueError, TypeError, KeyError) as error:
        raise ReadError(_NO_REPLY) from error


def draw_apart(data: bytes, wanted: Wanted, *, limits: Limits) -> Drawn:
    """Draw a page of a PDF in another process. Safe to call from several threads.

    Raises:
        ReadError: As `index.reading.pdf_place.draw`, or the process ran out of its limits.
    """
    asked = {"name": "", "draw": asdict(wanted)}
    reply = _asked(data, asked, limits=limits, instead="open it in another program")
    try:
        reply["png"] = base64.b64decode(reply["png"])
        reply["boxes"] = tuple(map(tuple, reply["boxes"]))
        return Drawn(**reply)
    except (ValueError, TypeError, KeyError) as error:
        raise ReadError(_NO_REPLY) from error


def _asked(
    data: bytes, asked: Mapping[str, object], *, limits: Limits, instead: str
) -> dict[str, Any]:
    """Ask a process for something of one file; `instead` says what to do where it cannot be had.

    Raises:
        ReadError: The reply is a reason, or the process ended without one.
    """
    try:
        child = _take(limits)
    except OSError as error:
        raise ReadError(f"{_NO_START} ({error.strerror})") from error
    try:
        reply = child.ask(data, asked, seconds=limits.seconds, instead=instead)
    except BaseException as error:
        # A reason leaves the process sound; an interrupt may leave half a reply in its pipe.
        if not isinstance(error, ReadError) or not child.is_alive():
            child.stop()
            raise
        _give_back(child)
        raise
    _give_back(child)
    return reply


def stop_reading() -> None:
    """End the processes that wait for a file; the next file starts one again."""
    with _guard:
        children, _idle[:] = _idle[:], []
    for child in children:
        child.stop()


def stop_reading_later() -> None:
    """End the processes that wait for a file once `_REST_SECONDS` passed since the last call."""
    global _ending
    with _guard:
        if _ending is not None:
            _ending.cancel()
        _ending = threading.Timer(_REST_SECONDS, stop_reading)
        _ending.daemon = True
        _ending.start()


def _take(limits: Limits) -> "_Child":
    with _guard:
        for child in _idle:
            # After a fork the processes belong to the parent.
            if child.memory == limits.memory and child.owner == os.getpid():
                _idle.remove(child)
                return child
    return _Child(limits.memory)


def _give_back(child: "_Child") -> None:
    with _guard:
        _idle.append(child)


class _Child:
    """One running process and the pipes to it."""

    def __init__(self, memory: int) -> None:
        # 10 ms, which only those who read such files pay.
        import subprocess

        self.memory = memory
        self.owner = os.getpid()
        self._process = subprocess.Popen(
            # -P: a file of the folder that the user is in must not be taken for a module.
            [sys.executable, "-P", "-B", "-m", "index.reading.worker", str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
        self._late = False

    def ask(
        self, data: bytes, asked: Mapping[str, object], *, seconds: float, instead: str
    ) -> dict[str, Any]:
        """Send one file and wait for what is asked of it."""
        clock = threading.Timer(seconds * _CLOCK, self._end_late)
        clock.start()
        try:
            send_request(cast(BinaryIO, self._process.stdin), data, asked, seconds=seconds)
            reply = receive_reply(cast(BinaryIO, self._process.stdout))
        except OSError:
            reply = None
        except (ValueError, TypeError, KeyError):
            self._process.kill()
            reply = None
        finally:
            clock.cancel()
        if reply is None:
            raise ReadError(self._obituary(seconds, instead))
        return reply

    def is_alive(self) -> bool:
        """Say whether it can read another file."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End it and free what it holds."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()

    def _end_late(self) -> None:
        self._late = True
        self._process.kill()

    def _obituary(self, seconds: float, instead: str) -> str:
        """Say why it ended without a reply."""
        code = self._process.wait()
        if self._late or -code == _CPU_SIGNAL:
            return f"reading it takes more than {seconds:g} seconds; {instead}"
        if code == 1:
            return _NO_START
        if -code == _ABORT_SIGNAL:
            return f"it takes more memory than one file may, or is damaged; {instead}"
        return f"the process that reads files died of it (status {code}); {instead}"


_NO_START = "the process that reads such files cannot start; free memory or install Footnote anew"
_NO_REPLY = "what came of reading it is not what was asked for; save it anew"
_CPU_SIGNAL = 24
"""SIGXCPU on Linux and macOS; Windows has none."""
_ABORT_SIGNAL = 6
"""SIGABRT: libraries that are not written in Python end so where they get no more memory."""


def _environment() -> dict[str, str]:
    """Return what the process needs; no key of the user's is among it."""
    paths = [str(Path(index.__file__).parents[1]), *(path for path in sys.path if path)]
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG") if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))}


def send_request(
    pipe: BinaryIO, data: bytes, asked: Mapping[str, object], *, seconds: float
) -> None:
    """Write one request: what is asked, the processor seconds it may take, the file's content."""
    head = {**asked, "seconds": seconds, "bytes": len(data)}
    pipe.write(json.dumps(head).encode("ascii") + b"\n")
    pipe.write(data)
    pipe.flush()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of one file."""

    data: bytes
    name: str
    """Of the file."""
    seconds: float
    """As in `Limits`."""
    wanted: Wanted | None
    """What is to be drawn of it; None where it is to be read."""
    as_list: bool = False
    """Whether it is read as a list of references."""


def receive_request(pipe: BinaryIO) -> Request | None:
    """Read one request; None at the end of the stream."""
    line = pipe.readline()
    if not line:
        return None
    head = json.loads(line)
    return Request(
        data=pipe.read(head["bytes"]),
        name=head["name"],
        seconds=head["seconds"],
        wanted=Wanted(**head["draw"]) if "draw" in head else None,
        as_list="list" in head,
    )


def send_reply(pipe: BinaryIO, outcome: Extract | Drawn | Listed | ReadError) -> None:
    """Write what came of a request, or the reason why nothing did."""
    reply = {"reason": str(outcome)} if isinstance(outcome, ReadError) else asdict(outcome)
    if isinstance(outcome, Drawn):
        reply["png"] = base64.b64encode(outcome.png).decode("ascii")
    pipe.write(json.dumps(reply).encode("ascii") + b"\n")
    pipe.flush()


def receive_reply(pipe: BinaryIO) -> dict[str, Any] | None:
    """Read one reply; None where the process ended without one.

    Raises:
        ReadError: The reply is the reason why there is none.
        ValueError: It is no reply; what else the pipe holds cannot be trusted.
    """
    line = pipe.readline(MAX_REPLY)
    if not line:
        return None
    reply = json.loads(line)
    if not isinstance(reply, dict):
        raise ValueError("a reply is an object")
    if "reason" in reply:
        raise ReadError(str(reply["reason"]))
    return reply
