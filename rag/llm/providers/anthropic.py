"""Anthropic's messages through its own library, which comes with the extra `anthropic`.

Not through LlamaIndex's package for it: that needs botocore, which needs python-dateutil before 3,
while Chroma's kubernetes needs 3.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.answerers import Message
from rag.llm.providers.wire import Access, Chunk, Limits, client_options

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic
    from anthropic.types import MessageParam, RawMessageStreamEvent

_CONTEXT = 200_000
"""Tokens of every Claude model since Claude 2.1 (November 2023), at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnthropicWire:
    """Asks with a client of its own for each request.

    No temperature is sent: the models from Claude Opus 4.7 on refuse it, and the library's version
    2 has no such argument any more.
    """

    model: str
    access: Access
    limits: Limits

    def prepare(self) -> None:
        """Import Anthropic's library, about 1 s at the first call."""
        import anthropic  # noqa: F401

    @property
    def known_context(self) -> int | None:
        """The same for every model."""
        return _CONTEXT

    @property
    def parameters(self) -> Mapping[str, str | int | float]:
        """What every request asks for."""
        return {"max_tokens": self.limits.max_tokens}

    async def chunks(
        self, messages: Sequence[Message], *, whole: bool
    ) -> AsyncGenerator[Chunk, None]:
        """Send the messages and yield what comes."""
        from anthropic import omit

        system = "\n\n".join(m.text for m in messages if m.role == "system")
        talk = [_param(m) for m in messages if m.role != "system"]
        async with self._client() as client:
            if whole:
                reply = await client.messages.create(
                    model=self.model,
                    max_tokens=self.limits.max_tokens,
                    messages=talk,
                    system=system or omit,
                )
                yield Chunk(
                    text="".join(block.text for block in reply.content if block.type == "text"),
                    finish=reply.stop_reason,
                    input_tokens=reply.usage.input_tokens,
                    output_tokens=reply.usage.output_tokens,
                )
                return
            events = await client.messages.create(
                model=self.model,
                max_tokens=self.limits.max_tokens,
                messages=talk,
                system=system or omit,
                stream=True,
            )
            async with events:
                async for event in events:
                    yield _chunk(event)

    def leave_out(self, error: Exception) -> bool:
        """Return False: nothing is sent that a model could do without."""
        return False

    async def models(self) -> int:
        """Return how many models the first page of the provider's list has."""
        async with self._client() as client:
            return len((await client.models.list()).data)

    def _client(self) -> "AsyncAnthropic":
        import httpx2
        from anthropic import AsyncAnthropic

        key = self.access.key
        http = client_options(httpx2, self.access.base_url, self.limits.deadline)
        return AsyncAnthropic(
            api_key=key.get_secret_value() if key else "none",
            base_url=self.access.base_url,
            max_retries=0,
            timeout=http["timeout"],
            http_client=httpx2.AsyncClient(**http),
        )


def _param(message: Message) -> "MessageParam":
    if message.role == "assistant":
        return {"role": "assistant", "content": message.text}
    return {"role": "user", "content": message.text}


def _chunk(event: "RawMessageStreamEvent") -> Chunk:
    if event.type == "message_start":
        return Chunk(input_tokens=event.message.usage.input_tokens)
    if event.type == "content_block_delta" and event.delta.type == "text_delta":
        return Chunk(text=event.delta.text)
    if event.type == "message_delta":
        return Chunk(finish=event.delta.stop_reason, output_tokens=event.usage.output_tokens)
    return Chunk()
