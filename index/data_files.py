"""Finds and reads the data files of the wheel; opens a file that somebody named, where it is one.

It writes any file whole or not at all.

The data are word lists, forms, schemas and articles. They are found by their place beside the code,
which is where an installer unpacks them: to ask `importlib.resources` imports zip files, temporary
folders and random numbers.
"""

import errno
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Numbers = TypeVar("Numbers", bound="DataclassInstance")
Package = Literal["index", "rag", "eval", "ui"]
_ROOT = Path(__file__).parents[1]
_HOLE = re.compile(r"(?<!\?P)<([\w.]+)>")
_LARGEST = 256 << 20
"""Bytes of a file that is read as a whole, unless its reader says otherwise."""


def data_file(package: Package, name: str) -> Path:
    """Return where a package's data file lies."""
    return _ROOT / package / "data" / name


def seed_paths() -> tuple[Path, ...]:
    """Return the files of the articles that ship with the product, by name."""
    return tuple(sorted((_ROOT / "seeds").glob("*.txt")))


def data_text(package: Package, name: str) -> str:
    """Return what a package's data file says."""
    return data_file(package, name).read_text(encoding="utf-8")


def data_toml(package: Package, name: str) -> dict[str, Any]:
    """Return the tables of a package's TOML file."""
    import tomllib

    return tomllib.loads(data_text(package, name))


def filled(form: str, hole: Callable[[str], str]) -> str:
    """Return a form of a data file with what stands for each `<name>` in it.

    Args:
        form: A regular expression; its groups, as `(?P<name>`, stay.
        hole: Gives what stands for a name.
    """
    return _HOLE.sub(lambda found: hole(found[1]), form)


def data_json(package: Package, name: str) -> dict[str, Any]:
    """Return what a package's JSON file holds."""
    import json

    found: dict[str, Any] = json.loads(data_text(package, name))
    return found


def data_fitted(package: Package, name: str, kind: type[Numbers]) -> Numbers:
    """Return the fitted numbers that a package's JSON file names as fields of a dataclass.

    What else stands in the file tells how they were fitted.

    Raises:
        KeyError: A field is not in the file.
    """
    stored = data_json(package, name)
    return kind(**{field.name: stored[field.name] for field in fields(kind)})


def open_named(path: Path, *, largest: int | None = _LARGEST) -> BinaryIO:
    """Open a regular file that somebody named, to be read; links are followed.

    A device or a pipe has no end, or waits for one. What the file says of its size is judged here;
    `read_named` reads no more than that of any.

    Args:
        path: Of the file.
        largest: Bytes that it may have; None for one that is never read as a whole.

    Raises:
        OSError: It cannot be opened, is no regular file, or is larger; `strerror` says which.
    """
    try:
        # Looked at first, for opening a pipe waits, and again, should another be there by then.
        _require_regular(path, path.stat(), largest)
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except ValueError as error:  # a zero character, or one that no path can hold
        raise OSError(errno.EINVAL, "no file has such a name", str(path)) from error
    try:
        _require_regular(path, os.fstat(descriptor), largest)
        return open(descriptor, "rb")
    except OSError:
        os.close(descriptor)
        raise


def read_named(path: Path, *, largest: int = _LARGEST) -> bytes:
    """Return what is in a regular file that somebody named.

    Raises:
        OSError: As `open_named`.
    """
    with open_named(path, largest=largest) as file:
        content = file.read(largest + 1)
    if len(content) > largest:  # it grew, or is one of /proc, which have no size
        raise _too_large(path, largest)
    return content


def _require_regular(path: Path, seen: os.stat_result, largest: int | None) -> None:
    if stat.S_ISDIR(seen.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(seen.st_mode):
        raise OSError(errno.EINVAL, "it is a device, a pipe or a socket", str(path))
    if largest is not None and seen.st_size > largest:
        raise _too_large(path, largest)


def _too_large(path: Path, largest: int) -> OSError:
    return OSError(errno.EFBIG, f"it is larger than {largest:,} bytes", str(path))


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a path to write to; what the block wrote there takes the file's place at its end.

    It is on the disk before it is there, so that no crash halves it. Links are followed; a file
    that was there gives its mode to the new one. Where the block fails, the file is as it was, and
    so is what is no file: a device whose place a file took would be gone.

    Raises:
        OSError: It cannot be written; it is as it was, and nothing else is left behind.
    """
    target = Path(os.path.realpath(path))  # of links in a circle it says nothing, and opening does
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if target.exists():
            _require_regular(path, target.stat(), None)
        yield part
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        if target.exists():
            part.chmod(target.stat().st_mode)
        part.replace(target)
    finally:
        with suppress(OSError):
            part.unlink()
