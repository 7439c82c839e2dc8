"""Servers that speak OpenAI's form in their own way: each gives its reply, or a true sentence."""

import json
from collections.abc import Sequence

import pytest
from wire_asking import KEY, events, model_at
from wire_server import Part, Served, WireServer

from rag import ModelError, ModelRejectedError, ModelResponseError, ModelUnavailableError
from rag.answerers import Afresh
from rag.llm.providers.chat_completions import ChatReading
from rag.types import Reply

SAID = "Ten years. [1]"
WHOLE = {"object": "chat.completion", "choices": [{"message": {"content": SAID}}]}
USAGE = {"prompt_tokens": 90, "completion_tokens": 4}


def event(data: object, *, name: str = "") -> bytes:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return (f"event: {name}\n" if name else "").encode() + f"data: {text}\n\n".encode()


def piece(content: object, *, finish: str | None = None, **more: object) -> bytes:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish} | more
    return event({"choices": [choice]})


END, DONE = piece(None, finish="stop"), event("[DONE]")
WORDS = [piece("Ten "), piece("years. "), piece("[1]")]

REPLIES: dict[str, Sequence[Part]] = {
    "a usage chunk without choices": [*WORDS, END, event({"usage": USAGE}), DONE],
    "a ping before the first word": [event({}, name="ping"), *WORDS, END, DONE],
    "comments and empty lines": [b": PROCESSING\n\n\n", *WORDS, END, DONE],
    "a ping of nothing": [event("null"), event(""), *WORDS, END, DONE],
    "an id and a time to retry": [b"id: 7\nretry: 100\n", *WORDS, END, DONE],
    "no finish reason": [*WORDS, DONE],
    "no mark of the end": [*WORDS, END],
    "a last choice without a delta": [
        *WORDS, event({"choices": [{"finish_reason": "stop"}]}), DONE
    ],
    "a last choice whose delta is null": [*WORDS, piece(None, finish="stop", delta=None), DONE],
    "a whole object where a stream was asked for": [json.dumps(WHOLE).encode()],
    "a whole object over several lines": [json.dumps(WHOLE, indent=2).encode()],
    "a whole object as one event": [event(WHOLE), DONE],
    "content in parts": [piece([{"type": "text", "text": SAID}]), END, DONE],
    "thinking among the parts": [
        piece([{"type": "thinking", "thinking": [{"type": "text", "text": "Seven?"}]}]),
        piece([{"type": "text", "text": SAID}, "", None]), END, DONE,
    ],
    "thoughts set apart": [
        piece(None, delta={"reasoning_content": "Seven?", "content": None}), *WORDS, END, DONE
    ],
    "a stream that says again what it said": [
        piece("Ten "), piece("Ten years. "), piece("Ten years. [1]"), END, DONE
    ],
    "two pieces of which the second says all": [piece("Ten years. "), piece(SAID), END, DONE],
    "a message at the end that repeats the pieces": [
        *WORDS, event({"choices": [{"message": {"content": SAID}, "finish_reason": "stop"}]}), DONE
    ],
    "lines of JSON without events": [
        piece("Ten years. ").removeprefix(b"data: "), piece("[1]").removeprefix(b"data: "),
        END.removeprefix(b"data: "),
    ],
    "carriage returns": [b"".join([*WORDS, END, DONE]).replace(b"\n", b"\r\n")],
    "no blank behind data": [b"".join([*WORDS, END, DONE]).replace(b"data: ", b"data:")],
    "no empty line between events": [b"".join([*WORDS, END, DONE]).replace(b"\n\n", b"\n")],
    "an empty list of choices first": [event({"choices": [], "id": ""}), *WORDS, END, DONE],
    "text in the older form": [event({"choices": [{"text": SAID, "finish_reason": "stop"}]}), DONE],
}  # fmt: skip


@pytest.mark.parametrize("quirk", REPLIES)
def test_the_reply_comes_whole_from(quirk: str) -> None:
    with WireServer(Served(parts=REPLIES[quirk], kind="text/event-stream")) as server:
        *pieces, reply = events(model_at(server.url, "openai-like"), "stream")
    assert isinstance(reply, Reply)
    assert (reply.text, "".join(map(str, pieces)), reply.requests) == (SAID, SAID, 1)


def test_counts_are_read_from_a_chunk_without_choices() -> None:
    parts = REPLIES["a usage chunk without choices"]
    with WireServer(Served(parts=parts)) as server:
        reply = events(model_at(server.url, "openai-like"), "stream")[-1]
    assert isinstance(reply, Reply)
    assert (reply.input_tokens, reply.output_tokens) == (90, 4)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_a_response_reads_the_same_however_its_bytes_are_cut(size: int) -> None:
    said = "Zehn “Jahre” – années\u2028[1]"
    data = b"".join([event({}, name="ping"), piece(said[:5]), piece(said[5:]), END, DONE])
    reading = ChatReading()
    chunks = [c for n in range(0, len(data), size) for c in reading.feed(data[n : n + size])]
    chunks += reading.finish()
    assert "".join(chunk.text for chunk in chunks) == said


