"""OpenAI's form of a chat: reads a request as a question with its history, writes an answer out.

Nothing is served here; `ui.serve` does that. What a system message says is passed over: only the
articles say what an answer says. What chat programs ask for themselves is told from a question.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from rag import Answer, Retrieved, Scope, TextDelta, Turn
from rag.internal import SHOWN_AS_TRUE, data_toml, page_name, read_scope
from rag.types import AnswerSentence, Event, Usage
from ui.api import about, cited

MODEL = "footnote"
"""What the model is called."""
_LONGEST_ASKED, _LONGEST_TOLD = 2_000, 20_000
"""Characters of an earlier question, passed over if it is longer, and of a reply, which is cut."""
_MOST_TURNS = 20
_TITLE_WORDS = 6
_LONGEST_TITLE = 60
_FIRST_SAID = re.compile(
    r"^[^\w\n]{0,5}(?:user|human)[^\w\n]{0,5}:(?P<said>[^\n]+)", re.IGNORECASE | re.MULTILINE
)
_ANEW = "\n\n---\n\nWhat stands above does not hold. This is the answer:\n\n"
"""Sent where something was sent that the answer takes back, which no client can take back."""
_BELOW = "\n\n---\n\n"
"""Stands between an answer and the quotes below it."""
_LACKING = {
    "n": "Footnote gives one answer",
    "tools": "Footnote calls no tools",
    "functions": "Footnote calls no functions",
    "response_format": "Footnote answers in text with footnotes, not in JSON",
    "logprobs": "Footnote has no probabilities of tokens",
    "modalities": "Footnote writes text and speaks none",
}
_KINDS = {401: "authentication_error", 429: "rate_limit_error"}


class RefusedError(Exception):
    """Why a request is not answered, in OpenAI's form of an error.

    Args:
        sentence: What was wrong, what is allowed, what to do next.
        status: Of HTTP.
        param: The field that is at fault; None for the whole.
        code: OpenAI's word for the case; None where it has none.
    """

    def __init__(
        self, sentence: str, *, status: int = 400, param: str | None = None, code: str | None = None
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self._about = {"param": param, "code": code}

    def as_json(self) -> dict[str, Any]:
        """Return the body of the response."""
        other = "server_error" if self.status >= 500 else "invalid_request_error"
        kind = _KINDS.get(self.status, other)
        return {"error": {"message": str(self), "type": kind, **self._about}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a client asks for."""

    question: str
    history: tuple[Turn, ...]
    """Oldest first, each question as it was sent."""
    streams: bool
    counts: bool
    """Whether a stream ends with a chunk that counts tokens."""
    task: str | None
    """What a program's own prompt is answered; None for a question."""
    scope: Scope | None = None
    """Which articles; None for all, or those that the question names."""


