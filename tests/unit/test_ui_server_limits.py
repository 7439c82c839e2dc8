"""Each limit alone: bytes of a request, said or sent; bytes held; guesses of a password."""

import asyncio

import pytest

from ui import guard
from ui.guard import GUESSES, BodyLimit, LoginLimit, private_folder

UPLOAD = "/gradio_api/upload"


def requested(app, path="/login", *, body=(b"",), length=None, method="POST", client="10.0.0.1"):
    """Send one request through a guard; return the status of the answer."""
    sent, pieces = [], list(body)

    async def receive():
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message):
        sent.append(message)

    headers = [] if length is None else [(b"content-length", str(length).encode())]
    scope = {"type": "http", "method": method, "path": path, "headers": headers}
    asyncio.run(app({**scope, "client": (client, 5000)}, receive, send))
    return sent[0]["status"]


async def reading(scope, receive, send):
    """Read the whole request, then answer."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def test_a_request_that_says_it_is_too_large_is_not_read():
    assert requested(BodyLimit(reading), UPLOAD, length=guard.MOST_UPLOAD) == 200
    assert requested(BodyLimit(reading), UPLOAD, length=guard.MOST_UPLOAD + 1) == 413
    assert requested(BodyLimit(reading), "/gradio_api/queue/join", length=2_000_001) == 413


def test_a_request_that_says_less_than_it_sends_is_cut_off():
    body = [b"x" * 1_000_000] * 3
    assert requested(BodyLimit(reading), "/gradio_api/queue/join", body=body, length=9) == 413
    assert requested(BodyLimit(reading), "/gradio_api/queue/join", body=body[:2]) == 200


def test_uploads_that_lie_there_count_against_new_ones(monkeypatch):
    monkeypatch.setattr(guard, "MOST_HELD", 10)
    held = private_folder() / "upload.txt"
    held.write_bytes(b"12345678")
    try:
        assert requested(BodyLimit(reading), UPLOAD, length=2) == 200
        assert requested(BodyLimit(reading), UPLOAD, length=3) == 413
    finally:
        held.unlink()


def door(right=()):
    """Make a login that lets the calls in whose numbers are given, with a clock to turn."""
    now, calls = [0.0], []

    async def app(scope, receive, send):
        calls.append(scope)
        status = 200 if len(calls) in right else 400
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return LoginLimit(app, clock=lambda: now[0]), now


def test_after_some_wrong_guesses_an_address_has_to_wait():
    login, now = door()
    assert [requested(login) for _ in range(GUESSES + 1)] == [400] * GUESSES + [429]
    assert requested(login, "/login/") == 429
    now[0] = guard.FORGET_SECONDS - 1
    assert requested(login) == 429
    now[0] = guard.FORGET_SECONDS + 1
    assert requested(login) == 400


def test_another_address_does_not_wait():
    login, _ = door()
    for _ in range(GUESSES + 1):
        requested(login)
    assert requested(login, client="10.0.0.2") == 400


def test_who_gets_in_starts_afresh():
    login, _ = door(right=(GUESSES,))
    found = [requested(login) for _ in range(2 * GUESSES)]
    assert found == [400] * (GUESSES - 1) + [200] + [400] * GUESSES


def test_many_guesses_at_once_are_not_all_let_through():
    async def slow(scope, receive, send):
        await asyncio.sleep(0)
        await send({"type": "http.response.start", "status": 400, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    login, found = LoginLimit(slow), []

    async def send(message):
        found.append(message.get("status"))

    async def all_at_once():
        scope = {"type": "http", "method": "POST", "path": "/login", "headers": []}
        await asyncio.gather(*(login({**scope, "client": ("a", 1)}, None, send) for _ in range(50)))

    asyncio.run(all_at_once())
    assert found.count(400) == GUESSES
    assert found.count(429) == 50 - GUESSES


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/login"), ("POST", "/gradio_api/queue/join")]
)
def test_nothing_but_logins_is_counted(method, path):
    login, _ = door()
    assert {requested(login, path, method=method) for _ in range(GUESSES * 2)} == {400}
