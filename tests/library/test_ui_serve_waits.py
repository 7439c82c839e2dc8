"""What a server takes back of a stream, and how long it waits for its clients."""

import asyncio
import json
import socket
import threading
import time
from contextlib import suppress

import pytest
from service import CHAT, QUESTION, TEXT, Waiting, asking, opened, post, service
from ui_server import send

from rag import Article, MisuseError, ModelResponseError, Settings
from rag.testing import ScriptedModel, open_assistant
from ui.api import Endpoints
from ui.limits import Hurried, Unhurried


def streamed(folder, *replies):
    """Return the texts of the chunks that a scripted model's reply becomes, and the last chunk."""
    with opened(folder, model=ScriptedModel(*replies)) as assistant, service(assistant) as port:
        _, _, text = send(port, "POST", CHAT, {}, json.dumps(asking(QUESTION, stream=True)))
    assert text.endswith("data: [DONE]\n\n")
    chunks = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]
    texts = [chunk["choices"][0]["delta"].get("content") for chunk in chunks]
    return list(filter(None, texts)), chunks[-1]


def test_a_sentence_that_no_source_says_waits_for_one_that_holds(tmp_path):
    reply = "The castle is green [1]. The bridge over the Lind is closed [1]."
    (text, *_), last = streamed(tmp_path / "library", reply)
    assert text == (
        "The castle is green. [unsupported: no source says it] "
        "The bridge over the Lind is closed. [1]"
    )
    assert [one["verdict"] for one in last["footnote"]["sentences"]] == ["unsupported", "supported"]


def test_a_reply_of_which_nothing_holds_is_never_sent(tmp_path):
    texts, last = streamed(tmp_path / "library", "The castle is green [1].")
    assert "castle" not in "".join(texts)
    assert "".join(texts).startswith("The bridge over the Lind is closed. [1]")
    assert last["footnote"]["answered_by"] == "extractive"
    assert last["footnote"]["note"].startswith("The model's reply was not borne out")


def test_what_was_sent_of_a_reply_that_breaks_off_is_taken_back_in_words(tmp_path):
    broken = ModelResponseError("the reply broke off: ask again")
    texts, last = streamed(
        tmp_path / "library", ("The bridge over the Lind is closed [1]. It has 40 lamps", broken)
    )
    assert texts[0] == "The bridge over the Lind is closed. [1]"
    assert texts[1].startswith("\n\n---\n\nWhat stands above does not hold. This is the answer:")
    assert last["footnote"]["note"] == "the reply broke off: ask again"


def test_a_model_that_fails_where_nothing_stands_in_for_it_is_an_error(tmp_path):
    settings = Settings(library=tmp_path / "library", seeds=False, llm_fallback=False)
    model = ScriptedModel(ModelResponseError("the reply is empty: ask again"))
    with open_assistant(settings, model=model) as assistant, service(assistant) as port:
        assistant.library.add_articles([Article(source="a", title="A", text=TEXT)])
        status, found = post(port, asking(QUESTION))
        assert (status, found["error"]["message"]) == (502, "the reply is empty: ask again")
        assert found["error"]["type"] == "server_error"
        streams = send(port, "POST", CHAT, {}, json.dumps(asking(QUESTION, stream=True)))[2]
    assert '"message": "the reply is empty: ask again"' in streams


LATE = {
    "nothing": b"",
    "half a head": b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    "half a body": b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Length: 9\r\n\r\n{",
}


class Hasty(Hurried):
    seconds = 0.3


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hasty") / "library"
    with opened(folder) as assistant, service(assistant, http=Hasty) as port:
        yield port


@pytest.mark.parametrize("sent", LATE.values(), ids=LATE)
def test_a_request_that_does_not_come_is_not_waited_for(hasty, sent):
    with socket.create_connection(("127.0.0.1", hasty), timeout=5) as slow:
        slow.sendall(sent)
        told = b"".join(iter(lambda: slow.recv(1000), b""))
    assert told.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert b"the request did not come in time: send it again" in told


def test_a_request_that_comes_drop_by_drop_is_not_waited_for(hasty):
    with socket.create_connection(("127.0.0.1", hasty), timeout=0.05) as slow:
        slow.sendall(LATE["half a head"])
        began, told = time.monotonic(), b""
        while not told and time.monotonic() < began + 60:
            slow.sendall(b"x: y\r\n")
            with suppress(TimeoutError):
                told = slow.recv(1000)
    assert told.startswith(b"HTTP/1.1 408 Request Timeout\r\n")


def test_an_answer_may_take_longer_than_its_request(tmp_path):
    slow = Waiting()
    asked = asking({"role": "user", "content": "wait: is the bridge closed?"})
    with opened(tmp_path / "library", answerer=slow) as assistant:
        threading.Timer(0.8, slow.go.set).start()
        with service(assistant, http=Hasty) as port:
            status, _ = post(port, asked)
    assert status == 200


def test_a_head_that_never_ends_is_refused(hasty):
    with socket.create_connection(("127.0.0.1", hasty), timeout=5) as bomb:
        bomb.sendall(b"GET /v1/models HTTP/1.1\r\nX: " + b"a" * 100_000)
        assert bomb.recv(1000).startswith(b"HTTP/1.1 400 ")


def test_texts_whose_clients_left_hold_no_other_tool(tmp_path, monkeypatch):
    began, go = [], threading.Event()

    def verify(text, *, scope):
        began.append(text)
        assert go.wait(timeout=20)
        raise MisuseError("let go")

    async def ask(endpoints):
        left = [asyncio.create_task(endpoints.call("verify", {"text": "a"})) for _ in range(20)]
        await asyncio.sleep(0.2)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        found = await asyncio.wait_for(endpoints.call("documents", {}), timeout=10)
        assert len(began) == 2
        go.set()
        with pytest.raises(MisuseError, match="let go"):
            await asyncio.wait_for(endpoints.call("verify", {"text": "b"}), timeout=10)
        return found

    with opened(tmp_path / "library") as assistant:
        monkeypatch.setattr(assistant, "verify", verify)
        assert len(asyncio.run(ask(Endpoints(assistant)))["documents"]) == 1


class HastyPage(Unhurried):
    seconds = 0.3
    body_seconds = 1.0


def test_a_pages_upload_may_take_longer_than_its_head_but_not_for_ever(tmp_path):
    head = b"POST /api/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900\r\n\r\n{"
    with (
        opened(tmp_path / "library") as assistant,
        service(assistant, http=HastyPage) as port,
        socket.create_connection(("127.0.0.1", port), timeout=5) as slow,
    ):
        began = time.monotonic()
        slow.sendall(head)
        told = b"".join(iter(lambda: slow.recv(1000), b""))
    assert told.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert time.monotonic() - began > 0.9
