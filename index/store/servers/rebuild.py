"""Mends a library on servers: its vectors are built anew from the catalog's."""

from index.store.library import Library
from index.store.publish import rebuild


def mend(library: Library) -> None:
    """Drop vectors that no sentence uses and fill a new collection with the others.

    Raises:
        LibraryBusyError: Another process is writing.
        LibraryMismatchError: The library was built with another model or format.
        LibraryError: A server refuses.
    """
    with library.catalog.writing() as db:
        library.require_imprint(db)
        rebuild(library.vectors, db, on_step=lambda step: None)
