"""What the tab Settings keeps, refuses and never shows."""

import pytest

from rag import Settings
from rag.testing import open_assistant
from ui.chat.conversation import Sessions
from ui.settings import Choices, Chooser, choose, shown

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
