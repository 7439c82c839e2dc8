"""OpenAI's chat completions, of OpenAI itself and of every server that speaks them.

OpenAI's library sends the request. What comes is read here, bytes in and our chunks out, since the
library and LlamaIndex give a whole reply up for a detail that many servers have otherwise: an
object where a stream was asked for, a last chunk without choices or without a delta, pings, content
in parts, a stream that repeats what it said, an error or a web page with status 200. What such a
response says is told by its content and never by its headers.
"""

import json
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rag.answerers import Message
from rag.llm.providers.wire import Access, Chunk, Limits, ServerSaidError, client_options

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_DONE = "[DONE]"
_WORDS = ("error", "message", "msg", "detail", "description", "reason")
"""Where an object of an error has its sentence, the likeliest first."""
_DEEPEST = 5
"""Objects within objects that a sentence is looked for in."""
_PAGE = ("<!doctype", "<html", "<head", "<body", "<?xml")
_FIRST = 8
"""Characters of a first piece from which a second that begins with it repeats it."""


class ChatReading:
    """Takes the bytes of one response, and gives the chunks that they hold as soon as they do.

    Raises, from both methods:
        ServerSaidError: It is an error, or a web page.
        ValueError: It is nothing of this form.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._event = ""
        self._data: list[str] = []
        self._body: list[bytes] = []
        self._growing = _Growing()
        self._finish: str | None = None
        self._said = False
        """Whether any text came."""
        self._done = False

    def feed(self, data: bytes) -> Iterator[Chunk]:
        """Yield the chunks that are complete with these bytes."""
        self._held += data
        if b"\n" in data:
            *lines, rest = bytes(self._held).split(b"\n")
            self._held = bytearray(rest)
            for line in lines:
                yield from self._line(line)

    def finish(self) -> Iterator[Chunk]:
        """Yield what is left at the end of the response; with its ending where it has one."""
        yield from self._line(bytes(self._held))
        self._held.clear()
        yield from self._line(b"")
        if body := b"\n".join(self._body).strip():
            yield from self._whole(body)
        rest = self._growing.rest()
        ended = "stop" if self._done and self._finish is None else None
        if rest or ended:
            yield Chunk(text=rest, finish=ended)

    def _line(self, line: bytes) -> Iterator[Chunk]:
        text = line.decode("utf-8", "replace").strip("\r\ufeff")
        if self._body:
            self._body.append(line)
        elif not text.strip():
            if self._data:
                raise ValueError("an event holds no JSON")
            self._event = ""
        elif text.startswith("data:"):
            yield from self._datum(text.removeprefix("data:").strip(" "))
        elif text.startswith("event:"):
            self._event = text.removeprefix("event:").strip()
        elif not text.startswith((":", "id:", "retry:")):
            found = _parsed(text)
            if isinstance(found, Mapping):  # a line of JSON, as some servers stream without events
                yield from self._object(found)
            else:
                self._body.append(line)

    def _datum(self, text: str) -> Iterator[Chunk]:
        self._data.append(text)
        joined = "\n".join(self._data)
        if joined.startswith(_DONE):
            self._done = True
            self._data.clear()
            return
        found = _parsed(joined)
        if found is None and joined.strip() not in ("", "null"):
            return
        self._data.clear()
        if isinstance(found, Mapping):
            if self._event == "error":
                raise ServerSaidError(words_of(found))
            yield from self._object(found)

    def _whole(self, body: bytes) -> Iterator[Chunk]:
        text = body.decode("utf-8", "replace").strip()
        found = _parsed(text)
        if isinstance(found, Mapping):
            yield from self._object(found)
        elif text[:200].lstrip().lower().startswith(_PAGE):
            raise ServerSaidError(text, is_page=True)
        else:
            raise ValueError("a body is neither events nor an object")

    def _object(self, found: Mapping[str, object]) -> Iterator[Chunk]:
        if found.get("error"):
            raise ServerSaidError(words_of(found))
        choices = found.get("choices")
        usage = found.get("usage")
        counted = usage if isinstance(usage, Mapping) else {}
        if not isinstance(choices, Sequence) and self._is_refusal(found):
            raise ServerSaidError(words_of(found))
        choice = choices[0] if isinstance(choices, Sequence) and choices else None
        told, finish = self._choice(choice) if isinstance(choice, Mapping) else ("", None)
        if choices == [] and found.get("object") == "chat.completion":
            finish = "stop"  # complete, and empty
        text = self._growing.add(told)
        self._said = self._said or bool(told)
        self._finish = finish or self._finish
        yield Chunk(
            text=text,
            finish=finish,
            input_tokens=_number(counted.get("prompt_tokens")),
            output_tokens=_number(counted.get("completion_tokens")),
        )

    def _choice(self, choice: Mapping[str, object]) -> tuple[str, str | None]:
        """Return the text that a choice adds, and why the model stopped; None until it did."""
        delta, message = choice.get("delta"), choice.get("message")
        finish = choice.get("finish_reason")
        ended = finish if isinstance(finish, str) and finish else None
        if isinstance(delta, Mapping):
            return _content(delta), ended or _withheld(delta)
        if isinstance(message, Mapping) and not self._said:
            return _content(message), _withheld(message) or ended or "stop"
        text = choice.get("text")
        return (text if isinstance(text, str) else ""), ended

    def _is_refusal(self, found: Mapping[str, object]) -> bool:
        """Say whether an object that is all that came has a sentence and no choices."""
        return not (self._event or self._said) and any(
            isinstance(found.get(name), str | list) for name in _WORDS
        )


class _Growing:
    """Tells pieces that add from pieces that say again all that was said, and then more.

    A second piece that begins with the first is held back; the third one tells.
    """

    def __init__(self) -> None:
        self._first = ""
        self._held = ""
        self._whole = ""
        """All that was said, where the pieces repeat it."""
        self._adds = False

    def add(self, piece: str) -> str:
        """Return what a piece adds; empty for what is held back."""
        if not piece or self._adds:
            return piece
        if not self._first:
            self._first = piece
            return piece
        if self._whole:
            return self._after(self._whole, piece)
        if self._held and piece.startswith(self._held):
            return self._after(self._first, piece)
        if not self._held and piece.startswith(self._first) and piece != self._first:
            self._held = piece
            return ""
        self._adds = True
        return self._held + piece

    def rest(self) -> str:
        """Return what is held back, at the end."""
        if self._adds or self._whole:
            return ""
        return self._held[len(self._first) :] if len(self._first) >= _FIRST else self._held

    def _after(self, known: str, piece: str) -> str:
        self._whole = piece
        return piece.removeprefix(known)


def words_of(told: object, *, depth: int = 0) -> str:
    """Return the sentence in what a server tells of an error; empty where it has none."""
    if isinstance(told, str):
        return told
    if depth > _DEEPEST:
        return ""
    if isinstance(told, Mapping):
        place = told.get("loc")
        where = ".".join(map(str, place)) + ": " if isinstance(place, list) else ""
        found = (words_of(told.get(name), depth=depth + 1) for name in _WORDS)
        said = next(filter(None, found), "")
        return f"{where}{said}" if said else ""
    if isinstance(told, list):
        return "; ".join(filter(None, (words_of(one, depth=depth + 1) for one in told)))
    return ""


def _content(message: Mapping[str, object]) -> str:
    """Return the text of a message or a delta, whose content may be a list of parts."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else [content]
    texts = (part if isinstance(part, str) else _part(part) for part in parts)
    return "".join(texts)


def _part(part: object) -> str:
    if not isinstance(part, Mapping) or part.get("type") not in (None, "text", "output_text"):
        return ""
    text = part.get("text")
    return text if isinstance(text, str) else ""


def _withheld(message: Mapping[str, object]) -> str | None:
    refused = message.get("refusal")
    return "refusal" if isinstance(refused, str) and refused else None


def _parsed(text: str) -> object:
    """Return what a JSON text holds; None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


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
