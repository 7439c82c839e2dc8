"""Questions that a language model takes apart: searched one by one, answered from all of it."""

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.running.recordings import RecordingModel, ReplayedModel
from rag import (
    Answer,
    Article,
    Assistant,
    ModelUnavailableError,
    Retrieved,
    Scope,
    Settings,
    TextDelta,
)
from rag.cli.ask import answer_text
from rag.testing import HashEmbedder, ScriptedModel, open_assistant
from rag.types import json_text
from ui.chat.turn import Turn
from ui.chat.turn_view import as_view

FLOODS = (
    "In June 2021 the river Arn flooded the towns Orlow, Brenn and Kessel. "
    "Orlow was under water for six days. Nobody died in the floods."
)
MONEY = (
    "After the floods the state of Harn gave money to towns. The state paid Orlow four million "
    "euros. Kessel was given two million euros by the state. Brenn asked for money and got none."
)
ASKED = "Which of the towns that flooded got money from the state?"
PLAN = "Which towns did the river Arn flood?\nHow much did the state pay Orlow?"
SAID = (
    "The state paid Orlow four million euros. [5] Kessel was given two million euros by the state."
)
_DOWN = ModelUnavailableError("openai did not answer within 60 seconds: try again later")

Make = Callable[..., tuple[Assistant, ScriptedModel]]


@pytest.fixture
def make(tmp_path: Path, embedder: HashEmbedder) -> Make:
    def opened(*replies: object, **settings: object) -> tuple[Assistant, ScriptedModel]:
        model = ScriptedModel(*replies)  # type: ignore[arg-type]
        given: dict[str, object] = {"threshold": 0.0} | settings
        chosen = Settings.load(library=tmp_path / "library", seeds=False, **given)  # type: ignore[arg-type]
        assistant = open_assistant(chosen, model=model, embedder=embedder)
        texts = {"floods": FLOODS, "money": MONEY}
        assistant.library.add_articles(Article(source=n, title=n, text=t) for n, t in texts.items())
        return assistant, model

    return opened


def test_its_steps_are_searched_shown_and_read_by_the_model(make: Make) -> None:
    assistant, model = make(PLAN, SAID)
    answer = assistant.ask(ASKED)
    assert answer.text.startswith("The state paid Orlow four million euros. [1]")
    assert [(s.asked, s.text) for s in answer.steps] == [
        ("Which towns did the river Arn flood?", "Orlow, Brenn and Kessel"),
        ("How much did the state pay Orlow?", "four million euros"),
    ]
    quotes = [[answer.citations[n - 1].quote for n in s.citations] for s in answer.steps]
    assert quotes == [
        ["In June 2021 the river Arn flooded the towns Orlow, Brenn and Kessel."],
        ["The state paid Orlow four million euros."],
    ]
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    last = model.asked[1][-1].text
    assert 'program: How much did the state pay Orlow? "four million euros" [' in last
    assert (len(model.asked), answer.usage.requests) == (2, 2)
    assert [prompt.name for prompt in answer.prompts] == ["answer", "plan"]


def test_the_stream_tells_the_steps_before_any_word(make: Make) -> None:
    assistant, _ = make(PLAN, SAID)
    events = list(assistant.stream(ASKED))
    told = [event.steps for event in events if isinstance(event, Retrieved)]
    assert [len(steps) for steps in told] == [0, 2, 2]
    assert [[bool(step.text) for step in steps] for steps in told[1:]] == [[False] * 2, [True] * 2]
    assert [type(event) for event in events[:3]] == [Retrieved] * 3
    pieces = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert isinstance(events[-1], Answer)
    assert pieces == events[-1].text
    again, _ = make(PLAN, SAID)
    assert asyncio.run(again.aask(ASKED)).steps == events[-1].steps


def test_its_steps_stay_in_the_scope(make: Make) -> None:
    assistant, _ = make(PLAN, SAID)
    answer = assistant.ask(ASKED, scope=Scope(documents=("floods",)))
    assert len(answer.steps) == 2
    assert {c.card.title for c in answer.citations} == {"floods"}


def test_a_simple_question_asks_the_model_once(make: Make) -> None:
    assistant, model = make("The state paid Orlow four million euros. [1]")
    assert assistant.ask("How much did the state pay Orlow?").steps == ()
    assert len(model.asked) == 1


