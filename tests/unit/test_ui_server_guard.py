"""The guard: which requests come from another site's page, and what every response carries."""

import asyncio
import json

import pytest

from rag import MisuseError
from ui.guard import Guard, WholeText, is_foreign, is_key, is_known_host, known_hosts, load_keys

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


@pytest.mark.parametrize(
    ("sent", "came"),
    [
        (rb'{"q": "\ud800"}', '{"q": "\ufffd"}'),
        (rb'{"q": "\uDC00x\uD83D\uDE00"}', '{"q": "\ufffdx😀"}'),
        (rb'{"q": "\ud83d\ud83d\ude00\ude00"}', '{"q": "\ufffd😀\ufffd"}'),
        (rb'{"q": "\\ud800 \" \\\udfff"}', r'{"q": "\\ud800 \" \\' + '\ufffd"}'),
        (rb'{"q": "\ud80"}', None),
        (b'{"q": "plain \xc3\xa4"}', '{"q": "plain ä"}'),
    ],
)
@pytest.mark.parametrize("pieces", [1, 3])
def test_half_of_a_surrogate_pair_reaches_no_program_behind(sent, came, pieces):
    found = asyncio.run(handed_on(sent, b"application/json; charset=utf-8", pieces))
    if came is None:
        assert found == sent
    else:
        assert json.loads(found) == json.loads(came)
    assert len(found) == len(sent)
    assert asyncio.run(handed_on(sent, b"text/plain", pieces)) == sent


async def handed_on(body, kind, pieces):
    """Return the body that an application behind reads, sent in pieces."""
    size = -(-len(body) // pieces)
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    waits = [
        {"type": "http.request", "body": part, "more_body": n < len(parts)}
        for n, part in enumerate(parts, start=1)
    ]
    found = []

    async def app(scope, receive, send):
        message = {"more_body": True}
        while message["more_body"]:
            message = await receive()
            found.append(message["body"])
        found.append(b"" if (await receive())["type"] == "http.disconnect" else b"?")

    async def receive():
        return waits.pop(0) if waits else {"type": "http.disconnect"}

    await WholeText(app)({"type": "http", "headers": [(b"content-type", kind)]}, receive, None)
    return b"".join(found)


@pytest.mark.parametrize(
    ("header", "known"),
    [
        (b"127.0.0.1:8765", True),
        (b"LocalHost", True),
        (b"[::1]:8765", True),
        (b"notes.example:1", True),
        (b"evil.example", False),
        (b"127.0.0.1.evil.example", False),
        (b"0.0.0.0", False),
        (b"", False),
        (b"\xff", False),
    ],
)
def test_a_server_answers_to_its_own_names_alone(header, known):
    names = known_hosts("0.0.0.0", ["Notes.example", "::1"])
    assert is_known_host(header, names) is known


def keys_file(folder, text, mode=0o600):
    path = folder / "keys"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_keys_are_read_a_line_each(tmp_path):
    path = keys_file(tmp_path, "# mine\n\n0123456789abcdef\n  fedcba9876543210\n")
    assert load_keys(path) == ("0123456789abcdef", "fedcba9876543210")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("# none\n", "names no key: write one key a line"),
        ("0123456789abcde", "the key is too short: at least 16 characters"),
        ("0123456789 abcdef", "a key has no blanks"),
        ("0123456789abcdéf", "only ASCII letters"),
    ],
)
def test_what_is_no_key_is_told_with_its_line(tmp_path, text, told):
    with pytest.raises(MisuseError, match=told):
        load_keys(keys_file(tmp_path, text))


def test_a_file_of_keys_that_others_can_read_is_told(tmp_path):
    with pytest.raises(MisuseError, match="can be read by others: run `chmod 600`"):
        load_keys(keys_file(tmp_path, "0123456789abcdef", mode=0o640))


@pytest.mark.parametrize(
    ("given", "lets_in"),
    [(b"0123456789abcdef", True), (b"fedcba9876543210", True), (b"0123456789abcde", False),
     (b"", False), ("0123456789abcdéf".encode(), False)],
)  # fmt: skip
def test_any_of_the_keys_lets_in(given, lets_in):
    assert is_key(["0123456789abcdef", "fedcba9876543210"], given) is lets_in
