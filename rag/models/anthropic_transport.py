"""Sends requests to Anthropic through its own client library; imports anthropic.

Not through `llama-index-llms-anthropic`: that brings 17 packages, boto3 among them, and its
`python-dateutil<3` contradicts what Chroma's dependencies ask for.
"""

from collections.abc import AsyncGenerator, Generator, Sequence
from typing import TYPE_CHECKING

from anthropic import (
    Anthropic,
    AsyncAnthropic,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
)
from anthropic.types.assistant_message_param import AssistantMessageParam
from anthropic.types.user_message_param import UserMessageParam

from rag.models.chunks import Chunk
from rag.models.protocol import Message

if TYPE_CHECKING:
    from anthropic.types import MessageParam, RawMessageStreamEvent


class AnthropicTransport:
    """Anthropic's Messages API as a transport.

    Args:
        model: Its name.
        key: The API key.
        base_url: Of the API.
        max_tokens: Of one reply.
        timeout: Seconds of silence after which a connection is given up.
    """

    def __init__(
        self, model: str, *, key: str, base_url: str, max_tokens: int, timeout: float
    ) -> None:
        self._model = model
        self._max_tokens = max_tokens
        # A redirect would send the article to another host.
        self._client = Anthropic(
            api_key=key,
            base_url=base_url,
            max_retries=0,
            timeout=timeout,
            http_client=DefaultHttpxClient(timeout=timeout, follow_redirects=False),
        )
        self._async_client = AsyncAnthropic(
            api_key=key,
            base_url=base_url,
            max_retries=0,
            timeout=timeout,
            http_client=DefaultAsyncHttpxClient(timeout=timeout, follow_redirects=False),
        )

    def chunks(self, messages: Sequence[Message]) -> Generator[Chunk, None, None]:
        """Send one request and yield what comes back."""
        with self._client.messages.create(
            model=self._model,
            max_tokens=self._max_tokens,
            system=_system(messages),
            messages=_turns(messages),
            stream=True,
        ) as events:
            for event in events:
                yield _chunk(event)

    async def achunks(self, messages: Sequence[Message]) -> AsyncGenerator[Chunk, None]:
        """Send one request and yield what comes back, without blocking the event loop."""
        async with await self._async_client.messages.create(
            model=self._model,
            max_tokens=self._max_tokens,
            system=_system(messages),
            messages=_turns(messages),
            stream=True,
        ) as events:
            async for event in events:
                yield _chunk(event)


def _system(messages: Sequence[Message]) -> str:
    return "\n\n".join(message.text for message in messages if message.role == "system")


def _turns(messages: Sequence[Message]) -> "list[MessageParam]":
    return [
        UserMessageParam(role="user", content=message.text)
        if message.role == "user"
        else AssistantMessageParam(role="assistant", content=message.text)
        for message in messages
        if message.role != "system"
    ]


def _chunk(event: "RawMessageStreamEvent") -> Chunk:
    if event.type == "message_start":
        return Chunk(input_tokens=event.message.usage.input_tokens)
    if event.type == "content_block_delta" and event.delta.type == "text_delta":
        return Chunk(text=event.delta.text)
    if event.type == "message_delta":
        return Chunk(finish=event.delta.stop_reason, output_tokens=event.usage.output_tokens)
    return Chunk()
