"""Reads files in processes of their own, which may die of a file without anything being lost.

A process is kept for the next file, since starting one takes a third of a second, and replaced
when it dies. It and its parent speak in lines of JSON, bytes behind the first.
"""

import json
import os
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, cast

import index
from index.card import card_of
from index.errors import ReadError
from index.types import Extract

_CLOCK = 3
"""Times the processor seconds that may pass on the clock: other programs run, too."""
MAX_REPLY = 200_000_000
"""Bytes of a reply: the text of a file, with every character of it as an escape."""

_idle: list["_Child"] = []
_guard = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may take in the process that reads it."""

    seconds: float = 60.0
    """Of processor time; three times as many may pass on the clock."""
    memory: int = 1 << 30
    """Bytes of address space, of which Python with its libraries takes about 100 million."""


def read_apart(data: bytes, *, name: str, limits: Limits) -> Extract:
    """Read one file's content in another process. Safe to call from several threads.

    Raises:
        ReadError: As `index.reading.registry.read_bytes`, or the process ran out of its limits.
    """
    try:
        child = _take(limits)
    except OSError as error:
        raise ReadError(f"{_NO_START} ({error.strerror})") from error
    try:
        extract = child.read(data, name=name)
    except BaseException as error:
        # A reason leaves the process sound; an interrupt may leave half a reply in its pipe.
        if not isinstance(error, ReadError) or not child.is_alive():
            child.stop()
            raise
        _give_back(child)
        raise
    _give_back(child)
    return extract


def stop_reading() -> None:
    """End the processes that wait for a file; the next file starts one again."""
    with _guard:
        children, _idle[:] = _idle[:], []
    for child in children:
        child.stop()


def _take(limits: Limits) -> "_Child":
    with _guard:
        for child in _idle:
            # After a fork the processes belong to the parent.
            if child.limits == limits and child.owner == os.getpid():
                _idle.remove(child)
                return child
    return _Child(limits)


def _give_back(child: "_Child") -> None:
    with _guard:
        _idle.append(child)


class _Child:
    """One running process and the pipes to it."""

    def __init__(self, limits: Limits) -> None:
        # 10 ms, which only those who read such files pay.
        import subprocess

        self.limits = limits
        self.owner = os.getpid()
        self._process = subprocess.Popen(
            # -P: a file of the folder that the user is in must not be taken for a module.
            [sys.executable, "-P", "-B", "-m", "index.reading.worker", str(limits.memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
        self._late = False

    def read(self, data: bytes, *, name: str) -> Extract:
        """Send one file and wait for what it holds."""
        clock = threading.Timer(self.limits.seconds * _CLOCK, self._end_late)
        clock.start()
        try:
            send_request(
                cast(BinaryIO, self._process.stdin), data, name=name, seconds=self.limits.seconds
            )
            extract = receive_reply(cast(BinaryIO, self._process.stdout))
        except OSError:
            extract = None
        except (ValueError, TypeError, KeyError):
            self._process.kill()
            extract = None
        finally:
            clock.cancel()
        if extract is None:
            raise ReadError(self._obituary())
        return extract

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

    def _obituary(self) -> str:
        """Say why it ended without a reply."""
        code = self._process.wait()
        if self._late or -code == _CPU_SIGNAL:
            return (
                f"reading it takes more than {self.limits.seconds:g} seconds; "
                "save its text as .txt and add that"
            )
        if code == 1:
            return _NO_START
        if -code == _ABORT_SIGNAL:
            return "it takes more memory than one file may, or is damaged; save its text as .txt"
        return f"the process that reads files died of it (status {code}); save its text as .txt"


_NO_START = "the process that reads such files cannot start; free memory or install Footnote anew"
_CPU_SIGNAL = 24
"""SIGXCPU on Linux and macOS; Windows has none."""
_ABORT_SIGNAL = 6
"""SIGABRT: libraries that are not written in Python end so where they get no more memory."""


def _environment() -> dict[str, str]:
    """Return what the process needs; no key of the user's is among it."""
    paths = [str(Path(index.__file__).parents[1]), *(path for path in sys.path if path)]
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG") if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))}


def send_request(pipe: BinaryIO, data: bytes, *, name: str, seconds: float) -> None:
    """Write one request: the file's name, the processor seconds it may take, its content."""
    head = {"name": name, "seconds": seconds, "bytes": len(data)}
    pipe.write(json.dumps(head).encode("ascii") + b"\n")
    pipe.write(data)
    pipe.flush()


def receive_request(pipe: BinaryIO) -> tuple[bytes, str, float] | None:
    """Read one request as content, name and seconds; None at the end of the stream."""
    line = pipe.readline()
    if not line:
        return None
    head = json.loads(line)
    return pipe.read(head["bytes"]), head["name"], head["seconds"]


def send_reply(pipe: BinaryIO, outcome: Extract | ReadError) -> None:
    """Write what was read, or the reason why nothing was."""
    reply = {"reason": str(outcome)} if isinstance(outcome, ReadError) else asdict(outcome)
    pipe.write(json.dumps(reply).encode("ascii") + b"\n")
    pipe.flush()


def receive_reply(pipe: BinaryIO) -> Extract | None:
    """Read one reply; None where the process ended without one.

    Raises:
        ReadError: The reply is the reason why the file is not read.
        ValueError: It is no reply; what else the pipe holds cannot be trusted.
    """
    line = pipe.readline(MAX_REPLY)
    if not line:
        return None
    reply = json.loads(line)
    if "reason" in reply:
        raise ReadError(str(reply["reason"]))
    return Extract(
        card=card_of(reply["card"]),
        text=reply["text"],
        section_starts=tuple(reply["section_starts"]),
        page_starts=tuple(reply["page_starts"]),
        page_labels=tuple(reply["page_labels"]),
    )
