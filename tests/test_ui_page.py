"""The page in a real browser, against the real app, library, embedder and extractive answerer."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rag import Article, Assistant, Settings

try:
    from playwright.sync_api import expect, sync_playwright
except ImportError:
    sync_playwright = None

CHROMIUM = Path("/usr/bin/chromium")
ROOT = Path(__file__).parent.parent
SEED_QUESTION = "Which missile will Japan co-produce?"
ELSEWHERE = "How is the weather in Paris tomorrow?"
OPTIONS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run
--disable-background-networking --disable-component-update --disable-sync"""
TITLE = "<b onclick=alert(5)>Castle</b> news"
HOSTILE = (
    "The castle of <img src=https://evil.example/i onerror=alert(1)> Lune has ${alert(2)} towers "
    "and {{alert(3)}} gates. It stands <script>alert(4)</script> still."
)

pytestmark = pytest.mark.skipif(
    sync_playwright is None or not CHROMIUM.exists(),
    reason="needs /usr/bin/chromium and playwright",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Make a library with the shipped article and a hostile one."""
    path = tmp_path_factory.mktemp("ui")
    with Assistant.open(Settings(library=path / "library")) as assistant:
        assistant.documents()
        assistant.add_articles([Article(source="'><i>", title=TITLE, text=HOSTILE)])
    return path / "library"


@pytest.fixture(scope="module")
def port(folder):
    """Serve the page from a process of its own; give the port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        number = taken.getsockname()[1]
    command = [sys.executable, str(ROOT / "tests/serve_ui.py"), str(folder), str(number)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder.parent)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, cwd=ROOT) as server:
        for _ in range(600):
            assert server.poll() is None, "the server stopped"
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", number)) == 0:
                    break
            time.sleep(0.1)
        yield number
        server.stdin.close()
        server.wait(timeout=20)


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS.split())
        yield browser
        browser.close()


