"""The tab Settings in a browser: a click looks on this computer, another keeps what was found."""

import pytest
from ui_pages import expect, needs_chromium, opened
from ui_server import served
from wire_server import Served, WireServer

from rag import Settings

pytestmark = needs_chromium


@pytest.fixture
def runs():
    with WireServer(Served(parts=[b'{"data": [{"id": "qwen2.5"}]}'])) as server:
        yield server


def test_what_runs_here_is_offered_and_kept_by_a_click(browser, runs, tmp_path):
    runs_at = int(runs.url.rpartition(":")[2])
    with (
        served("serve_found", tmp_path / "library", runs_at=runs_at) as port,
        opened(browser, port, tab="Settings") as page,
    ):
        look = page.get_by_role("button", name="Look on this computer")
        expect(look).to_be_visible()
        assert runs.requests == []
        look.click()
        expect(page.get_by_text("qwen2.5 runs here, in LM Studio.")).to_be_visible()
        expect(look).to_be_focused()
        page.get_by_role("button", name="Use qwen2.5").click()
        expect(page.get_by_text("In use for your next question, and kept in")).to_be_visible()
        expect(page.get_by_role("radio", name="openai-like:qwen2.5")).to_be_checked()
    assert Settings.load().llm_base_url == f"{runs.url}/v1"
