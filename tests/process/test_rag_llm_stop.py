"""A reply that nobody waits for any more stops at once and hangs up: closed, cancelled, Ctrl-C."""

import asyncio
import contextvars
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from wire_asking import ASKED, model_at
from wire_formats import FORMATS
from wire_server import Served, WireServer

import rag
from rag import ModelResponseError, ModelUnavailableError, Settings
from rag.llm.client import from_loop, in_thread
from rag.llm.registry import load_model

PROVIDERS = [name for name in FORMATS if name != "openai"]  # openai-like speaks the same


def left_over() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name == "footnote-model" and t.is_alive()]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_stream_that_is_closed_hangs_up(provider: str) -> None:
    with WireServer(FORMATS[provider].stream("Ten", 30.0)) as server:
        with closing(model_at(server.url, provider).stream(ASKED)) as pieces:
            assert next(pieces) == "Ten"
        assert server.hung_up.wait(15)
    assert left_over() == []


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_asynchronous_stream_that_is_closed_hangs_up(provider: str) -> None:
    async def leave(pieces: object) -> None:
        assert await anext(pieces) == "Ten"
        await pieces.aclose()

    with WireServer(FORMATS[provider].stream("Ten", 30.0)) as server:
        asyncio.run(leave(model_at(server.url, provider).astream(ASKED)))
        assert server.hung_up.wait(15)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_cancelled_task_hangs_up(provider: str) -> None:
    async def cancel(server: WireServer) -> None:
        asking = asyncio.create_task(model_at(server.url, provider).acomplete(ASKED))
        while not server.requests:
            await asyncio.sleep(0.01)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    with WireServer(Served(wait=30.0)) as server:
        asyncio.run(cancel(server))
        assert server.hung_up.wait(15)


_CHILD = """
import sys
from wire_asking import ASKED, model_at
try:
    for piece in model_at(sys.argv[1], sys.argv[2], llm_deadline=60.0).stream(ASKED):
        print(piece, flush=True)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize(
    ("provider", "when"),
    [("openai-like", "in a stall"), ("anthropic", "before the first token")],
)
def test_ctrl_c_stops_at_once(provider: str, when: str) -> None:
    wire = FORMATS[provider]
    stalled = Served(wait=60.0) if when == "before the first token" else wire.stream("Ten", 60.0)
    folders = f"{Path(rag.__file__).parents[1]}:{Path(__file__).parents[1]}/support"
    with WireServer(stalled) as server:
        child = subprocess.Popen(
            [sys.executable, "-c", _CHILD, server.url, provider],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={"PYTHONPATH": folders},
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while not server.requests and time.monotonic() < deadline:
            time.sleep(0.02)
        if when == "in a stall":
            assert child.stdout.readline() == "Ten\n"
        child.send_signal(signal.SIGINT)
        stopped = time.monotonic()
        _, complaints = child.communicate(timeout=30)
    assert child.returncode == 130, complaints
    assert time.monotonic() - stopped < 20
    assert complaints == ""


def test_a_name_that_is_looked_up_for_ever_ends_at_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, over = threading.Event(), threading.Event()

    def hang(*_: object, **__: object) -> list[object]:
        asked.set()
        over.wait(20)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    model = model_at("http://models.invalid", "openai-like", llm_deadline=1.0)
    model._wire.prepare()
    started = time.monotonic()
    with pytest.raises(ModelUnavailableError, match="within 1 s"):
        model.complete(ASKED)
    assert time.monotonic() - started < 15
    assert asked.is_set()
    over.set()


def blocking_llm(seconds: float, *pieces: str) -> object:
    """Return a LlamaIndex model whose methods block, as those of many local ones do."""
    from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata

    class Blocking(CustomLLM):
        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(context_window=4096, model_name="blocking")

        def complete(self, *args: object, **kwargs: object) -> CompletionResponse:
            time.sleep(seconds)
            return CompletionResponse(text="".join(pieces))

        def stream_complete(self, *args: object, **kwargs: object) -> Iterator[CompletionResponse]:
            for n, piece in enumerate(pieces, start=1):
                yield CompletionResponse(text="".join(pieces[:n]), delta=piece)
                time.sleep(seconds)

    return Blocking()


@pytest.mark.quiet
@pytest.mark.parametrize("way", ["complete", "acomplete"])
def test_the_deadline_holds_for_a_model_that_blocks(way: str) -> None:
    blocking_llm(0)
    model = load_model(blocking_llm(2.0, "Ten"), Settings.load(llm_deadline=0.3))
    started = time.monotonic()
    with pytest.raises(ModelUnavailableError, match=r"within 0\.3 s"):
        asyncio.run(model.acomplete(ASKED)) if way == "acomplete" else model.complete(ASKED)
    assert time.monotonic() - started < 1.2


def test_a_model_that_blocks_does_not_block_the_event_loop() -> None:
    async def count(model: object) -> int:
        ticking = asyncio.create_task(model.acomplete(ASKED))
        ticks = 0
        while not ticking.done():
            await asyncio.sleep(0.01)
            ticks += 1
        assert (await ticking).text == "Ten years."
        return ticks

    model = load_model(blocking_llm(0.3, "Ten", " years."), Settings.load())
    assert model.context_window == 4096
    assert asyncio.run(count(model)) > 10


def test_an_early_end_of_a_user_s_own_model_is_no_reply() -> None:
    from llama_index.llms.openai_like import OpenAILike

    with WireServer(FORMATS["openai"].stream("Ten", ends=False)) as server:
        llm = OpenAILike(model="m", api_base=server.url, api_key="k", is_chat_model=True)
        with pytest.raises(ModelResponseError, match="broke off"):
            list(load_model(llm, Settings.load()).stream(ASKED))


def test_both_bridges_see_the_caller_s_context_and_pass_errors_on() -> None:
    name = contextvars.ContextVar("name", default="none")

    def named() -> Iterator[str]:
        yield name.get()
        raise KeyError("lost")

    name.set("caller's")
    values = from_loop(lambda: in_thread(named))
    assert next(values) == "caller's"
    with pytest.raises(KeyError, match="lost"):
        next(values)


def test_a_stream_that_is_left_while_it_ends_writes_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def once() -> AsyncGenerator[int, None]:
        await asyncio.get_running_loop().run_in_executor(None, int)
        yield 1

    for n in range(300):  # 11 of them did, where all tasks of the loop were cancelled
        with closing(from_loop(once)) as values:
            assert next(values) == 1
            time.sleep(n % 30 * 1e-4)
    assert [record.getMessage() for record in caplog.records] == []
