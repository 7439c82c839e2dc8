"""One writer at a time: the lock that whoever changes a library holds; readers need none."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from index.errors import LibraryBusyError, LibraryError


@contextmanager
def writing(library: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the writer's lock of a library; the system frees it if the process dies.

    Args:
        library: The library's folder, which must exist.
        wait: Seconds to wait for another writer to finish; 0 says so at once.

    Raises:
        LibraryBusyError: Another process or thread is writing.
        LibraryError: The folder cannot be written.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(library / "writer.lock", timeout=wait, thread_local=False)
    holder = library / "writer.pid"
    try:
        lock.acquire()
    except Timeout:
        raise LibraryBusyError(
            f"library {str(library)!r} is being written by process {_pid(holder)}: wait until it "
            "has finished and run the command again"
        ) from None
    except (OSError, NotImplementedError) as error:  # the latter where files cannot be locked
        reason = getattr(error, "strerror", None) or error
        raise LibraryError(
            f"library {str(library)!r} cannot be written ({reason}): mend that, or name another "
            "folder with --library or FOOTNOTE_LIBRARY"
        ) from error
    try:
        # It only serves the message above, so a full disk does not stop the writer here.
        with suppress(OSError):
            holder.write_text(str(os.getpid()), encoding="ascii")
        yield
    finally:
        lock.release()


def _pid(holder: Path) -> str:
    try:
        return holder.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return "of another program"
