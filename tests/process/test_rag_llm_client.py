"""Every provider through its real client library and a real server: what is sent, what comes."""

import asyncio
import time

import pytest
from wire_asking import ASKED, KEY, STREAMS, WAYS, events, model_at
from wire_formats import FORMATS, OpenAIFormat
from wire_server import Served, WireServer

from rag import Settings
from rag.llm.registry import load_model
from rag.llm.writer import cost
from rag.types import Message, Reply


def replying(provider: str, way: str) -> Served:
    wire = FORMATS[provider]
    return wire.stream("Ten", " years.") if way in STREAMS else wire.whole("Ten years.")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("provider", FORMATS)
def test_a_reply_comes_with_the_provider_s_own_counts(provider: str, way: str) -> None:
    with WireServer(replying(provider, way)) as server:
        *pieces, reply = events(model_at(server.url, provider), way)
    assert pieces == (["Ten", " years."] if way in STREAMS else [])
    assert isinstance(reply, Reply)
    assert (reply.text, reply.input_tokens, reply.output_tokens) == ("Ten years.", 11, 7)
    assert reply.requests == len(server.requests) == 1
    assert (reply.first_token_seconds is not None) == (way in STREAMS)
    assert server.requests[0].path == FORMATS[provider].path


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("provider", FORMATS)
def test_the_messages_the_model_and_the_key_are_sent(provider: str, way: str) -> None:
    with WireServer(replying(provider, way)) as server:
        events(model_at(server.url, provider), way)
    (request,) = server.requests
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body["model"] == "m:1b/x"
    assert request.body["stream" if way in STREAMS else "model"]
    system = {"role": "system", "content": "Be brief."}
    user = {"role": "user", "content": "How old is the bridge?"}
    if provider == "anthropic":
        assert (request.body["system"], request.body["messages"]) == ("Be brief.", [user])
    else:
        assert request.body["messages"] == [system, user]


@pytest.mark.parametrize(
    ("provider", "expected"),
    [
        ("openai", {"temperature": 0.0, "max_completion_tokens": 50}),
        ("openai-like", {"temperature": 0.0, "max_tokens": 50}),
        ("ollama", {"options": {"temperature": 0.0, "num_predict": 50, "num_ctx": 2048}}),
        ("anthropic", {"max_tokens": 50}),
    ],
)
def test_limits_are_sent_in_the_provider_s_words(provider: str, expected: object) -> None:
    with WireServer(replying(provider, "complete")) as server:
        model = model_at(server.url, provider, llm_max_tokens=50, llm_context=2048)
        model.complete(ASKED)
    body = server.requests[0].body
    assert {name: body[name] for name in expected} == expected
    assert model.context_window == 2048
    assert model.parameters["max_tokens"] == 50


@pytest.mark.parametrize("provider", FORMATS)
def test_a_piece_is_shown_before_the_next_one_is_sent(provider: str) -> None:
    with WireServer(FORMATS[provider].stream("Ten", 30.0, " years.")) as server:
        pieces = model_at(server.url, provider).stream(ASKED)
        started = time.monotonic()
        assert next(pieces) == "Ten"
        assert time.monotonic() - started < 5
        pieces.close()


@pytest.mark.parametrize("provider", FORMATS)
def test_the_event_loop_runs_on_while_a_model_thinks(provider: str) -> None:
    async def ticks_while(model: object) -> int:
        asking = asyncio.create_task(model.acomplete(ASKED))
        ticks = 0
        while not asking.done():
            await asyncio.sleep(0.01)
            ticks += 1
        await asking
        return ticks

    whole = FORMATS[provider].whole("Ten years.")
    with WireServer(Served(parts=whole.parts, wait=0.3)) as server:
        model = model_at(server.url, provider)
        asyncio.run(model.acomplete(ASKED))
        assert asyncio.run(ticks_while(model)) > 10


@pytest.mark.parametrize("provider", FORMATS)
def test_a_model_outlives_the_event_loop_that_it_was_first_asked_in(provider: str) -> None:
    with WireServer(FORMATS[provider].whole("Ten years.")) as server:
        model = model_at(server.url, provider)
        texts = [asyncio.run(model.acomplete(ASKED)).text for _ in range(3)]
    assert texts == ["Ten years."] * 3


def test_many_threads_share_one_model() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with WireServer(FORMATS["openai-like"].stream("Ten", " years.")) as server:
        model = model_at(server.url, "openai-like")
        with ThreadPoolExecutor(8) as pool:
            texts = pool.map(lambda _: list(model.stream(ASKED))[-1].text, range(24))
            assert set(texts) == {"Ten years."}


def refusing(option: str) -> Served:
    return Served(
        status=400,
        parts=[b'{"error": {"message": "Unsupported: \'%s\'", "code": null}}' % option.encode()],
    )


@pytest.mark.parametrize(
    ("option", "gone", "instead"),
    [
        ("stream_options", "stream_options", None),
        ("temperature", "temperature", None),
        ("max_tokens", "max_tokens", "max_completion_tokens"),
    ],
)
def test_an_option_that_a_server_refuses_is_left_out_from_then_on(
    option: str, gone: str, instead: str | None
) -> None:
    answering = FORMATS["openai-like"].stream("Ten", " years.")
    with WireServer(refusing(option), answering) as server:
        model = model_at(server.url, "openai-like")
        assert list(model.stream(ASKED))[-1].requests == 2
        assert list(model.stream(ASKED))[-1].requests == 1
    bodies = [request.body for request in server.requests]
    assert [gone in body for body in bodies] == [True, False, False]
    assert [instead in body for body in bodies] == [False, bool(instead), bool(instead)]


def test_tokens_are_estimated_where_a_server_counts_none() -> None:
    wire = OpenAIFormat()
    stream = wire.stream("Ten years old.", ends=False, after=[wire._piece({}, "stop")])
    with WireServer(stream) as server:
        reply = list(model_at(server.url, "openai-like").stream(ASKED))[-1]
    # 9 + 1 + 22 bytes are asked and 14 come: 8 tokens and 3.5, rounded up.
    assert (reply.input_tokens, reply.output_tokens) == (8, 4)


def test_the_price_is_that_of_the_settings() -> None:
    reply = Reply(
        text="x", input_tokens=2000, output_tokens=500, requests=1, first_token_seconds=None
    )
    priced = Settings.load(llm_price_in=3.0, llm_price_out=15.0)
    assert cost(reply, priced) == pytest.approx(0.0135)
    assert cost(reply, Settings.load(llm_price_in=3.0)) is None


@pytest.mark.parametrize("way", WAYS)
def test_any_llama_index_model_can_be_asked(way: str) -> None:
    from llama_index.core.llms import MockLLM

    model = load_model(MockLLM(max_tokens=2), Settings.load())
    *_, reply = events(model, way, [Message(role="user", text="ping pong")])
    assert (reply.text.split(), model.name) == (["text", "text"], "llama-index:MockLLM")
    assert model.parameters == {"max_tokens": 2}


@pytest.mark.parametrize("way", WAYS)
def test_a_llama_index_model_of_the_user_s_own_is_asked_in_openai_s_format(way: str) -> None:
    from llama_index.llms.openai_like import OpenAILike

    with WireServer(replying("openai", way)) as server:
        llm = OpenAILike(model="m", api_base=server.url, api_key=KEY, is_chat_model=True)
        model = load_model(llm, Settings.load())
        for _ in range(2):
            reply = events(model, way)[-1]
    assert (reply.text, reply.output_tokens, model.name) == ("Ten years.", 7, "llama-index:m")
