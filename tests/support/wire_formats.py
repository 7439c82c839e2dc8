"""The wire formats of OpenAI, Ollama and Anthropic, as their servers write them."""

import json
from collections.abc import Callable, Sequence
from typing import Protocol

from wire_server import Part, Served

EVENTS = "text/event-stream"


class Format(Protocol):
    """How one provider writes a reply of given pieces, whole or as a stream."""

    path: str

    def whole(self, text: str | None, *, finish: str | None = None) -> Served: ...

    def stream(
        self,
        *pieces: str | float,
        finish: str | None = None,
        ends: bool = True,
        after: Sequence[Part] = (),
    ) -> Served:
        """Numbers among the pieces are seconds to wait; `after` comes in the place of the end."""
        ...

    error_event: bytes
    garbage: bytes


def _event(data: object, name: str | None = None) -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data)}\n\n".encode()


def _parts(pieces: Sequence[str | float], write: Callable[[str], bytes]) -> list[Part]:
    return [piece if isinstance(piece, float) else write(piece) for piece in pieces]


class OpenAIFormat:
    """Chat completions, https://platform.openai.com/docs/api-reference/chat."""

    path = "/chat/completions"
    error_event = _event({"error": {"message": "sk-secret overloaded", "type": "server_error"}})
    garbage = b"data: {not json\n\n"

    def whole(self, text: str | None, *, finish: str | None = None, choices: bool = True) -> Served:
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": finish or "stop"}
        body = self._head("chat.completion") | {
            "choices": [choice] if choices else [],
            "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
        }
        return Served(parts=[json.dumps(body).encode()])

    def stream(
        self,
        *pieces: str | float,
        finish: str | None = None,
        ends: bool = True,
        after: Sequence[Part] = (),
    ) -> Served:
        parts = [self._piece({"role": "assistant", "content": ""})]
        parts += _parts(pieces, lambda text: self._piece({"content": text}))
        parts += after
        if ends:
            usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
            parts += [
                self._piece({}, finish or "stop"),
                _event(self._head("chat.completion.chunk") | {"choices": [], "usage": usage}),
                b"data: [DONE]\n\n",
            ]
        return Served(parts=parts, kind=EVENTS)

    def no_choices(self) -> Served:
        body = self._head("chat.completion.chunk") | {"choices": []}
        return Served(parts=[_event(body), _event(body), b"data: [DONE]\n\n"], kind=EVENTS)

    def _piece(self, delta: dict[str, object], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return _event(self._head("chat.completion.chunk") | {"choices": [choice]})

    def _head(self, kind: str) -> dict[str, object]:
        return {"id": "chatcmpl-1", "object": kind, "created": 1760000000, "model": "m"}


class OllamaFormat:
    """The chat of Ollama's own interface, https://docs.ollama.com/api/chat."""

    path = "/api/chat"
    error_event = b'{"error": "sk-secret model runner has stopped"}\n'
    garbage = b"{not json\n"

    def whole(self, text: str | None, *, finish: str | None = None) -> Served:
        return Served(parts=[self._end(text, finish)])

    def stream(
        self,
        *pieces: str | float,
        finish: str | None = None,
        ends: bool = True,
        after: Sequence[Part] = (),
    ) -> Served:
        parts = _parts(pieces, lambda text: self._line(self._head(text) | {"done": False}))
        parts += after
        if ends:
            parts.append(self._end("", finish))
        return Served(parts=parts, kind="application/x-ndjson")

    def _end(self, text: str | None, finish: str | None) -> bytes:
        counts = {"prompt_eval_count": 11, "eval_count": 7, "total_duration": 5}
        return self._line(
            self._head(text) | counts | {"done": True, "done_reason": finish or "stop"}
        )

    def _head(self, text: str | None) -> dict[str, object]:
        message = {"role": "assistant", "content": text}
        return {"model": "m", "created_at": "2026-11-24T00:00:00Z", "message": message}

    def _line(self, value: object) -> bytes:
        return json.dumps(value).encode() + b"\n"


class AnthropicFormat:
    """Messages, https://docs.anthropic.com/en/api/messages-streaming."""

    path = "/v1/messages"
    error_event = _event(
        {"type": "error", "error": {"type": "overloaded_error", "message": "sk-secret busy"}},
        "error",
    )
    garbage = b"event: content_block_delta\ndata: {not json\n\n"

    def whole(self, text: str | None, *, finish: str | None = None) -> Served:
        content = [] if text is None else [{"type": "text", "text": text}]
        return Served(parts=[json.dumps(self._message(content, finish or "end_turn", 7)).encode()])

    def stream(
        self,
        *pieces: str | float,
        finish: str | None = None,
        ends: bool = True,
        after: Sequence[Part] = (),
    ) -> Served:
        parts: list[Part] = [
            self._typed("message_start", message=self._message([], None, 1)),
            self._typed("content_block_start", index=0, content_block={"type": "text", "text": ""}),
            self._typed("ping"),
        ]
        parts += _parts(pieces, self._delta)
        parts += after
        if ends:
            stop = {"stop_reason": finish or "end_turn", "stop_sequence": None}
            parts += [
                self._typed("content_block_stop", index=0),
                self._typed("message_delta", delta=stop, usage={"output_tokens": 7}),
                self._typed("message_stop"),
            ]
        return Served(parts=parts, kind=EVENTS)

    def _delta(self, text: str) -> bytes:
        return self._typed(
            "content_block_delta", index=0, delta={"type": "text_delta", "text": text}
        )

    def _typed(self, kind: str, **data: object) -> bytes:
        return _event({"type": kind} | data, kind)

    def _message(self, content: object, finish: str | None, counted: int) -> dict[str, object]:
        return {
            "id": "msg_1", "type": "message", "role": "assistant", "model": "m",
            "content": content, "stop_reason": finish, "stop_sequence": None,
            "usage": {"input_tokens": 11, "output_tokens": counted},
        }  # fmt: skip


FORMATS: dict[str, Format] = {
    "openai": OpenAIFormat(),
    "openai-like": OpenAIFormat(),
    "ollama": OllamaFormat(),
    "anthropic": AnthropicFormat(),
}