def read_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object that a request holds.

    Raises:
        RefusedError: It holds none.
    """
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RefusedError(f"the request is not valid JSON ({error}): send a JSON object") from None
    if not isinstance(given, dict):
        raise RefusedError("the request is JSON, but no object: send {...}")
    return given


def read_request(body: bytes) -> Asked:
    """Return what a request asks for.

    Raises:
        RefusedError: It is no request for a chat completion, or for something that Footnote lacks.
        MisuseError: Its scope is none.
    """
    given = read_object(body)
    require_model(given.get("model"))
    messages = _messages(given.get("messages"))
    *earlier, last = messages
    question = _text(last, strict=True)
    systems = "\n".join(_text(m) for m in earlier if m["role"] in ("system", "developer"))
    task = _reply_to_task(f"{systems}\n{question}")
    if task is None:
        _require_answerable(given)
        if not question.strip():
            raise RefusedError(
                "the last user message is empty: ask a question in words", param="messages"
            )
    streams, options = given.get("stream"), given.get("stream_options")
    if streams not in (None, True, False):
        raise RefusedError("`stream` has to be true or false", param="stream")
    return Asked(
        question=question,
        history=_turns(earlier),
        streams=bool(streams),
        counts=isinstance(options, dict) and options.get("include_usage") is True,
        task=task,
        scope=read_scope(given.get("scope")),
    )


def require_model(name: object) -> None:
    """Refuse a model of another name, by a `RefusedError`."""
    if not isinstance(name, str) or not name:
        raise RefusedError(f"no model is named: send `model` as {MODEL!r}", param="model")
    if name != MODEL:
        raise RefusedError(
            f"there is no model {name[:100]!r}: the only one is {MODEL!r}",
            status=404,
            param="model",
            code="model_not_found",
        )


class Pieces:
    """Makes the text of a stream that cannot be taken back of one that can.

    A sentence that no source says waits for one that holds, since where none does the answer is
    another.
    """

    def __init__(self) -> None:
        self._held = ""
        self._sent = False

    def of(self, event: Event) -> str:
        """Return what can be sent after an event; empty for nothing."""
        if isinstance(event, Retrieved):
            self._held = _ANEW if self._sent else ""
            self._sent = False
            return ""
        if isinstance(event, TextDelta):
            self._held += event.text
            sentence = event.sentence
            if sentence is not None and not _holds(sentence):
                return ""
        held, self._held = self._held, ""
        self._sent = self._sent or bool(held)
        return held


def quotes_below(answer: Answer) -> str:
    """Return what is written below an answer where a chat page shows no citations."""
    lines = []
    for citation in answer.citations:
        page = page_name(citation.page, citation.page_label)
        place = f"**{citation.card.title}**{', ' if page else ''}{page}"
        lines.append(f"[{citation.number}] {place}: “{' '.join(citation.quote.split())}”")
    return _BELOW + "\n\n".join(lines) if lines else ""


def completion(identity: Mapping[str, Any], answer: Answer, *, below: str) -> dict[str, Any]:
    """Return an answer as a chat completion.

    Args:
        identity: Id and time of the completion.
        answer: What was answered.
        below: What is written below its text.
    """
    found = cited(answer.citations, answer.sentences)
    text = f"{answer.text}{below}"
    annotations = _annotations(found, text)
    return {
        **_whole(identity, text, citations=found, annotations=annotations),
        "usage": _usage(answer.usage),
        "citations": found,
        "footnote": about(answer),
    }


def task_completion(identity: Mapping[str, Any], reply: str) -> dict[str, Any]:
    """Return the reply to a program's own prompt as a chat completion."""
    return {**_whole(identity, reply, citations=[], annotations=[]), "usage": _usage(Usage())}


def chunk(
    identity: Mapping[str, Any], delta: Mapping[str, Any], *, ended: bool = False
) -> dict[str, Any]:
    """Return a piece of a stream: what it adds to the message, and whether it is the last."""
    choice = {
        "index": 0,
        "delta": dict(delta),
        "logprobs": None,
        "finish_reason": "stop" if ended else None,
    }
    return {**identity, "object": "chat.completion.chunk", "model": MODEL, "choices": [choice]}


def last_chunks(
    identity: Mapping[str, Any], *, answer: Answer | None, sent: str, counts: bool
) -> Iterator[dict[str, Any]]:
    """Yield what a stream ends with: its citations, why it ended, and the tokens where asked for.

    Args:
        identity: Id and time of the completion.
        answer: What was answered; None for a program's own prompt.
        sent: The text so far.
        counts: Whether tokens are counted.
    """
    if answer is None:
        yield chunk(identity, {}, ended=True)
    else:
        found = cited(answer.citations, answer.sentences)
        last = chunk(identity, {"annotations": _annotations(found, sent)}, ended=True)
        last["choices"][0]["citations"] = found
        yield {**last, "citations": found, "footnote": about(answer)}
    if counts:
        usage = _usage(answer.usage if answer else Usage())
        yield {**chunk(identity, {}), "choices": [], "usage": usage}


def _require_answerable(given: Mapping[str, Any]) -> None:
    """Refuse what an answer of Footnote cannot have."""
    form, modalities = given.get("response_format"), given.get("modalities")
    calls = given.get("tool_choice") != "none"
    wanted = {
        "n": given.get("n") not in (None, 1),
        "tools": calls and given.get("tools"),
        "functions": calls and given.get("functions"),
        "response_format": isinstance(form, dict) and form.get("type") not in (None, "text"),
        "logprobs": given.get("logprobs"),
        "modalities": isinstance(modalities, list) and "audio" in modalities,
    }
    for name, is_wanted in wanted.items():
        if is_wanted:
            raise RefusedError(f"{_LACKING[name]}: leave `{name}` out", param=name)


