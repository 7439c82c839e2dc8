"""Loads a model that asks a test server, and asks it in each of the four ways."""

import asyncio
from collections.abc import Sequence
from typing import Any

from rag import LanguageModel, Settings
from rag.llm.client import CLOCK, Clock
from rag.llm.registry import load_model
from rag.types import Message, Reply

KEY = "sk-secret"
ASKED = (
    Message(role="system", text="Be brief."),
    Message(role="user", text="How old is the bridge?"),
)
WAYS = ("complete", "acomplete", "stream", "astream")
STREAMS = ("stream", "astream")


def model_at(url: str, provider: str, *, clock: Clock = CLOCK, **settings: Any) -> LanguageModel:
    """Return the model `m:1b/x` of a provider at an address, given five seconds by default."""
    given = {"llm_deadline": 5.0, "llm_base_url": url, "llm_api_key": KEY} | settings
    model = load_model(f"{provider}:m:1b/x", Settings.load(**given), clock=clock)
    assert model is not None
    return model


def events(model: LanguageModel, way: str, asked: Sequence[Message] = ASKED) -> list[str | Reply]:
    """Return what a way of asking gives: the pieces, if it streams, then the reply."""
    if way == "complete":
        return [model.complete(asked)]
    if way == "acomplete":
        return [asyncio.run(model.acomplete(asked))]
    if way == "stream":
        return list(model.stream(asked))

    async def collect() -> list[str | Reply]:
        return [event async for event in model.astream(asked)]

    return asyncio.run(collect())
