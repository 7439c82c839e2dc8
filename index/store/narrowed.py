"""Shows some documents of an open catalog alone, their words ranked as if there were no others."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from index.store.protocols import (
    OpenCatalog,
    Rows,
    RowSearch,
    Runs,
    TermsSearch,
    TermsTable,
    Words,
)

_NARROWED: Final = {"documents": "key", "passages": "document", "sentences": "document"}
"""The tables of which some rows are shown, by the column of their document."""
_FEW: Final = 100
"""Documents by which their rows are found."""
_SMALL: Final = 5_000
"""Sentences of a scope that are all read and ranked here; of more the catalog's search is asked."""
_K1, _B, _LEAST_IDF = 1.2, 0.75, 1e-6
"""As in FTS5, whose sums these are: https://www.sqlite.org/fts5.html#the_bm25_function"""
_AGAIN: Final = 2
"""Rows of a large scope that its own statistics rank again, for each one wanted."""
_SAMPLED: Final = 400
"""Passages of which the words are counted, for how many there are in one."""
_KEPT, _TERMS = 20_000, 50
"""Terms of which is kept how many rows of a large scope hold them, and how often each of a small
one does."""
_SOURCES: Final[Mapping[TermsTable, str]] = {
    "passage_terms": "passages",
    "sentence_terms": "sentences",
}
_COMMON = 0.5
"""Share of all passages with a term from which those of the scope with it are estimated."""


def narrowed(db: OpenCatalog, documents: Sequence[int], known: "Known") -> tuple[OpenCatalog, bool]:
    """Return a catalog that shows documents alone, and whether all that they say is soon read.

    Args:
        db: The catalog; whoever goes on reading it sees only those documents, too.
        documents: Their keys; none leave it as it is.
        known: What was counted in the same documents before.
    """
    if not documents:
        return db, False
    shown = NarrowedCatalog(db, documents, known)
    return shown, shown.is_small


def show_alone(db: OpenCatalog, documents: Sequence[int]) -> tuple[int, ...]:
    """Have SQLite's tables show some documents alone: what is temporary hides what is not."""
    db.execute("CREATE TEMP TABLE inside (document INTEGER PRIMARY KEY)")
    # Four times as quick as a statement for each.
    db.execute("INSERT INTO inside SELECT value FROM json_each(?)", (json.dumps(documents),))
    # SQLite cannot know how many documents are shown, and would go through all of them to find a
    # row by its key: 15 ms where 5,000 are. A plus keeps it from that.
    plus = "+" if len(documents) > _FEW else ""
    for table, key in _NARROWED.items():
        rows = f"main.{table} WHERE {plus}{key} IN (SELECT document FROM inside)"
        db.execute(f"CREATE TEMP VIEW {table} AS SELECT * FROM {rows}")
    return tuple(documents)


def in_runs(db: OpenCatalog, table: TermsTable, runs: Runs) -> str:
    """Return the condition of SQLite that a row is in one of some runs; empty where there are none.

    A look at the table that the row is of takes twice as long.
    """
    if not runs:
        return ""
    name = f"{table}_runs"
    db.execute(f"CREATE TEMP TABLE IF NOT EXISTS {name} (first INTEGER PRIMARY KEY, last INTEGER)")
    if db.execute(f"SELECT 1 FROM {name}").fetchone() is None:
        rows = "json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)"
        db.execute(f"INSERT INTO {name} SELECT {rows}", (json.dumps(runs),))
    before = f"first <= {table}.rowid ORDER BY first DESC LIMIT 1"
    return f" AND rowid <= (SELECT last FROM {name} WHERE {before})"


def shown_alone(query: str, *, schema: str) -> tuple[str, int]:
    """Return a query of PostgreSQL of some documents alone, and how often their keys come first."""
    named = [table for table in _NARROWED if table in query]
    tables = (
        f"{table} AS NOT MATERIALIZED (SELECT * FROM {schema}.{table} WHERE {_NARROWED[table]} = "
        "ANY(?::bigint[]))"
        for table in named
    )
    return (f"WITH {', '.join(tables)} {query}" if named else query), len(named)


