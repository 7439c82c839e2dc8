"""The process that reads untrusted files: `python -P -m index.reading.worker MEMORY`.

It limits itself before the first byte arrives, gets one file after the other on its standard input
and writes what it read on its standard output. It is never imported by the product.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import BinaryIO

from index.errors import ReadError
from index.reading.registry import only_reasons, read_bytes
from index.reading.sandbox import Drawn, Listed, Request, receive_request, send_reply
from index.types import Extract

_OPEN_FILES = 64


def main(memory: int) -> None:
    """Answer requests until the parent closes the pipe."""
    # Ctrl-C is the parent's to handle.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, replies = _take_streams()
    _limit_process(memory)
    sys.addaudithook(_no_network)
    while (request := receive_request(requests)) is not None:
        _limit_time(request.seconds)
        send_reply(replies, _outcome(request))
        del request


def _outcome(request: Request) -> Extract | Drawn | Listed | ReadError:
    try:
        with only_reasons():
            if request.as_list:
                from index.reading.references import read_references

                return Listed(references=read_references(request.data, name=request.name))
            if request.wanted is None:
                return read_bytes(request.data, name=request.name)
            from index.reading.pdf_place import draw  # those who only read need no pictures

            return draw(request.data, request.wanted)
    except ReadError as error:
        return error


def _take_streams() -> tuple[BinaryIO, BinaryIO]:
    """Keep both pipes to ourselves: what a parser prints must not reach the parent."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    return requests, replies


def _limit_process(memory: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        _lower(resource.setrlimit, kind, (most, most))


def _limit_time(seconds: float) -> None:
    """Let the system end this process after so much more processor time."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime + seconds) + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    _lower(resource.setrlimit, resource.RLIMIT_CPU, (most, hard))


def _lower(
    setrlimit: Callable[[int, tuple[int, int]], None], kind: int, most: tuple[int, int]
) -> None:
    try:
        setrlimit(kind, most)
    except (ValueError, OSError):
        # macOS knows no limit of address space; the parent's clock still ends this process.
        return


def _no_network(event: str, _arguments: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        raise ReadError("it wants to be read from the network; save it whole")


if __name__ == "__main__":
    main(int(sys.argv[1]))
