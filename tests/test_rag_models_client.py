"""Every provider through its real client library, over real sockets, well and badly behaved."""

import asyncio
import logging
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from wire_server import (
    DIALECTS,
    KEY,
    Act,
    Dialect,
    WireServer,
    broken_off,
    chunk,
    event,
    line,
    says,
    sends,
    silent,
    status,
)

from index.errors import (
    ModelError,
    ModelRejectedError,
    ModelResponseError,
    ModelUnavailableError,
)
from rag.models import LanguageModel, Message, Reply, cost, load_model
from rag.settings import Settings

pytestmark = [
    pytest.mark.usefixtures("left_sockets"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

_SPECS = {"openai": "openai-like:m/x:7b", "ollama": "ollama:m:7b", "anthropic": "anthropic:m"}
_ASKED = [
    Message(role="system", text="Be brief."),
    Message(role="user", text="What is in the article?"),
]
_TEXT = "Engineers found cracks. [1]"
_DEADLINE = 1.5

Ask = Callable[[LanguageModel], Reply]


def completed(model: LanguageModel) -> Reply:
    return model.complete(_ASKED)


def streamed(model: LanguageModel) -> Reply:
    *_, reply = model.stream(_ASKED)
    assert isinstance(reply, Reply)
    return reply


def awaited(model: LanguageModel) -> Reply:
    return asyncio.run(model.acomplete(_ASKED))


def astreamed(model: LanguageModel) -> Reply:
    async def run() -> Reply:
        pieces = [piece async for piece in model.astream(_ASKED)]
        assert isinstance(pieces[-1], Reply)
        return pieces[-1]

    return asyncio.run(run())


WAYS: list[Ask] = [completed, streamed, awaited, astreamed]
TWO_WAYS: list[Ask] = [streamed, astreamed]


def model_of(server: WireServer, **settings: object) -> LanguageModel:
    chosen = {"llm_base_url": server.base_url, "llm_api_key": KEY, "llm_deadline": _DEADLINE}
    model = load_model(_SPECS[server.dialect], Settings.load(**(chosen | settings)))
    assert model is not None
    return model


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    return request.param  # type: ignore[no-any-return]


@pytest.mark.parametrize("ask", WAYS)
def test_a_reply_comes_whole_with_what_it_took(dialect: Dialect, ask: Ask) -> None:
    with WireServer(dialect, [says(_TEXT)]) as server:
        reply = ask(model_of(server))
    assert (reply.text, reply.input_tokens, reply.output_tokens) == (_TEXT, 11, 7)
    assert reply.requests == len(server.received) == 1
    assert reply.first_token_seconds is not None


def test_the_request_says_what_was_meant(dialect: Dialect) -> None:
    with WireServer(dialect, [says(_TEXT)]) as server:
        completed(model_of(server, llm_max_tokens=77))
    (received,) = server.received
    assert received.body["model"] == _SPECS[dialect].partition(":")[2]
    assert received.body["stream"] is True
    assert "What is in the article?" in str(received.body["messages"])
    assert "77" in str(received.body)


def test_pieces_come_as_they_are_sent(dialect: Dialect) -> None:
    with WireServer(dialect, [broken_off("One two", "stall")]) as server:
        pieces = model_of(server).stream(_ASKED)
        began = time.monotonic()
        assert next(pieces) == "One"
        assert time.monotonic() - began < _DEADLINE / 2
        with pytest.raises(ModelUnavailableError):
            list(pieces)


@pytest.mark.parametrize("ask", TWO_WAYS)
@pytest.mark.parametrize("code", [429, 500, 503])
def test_a_busy_provider_is_asked_twice_at_most(dialect: Dialect, ask: Ask, code: int) -> None:
    with WireServer(dialect, [status(code)]) as server, pytest.raises(ModelUnavailableError):
        ask(model_of(server))
    assert len(server.received) == 2


def test_the_second_request_may_succeed(dialect: Dialect) -> None:
    with WireServer(dialect, [status(429, retry_after="0"), says(_TEXT)]) as server:
        reply = completed(model_of(server))
    assert (reply.text, reply.requests) == (_TEXT, 2)


@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
def test_the_provider_says_how_long_to_wait(dialect: Dialect) -> None:
    with WireServer(dialect, [status(429, retry_after="30")]) as server:
        began = time.monotonic()
        with pytest.raises(ModelUnavailableError, match="status 429"):
            completed(model_of(server))
    assert time.monotonic() - began < _DEADLINE
    assert len(server.received) == 1


@pytest.mark.parametrize("ask", TWO_WAYS)
@pytest.mark.parametrize("code", [400, 401, 403, 404])
def test_a_refusal_is_final(dialect: Dialect, ask: Ask, code: int) -> None:
    with (
        WireServer(dialect, [status(code)]) as server,
        pytest.raises(ModelRejectedError, match=f"status {code}"),
    ):
        ask(model_of(server))
    assert len(server.received) == 1


def test_a_redirect_sends_nothing_elsewhere(dialect: Dialect) -> None:
    with WireServer(dialect, [says(_TEXT)]) as other:
        script = [status(307, location=f"{other.base_url}/x")]
        with WireServer(dialect, script) as server, pytest.raises(ModelError):
            completed(model_of(server))
    assert other.received == []


@pytest.mark.parametrize("ask", TWO_WAYS)
@pytest.mark.parametrize("act", [silent, broken_off("One two", "stall"), broken_off("x", "drip")])
def test_the_deadline_holds_whatever_the_server_does(dialect: Dialect, ask: Ask, act: Act) -> None:
    with WireServer(dialect, [act]) as server:
        model = model_of(server)
        began = time.monotonic()
        with pytest.raises(ModelUnavailableError, match="in time"):
            ask(model)
        assert time.monotonic() - began < _DEADLINE + 1
    assert len(server.received) == 1


@pytest.mark.parametrize("ask", TWO_WAYS)
def test_a_reset_after_the_first_piece_is_not_asked_again(dialect: Dialect, ask: Ask) -> None:
    with (
        WireServer(dialect, [broken_off("One two", "reset")]) as server,
        pytest.raises(ModelUnavailableError, match="connection"),
    ):
        ask(model_of(server))
    assert len(server.received) == 1


@pytest.mark.parametrize("ask", TWO_WAYS)
def test_a_clean_early_end_is_no_answer(dialect: Dialect, ask: Ask) -> None:
    with (
        WireServer(dialect, [broken_off("Japan did not", "end")]) as server,
        pytest.raises(ModelResponseError, match="broke off"),
    ):
        ask(model_of(server))
    assert len(server.received) == 1


def test_an_answer_cut_by_its_length_says_which_setting_helps(dialect: Dialect) -> None:
    with (
        WireServer(dialect, [says(_TEXT, finish="length")]) as server,
        pytest.raises(ModelResponseError, match="FOOTNOTE_LLM_MAX_TOKENS"),
    ):
        completed(model_of(server))


def _no_answers() -> Iterator[tuple[Dialect, str, Act]]:
    html = b"<html><body>Sign in</body></html>"
    for dialect in DIALECTS:
        yield dialect, "html", sends(html, kind="text/html")
        yield dialect, "nothing", sends()
        yield dialect, "blank", says(" ")
    yield "openai", "cut json", sends(b'data: {"id": "c", "choi\n\n')
    yield "openai", "garbage", sends(b"data: garbage\n\n")
    yield "openai", "no choices", sends(chunk([]), b"data: [DONE]\n\n")
    null = [{"index": 0, "delta": {"content": None}, "finish_reason": "stop"}]
    yield "openai", "null content", sends(chunk(null), b"data: [DONE]\n\n")
    error = b'data: {"error": {"message": "%s", "type": "server_error"}}\n\n' % KEY.encode()
    yield "openai", "error event", sends(error)
    yield "ollama", "cut json", sends(b'{"model": "m", "mess\n')
    yield "ollama", "null content", sends(line(message={"role": "assistant"}, done=True))
    yield "ollama", "error line", sends(b'{"error": "%s"}\n' % KEY.encode())
    yield "anthropic", "cut json", sends(b'event: message_start\ndata: {"type": "mess\n\n')
    told = {"type": "overloaded_error", "message": KEY}
    yield "anthropic", "error event", sends(event("error", error=told))


@pytest.mark.parametrize("ask", TWO_WAYS)
@pytest.mark.parametrize(
    ("dialect", "act"), [pytest.param(d, a, id=f"{d}-{name}") for d, name, a in _no_answers()]
)
def test_what_is_no_answer_is_an_error(dialect: Dialect, act: Act, ask: Ask) -> None:
    with WireServer(dialect, [act]) as server, pytest.raises(ModelError) as caught:
        ask(model_of(server))
    assert len(server.received) <= 2
    assert type(caught.value) in (ModelResponseError, ModelUnavailableError)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("act", [status(401), status(500), broken_off("x", "reset"), sends()])
def test_the_key_is_in_no_message_log_or_trace(
    dialect: Dialect, act: Act, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with WireServer(dialect, [act]) as server:
        model = model_of(server)
        with pytest.raises(ModelError) as caught:
            completed(model)
    told = "".join(traceback.format_exception(caught.value))
    assert KEY not in told + caplog.text + repr(model)


def test_a_server_that_is_not_there_is_one_sentence(dialect: Dialect) -> None:
    with WireServer(dialect, [silent]) as server:
        pass
    with pytest.raises(ModelUnavailableError, match="could not be reached"):
        completed(model_of(server))


def test_a_stream_that_is_left_closes_its_connection(dialect: Dialect) -> None:
    with WireServer(dialect, [broken_off("One two", "drip"), says(_TEXT)]) as server:
        model = model_of(server)
        pieces = model.stream(_ASKED)
        assert next(pieces) == "One"
        pieces.close()  # type: ignore[attr-defined]
        assert completed(model).text == _TEXT


def test_a_reply_has_the_price_that_the_settings_name(tmp_path: Path) -> None:
    reply = Reply(
        text="x", input_tokens=2000, output_tokens=500, requests=1, first_token_seconds=None
    )
    assert cost(reply, Settings.load(llm_price_in=3.0, llm_price_out=10.0)) == 0.011
    assert cost(reply, Settings.load()) is None
