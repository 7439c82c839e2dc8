"""A stored library: look up, remove, moments to search in, one writer at a time; no ranking."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embedding import Embedder
from index.embedding.embedder import cosines
from index.errors import (
    LibraryError,
    LibraryMissingError,
    LibraryUnreachableError,
    MisuseError,
    UnknownDocumentError,
)  # fmt: skip
from index.scope import EVERYTHING, Scope
from index.store import catalog, migrations, queries, vector_search
from index.store.folder_backend import FolderCatalog, open_pair
from index.store.narrowed import narrowed
from index.store.protocols import (
    Catalog,
    Imprint,
    Nearest,
    OnStep,
    OpenCatalog,
    VectorIndex,
)
from index.store.scoped import Inside, Scopes
from index.sync import file_state
from index.sync.file_state import Record
from index.types import Document, DocumentSummary

_TRIES = 3
"""Times a reader follows the vectors of a library that changes under it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A library at one moment, readable for the length of the `with` block that opened it.

    One that does not exist, or in which nothing was ever published, is read like any other: it has
    no documents.
    """

    db: OpenCatalog
    """Its catalog, in one read transaction."""
    nearest: Nearest
    """Searches the vectors that the catalog names."""
    embed: Callable[[str], NDArray[np.float32]]
    """Embeds a question with the library's model; works after the block, too."""
    is_new: bool
    """Whether nothing was ever published."""
    inside: Inside
    """The scope that it shows alone."""
    cosines: tuple[float, float] = (0.0, 1.0)
    """Of texts that share nothing, and of a question with what says it, by the model."""