@pytest.mark.parametrize(
    "pieces",
    [
        ["a", "ab", "b"],
        ["ha", "haha", "ha"],
        ["1", "19"],
        ["The ", "Then"],
        ["x", "x"],
        ["no ", "no no "],
    ],
)
def test_pieces_that_only_look_repeated_are_all_kept(pieces: list[str]) -> None:
    reading = ChatReading()
    chunks = [c for said in pieces for c in reading.feed(piece(said))]
    assert "".join(chunk.text for chunk in [*chunks, *reading.finish()]) == "".join(pieces)


def told(*served: Served, way: str = "stream") -> tuple[ModelError, int]:
    """Return what is raised, and how many requests were sent."""
    with WireServer(*served) as server:
        with pytest.raises(ModelError) as caught:
            events(model_at(server.url, "openai-like"), way)
        return caught.value, len(server.requests)


LOST = {"error": {"message": "model not loaded", "code": 500}}
PAGE = b"<!doctype html><title>x</title><script>var a</script><p>Please log in</p> &amp; pay"


@pytest.mark.parametrize(
    "body", [json.dumps(LOST).encode(), event(LOST), event(LOST["error"], name="error")]
)
def test_an_error_with_the_status_of_success_is_told_in_the_servers_words(body: bytes) -> None:
    error, _ = told(Served(parts=[body]))
    assert type(error) is ModelUnavailableError
    assert "replied with an error and says “model not loaded”" in str(error)


def test_a_web_page_is_told_as_one_and_not_asked_again() -> None:
    error, requests = told(Served(parts=[PAGE], kind="text/html"))
    assert (type(error), requests) == (ModelResponseError, 1)
    assert "gave a web page and no reply, which says “x Please log in & pay”" in str(error)
    assert "FOOTNOTE_LLM_BASE_URL" in str(error)


@pytest.mark.parametrize(
    ("status", "body", "kind", "says"),
    [
        (400, {"error": {"message": "window of 512 tokens"}}, ModelRejectedError, "512 tokens"),
        (429, {"error": {"message": "quota exceeded"}}, ModelUnavailableError, "quota exceeded"),
        (404, {"detail": "no such model"}, ModelRejectedError, "no such model"),
        (422, {"detail": [{"loc": ["body", "n"], "msg": "no"}]}, ModelRejectedError, "body.n: no"),
        (502, "<html><h1>502 Bad Gateway</h1></html>", ModelUnavailableError, "502 Bad Gateway"),
    ],
)  # fmt: skip
def test_a_refusal_is_told_with_the_servers_words(
    status: int, body: object, kind: type, says: str
) -> None:
    text = body if isinstance(body, str) else json.dumps(body)
    error, _ = told(Served(status=status, parts=[text.encode()]))
    assert type(error) is kind
    assert f"(status {status}) and says “" in str(error)
    assert says in str(error)


@pytest.mark.parametrize("secret", [KEY, "sk-" + "a1" * 20, "Bearer abc.def", "hf_abcdefghij"])
def test_no_key_is_repeated_from_a_servers_words_which_are_shortened(secret: str) -> None:
    body = json.dumps(
        {"error": {"message": f"bad key {secret} \u202e\x1b[31m now, " + "so " * 500}}
    )
    error, _ = told(Served(status=400, parts=[body.encode()]))
    assert secret not in str(error)
    assert "bad key … [31m now, so so" in str(error).replace("Bearer …", "…")
    assert len(str(error)) < 400


def test_a_server_without_a_system_role_is_told_it_by_the_user() -> None:
    refusing = Served(status=400, parts=[b'{"error": {"message": "System role not supported"}}'])
    with WireServer(refusing, Served(parts=[*WORDS, END, DONE])) as server:
        reply = events(model_at(server.url, "openai-like"), "stream")[-1]
    assert isinstance(reply, Reply)
    assert reply.text == SAID
    assert server.requests[1].body["messages"] == [
        {"role": "user", "content": "Be brief.\n\nHow old is the bridge?"}
    ]


def test_a_closing_mark_alone_takes_back_what_came_before_it() -> None:
    parts = [piece("Seven? Check. "), piece("</think>"), piece("\n\n"), *WORDS, END, DONE]
    with WireServer(Served(parts=parts)) as server:
        *pieces, reply = events(model_at(server.url, "openai-like"), "stream")
    assert isinstance(reply, Reply)
    assert reply.text.strip() == SAID
    assert [type(p) for p in pieces].index(Afresh) == 1
