"""Finds the one document that the beginning of an id means."""

from index.errors import UnknownDocumentError
from index.store import queries
from index.store.protocols import OpenCatalog


def resolve(db: OpenCatalog, given: str) -> str:
    """Return the full id that begins like the one given.

    Raises:
        UnknownDocumentError: No id, or more than one, begins like this.
    """
    found = queries.ids_like(db, given) if given else ()
    if given in found:
        return given
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownDocumentError(
            f"{given!r} is the beginning of {len(found)} document ids ({', '.join(found[:3])}...): "
            "give more of it"
        )
    raise UnknownDocumentError(f"no document {given!r}: `footnote list` shows the ids")
