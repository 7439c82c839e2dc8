"""Ollama's own interface through LlamaIndex: the only one that can set the context window."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.language_model import Message
from rag.llm.providers.llama_index import chat_messages, chunk
from rag.llm.providers.wire import UNKNOWN_CONTEXT, Access, Chunk, Limits, client_options

if TYPE_CHECKING:
    from ollama import AsyncClient


@dataclass(frozen=True, slots=True, kw_only=True)
class OllamaWire:
    """Asks with a client of its own for each request.

    The context window is always sent: left to itself, Ollama takes a small one and drops the
    beginning of a longer prompt without a word, and LlamaIndex takes the model's largest, which
    may not fit the memory.
    """

    model: str
    access: Access
    limits: Limits

    def prepare(self) -> None:
        """Import LlamaIndex's and Ollama's libraries, about 3 s at the first call."""
        import llama_index.llms.ollama  # noqa: F401

    @property
    def known_context(self) -> int | None:
        """As it is sent with every request."""
        return self.limits.context or UNKNOWN_CONTEXT

    @property
    def parameters(self) -> Mapping[str, str | int | float]:
        """What every request asks for."""
        return {"temperature": 0.0, "max_tokens": self.limits.max_tokens}

    async def chunks(
        self, messages: Sequence[Message], *, whole: bool
    ) -> AsyncGenerator[Chunk, None]:
        """Send the messages and yield what comes."""
        from llama_index.llms.ollama import Ollama

        async with self._client() as client:
            llm = Ollama(
                model=self.model,
                base_url=self.access.base_url,
                async_client=client,
                request_timeout=self.limits.deadline,
                temperature=0.0,
                context_window=self.known_context,
                additional_kwargs={"num_predict": self.limits.max_tokens},
            )
            if whole:
                yield chunk(await llm.achat(chat_messages(messages)), whole=True)
                return
            async with aclosing(await llm.astream_chat(chat_messages(messages))) as came:
                async for response in came:
                    yield chunk(response, whole=False)

    def leave_out(self, error: Exception) -> bool:
        """Return False: Ollama ignores options that a model does not take."""
        return False

    async def models(self) -> int:
        """Return how many models are pulled."""
        async with self._client() as client:
            return len((await client.list()).models)

    def _client(self) -> "AsyncClient":
        import httpx
        from ollama import AsyncClient

        http = client_options(httpx, self.access.base_url, self.limits.deadline)
        if self.access.key is not None:
            http["headers"]["Authorization"] = f"Bearer {self.access.key.get_secret_value()}"
        return AsyncClient(host=self.access.base_url, **http)
