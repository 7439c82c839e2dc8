"""The server against whoever speaks its protocol: files, forged events, other sites, guesses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from forks import ROOT
from ui_server import join, listeners, part, send, served, upload

from rag import Article, Assistant, Settings
from rag.testing import HashEmbedder

PASSWD = {"path": "/etc/passwd", "orig_name": "a.txt", "meta": {"_type": "gradio.FileData"}}
FORGED = [
    PASSWD,
    [PASSWD],
    {**PASSWD, "path": "file:///etc/passwd"},
    {**PASSWD, "path": "../../../../etc/passwd"},
    {**PASSWD, "url": "file:///etc/passwd", "path": ""},
    {**PASSWD, "url": "http://127.0.0.1:1/x", "path": "http://127.0.0.1:1/x"},
    {**PASSWD, "url": "http://169.254.169.254/latest/meta-data", "path": "http://169.254.169.254/"},
]
JUNK = [
    None,
    7,
    "x" * 5000,
    [],
    {"id": None},
    {"id": {"a": 1}},
    {"id": "../../etc/passwd"},
    {"id": "%' OR 1=1 --"},
    {"question": ["a"], "answer": 7, "abstain": "yes", "picks": {"a": 1}},
    {"question": "q", "answer": "a", "picks": [["x", 1], ["x", -1], [1, "x"], None, ["x"]]},
    {"token": "0" * 32, "turn": "1", "good": 5},
    {"id": "\ud800", "ids": ["\ud800"], "scope": {"tags": ["\ud800"]}, "words": "\ud800"},
]
FIRST = "root:"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("safety") / "library"
    with Assistant.open(Settings(library=folder), embedder=HashEmbedder()) as assistant:
        assistant.library.add_articles(
            [Article(source="a", title="A", text="The castle has towers.")]
        )
    # One question of its own, so that a forged run of a suite is short.
    gold = {"id": "a", "question": "What has the castle?", "answers": ["towers"]}
    folder.with_name("library.gold.jsonl").write_text(json.dumps(gold), encoding="utf-8")
    return folder


@pytest.fixture(scope="module", params=["serve_api", "serve_mounted"])
def server(request, folder):
    """Serve the page launched, then mounted; give the port and the path of the page."""
    with served(request.param, folder) as port:
        yield port, "/notes" if request.param == "serve_mounted" else ""


@pytest.fixture(scope="module")
def port(folder):
    with served("serve_api", folder) as port:
        yield port


def documents(folder):
    with Assistant.open(Settings(library=folder), embedder=HashEmbedder()) as assistant:
        return [c.card.title for c in assistant.library.documents()]


def test_case_16_no_listener_reads_a_file_that_a_request_names(server, folder):
    port, name = server
    before = documents(folder)
    for forged in FORGED:
        events = [(one, [forged] * inputs, None) for one, inputs in listeners(port, name) if inputs]
        assert FIRST not in join(port, events, name=name)
    assert documents(folder) == before


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "file:///etc/passwd",
        "../../../etc/passwd",
        "http://127.0.0.1:1/",
        "%2Fetc%2Fpasswd",
    ],
)
def test_no_file_is_served_by_its_path(server, path):
    port, name = server
    status, _, text = send(port, "GET", f"{name}/gradio_api/file={path}")
    assert status in (400, 403, 404)
    assert FIRST not in text


def test_a_page_is_sent_plain_values_and_no_object_of_the_program(port):
    # Gradio takes a word in quotes in a part's script for an event, and what names the event
    # holds the whole app: each page would then be sent a copy of it.
    assert " at 0x" not in send(port, "GET", "/")[2]


def test_no_file_of_the_library_is_served(server, folder):
    port, name = server
    assert send(port, "GET", f"{name}/gradio_api/file={folder}/catalog.db")[0] == 403


def test_forged_events_on_private_listeners_change_nothing_and_break_nothing(port, folder):
    before = documents(folder)
    for junk in JUNK:
        told = join(port, [(one, [junk] * inputs, junk) for one, inputs in listeners(port)])
        assert "process_completed" in told
        assert "Traceback" not in told
    assert documents(folder) == before
    assert send(port, "GET", "/")[0] == 200


def test_half_of_an_emoji_stops_no_answer_and_no_page_that_shows_it_again(port):
    sent = {"token": "5" * 32, "question": "Which castle \ud83d?", "address": "http://\ud83d/"}
    for name in ("ask", "open", "bring"):
        told = join(port, [(one, [""] * n, sent) for one, n in listeners(port, events=[name])])
        assert "process_completed" in told
        assert "unexpected_error" not in told


def test_a_number_that_no_browser_counts_to_stops_no_answer(port):
    for odd in (10**400, float("inf"), float("nan"), [[10**30]]):
        sent = {"token": odd, "turn": odd, "k": odd, "threshold": odd, "question": "Why?"}
        for name in ("open", "models", "choose"):
            told = join(port, [(one, [""] * n, sent) for one, n in listeners(port, events=[name])])
            assert "process_completed" in told
            assert "unexpected_error" not in told


def test_what_the_components_offer_their_scripts_takes_anything(port):
    config = json.loads(send(port, "GET", "/config")[2])
    offers = [
        (one["id"], offer)
        for one in config["components"]
        for offer in one["props"].get("server_fns") or ()
    ]
    assert offers
    for component, offer in offers:
        for junk in [*JUNK, *FORGED]:
            body = {"data": junk, "component_id": component, "fn_name": offer, "session_hash": "s"}
            status, _, text = send(
                port,
                "POST",
                "/gradio_api/component_server",
                {"Content-Type": "application/json"},
                json.dumps(body),
            )
            assert status == 200, text
            assert FIRST not in text


EVIL = {"Origin": "https://evil.example", "Content-Type": "application/json"}
OTHER_PORT = {"Origin": "http://127.0.0.1:1", "Content-Type": "application/json"}


@pytest.mark.parametrize("headers", [EVIL, OTHER_PORT, {"Sec-Fetch-Site": "cross-site"}])
@pytest.mark.parametrize(
    "path",
    ["queue/join", "upload", "component_server", "call/ask", "run/ask", "cancel", "reset", "mcp/"],
)
def test_another_sites_page_can_send_nothing(port, path, headers):
    assert send(port, "POST", f"/gradio_api/{path}", headers, "{}")[0] == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil"])
def test_case_25_a_foreign_host_is_refused_everywhere(port, host):
    for path in ("/", "/config", "/gradio_api/info", "/gradio_api/mcp/schema"):
        assert send(port, "GET", path, {"Host": host})[0] == 400
    assert send(port, "GET", "/", {"Host": f"localhost:{port}"})[0] == 200


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_no_description_of_the_server_is_served(port, path):
    assert send(port, "GET", path)[0] == 404


@pytest.mark.parametrize(
    "name", ["../../x.txt", "/etc/x.txt", "C:\\x.txt", "a" * 400 + ".txt", "CON", "..", "x\0.txt"]
)
def test_case_15_an_upload_is_stored_in_the_private_folder_whatever_its_name(port, name):
    status, _, text = upload(port, part(name, b"abc"))
    if status == 200:
        (path,) = json.loads(text)
        assert "/footnote-page-" in path
        assert ".." not in Path(path).parts
    else:
        assert status == 400


def test_one_file_too_large_is_refused(port):
    assert upload(port, part("a.txt", bytes(20_000_001)))[0] == 413


def test_an_upload_too_large_in_all_is_refused_unread(port):
    headers = {"Content-Length": "100000001"}
    assert upload(port, headers=headers)[0] == 413


@pytest.fixture(scope="module")
def closed(folder, tmp_path_factory):
    """Serve the page to three users only, of whom one may only ask; give the port."""
    users = tmp_path_factory.mktemp("users") / "users"
    users.write_text("ana:12345678\nbo:87654321\neve:11112222:ask\n", encoding="utf-8")
    users.chmod(0o600)
    with served("serve_api", folder, users=users) as port:
        yield port


def log_in(port, name, password, **headers):
    body = f"username={name}&password={password}"
    kind = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    status, headers, _ = send(port, "POST", "/login", kind, body)
    return status, (headers.get("Set-Cookie") or "").partition(";")[0]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/config"),
        ("GET", "/gradio_api/info"),
        ("POST", "/gradio_api/upload"),
        ("POST", "/gradio_api/queue/join"),
        ("POST", "/gradio_api/call/ask"),
        ("POST", "/gradio_api/component_server"),
        ("GET", "/gradio_api/file=/etc/passwd"),
    ],
)
def test_nothing_is_told_to_those_who_did_not_log_in(closed, method, path):
    assert send(closed, method, path, {"Content-Type": "application/json"}, "{}")[0] == 401


def changing(port, folder, cookie):
    """Send what changes anything, as any program can; return all that is told of it."""
    with Assistant.open(Settings(library=folder), embedder=HashEmbedder()) as assistant:
        (one, *_) = assistant.library.documents()
    told = {"id": one.id, "kind": "text", "title": "New", "text": "It is new.", "token": "0" * 32}
    told |= {"question": "What is new?", "answer": "It", "picks": [[one.id, 0]], "k": "3"}
    told |= {"ids": [one.id], "add": ["new"], "folder": str(folder.parent), "removal": "0" * 16}
    names = ("bring", "save", "choose", "retag", "follow", "unfollow", "restore", "dismiss")
    names += ("remove",)
    events = [
        (number, [""] * inputs, told)
        for number, inputs in listeners(port, headers=cookie, events=names)
    ]
    assert len(events) >= len(names)
    return "".join(join(port, [event], headers=cookie) for event in events)


def test_who_may_only_ask_changes_nothing_and_is_told_so(closed, folder):
    before, gold = documents(folder), folder.with_name("library.gold.jsonl")
    asked = gold.read_text(encoding="utf-8")
    eve = {"Cookie": log_in(closed, "eve", "11112222")[1]}
    told = changing(closed, folder, eve)
    assert told.lower().count("you may ask and read here, and change nothing") >= 9
    status, _, text = upload(closed, part("a.txt", b"abc"), headers=eve)
    assert (status, text.partition(":")[0]) == (
        403,
        "you may ask and read here, and change nothing",
    )
    every = [(one, [None] * inputs, None) for one, inputs in listeners(closed, headers=eve)]
    told = join(closed, every, headers=eve)
    assert ("process_completed" in told, "change nothing" in told) == (True, True)
    assert (documents(folder), gold.read_text(encoding="utf-8")) == (before, asked)
    ana = {"Cookie": log_in(closed, "ana", "12345678")[1]}
    assert "change nothing" not in changing(closed, folder, ana)
    assert documents(folder) != before
    assert gold.read_text(encoding="utf-8") != asked
    assert upload(closed, part("a.txt", b"abc"), headers=ana)[0] == 200


def test_a_login_sees_only_its_own_conversations(closed):
    users = (("ana", "12345678"), ("bo", "87654321"))
    ana, bo = ({"Cookie": log_in(closed, *user)[1]} for user in users)
    token, asked = "c" * 32, "Is the bridge closed?"
    config = json.loads(send(closed, "GET", "/config", ana)[2])
    by_name = {event: one["id"] for one in config["dependencies"] for _, event in one["targets"]}

    def told(headers, name, **event):
        return join(closed, [(by_name[name], [], {"token": token, **event})], headers=headers)

    (rail,) = (one["id"] for one in config["components"] if one["props"].get("elem_id") == "talks")

    def listed(headers):
        body = {"data": {}, "component_id": rail, "fn_name": "listed", "session_hash": "s"}
        headers = {"Content-Type": "application/json", **headers}
        path = "/gradio_api/component_server"
        return json.loads(send(closed, "POST", path, headers, json.dumps(body))[2])

    assert asked in told(ana, "ask", question=asked)
    assert [name for _, name, *_ in listed(ana)["talks"]] == [asked]
    assert listed(bo) == {"keeps": True, "talks": [], "found": None}
    assert asked in told(ana, "retry", turn=1)
    assert "process_completed" in told(bo, "retry", turn=1)
    assert asked not in told(bo, "retry", turn=1)
    eve = {"Cookie": log_in(closed, "eve", "11112222")[1]}
    assert asked in told(eve, "ask", question=asked)
    assert "change nothing" in told(eve, "retry", turn=1, model="extractive")
    assert '"models":[]' in told(eve, "models", turn=1)


def test_a_user_gets_in_and_guesses_are_throttled_afterwards(closed):
    status, cookie = log_in(closed, "ana", "12345678")
    assert status == 200
    assert send(closed, "GET", "/config", {"Cookie": cookie})[0] == 200
    found = [log_in(closed, "ana", f"wrong-{n}")[0] for n in range(7)]
    assert found == [400] * 5 + [429] * 2
    assert log_in(closed, "bo", "87654321")[0] == 429
    for_others = {"X-Forwarded-For": "10.1.2.3"}
    assert log_in(closed, "bo", "87654321", **for_others)[0] == 429
    assert send(closed, "GET", "/config", {"Cookie": cookie})[0] == 200


def test_case_25_the_command_refuses_an_open_address_with_one_sentence_and_2(tmp_path):
    code = "import sys; from rag.cli.main import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, "ui", "--host", "0.0.0.0"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "name a file of users with --auth FILE" in done.stderr
