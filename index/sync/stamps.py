"""What a file looks like from outside: a sign, cheaper than its hash, that it is still the same."""

import os
import stat
import time
from pathlib import Path

_SETTLED_NS = 2_000_000_000
"""Age from which a time can be trusted: FAT keeps times to two seconds, ext4 to some milliseconds,
so a file written just before it was looked at can change again and keep its times."""


def stamp(path: Path) -> str:
    """Return a file's size, times of change and inode number as one string.

    The time of its last change of name, rights or content is among them, which no program can set
    back, so that a changed file with its old date is noticed.

    Raises:
        OSError: There is no such file, or it may not be looked at.
    """
    seen = path.stat()
    return f"{seen.st_size} {seen.st_mtime_ns} {seen.st_ctime_ns} {seen.st_ino}"


def to_keep(stamped: str) -> str:
    """Return a stamp taken right now as it is to be kept: young ones equal no later one."""
    times = [int(part) for part in stamped.split()[1:3]]
    return stamped if time.time_ns() - max(times) > _SETTLED_NS else f"young {stamped}"


def size(stamped: str) -> int:
    """Return the size in bytes that a stamp tells."""
    return int(stamped.split()[0])


def inode(stamped: str) -> int | None:
    """Return the inode number that a kept stamp tells; None for an empty one."""
    return int(stamped.split()[-1]) if stamped else None


def is_gone(path: Path) -> bool:
    """Say whether there is certainly no file at a path: what may not be looked at is not gone."""
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
