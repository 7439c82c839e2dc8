"""The tab Settings offers what runs on this machine, to its owner alone, and keeps it."""

import asyncio
import json
from pathlib import Path

import pytest
from ui_server import join, send, served
from wire_server import Served, WireServer

from rag import Settings
from rag.llm.found_models import Place
from rag.settings import settings_file
from rag.testing import open_assistant
from ui import settings as tab
from ui.chat.conversation import Sessions
from ui.guard import OWNER, Guard, is_from_here
from ui.settings import Choices, Chooser

TOKEN = "a" * 32
RUNS = Served(parts=[b'{"data": [{"id": "qwen2.5"}]}'])


def ask_to_look(port: int, runs_at: str, *, headers: tuple[tuple[str, str], ...] = ()) -> str:
    """Send what makes the tab open, look and keep; return all that is told."""
    told = {"token": TOKEN, "model": "openai-like:qwen2.5", "address": f"{runs_at}/v1"}
    config = json.loads(send(port, "GET", "/config")[2])
    events = [
        (one["id"], [None] * len(one["inputs"]), told)
        for one in config["dependencies"]
        if any(event in ("look", "keep") for _, event in one["targets"])
    ]
    assert len(events) == 2
    return join(port, events, headers=headers)


def test_the_owner_looks_and_keeps_and_a_visitor_never_does(tmp_path: Path) -> None:
    with WireServer(RUNS) as server:
        runs_at = int(server.url.rpartition(":")[2])
        with served("serve_found", tmp_path / "library", runs_at=runs_at) as port:
            for name in ("X-Forwarded-For", "Via"):
                said = ask_to_look(port, server.url, headers=((name, "192.0.2.7"),))
                assert "only who opens this page on the computer that serves it" in said
            assert (server.requests, settings_file().exists()) == ([], False)
            said = ask_to_look(port, server.url)
            assert '"openai-like:qwen2.5","qwen2.5","LM Studio"' in said
            assert {request.path for request in server.requests} == {"/v1/models"}
    assert Settings.load().llm == "openai-like:qwen2.5"


def test_a_page_with_a_name_for_other_machines_never_looks(tmp_path: Path) -> None:
    with WireServer(RUNS) as server:
        runs_at = int(server.url.rpartition(":")[2])
        options = {"runs_at": runs_at, "names": ("desk.example.org",)}
        with served("serve_found", tmp_path / "library", **options) as port:
            assert "only who opens this page" in ask_to_look(port, server.url)
    assert server.requests == []


@pytest.mark.parametrize(
    ("client", "headers", "here"),
    [
        (("127.0.0.1", 5), [], True),
        (("::1", 5), [(b"host", b"localhost")], True),
        (("192.0.2.7", 5), [], False),
        (None, [], False),
        (("127.0.0.1", 5), [(b"X-Forwarded-For", b"192.0.2.7")], False),
        (("127.0.0.1", 5), [(b"via", b"1.1 proxy")], False),
    ],
)
def test_who_is_on_this_machine(
    client: object, headers: list[tuple[bytes, bytes]], here: bool
) -> None:
    assert is_from_here({"type": "http", "client": client, "headers": headers}) is here


@pytest.mark.parametrize("alone", [True, False])
def test_where_others_may_come_nobody_is_the_owner(alone: bool) -> None:
    seen: list[object] = []

    async def app(scope: dict[str, object], receive: object, send: object) -> None:
        seen.append(scope[OWNER])

    scope = {"type": "http", "method": "GET", "client": ("127.0.0.1", 5), "headers": []}
    asyncio.run(Guard(app, alone=alone)(scope, None, None))
    assert seen == [alone]


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch):
    with WireServer(RUNS) as server:
        here = Place(program="LM Studio", port=int(server.url.rpartition(":")[2]))
        monkeypatch.setattr("rag.llm.found_models.PLACES", (here,))
        yield server


def test_a_click_keeps_it_for_the_conversation_and_the_next_start(assistant, place) -> None:
    sessions, chooser = Sessions(), Chooser(assistant)
    address = f"{place.url}/v1"
    sent = {"token": TOKEN, "model": "openai-like:qwen2.5", "address": address}
    value = tab.keep(assistant, sent, sessions, chooser, owner=True)
    assert (value["model"], value["file"]) == ("openai-like:qwen2.5", str(settings_file()))
    assert chooser.assistant(sessions.choices(TOKEN)).settings.llm_base_url == address
    assert (Settings.load().llm, Settings.load().llm_base_url) == ("openai-like:qwen2.5", address)
    again = {"token": TOKEN, "model": "openai-like:qwen2.5", "k": "3"}
    assert "problem" not in tab.choose(assistant, again, sessions, chooser)
    assert sessions.choices(TOKEN).address == address


@pytest.mark.parametrize(
    ("sent", "owner", "problem"),
    [
        ({"model": "openai-like:qwen2.5", "address": "http://192.0.2.7/v1"}, True, "look again"),
        ({"model": "openai-like:other"}, True, "look again"),
        ({}, True, "look again"),
        ({"model": "openai-like:qwen2.5"}, False, "only who opens this page"),
    ],
)
def test_what_was_not_found_is_not_kept(assistant, place, sent, owner, problem) -> None:
    sessions = Sessions()
    sent = {"token": TOKEN, **sent}
    value = tab.keep(assistant, sent, sessions, Chooser(assistant), owner=owner)
    assert problem in value["problem"]
    assert sessions.choices(TOKEN) == Choices()
    assert not settings_file().exists()
    assert owner or place.requests == []


def test_opening_the_tab_looks_for_nothing(assistant, place) -> None:
    tab.shown(assistant, Choices(), Chooser(assistant))
    assert place.requests == []


def test_a_visitor_names_no_file_of_the_machine(assistant, monkeypatch) -> None:
    monkeypatch.setattr("rag.llm.registry.find_spec", lambda name: object())
    sent = {"token": TOKEN, "model": "llamacpp:/etc/passwd"}
    told = {
        owner: tab.choose(assistant, sent, Sessions(), Chooser(assistant), owner=owner)["problem"]
        for owner in (False, True)
    }
    assert told[False].startswith("only who opens this page")
    assert told[True].startswith("'/etc/passwd' is no GGUF file")


def test_a_key_in_the_settings_is_not_sent_to_what_was_found(tmp_path, place) -> None:
    settings = Settings(
        library=tmp_path / "library",
        llm="openai-like:small",
        llm_base_url="http://127.0.0.1:9/v1",
        llm_api_key="sk-secret",
    )
    with open_assistant(settings) as assistant:
        sent = {"token": TOKEN, "model": "openai-like:qwen2.5", "address": f"{place.url}/v1"}
        value = tab.keep(assistant, sent, Sessions(), Chooser(assistant), owner=True)
        found = Chooser(assistant).assistant(
            Choices(model="openai-like:qwen2.5", address=f"{place.url}/v1")
        )
    assert "take it out of" in value["problem"]
    assert "sk-secret" not in str(value)
    assert found.settings.llm_api_key is None
