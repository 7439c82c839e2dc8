"""The catalog in PostgreSQL: connections, snapshots, the writer's lock, searches, errors' meaning.

Terms are kept as arrays, found by a GIN index and ranked by BM25 in SQL, with the same constants
and the same counts as FTS5: the scores of both are equal to rounding.
"""

import os
import socket
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.data_files import data_text, data_toml
from index.errors import (
    LibraryBusyError,
    LibraryError,
    LibraryMissingError,
    LibraryUnreachableError,
    SettingsError,
)
from index.store import catalog
from index.store.migrations import made_later
from index.store.narrowed import shown_alone
from index.store.protocols import (
    BRIEFLY,
    Imprint,
    OpenCatalog,
    Originals,
    Rows,
    RowSearch,
    TermsSearch,
    TermsTable,
    Words,
)

if TYPE_CHECKING:
    import psycopg

_SCHEMA = "footnote"
_LOCK = 0x466F6F746E6F7465
"""Key of the writer's advisory lock, one a database."""
_SECONDS = 10
"""For a connection to be made, and for a dead one to be noticed."""
_EXTRA = 'pip install -c constraints.txt ".[postgresql]"'
_CONDITIONS: Mapping[TermsTable, str] = {
    "passage_terms": "(body && %(terms)s OR title && %(terms)s)",
    "sentence_terms": "body && %(terms)s",
}


class PostgresOpen:
    """An open catalog, as `index.store.protocols.OpenCatalog` describes it."""

    inside: tuple[int, ...] = ()

    def __init__(self, connection: "psycopg.Connection") -> None:
        self._connection = connection
        self._inside = ""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._connection.info.transaction_status.name != "IDLE"

    def execute(self, query: str, values: Sequence[Any] = (), /) -> Rows:
        """Run one statement."""
        if self.inside:
            query, named = shown_alone(query, schema=_SCHEMA)
            values = [*[self._inside] * named, *values]
        return self._connection.execute(_translated(query), values)

    def executemany(self, query: str, values: Iterable[Sequence[Any]], /) -> None:
        """Run one statement for each row of values."""
        with self._connection.cursor() as cursor:
            cursor.executemany(_translated(query), values)

    def begin(self, *, room: int = 0) -> None:
        """Begin a transaction that writes; what room there is only the server knows."""
        self._connection.execute("BEGIN")

    def search_terms(self, wanted: TermsSearch) -> dict[int, float]:
        """Return the best rows that hold any of the terms, by BM25, best first, ties by key."""
        if not wanted.terms:
            return {}
        rows = " AND %(runs)s::int8multirange @> rowid" if wanted.among else ""
        condition = _CONDITIONS[wanted.table] + rows
        query = _search().format(table=wanted.table, condition=condition)
        values: dict[str, object] = {"terms": list(wanted.terms), "title": wanted.title_weight}
        values["limit"] = wanted.limit
        values["runs"] = f"{{{','.join(f'[{first},{last}]' for first, last in wanted.among)}}}"
        return {row[0]: row[1] for row in self._connection.execute(query.encode(), values)}

    def rows_with(self, wanted: RowSearch) -> NDArray[np.int64]:
        """Return the keys of rows that have these terms in a row, in no order."""
        held, values, terms, column = [], [], wanted.terms, wanted.column
        for one in ("title", "body") if column == "both" else (column,):
            row = f"position(? IN ' ' || array_to_string({one}, ' ') || ' ') > 0"
            held.append(f"({one} @> ? AND {row})" if len(terms) > 1 else f"{one} @> ?")
            values += [list(terms), f" {' '.join(terms)} "][: 1 + (len(terms) > 1)]
        query = f"SELECT array_agg(rowid) FROM {wanted.table} WHERE ({' OR '.join(held)})"
        query += " AND rowid BETWEEN ? AND ?" if wanted.among else ""
        row = self.execute(query, (*values, *(wanted.among or ()))).fetchone()
        return np.array(row[0] or [], np.int64)

    def words_of(self, table: TermsTable, keys: Sequence[int]) -> dict[int, Words]:
        """Return the terms of rows in order, those of the title apart, by key."""
        words = "array_to_string(title, ' '), array_to_string(body, ' ')"
        query = f"SELECT rowid, {words} FROM {table} WHERE rowid = ANY(?)"
        return {row[0]: (row[1], row[2]) for row in self.execute(query, (list(keys),))}

    def passage_counts(self, terms: Sequence[str]) -> dict[str, int]:
        """Return in how many passages each term stands; terms in none are left out."""
        query = (
            "SELECT term, passage_terms FROM vocabulary WHERE passage_terms > 0 AND term = ANY(?)"
        )
        return {row[0]: row[1] for row in self.execute(query, (list(terms),))}

    def passage_total(self) -> int:
        """Return the number of passages."""
        rows = self.execute("SELECT rows FROM totals WHERE name = 'passage_terms'")
        return int(rows.fetchone()[0])

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

    def narrow(self, documents: Sequence[int]) -> None:
        """Show only these documents from now on."""
        self.inside = tuple(documents)
        self._inside = f"{{{','.join(map(str, documents))}}}"

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
def _search() -> str:
    return data_text("index", "postgres_search.sql")


