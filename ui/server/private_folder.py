"""The folder for uploads and reports on their way: readable by its owner only, gone at the end."""

import atexit
import os
import shutil
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeGuard

_KEPT_SECONDS = 3600.0


@cache
def private_folder() -> Path:
    """Return this process's folder, made at the first call and removed when the process ends.

    Gradio is told to keep its own files there too, so this comes before any of its components.
    """
    folder = Path(tempfile.mkdtemp(prefix="footnote-page-")).resolve()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    return folder


def holds(path: object) -> TypeGuard[str]:
    """Say whether a path, symlinks followed, is that of a file in the private folder."""
    if not isinstance(path, str) or "\0" in path:
        return False
    real = Path(path).resolve()
    return real.is_relative_to(private_folder()) and real.is_file()


def bytes_held() -> int:
    """Return how many bytes lie in the private folder."""
    return sum(size for _, size, _ in _files())


def sweep(*, now: float | None = None) -> None:
    """Remove what has lain there for an hour: uploads that nothing was done with."""
    oldest = (time.time() if now is None else now) - _KEPT_SECONDS
    for path, _, changed in _files():
        if changed < oldest:
            path.unlink(missing_ok=True)


def _files() -> list[tuple[Path, int, float]]:
    found = []
    for folder, _, names in os.walk(private_folder()):
        for name in names:
            path = Path(folder, name)
            with suppress(OSError):  # another thread may just have removed it
                known = path.stat()
                found.append((path, known.st_size, known.st_mtime))
    return found
