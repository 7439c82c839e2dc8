"""`footnote models`, and `footnote ask` with a model from the command line."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from wire_asking import KEY
from wire_formats import FORMATS
from wire_server import Served, WireServer

from rag.cli import main

SAYS = "Both governments start co-production of the missile called AMRAAM. [1]"
QUESTION = "Which missile will Japan co-produce?"
LISTS = {
    "openai": b'{"object": "list", "data": [{"id": "a"}, {"id": "b"}]}',
    "anthropic": b'{"data": [{"id": "a", "type": "model"}, {"id": "b", "type": "model"}], '
    b'"has_more": false, "first_id": "a", "last_id": "b"}',
    "ollama": b'{"models": [{"model": "a"}, {"model": "b"}]}',
    "openai-like": b'{"object": "list", "data": [{"id": "a"}, {"id": "b"}]}',
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("rag.llm.found_models.PLACES", ())
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "OLLAMA_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FOOTNOTE_LIBRARY", str(tmp_path / "library"))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main.main(arguments)
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def test_models_says_in_a_line_each_what_is_configured(capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = run(capsys, "models")
    lines = printed.splitlines()
    assert code == 0
    assert lines[0].startswith("* extractive   ready")
    assert [line.split()[:2] for line in lines[1:]] == [
        ["openai", "unset"], ["anthropic", "unset"], ["ollama", "fails"], ["openai-like", "unset"],
        ["llamacpp", "found" if find_spec("xllamacpp") else "unset"],
    ]  # fmt: skip


def test_a_provider_of_another_package_has_a_line_and_is_not_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    info = tmp_path / "acme_models-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-models\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[footnote.models]\nacme = acme_missing:make\n")
    monkeypatch.syspath_prepend(tmp_path)
    code, printed = run(capsys, "models")
    assert code == 0
    assert printed.splitlines()[-1] == (
        "  acme         found  is of the package 'acme-models', which is asked only when chosen: "
        "--llm acme:MODEL"
    )


@pytest.mark.parametrize("provider", LISTS)
def test_models_asks_the_chosen_one_a_word_and_its_provider_for_a_list(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM_API_KEY", KEY)
    word = FORMATS[provider].whole("Yes.")
    with WireServer(word, Served(parts=[LISTS[provider]])) as server:
        monkeypatch.setenv("FOOTNOTE_LLM_BASE_URL", server.url)
        code, printed = run(capsys, "models", "--llm", f"{provider}:m", "--json")
    chosen, *others = json.loads(printed)
    listed = next(other for other in others if other["name"] == provider)
    assert (code, chosen["answers"], chosen["name"]) == (0, True, f"{provider}:m")
    assert listed["detail"].startswith(f"lists 2 models at {server.url}")
    assert KEY not in printed


@pytest.mark.parametrize("provider", LISTS)
def test_models_fails_where_the_chosen_one_does_not_answer(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM_API_KEY", KEY)
    with WireServer(Served(status=401, parts=[KEY.encode()])) as server:
        monkeypatch.setenv("FOOTNOTE_LLM_BASE_URL", server.url)
        code, printed = run(capsys, "models", "--llm", f"{provider}:m")
    lines = printed.splitlines()
    assert code == 1
    assert lines[0].split()[:3] == ["*", f"{provider}:m", "fails"]
    assert [line.split()[1] for line in lines if line.split()[0] == provider] == ["fails"]
    assert printed.count("refused the key (status 401)") == 2
    assert KEY not in printed


def test_one_provider_s_key_and_address_are_not_another_s(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM_API_KEY", KEY)
    with WireServer(FORMATS["openai-like"].whole("Yes.")) as server:
        monkeypatch.setenv("FOOTNOTE_LLM_BASE_URL", server.url)
        _, printed = run(capsys, "models", "--llm", "openai-like:m")
    assert [request.path for request in server.requests] == ["/chat/completions", "/models"]
    assert "openai         unset" in printed


def test_asking_with_a_model_from_the_command_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with WireServer(FORMATS["openai-like"].stream(SAYS)) as server:
        monkeypatch.setenv("FOOTNOTE_LLM_BASE_URL", server.url)
        code, printed = run(capsys, "ask", QUESTION, "--llm", "openai-like:m")
    assert code == 0
    assert printed.startswith(f"AMRAAM\n\n{SAYS}\n")
    assert "openai-like:m, 11 + 7 tokens" in printed


def test_a_model_that_fails_is_stood_in_for_and_the_answer_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with WireServer(Served(status=401)) as server:
        monkeypatch.setenv("FOOTNOTE_LLM_BASE_URL", server.url)
        code, printed = run(capsys, "ask", QUESTION, "--llm", "openai-like:m")
        assert code == 0
        assert "AMRAAM" in printed
        assert "openai-like:m refused the key (status 401)" in printed
        monkeypatch.setenv("FOOTNOTE_LLM_FALLBACK", "false")
        code, printed = run(capsys, "ask", QUESTION, "--llm", "openai-like:m")
    assert code == 1
    assert printed.startswith("footnote: openai-like:m refused the key")
