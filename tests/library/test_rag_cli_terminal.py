"""What a terminal shows of an answer's likely words."""

import sys
from io import StringIO
from pathlib import Path

import pytest

from rag import (
    Answer,
    Article,
    Settings,
)
from rag.cli import terminal
from rag.testing import HashEmbedder, ScriptedAnswerer, open_assistant

SAID = "The ferry was built by the old mill."
LIKELY = (20, 35)


class Screen(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def answer(embedder: HashEmbedder, tmp_path: Path) -> Answer:
    settings = Settings(library=tmp_path, seeds=False)
    answerer = ScriptedAnswerer(SAID, span=LIKELY)
    with open_assistant(settings, embedder=embedder, answerer=answerer) as assistant:
        assistant.library.add_articles([Article(source="ferry", title="The ferry", text=SAID)])
        return assistant.ask("Who built the ferry?")


@pytest.mark.parametrize(
    ("screen", "no_color", "begins"),
    [
        (Screen(), "", "The ferry was built\n\x1b[1mby the old mill\x1b[0m. [1]\n"),
        (Screen(), "1", "The ferry was built\nby the old mill. [1]\n"),
        (StringIO(), "", "The ferry was built by the old mill. [1]\n"),
    ],
    ids=["in colour", "without colour", "piped"],
)
def test_the_likely_words_of_a_quoted_sentence_are_bold(
    monkeypatch: pytest.MonkeyPatch, answer: Answer, screen: StringIO, no_color: str, begins: str
) -> None:
    monkeypatch.setenv("COLUMNS", "22")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setattr(sys, "stdout", screen)
    assert terminal.answer(answer).startswith(begins)
