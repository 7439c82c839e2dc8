"""Finds and reads the data files of the wheel: word lists, forms, schemas, articles.

They are found by their place beside the code, which is where an installer unpacks them: to ask
`importlib.resources` imports zip files, temporary folders and random numbers.
"""

import re
from collections.abc import Callable
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
