"""Every fault through every provider's real client library: kind of error, requests, time, secrets.

Of the four ways to ask, `complete` and `astream` are driven where both sides of each pair share
the code in question; all four where time or a thread is involved.
"""

import asyncio
import logging
import time
import traceback
from typing import Protocol

import pytest
from wire_asking import KEY, STREAMS, WAYS, events, model_at
from wire_formats import FORMATS
from wire_server import RESET, Served, WireServer

from rag import ModelError, ModelRejectedError, ModelResponseError, ModelUnavailableError
from rag.answerers import CutReplyError
from rag.llm.client import Clock
from rag.types import Reply

PROVIDERS = [name for name in FORMATS if name != "openai"]  # openai-like speaks the same
TWO_WAYS = ("complete", "astream")
DEADLINE = 0.8
SLACK = 4.0
TRIES = 4
"""Times that a model is asked before it counts as late: a busy machine is late too at times."""
PACE = 4
"""How much faster time passes for a model with a deadline that is met: the tests wait a quarter."""
ECHO = b'{"error": {"message": "bad key sk-secret", "type": "x"}, "type": "error"}'

pytestmark = pytest.mark.filterwarnings("error")


async def at_once(seconds: float) -> None:
    """Begin the second request without a wait."""


AT_ONCE = Clock(pause=at_once)
HASTE = Clock(
    now=lambda: time.monotonic() * PACE,
    pause=at_once,
    limit=lambda seconds: asyncio.timeout(seconds / PACE),
)


@pytest.fixture(autouse=True)
def libraries_are_imported() -> None:
    import llama_index.llms.ollama
    import llama_index.llms.openai_like  # noqa: F401


class Failure:
    """What a fault led to."""

    def __init__(self, provider: str, way: str, *replies: Served, **settings: object) -> None:
        with WireServer(*replies) as server:
            clock = HASTE if "llm_deadline" in settings else AT_ONCE
            model = model_at(server.url, provider, clock=clock, **settings)
            started = clock.now()
            with pytest.raises(ModelError) as caught:
                events(model, way)
            self.seconds = clock.now() - started
            self.requests = len(server.requests)
        self.error = caught.value
        self.provider = provider


class Late(Protocol):
    """Asks a model whose reply does not end in time."""

    def __call__(self, provider: str, way: str, reply: Served) -> Failure: ...


@pytest.fixture
def late(fail: type[Failure]) -> Late:
    """Return what asks for such a reply, and refuse an end before the deadline or long after it."""

    def driven(provider: str, way: str, reply: Served) -> Failure:
        for _ in range(TRIES):
            failure = fail(provider, way, reply, llm_deadline=DEADLINE)
            assert (type(failure.error), failure.requests > 1) == (ModelUnavailableError, False)
            assert failure.seconds >= DEADLINE
            if failure.requests == 1 and failure.seconds < DEADLINE + SLACK:
                return failure
        raise AssertionError(f"{failure.requests} requests, {failure.seconds:.1f} s at each try")

    return driven


@pytest.fixture
def fail(caplog: pytest.LogCaptureFixture) -> object:
    """Return what leads to a failure, and refuse one that shows the key or the server's words."""
    caplog.set_level(logging.DEBUG)

    def driven(provider: str, way: str, *replies: Served, **settings: object) -> Failure:
        failure = Failure(provider, way, *replies, **settings)
        error = failure.error
        shown = f"{error!s} {error!r} {''.join(traceback.format_exception(error))} {caplog.text}"
        assert KEY not in shown
        assert error.__context__ is None
        assert error.__cause__ is None
        assert f"{provider}:m:1b/x" in str(error)
        return failure

    return driven


@pytest.mark.parametrize("way", TWO_WAYS)
@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("status", "kind", "requests"),
    [
        (401, ModelRejectedError, 1),
        (403, ModelRejectedError, 1),
        (404, ModelRejectedError, 1),
        (400, ModelRejectedError, 1),
        (500, ModelUnavailableError, 2),
        (429, ModelUnavailableError, 2),
    ],
)
def test_case_23_a_refusal_is_final_and_a_want_of_capacity_is_asked_once_more(
    fail: type[Failure], provider: str, way: str, status: int, kind: type, requests: int
) -> None:
    failure = fail(provider, way, Served(status=status, parts=[ECHO]))
    assert (type(failure.error), failure.requests) == (kind, requests)
    assert f"(status {status})" in str(failure.error)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_second_request_gets_the_reply(provider: str, way: str) -> None:
    wire = FORMATS[provider]
    good = wire.stream("Ten", " years.") if way in STREAMS else wire.whole("Ten years.")
    with WireServer(Served(status=503, parts=[ECHO]), good) as server:
        reply = events(model_at(server.url, provider, clock=AT_ONCE), way)[-1]
    assert isinstance(reply, Reply)
    assert (reply.text, reply.requests, len(server.requests)) == ("Ten years.", 2, 2)


