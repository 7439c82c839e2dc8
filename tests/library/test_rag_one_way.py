"""A question goes one way: read once, asked in one moment, answered by who is to answer."""

import sys
from collections import Counter
from pathlib import Path
from types import FrameType

import pytest

from rag import Article, Assistant, Settings
from rag.testing import ScriptedModel, open_assistant

_QUESTION = "What was closed in May?"


def opened(folder: Path, model: ScriptedModel | None = None) -> Assistant:
    assistant = open_assistant(Settings(library=folder, seeds=False), model=model)
    text = "The old bridge was closed in May. Engineers found cracks."
    assistant.library.add_articles([Article(source="bridge", title="The bridge", text=text)])
    return assistant


def calls_of(assistant: Assistant) -> Counter[str]:
    """Ask and return how often each function was called, by module and name."""
    counted: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            counted[f"{frame.f_globals.get('__name__')}.{frame.f_code.co_name}"] += 1

    assistant.ask(_QUESTION)  # loads what is loaded at the first question
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        assistant.ask(_QUESTION)
    finally:
        sys.setprofile(before)
    return counted


@pytest.mark.parametrize("model", [None, ScriptedModel("The old bridge was closed. [1]")])
def test_a_question_is_read_once_and_searched_in_one_moment(
    tmp_path: Path, model: ScriptedModel | None
) -> None:
    with opened(tmp_path, model) as assistant:
        calls = calls_of(assistant)
    assert calls["rag.question.read_question"] == 1
    assert calls["index.terms.of"] == 1
    assert calls["index.search.search"] == 1
    assert calls["rag.way._sources"] == 1


def test_where_a_model_writes_the_articles_are_ranked_once_beside_it(tmp_path: Path) -> None:
    with opened(tmp_path, ScriptedModel("The old bridge was closed. [1]")) as assistant:
        calls = calls_of(assistant)
        assert assistant.ask(_QUESTION).ranked == ()
    assert calls["rag.answer.ranking.rank"] == 1
    assert calls["rag.reader.onnx_reader.tell"] > 0  # what the model wrote is checked
