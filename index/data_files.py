"""Finds and reads the data files of the wheel; writes any file whole or not at all.

The data are word lists, forms, schemas and articles. They are found by their place beside the code,
which is where an installer unpacks them: to ask `importlib.resources` imports zip files, temporary
folders and random numbers.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Numbers = TypeVar("Numbers", bound="DataclassInstance")
Package = Literal["index", "rag", "eval", "ui"]
_ROOT = Path(__file__).parents[1]
_HOLE = re.compile(r"(?<!\?P)<([\w.]+)>")


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


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a path to write to; what the block wrote there takes the file's place at its end.

    It is on the disk before it is there, so that no crash halves it. Links are followed; a file
    that was there gives its mode to the new one. Where the block fails, the file is as it was.

    Raises:
        OSError: It cannot be written; it is as it was, and nothing else is left behind.
    """
    target = Path(os.path.realpath(path))  # of links in a circle it says nothing, and opening does
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield part
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        if target.exists():
            part.chmod(target.stat().st_mode)
        part.replace(target)
    finally:
        with suppress(OSError):
            part.unlink()
