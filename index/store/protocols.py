"""The two halves of a library as interfaces: the catalog, which is the truth, and the vectors.

`index.store.folder_backend` has the pair that lives in one folder. What reads and writes a catalog
speaks SQL that SQLite and PostgreSQL both know, with `?` for values; what differs between them is a
method.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

FORMAT = "1"
"""Version of the schema and of everything derived from a text: terms, sentences, passages."""

TermsTable = Literal["passage_terms", "sentence_terms"]
TermsColumn = Literal["title", "body", "both"]
"""title: of the document, with its author, date and tags. both: one of the two."""
Runs = Sequence[tuple[int, int]]
"""The first and last keys of rows that follow each other, ascending."""
Words = tuple[str, str]
"""The terms of a row in order with blanks between them: those of its title, and the others."""
Nearest = Callable[[NDArray[np.float32], int], list[str]]
"""Given a vector and k: hashes of about the k nearest sentences, nearest first."""
Slices = Iterator[tuple[list[str], NDArray[np.float32]]]
"""Hashes and their vectors, (n, dim) float32 each."""
OnStep = Callable[[str], None]
"""Called with the name of each writing step before it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """What a library was built with; vectors of another imprint cannot be compared."""

    model: str
    dimension: int
    format: str = FORMAT


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsSearch:
    """What a full-text search looks for."""

    table: TermsTable
    terms: Sequence[str]
    """Any of them; none finds nothing."""
    limit: int
    """Rows."""
    title_weight: float = 0.0
    """What a term in the title counts, beside one in the text; sentences have no title."""
    among: Runs = ()
    """Only rows in these runs of keys; none for all. One catalog's searches all name the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSearch:
    """Which rows have some terms in a row, one right behind the other."""

    table: TermsTable
    terms: Sequence[str]
    """At least one."""
    column: TermsColumn = "body"
    """Whether in their text or in the title; sentences have no title."""
    among: tuple[int, int] | None = None
    """The first and the last key that is looked at; None for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextGeneration:
    """Which vectors a generation is made of."""

    after: str
    """The current generation's name; empty where there is none."""
    copy: bool
    """Whether it starts from the current one's vectors, and not from none."""
    remove: Sequence[str]
    """Hashes that it shall not have of those, at the latest when `VectorIndex.clean` is done."""
    slices: Slices
    """Hashes and vectors that it shall have besides."""
    total: int
    """How many vectors it will have in all."""


class Rows(Protocol):
    """What a query found."""

    def __iter__(self) -> Iterator[Any]: ...

    def fetchone(self) -> Any:  # noqa: ANN401  # rows have no static shape
        """Return the next row, or None."""

    def fetchmany(self, size: int, /) -> list[Any]:
        """Return up to so many rows; none at the end."""

    def fetchall(self) -> list[Any]:
        """Return all rows that are left."""


class OpenCatalog(Protocol):
    """A connection to a catalog: SQL, and the full-text search, which databases do differently."""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""

    def execute(self, query: str, values: Sequence[Any] = ..., /) -> Rows:
        """Run one statement."""

    def executemany(self, query: str, values: Iterable[Sequence[Any]], /) -> object:
        """Run one statement for each row of values."""

    def begin(self, *, room: int = 0) -> None:
        """Begin a transaction that writes.

        Args:
            room: Bytes that the disk has to have free, where that is known.

        Raises:
            LibraryFullError: It has not.
        """

    def search_terms(self, wanted: TermsSearch) -> dict[int, float]:
        """Return the best rows that hold any of the terms, by BM25, best first, ties by key.

        BM25 as FTS5 computes it: k1 1.2, b 0.75, a term of more than half of the rows counts 1e-6.
        """

    def rows_with(self, wanted: RowSearch) -> NDArray[np.int64]:
        """Return the keys of rows that have these terms in a row, (n,), in no order."""

    def words_of(self, table: TermsTable, keys: Sequence[int]) -> dict[int, Words]:
        """Return the terms of rows in order, those of the title apart, by key."""

    def passage_counts(self, terms: Sequence[str]) -> dict[str, int]:
        """Return in how many passages each term stands; terms in none are left out."""

    def passage_total(self) -> int:
        """Return the number of passages."""

    def write_terms(
        self, table: TermsTable, rows: Mapping[int, Sequence[str]], *, title: Sequence[str]
    ) -> None:
        """Make rows searchable by their terms, by key; only passages have a title."""

    def erase_terms(self, table: TermsTable, keys: Sequence[int]) -> None:
        """Take rows out of the full-text search."""

    @property
    def inside(self) -> tuple[int, ...]:
        """Keys of the documents that it shows; none where it shows all."""

    def narrow(self, documents: Sequence[int]) -> None:
        """Show only these documents from now on, by their keys, for reading.

        The tables of documents, passages and sentences have no others then; the full-text search
        knows nothing of it.
        """


