"""Recorded replies answer later runs without key or network."""

import asyncio
import json
from pathlib import Path

import pytest

from eval.running.recordings import RecordingModel, ReplayedModel
from rag import MisuseError, ModelResponseError, ModelUnavailableError, Settings
from rag.internal import READER_SHA256
from rag.testing import ScriptedModel, open_assistant
from rag.types import Message

ASKED = (Message(role="system", text="Be brief."), Message(role="user", text="Why?"))
OTHER = (Message(role="user", text="How?"),)


def recorded(path: Path, *ways: str) -> ScriptedModel:
    model = ScriptedModel("Because [1].", name="openai:small")
    recording = RecordingModel(model, path)
    for way in ways:
        asked(recording, way)
    return model


def asked(model, way):
    async def stream():
        return [piece async for piece in model.astream(ASKED)][-1]

    if way == "complete":
        return model.complete(ASKED)
    if way == "stream":
        return list(model.stream(ASKED))[-1]
    return asyncio.run(model.acomplete(ASKED) if way == "acomplete" else stream())


@pytest.mark.parametrize("recorded_by", ["complete", "stream", "acomplete", "astream"])
@pytest.mark.parametrize("asked_by", ["complete", "stream", "acomplete", "astream"])
def test_every_way_to_ask_is_recorded_and_replayed(tmp_path, recorded_by, asked_by):
    recorded(tmp_path / "r.jsonl", recorded_by)
    reply = asked(ReplayedModel(tmp_path / "r.jsonl"), asked_by)
    assert (reply.text, reply.requests, reply.output_tokens) == ("Because [1].", 0, 2)


def test_a_reply_that_is_recorded_is_not_asked_for_again(tmp_path):
    model = recorded(tmp_path / "r.jsonl", "complete", "stream", "astream", "acomplete")
    assert len(model.asked) == 1
    assert len((tmp_path / "r.jsonl").read_text().splitlines()) == 1
    assert len(recorded(tmp_path / "r.jsonl", "complete").asked) == 0


def test_a_miss_names_the_command_that_records_it(tmp_path):
    recorded(tmp_path / "r.jsonl", "complete")
    model = ReplayedModel(tmp_path / "r.jsonl")
    with pytest.raises(ModelResponseError, match=r"--llm openai:small --record .*r\.jsonl"):
        model.complete(OTHER)
    model.parameters = {"temperature": 1}
    with pytest.raises(ModelResponseError):
        model.complete(ASKED)


def made_with_another_reader(path):
    recorded(path, "complete")
    row = json.loads(path.read_text()) | {"reader": "0123"}
    path.write_text(json.dumps(row) + "\n")


def test_a_miss_after_a_change_of_the_trained_reader_says_so(tmp_path):
    made_with_another_reader(tmp_path / "r.jsonl")
    model = ReplayedModel(tmp_path / "r.jsonl")
    assert model.complete(ASKED).text == "Because [1]."
    with pytest.raises(ModelResponseError, match="was made with another trained reader"):
        model.complete(OTHER)


def test_recording_again_renews_the_reader_without_asking(tmp_path):
    made_with_another_reader(tmp_path / "r.jsonl")
    assert recorded(tmp_path / "r.jsonl", "complete", "stream").asked == []
    assert len((tmp_path / "r.jsonl").read_text().splitlines()) == 2
    assert ReplayedModel(tmp_path / "r.jsonl").reader == READER_SHA256


def test_a_reply_that_failed_is_not_recorded(tmp_path):
    model = ScriptedModel(("Half", ModelUnavailableError("gone")))
    with pytest.raises(ModelUnavailableError):
        list(RecordingModel(model, tmp_path / "r.jsonl").stream(ASKED))
    assert not (tmp_path / "r.jsonl").exists()


def test_a_line_holds_the_request_and_the_reply_and_nothing_else(tmp_path):
    recorded(tmp_path / "r.jsonl", "complete")
    row = json.loads((tmp_path / "r.jsonl").read_text())
    assert set(row) == {
        *("key", "model", "context_window", "parameters", "messages", "reply", "reader")
    }
    assert row["messages"][1] == {"role": "user", "text": "Why?"}


@pytest.mark.parametrize("text", ["", "{}", '{"key": 1}', "not JSON"])
def test_what_is_no_recording_is_misuse(tmp_path, text):
    (tmp_path / "r.jsonl").write_text(text)
    with pytest.raises(MisuseError, match=r"r\.jsonl"):
        ReplayedModel(tmp_path / "r.jsonl")


def test_one_of_several_models_must_be_named(tmp_path):
    recorded(tmp_path / "r.jsonl", "complete")
    RecordingModel(ScriptedModel("Other.", name="b:big"), tmp_path / "r.jsonl").complete(ASKED)
    with pytest.raises(MisuseError, match="b:big, openai:small: name one with --llm"):
        ReplayedModel(tmp_path / "r.jsonl")
    assert ReplayedModel(tmp_path / "r.jsonl", model="b:big").complete(ASKED).text == "Other."


def test_an_assistant_gives_the_recorded_answer_and_an_edited_prompt_misses(tmp_path):
    settings = Settings(library=tmp_path / "library", seeds=False, llm_fallback=False)
    (tmp_path / "a.txt").write_text("Cats sleep all day. Dogs bark at night.", encoding="utf-8")
    model = RecordingModel(ScriptedModel("Cats sleep all day [1]."), tmp_path / "r.jsonl")
    with open_assistant(settings, model=model) as assistant:
        assistant.library.add(tmp_path / "a.txt")
        first = assistant.ask("When do cats sleep?")
    replayed = ReplayedModel(tmp_path / "r.jsonl")
    with open_assistant(settings, model=replayed) as assistant:
        again = assistant.ask("When do cats sleep?")
    assert (again.text, again.model, again.prompts) == (first.text, first.model, first.prompts)
    edited = settings.changed(prompts=edited_prompts(tmp_path))
    with (
        open_assistant(edited, model=replayed) as assistant,
        pytest.raises(ModelResponseError, match="--record"),
    ):
        assistant.ask("When do cats sleep?")


def edited_prompts(tmp_path):
    shipped = Path(__file__).parents[2] / "prompts" / "answer.md"
    (tmp_path / "prompts").mkdir()
    text = shipped.read_text(encoding="utf-8").replace("# user", "Be brief.\n\n# user", 1)
    (tmp_path / "prompts" / "answer.md").write_text(text, encoding="utf-8")
    return tmp_path / "prompts"
