"""Generations of sentence vectors on a Chroma server: one collection each, grown in place.

Beside `index.store.chroma` the only file that imports chromadb. A vector's id is its sentence's
hash, so a collection may hold vectors that are not published yet or are on their way out: a
reader takes only those whose sentences its snapshot of the catalog has.
"""

import base64
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
from numpy.typing import NDArray

from index.errors import LibraryError, LibraryUnreachableError, SettingsError
from index.store.chroma import HNSW, LARGEST_SLICE, foreign_functions
from index.store.protocols import (
    Nearest,
    NextGeneration,
    OnStep,
    OpenCatalog,
)
from index.store.vector_search import widened

_COLLECTIONS = "api/v2/tenants/default_tenant/databases/default_database/collections"
_PREFIX = "footnote-"
_CONNECT_SECONDS = 5.0
_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Address:
    host: str
    port: int
    tls: bool
    headers: dict[str, str] = field(repr=False)

    @property
    def shown(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}"


class ServerVectors:
    """Collections on a Chroma server, as `index.store.protocols.VectorIndex` describes it.

    Args:
        url: `http://HOST:PORT`, or https; a user and password in it are sent as basic
            authentication, for a proxy in front of Chroma, which has none of its own.

    Raises:
        SettingsError: The address cannot be read.
    """

    def __init__(self, url: str) -> None:
        self._address = _parsed(url)
        self._guard = threading.Lock()
        self._client: Any = None  # chromadb's types stay in this file
        self._collections: dict[str, Any] = {}

    @contextmanager
    def reading(self, name: str, db: OpenCatalog) -> Iterator[Nearest]:
        """Hold a collection open for the length of a `with` block."""
        yield partial(self._nearest, self._collection(name), db)

    def build(self, wanted: NextGeneration, *, on_step: OnStep) -> str:
        """Add to the current collection, or fill a new one; return its name."""
        name = _next(wanted.after, copy=wanted.copy)
        collection = self._collection(name) if wanted.copy else self._created(name)
        with self._explained():
            for hashes, matrix in wanted.slices:
                for first in range(0, len(hashes), LARGEST_SLICE):
                    on_step("add")
                    part = slice(first, first + LARGEST_SLICE)
                    collection.add(ids=hashes[part], embeddings=matrix[part])
        return name

    def clean(self, *, before: str, current: str, gone: Sequence[str]) -> None:
        """Delete vectors that are gone, and all collections but the current and the one before.

        A server that is away now keeps what it has: nothing refers to it.
        """
        with suppress(LibraryError), self._explained():
            if gone and _stem(before) == _stem(current):
                collection = self._collection(current)
                for first in range(0, len(gone), LARGEST_SLICE):
                    collection.delete(ids=list(gone[first : first + LARGEST_SLICE]))
            if before and _stem(before) != _stem(current):
                self._drop_all_but(before, current)

    def hashes(self, name: str) -> set[str]:
        """Return the hashes whose vectors can really be read back from a collection."""
        collection = self._collection(name)
        with self._explained():
            ids = list(collection.get(include=[])["ids"])
            readable: set[str] = set()
            for first in range(0, len(ids), LARGEST_SLICE):
                part = ids[first : first + LARGEST_SLICE]
                readable.update(collection.get(ids=part, include=["embeddings"])["ids"])
        return readable

    def close(self) -> None:
        """Close the connections to the server; the next call opens new ones."""
        with self._guard:
            client, self._client = self._client, None
            self._collections.clear()
        if client is not None:
            # Chroma's own close leaves its connections open, and those of a second, inner client.
            for part in (client, client._admin_client):
                part._server._session.close()
            client.close()

    def _nearest(
        self,
        collection: Any,  # noqa: ANN401  # chromadb's types stay in this file
        db: OpenCatalog,
        vector: NDArray[np.float32],
        k: int,
    ) -> list[str]:
        """Return the hashes of about the k nearest sentences of a snapshot, nearest first."""

        def ask(asked: int) -> list[str]:
            with self._explained():
                found = collection.query(
                    query_embeddings=vector[None, :], n_results=asked, include=["distances"]
                )
            return list(found["ids"][0])

        return widened(db, ask, k)

    def _collection(self, name: str) -> Any:  # noqa: ANN401  # chromadb's types stay in this file
        client = self._connected()
        with self._guard:
            if _stem(name) in self._collections:
                return self._collections[_stem(name)]
        with self._explained():
            self._refuse_foreign_functions(_stem(name))
            collection = client.get_collection(_stem(name), embedding_function=None)
        with self._guard:
            self._collections[_stem(name)] = collection
        return collection

    def _created(self, name: str) -> Any:  # noqa: ANN401
        client = self._connected()
        with self._explained():
            with suppress(self._missing()):
                client.delete_collection(_stem(name))  # left by an interrupted run
            return client.create_collection(
                _stem(name), embedding_function=None, configuration={"hnsw": HNSW}
            )

    def _drop_all_but(self, before: str, current: str) -> None:
        client = self._connected()
        library = _stem(before).rpartition("-")[0]
        keep = {_stem(before), _stem(current)}
        for found in client.list_collections():
            if found.name.startswith(f"{library}-") and found.name not in keep:
                client.delete_collection(found.name)

    def _connected(self) -> Any:  # noqa: ANN401
        with self._guard:
            if self._client is None:
                with self._explained():
                    self._client = self._opened()
            return self._client

    def _opened(self) -> Any:  # noqa: ANN401
        import chromadb
        from chromadb.config import Settings

        address = self._address
        # Chroma's client waits without end for a server that is silent, so it is asked before.
        self._get("api/v2/heartbeat")
        client: Any = chromadb.HttpClient(
            address.host,
            address.port,
            ssl=address.tls,
            headers=dict(address.headers),
            settings=Settings(anonymized_telemetry=False),
        )
        client._server._session.timeout = _SECONDS
        return client

    def _get(self, path: str) -> Any:  # noqa: ANN401  # JSON
        import httpx

        reply = httpx.get(
            f"{self._address.shown}/{path}",
            headers=self._address.headers,
            timeout=httpx.Timeout(_SECONDS, connect=_CONNECT_SECONDS),
        )
        if reply.status_code in (401, 403):
            raise LibraryError(
                f"the Chroma server at {self._address.shown} refuses the credentials (HTTP "
                f"{reply.status_code}): mend user and password in FOOTNOTE_VECTORS"
            )
        reply.raise_for_status()
        return reply.json()

    def _refuse_foreign_functions(self, collection: str) -> None:
        """Refuse a collection that names an embedding function: loading one can run its code."""
        import httpx

        try:
            stored = self._get(f"{_COLLECTIONS}/{collection}")
        except httpx.HTTPStatusError as error:
            raise LibraryError(
                f"the Chroma server at {self._address.shown} has no collection {collection!r} "
                f"(HTTP {error.response.status_code}): run `footnote doctor --repair` to build it "
                "anew from the catalog"
            ) from error
        if foreign := list(foreign_functions(stored)):
            raise LibraryError(
                f"collection {collection!r} names a foreign embedding function "
                f"{foreign[0].get('name')!r}, which could run code: it was not opened; run "
                "`footnote doctor --repair` to build the vectors anew from the catalog"
            )

    @staticmethod
    def _missing() -> type[Exception]:
        from chromadb.errors import NotFoundError

        return NotFoundError

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn whatever Chroma and its HTTP client raise into one sentence."""
        import httpx

        try:
            yield
        except LibraryError:
            raise
        except (httpx.TransportError, httpx.HTTPStatusError) as error:
            raise LibraryUnreachableError(
                f"the Chroma server at {self._address.shown} cannot be reached "
                f"({_reason(error)}): start it with `chroma run --path FOLDER`, or mend "
                "FOOTNOTE_VECTORS"
            ) from error
        except Exception as error:  # chromadb's errors share no base class
            raise LibraryError(
                f"the vectors on the Chroma server at {self._address.shown} cannot be used "
                f"({_reason(error)}): run `footnote doctor --repair` to build them anew from the "
                "catalog"
            ) from error


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _stem(name: str) -> str:
    """Return the collection of a generation: all generations that grow in place have one."""
    return _PREFIX + name.partition(".")[0]


def _next(name: str, *, copy: bool) -> str:
    """Return the name after one: `LIBRARY-COLLECTION.CHANGE`; the first makes a library's id."""
    collection, _, change = name.partition(".")
    if copy:
        return f"{collection}.{int(change) + 1:06d}"
    library, _, number = collection.partition("-")
    return f"{library or uuid.uuid4().hex[:12]}-{int(number or 0) + 1:06d}.000000"


def _parsed(url: str) -> _Address:
    problem = "the address of the Chroma server cannot be read: write http://HOST:PORT"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # its own message may quote a part of a password
        raise SettingsError(problem) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        raise SettingsError(problem)
    headers = {}
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    tls = parts.scheme == "https"
    return _Address(
        host=parts.hostname, port=port or (443 if tls else 8000), tls=tls, headers=headers
    )
