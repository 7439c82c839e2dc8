"""What runs on this machine is found in any state, offered, and kept only when it is chosen."""

import json
import os
import stat
import time
from pathlib import Path

import pytest
from wire_server import RESET, Served, WireServer

from rag import Settings, SettingsError
from rag.cli import main
from rag.llm.found_models import FoundModel, Place, keep_model, meant, models_here
from rag.settings import settings_file

OLLAMA = json.dumps(
    {"models": [{"name": "llama3.2:latest", "size": 2}, {"name": "nomic-embed-text:v1.5"}]}
).encode()
OPENAI = b'{"object": "list", "data": [{"id": "qwen2.5-7b-instruct", "object": "model"}]}'


def place(server: WireServer, program: str = "LM Studio", provider: str = "openai-like") -> Place:
    return Place(program=program, port=int(server.url.rpartition(":")[2]), provider=provider)


def ollama(server: WireServer) -> Place:
    return place(server, "Ollama", "ollama")


def test_the_models_of_each_form_are_found() -> None:
    with WireServer(Served(parts=[OLLAMA])) as first, WireServer(Served(parts=[OPENAI])) as second:
        found = models_here([ollama(first), place(second)])
    assert found == (
        FoundModel(spec="ollama:llama3.2:latest", program="Ollama", address=None),
        FoundModel(
            spec="openai-like:qwen2.5-7b-instruct",
            program="LM Studio",
            address=f"{second.url}/v1",
        ),
    )
    asked = [request.path for request in (*first.requests, *second.requests)]
    assert asked == ["/api/tags", "/v1/models"]


def test_nothing_is_found_where_nobody_listens() -> None:
    with WireServer(Served()) as server:
        gone = place(server)
    assert models_here([gone]) == ()


def names(*given: object) -> bytes:
    return json.dumps({"data": [{"id": name} for name in given]}).encode()


HOSTILE = {
    "another status": Served(status=500, parts=[OPENAI]),
    "a login page": Served(kind="text/html", parts=[b"<!doctype html><title>Login</title>"]),
    "not JSON": Served(parts=[b'{"data": [{"id": "a"']),
    "another form": Served(parts=[b'[{"id": "a"}]']),
    "no list": Served(parts=[b'{"data": 7}']),
    "members of other kinds": Served(parts=[b'{"data": [1, null, "a", {"id": 3}, {"id": {}}]}']),
    "nested beyond all": Served(parts=[b"[" * 200_000]),
    "empty": Served(parts=[b""]),
    "huge": Served(parts=[b'{"data": [{"id": "' + b"a" * 65_000] * 40),
    "slow": Served(parts=[OPENAI], wait=5.0),
    "dripping": Served(parts=[b" ", 0.2] * 40 + [OPENAI]),
    "a million chunks": Served(parts=[b" "] * 100_000 + [b"x"]),
    "a reset": Served(parts=[b'{"data', RESET]),
    "control characters": Served(parts=[names("a\x1b[31mred", "a\nb", "a\u202eb", "a\x00b")]),
    "orders for a shell": Served(parts=[names("$(reboot)", "a;b", "`a`", "'a", "-rf", "a b")]),
    "too long a name": Served(parts=[names("a" * 121)]),
    "models that do not write": Served(parts=[names("text-embedding-3", "bge-reranker", "")]),
    "Footnote itself": Served(parts=[names("footnote")]),
}


@pytest.mark.quiet
@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_reply_offers_nothing_and_takes_no_time(case: str) -> None:
    with WireServer(HOSTILE[case]) as server:
        began = time.monotonic()
        assert models_here([place(server), ollama(server)]) == ()
    assert time.monotonic() - began < 2


def test_a_redirect_is_not_followed() -> None:
    with WireServer(Served(parts=[OPENAI])) as other:
        sent_on = Served(status=302, headers={"Location": f"{other.url}/v1/models"})
        with WireServer(sent_on) as server:
            assert models_here([place(server)]) == ()
    assert other.requests == []


def test_a_slow_one_does_not_hinder_another() -> None:
    slow = Served(parts=[OPENAI], wait=5.0)
    with WireServer(slow) as first, WireServer(Served(parts=[OPENAI])) as second:
        assert len(models_here([place(first), place(second)])) == 1