class NarrowedCatalog:
    """An open catalog that shows some documents alone, as `index.store.protocols.OpenCatalog`.

    Args:
        db: The catalog; whoever goes on reading it sees only those documents, too.
        documents: Their keys; at least one.
        known: What was counted in the same documents before.
    """

    def __init__(self, db: OpenCatalog, documents: Sequence[int], known: "Known") -> None:
        known.everywhere = known.everywhere or db.passage_total()
        db.narrow(documents)
        self.inside = db.inside
        self._db = db
        self._known = known
        counted = f"SELECT count(*) FROM (SELECT 1 FROM sentences LIMIT {_SMALL + 1}) AS few"
        self.is_small = bool(db.execute(counted).fetchone()[0] <= _SMALL)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._db.in_transaction

    def execute(self, query: str, values: Sequence[Any] = (), /) -> Rows:
        """Run one statement."""
        return self._db.execute(query, values)

    def executemany(self, query: str, values: Iterable[Sequence[Any]], /) -> object:
        """Run one statement for each row of values."""
        return self._db.executemany(query, values)

    def begin(self, *, room: int = 0) -> None:
        """Begin a transaction that writes."""
        self._db.begin(room=room)

    def search_terms(self, wanted: TermsSearch) -> dict[int, float]:
        """Return the best rows that hold any of the terms, by BM25, best first, ties by key."""
        table = wanted.table
        if self.is_small:
            words = self._words(table)
        else:
            among = wanted.among or self._runs(table)
            more = replace(wanted, limit=_AGAIN * wanted.limit, among=among)
            words = _Words(self._db.words_of(table, list(self._db.search_terms(more))))
        held = {term: self._held(table, term) for term in wanted.terms}
        return words.best(wanted, held, self._totals(table))

    def rows_with(self, wanted: RowSearch) -> NDArray[np.int64]:
        """Return the keys of rows that have these terms in a row, in no order."""
        found = self._db.rows_with(wanted)
        shown = self._shown(wanted.table)
        inside: NDArray[np.int64] = found[shown[found.clip(max=len(shown) - 1)]]
        return inside

    def words_of(self, table: TermsTable, keys: Sequence[int]) -> dict[int, Words]:
        """Return the terms of rows in order, those of the title apart, by key."""
        return self._db.words_of(table, keys)

    def passage_counts(self, terms: Sequence[str]) -> dict[str, int]:
        """Return in how many passages each term stands; terms in none are left out."""
        if self.is_small:
            held = {term: self._held("passage_terms", term) for term in terms}
        else:
            held = {
                term: round(count * self.passage_total() / self._known.everywhere)
                if count > _COMMON * self._known.everywhere
                else self._held("passage_terms", term)
                for term, count in self._everywhere(terms).items()
            }
        return {term: count for term, count in held.items() if count}

    def passage_total(self) -> int:
        """Return the number of passages."""
        return self._totals("passage_terms")[0]

    def write_terms(
        self, table: TermsTable, rows: Mapping[int, Sequence[str]], *, title: Sequence[str]
    ) -> None:
        """Make rows searchable by their terms, by key; only passages have a title."""
        self._db.write_terms(table, rows, title=title)

    def erase_terms(self, table: TermsTable, keys: Sequence[int]) -> None:
        """Take rows out of the full-text search."""
        self._db.erase_terms(table, keys)

    def narrow(self, documents: Sequence[int]) -> None:
        """Do nothing: it is."""

    def _everywhere(self, terms: Sequence[str]) -> dict[str, int]:
        """Return in how many passages of the whole library each term stands."""
        known = self._known.counts
        counts = {term: known.get(term) for term in terms}
        if missing := [term for term, count in counts.items() if count is None]:
            found = dict.fromkeys(missing, 0) | self._db.passage_counts(missing)
            if len(known) + len(found) > _KEPT:
                known.clear()
            known.update(found)
            counts |= found
        return {term: count for term, count in counts.items() if count}

    def _held(self, table: TermsTable, term: str) -> int:
        """Return how many rows hold a term."""
        if self.is_small:
            return self._words(table).held(term)
        known, key = self._known.held, (table, term)
        held = known.get(key)
        if held is None:
            held = len(self.rows_with(RowSearch(table=table, terms=[term], column="both")))
            if len(known) >= _KEPT:
                known.clear()
            known[key] = held
        return held

    def _totals(self, table: TermsTable) -> tuple[int, float]:
        """Return how many rows there are, and how many terms one has with its title on average."""
        if self.is_small:
            words = self._words(table)
            return words.count, words.size
        totals = self._known.totals.get(table)
        if totals is None:
            keys = np.flatnonzero(self._shown(table))
            sample = keys[:: 1 + len(keys) // _SAMPLED].tolist()
            totals = len(keys), _Words(self._db.words_of(table, sample)).size
            self._known.totals[table] = totals
        return totals

    def _shown(self, table: TermsTable) -> NDArray[np.bool_]:
        """Return of each key of a row whether it is shown; the last one is none's."""
        shown = self._known.shown.get(table)
        if shown is None:
            rows = self.execute(f"SELECT key FROM {_SOURCES[table]}").fetchall()
            keys = np.array(rows, dtype=np.int64).reshape(-1)
            shown = np.zeros(int(keys.max(initial=0)) + 2, dtype=bool)
            shown[keys] = True
            self._known.shown[table] = shown
        return shown

    def _runs(self, table: TermsTable) -> Runs:
        runs = self._known.runs.get(table)
        if runs is None:
            edges = np.flatnonzero(np.diff(self._shown(table), prepend=False)).reshape(-1, 2)
            runs = list(zip(edges[:, 0].tolist(), (edges[:, 1] - 1).tolist(), strict=True))
            self._known.runs[table] = runs
        return runs

    def _words(self, table: TermsTable) -> "_Words":
        words = self._known.words.get(table)
        if words is None:
            rows = self.execute(f"SELECT key FROM {_SOURCES[table]}").fetchall()
            words = _Words(self._db.words_of(table, [row[0] for row in rows]))
            self._known.words[table] = words
        return words


@dataclass(slots=True, kw_only=True)
class Known:
    """What was read and counted in the documents of a scope, for the next question."""

    everywhere: int = 0
    """Passages of the whole library; 0 while they are not counted."""
    words: "dict[TermsTable, _Words]" = field(default_factory=dict)
    """All, of a small scope; what comes next is of a large one."""
    shown: dict[TermsTable, NDArray[np.bool_]] = field(default_factory=dict)
    """Of each key of a row whether it is in."""
    runs: dict[TermsTable, Runs] = field(default_factory=dict)
    """The same keys."""
    totals: dict[TermsTable, tuple[int, float]] = field(default_factory=dict)
    """Rows, and terms of one on average: as a sample has it."""
    counts: dict[str, int] = field(default_factory=dict)
    """In how many passages of the whole library a term stands."""
    held: dict[tuple[TermsTable, str], int] = field(default_factory=dict)
    """In how many rows a term stands."""


class _Words:
    """The words of some rows, counted for one term after another."""

    def __init__(self, rows: Mapping[int, Words]) -> None:
        self._keys = list(rows)
        # Two blanks between words, so that a word with one on each side is found twice in a row.
        self._texts = [tuple(f" {p.replace(' ', '  ')} " for p in row) for row in rows.values()]
        sizes = [sum(part.count(" ") + 1 for part in row if part) for row in rows.values()]
        self._sizes = np.array(sizes, dtype=np.float64)
        self._often: dict[str, NDArray[np.float64]] = {}
        self.count = len(rows)
        self.size = float(self._sizes.mean()) if rows else 0.0

    def held(self, term: str) -> int:
        """Return in how many of the rows a term stands."""
        return int(np.count_nonzero(self._counts(term).any(axis=0)))

    def best(
        self, wanted: TermsSearch, held: Mapping[str, int], totals: tuple[int, float]
    ) -> dict[int, float]:
        """Return the rows that hold any of the terms by BM25, best first, ties by key.

        Args:
            wanted: The terms, distinct ones; runs of keys play no part.
            held: In how many rows each stands, of all rows, of which these may be some.
            totals: Rows in all, and their terms on average.
        """
        rows, size = totals
        scores = np.zeros(self.count)
        norm = _K1 * (1 - _B + _B * self._sizes / max(size, 1.0))
        for term in wanted.terms:
            idf = max(math.log((rows - held[term] + 0.5) / (held[term] + 0.5)), _LEAST_IDF)
            title, body = self._counts(term)
            often = wanted.title_weight * title + body
            found = often > 0
            scores[found] += idf * (often[found] * (_K1 + 1) / (often[found] + norm[found]))
        ranked = sorted((-float(scores[n]), self._keys[n]) for n in np.flatnonzero(scores > 0))
        return {key: -score for score, key in ranked[: wanted.limit]}

    def _counts(self, term: str) -> NDArray[np.float64]:
        """Return how often a term stands in the title and in the row, (2, rows)."""
        often = self._often.get(term)
        if often is None:
            if len(self._often) >= _TERMS:
                self._often.clear()
            word = f" {term} "
            titles = [title.count(word) for title, _ in self._texts]
            bodies = [body.count(word) for _, body in self._texts]
            self._often[term] = often = np.array([titles, bodies], dtype=np.float64)
        return often
