"""What the tab Settings keeps, refuses and never shows."""

import json

import pytest

from rag import Settings
from rag.internal import READER_SHA256, data_text
from rag.testing import open_assistant
from ui.chat.conversation import Sessions
from ui.settings import Choices, Chooser, choose, shown, switch

MINE = "a" * 32


@pytest.fixture
def keyed(tmp_path):
    """Open an assistant whose settings name a model with a key."""
    settings = Settings(
        library=tmp_path / "library",
        llm="openai-like:small",
        llm_base_url="http://127.0.0.1:9/v1",
        llm_api_key="sk-secret",
    )
    with open_assistant(settings) as assistant:
        yield assistant


def chosen(assistant, sessions=None, **sent):
    sessions = sessions or Sessions()
    return choose(assistant, {"token": MINE, **sent}, sessions, Chooser(assistant), owner=True)


def test_what_is_chosen_holds_for_its_conversation_alone(assistant):
    sessions = Sessions()
    value = chosen(assistant, sessions, k="3", threshold="0.2", strict=True)
    assert (value["kept"], value["k"], value["threshold"], value["strict"]) == (True, 3, 0.2, True)
    assert sessions.choices(MINE) == Choices(k=3, threshold=0.2, strict=True)
    assert sessions.choices("b" * 32) == Choices()
    assert assistant.settings.k == 8


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ({"k": "0"}, "'k'"),
        ({"k": "eight"}, "in digits"),
        ({"k": [1]}, "in digits"),
        ({"k": float("inf")}, "in digits"),
        ({"threshold": 10**400}, "in digits"),
        ({"threshold": "2"}, "'threshold'"),
        ({"threshold": "nan"}, "'threshold'"),
        ({"model": "gpt-4o"}, "names no provider"),
        ({"model": "openai:gpt-4o"}, "needs a key"),
        ({"model": "openai-like:m"}, "needs the address"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_changes_nothing(assistant, sent, problem):
    sessions = Sessions()
    value = chosen(assistant, sessions, **sent)
    assert problem in value["problem"]
    assert "kept" not in value
    assert sessions.choices(MINE) == Choices()


@pytest.mark.parametrize(
    "model", ["openai-like:large", "openai:gpt-4o", "anthropic:claude-x", "ollama:llama3.2"]
)
def test_a_visitor_chooses_no_model_that_is_asked_with_the_owners_keys(keyed, monkeypatch, model):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-other")
    sessions, chooser = Sessions(), Chooser(keyed)
    sent = {"token": MINE, "model": model}
    value = choose(keyed, sent, sessions, chooser)
    assert value["problem"].endswith("choose another model: run `footnote models` there")
    assert sessions.choices(MINE) == Choices()
    assert "kept" in choose(keyed, sent, Sessions(), chooser, owner=True)


def test_a_visitor_goes_back_and_forth_between_the_model_and_quotes(keyed):
    sessions, chooser = Sessions(), Chooser(keyed)
    for model in ("extractive", "openai-like:small", "extractive"):
        value = choose(keyed, {"token": MINE, "model": model}, sessions, chooser)
        assert (value.get("problem"), value["model"]) == (None, model)


def test_no_key_is_ever_shown(keyed):
    value = shown(keyed, Choices(), Chooser(keyed))
    assert value["model"] == "openai-like:small"
    assert "sk-secret" not in str(value)
    assert "http://127.0.0.1:9/v1" in str(value["facts"])


def test_another_provider_gets_neither_the_key_nor_the_address(keyed):
    other = Chooser(keyed).assistant(Choices(model="ollama:llama3.2"))
    assert other.settings.llm_api_key is None
    assert other.settings.llm_base_url is None
    same = Chooser(keyed).assistant(Choices(model="openai-like:large"))
    assert same.settings.llm_base_url == "http://127.0.0.1:9/v1"


def test_quoting_can_be_chosen_in_place_of_a_model(keyed):
    assert Chooser(keyed).assistant(Choices(model="extractive")).model == "extractive"


def test_what_was_typed_stays_where_it_cannot_be_used(assistant):
    value = chosen(assistant, model="openai:gpt-4o", k="9", threshold="0.4", strict=True)
    assert value["typed"] == {
        "model": "openai:gpt-4o",
        "k": "9",
        "threshold": "0.4",
        "strict": True,
    }
    assert value["model"] == "extractive"


def switched(assistant, name, on, *, owner=True):
    sent = {"token": MINE, "name": name, "on": on}
    return switch(assistant, sent, Sessions(), Chooser(assistant), owner=owner)


@pytest.mark.parametrize("name", ["originals", "history"])
def test_the_owner_turns_off_what_is_kept_and_it_stays_off(assistant, name):
    value = switched(assistant, name, False)
    assert value["switched"].endswith("settings.env")
    assert dict((n, on) for n, on, _ in value["switches"])[name] is False
    assert getattr(Settings.load(), name) is False
    switched(assistant, name, True)
    assert getattr(Settings.load(), name) is True


def test_originals_are_not_kept_from_the_moment_they_are_turned_off(assistant, tmp_path):
    file = tmp_path / "heron.md"
    file.write_text("# The heron", encoding="utf-8")
    switched(assistant, "originals", False)
    (change,) = assistant.library.add_files({"uploads/1/heron.md": file}).changes
    assert assistant.library.document(change.document_id).summary.card.original_sha256 == ""


def test_who_is_not_the_owner_or_sends_nonsense_switches_nothing(assistant, monkeypatch):
    assert (
        "only who opens this page" in switched(assistant, "history", False, owner=False)["refused"]
    )
    for name, on in (("llm_api_key", True), ("history", "off"), (None, None), ("library", False)):
        assert "no switch of this page" in switched(assistant, name, on)["refused"]
    monkeypatch.setenv("FOOTNOTE_HISTORY", "true")
    value = switched(assistant, "history", False)
    assert value["refused"].startswith("FOOTNOTE_HISTORY is set where the page was started")
    assert value["switches"][1] == ["history", True, True]
    assert Settings.load().history is True


def test_the_price_of_a_threshold_was_measured_with_the_model_that_ships(assistant):
    told = json.loads(data_text("ui", "threshold.json"))
    assert told["reader"] == READER_SHA256[:12], "run `python benchmarks/threshold_price.py` again"
    first, *_, last = told["points"]
    assert (first[0], last[0], told["asked"], told["near_misses"]) == (0, 1, 76, 18)
    for before, after in zip(told["points"], told["points"][1:], strict=False):
        assert after[0] > before[0]
        assert all(a <= b for a, b in zip(after[1:], before[1:], strict=True))
    assert shown(assistant, Choices(), Chooser(assistant))["price"]["points"] == told["points"]
