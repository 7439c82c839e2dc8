"""Footnote as the model of other programs, asked by OpenAI's client and by plain HTTP."""

import json
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest
from openai import OpenAI
from service import CHAT, QUESTION, TEXT, Waiting, asking, opened, post, service
from ui_server import send

from rag.testing import ScriptedAnswerer
from ui.completions import quotes_below
from ui.serve import AT_ONCE, WAITING

KEY = "0123456789abcdef-key"
LINK = "https://lind.example/bridge#:~:text=The%20bridge%20over%20the%20Lind%20is"


@pytest.fixture(scope="module")
def answerer():
    return Waiting()


@pytest.fixture(scope="module")
def port(tmp_path_factory, answerer):
    folder = tmp_path_factory.mktemp("serve") / "library"
    with opened(folder, answerer=answerer) as assistant, service(assistant) as port:
        yield port


@pytest.fixture
def client(port):
    with OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="any", max_retries=0) as client:
        yield client


def test_the_model_is_listed(client):
    assert [model.id for model in client.models.list()] == ["footnote"]
    assert client.models.retrieve("footnote").owned_by == "footnote"


def test_an_answer_has_its_citations_beside_the_message(client):
    found = client.chat.completions.create(model="footnote", messages=[QUESTION])
    (choice,) = found.choices
    assert choice.message.content == "The bridge over the Lind is closed. [1]"
    assert choice.finish_reason == "stop"
    (citation,) = found.citations
    assert citation == {
        "number": 1,
        "document": citation["document"],
        "title": "The bridge",
        "url": "https://lind.example/bridge",
        "link": LINK,
        "source": "https://lind.example/bridge",
        "page": None,
        "page_label": None,
        "start": 0,
        "end": 35,
        "quote": "The bridge over the Lind is closed.",
        "verdict": "supported",
        "note": None,
    }
    assert choice.citations == [citation]
    (shown,) = choice.message.annotations
    assert choice.message.content[shown.url_citation.start_index :] == "[1]"
    assert shown.url_citation.url == LINK


def test_a_scope_is_asked_alone_and_said_and_a_wrong_one_is_told(client, port):
    def asked(**scope):
        return client.chat.completions.create(
            model="footnote", messages=[QUESTION], extra_body={"scope": scope}
        )

    assert asked(places=["https://lind.example"]).footnote["scope_words"] == (
        "in https://lind.example"
    )
    with pytest.raises(openai.BadRequestError, match="no article has the tag 'x'"):
        asked(tags=["x"])
    body = {"question": "bridge", "scope": {"documents": ["The bridge"]}}
    assert len(post(port, body, path="/api/search")[1]["passages"]) == 1
    status, told = post(port, {**body, "scope": ["x"]}, path="/api/search")
    assert (status, told["error"]["message"][:26]) == (400, "a scope cannot be ['x']: s")


def test_a_stream_says_the_same_in_chunks(client):
    options = {"include_usage": True}
    chunks = list(
        client.chat.completions.create(
            model="footnote", messages=[QUESTION], stream=True, stream_options=options
        )
    )
    *pieces, last, counted = chunks
    assert pieces[0].choices[0].delta.role == "assistant"
    text = "".join(chunk.choices[0].delta.content or "" for chunk in pieces)
    assert text == "The bridge over the Lind is closed. [1]"
    assert last.choices[0].finish_reason == "stop"
    assert last.citations[0]["quote"] == "The bridge over the Lind is closed."
    assert last.choices[0].delta.annotations[0]["url_citation"]["title"] == "The bridge"
    assert (counted.choices, counted.usage.total_tokens) == ([], 0)


def test_the_helper_of_the_client_puts_a_stream_together(client):
    with client.chat.completions.stream(model="footnote", messages=[QUESTION]) as stream:
        whole = stream.get_final_completion()
    assert whole.choices[0].message.content == "The bridge over the Lind is closed. [1]"


def test_an_abstention_is_an_answer_without_citations(tmp_path):
    with opened(tmp_path / "library") as assistant, service(assistant) as port:
        status, found = post(port, asking({"role": "user", "content": "Who is Zorblax?"}))
    assert (status, found["citations"]) == (200, [])
    assert found["footnote"]["status"] == "abstained"
    assert found["choices"][0]["message"]["content"] == (
        "No answer found in the one article: it does not mention “Zorblax”."
    )


def test_a_system_message_and_content_in_parts_are_read(port):
    parts = [{"type": "text", "text": "Is the bridge"}, {"type": "text", "text": "closed?"}]
    _, found = post(
        port,
        asking({"role": "system", "content": "Be a pirate."}, {"role": "user", "content": parts}),
    )
    assert found["footnote"]["searched"] == "Is the bridge closed?"


