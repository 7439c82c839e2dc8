"""Gradio's own files: named to a page ahead, and sent from memory to this machine."""

import asyncio

import pytest

from ui.gradio_fixes import Frontend, Pace

CONFIG = {
    "theme_hash": "abc",
    "components": [
        {"type": "html", "props": {}},
        {"type": "api", "props": {}},
        {"type": "dataframe", "props": {"visible": False}},
    ],
}
HERE, THERE = ("127.0.0.1", 5000), ("10.0.0.7", 5000)


@pytest.fixture(scope="module")
def asked():
    """Return what sends a request, and returns the response's headers and body."""
    front = Frontend(_gradio, CONFIG)

    def ask(path, *, client=HERE, method="GET", headers=()):
        sent = []

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "client": client}
        asyncio.run(front({**scope, "headers": list(headers)}, None, send))
        return dict(sent[0]["headers"]), sent[1]["body"]

    return ask


async def _gradio(scope, receive, send):
    status = 404 if scope["path"] == "/missing" else 200
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b"of gradio"})


def named(headers):
    """Return the files that a link header names, each with how."""
    links = headers[b"link"].decode().split(", ")
    return dict(link.removeprefix("<").split(">; ", 1) for link in links)


def test_a_page_is_told_of_what_it_loads_before_it_asks(asked):
    headers, body = asked("/")
    told = named(headers)
    assert body == b"of gradio"
    assert told["theme.css?v=abc"] == "rel=preload; as=style"
    kinds = [name.split("-")[0] for name in told]
    assert {"assets/index", "assets/core", "assets/Blocks", "assets/HTML"} <= set(kinds)
    assert len(told) > 20
    assert all(how == "rel=modulepreload" for name, how in told.items() if name.endswith(".js"))


def test_a_file_is_sent_to_this_machine_uncompressed_and_for_good(asked):
    name = next(n for n in named(asked("/")[0]) if n.startswith("assets/HTML") and ".js" in n)
    headers, body = asked(f"/{name}")
    assert headers[b"content-type"].startswith(b"text/javascript")
    assert headers[b"cache-control"] == b"public, max-age=31536000, immutable"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert len(body) == int(headers[b"content-length"]) > 50_000


@pytest.mark.parametrize(
    "other", [{"client": THERE}, {"headers": [(b"x-forwarded-for", b"10.0.0.7")]}]
)
def test_others_get_a_file_from_gradio_which_compresses_it_and_keep_it(asked, other):
    name = next(n for n in named(asked("/")[0]) if ".js" in n)
    headers, body = asked(f"/{name}", **other)
    assert body == b"of gradio"
    assert headers[b"cache-control"] == b"public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "path", ["/assets/../index.html", "/assets/", "/assets/none.js", "/assets//etc/passwd", "/x"]
)
def test_nothing_else_is_read_or_changed(asked, path):
    assert asked(path) == ({}, b"of gradio")


def test_work_behind_a_page_rests_while_it_loads_and_goes_on_while_it_only_looks():
    now = [100.0]
    pace = Pace(lambda: now[0])
    front = Frontend(_gradio, CONFIG, pace=pace)

    def asked_now(path):
        scope = {"type": "http", "method": "POST", "path": path, "client": HERE, "headers": []}
        asyncio.run(front(scope, None, _nobody))
        return pace.is_quiet()

    assert pace.is_quiet()
    assert asked_now("/gradio_api/component_server/")
    assert not asked_now("/gradio_api/queue/join")
    now[0] += 0.4
    assert not pace.is_quiet()
    now[0] += 0.2
    assert pace.is_quiet()


async def _nobody(message):
    pass


def test_an_upload_and_a_page_that_is_not_there_are_left_alone(asked):
    assert asked("/", method="POST") == ({}, b"of gradio")
    assert asked("/missing") == ({}, b"of gradio")
