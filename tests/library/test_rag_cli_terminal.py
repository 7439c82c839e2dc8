"""What a terminal shows of an answer: its short form first, and the likely words marked."""

import sys
from dataclasses import replace
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


@pytest.mark.parametrize(
    ("screen", "begins"),
    [
        (Screen(), "\x1b[1mthe old mill\x1b[0m\n\nThe ferry was built \x1b[1mby the old mill"),
        (StringIO(), "the old mill\n\nThe ferry was built by the old mill. [1]\n"),
    ],
    ids=["in colour", "piped"],
)
def test_the_short_answer_stands_on_a_line_of_its_own_before_the_sentence(
    monkeypatch: pytest.MonkeyPatch, answer: Answer, screen: StringIO, begins: str
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", screen)
    assert terminal.answer(replace(answer, short="the old mill")).startswith(begins)


def test_what_names_a_pronoun_stands_before_its_sentence_in_a_paragraph_of_their_own(
    answer: Answer,
) -> None:
    (sentence,) = answer.sentences
    leaning = replace(sentence, text="It sank.", span=None, context="The ferry\nwas old.")
    lines = terminal.answer(replace(answer, sentences=(sentence, leaning, sentence))).split("\n")
    assert lines[0] == f"{SAID} [1]"
    assert lines[1:3] == ["(Before it: “The ferry was old.”)", f"It sank. [1] {SAID} [1]"]