def test_earlier_turns_are_the_history(port):
    first = asking({"role": "user", "content": "Is the bridge over the Lind closed?"})
    reply = post(port, first)[1]["choices"][0]["message"]["content"]
    said = [*first["messages"], {"role": "assistant", "content": reply}]
    second = asking(*said, {"role": "user", "content": "How many lamps does it have?"})
    status, found = post(port, second)
    assert status == 200
    assert found["footnote"]["searched"] == "How many lamps does the bridge over the Lind have?"


def test_a_third_turn_leans_on_the_second_as_it_was_put_in_full(port):
    said = []
    for question in ("When was the Lind bridge built?", "And the chess club?", "Why?"):
        said.append({"role": "user", "content": question})
        found = post(port, asking(*said))[1]
        said.append(found["choices"][0]["message"])
    assert found["footnote"]["searched"] == "Why was the chess club built?"


def test_quotes_are_written_below_where_that_is_wanted_and_are_no_part_of_the_history(tmp_path):
    below = "\n\n---\n\n[1] **The bridge**: “The bridge over the Lind is closed.”"
    question = {"role": "user", "content": "Is the bridge over the Lind closed?"}
    answerer = ScriptedAnswerer("The bridge over the Lind is closed.")
    with (
        opened(tmp_path / "library", answerer=answerer) as assistant,
        service(assistant, below=quotes_below) as port,
        OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="k") as client,
    ):
        told = post(port, asking(question))[1]["choices"][0]["message"]["content"]
        assert told == f"The bridge over the Lind is closed. [1]{below}"
        stream = client.chat.completions.create(model="footnote", messages=[question], stream=True)
        assert "".join(c.choices[0].delta.content or "" for c in stream) == told
        said = [question, {"role": "assistant", "content": told}]
        _, found = post(port, asking(*said, {"role": "user", "content": "How old is it?"}))
        assert found["footnote"]["searched"] == "How old is the bridge over the Lind?"


def test_an_image_of_an_earlier_turn_is_passed_over(port):
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}
    asked = {"role": "user", "content": [{"type": "text", "text": "What is it?"}, image]}
    assert post(port, asking(asked, QUESTION))[0] == 200
    status, found = post(port, asking(asked))
    assert status == 400
    assert found["error"]["message"].startswith("Footnote reads text alone")


@pytest.mark.parametrize(
    ("value", "status", "told"),
    [
        (b"{", 400, "the request is not valid JSON"),
        (b"\xff", 400, "the request is not valid JSON"),
        (b"[" * 100_000, 400, "the request is not valid JSON"),
        (b"[]", 400, "the request is JSON, but no object"),
        ({}, 400, "no model is named"),
        ({"model": "gpt-4o"}, 404, "there is no model 'gpt-4o': the only one is 'footnote'"),
        (asking(), 400, "no messages"),
        (asking("hi"), 400, "message 0 has no role"),
        (asking({"role": "system", "content": "Be brief."}), 400, "there is no user message"),
        (
            asking(QUESTION, {"role": "assistant", "content": "It"}),
            400,
            "the last message has the role 'assistant'",
        ),
        (asking({"role": "user", "content": " "}), 400, "the last user message is empty"),
        (asking({"role": "user", "content": 7}), 400, "`content` has to be text"),
        (asking({"role": "user", "content": "x" * 2001}), 400, "the question has 2001 characters"),
        (asking(QUESTION, n=2), 400, "Footnote gives one answer"),
        (asking(QUESTION, tools=[{"type": "function"}]), 400, "Footnote calls no tools"),
        (asking(QUESTION, response_format={"type": "json_object"}), 400, "Footnote answers in tex"),
        (asking(QUESTION, stream="yes"), 400, "`stream` has to be true or false"),
        (asking(QUESTION, logprobs=True), 400, "Footnote has no probabilities"),
        (b" " * 2_000_001, 413, "the request is larger than 2,000,000 bytes"),
    ],
)
def test_what_cannot_be_done_is_an_error_in_openais_form(port, value, status, told):
    found, body = post(port, value)
    assert found == status
    assert set(body) == {"error"}
    assert set(body["error"]) == {"message", "type", "param", "code"}
    assert body["error"]["type"] == "invalid_request_error"
    assert body["error"]["message"].startswith(told)