@cache
def _translated(query: str) -> bytes:
    return query.replace("?", "%s").encode()


class PostgresCatalog:
    """The catalog in the schema `footnote` of a database, as `Catalog` describes it.

    Args:
        url: `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`, or what else libpq reads.

    Raises:
        SettingsError: The address cannot be read, or psycopg is not installed.
    """

    rewritable = False

    def __init__(self, url: str) -> None:
        self._parameters = _parsed(url)
        self.name = _shown(self._parameters)
        self._guard = threading.Lock()
        self._idle: list[psycopg.Connection] = []

    @property
    def originals(self) -> Originals:
        """The originals, rows of a table in the same database."""
        from index.store.originals import ServerOriginals  # no question asks for one

        return ServerOriginals()

    @contextmanager
    def snapshot(self) -> Iterator[PostgresOpen]:
        """Open the catalog in one read transaction: all that is read is of one moment."""
        with self._borrowed() as connection:
            connection.execute("SELECT 1 FROM meta")  # where there is none, it is said here
            yield PostgresOpen(connection)

    @contextmanager
    def writing(
        self, *, wait: float = 0.0, create: Imprint | None = None
    ) -> Iterator[PostgresOpen]:
        """Hold the writer's lock and a connection of its own, with which the lock ends."""
        with self._explaining(), closing(self._connected()) as connection:
            self._lock(connection, wait=wait)
            db = PostgresOpen(connection)
            if create is not None:
                _create(db, create)
            db.execute("SELECT 1 FROM meta")
            yield db
            # A server lets go of a closed connection's lock only some time later.
            connection.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))

    def faults(self, db: OpenCatalog) -> Iterator[str]:
        """Yield the tables that are missing; PostgreSQL checks its own files."""
        for table in made_later(db):
            if db.execute("SELECT to_regclass(?)", (f"{_SCHEMA}.{table}",)).fetchone()[0] is None:
                yield f"its table {table} is missing"

    def mendable(self) -> bool:
        """Say that a repair may be tried; the database itself refuses who may not."""
        return True

    def close(self) -> None:
        """Close the connections that nobody uses."""
        with self._guard:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @contextmanager
    def _borrowed(self) -> Iterator["psycopg.Connection"]:
        """Hold a connection in a read transaction; it is kept for the next reader."""
        with self._explaining():
            connection = self._begun()
            try:
                yield connection
            except BaseException:
                connection.close()
                raise
            connection.execute("ROLLBACK")
            with self._guard:
                self._idle.append(connection)

    def _begun(self) -> "psycopg.Connection":
        import psycopg

        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        while connection := self._spare():
            try:
                connection.execute(begin)
            except psycopg.OperationalError:  # the server was restarted since
                connection.close()
            else:
                return connection
        connection = self._connected()
        connection.execute(begin)
        return connection

    def _spare(self) -> "psycopg.Connection | None":
        with self._guard:
            return self._idle.pop() if self._idle else None

    def _connected(self) -> "psycopg.Connection":
        import psycopg
        from psycopg.conninfo import make_conninfo
        from psycopg.types.numeric import Int8Dumper

        own: dict[str, str | int] = {
            "application_name": f"footnote on {socket.gethostname()}, process {os.getpid()}",
            "client_encoding": "utf8",
            "connect_timeout": _SECONDS,
            "keepalives_idle": _SECONDS,
            "tcp_user_timeout": _SECONDS * 1000,
        }
        address = make_conninfo("", **{**own, **self._parameters})
        connection = psycopg.connect(address, autocommit=True)
        # One type for all whole numbers, so that a list of keys is searched by an index.
        connection.adapters.register_dumper(int, Int8Dumper)
        connection.execute(f"SET search_path TO {_SCHEMA}")
        return connection

    def _lock(self, connection: "psycopg.Connection", *, wait: float) -> None:
        import psycopg

        connection.execute(f"SET lock_timeout = {int(max(wait, BRIEFLY) * 1000)}")
        try:
            connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        except psycopg.errors.LockNotAvailable:
            raise LibraryBusyError(
                f"library {self.name!r} is being written by {_holder(connection)}: wait until it "
                "has finished and run the command again"
            ) from None
        connection.execute("SET lock_timeout = 0")

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        import psycopg

        try:
            yield
        except psycopg.Error as error:
            raise self._explained(error) from error

    def _explained(self, error: "psycopg.Error") -> LibraryError:
        reason = " ".join(str(error).split())
        if secret := self._parameters.get("password"):
            reason = reason.replace(str(secret), "***")
        said = f"library {self.name!r}"
        if error.sqlstate == "42P01" and '"meta"' not in reason:
            return LibraryError(f"{said} is damaged ({reason}): run `footnote doctor --repair`")
        if error.sqlstate in ("42P01", "3F000"):
            return LibraryMissingError(
                f"no library at {said}: add articles with `footnote add PATH`"
            )
        for trouble in data_toml("index", "postgres.toml")["troubles"]:
            if error.sqlstate in trouble["signs"] or any(s in reason for s in trouble["signs"]):
                return LibraryError(trouble["sentence"].format(library=said, reason=reason))
        if error.sqlstate is None or error.sqlstate.startswith(("08", "57P")):
            return LibraryUnreachableError(
                f"PostgreSQL of {said} cannot be reached ({reason}): start it or mend the address "
                "in FOOTNOTE_LIBRARY; nothing was changed"
            )
        return LibraryError(f"cannot use the catalog of {said}: {reason}")


