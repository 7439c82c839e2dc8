"""The guard: which requests come from another site's page, and what every response carries."""

import asyncio

import pytest

from ui.guard import Guard, is_foreign

HERE = {b"host": b"127.0.0.1:7860"}


@pytest.mark.parametrize(
    ("method", "headers", "foreign"),
    [
        ("POST", {}, False),
        ("POST", {b"origin": b"http://127.0.0.1:7860"}, False),
        ("POST", {b"sec-fetch-site": b"same-origin"}, False),
        ("POST", {b"origin": b"http://127.0.0.1:8000"}, True),
        ("POST", {b"origin": b"https://evil.example"}, True),
        ("POST", {b"origin": b"null"}, True),
        ("POST", {b"sec-fetch-site": b"cross-site"}, True),
        ("PUT", {b"sec-fetch-site": b"same-site"}, True),
        ("GET", {b"sec-fetch-site": b"cross-site"}, False),
        ("GET", {b"origin": b"https://evil.example"}, True),
    ],
)
def test_a_request_of_another_sites_page_is_foreign(method, headers, foreign):
    assert is_foreign(method, HERE | headers) is foreign


def answered(headers):
    """Send one POST through the guard; return what was sent back, and whether the app was asked."""
    sent, asked = [], []

    async def app(scope, receive, send):
        asked.append(scope)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"a", b"b")]})
        await send({"type": "http.response.body", "body": b"ok"})

    async def keep(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "headers": list((HERE | headers).items())}
    asyncio.run(Guard(app)(scope, None, keep))
    return sent, bool(asked)


def test_a_foreign_write_never_reaches_the_app():
    sent, asked = answered({b"origin": b"https://evil.example"})
    assert sent[0]["status"] == 403
    assert not asked


@pytest.mark.parametrize("origin", [b"http://127.0.0.1:7860", b"https://evil.example"])
def test_every_response_forbids_what_a_page_does_not_need(origin):
    headers = dict(answered({b"origin": origin})[0][0]["headers"])
    assert b"img-src 'self' data: blob:" in headers[b"content-security-policy"]
    assert b"frame-ancestors 'none'" in headers[b"content-security-policy"]
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"referrer-policy"] == b"no-referrer"