def _messages(given: object) -> list[dict[str, Any]]:
    """Return the messages up to the last one that is not the system's, which is the user's."""
    if not isinstance(given, list) or not given:
        raise RefusedError("no messages: send `messages` as a list of objects", param="messages")
    for number, message in enumerate(given):
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise RefusedError(
                f"message {number} has no role: send objects with `role` and `content`",
                param=f"messages[{number}]",
            )
    said = [n for n, m in enumerate(given) if m["role"] not in ("system", "developer")]
    if not any(m["role"] == "user" for m in given):
        # Some programs put their own prompt into a system message alone.
        if not said and _reply_to_task(_text(given[-1])) is not None:
            return given
        raise RefusedError(
            "there is no user message: send the question as the last message, with the role user",
            param="messages",
        )
    if given[said[-1]]["role"] != "user":
        raise RefusedError(
            f"the last message has the role {given[said[-1]]['role'][:40]!r}: the last one has to "
            "be the user's question",
            param="messages",
        )
    last = given[said[-1]]
    return [message for message in given if message is not last] + [last]


def _text(message: Mapping[str, Any], *, strict: bool = False) -> str:
    """Return the text of a message; its other parts are refused or, not `strict`, passed over."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        if strict and content is not None:
            wanted = "`content` has to be text or a list of parts of the type text"
            raise RefusedError(wanted, param="messages")
        return ""
    texts = []
    for part in content:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind in ("text", "input_text", "output_text") and isinstance(part.get("text"), str):
            texts.append(part["text"])
        elif strict:
            raise RefusedError(
                f"Footnote reads text alone, and a part of the question is {str(kind)[:40]!r}: "
                "leave images, sounds and files out, and ask in words",
                param="messages",
            )
    return "\n".join(texts)


def _turns(earlier: Sequence[Mapping[str, Any]]) -> tuple[Turn, ...]:
    """Return each user message with the reply behind it; one without a reply is no turn."""
    turns = []
    question = ""
    for message in earlier:
        text = _text(message)
        if message["role"] == "user":
            question = text
        elif message["role"] == "assistant" and question.strip() and text:
            if len(question) <= _LONGEST_ASKED:
                told = text.partition(f"{_BELOW}[1] ")[0]
                turns.append(Turn(question=question, text=told[:_LONGEST_TOLD]))
            question = ""
    return tuple(turns[-_MOST_TURNS:])


@cache
def _tasks() -> tuple[dict[str, Any], ...]:
    return tuple(data_toml("ui", "tasks.toml")["task"])


def _reply_to_task(prompt: str) -> str | None:
    """Return what a program's own prompt is answered; None where it is none of those known."""
    plain = " ".join(prompt.lower().split())
    for task in _tasks():
        if all(sign in plain for sign in task["signs"]):
            title = _title(prompt)
            if "reply" in task:
                return str(task["reply"]).replace("$title", title)
            filled = {
                key: title if value == "$title" else value for key, value in task["json"].items()
            }
            return json.dumps(filled, ensure_ascii=False)
    return None


def _title(prompt: str) -> str:
    """Return the first words of the conversation that a prompt holds, as a title."""
    _, _, conversation = prompt.rpartition("<chat_history>")
    said = _FIRST_SAID.search(conversation)
    words = re.sub(r"[*_`#\[\]\"“”]", "", said["said"]).split() if said else []
    title = " ".join(words[:_TITLE_WORDS])[:_LONGEST_TITLE].strip(" ?!.,:;…'")
    return title or "Questions to the articles"


def _holds(sentence: AnswerSentence) -> bool:
    return sentence.is_quote or sentence.verdict in SHOWN_AS_TRUE


def _annotations(found: Sequence[Mapping[str, Any]], text: str) -> list[dict[str, Any]]:
    """Return OpenAI's own form of citations, which chat pages show: where each `[n]` stands."""
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": max(0, at),
                "end_index": max(0, at + len(mark)),
                "title": citation["title"],
                "url": citation["link"],
            },
        }
        for citation in found
        for mark in [f"[{citation['number']}]"]
        for at in [text.find(mark)]
        if at >= 0
    ]


def _whole(
    identity: Mapping[str, Any], text: str, *, citations: list[Any], annotations: list[Any]
) -> dict[str, Any]:
    message = {"role": "assistant", "content": text, "refusal": None, "annotations": annotations}
    choice = {
        "index": 0,
        "message": message,
        "citations": citations,
        "logprobs": None,
        "finish_reason": "stop",
    }
    return {**identity, "object": "chat.completion", "model": MODEL, "choices": [choice]}


def _usage(usage: Usage) -> dict[str, int]:
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }
