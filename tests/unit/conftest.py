"""What tests of kept conversations share."""

from pathlib import Path

import pytest
from kept_talks import Clock

from rag.conversations.store import ConversationStore


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> ConversationStore:
    return ConversationStore(tmp_path / "data" / "conversations.db", clock=clock)
