"""SQLite's connection with the full-text search of a catalog, by FTS5; it opens no file."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from index.store.protocols import TermsTable

_VARIABLES = 500
"""Values in one IN list; SQLite's limit is at least 999 in every build."""


class SqliteCatalog(sqlite3.Connection):
    """An open catalog, as `index.store.protocols.OpenCatalog` describes it."""

    def begin(self) -> None:
        """Begin a transaction that writes."""
        self.execute("BEGIN IMMEDIATE")

    def search_terms(
        self, table: TermsTable, terms: Sequence[str], *, limit: int, title_weight: float
    ) -> dict[int, float]:
        """Return the best rows that hold any of the terms, by BM25, best first, ties by key."""
        if not terms:
            return {}
        weights = f"{title_weight}, 1.0" if table == "passage_terms" else "1.0"
        match = " OR ".join(f'"{term}"' for term in terms)
        rows = self.execute(
            f"SELECT rowid, -bm25({table}, {weights}) AS score FROM {table} WHERE {table} MATCH ? "
            "ORDER BY score DESC, rowid LIMIT ?",
            (match, limit),
        )
        return {int(row[0]): float(row[1]) for row in rows}

    def terms_of(self, table: TermsTable, keys: Sequence[int]) -> dict[int, frozenset[str]]:
        """Return the distinct terms of rows, those of their titles left aside, by key."""
        query = f"SELECT rowid, body FROM {table} WHERE rowid IN ({{}})"
        return {row[0]: frozenset(row[1].split()) for row in self._each(query, keys)}

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

    def _each(self, query: str, values: Iterable[Any]) -> Iterator[Any]:
        left = iter(values)
        while part := tuple(islice(left, _VARIABLES)):
            yield from self.execute(query.format(", ".join("?" * len(part))), part)
