"""A page hears of its events by one stream, whatever Gradio ends in between."""

import asyncio
from functools import partial
from types import SimpleNamespace

import gradio
import pytest

from ui.gradio_fixes import OneStream, tell_all

END = b'data: {"msg":"close_stream","event_id":null}\n\n'
PAGE = [(b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64)")]
PROGRAM = [(b"user-agent", b"python-httpx/0.28.1")]


class Gradio:
    """Streams what it is given, a list a request, each ended as Gradio ends it."""

    def __init__(self, *streams: list[bytes]) -> None:
        self.streams = list(streams)

    async def __call__(self, scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for body in self.streams.pop(0):
            await send({"type": "http.response.body", "body": body, "more_body": True})
        if not self.streams:
            await receive()
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def heard(
    app: Gradio, headers: list[tuple[bytes, bytes]], *, stops: bool = False
) -> list[bytes | str]:
    """Return what is sent to who hangs up at the last stream, or hears on to the server's end."""
    told: list[bytes | str] = []

    async def receive():
        await asyncio.sleep(3600 if stops else 0)
        return {"type": "http.disconnect"}

    async def send(message):
        told.append(message.get("body", message["type"]))

    async def connected() -> None:
        stopping = asyncio.Event()
        server = SimpleNamespace(stop_event=stopping)
        scope = {"type": "http", "path": "/gradio_api/queue/data", "headers": headers}
        if stops:
            asyncio.get_running_loop().call_later(0.05, stopping.set)
        await OneStream(app)(scope | {"app": server}, receive, send)

    asyncio.run(connected())
    return told


def test_a_page_is_told_of_all_events_by_one_stream() -> None:
    app = Gradio([b"one", END], [b"two", END], [b"three"])
    assert heard(app, PAGE) == ["http.response.start", b"one", b"two", b"three", b""]
    assert app.streams == []


@pytest.mark.parametrize("headers", [PROGRAM, []])
def test_a_programs_stream_ends_as_gradio_ends_it(headers) -> None:
    app = Gradio([b"one", END], [b"two"])
    assert heard(app, headers) == ["http.response.start", b"one", END, b""]


def test_a_server_that_stops_waits_for_no_page() -> None:
    app = Gradio([b"one", END], [b"two"])
    assert heard(app, PAGE, stops=True) == ["http.response.start", b"one", b"two", b""]


def test_a_stream_that_fails_ends() -> None:
    async def failing(scope, receive, send):
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b"gone", "more_body": False})

    assert heard(failing, PAGE) == ["http.response.start", b"gone", b""]


async def steps_told(steps: list[object]) -> tuple[list[object], bool]:
    """Return what a page is told of one event's steps and its end, and whether it is forgotten."""
    with gradio.Blocks() as app:
        button, shown = gradio.Button(), gradio.JSON()
        button.click(lambda: None, None, shown)
    tell_all(app)
    tell = partial(app.handle_streaming_diffs, app.fns[0], session_hash="a page", run="a run")
    told = [tell(data=[step], final=False)[0] for step in steps]
    return [*told, *tell(data=[None], final=True)], not app.pending_diff_streams


def test_each_step_of_an_event_tells_all_and_changes_no_earlier_one() -> None:
    steps = [{"jobs": ["one"]}, {"__type__": "update"}, {"jobs": ["two"], "note": "done"}]
    told = [steps[0], [("replace", [], steps[1])], [("replace", [], steps[2])], steps[2]]
    assert asyncio.run(steps_told(steps)) == (told, True)
