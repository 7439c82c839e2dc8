"""Which model a name or an object stands for, and what is refused before any request."""

import sys
from pathlib import Path

import pytest
from wire_asking import ASKED, KEY, events, model_at
from wire_formats import FORMATS
from wire_server import WireServer

from rag import MisuseError, Settings, SettingsError
from rag.llm.registry import ModelSpec, checked_address, load_model, parse_spec
from rag.testing import ScriptedModel

KNOWN = ["openai", "anthropic", "ollama", "openai-like"]


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "OLLAMA_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("text", "provider", "model"),
    [
        ("openai:gpt-4o", "openai", "gpt-4o"),
        ("ollama:llama3.2:3b", "ollama", "llama3.2:3b"),
        (" openai-like: org/model:free ", "openai-like", "org/model:free"),
    ],
)
def test_a_name_is_split_at_its_first_colon(text: str, provider: str, model: str) -> None:
    assert parse_spec(text, KNOWN) == ModelSpec(provider=provider, model=model)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("gpt-4o", "`openai:gpt-4o`"),
        ("anthropc:claude", "did you mean 'anthropic'"),
        ("openai", "'openai' names no model"),
        ("openai:", "'openai:' names no model"),
        (":gpt-4o", "unknown provider ''"),
        ("extractive:x", "unknown provider 'extractive'"),
    ],
)
def test_a_wrong_name_is_told_the_right_one(text: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        load_model(text, Settings.load())


def test_extractive_is_no_model() -> None:
    assert load_model("extractive", Settings.load()) is None


def test_a_model_of_our_own_protocol_is_taken_as_it_is() -> None:
    model = ScriptedModel("x")
    assert load_model(model, Settings.load()) is model


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(MisuseError, match="'int' is no language model"):
        load_model(7, Settings.load())  # type: ignore[arg-type]


def test_openai_like_without_an_address_is_refused_with_the_reason() -> None:
    with pytest.raises(SettingsError, match="would go to OpenAI: set FOOTNOTE_LLM_BASE_URL"):
        load_model("openai-like:m", Settings.load(llm_api_key=KEY))


@pytest.mark.parametrize(
    ("provider", "variable"), [("openai", "OPENAI_API_KEY"), ("anthropic", "ANTHROPIC_API_KEY")]
)
def test_a_missing_key_is_said_before_any_request(provider: str, variable: str) -> None:
    with pytest.raises(SettingsError, match=f"FOOTNOTE_LLM_API_KEY or {variable}"):
        load_model(f"{provider}:m", Settings.load())


@pytest.mark.parametrize("key", ["sk-secret…", "sk-secret x", "sk-secret\n7"])
def test_a_key_that_no_header_takes_is_refused_unseen(key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_model("openai:m", Settings.load(llm_api_key=key))
    assert "secret" not in f"{caught.value!r}"


@pytest.mark.parametrize(
    "address", ["127.0.0.1:8000", "ftp://host/v1", "http://", "file:///etc/passwd", "http://h:x"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="no address of an API"):
        checked_address(address)


def test_an_address_with_a_password_is_refused_unseen() -> None:
    with pytest.raises(SettingsError, match="holds a user name") as caught:
        checked_address("https://me:sk-secret@host/v1")
    assert "secret" not in f"{caught.value!r}"


def test_a_reply_as_long_as_the_window_is_refused() -> None:
    settings = Settings.load(llm_context=1024, llm_max_tokens=1024)
    with pytest.raises(SettingsError, match="leaves no room"):
        load_model("ollama:m", settings)


@pytest.mark.parametrize(
    ("provider", "window"), [("ollama", 8192), ("openai-like", 8192), ("anthropic", 200_000)]
)
def test_a_window_that_nobody_names_is_assumed(provider: str, window: int) -> None:
    assert model_at("http://127.0.0.1:1", provider).context_window == window


def test_the_window_of_a_known_openai_model_is_looked_up() -> None:
    model = load_model("openai:gpt-4o", Settings.load(llm_api_key=KEY))
    assert model is not None
    assert model.context_window == 128_000


def test_a_missing_package_is_told_how_to_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anthropic", None)
    with pytest.raises(SettingsError, match=r'pip install -c constraints.txt "\.\[anthropic\]"'):
        load_model("anthropic:claude", Settings.load(llm_api_key=KEY))


@pytest.mark.parametrize("provider", FORMATS)
@pytest.mark.parametrize(
    "variable",
    ["OPENAI_BASE_URL", "OPENAI_API_BASE", "ANTHROPIC_BASE_URL", "OLLAMA_HOST", "HTTP_PROXY",
     "http_proxy", "ALL_PROXY"],
)  # fmt: skip
def test_no_variable_of_a_library_sends_the_articles_elsewhere(
    provider: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = FORMATS[provider].whole("Ten years.")
    with WireServer(reply) as elsewhere, WireServer(reply) as server:
        monkeypatch.setenv(variable, elsewhere.url)
        events(model_at(server.url, provider), "complete")
        assert (len(server.requests), elsewhere.requests) == (1, [])


@pytest.mark.parametrize(
    ("name", "host"),
    [("openai:m", "https://api.openai.com/v1"), ("anthropic:m", "https://api.anthropic.com")],
)
def test_without_an_address_a_provider_is_where_its_documentation_says(
    name: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "ANTHROPIC_BASE_URL"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    model = load_model(name, Settings.load(llm_api_key=KEY))
    assert str(model._wire._client().base_url).rstrip("/") == host  # type: ignore[union-attr]


def test_openai_s_key_and_account_stay_away_from_other_servers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-secret")
    with WireServer(FORMATS["openai-like"].whole("Ten years.")) as server:
        settings = Settings.load(llm_base_url=server.url)
        model = load_model("openai-like:m", settings)
        events(model, "complete")
    assert server.requests[0].headers["authorization"] == "Bearer none"
    assert "secret" not in str(server.requests)


def test_a_provider_s_own_variable_gives_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", f"{KEY}\n")
    with WireServer(FORMATS["anthropic"].whole("Ten years.")) as server:
        events(load_model("anthropic:m", Settings.load(llm_base_url=server.url)), "complete")
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


def test_no_repr_shows_the_key() -> None:
    for provider in FORMATS:
        model = model_at("http://127.0.0.1:1", provider)
        assert KEY not in f"{model!r} {vars(model)} {model._wire!r}"  # type: ignore[attr-defined]


@pytest.fixture
def third_party(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a package with two providers on the path, as pip would install it."""
    info = tmp_path / "acme_models-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-models\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[footnote.models]\nacme = acme_models:make\nacme-llm = acme_models:make_llm\n"
        "acme-broken = acme_models:broken\nopenai = acme_models:make\n"
    )
    (tmp_path / "acme_models.py").write_text(
        "def make(model, settings):\n"
        "    from rag.testing import ScriptedModel\n"
        "    return ScriptedModel('from acme', name=f'acme:{model}')\n"
        "def make_llm(model, settings):\n"
        "    from llama_index.core.llms import MockLLM\n"
        "    return MockLLM(max_tokens=1)\n"
        "def broken(model, settings):\n"
        "    raise RuntimeError(settings.llm_api_key.get_secret_value())\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "acme_models", raising=False)


@pytest.mark.usefixtures("third_party")
def test_a_third_party_s_provider_is_found_by_its_entry_point() -> None:
    model = load_model("acme:a/b:c", Settings.load())
    assert model.name == "acme:a/b:c"
    assert model.complete(ASKED).text == "from acme"


@pytest.mark.usefixtures("third_party")
def test_a_third_party_may_return_a_llama_index_model() -> None:
    model = load_model("acme-llm:x", Settings.load())
    assert model.name == "acme-llm:x"
    assert model.complete(ASKED).text == "text"


@pytest.mark.usefixtures("third_party")
def test_a_third_party_can_not_take_a_name_of_ours() -> None:
    assert "OpenAIWire" in repr(load_model("openai:m", Settings.load(llm_api_key=KEY))._wire)


@pytest.mark.usefixtures("third_party")
def test_a_third_party_that_fails_is_named_and_not_quoted() -> None:
    with pytest.raises(MisuseError, match=r"'acme-models' cannot make.*RuntimeError") as caught:
        load_model("acme-broken:x", Settings.load(llm_api_key=KEY))
    assert KEY not in f"{caught.value!r}"
    assert caught.value.__context__ is None


@pytest.mark.usefixtures("third_party")
def test_an_unknown_provider_is_told_of_third_parties_too() -> None:
    with pytest.raises(SettingsError, match="openai-like, llamacpp, acme, acme-broken, acme-llm"):
        load_model("acmee:x", Settings.load())
