"""Sends requests through any LlamaIndex `LLM`; imports llama_index."""

from collections.abc import AsyncGenerator, Generator, Mapping, Sequence

from llama_index.core.llms import LLM, ChatMessage, ChatResponse, MessageRole

from rag.models.chunks import Chunk
from rag.models.protocol import Message


class LlamaTransport:
    """A LlamaIndex `LLM` as a transport.

    Args:
        llm: Asked through its streaming chat methods.
    """

    def __init__(self, llm: LLM) -> None:
        self._llm = llm

    def chunks(self, messages: Sequence[Message]) -> Generator[Chunk, None, None]:
        """Send one request and yield what comes back."""
        for response in self._llm.stream_chat(_chat(messages)):
            yield _chunk(response)

    async def achunks(self, messages: Sequence[Message]) -> AsyncGenerator[Chunk, None]:
        """Send one request and yield what comes back, without blocking the event loop."""
        async for response in await self._llm.astream_chat(_chat(messages)):
            yield _chunk(response)


def _chat(messages: Sequence[Message]) -> list[ChatMessage]:
    return [ChatMessage(role=MessageRole(m.role), content=m.text) for m in messages]


def _chunk(response: ChatResponse) -> Chunk:
    """Read a response by the form of what the provider sent: OpenAI's, Ollama's or another."""
    raw, text = response.raw, response.delta or ""
    choices = getattr(raw, "choices", None)
    if choices is not None:
        usage = getattr(raw, "usage", None)
        return Chunk(
            text=text,
            finish=next((c.finish_reason for c in choices if c.finish_reason), None),
            input_tokens=getattr(usage, "prompt_tokens", None),
            output_tokens=getattr(usage, "completion_tokens", None),
        )
    if isinstance(raw, Mapping) and "done" in raw:
        done = raw.get("done_reason") or "stop"
        return Chunk(
            text=text,
            finish=str(done) if raw["done"] else None,
            input_tokens=raw.get("prompt_eval_count"),
            output_tokens=raw.get("eval_count"),
        )
    return Chunk(text=text, ends=False)
