"""Questions that ask nothing, nothing of the library, or too much: a typed answer, and soon."""

import time
from collections.abc import Iterator

import pytest

from rag import Article, Assistant, MisuseError, Settings

ODD = {
    "empty": ("", "empty_question"),
    "blank": (" \t\n", "empty_question"),
    "emoji": ("🐈🐕", "empty_question"),
    "nul": ("\0", "empty_question"),
    "marks": ("?!…", "empty_question"),
    "stop words": ("the of and is", "no_match"),
    "off topic": ("What is the weather like in Paris?", "no_match"),
    "half a character": ("a\ud800b", "no_match"),
    "another script": ("猫はいつ寝ますか", "other_language"),
}
_SOON = 1.0
"""Seconds for an answer of a library that has been asked before."""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    library = tmp_path_factory.mktemp("odd") / "library"
    with Assistant.open(Settings.load(library=library, seeds=False)) as assistant:
        text = "Cats sleep all day. Dogs bark at night. The bridge opened in 1964."
        assistant.library.add_articles([Article(source="cats", title="Cats", text=text)])
        assistant.ask("When do dogs bark?")
        yield assistant


@pytest.mark.parametrize(("question", "reason"), ODD.values(), ids=ODD)
def test_case_6_an_odd_question_is_an_abstention_with_its_reason(
    assistant: Assistant, question: str, reason: str
) -> None:
    started = time.monotonic()
    answer = assistant.ask(question)
    assert time.monotonic() - started < _SOON
    assert (answer.status, answer.reason, answer.citations) == ("abstained", reason, ())


@pytest.mark.parametrize("question", ["x" * 100_000, "When did the bridge open? " * 4_000])
def test_case_6_a_giant_question_is_refused_at_once(assistant: Assistant, question: str) -> None:
    started = time.monotonic()
    with pytest.raises(MisuseError, match="characters, at most 2000 are allowed: ask it shorter"):
        assistant.ask(question)
    assert time.monotonic() - started < _SOON


def test_case_6_an_empty_library_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    library = tmp_path_factory.mktemp("none") / "library"
    with Assistant.open(Settings.load(library=library, seeds=False)) as assistant:
        answer = assistant.ask("When did the bridge open?")
    assert (answer.status, answer.reason, answer.hits) == ("abstained", "empty_library", ())
