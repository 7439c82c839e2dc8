"""From a thumb to a test in a real browser: the form, the sentence, the case, the failing run."""

import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from ui_pages import ELSEWHERE, SEED_QUESTION, ask, needs_chromium, opened, served

from eval import load_suite
from rag import Assistant, Settings
from rag.cli.main import main

try:
    from playwright.sync_api import expect
except ImportError:
    expect = None

pytestmark = needs_chromium
ROOT = Path(__file__).parents[2]
CONTRAST = Path(__file__).parents[1] / "data/contrast.js"


SCROLLING = """() => [...document.querySelectorAll("dialog, .gold-form div")]
  .filter((one) => /auto|scroll/.test(getComputedStyle(one).overflowY))
  .map((one) => one.className)"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gold") / "library"
    with Assistant.open(Settings(library=folder)) as assistant:
        assistant.library.documents()
    return folder


@pytest.fixture
def gold(folder):
    path = folder.with_name("library.gold.jsonl")
    yield path
    path.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def port(folder):
    with served(folder) as port:
        yield port


def thumb(page, label):
    page.get_by_role("button", name=label).click()
    page.locator(".gold-form").wait_for()


@contextmanager
def sentence(folder):
    """Give a sentence of the shipped article that does not answer the seed question."""
    with Assistant.open(Settings(library=folder)) as assistant:
        document = assistant.library.document(assistant.library.documents()[0].id)
        yield next(one for one in document.sentences if "SM-6" in one.text)


def in_pytest(gold, folder):
    """Run a gold file in pytest; give the exit code."""
    command = [sys.executable, "-m", "pytest", "-p", "eval.pytest_plugin", "-p", "no:cacheprovider"]
    command += ["--footnote-gold", str(gold), "--footnote-library", str(folder)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=gold.parent, env=environment, check=False).returncode


def test_a_thumb_down_is_red_on_the_page_in_the_terminal_and_in_pytest_until_it_is_mended(
    page, folder, gold, capsys
):
    page.get_by_role("tab", name="Evaluation").click()
    expect(page.get_by_label("Shipped questions")).to_be_checked()
    page.get_by_role("tab", name="Ask").click()
    ask(page, SEED_QUESTION)
    thumb(page, "This answer is wrong")
    page.get_by_label("What it should say").fill("SM-9")
    with sentence(folder) as right:
        page.locator(f'.pick[data-place="{right.ordinal}"]').click()
        expect(page.locator(".picked")).to_have_text("1 sentence picked")
        page.get_by_role("button", name="Save test case").click()
        expect(page.locator(".toast")).to_contain_text("Saved to library.gold.jsonl")
        (case,) = load_suite(gold).cases
        assert case.evidence[0].quote == right.text
    page.get_by_role("tab", name="Evaluation").click()
    expect(page.get_by_label("Your questions")).to_be_checked()
    page.get_by_role("button", name="Run the suite").click()
    expect(page.locator("#evaluation .case.failed")).to_have_count(1, timeout=60_000)
    expect(page.locator("#evaluation .case.failed")).to_contain_text(SEED_QUESTION)
    expect(page.locator("#evaluation .note.bad")).to_be_visible()
    assert main(["eval", str(gold), "--library", str(folder)]) == 1
    assert "SM-9" in gold.read_text(encoding="utf-8")
    assert SEED_QUESTION in capsys.readouterr().out
    assert in_pytest(gold, folder) == 1
    row = json.loads(gold.read_text(encoding="utf-8"))
    row |= {"answers": ["AMRAAM"]}
    row["evidence"][0]["quote"] = "air to air missile called AMRAAM"
    gold.write_text(json.dumps(row), encoding="utf-8")
    page.get_by_role("button", name="Run the suite").click()
    expect(page.locator("#evaluation .note.good")).to_be_visible(timeout=60_000)
    assert main(["eval", str(gold), "--library", str(folder)]) == 0


def test_a_thumb_up_keeps_the_answer_with_its_sentence(page, gold):
    ask(page, SEED_QUESTION)
    thumb(page, "This answer is right")
    expect(page.get_by_label("What it should say")).to_have_value(re.compile("AMRAAM"))
    expect(page.locator('.pick[aria-pressed="true"]')).to_contain_text("AMRAAM")
    page.get_by_role("button", name="Save test case").click()
    expect(page.locator(".gold-form")).to_have_count(0)
    (case,) = load_suite(gold).cases
    assert "AMRAAM" in case.evidence[0].quote


def test_a_mistake_is_told_in_the_form_and_keeps_what_was_written(page, gold):
    ask(page, ELSEWHERE)
    thumb(page, "This answer is wrong")
    page.get_by_role("button", name="Save test case").click()
    expect(page.locator(".gold-form .problem")).to_contain_text("Write what it should have said")
    page.get_by_text("It should abstain", exact=True).click()
    expect(page.get_by_label("What it should say")).to_be_hidden()
    page.get_by_role("button", name="Save test case").click()
    expect(page.locator(".toast")).to_contain_text("Saved")
    assert [case.answerable for case in load_suite(gold).cases] == [False]


def test_a_sentence_can_be_picked_and_saved_from_the_keyboard(page, gold):
    ask(page, SEED_QUESTION)
    page.get_by_role("button", name="This answer is wrong").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("What it should say")).to_be_focused()
    page.keyboard.type("AMRAAM\nSM-6")
    page.locator('.pick[data-place="0"]').wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("All of these lines must be in it")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.get_by_label("The article that says it")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator('.pick[data-place="2"]')).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Space")
    expect(page.locator(".picked")).to_have_text("Click the sentence that says it")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Save test case")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Saved")
    (case,) = load_suite(gold).cases
    assert case.must_include == (("AMRAAM",), ("SM-6",))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_can_be_read_on_a_phone_in_both_schemes(browser, port, gold, scheme):
    phone = {"viewport": {"width": 390, "height": 844}, "color_scheme": scheme}
    with opened(browser, port, **phone) as page:
        ask(page, SEED_QUESTION)
        thumb(page, "This answer is right")
        page.locator('.pick[aria-pressed="true"]').wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        # One thing scrolls, and nothing inside it.
        assert page.evaluate(SCROLLING) == ["fields"]
        ratio, where = page.evaluate(f"({CONTRAST.read_text()})('.gold-form *')")
        assert ratio >= 4.5, where


def test_proposals_are_skipped_or_saved_one_by_one_on_the_page(page, folder, gold):
    page.get_by_role("tab", name="Evaluation").click()
    page.get_by_label("Shipped questions").wait_for()  # from then on the page hears clicks
    page.get_by_role("button", name="Propose questions").click()
    question = page.locator(".gold-form").get_by_label("Question")
    # The first one waits until the models are loaded.
    expect(question).to_have_value("Who is the Minister of Defense of Japan?", timeout=60_000)
    expect(page.locator('.pick[aria-pressed="true"]')).to_contain_text("Gen Nakatani")
    page.get_by_role("button", name="Skip").click()
    expect(question).to_have_value("Who is the United States Secretary of Defense?")
    assert not gold.exists()
    page.get_by_label("What it should say").fill("Pete | P.\nHegseth")
    page.get_by_text("All of these lines must be in it").click()
    page.get_by_role("button", name="Save test case").click()
    expect(page.locator(".gold-form footer")).to_contain_text("Saved to library.gold.jsonl")
    expect(question).not_to_have_value("Who is the United States Secretary of Defense?")
    (case,) = load_suite(gold).cases
    assert case.answers == ("Pete", "P.", "Hegseth")
    assert case.must_include == (("Pete", "P."), ("Hegseth",))
    assert "Secretary of Defense, Pete Hegseth" in case.evidence[0].quote
    page.get_by_role("button", name="Not now").click()
    expect(page.locator(".gold-form")).to_have_count(0)
    assert main(["eval", str(gold), "--library", str(folder)]) == 0