@pytest.mark.parametrize("provider", ["openai-like", "anthropic"])
def test_the_time_that_a_provider_asks_for_is_waited(provider: str) -> None:
    waited: list[float] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)

    busy = Served(status=429, parts=[ECHO], headers={"Retry-After": "3"})
    with WireServer(busy, FORMATS[provider].whole("Ten years.")) as server:
        events(model_at(server.url, provider, clock=Clock(pause=pause)), "complete")
    assert waited == [3.0]


@pytest.mark.parametrize("provider", ["openai-like", "anthropic"])
def test_a_wait_beyond_the_deadline_is_not_begun(fail: type[Failure], provider: str) -> None:
    busy = Served(status=429, parts=[ECHO], headers={"Retry-After": "30"})
    failure = fail(provider, "complete", busy)
    assert (failure.requests, type(failure.error)) == (1, ModelUnavailableError)
    assert failure.seconds < 2
    assert "in 30 s" in str(failure.error)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_slow_first_byte_ends_at_the_deadline(late: Late, provider: str, way: str) -> None:
    failure = late(provider, way, Served(parts=[b"{}"], wait=30.0))
    assert "0.8 s" in str(failure.error)


@pytest.mark.parametrize("way", STREAMS)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_stall_in_a_stream_ends_at_the_deadline(late: Late, provider: str, way: str) -> None:
    late(provider, way, FORMATS[provider].stream("Ten", 30.0))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_case_23_a_drip_that_never_stalls_ends_at_the_deadline(
    late: Late, provider: str, way: str
) -> None:
    if way in STREAMS:
        late(provider, way, FORMATS[provider].stream(*["x ", 0.02] * 100))
    else:
        late(provider, way, Served(parts=[b" ", 0.02] * 100))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_reset_before_the_first_token_is_asked_once_more(
    fail: type[Failure], provider: str, way: str
) -> None:
    failure = fail(provider, way, Served(parts=[RESET]))
    assert (type(failure.error), failure.requests) == (ModelUnavailableError, 2)


@pytest.mark.parametrize("way", STREAMS)
@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("fault", ["reset", "error event"])
def test_what_breaks_after_the_first_token_is_never_repeated(
    fail: type[Failure], provider: str, way: str, fault: str
) -> None:
    wire = FORMATS[provider]
    last = RESET if fault == "reset" else wire.error_event
    # The wait lets the piece be read before the reset, which discards what is not.
    broken = wire.stream("Ten", 0.2, after=[last], ends=False)
    failure = fail(provider, way, broken)
    assert (type(failure.error), failure.requests) == (ModelUnavailableError, 1)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_error_event_before_the_first_token_is_asked_once_more(
    fail: type[Failure], provider: str
) -> None:
    wire = FORMATS[provider]
    failure = fail(provider, "stream", Served(parts=[wire.error_event], kind="text/event-stream"))
    assert (type(failure.error), failure.requests) == (ModelUnavailableError, 2)


@pytest.mark.parametrize("way", STREAMS)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_case_23_an_early_clean_end_is_no_reply(
    fail: type[Failure], provider: str, way: str
) -> None:
    failure = fail(provider, way, FORMATS[provider].stream("Ten", " years", ends=False))
    assert (type(failure.error), failure.requests) == (ModelResponseError, 1)
    assert "broke off" in str(failure.error)


@pytest.mark.parametrize("way", TWO_WAYS)
@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    "body", [b"<html>sk-secret</html>", b'{"id": "1", "choices": [{"mess', b"[]", b'"sk-secret"']
)
@pytest.mark.parametrize("kind", ["text/html", "application/json"])
def test_a_page_or_cut_json_is_no_reply(
    fail: type[Failure], provider: str, way: str, body: bytes, kind: str
) -> None:
    failure = fail(provider, way, Served(parts=[body], kind=kind))
    assert (type(failure.error), failure.requests) == (ModelResponseError, 1)