def test_the_client_raises_the_errors_that_it_has_for_them(client):
    with pytest.raises(openai.NotFoundError, match="there is no model"):
        client.chat.completions.create(model="gpt-4o", messages=[QUESTION])
    with pytest.raises(openai.BadRequestError, match="one answer"):
        client.chat.completions.create(model="footnote", messages=[QUESTION], n=3, stream=True)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", CHAT, 405),
        ("POST", "/v1/models", 405),
        ("GET", "/v1/models/gpt-4o", 404),
        ("POST", "/v1/embeddings", 404),
        ("GET", "/", 404),
        ("POST", "/api/remove", 404),
        ("GET", "/api/ask", 405),
    ],
)
def test_what_is_not_there_is_said(port, method, path, status):
    found, _, text = send(port, method, path, {}, "{}")
    assert found == status
    assert json.loads(text)["error"]["message"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 400),
        ({"Host": "127.0.0.1.evil.example"}, 400),
        ({"Host": "LOCALHOST:1"}, 200),
        ({"Host": "[::1]:8765"}, 400),
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Authorization": "Bearer anything"}, 200),
    ],
)
def test_another_sites_page_and_another_hosts_name_are_refused(port, headers, status):
    assert post(port, asking(QUESTION), **headers)[0] == status


def test_only_a_key_of_the_file_lets_a_program_in(tmp_path):
    with opened(tmp_path / "library") as assistant, service(assistant, keys=[KEY]) as port:
        for given in ({}, {"Authorization": f"Bearer {KEY}x"}, {"Authorization": f"Basic {KEY}"}):
            status, headers, text = send(port, "GET", "/v1/models", given)
            assert (status, headers["www-authenticate"]) == (401, "Bearer")
            assert json.loads(text)["error"]["code"] == "invalid_api_key"
        with OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key=KEY) as client:
            assert client.models.list().data[0].id == "footnote"


def test_twenty_clients_at_once_are_answered(port):
    def ask(number):
        with OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="k", max_retries=0) as client:
            asked = [{"role": "user", "content": f"Is bridge {number} closed?"}]
            found = client.chat.completions.create(
                model="footnote", messages=asked, stream=bool(number % 2)
            )
            return list(found)[-1].footnote if number % 2 else found.footnote

    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(ask, range(20)))
    assert [one["searched"] for one in found] == [f"Is bridge {n} closed?" for n in range(20)]


def test_more_questions_than_can_wait_are_told_to_come_back(port, answerer):
    answerer.go.clear()
    waiting = asking({"role": "user", "content": "wait for it"})
    with ThreadPoolExecutor(AT_ONCE + WAITING + 2) as pool:
        asked = [pool.submit(post, port, waiting) for _ in range(AT_ONCE + WAITING + 2)]
        refused = [one.result() for one in asked if _done(one)]
        answerer.go.set()
        found = [one.result()[0] for one in asked]
    assert sorted(found) == [200] * (AT_ONCE + WAITING) + [429] * 2
    assert [body["error"]["message"] for _, body in refused] == [
        "36 questions are here already: ask again in 2 seconds"
    ] * len(refused)


def _done(one, seconds=0.05):
    try:
        one.result(timeout=seconds)
    except TimeoutError:
        return False
    return True


def test_the_tools_are_there_in_plain_json(port):
    _, found = post(port, {"question": "Is the bridge closed?"}, "/api/ask")
    assert (found["status"], found["citations"][0]["title"]) == ("answered", "The bridge")
    _, found = post(port, {"question": "bridge", "k": 1}, "/api/search")
    assert found["passages"][0]["text"] == TEXT
    _, found = post(port, {"containing": "castle"}, "/api/documents")
    assert found == {"documents": []}
    _, found = post(port, {"text": "The bridge over the Lind is closed."}, "/api/verify")
    assert (found["supported"], found["citations"][0]["verdict"]) == (True, "supported")
    _, found = post(port, {}, "/api/overview")
    assert found["citations"][0]["document"]


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("ask", {}, "the argument 'question' is missing"),
        ("ask", {"q": 1}, "unknown argument 'q'"),
        ("ask", {"question": 1}, "a text is needed"),
        ("search", {"question": "a", "k": 101}, "k cannot be 101"),
        ("verify", {"text": None}, "a text is needed"),
        ("verify", {"text": "It is closed. " * 4000}, "the text to verify has 56,000 characters"),
        ("overview", {"topic": "?"}, "'?' names no topic"),
    ],
)
def test_a_tool_called_wrongly_says_how(port, name, arguments, told):
    status, found = post(port, arguments, f"/api/{name}")
    assert (status, found["error"]["message"].startswith(told)) == (400, True)
