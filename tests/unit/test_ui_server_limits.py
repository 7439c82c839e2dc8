"""Each limit alone: bytes of a request, said or sent; bytes held; guesses of a password."""

import asyncio
from types import SimpleNamespace

import pytest
import uvicorn
from gradio import http_server

from ui import limits
from ui.app import _own_server
from ui.guard import private_folder
from ui.limits import GUESSES, GUESSES_AT_NAME, BodyLimit, LoginLimit, Unhurried

UPLOAD = "/gradio_api/upload"


def requested(
    app, path="/login", *, body=(b"",), length=None, method="POST", client="10.0.0.1", name=None
):
    """Send one request through a guard; return the status of the answer."""
    sent, pieces = [], list(body)

    async def receive():
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message):
        sent.append(message)

    headers = [] if length is None else [(b"content-length", str(length).encode())]
    if name is not None:
        pieces = [f"username={name}&password=12345678".encode()]
        headers.append((b"content-type", b"application/x-www-form-urlencoded"))
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
    assert requested(BodyLimit(reading), UPLOAD, length=limits.MOST_UPLOAD) == 200
    assert requested(BodyLimit(reading), UPLOAD, length=limits.MOST_UPLOAD + 1) == 413
    assert requested(BodyLimit(reading), "/gradio_api/queue/join", length=2_000_001) == 413


def test_a_request_that_says_less_than_it_sends_is_cut_off():
    body = [b"x" * 1_000_000] * 3
    assert requested(BodyLimit(reading), "/gradio_api/queue/join", body=body, length=9) == 413
    assert requested(BodyLimit(reading), "/gradio_api/queue/join", body=body[:2]) == 200


def test_uploads_that_lie_there_count_against_new_ones(monkeypatch):
    monkeypatch.setattr(limits, "MOST_HELD", 10)
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
    now[0] = limits.FORGET_SECONDS - 1
    assert requested(login) == 429
    now[0] = limits.FORGET_SECONDS + 1
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


def test_who_gets_in_frees_no_guesses_at_others():
    login, _ = door(right=(GUESSES,))
    found = [requested(login, name="ana") for _ in range(GUESSES - 1)]
    found += [requested(login, name="bo"), *(requested(login, name="ana") for _ in range(2))]
    assert found == [400] * (GUESSES - 1) + [200, 400, 429]


def test_guesses_at_a_name_are_counted_wherever_they_come_from():
    login, now = door()
    places = [f"10.0.0.{n}" for n in range(GUESSES_AT_NAME + 1)]
    found = [requested(login, name=" ana", client=place) for place in places]
    assert found == [400] * GUESSES_AT_NAME + [429]
    assert requested(login, name="bo", client="10.0.1.1") == 400
    now[0] = limits.FORGET_SECONDS + 1
    assert requested(login, name="ana", client="10.0.1.2") == 400


def test_guesses_of_others_keep_nobody_out_who_got_in_from_there_before():
    login, _ = door(right=(1, GUESSES_AT_NAME + 2))
    assert requested(login, name="ana", client="10.9.9.9") == 200
    for n in range(GUESSES_AT_NAME + 1):
        requested(login, name="ana", client=f"10.0.0.{n}")
    assert requested(login, name="ana", client="10.8.8.8") == 429
    assert requested(login, name="ana", client="10.9.9.9") == 200


def test_all_addresses_of_one_ipv6_network_count_together():
    login, _ = door()
    found = [requested(login, client=f"2001:db8::{n:x}") for n in range(GUESSES + 1)]
    assert found == [400] * GUESSES + [429]
    assert requested(login, client="2001:db8:0:1::1") == 400


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"username=a&username=b", b"--x\r\n\r\n", b"username=%FF%00"]
)
def test_a_login_that_is_no_form_is_counted_and_handed_on_as_it_came(body):
    async def echo(scope, receive, send):
        message = await receive()
        assert message["body"] == body
        await send({"type": "http.response.start", "status": 400, "headers": []})

    login = LoginLimit(echo)
    assert [requested(login, body=(body,)) for _ in range(GUESSES + 1)] == [400] * GUESSES + [429]


def test_a_login_of_many_bytes_is_refused():
    login, _ = door()
    assert requested(login, body=[b"x" * 9_000] * 3) == 413


def test_many_guesses_at_once_are_not_all_let_through():
    async def slow(scope, receive, send):
        await asyncio.sleep(0)
        await send({"type": "http.response.start", "status": 400, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    login, found = LoginLimit(slow), []

    async def send(message):
        found.append(message.get("status"))

    async def receive():
        return {"type": "http.request", "body": b""}

    async def all_at_once():
        scope = {"type": "http", "method": "POST", "path": "/login", "headers": []}
        scope["client"] = ("10.0.0.1", 1)
        await asyncio.gather(*(login(dict(scope), receive, send) for _ in range(50)))

    asyncio.run(all_at_once())
    assert found.count(400) == GUESSES
    assert found.count(429) == 50 - GUESSES


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/login"), ("POST", "/gradio_api/queue/join")]
)
def test_nothing_but_logins_is_counted(method, path):
    login, _ = door()
    assert {requested(login, path, method=method) for _ in range(GUESSES * 2)} == {400}


def test_the_pages_server_hurries_and_believes_named_proxies_alone():
    async def app(scope, receive, send):
        raise AssertionError

    found = []
    page = SimpleNamespace(
        config={"components": [], "theme_hash": "0"}, footnote_behind=SimpleNamespace(pace=None)
    )
    for proxies in ([], ["10.0.0.2"]):
        with _own_server(page, proxies):
            found.append(http_server.uvicorn.Config(app=app, port=0, log_level="warning"))
    assert [one.http for one in found] == [Unhurried] * 2
    assert [one.proxy_headers for one in found] == [False, True]
    assert found[1].forwarded_allow_ips == ["10.0.0.2"]
    assert found[0].limit_concurrency == limits.MOST_CONNECTIONS
    assert http_server.uvicorn is uvicorn
