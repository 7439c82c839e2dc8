"""A connection to a catalog in PostgreSQL, with its full-text search; it opens nothing itself.

Terms are kept as arrays, found by a GIN index and ranked by BM25 in SQL, with the same constants
and the same counts as FTS5: the scores of both are equal to rounding.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from index.store.protocols import Rows, TermsTable

if TYPE_CHECKING:
    import psycopg

_SEARCH = """
WITH wanted AS (
  SELECT term, greatest(ln((rows - {table} + 0.5) / (0.5 + {table})), 1e-6)::float8 AS idf
  FROM vocabulary, totals WHERE totals.name = '{table}' AND {table} > 0 AND term = ANY(%(terms)s)
), average AS (
  SELECT size::float8 / greatest(rows, 1) AS size FROM totals WHERE name = '{table}'
), held AS (
  SELECT rowid, found.size / average.size AS share, idf,
    cardinality(array_positions(body, term))
      + %(title)s::float8 * cardinality(array_positions(title, term)) AS frequency
  FROM {table} AS found, wanted, average WHERE {condition}
)
SELECT rowid, sum(idf * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * share))) AS score
FROM held WHERE frequency > 0 GROUP BY rowid ORDER BY score DESC, rowid LIMIT %(limit)s
"""
_CONDITIONS: Mapping[TermsTable, str] = {
    "passage_terms": "(body && %(terms)s OR title && %(terms)s)",
    "sentence_terms": "body && %(terms)s",
}


class PostgresOpen:
    """An open catalog, as `index.store.protocols.OpenCatalog` describes it."""

    def __init__(self, connection: "psycopg.Connection") -> None:
        self._connection = connection

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._connection.info.transaction_status.name != "IDLE"

    def execute(self, query: str, values: Sequence[Any] = (), /) -> Rows:
        """Run one statement."""
        return self._connection.execute(_translated(query), values)

    def executemany(self, query: str, values: Iterable[Sequence[Any]], /) -> None:
        """Run one statement for each row of values."""
        with self._connection.cursor() as cursor:
            cursor.executemany(_translated(query), values)

    def begin(self) -> None:
        """Begin a transaction that writes."""
        self._connection.execute("BEGIN")

    def search_terms(
        self, table: TermsTable, terms: Sequence[str], *, limit: int, title_weight: float
    ) -> dict[int, float]:
        """Return the best rows that hold any of the terms, by BM25, best first, ties by key."""
        if not terms:
            return {}
        query = _SEARCH.format(table=table, condition=_CONDITIONS[table])
        values = {"terms": list(terms), "title": title_weight, "limit": limit}
        return {row[0]: row[1] for row in self._connection.execute(query.encode(), values)}

    def terms_of(self, table: TermsTable, keys: Sequence[int]) -> dict[int, frozenset[str]]:
        """Return the distinct terms of rows, those of their titles left aside, by key."""
        query = f"SELECT rowid, body FROM {table} WHERE rowid = ANY(?)"
        return {row[0]: frozenset(row[1]) for row in self.execute(query, (list(keys),))}

    def passage_counts(self, terms: Sequence[str]) -> dict[str, int]:
        """Return in how many passages each term stands; terms in none are left out."""
        query = (
            "SELECT term, passage_terms FROM vocabulary WHERE passage_terms > 0 AND term = ANY(?)"
        )
        return {row[0]: row[1] for row in self.execute(query, (list(terms),))}

    def passage_total(self) -> int:
        """Return the number of passages."""
        return int(
            self.execute("SELECT rows FROM totals WHERE name = 'passage_terms'").fetchone()[0]
        )

    def write_terms(
        self, table: TermsTable, rows: Mapping[int, Sequence[str]], *, title: Sequence[str]
    ) -> None:
        """Make rows searchable by their terms, by key; only passages have a title."""
        head = list(title)
        self.executemany(
            f"INSERT INTO {table} (rowid, title, body, size) VALUES (?, ?, ?, ?)",
            [(key, head, list(body), len(head) + len(body)) for key, body in rows.items()],
        )
        held = Counter(term for body in rows.values() for term in {*head, *body})
        size = sum(len(head) + len(body) for body in rows.values())
        self._count(table, held, rows=len(rows), size=size)

    def erase_terms(self, table: TermsTable, keys: Sequence[int]) -> None:
        """Take rows out of the full-text search."""
        query = f"DELETE FROM {table} WHERE rowid = ANY(?) RETURNING title || body, size"
        gone = self.execute(query, (list(keys),)).fetchall()
        held = Counter(term for terms, _ in gone for term in set(terms))
        less = Counter({term: -count for term, count in held.items()})
        self._count(table, less, rows=-len(gone), size=-sum(size for _, size in gone))

    def _count(self, table: TermsTable, held: Counter[str], *, rows: int, size: int) -> None:
        # In order of the terms, so that the rows of the vocabulary are touched in one order.
        terms = sorted(held)
        self.execute(
            f"INSERT INTO vocabulary AS known (term, {table}) "
            "SELECT * FROM unnest(?::text[], ?::bigint[]) "
            f"ON CONFLICT (term) DO UPDATE SET {table} = known.{table} + excluded.{table}",
            (terms, [held[term] for term in terms]),
        )
        self.execute(
            "UPDATE totals SET rows = rows + ?, size = size + ? WHERE name = ?", (rows, size, table)
        )


@cache
def _translated(query: str) -> bytes:
    return query.replace("?", "%s").encode()
