"""Libraries over fakes: a fast embedder, and vectors in memory, where Chroma is not the matter."""

from collections.abc import Callable
from pathlib import Path

import pytest

from index.store.library import Library
from rag import Assistant, Settings
from rag.testing import HashEmbedder, open_assistant


@pytest.fixture
def make_library(make_memory_library: Callable[..., Library]) -> Callable[..., Library]:
    """Open the same library as often as wanted, with its vectors in memory."""
    return make_memory_library


@pytest.fixture
def assistant(tmp_path: Path, embedder: HashEmbedder) -> Assistant:
    """Open an assistant over an empty library in memory with a fast embedder."""
    settings = Settings(library=tmp_path / "library", seeds=False)
    return open_assistant(settings, embedder=embedder)