class Library:
    """A catalog and its vectors, in a folder or on servers. Safe to share between threads.

    Args:
        catalog: The truth; `folder_backend.open_pair` opens both halves by their address.
        vectors: What searches its vectors.
        model: Name of the embedding model that the settings ask for.
        load: Loads that model; called once, and only when something must be embedded.
        on_step: Called with the name of each writing step before it begins.
        keeps_originals: Whether the bytes of what lies nowhere else are kept as it is added.
    """

    def __init__(
        self,
        catalog: Catalog,
        vectors: VectorIndex,
        *,
        model: str,
        load: Callable[[], Embedder],
        on_step: OnStep = lambda step: None,
        keeps_originals: bool = True,
    ) -> None:
        self.keeps_originals = keeps_originals
        self._model = model
        self._load = load
        self.on_step = on_step
        self._loading = threading.Lock()
        self._embedder: Embedder | None = None
        self._scopes = Scopes()
        self.catalog = catalog
        self.vectors = vectors

    @property
    def folder(self) -> Path:
        """The folder it is in; a `MisuseError` where it is on servers."""
        if isinstance(self.catalog, FolderCatalog):
            return self.catalog.folder
        raise MisuseError(
            f"library {self.catalog.name!r} is on servers, and this works on a folder: use the "
            "tools of PostgreSQL"
        )

    def is_new(self) -> bool:
        """Say whether nothing was ever published: no catalog, or one left by an interrupted start.

        Raises:
            LibraryError: The catalog cannot be read.
        """
        with self.reading() as db:
            return not catalog.generation(db)

    def embedder(self) -> Embedder:
        """Return the embedding model, loaded at the first call."""
        with self._loading:
            if self._embedder is None:
                self._embedder = self._load()
            return self._embedder

    def summaries(self) -> tuple[DocumentSummary, ...]:
        """Return the cards of all documents, by time of adding; empty without a library."""
        with self.reading() as db:
            return queries.summaries(db)

    def document(self, document_id: str) -> Document:
        """Return a document by its id or by an unambiguous beginning of it.

        Raises:
            UnknownDocumentError: No id, or more than one, begins like this.
        """
        with self.reading() as db:
            found = queries.document(db, queries.resolved(db, document_id))
        assert found is not None, "an id just resolved in the same snapshot is there"
        return found

    def plain_document(self, document_id: str) -> Document:
        """Return what `document` does, without its sentences: of 300 pages in a tenth of the time.

        Raises:
            UnknownDocumentError: No id, or more than one, begins like this.
        """
        with self.reading() as db:
            found = queries.plain_document(db, queries.resolved(db, document_id))
        assert found is not None, "an id just resolved in the same snapshot is there"
        return found

    def text(self, document_id: str) -> str:
        """Return the stored text of a document by its full id.

        Raises:
            UnknownDocumentError: It is not there (any more).
        """
        with self.reading() as db:
            row = db.execute("SELECT text FROM documents WHERE id = ?", (document_id,)).fetchone()
        if row is None:
            raise UnknownDocumentError(f"no document {document_id!r}: it was removed meanwhile")
        return str(row[0])

    def original_bytes(self, document_id: str) -> bytes:
        """Return the bytes that a document was read from, by its id or a beginning of one.

        Their sha256 is the one that they had then. What was dropped on the page or fetched comes
        from what is kept of it, a file from where it lies, or lies now; an article given as text is
        its text in UTF-8.

        Raises:
            UnknownDocumentError: No id, or more than one, begins like this.
            LibraryError: None was kept, or it is damaged.
            ReadError: The file is gone, cannot be read, or is another by now.
        """
        from index.store.originals import stored_bytes  # no question asks for one

        with self.reading() as db:
            record, content = stored_bytes(self.catalog.originals, db, document_id)
        return file_state.file_content(record) if content is None else content

    def edition(self) -> str:
        """Return a short text that differs once documents were added, changed or removed.

        No document is read: at 100,000 documents it is one pass over an index. Empty for a library
        to which nothing was ever added.
        """
        with self.reading() as db:
            return queries.edition(db)

    def records(self) -> Mapping[str, Record]:
        """Return what tells whether sources changed, by source; empty without a library."""
        with self.reading() as db:
            return file_state.records(db)

    def some_records(self, document_ids: Iterable[str]) -> list[Record]:
        """Return the records of those documents, by full id, that are there."""
        with self.reading() as db:
            return file_state.some_records(db, document_ids)

    @contextmanager
    def changing(self, *, wait: float = 0.0) -> Iterator[OpenCatalog]:
        """Hold the writer's lock and the catalog, made if it is not there, in a `with` block.

        Args:
            wait: Seconds to wait for another writer.

        Raises:
            LibraryBusyError: Another process is writing.
            LibraryMismatchError: The library was built with another model or format.
            LibraryError: It cannot be written.
        """
        with self.catalog.writing(wait=wait, create=self.imprint()) as db:
            self.require_imprint(db)
            migrations.prepare_catalog(db)
            yield db

    def remove(self, document_ids: Sequence[str]) -> tuple[DocumentSummary, ...]:
        """Remove documents by id or unambiguous beginning of one; all of them or none.

        Returns:
            The cards of what was removed, in the order given.

        Raises:
            UnknownDocumentError: No id, or more than one, begins like one of these.
            LibraryBusyError: Another process is writing.
        """
        if self.is_new():
            raise UnknownDocumentError(f"no document {document_ids[0]!r}: the library is empty")
        with self.catalog.writing() as db:
            ids = list(dict.fromkeys(queries.resolved(db, given) for given in document_ids))
            removed = queries.summaries(db, ids)
            from index.store.publish import publish  # writing is no part of a question

            publish(
                self.vectors,
                db,
                originals=self.catalog.originals,
                remove=ids,
                on_step=self.on_step,
            )
        return removed

    def tag(
        self, document_ids: Sequence[str], *, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> tuple[DocumentSummary, ...]:
        """Give documents tags and take tags away, by id or beginning of one; all of it or nothing.

        Args:
            document_ids: Of which documents.
            add: As `index.card.tag_name` returns them.
            remove: The same; a document that has not one of them stays as it is.

        Returns:
            The cards of the documents as they are then, in the order given.

        Raises:
            UnknownDocumentError: No id, or more than one, begins like one of these.
            LibraryBusyError: Another process is writing.
        """
        if self.is_new():
            raise UnknownDocumentError(f"no document {document_ids[0]!r}: the library is empty")
        with self.catalog.writing() as db:
            ids = list(dict.fromkeys(queries.resolved(db, given) for given in document_ids))
            migrations.prepare_catalog(db)
            from index.store.writes import tag

            with catalog.transaction(db):
                for document_id in ids:
                    tag(db, document_id, add=add, remove=remove)
                self.on_step("commit")
            return queries.summaries(db, ids)

    def tags(self) -> dict[str, int]:
        """Return how many documents have each tag, in alphabetical order; empty without a library.

        Of spellings that differ in case the first is shown.
        """
        with self.reading() as db:
            return queries.tag_counts(db)

    @contextmanager
    def reading(self) -> Iterator[OpenCatalog]:
        """Hold the catalog open as it is now; a library that is not there has no documents.

        Raises:
            LibraryError: It cannot be read.
        """
        with ExitStack() as stack:
            try:
                db = stack.enter_context(self.catalog.snapshot())
            except LibraryMissingError:
                db = stack.enter_context(catalog.empty())
            yield db

    @contextmanager
    def moment(self, scope: Scope = EVERYTHING) -> Iterator[Moment]:
        """Open the library as it is now, or what is in a scope, for the length of a `with` block.

        A generation that another process has just replaced is followed; one that is missing or
        unreadable is built anew from the catalog; where that cannot be done now, or does not help,
        or it shows only at the question, the catalog's own vectors are searched.

        Raises:
            ScopeError: Nothing is in the scope, or the library has nothing of a name in it.
            LibraryError: Its catalog cannot be read.
            LibraryMismatchError: It was built with another model, dimension or format.
        """
        with ExitStack() as stack:
            for attempt in range(1, _TRIES + 1):
                db = stack.enter_context(self.reading())
                name = catalog.generation(db)
                if name:
                    self.require_imprint(db)
                inside = self._scopes.inside(db, scope) if name else Inside()
                db, has_few = narrowed(db, inside.keys, inside.known)
                nearest: Nearest = partial(vector_search.nearest, db)
                try:
                    if name and not has_few:
                        asked = stack.enter_context(self.vectors.reading(name, db))
                        nearest = partial(self._nearest, db, name, asked)
                except LibraryUnreachableError:
                    raise
                except LibraryError:
                    if attempt < _TRIES and self._heal(name):
                        stack.close()
                        continue
                yield Moment(
                    db=db,
                    nearest=nearest,
                    embed=lambda text: self.embedder().embed_question(text),
                    is_new=not name,
                    inside=inside,
                    cosines=cosines(self._model),
                )
                return

    def imprint(self) -> Imprint:
        """Return what this library's settings ask for."""
        return Imprint(model=self._model, dimension=self.embedder().dimension)

    def require_imprint(self, db: OpenCatalog) -> None:
        """Refuse a catalog that was built with something else.

        Raises:
            LibraryMismatchError: The message says both sides and the command that helps.
        """
        catalog.require_imprint(db, self.imprint(), library=self.catalog)

    def close(self) -> None:
        """Close the vectors and the embedding model."""
        self.vectors.close()
        self.catalog.close()
        with self._loading:
            if self._embedder is not None:
                self._embedder.close()
            self._embedder = None

    def _nearest(
        self, db: OpenCatalog, name: str, asked: Nearest, vector: NDArray[np.float32], k: int
    ) -> list[str]:
        """Ask a generation, or the catalog where it is damaged or two writers have replaced it."""
        try:
            return vector_search.nearest_shown(db, asked, vector, k)
        except LibraryUnreachableError:
            raise
        except LibraryError:
            self._heal(name)
            return vector_search.nearest(db, vector, k)

    def _heal(self, name: str) -> bool:
        """Build the vectors anew unless another process has published newer ones meanwhile.

        The lock is not taken for a look: a writer that came just then would be refused.

        Returns:
            False where the library cannot be written now.
        """
        try:
            with self.catalog.snapshot() as db:
                if catalog.generation(db) != name:
                    return True
            with self.catalog.writing() as db:
                if catalog.generation(db) == name:
                    from index.store.publish import rebuild

                    rebuild(self.vectors, db, on_step=self.on_step)
        except LibraryError:
            return False
        return True


def open_library(
    place: str | Path,
    *,
    vectors: str | None = None,
    model: str,
    load: Callable[[], Embedder],
    on_step: OnStep = lambda step: None,
) -> Library:
    """Return the library at an address, which `index.store.folder_backend.open_pair` reads."""
    return Library(*open_pair(place, vectors), model=model, load=load, on_step=on_step)
