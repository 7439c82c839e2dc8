"""What every test gets: a home of its own, no FOOTNOTE_ variables, and no network.

A test's folder says what it needs: `unit` nothing, `library` a library over fakes in this process,
`process` processes, servers of our own or much time, `servers` PostgreSQL and Chroma's server,
`training` PyTorch, `page` a browser.
"""

import os
import shutil
import signal
import socket
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import servers

from eval.reports.suite import SuiteRun
from eval.results import (
    CaseResult,
    CitedQuote,
    Comparison,
    GateResult,
    Rate,
    Report,
    RetrievedPassage,
)
from eval.suites.cases import Quote
from index.store.library import Library, open_library
from rag import AnswerSentence, Assistant, Card, Settings, testing
from rag.testing import HashEmbedder

pytest_plugins = ["command_desk", "remembered", "side_by_side", "ui_pages"]


_ORDER = ("unit", "library", "process", "servers", "training", "page")


_MEMORY = Path("/dev/shm")
_ROOM = 4_000_000_000
"""Bytes that have to be free there; a whole run takes about a quarter of them."""


def pytest_configure() -> None:
    """Have files in memory: to bring each small one to a disk takes most of a library's time.

    What is killed here are processes, and what they wrote outlives them in memory too.
    """
    if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what is quick first, and last what shares the browser."""
    tests = Path(__file__).parent
    items.sort(key=lambda item: _ORDER.index(item.path.relative_to(tests).parts[0]))


@pytest.fixture(autouse=True, scope="session")
def hearing_interrupts() -> None:
    """Hear Ctrl+C, as the commands that tests start do then: a shell's background job is deaf."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith("FOOTNOTE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home" / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home" / "config"))


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every look-up and connection that Python code makes but to this machine."""

    real_lookup, real_connect = socket.getaddrinfo, socket.socket.connect

    def lookup(host: object, *rest: object, **named: object) -> object:
        if host in ("127.0.0.1", b"127.0.0.1"):
            return real_lookup(host, *rest, **named)  # type: ignore[arg-type]
        raise AssertionError(f"looked up {host!r}")

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
def make_folder_library(tmp_path: Path, embedder: HashEmbedder) -> Callable[..., Library]:
    """Open the same library as often as wanted, with a fast embedder and its vectors in Chroma."""

    def make(on_step: Callable[[str], None] = lambda step: None) -> Library:
        return open_library(
            tmp_path / "library", model=embedder.name, load=lambda: embedder, on_step=on_step
        )

    return make


@pytest.fixture
def make_library(make_folder_library: Callable[..., Library]) -> Callable[..., Library]:
    """Open the library that tests of a folder want: `tests/library` has its vectors in memory."""
    return make_folder_library


@pytest.fixture
def make_memory_library(tmp_path: Path, embedder: HashEmbedder) -> Callable[..., Library]:
    """Open the same library with its vectors in memory as often as wanted."""

    def make(on_step: Callable[[str], None] = lambda step: None) -> Library:
        return testing.open_library(tmp_path / "library", embedder=embedder, on_step=on_step)

    return make


@pytest.fixture
def assistant(tmp_path: Path, embedder: HashEmbedder) -> Assistant:
    """Open an assistant over an empty library with a fast embedder."""
    settings = Settings(library=tmp_path / "library", seeds=False)
    return Assistant.open(settings, embedder=embedder)


QUOTE = "both governments start co-production of a missile called AMRAAM."
PASSAGE = f"They also agreed on new equipment. Under the framework, {QUOTE} Much was left open."


@pytest.fixture
def make_case() -> Callable[..., CaseResult]:
    """Make the result of a case that passed, or what is named."""

    def make(name: str = "missile", **changes: object) -> CaseResult:
        cited = CitedQuote(
            span=("d", 57, 121),
            card=Card(title="Defence", source="/a/b.txt"),
            quote=QUOTE,
            passage=PASSAGE,
        )
        plain: dict[str, object] = {
            "id": name,
            "question": "Which missile will Japan co-produce?",
            "answerable": True,
            "tags": ("which",),
            "expected": ("AMRAAM", "SM-6"),
            "evidence": (Quote(document="b.txt", quote=QUOTE),),
            "status": "answered",
            "text": QUOTE,
            "sentences": (AnswerSentence(text=QUOTE, citations=(1,)),),
            "citations": (cited,),
            "retrieved": (
                RetrievedPassage(
                    rank=1, card=Card(title="Defence"), text=PASSAGE, score=0.6, relevant=True
                ),
            ),
            "scores": {"containment": 1.0},
            "confidence": 0.7,
            "seconds": 0.02,
        }
        return CaseResult(**(plain | changes))  # type: ignore[arg-type]

    return make


@pytest.fixture
def make_run() -> Callable[..., SuiteRun]:
    """Make a suite's run of these cases, with a rate, a gate that passes and no baseline."""

    def make(
        *cases: CaseResult,
        reasons: tuple[str, ...] = (),
        comparison: Comparison | None = None,
        **changes: object,
    ) -> SuiteRun:
        plain: dict[str, object] = {
            "suite": "mine",
            "cases": cases,
            "rates": (Rate(name="containment", value=0.5, low=0.095, high=0.905, n=2),),
        }
        report = Report(**(plain | changes))  # type: ignore[arg-type]
        return SuiteRun(report=report, gate=GateResult(reasons=reasons), comparison=comparison)

    return make


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Run one PostgreSQL cluster for all tests that want one."""
    with servers.postgres() as address:
        yield address


@pytest.fixture(scope="session")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run one Chroma server for all tests that want one."""
    with servers.chroma(tmp_path_factory.mktemp("chroma")) as address:
        yield address


@pytest.fixture
def database(postgres_server: str) -> Iterator[str]:
    """Make a database of the test's own in the cluster."""
    import psycopg

    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}")
        yield f"{postgres_server.rpartition('/')[0]}/{name}"
        owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def make_server_library(
    database: str, chroma_server: str, embedder: HashEmbedder
) -> Iterator[Callable[..., Library]]:
    """Open the same library on servers as often as wanted, with a fast embedder."""
    opened: list[Library] = []

    def make(on_step: Callable[[str], None] = lambda step: None) -> Library:
        opened.append(
            open_library(
                database,
                vectors=chroma_server,
                model=embedder.name,
                load=lambda: embedder,
                on_step=on_step,
            )
        )
        return opened[-1]

    yield make
    for library in opened:
        library.close()
