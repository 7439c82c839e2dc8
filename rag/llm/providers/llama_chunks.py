"""LlamaIndex's chat messages and responses as ours; reads token counts and endings of any shape."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rag.llm.protocol import Message
from rag.llm.providers.wire import Chunk

if TYPE_CHECKING:
    from llama_index.core.llms import ChatMessage, ChatResponse

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
