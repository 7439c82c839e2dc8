"""What a terminal shows of an answer: its short form first, and the likely words marked."""

import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from rag import (
    Answer,
    AnswerSentence,
    Article,
    Scope,
    Settings,
)
from rag.cli.ask import answer_text, followed
from rag.testing import HashEmbedder, ScriptedAnswerer, ScriptedModel, open_assistant
from rag.types import SetAside, Usage

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
    assert answer_text(answer).startswith(begins)


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
    assert answer_text(replace(answer, short="the old mill")).startswith(begins)
    broken = replace(answer, short="by the\nold mill")
    assert "by the old mill" in answer_text(broken).splitlines()[0]


def test_what_names_a_pronoun_stands_before_its_sentence_in_a_paragraph_of_their_own(
    answer: Answer,
) -> None:
    (sentence,) = answer.sentences
    leaning = replace(sentence, text="It sank.", span=None, context="The ferry\nwas old.")
    lines = answer_text(replace(answer, sentences=(sentence, leaning, sentence))).split("\n")
    assert lines[0] == f"{SAID} [1]"
    assert lines[1:3] == ["(Before it: “The ferry was old.”)", f"It sank. [1] {SAID} [1]"]


def test_a_reply_that_was_set_aside_is_told_in_a_line_and_shown_when_asked_for(
    answer: Answer,
) -> None:
    wrong = AnswerSentence(
        text="It flew.", citations=(), verdict="unsupported", note="no source says it"
    )
    aside = SetAside(
        model="ollama:m",
        reason="unsupported",
        note="Not borne out.",
        sentences=(wrong,),
        citations=(),
    )
    given = replace(answer, set_aside=aside, usage=Usage(requests=1))
    lines = answer_text(given).split("\n")
    assert lines[0] == f"{SAID} [1]"
    assert lines[-2:] == [
        "Not borne out. What it wrote: --show-reply.",
        f"ollama:m, 0 + 0 tokens, {answer.seconds:.1f} s",
    ]
    assert "- It flew. [unsupported: no source says it]" in answer_text(given, with_reply=True)


def test_a_sentence_in_doubt_is_struck_and_layout_is_kept(
    monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", Screen())
    (true,) = answer.sentences
    item = replace(true, lead="\n- ", span=None, markdown=f"**{SAID}**")
    wrong = replace(item, verdict="unsupported", note="no source says it", citations=())
    quote = replace(true, is_quote=True, lead="\n\n> ", span=None)
    shown = answer_text(replace(answer, sentences=(item, wrong, quote))).split("\n")
    assert shown[:4] == [
        f"- {SAID} [1]",
        f"- \x1b[2;9m{SAID}\x1b[0m [unsupported: no source says it]",
        "",
        f"The articles also say: “{SAID}” [1]",
    ]


def test_while_a_model_writes_a_terminal_tells_what_is_found_and_checked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, embedder: HashEmbedder
) -> None:
    monkeypatch.setattr(sys, "stderr", screen := Screen())
    monkeypatch.setenv("COLUMNS", "40")
    model = ScriptedModel(f"It flew over all the hills. [1] {SAID} [1]")
    settings = Settings(library=tmp_path, seeds=False)
    with open_assistant(settings, embedder=embedder, model=model) as assistant:
        assistant.library.add_articles([Article(source="ferry", title="The ferry", text=SAID)])
        answer = followed(assistant, "Who built the ferry?", k=3)
    told = screen.getvalue().split("\r\x1b[K")
    assert told[1:4] == [
        "1 passage found; scripted:model writes,",
        "Not borne out: It flew over all the hil",
        "Checked: The ferry was built by the old",
    ]
    assert (told[-1], answer.status) == ("", "answered")


def test_which_articles_were_asked_stands_below_and_how_to_ask_all(answer: Answer) -> None:
    scoped = replace(answer, scope=Scope(tags=("harbour",), until="2024"))
    assert answer_text(scoped).endswith("\n\nAsked of: tag harbour, until 2024")
    assert answer_text(replace(scoped, scope_named=True)).endswith(
        "until 2024, as the question names (--everywhere asks all articles)"
    )
    noted = replace(answer, scope_note="The question names tag x: all were asked.")
    assert answer_text(noted).endswith("\n\nThe question names tag x: all were asked.")
    assert "Asked of" not in answer_text(answer)
