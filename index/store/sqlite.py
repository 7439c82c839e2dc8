"""A connection to SQLite's catalog: its transactions, and the words in it, searched by FTS5."""

import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import LibraryFullError
from index.store.narrowed import in_runs, show_alone
from index.store.protocols import RowSearch, TermsSearch, TermsTable, Words

_VARIABLES = 500
"""Values in one IN list; SQLite's limit is at least 999 in every build."""


class SqliteCatalog(sqlite3.Connection):
    """An open catalog, as `index.store.protocols.OpenCatalog` describes it."""

    inside: tuple[int, ...] = ()

    def begin(self, *, room: int = 0) -> None:
        """Begin a transaction that writes; what was committed is put in its place before.

        Then one that the disk has no room for can be undone whole, and its log be cut.
        """
        with suppress(sqlite3.Error):  # a reader, or a full disk, which is told below or later
            self.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        if room:
            (*_, place) = self.execute("PRAGMA database_list").fetchone()
            if place and shutil.disk_usage(Path(place).parent).free < room:
                raise full_disk(str(Path(place).parent))
        self.execute("BEGIN IMMEDIATE")

    def search_terms(self, wanted: TermsSearch) -> dict[int, float]:
        """Return the best rows that hold any of the terms, by BM25, best first, ties by key."""
        if not wanted.terms:
            return {}
        table = wanted.table
        weights = f"{wanted.title_weight}, 1.0" if table == "passage_terms" else "1.0"
        match = " OR ".join(f'"{term}"' for term in wanted.terms)
        score = f"-bm25({table}, {weights}) AS score FROM {table} WHERE {table} MATCH ?"
        best = f"{in_runs(self, table, wanted.among)} ORDER BY score DESC, rowid LIMIT ?"
        rows = self.execute(f"SELECT rowid, {score} {best}", (match, wanted.limit))
        return {int(row[0]): float(row[1]) for row in rows}

    def rows_with(self, wanted: RowSearch) -> NDArray[np.int64]:
        """Return the keys of rows that have these terms in a row, in no order."""
        # One text of 100,000 keys takes 15 ms, as many rows 130.
        query = f"SELECT group_concat(rowid) FROM {wanted.table} WHERE {wanted.table} MATCH ?"
        query += " AND rowid BETWEEN ? AND ?" if wanted.among else ""
        phrase = f'"{" ".join(wanted.terms)}"'
        column = "" if wanted.column == "both" else f"{wanted.column} : "
        values = (column + phrase, *(wanted.among or ()))
        found = self.execute(query, values).fetchone()[0]
        return np.fromstring(found or "", np.int64, sep=",")

    def words_of(self, table: TermsTable, keys: Sequence[int]) -> dict[int, Words]:
        """Return the terms of rows in order, those of the title apart, by key."""
        title = "title" if table == "passage_terms" else "''"
        query = f"SELECT rowid, {title}, body FROM {table} WHERE rowid IN ({{}})"
        return {row[0]: (row[1], row[2]) for row in self._each(query, keys)}

    def passage_counts(self, terms: Sequence[str]) -> dict[str, int]:
        """Return in how many passages each term stands; terms in none are left out."""
        query = "SELECT term, doc FROM vocabulary WHERE term IN ({})"
        return {row[0]: row[1] for row in self._each(query, terms)}

    def passage_total(self) -> int:
        """Return the number of passages."""
        return int(self.execute("SELECT count(*) FROM passages").fetchone()[0])

    def write_terms(
        self, table: TermsTable, rows: Mapping[int, Sequence[str]], *, title: Sequence[str]
    ) -> None:
        """Make rows searchable by their terms, by key; only passages have a title."""
        if table == "sentence_terms":
            query = "INSERT INTO sentence_terms (rowid, body) VALUES (?, ?)"
            self.executemany(query, ((key, " ".join(body)) for key, body in rows.items()))
            return
        head = " ".join(title)
        self.executemany(
            "INSERT INTO passage_terms (rowid, title, body) VALUES (?, ?, ?)",
            ((key, head, " ".join(body)) for key, body in rows.items()),
        )

    def erase_terms(self, table: TermsTable, keys: Sequence[int]) -> None:
        """Take rows out of the full-text search."""
        self.executemany(f"DELETE FROM {table} WHERE rowid = ?", ((key,) for key in keys))

    def narrow(self, documents: Sequence[int]) -> None:
        """Show only these documents from now on."""
        self.inside = show_alone(self, documents)

    def _each(self, query: str, values: Iterable[Any]) -> Iterator[Any]:
        left = iter(values)
        while part := tuple(islice(left, _VARIABLES)):
            yield from self.execute(query.format(", ".join("?" * len(part))), part)


def full_disk(folder: str) -> LibraryFullError:
    """Return the error that says that a library's disk is full."""
    return LibraryFullError(
        f"the disk of library {folder!r} is full: nothing was changed; free some space and run "
        "the command again"
    )
