"""One writer at a time: the lock that whoever changes a library holds; readers need none."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import LibraryBusyError


@contextmanager
def writing(library: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the writer's lock of a library; the system frees it if the process dies.

    Args:
        library: The library's folder, which must exist.
        wait: Seconds to wait for another writer to finish; 0 says so at once.

    Raises:
        LibraryBusyError: Another process or thread is writing.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(library / "writer.lock", timeout=wait, thread_local=False)
    holder = library / "writer.pid"
    try:
        with lock:
            holder.write_text(str(os.getpid()), encoding="ascii")
            yield
    except Timeout:
        raise LibraryBusyError(
            f"library {str(library)!r} is being written by process {_pid(holder)}: wait until it "
            "has finished and run the command again"
        ) from None


def _pid(holder: Path) -> str:
    try:
        return holder.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return "of another program"
