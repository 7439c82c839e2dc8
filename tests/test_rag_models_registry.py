"""Which model a setting means, and what is said where it means none."""

import json
import sys
from pathlib import Path

import pytest
from llama_index.core.llms import MockLLM
from wire_server import KEY, WireServer, says, status

from rag import LanguageModel, Message, Settings, SettingsError, cli, load_model
from rag.models.spec import Spec, read_spec

pytestmark = [
    pytest.mark.usefixtures("left_sockets"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

_KNOWN = ("openai", "openai-like", "ollama", "anthropic")
_HELLO = [Message(role="user", text="Hello")]


def loaded(spec: str, **settings: object) -> LanguageModel | None:
    return load_model(spec, Settings.load(**settings))


def test_a_models_name_may_hold_colons_and_slashes() -> None:
    assert read_spec("ollama:llama3.2:3b", known=_KNOWN) == Spec(
        provider="ollama", model="llama3.2:3b"
    )
    assert read_spec("openai-like:org/m:free", known=_KNOWN).model == "org/m:free"


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("gpt-4o", "Allowed are extractive, openai:MODEL"),
        ("opnai:gpt-4o", "did you mean openai:gpt-4o?"),
        ("ollama", "write it as ollama:MODEL"),
        ("ollama: ", "write it as ollama:MODEL"),
        ("", "Allowed are"),
    ],
)
def test_what_names_no_model_is_told_what_does(spec: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_model(spec, Settings.load())
    assert said in str(caught.value)


def test_extractive_is_no_language_model() -> None:
    assert loaded("extractive") is None


@pytest.mark.parametrize("spec", ["openai:gpt-4o", "anthropic:claude-sonnet-4-6"])
def test_a_missing_key_is_one_sentence(spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.setenv(name, "")
    with pytest.raises(SettingsError, match="needs a key: set"):
        loaded(spec)


def test_openai_like_without_an_address_is_refused() -> None:
    with pytest.raises(SettingsError, match="your articles would go to OpenAI"):
        loaded("openai-like:m")


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "localhost:8000", "http://me:pw@127.0.0.1/v1"])
def test_an_address_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(SettingsError, match="is no address") as caught:
        loaded("openai-like:m", llm_base_url=url)
    assert "pw" not in str(caught.value)


def test_articles_go_only_where_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    with WireServer("openai", [says("No.")]) as other, WireServer("openai", [says("Yes.")]) as own:
        for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE"):
            monkeypatch.setenv(name, other.base_url)
        model = loaded("openai:gpt-4o", llm_api_key=KEY, llm_base_url=own.base_url)
        assert model is not None
        assert model.complete(_HELLO).text == "Yes."
    assert other.received == []


def test_the_key_of_the_provider_is_sent_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with WireServer("openai", [says("Yes.")]) as server:
        settings = Settings.load(llm_base_url=server.base_url, llm_api_key="own-key-5")
        model = load_model("openai:gpt-4o", settings)
        assert model is not None
        model.complete(_HELLO)
    assert server.received[0].headers["Authorization"] == "Bearer own-key-5"
    assert "own-key-5" not in repr(settings) + repr(model) + str(model.parameters)


def test_a_missing_package_is_told_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "anthropic", None)
    monkeypatch.delitem(sys.modules, "rag.models.anthropic_transport", raising=False)
    with pytest.raises(SettingsError, match=r'pip install -c constraints.txt "\.\[anthropic\]"'):
        loaded("anthropic:m", llm_api_key=KEY)


def test_any_llm_of_llama_index_will_do() -> None:
    model = load_model(MockLLM(max_tokens=3), Settings.load())
    assert model is not None
    reply = model.complete(_HELLO)
    assert reply.text
    assert reply.input_tokens == 2
    assert model.name.startswith("llama-index:")


def test_another_package_can_bring_a_provider(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "acme-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text("[footnote.models]\nacme = acme_models:make\n", "utf-8")
    (tmp_path / "acme_models.py").write_text(
        "from rag.testing import ScriptedModel\n"
        "def make(model, settings):\n    return ScriptedModel('Yes.', name=f'acme:{model}')\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    model = loaded("acme:small")
    assert model is not None
    assert (model.name, model.complete(_HELLO).text) == ("acme:small", "Yes.")
    with pytest.raises(SettingsError, match="acme:MODEL"):
        loaded("gpt-4o")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = cli.main(arguments)
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def test_models_says_in_a_line_each_what_is_configured(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    code, printed = run(capsys, "models")
    lines = printed.splitlines()
    assert code == 0
    assert lines[0].startswith("* extractive   ready")
    assert [line.split()[:2] for line in lines[1:]] == [
        ["openai", "unset"], ["anthropic", "unset"], ["ollama", "fails"], ["openai-like", "unset"],
    ]  # fmt: skip


@pytest.mark.parametrize(("act", "code", "word"), [("well", 0, "ready"), ("badly", 1, "fails")])
def test_models_asks_the_chosen_one_and_shows_no_key(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    act: str,
    code: int,
    word: str,
) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM_API_KEY", KEY)
    with WireServer("openai", [says("Yes.") if act == "well" else status(401)]) as server:
        monkeypatch.setenv("FOOTNOTE_LLM_BASE_URL", server.base_url)
        got, printed = run(capsys, "models", "--llm", "openai-like:m", "--json")
    first = json.loads(printed)[0]
    assert (got, first["answers"], first["name"]) == (code, act == "well", "openai-like:m")
    assert KEY not in printed


def test_asking_with_a_model_from_the_command_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FOOTNOTE_LIBRARY", str(tmp_path / "library"))
    with WireServer("openai", [says("Japan will co-produce AMRAAM. [1]")]) as server:
        monkeypatch.setenv("FOOTNOTE_LLM_BASE_URL", server.base_url)
        question = "Which missile will Japan co-produce?"
        code, printed = run(capsys, "ask", question, "--llm", "openai-like:m")
    assert code == 0
    assert printed.startswith("Japan will co-produce AMRAAM. [1]\n")
    assert "openai-like:m, 11 + 7 tokens" in printed


def test_a_model_that_fails_is_stood_in_for_and_the_answer_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FOOTNOTE_LIBRARY", str(tmp_path / "library"))
    with WireServer("openai", [status(401)]) as server:
        monkeypatch.setenv("FOOTNOTE_LLM_BASE_URL", server.base_url)
        question = "Which missile will Japan co-produce?"
        code, printed = run(capsys, "ask", question, "--llm", "openai-like:m")
        assert code == 0
        assert "AMRAAM" in printed
        assert "openai-like:m refused the request (status 401)" in printed
        monkeypatch.setenv("FOOTNOTE_LLM_FALLBACK", "false")
        code, printed = run(capsys, "ask", question, "--llm", "openai-like:m")
    assert code == 1
    assert printed.startswith("footnote: openai-like:m refused")