@pytest.fixture
def page(browser, port):
    """Open the page; what it asks of other hosts and any error it logs fails the test."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    wrong = []
    page.on("request", lambda r: f"//127.0.0.1:{port}/" in r.url or wrong.append(r.url))
    page.on("console", lambda m: m.type == "error" and wrong.append(m.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
    page.goto(f"http://127.0.0.1:{port}/")
    page.get_by_role("button", name=SEED_QUESTION).wait_for()
    yield page
    page.close()
    assert wrong == []


def ask(page, question, *, turn=1):
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    page.locator(f"#turn-{turn} .by").wait_for()


def test_the_highlighted_text_is_the_quote_of_the_citation(page, folder):
    with Assistant.open(Settings(library=folder)) as assistant:
        (cited, *_) = assistant.ask(SEED_QUESTION).citations
    page.get_by_role("button", name=SEED_QUESTION).click()
    page.locator("#turn-1 .chip").first.click()
    mark = page.locator("#source-1-1 mark")
    expect(mark).to_be_in_viewport()
    assert mark.evaluate("e => e.textContent") == cited.quote
    expect(page.locator("#source-1-1 h3")).to_have_text(cited.title)
    expect(page.locator("#source-1-1 .where")).to_contain_text(f"{cited.start}–{cited.end}")
    expect(page.locator("#turn-1 .model")).to_have_text("extractive")


def test_an_abstention_shows_the_nearest_passages_and_no_footnote(page):
    ask(page, ELSEWHERE)
    expect(page.locator("#turn-1 .abstained")).to_contain_text("The documents do not say")
    expect(page.locator(".panel:visible h2")).to_have_text("Nearest passages")
    expect(page.locator(".chip, mark")).to_have_count(0)


def test_a_chip_of_an_older_answer_shows_its_source_until_the_next_question(page):
    ask(page, SEED_QUESTION)
    ask(page, ELSEWHERE, turn=2)
    page.locator("#turn-1 .chip").first.click()
    expect(page.locator("#source-1-1")).to_be_visible()
    expect(page.locator("#sources-2")).to_be_hidden()
    ask(page, "What is DICAS?", turn=3)
    expect(page.locator("#sources-3")).to_be_visible()
    expect(page.locator("#sources-1")).to_be_hidden()


def test_everything_can_be_done_from_the_keyboard(page):
    page.get_by_label("Your question").focus()
    page.keyboard.type(SEED_QUESTION)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("#turn-1 .chip").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#source-1-1")).to_be_focused()


def test_hostile_text_is_shown_and_does_nothing(page):
    ask(page, "How many towers and gates has the castle of Lune? <img src=x onerror=alert(6)>")
    expect(page.locator("#pane .card h3").first).to_have_text(TITLE)
    text = page.locator("#pane").evaluate("e => e.textContent")
    assert "${alert(2)} towers and {{alert(3)}} gates." in text
    assert page.locator("#pane img, #conversation img, #pane b, #pane script").count() == 0


def test_a_question_too_long_for_the_server_is_one_sentence_in_the_page(page):
    page.get_by_label("Your question").evaluate("e => e.removeAttribute('maxlength')")
    page.get_by_label("Your question").fill("word " * 500)
    page.keyboard.press("Enter")
    expect(page.locator(".problem")).to_contain_text("at most 2000 are allowed: ask it shorter")


def test_a_phone_shows_everything_without_scrolling_sideways(page):
    page.set_viewport_size({"width": 390, "height": 844})
    ask(page, SEED_QUESTION)
    page.locator("#turn-1 .chip").first.click()
    expect(page.locator("#source-1-1")).to_be_in_viewport()
    ask(page, ELSEWHERE, turn=2)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize(("scheme", "paper"), [("light", 250), ("dark", 21)])
def test_the_page_follows_the_systems_scheme(page, scheme, paper):
    page.emulate_media(color_scheme=scheme)
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colour.startswith(f"rgb({paper},")


def test_two_people_do_not_see_each_others_questions(page, browser, port):
    ask(page, SEED_QUESTION)
    with browser.new_context() as other:
        second = other.new_page()
        second.goto(f"http://127.0.0.1:{port}/")
        second.get_by_role("button", name=SEED_QUESTION).wait_for()
        ask(second, ELSEWHERE)
        expect(second.locator(".turn")).to_have_count(1)
    expect(page.locator(".turn")).to_have_count(1)


def status(port, method, path, headers, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.sock = socket.socket()
    connection.sock.connect(("127.0.0.1", port))
    connection.request(method, path, body=body, headers=headers)
    with connection.getresponse() as response:
        found = response.status, response.headers
    connection.close()
    return found


def test_a_foreign_host_is_refused(port):
    assert status(port, "GET", "/", {"Host": "evil.example"})[0] == 400
    assert status(port, "GET", "/", {"Host": f"localhost:{port}"})[0] == 200


def test_another_sites_page_cannot_send_anything(port):
    headers = {"Origin": "https://evil.example", "Content-Type": "application/json"}
    assert status(port, "POST", "/gradio_api/queue/join", headers, "{}")[0] == 403


def test_the_protecting_headers_are_on_the_page(port):
    headers = status(port, "GET", "/", {})[1]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_no_description_of_the_server_is_served(port, path):
    assert status(port, "GET", path, {})[0] == 404


def test_no_file_of_the_machine_is_served(port, folder):
    assert status(port, "GET", "/gradio_api/file=/etc/passwd", {})[0] == 403
    assert status(port, "GET", f"/gradio_api/file={folder}/catalog.db", {})[0] == 403


RUN = (
    "import argparse, sys\nfrom rag import FootnoteError\nfrom ui.command import register\n"
    "p = argparse.ArgumentParser(); register(p.add_subparsers()); a = p.parse_args(sys.argv[1:])\n"
    "try: sys.exit(a.run(a))\nexcept FootnoteError as error: print(error)\n"
)


def command(folder, *rest):
    words = [sys.executable, "-c", RUN, "ui", "--library", str(folder), *rest]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def test_the_command_says_where_the_page_is_and_ends_with_an_interrupt(folder):
    with command(folder) as running:
        assert running.stdout.readline().startswith("Footnote is at http://127.0.0.1:7")
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=20) == 0


def test_a_taken_port_is_one_sentence(port, folder):
    with command(folder, "--port", str(port)) as running:
        assert running.stdout.read().startswith(f"port {port} of 127.0.0.1 is taken")