def test_at_most_twenty_models_of_a_program_are_offered() -> None:
    with WireServer(Served(parts=[names(*(f"m{n}" for n in range(50)))])) as server:
        assert len(models_here([place(server)])) == 20


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main.main(["models", *arguments])
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def test_what_is_found_is_offered_and_kept_by_its_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with WireServer(Served(parts=[OPENAI])) as server:
        monkeypatch.setattr("rag.llm.found_models.PLACES", (place(server),))
        code, printed = run(capsys)
        assert code == 0
        assert printed.splitlines()[-1].split(maxsplit=2) == [
            "openai-like:qwen2.5-7b-instruct", "found",
            f"runs here, in LM Studio at {server.url}/v1: use it with "
            "`footnote models use openai-like:qwen2.5-7b-instruct`",
        ]  # fmt: skip
        assert not settings_file().exists()
        code, printed = run(capsys, "use", "qwen2.5-7b-instruct")
    assert (code, printed) == (
        0,
        f"openai-like:qwen2.5-7b-instruct answers from now on, at {server.url}/v1: kept in "
        f"{settings_file()}\n",
    )
    kept = Settings.load()
    assert (kept.llm, kept.llm_base_url) == (
        "openai-like:qwen2.5-7b-instruct",
        f"{server.url}/v1",
    )


def test_another_provider_does_not_inherit_the_address_and_the_file_s_mode_stays(
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings_file().parent.mkdir(parents=True)
    settings_file().write_text(
        "FOOTNOTE_K=5\nFOOTNOTE_LLM=openai-like:m\nFOOTNOTE_LLM_BASE_URL=http://127.0.0.1:9/v1\n"
    )
    os.chmod(settings_file(), 0o600)
    assert run(capsys, "use", "ollama:llama3.2")[0] == 0
    assert settings_file().read_text() == "FOOTNOTE_K=5\nFOOTNOTE_LLM=ollama:llama3.2\n"
    assert stat.S_IMODE(settings_file().stat().st_mode) == 0o600
    assert run(capsys, "use", "extractive")[0] == 0
    assert Settings.load().llm == "extractive"


def test_a_variable_of_the_shell_that_comes_before_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM", "extractive")
    code, printed = run(capsys, "use", "ollama:llama3.2", "--json")
    kept = json.loads(printed)
    assert (code, kept["llm"], kept["llm_base_url"]) == (0, "ollama:llama3.2", None)
    assert kept["note"] == "FOOTNOTE_LLM in your shell still come before it: unset them"


def test_another_s_key_is_not_sent_to_what_was_found(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM", "openai:gpt-4o")
    monkeypatch.setenv("FOOTNOTE_LLM_API_KEY", "sk-secret")
    with WireServer(Served(parts=[OPENAI])) as server:
        monkeypatch.setattr("rag.llm.found_models.PLACES", (place(server),))
        code, printed = run(capsys, "use", "qwen2.5-7b-instruct")
    assert code == 2
    assert "is meant for 'openai' and would be sent to 'openai-like:qwen2.5-7b-instr" in printed
    assert "sk-secret" not in printed
    assert not settings_file().exists()


WRONG = {
    ("use",): "'use' is nothing that models can do: write `footnote models use NAME`",
    ("drop", "m"): "'drop m' is nothing that models can do",
    ("use", "a", "b"): "'use a b' is nothing that models can do",
    ("use", "m", "--llm", "ollama:m"): "and no --llm",
    ("use", "m"): "no model 'm' runs on this machine, none was found: start it",
    ("use", ""): "no model '' runs on this machine",
    ("use", "ollama:"): "'ollama:' names no model",
    ("use", "olama:m"): "no model 'olama:m' runs on this machine",
    ("use", "openai:gpt-4o"): "'openai' needs a key",
    ("use", "openai-like:m"): "no model 'openai-like:m' runs on this machine",
    ("use", "llamacpp:none.gguf"): "there is no file '/",
    ("use", "ollama:a\x1b[31m"): "cannot be kept in the settings file",
    ("use", "ollama:$HOME"): "cannot be kept in the settings file",
}


@pytest.mark.parametrize("arguments", WRONG)
def test_what_cannot_be_used_is_told_in_a_sentence_and_not_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setattr("rag.llm.found_models.PLACES", ())
    monkeypatch.setattr("rag.llm.registry.find_spec", lambda name: object())
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    code, printed = run(capsys, *arguments)
    assert code == 2
    assert WRONG[arguments] in printed
    assert printed.count("\n") == 1
    assert not settings_file().exists()


def test_a_name_that_two_programs_have_has_to_be_told_whole() -> None:
    both = Served(parts=[b'{"models": [{"name": "m"}], "data": [{"id": "m"}]}'])
    with WireServer(both) as server:
        places = [ollama(server), place(server)]
        with pytest.raises(SettingsError, match="could be ollama:m at Ollama and openai-like:m"):
            meant("m", Settings(), places=places)
        assert meant("ollama:m", Settings(), places=places).address is None
        assert meant("openai-like:m", Settings(), places=places).address == f"{server.url}/v1"


def test_the_path_of_a_file_is_kept_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = meant("llamacpp:my model #1.gguf", Settings())
    assert found.spec == f"llamacpp:{tmp_path / 'my model #1.gguf'}"
    monkeypatch.setattr("rag.llm.found_models.load_model", lambda *_: None)
    keep_model(found, Settings())
    assert Settings.load().llm == found.spec