@pytest.mark.parametrize("way", STREAMS)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_garbage_line_in_a_stream_is_no_reply(
    fail: type[Failure], provider: str, way: str
) -> None:
    wire = FORMATS[provider]
    failure = fail(provider, way, wire.stream("Ten", after=[wire.garbage]))
    assert (type(failure.error), failure.requests) == (ModelResponseError, 1)


@pytest.mark.parametrize("way", TWO_WAYS)
@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("text", [None, "", " \n"])
def test_no_content_is_no_reply(
    fail: type[Failure], provider: str, way: str, text: str | None
) -> None:
    wire = FORMATS[provider]
    pieces = [] if text is None else [text]
    failure = fail(provider, way, wire.stream(*pieces) if way in STREAMS else wire.whole(text))
    assert (type(failure.error), failure.requests) == (ModelResponseError, 1)


@pytest.mark.parametrize("way", TWO_WAYS)
def test_case_23_no_choices_are_no_reply(fail: type[Failure], way: str) -> None:
    wire = FORMATS["openai-like"]
    empty = wire.no_choices() if way in STREAMS else wire.whole("Ten", choices=False)
    failure = fail("openai-like", way, empty)
    assert (type(failure.error), failure.requests) == (ModelResponseError, 1)


@pytest.mark.parametrize("way", TWO_WAYS)
@pytest.mark.parametrize(
    ("provider", "finish", "told"),
    [
        ("openai-like", "length", "FOOTNOTE_LLM_MAX_TOKENS"),
        ("ollama", "length", "FOOTNOTE_LLM_MAX_TOKENS"),
        ("anthropic", "max_tokens", "FOOTNOTE_LLM_MAX_TOKENS"),
        ("openai-like", "content_filter", "content filter"),
        ("anthropic", "refusal", "content filter"),
    ],
)
def test_a_cut_or_withheld_reply_is_none(
    fail: type[Failure], provider: str, way: str, finish: str, told: str
) -> None:
    wire = FORMATS[provider]
    cut = wire.stream("Ten", finish=finish) if way in STREAMS else wire.whole("T", finish=finish)
    failure = fail(provider, way, cut)
    kind = CutReplyError if "MAX_TOKENS" in told else ModelResponseError
    assert (type(failure.error), failure.requests) == (kind, 1)
    assert told in str(failure.error)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_reply_beyond_what_was_asked_for_is_stopped(
    fail: type[Failure], provider: str, way: str
) -> None:
    wire = FORMATS[provider]
    text = "word " * 4000
    huge = wire.stream(*[text] * 50) if way in STREAMS else wire.whole(text * 10)
    failure = fail(provider, way, huge, llm_max_tokens=100)
    assert (type(failure.error), failure.requests) == (ModelResponseError, 1)


@pytest.mark.parametrize("way", TWO_WAYS)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_response_without_end_is_not_read_to_it(
    fail: type[Failure], provider: str, way: str
) -> None:
    endless = Served(parts=[b"x" * 2**20] * 40)
    failure = fail(provider, way, endless, llm_deadline=80.0)
    assert (type(failure.error), failure.requests) == (ModelResponseError, 1)
    assert "far larger" in str(failure.error)


@pytest.mark.parametrize("way", TWO_WAYS)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_redirect_takes_the_messages_nowhere_else(
    fail: type[Failure], provider: str, way: str
) -> None:
    with WireServer(FORMATS[provider].whole("Ten years.")) as elsewhere:
        moved = Served(status=307, headers={"Location": f"{elsewhere.url}/x"})
        failure = fail(provider, way, moved)
    assert (type(failure.error), elsewhere.requests) == (ModelRejectedError, [])
    assert "FOOTNOTE_LLM_BASE_URL" in str(failure.error)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_closed_port_is_tried_twice_and_named(provider: str) -> None:
    with WireServer(Served()) as server:
        url = server.url
    with pytest.raises(ModelUnavailableError, match="cannot be reached") as caught:
        events(model_at(url, provider, clock=AT_ONCE), "complete")
    assert caught.value.__context__ is None
