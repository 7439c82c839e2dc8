"""Finds and reads the data files of the wheel: word lists, forms, schemas, articles.

They are found by their place beside the code, which is where an installer unpacks them: to ask
`importlib.resources` imports zip files, temporary folders and random numbers.
"""

from pathlib import Path
from typing import Any, Literal

Package = Literal["index", "rag", "eval", "ui"]
_ROOT = Path(__file__).parents[1]


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
