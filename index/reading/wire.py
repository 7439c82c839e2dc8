"""How the reading process and its parent speak: a line of JSON each way, bytes behind the first."""

import json
from typing import BinaryIO

from index.errors import ReadError
from index.types import Extract

MAX_REPLY = 200_000_000
"""Bytes of a reply: the text of a file, with every character of it as an escape."""


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
    reply: dict[str, object]
    if isinstance(outcome, ReadError):
        reply = {"reason": str(outcome)}
    else:
        reply = {field: getattr(outcome, field) for field in Extract.__slots__}
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
    for field in ("section_starts", "page_starts", "left_out"):
        reply[field] = tuple(reply[field])
    return Extract(**reply)
