"""Chooses what a library is stored in, from its address: a folder, or a pair of servers.

Each is imported when it is opened: settings ask here only how an address begins.
"""

from pathlib import Path

from index.errors import SettingsError
from index.store.protocols import Catalog, VectorIndex

SCHEMES = ("postgresql://", "postgres://")
"""How the address of a library on servers begins."""


def open_pair(place: str | Path, vectors: str | None = None) -> tuple[Catalog, VectorIndex]:
    """Return the two halves of a library; nothing is read or connected yet.

    Args:
        place: A folder, or the address of a PostgreSQL database.
        vectors: The address of a Chroma server, which a database needs; a folder goes without.

    Raises:
        SettingsError: A database has no vectors' address, or an address cannot be read.
    """
    if isinstance(place, Path) or not place.startswith(SCHEMES):
        from index.store.folder_backend import FolderCatalog, FolderVectors

        folder = Path(place)
        return FolderCatalog(folder), FolderVectors(folder)
    if vectors is None:
        raise SettingsError(
            "a library in PostgreSQL needs a Chroma server for its vectors: set "
            "FOOTNOTE_VECTORS=http://HOST:PORT"
        )
    from index.store.chroma_server import ServerVectors
    from index.store.postgres import PostgresCatalog

    return PostgresCatalog(place), ServerVectors(vectors)
