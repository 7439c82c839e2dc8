"""OpenAI's chat completions: OpenAI itself and every server that speaks them.

OpenAI's library sends the request. What comes is read by `chat_completions`, since the library and
LlamaIndex give a whole reply up for a detail that many servers have otherwise.
"""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rag.language_model import Message
from rag.llm.providers.chat_completions import ChatReading
from rag.llm.providers.wire import Access, Chunk, Limits, client_options

if TYPE_CHECKING:
    from openai import AsyncOpenAI

OPENAI = "https://api.openai.com/v1"
_SYSTEM = "system role"
_OPTIONAL = ("stream_options", "temperature", "max_tokens", _SYSTEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAIWire:
    """Asks with a client of its own for each request, so that no environment variable steers it."""

    model: str
    access: Access
    limits: Limits
    left_out: set[str] = field(default_factory=set)
    """Options that the model or the server refused; `max_tokens` then has its newer name, and what
    the system is told stands before the first message of the user."""

    def prepare(self) -> None:
        """Import OpenAI's library, about 1 s at the first call."""
        import openai.resources.chat  # noqa: F401

    @property
    def known_context(self) -> int | None:
        """As LlamaIndex's table has it, by the model's name."""
        from llama_index.llms.openai.utils import openai_modelname_to_contextsize

        try:
            return openai_modelname_to_contextsize(self.model)
        except ValueError:
            return None

    @property
    def parameters(self) -> Mapping[str, str | int | float]:
        """What every request asks for; a model that refuses a temperature is asked without."""
        return {"temperature": 0.0, "max_tokens": self.limits.max_tokens}

    async def chunks(
        self, messages: Sequence[Message], *, whole: bool
    ) -> AsyncGenerator[Chunk, None]:
        """Send the messages and yield what comes."""
        options = self._options()
        if not whole and "stream_options" not in self.left_out:
            options["stream_options"] = {"include_usage": True}
        async with (
            self._client() as client,
            client.chat.completions.with_streaming_response.create(
                model=self.model,
                messages=self._messages(messages),
                stream=not whole,
                **options,
            ) as response,
        ):
            reading = ChatReading()
            async for data in response.iter_bytes():
                for piece in reading.feed(data):
                    yield piece
            for piece in reading.finish():
                yield piece

    def leave_out(self, error: Exception) -> bool:
        """Return whether a refusal names an option that not every model or server takes."""
        if getattr(error, "status_code", None) not in (400, 422):
            return False
        told = json.dumps(getattr(error, "body", None), default=str).replace("System", "system")
        named = {name for name in _OPTIONAL if name in told} - self.left_out
        self.left_out.update(named)
        return bool(named)

    async def models(self) -> int:
        """Return how many models the server lists."""
        async with self._client() as client:
            return len((await client.models.list()).data)

    def _messages(self, messages: Sequence[Message]) -> list[Any]:
        talk = list(messages)
        if _SYSTEM in self.left_out:
            told = [m.text for m in talk if m.role == "system"]
            first, *rest = [m for m in talk if m.role != "system"]
            talk = [Message(role=first.role, text="\n\n".join([*told, first.text])), *rest]
        return [{"role": message.role, "content": message.text} for message in talk]

    def _options(self) -> dict[str, Any]:
        newer = "max_tokens" in self.left_out
        options: dict[str, Any] = {
            "max_completion_tokens" if newer else "max_tokens": self.limits.max_tokens
        }
        if "temperature" not in self.left_out:
            options["temperature"] = 0.0
        return options

    def _client(self) -> "AsyncOpenAI":
        import httpx
        from openai import AsyncOpenAI

        key = self.access.key
        foreign = self.access.base_url != OPENAI
        http = client_options(httpx, self.access.base_url, self.limits.deadline)
        return AsyncOpenAI(
            api_key=key.get_secret_value() if key else "none",
            base_url=self.access.base_url,
            default_headers=_without_account() if foreign else None,
            max_retries=0,
            timeout=http["timeout"],
            http_client=httpx.AsyncClient(**http),
        )


def _without_account() -> dict[str, Any]:
    """Return headers that keep a user's OPENAI_ORG_ID and OPENAI_PROJECT_ID from other hosts."""
    from openai import omit

    return {"OpenAI-Organization": omit, "OpenAI-Project": omit}
