"""Opens the library that settings name, as it is stored, and reads the shipped articles."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from index.data_files import seed_paths
from index.embedding import Embedder, load_embedder
from index.store.library import Library
from index.store.protocols import VectorIndex, open_pair
from rag.settings import Settings

if TYPE_CHECKING:
    from index.sync.intake import Article


def stored_library(
    settings: Settings, *, embedder: Embedder | None, vectors: VectorIndex | None
) -> Library:
    """Return the library that settings name, not yet opened; the model is loaded when needed.

    Args:
        settings: Say where it is, and which model embeds.
        embedder: What embeds in place of that model.
        vectors: What searches the vectors of a library in a folder, in place of Chroma.
    """

    def load() -> Embedder:
        if embedder is not None:
            return embedder
        return load_embedder(settings.embedding_model, engine=settings.embedding_engine)

    place = settings.library
    catalog, own = open_pair(
        place.absolute() if isinstance(place, Path) else place.get_secret_value(),
        settings.vectors.get_secret_value() if settings.vectors else None,
    )
    return Library(
        catalog,
        own if vectors is None else vectors,
        model=settings.embedding_model if embedder is None else embedder.name,
        load=load,
        keeps_originals=settings.originals,
    )


def seed_articles() -> Iterator["Article"]:
    """Yield the shipped articles; their source is `seeds/NAME` on every machine."""
    from index.reading.registry import read_bytes
    from index.sync.intake import Article

    for path in seed_paths():
        extract = read_bytes(path.read_bytes(), name=path.name)
        yield Article(source=f"seeds/{path.name}", title=extract.card.title, text=str(extract.text))
