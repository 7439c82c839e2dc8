"""The endpoints for programs, called by gradio_client and by an MCP client over real sockets."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from ui_server import served


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with served("serve_api", tmp_path_factory.mktemp("api") / "library") as port:
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture(scope="module")
def client(address):
    return Client(address, verbose=False)


def test_only_the_three_are_told_of_with_their_types(client):
    told = client.view_api(return_format="dict")
    assert set(told["named_endpoints"]) == {"/ask", "/search", "/documents"}
    assert told["unnamed_endpoints"] == {}
    (_, k, scope) = told["named_endpoints"]["/search"]["parameters"]
    assert (scope["parameter_name"], scope["parameter_default"]) == ("scope", None)
    assert (k["parameter_name"], k["python_type"]["type"], k["parameter_default"]) == (
        "k",
        "int",
        8,
    )


def test_a_question_is_answered_with_its_quotes(client):
    answer = client.predict("Is the bridge closed?", api_name="/ask")
    assert (answer["status"], answer["citations"][0]["quote"]) == (
        "answered",
        "The bridge is closed.",
    )


def test_passages_and_articles_are_listed(client):
    (hit,) = client.predict("bridge", 3, api_name="/search")
    assert (hit["source"], hit["text"]) == ("bridge.txt", "The bridge is closed. In May.")
    (card,) = client.predict("BRIDGE", api_name="/documents")
    assert (card["id"], card["sentences"]) == (hit["document"], 2)
    assert client.predict("castle", api_name="/documents") == []


@pytest.mark.parametrize(
    ("name", "given", "reason"),
    [
        ("/ask", ("x" * 2001,), "at most 2000 are allowed"),
        ("/ask", (["a"],), "a text is needed"),
        ("/search", ("bridge", 0), "k cannot be 0"),
        ("/search", ("bridge", "8"), "send a whole number"),
        ("/documents", (5,), "a text is needed"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(client, name, given, reason):
    with pytest.raises(AppError, match=reason):
        client.predict(*given, api_name=name)


def test_two_people_are_answered_at_once(address):
    def ask(name):
        return Client(address, verbose=False).predict(f"{name} together?", api_name="/ask")

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(ask, ("Ana", "Bo")))
    assert [answer["question"] for answer in answers] == ["Ana together?", "Bo together?"]


def test_an_mcp_client_finds_the_three_and_asks(address):
    async def asked():
        async with (
            streamable_http_client(f"{address}gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = (await session.list_tools()).tools
            return tools, await session.call_tool("ask", {"question": "Is the bridge closed?"})

    tools, answer = asyncio.run(asked())
    assert [tool.name for tool in tools] == ["ask", "search", "documents"]
    assert tools[0].description.startswith("Answer a question from the articles of the library")
    assert "The bridge is closed." in answer.content[0].text


def test_half_an_emoji_of_an_mcp_client_is_answered_like_any_other_word(address):
    arguments = {"question": "Is the bridge closed? \ud83c"}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    reply = httpx.post(
        f"{address}gradio_api/mcp/",
        content=json.dumps(call | {"params": {"name": "ask", "arguments": arguments}}),
        headers={
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
        },
        timeout=60,
    )
    assert "The bridge is closed." in reply.text
    assert "codec" not in reply.text
