"""`footnote serve` as a process: how it starts and ends, and clients that go away."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest
from forks import ROOT
from service import service
from ui_server import send
from wire_formats import FORMATS
from wire_server import Served, WireServer

from rag import Article, Assistant, Settings
from rag.internal import seed_paths
from rag.testing import open_assistant

CHAT = "/v1/chat/completions"


def footnote(*words, **settings):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "rag.cli", *map(str, words)]
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=ROOT, env=environment)


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def asking(stream):
    messages = [{"role": "user", "content": "Is the bridge closed?"}]
    return json.dumps({"model": "footnote", "messages": messages, "stream": stream})


def curl(port, body, path=CHAT):
    return ["curl", "-sSN", f"http://127.0.0.1:{port}{path}", "-d", body]


@pytest.fixture
def followed(tmp_path):
    """Register a folder with the shipped article in a new library."""
    (tmp_path / "notes").mkdir()
    for path in seed_paths():
        shutil.copyfile(path, tmp_path / "notes" / path.name)
    with Assistant.open(Settings(library=tmp_path / "library")) as assistant:
        assistant.library.folders.register(tmp_path / "notes")
        yield assistant.library


def test_the_command_follows_folders_answers_curl_and_ends_while_its_model_is_silent(
    tmp_path, followed
):
    reply = FORMATS["openai"].stream("Japan co-produces AMRAAM [1].")
    question = {"role": "user", "content": "Which missile will Japan co-produce?"}
    body = json.dumps({"model": "footnote", "messages": [question]})
    port = free_port()
    with WireServer(reply, Served(wait=90.0)) as server:
        words = ["serve", "--library", tmp_path / "library", "--port", port, "--quotes"]
        named = {"FOOTNOTE_LLM": "openai-like:m", "FOOTNOTE_LLM_BASE_URL": server.url}
        with footnote(*words, **named) as running:
            told = f"the model 'footnote' of http://127.0.0.1:{port}/v1 (Ctrl+C stops it)"
            assert running.stdout.readline() == f"Footnote is {told}\n"
            until = time.monotonic() + 60
            while not followed.folders.all()[0].looked_at:
                assert time.monotonic() < until
                time.sleep(0.05)
            (told,) = json.loads(send(port, "POST", "/api/folders", body="{}")[2])["folders"]
            assert (told["path"], told["state"]) == (str(tmp_path / "notes"), "in step")
            done = subprocess.run(
                curl(port, body), capture_output=True, text=True, check=True, timeout=90
            )
            found = json.loads(done.stdout)
            assert found["footnote"]["status"] == "answered"
            assert "\n\n---\n\n[1] **Japan and US" in found["choices"][0]["message"]["content"]
            text = json.dumps({"text": "Japan co-produces a missile in 2024. " * 1300})
            with (
                subprocess.Popen(curl(port, body), stdout=subprocess.DEVNULL, stderr=-3),
                subprocess.Popen(curl(port, text, "/api/verify"), stdout=-3, stderr=-3),
            ):
                wait_for(server, 2)
                time.sleep(0.5)  # in the middle of the verification's embedding
                running.send_signal(signal.SIGINT)
                assert running.wait(timeout=30) == 130
            assert running.stderr.read() == "footnote: interrupted; the library is sound\n"
        assert server.hung_up.wait(5)


def wait_for(server, requests):
    """Wait until a model was asked so often."""
    until = time.monotonic() + 60
    while len(server.requests) < requests:
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--host", "0.0.0.0"], "would let anyone who reaches this machine read your articles"),
        (["--host", "127.0.0.1.x"], "name a file of keys with --keys FILE"),
        (["--keys", "none"], "the keys file 'none' cannot be read"),
        (["--port", "0"], "'0' is not a port: give a number from 1 to 65535"),
    ],
)
def test_what_is_asked_wrongly_exits_with_2(tmp_path, words, told):
    with footnote("serve", "--library", tmp_path / "library", *words) as running:
        assert told in running.stderr.read()
        assert running.wait(timeout=20) == 2


def test_a_taken_port_is_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with footnote("serve", "--library", tmp_path / "library", "--port", port) as running:
            told = f"footnote: port {port} of 127.0.0.1 is taken or not yours to use"
            assert running.stderr.read().startswith(told)
            assert running.wait(timeout=20) == 1


def test_no_page_is_loaded():
    code = "import sys, ui.serve, ui.mcp_stdio\nprint('gradio' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "False\n", done.stderr


def opened(folder, server):
    settings = Settings(
        library=folder, seeds=False, llm="openai-like:m", llm_base_url=server.url, llm_api_key="k"
    )
    assistant = open_assistant(settings, model="openai-like:m")
    text = "The bridge is closed. It has 40 lamps."
    assistant.library.add_articles([Article(source="bridge.txt", title="The bridge", text=text)])
    return assistant


STALLS = {
    "before its first word": Served(wait=60.0),
    "in the middle": FORMATS["openai"].stream("The bridge is closed. [1] It has 40", 60.0),
}


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("stall", STALLS.values(), ids=STALLS)
def test_a_client_that_is_killed_leaves_no_request_to_the_model(tmp_path, stall, stream):
    with (
        WireServer(stall) as server,
        opened(tmp_path / "library", server) as assistant,
        service(assistant) as port,
    ):
        with subprocess.Popen(curl(port, asking(stream)), stdout=subprocess.PIPE) as client:
            wait_for(server, 1)
            if stream and stall is STALLS["in the middle"]:
                heard = iter(client.stdout.readline, b"")
                assert any(b"The bridge is closed. [1]" in line for line in heard)
            assert not server.hung_up.is_set()
            client.kill()
        assert server.hung_up.wait(5)
        assert len(server.requests) == 1
