"""One deadline for a question, however many replies of the model it takes."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from wire_formats import FORMATS
from wire_server import WireServer

from rag import Answer, Article, Assistant, Settings, Turn
from rag.llm.client import Clock
from rag.llm.registry import load_model
from rag.testing import HashEmbedder

_BEFORE = Turn(question="Do dogs sleep?", text="Dogs sleep by day. [1]")
_DEADLINE = 600.0


class LateEmbedder(HashEmbedder):
    """Has the deadline pass while a question is searched for, between two replies."""

    late = 0.0

    def embed_question(self, text: str) -> NDArray[np.float32]:
        if text == "When do dogs bark?":
            self.late += _DEADLINE
        return super().embed_question(text)


async def last_of(assistant: Assistant, question: str, history: list[Turn]) -> object:
    return [event async for event in assistant.astream(question, history=history)][-1]


Ask = Callable[[Assistant, str, list[Turn]], object]
_WAYS: dict[str, Ask] = {
    "ask": lambda a, question, history: a.ask(question, history=history),
    "aask": lambda a, question, history: asyncio.run(a.aask(question, history=history)),
    "stream": lambda a, question, history: list(a.stream(question, history=history))[-1],
    "astream": lambda a, question, history: asyncio.run(last_of(a, question, history)),
}


@pytest.mark.parametrize("way", _WAYS)
def test_a_follow_up_has_no_more_time_than_another_question(way: str, tmp_path: Path) -> None:
    embedder = LateEmbedder()
    wire = FORMATS["openai-like"]
    said = [wire.stream(t) for t in ("When do dogs bark?", *["Dogs bark at night. [1]"] * 2)]
    with WireServer(*said) as server:
        settings = Settings.load(
            library=tmp_path / "library", seeds=False, threshold=0.0, llm="openai-like:m",
            llm_base_url=server.url, llm_deadline=_DEADLINE,
        )  # fmt: skip
        clock = Clock(now=lambda: time.monotonic() + embedder.late)
        model = load_model(settings.llm, settings, clock=clock)
        with Assistant.open(settings, model=model, embedder=embedder) as assistant:
            assistant.library.add_articles(
                [Article(source="a", title="a", text="Dogs bark at night.")]
            )
            late = _WAYS[way](assistant, "When do they bark?", [_BEFORE])
            alone = _WAYS[way](assistant, "What barks at night?", [])
    assert isinstance(late, Answer)
    assert "did not finish within 600 s: raise FOOTNOTE_LLM_DEADLINE" in late.fallback
    assert isinstance(alone, Answer)
    assert (alone.text, alone.fallback) == ("Dogs bark at night. [1]", "")