class Originals(Protocol):
    """The bytes of what was dropped on the page or fetched, by their sha256; shared by equals."""

    def keep(self, db: OpenCatalog, sha256: str, content: bytes) -> None:
        """Keep bytes under their hash, durably, before any document names it.

        Args:
            db: The catalog, held by its writer, and outside of a transaction.
            sha256: Hex digest of the content.
            content: At most 100 MB.

        Raises:
            LibraryError: They cannot be written.
        """

    def read(self, db: OpenCatalog, sha256: str) -> bytes:
        """Return what is kept under a hash.

        Raises:
            OriginalLostError: It is gone, or is not what was kept; the message says which, and not
                of what.
            LibraryError: It cannot be read.
        """

    def sizes(self, db: OpenCatalog) -> dict[str, int]:
        """Return the bytes of all that is kept, by hash; of what is unfinished too, by its name."""

    def drop(self, db: OpenCatalog, names: Iterable[str]) -> None:
        """Remove what `sizes` named; what is not there is passed over.

        Raises:
            LibraryError: It cannot be removed.
        """


class Catalog(Protocol):
    """Where documents, passages, sentences, vectors and the full-text search are kept."""

    @property
    def name(self) -> str:
        """What messages call the library; never holds a password."""

    @property
    def rewritable(self) -> bool:
        """Whether a repair can write it anew from its documents, for another model or format."""

    @property
    def originals(self) -> Originals:
        """What was read that lies nowhere else."""

    def snapshot(self) -> AbstractContextManager[OpenCatalog]:
        """Open the catalog in one read transaction: all that is read is of one moment.

        Raises:
            LibraryMissingError: There is no catalog.
            LibraryError: It cannot be read.
        """

    def writing(
        self, *, wait: float = 0.0, create: Imprint | None = None
    ) -> AbstractContextManager[OpenCatalog]:
        """Hold the writer's lock and the catalog open, in autocommit mode.

        Args:
            wait: Seconds to wait for another writer, at least `BRIEFLY`.
            create: What an empty catalog is made for where there is none yet; None makes none.

        Raises:
            LibraryBusyError: Another process is writing.
            LibraryError: There is no catalog, or it cannot be written.
        """

    def faults(self, db: OpenCatalog) -> Iterator[str]:
        """Yield what the database finds wrong with its own files."""

    def mendable(self) -> bool:
        """Say whether there is something to repair and it may be written.

        Raises:
            LibraryError: Its place cannot be looked into.
        """

    def close(self) -> None:
        """Let go of everything that nobody uses."""


class VectorIndex(Protocol):
    """Where the vectors are searched: derived from the catalog's, in generations with a name."""

    def reading(self, name: str, db: OpenCatalog) -> AbstractContextManager[Nearest]:
        """Hold a generation open; what is nearest is among the sentences of the open catalog.

        Raises:
            LibraryError: It is missing or cannot be read.
        """

    def build(self, wanted: NextGeneration, *, on_step: OnStep) -> str:
        """Write the next generation, durably, and return its name; nothing uses it yet.

        Raises:
            LibraryError: It cannot be written.
        """

    def clean(self, *, before: str, current: str, gone: Sequence[str]) -> None:
        """Remove what no reader can need, once the current generation is published.

        Args:
            before: The name of the generation that was current until now.
            current: The name of the one that is, empty where there is none.
            gone: Hashes that it shall not have.
        """

    def hashes(self, name: str) -> set[str]:
        """Return the hashes whose vectors can really be read back from a generation.

        Raises:
            LibraryError: It cannot be read.
        """

    def close(self) -> None:
        """Let go of everything that nobody reads."""


BRIEFLY = 1.0
"""Seconds that any writer waits: nobody is told of the short writes that are made behind a page."""
_SCHEMES = ("postgresql://", "postgres://")


def server_address(place: str) -> str | None:
    """Return the address of a library on servers as its database's client reads it.

    None for any other text. Schemes are the same in capitals (RFC 3986), which libpq does not know.
    """
    address = place.strip()
    if not address.casefold().startswith(_SCHEMES):
        return None
    return f"postgresql://{address.partition('://')[2]}"
