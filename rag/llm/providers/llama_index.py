"""LlamaIndex: its messages and responses as ours, any `LLM` object of somebody else's, and Ollama.

Token counts and endings are read from raw responses of any shape. Ollama's own interface is reached
through LlamaIndex: it is the only one that can set the context window.
"""

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.answerers import Message
from rag.llm.client import in_thread
from rag.llm.providers.wire import UNKNOWN_CONTEXT, Access, Chunk, Limits, client_options

if TYPE_CHECKING:
    from llama_index.core.llms import LLM, ChatMessage, ChatResponse
    from ollama import AsyncClient

_ENDS = ("choices", "done", "stop_reason", "delta")
"""Names in the raw responses of OpenAI's, Ollama's and Anthropic's formats; each tells its end."""


def chat_messages(messages: Sequence[Message]) -> "list[ChatMessage]":
    """Return the messages as LlamaIndex's."""
    from llama_index.core.llms import ChatMessage

    return [ChatMessage(role=message.role, content=message.text) for message in messages]


def chunk(response: "ChatResponse", *, whole: bool) -> Chunk:
    """Return a response, or a piece of one, with what its raw form says of tokens and the end."""
    text = response.message.content if whole else response.delta
    raw = response.raw
    usage = _of(raw, "usage")
    counted = usage if usage is not None else raw
    return Chunk(
        text=text or "",
        finish=_finish(raw),
        input_tokens=_number(counted, "prompt_tokens", "input_tokens", "prompt_eval_count"),
        output_tokens=_number(counted, "completion_tokens", "output_tokens", "eval_count"),
    )


def tells_end(response: "ChatResponse") -> bool:
    """Return whether the raw form is one that says why the model stopped, once it did."""
    return any(_of(response.raw, name) is not None for name in _ENDS)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LLMWire:
    """Asks with the object's synchronous methods, whatever its asynchronous ones are.

    Those of many objects block the event loop or hold connections of an earlier one. What it
    repeats by itself cannot be seen from here, and given up on, it ends at its own time limit.
    """

    llm: "LLM"

    def prepare(self) -> None:
        """Do nothing: the object is there."""

    @property
    def known_context(self) -> int | None:
        """As the object's metadata says."""
        try:
            return self.llm.metadata.context_window
        except ValueError:
            return None

    @property
    def parameters(self) -> Mapping[str, str | int | float]:
        """The object's temperature and token limit, where it has such attributes."""
        found = {name: getattr(self.llm, name, None) for name in ("temperature", "max_tokens")}
        return {name: value for name, value in found.items() if isinstance(value, int | float)}

    async def chunks(
        self, messages: Sequence[Message], *, whole: bool
    ) -> AsyncGenerator[Chunk, None]:
        """Send the messages and yield what comes.

        Where the object's raw responses are of no known form, the end counts as complete.
        """
        asked = chat_messages(messages)

        def answer() -> Iterator[Chunk]:
            told = False
            responses = [self.llm.chat(asked)] if whole else self.llm.stream_chat(asked)
            for response in responses:
                part = chunk(response, whole=whole)
                told = told or part.finish is not None or tells_end(response)
                yield part
            if not told:
                yield Chunk(finish="stop")

        async with aclosing(in_thread(answer)) as came:
            async for piece in came:
                yield piece

    def leave_out(self, error: Exception) -> bool:
        """Return False: the object's options are its maker's."""
        return False

    async def models(self) -> int:
        """Return 1: the object is one model."""
        return 1


def _finish(raw: object) -> str | None:
    choices = _of(raw, "choices")
    if isinstance(choices, Sequence) and choices:
        return _word(_of(choices[0], "finish_reason"))
    if _of(raw, "done") is True:
        return _word(_of(raw, "done_reason")) or "stop"
    return _word(_of(raw, "stop_reason")) or _word(_of(_of(raw, "delta"), "stop_reason"))


def _of(thing: object, name: str) -> object:
    if isinstance(thing, Mapping):
        return thing.get(name)
    return getattr(thing, name, None)


def _word(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(thing: object, *names: str) -> int | None:
    for name in names:
        value = _of(thing, name)
        if isinstance(value, int) and value >= 0:
            return value
    return None


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
