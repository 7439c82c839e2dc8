"""Names the state that a library is in, cheaply, so that others can tell when it has changed."""

from index.store import catalog
from index.store.library import Library


def edition(library: Library) -> str:
    """Return a short text that differs once documents were added, changed or removed.

    No document is read: at 100,000 documents it is one pass over an index. Empty without a library.

    Raises:
        LibraryError: The catalog cannot be read.
    """
    with library.reading() as db:
        count, newest = db.execute("SELECT count(*), max(key) FROM documents").fetchone()
        if newest is None and not catalog.generation(db):
            return ""
        added = db.execute("SELECT added_at FROM documents WHERE key = ?", (newest,)).fetchone()
        return f"{catalog.generation(db)}-{count}-{newest or 0}-{added[0] if added else ''}"
