"""What every test gets: a home of its own, no FOOTNOTE_ variables, and no network."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from index.library import Library
from rag import Assistant, Settings
from rag.testing import HashEmbedder


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith("FOOTNOTE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home" / "data"))


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every look-up and connection that Python code makes but to this machine."""

    real_lookup = socket.getaddrinfo

    def lookup(host: object, *rest: object, **named: object) -> object:
        if host == "127.0.0.1":
            return real_lookup(host, *rest, **named)  # a number: nothing is asked of anyone
        raise AssertionError(f"looked up {host!r}")

    real_connect = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        if self.family == socket.AF_UNIX or (
            isinstance(address, tuple) and address[0] == "127.0.0.1"
        ):
            return real_connect(self, address)
        raise AssertionError(f"connected to {address!r}")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder()


@pytest.fixture
def make_library(tmp_path: Path, embedder: HashEmbedder) -> Callable[..., Library]:
    """Open the same library as often as wanted, with a fast embedder."""

    def make(on_step: Callable[[str], None] = lambda step: None) -> Library:
        return Library(
            tmp_path / "library", model=embedder.name, load=lambda: embedder, on_step=on_step
        )

    return make


@pytest.fixture
def assistant(tmp_path: Path, embedder: HashEmbedder) -> Assistant:
    """Open an assistant over an empty library with a fast embedder."""
    settings = Settings(library=tmp_path / "library", seeds=False)
    return Assistant.open(settings, embedder=embedder)