def _create(db: PostgresOpen, imprint: Imprint) -> None:
    """Make the schema and an empty catalog if there is none, in one transaction."""
    if db.execute(f"SELECT to_regclass('{_SCHEMA}.meta')").fetchone()[0] is not None:
        return
    statements = data_text("index", "postgres.sql")
    with catalog.transaction(db):
        db.execute(f"CREATE SCHEMA IF NOT EXISTS {_SCHEMA}")
        for statement in statements.split(";\n"):
            db.execute(statement)
        catalog.set_imprint(db, imprint)
        db.execute("INSERT INTO meta VALUES ('generation', '')")


def _holder(connection: "psycopg.Connection") -> str:
    row = connection.execute(
        "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) "
        "WHERE locktype = 'advisory' AND granted AND pid != pg_backend_pid() "
        "AND (classid::bigint << 32) + objid::bigint = %s",
        (_LOCK,),
    ).fetchone()
    return str(row[0]) if row else "another program"


def _parsed(url: str) -> dict[str, str | int]:
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError as error:
        raise SettingsError(
            f"a library in PostgreSQL needs psycopg: run `{_EXTRA}` in Footnote's folder"
        ) from error
    try:
        found = conninfo_to_dict(url)
    except ProgrammingError:
        # Its own message may quote a part of the password.
        raise SettingsError(
            "the address of the library cannot be read: write "
            "postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with % and @ of a password as %25 "
            "and %40"
        ) from None
    return {name: value for name, value in found.items() if value is not None}


def _shown(parameters: dict[str, str | int]) -> str:
    """Return the address without its password and its options."""
    user = f"{parameters['user']}@" if "user" in parameters else ""
    port = f":{parameters['port']}" if "port" in parameters else ""
    host = parameters.get("host", "")
    return f"postgresql://{user}{host}{port}/{parameters.get('dbname', '')}"