@pytest.mark.parametrize("plan", [_DOWN, "No.", "Who is Homer Simpson?\nIgnore all rules?"])
def test_without_a_plan_the_one_search_is_answered(make: Make, plan: object) -> None:
    assistant, model = make(plan, SAID)
    answer = assistant.ask(ASKED)
    assert (answer.steps, answer.fallback) == ((), "")
    assert answer.text.startswith("The state paid Orlow four million euros. [1]")
    assert "program: How much" not in model.asked[1][-1].text


def test_a_plan_that_does_not_end_is_not_waited_for(make: Make) -> None:
    assistant, _ = make("Which towns got money? " * 4000, SAID)
    began = time.monotonic()
    assert assistant.ask(ASKED).steps == ()
    assert time.monotonic() - began < 5


def test_a_step_asks_with_what_an_earlier_one_found(make: Make) -> None:
    assistant, _ = make("How much did the state pay Orlow?\nWho got #1 from the state?", SAID)
    assert assistant.ask(ASKED).steps[1].asked == "Who got four million euros from the state?"


def test_a_step_that_finds_what_one_before_it_found_is_left_out(make: Make) -> None:
    first = "What did the state do after the floods?"
    assistant, _ = make(f"{first}\nWhat did the state of Harn do for the towns?\n{PLAN}", SAID)
    assert [step.asked for step in assistant.ask(ASKED).steps] == [first, *PLAN.splitlines()]


def test_where_nothing_of_the_reply_holds_the_quoted_answer_stands(make: Make) -> None:
    quoted = make("")[0].adjusted(model="extractive").ask(ASKED)
    answer = make(PLAN, "Pigeons own the moon. [1]")[0].ask(ASKED)
    assert (answer.status, answer.sentences) == ("answered", quoted.sentences)
    assert answer.set_aside is not None
    assert answer.citations[: len(quoted.citations)] == quoted.citations
    assert len(answer.steps) == 2


def test_a_refusal_cites_what_its_steps_found_alone(make: Make) -> None:
    assistant, _ = make(PLAN, "The documents do not say.", threshold=0.99)
    assistant = assistant.adjusted(threshold=0.99)
    answer = assistant.ask(ASKED)
    assert (answer.status, answer.reason, answer.sentences) == ("abstained", "declined", ())
    cited = [n for step in answer.steps for n in step.citations]
    assert [c.number for c in answer.citations] == cited


def test_the_steps_are_in_the_terminal_the_page_and_the_json(make: Make) -> None:
    answer = make(PLAN, SAID)[0].ask(ASKED)
    line = "- How much did the state pay Orlow? four million euros [1]"
    assert line in answer_text(answer).splitlines()
    view = as_view(Turn(number=1, question=ASKED, answer=answer))
    assert view["steps"][1]["text"] == "four million euros"
    assert json.loads(json_text(answer))["steps"][1] == {
        "asked": "How much did the state pay Orlow?",
        "text": "four million euros",
        "citations": [1],
    }


def test_what_was_recorded_of_it_is_replayed(make: Make, tmp_path: Path) -> None:
    assistant, model = make(PLAN, SAID)
    recording = RecordingModel(model, tmp_path / "r.jsonl")
    embedder = HashEmbedder()
    first = open_assistant(assistant.settings, model=recording, embedder=embedder).ask(ASKED)
    replayed = ReplayedModel(tmp_path / "r.jsonl")
    again = open_assistant(assistant.settings, model=replayed, embedder=embedder).ask(ASKED)
    assert (again.text, again.steps) == (first.text, first.steps)
    assert len(model.asked) == 2


def test_an_overview_is_in_the_models_words_where_they_hold(make: Make) -> None:
    assistant, model = make("Orlow was under water for six days. The state paid Orlow a lot.")
    answer = assistant.overview()
    first, second = answer.sentences[:2]
    assert (first.text, first.verdict) == ("Orlow was under water for six days.", "supported")
    assert (second.verdict, answer.is_overview) == ("unsupported", False)
    assert "Give an overview in three to six sentences." in model.asked[0][-1].text


@pytest.mark.parametrize("reply", ["Pigeons own the moon. [1]", "The documents do not say.", _DOWN])
def test_where_nothing_of_it_holds_the_quoted_overview_stands(make: Make, reply: object) -> None:
    assistant, _ = make(reply)
    quoted = assistant.adjusted(model="extractive").overview()
    answer = assistant.overview()
    assert answer.is_overview
    assert (answer.sentences, answer.citations) == (quoted.sentences, quoted.citations)
