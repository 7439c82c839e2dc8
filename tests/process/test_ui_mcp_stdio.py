"""`footnote mcp`, asked by a real MCP client that starts it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from forks import ROOT
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from wire_server import Served, WireServer

from rag import MisuseError
from ui.mcp_stdio import serve

QUESTION = "Which missile will Japan co-produce?"
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
_PRINTS = """
import os, sys
import rag.assistant
from rag.cli.main import main
search = rag.assistant.Assistant.search
def loud(self, *given, **named):
    print("a library talks")
    os.write(1, b"so does compiled code\\n")
    return search(self, *given, **named)
rag.assistant.Assistant.search = loud
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return tmp_path_factory.mktemp("mcp") / "library"


def environment():
    return {**os.environ, "PYTHONPATH": str(ROOT)}


async def _talk(library, calls):
    words = ["-m", "rag.cli", "mcp", "--library", str(library)]
    parameters = StdioServerParameters(command=sys.executable, args=words, env=environment())
    async with stdio_client(parameters) as (read, write), ClientSession(read, write) as session:
        hello = await session.initialize()
        tools = (await session.list_tools()).tools
        return hello, tools, [await session.call_tool(name, given) for name, given in calls]


def test_a_client_lists_the_tools_calls_each_and_gets_errors_as_results(library):
    right = [
        ("ask", {"question": QUESTION}),
        ("search", {"question": "missile", "k": 1}),
        ("documents", {}),
        ("verify", {"text": "Japan has no minister of defense."}),
        ("overview", {"scope": {"places": ["seeds"]}}),
    ]
    wrong = [
        ("ask", {"question": "x" * 2001}, "the question has 2001 characters"),
        ("ask", {}, "'question' is a required property"),
        ("search", {"question": "missile", "k": 0}, "k cannot be 0: ask for 1 to 100 passages"),
        ("overview", {"topic": "?"}, "'?' names no topic"),
        ("ask", {"question": QUESTION, "scope": {"tags": ["x"]}}, "no article has the tag 'x'"),
        ("remove", {"id": "a"}, "there is no tool 'remove': the tools are ask, search"),
    ]
    calls = [*right, *((name, given) for name, given, _ in wrong)]
    hello, tools, found = asyncio.run(_talk(library, calls))
    assert hello.serverInfo.name == "footnote"
    assert [tool.name for tool in tools] == [
        *("ask", "search", "documents", "verify", "overview", "folders")
    ]
    assert all(tool.annotations.readOnlyHint for tool in tools)
    answered, passages, documents, verified, told = found[:5]
    assert [one.isError for one in found] == [False] * 5 + [True] * 6
    assert answered.structuredContent["short"] == "AMRAAM"
    assert "called AMRAAM" in answered.structuredContent["citations"][0]["quote"]
    assert json.loads(answered.content[0].text) == answered.structuredContent
    assert len(passages.structuredContent["passages"]) == 1
    assert documents.structuredContent["documents"][0]["sentences"] > 5
    assert verified.structuredContent["claims"][0]["text"] == "Japan has no minister of defense."
    assert told.structuredContent["citations"]
    for one, (*_, sentence) in zip(found[5:], wrong, strict=True):
        assert sentence in one.content[0].text


GARBAGE = (
    *("", "null", "[]", '{"jsonrpc":', "\udcff\udcfe", '"\\ud800"', "[" * 5000, "x" * 4_000_001),
)
"""Lines that are no messages."""
WRONG = (
    {"jsonrpc": "2.0", "id": 3, "method": "PING"},
    {"jsonrpc": "2.0", "id": 4, "method": "tools/call", "params": {"name": 5}},
)
IGNORED = (
    {"jsonrpc": "2.0", "id": [1], "method": "ping"},
    {"jsonrpc": "2.0", "id": "x", "result": {}},
    {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": True}},
)


def test_nothing_but_the_protocol_is_on_standard_output_whatever_a_client_sends(library):
    call = {"name": "search", "arguments": {"question": "missile"}}
    ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    asked = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call}
    with subprocess.Popen(
        [sys.executable, "-c", _PRINTS, "mcp", "--library", str(library)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, errors="surrogateescape", env=environment(), cwd=library.parent,
    ) as running:  # fmt: skip
        tell(running, HELLO, ready)
        hello = json.loads(running.stdout.readline())
        for line in GARBAGE:
            running.stdin.write(f"{line}\n")
        tell(running, *WRONG, *IGNORED, asked)
        said = []
        while not said or (said[-1].get("id") != 2 and running.poll() is None):
            said.append(json.loads(running.stdout.readline()))
        out, complaints = running.communicate(timeout=30)
    assert hello["id"] == 1
    told = [one["params"]["data"] for one in said if "id" not in one]
    assert set(told) == {
        "that line is no message: send one JSON object of JSON-RPC a line, of at most 2,000,000 "
        "characters"
    }
    assert len(told) == len(GARBAGE)
    answers = {one["id"]: one for one in said if "id" in one}
    assert answers[3]["error"] == answers[4]["error"]
    assert not answers[2]["result"]["isError"]
    assert (out, running.returncode) == ("", 0)
    assert sorted(complaints.splitlines()) == ["a library talks", "so does compiled code"]


def test_a_call_that_is_cancelled_and_a_client_that_leaves_stop_the_language_model(library):
    ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    call = {"name": "ask", "arguments": {"question": QUESTION}}
    asked = {"jsonrpc": "2.0", "method": "tools/call", "params": call}
    cancelled = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 2}}
    with WireServer(Served(wait=90.0)) as server, subprocess.Popen(
        [sys.executable, "-m", "rag.cli", "mcp", "--library", str(library)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment() | {"FOOTNOTE_LLM": "openai-like:m", "FOOTNOTE_LLM_BASE_URL": server.url},
    ) as running:  # fmt: skip
        tell(running, HELLO, ready, {**asked, "id": 2})
        wait_for(server, 1)
        tell(running, cancelled)
        assert server.hung_up.wait(10)
        server.hung_up.clear()
        tell(running, {**asked, "id": 3})
        wait_for(server, 2)
        running.stdin.close()
        assert server.hung_up.wait(10)
        assert running.wait(timeout=20) == 0
        assert running.stderr.read() == ""


def test_without_a_standard_input_it_says_who_starts_it(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(MisuseError, match="over standard input, which is closed: have an MCP"):
        serve(None)


def tell(running, *messages):
    for message in messages:
        running.stdin.write(json.dumps(message) + "\n")
    running.stdin.flush()


def wait_for(server, requests):
    until = time.monotonic() + 60
    while len(server.requests) < requests:
        assert time.monotonic() < until
        time.sleep(0.02)


def test_an_interrupt_ends_it_while_the_client_is_silent(library):
    with subprocess.Popen(
        [sys.executable, "-m", "rag.cli", "mcp", "--library", str(library)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=environment(),
    ) as running:  # fmt: skip
        tell(running, HELLO)
        assert json.loads(running.stdout.readline())["id"] == 1
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=10) == 130
        assert running.stderr.read() == "footnote: interrupted; the library is sound\n"
