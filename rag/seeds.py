"""Finds the articles that ship with the product."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from index.reading.registry import read_bytes
from index.sync.intake import Article


def seed_paths() -> tuple[Path, ...]:
    """Return the shipped articles' files, by name."""
    return tuple(
        sorted(Path(str(item)) for item in files("seeds").iterdir() if item.name.endswith(".txt"))
    )


def seed_articles() -> Iterator[Article]:
    """Yield the shipped articles; their source is `seeds/NAME` on every machine."""
    for path in seed_paths():
        extract = read_bytes(path.read_bytes(), name=path.name)
        yield Article(source=f"seeds/{path.name}", title=extract.card.title, text=extract.text)
